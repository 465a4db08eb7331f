/**
 * What follows from a command's arguments besides their decoder: the tree that COMMAND DOCS shows, and where the keys are.
 */
import type { ArgumentFacts, KeySpec } from "../services/CommandTable.ts"
import type { Arg } from "./Arg.ts"

type NamedArgs = ReadonlyArray<readonly [name: string, arg: Arg<unknown>]>

export const argumentFacts = (args: NamedArgs): ReadonlyArray<ArgumentFacts> => {
  let keySpec = 0
  const factsOf = ([field, { spec }]: readonly [string, Arg<unknown>]): ArgumentFacts => ({
    name: spec.name ?? kebabCase(field),
    type: spec.type,
    display: spec.display,
    token: spec.token,
    since: spec.since,
    keySpec: spec.keySpec ?? (spec.type === "key" ? keySpec++ : undefined),
    optional: spec.optional,
    multiple: spec.multiple,
    multipleToken: spec.multipleToken,
    arguments: spec.members?.map(factsOf)
  })
  return args
    .flatMap((arg) => arg[1].spec.unwrapped === true ? arg[1].spec.members ?? [] : [arg])
    .filter(([, { spec }]) => spec.undocumented !== true)
    .map(factsOf)
}

/** `unixTimeSeconds` is `unix-time-seconds` in COMMAND DOCS. */
const kebabCase = (field: string): string => field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The key specs of keys whose position does not depend on the arguments before them; others are declared. */
export const keySpecsOf = (args: NamedArgs, firstArgument: number): ReadonlyArray<KeySpec> => {
  const specs: Array<KeySpec> = []
  let position: number | undefined = firstArgument
  for (const [, arg] of args) {
    if (position === undefined) break
    const { keyFlags } = arg.spec
    if (keyFlags !== undefined) {
      specs.push(rangeSpec(position, keyFlags, arg.spec.multiple === true ? -1 : 0, 1))
    } else if (arg.spec.type === "block") {
      const members: NamedArgs = arg.spec.members ?? []
      const first = members.findIndex(([, member]) => member.spec.keyFlags !== undefined)
      const flags = members[first]?.[1].spec.keyFlags
      if (flags !== undefined && arg.spec.multiple === true) {
        specs.push(rangeSpec(position + first, flags, -1, members.length))
      } else if (flags !== undefined && arg.spec.unwrapped === true) {
        specs.push(numberedSpec(position, flags))
      }
    }
    position = arg.decoder.width === undefined ? undefined : position + arg.decoder.width
  }
  return specs
}

/** The number stands at `position`, and its keys follow. */
const numberedSpec = (position: number, flags: KeySpec["flags"]): KeySpec => ({
  flags,
  begin: { _tag: "Index", position },
  find: { _tag: "KeyNumber", position: 0, firstKey: 1, step: 1 }
})

const rangeSpec = (position: number, flags: KeySpec["flags"], lastKey: number, step: number): KeySpec => ({
  flags,
  begin: { _tag: "Index", position },
  find: { _tag: "Range", lastKey, step, limit: 0 }
})
