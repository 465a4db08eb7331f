/**
 * Every declaration against the facts of Valkey 8.1's commands: what COMMAND tells clients and proxies has to be right, also where no reply depends on it.
 *
 * The facts are no part of the project: `COMMANDS_JSON` names the file, else it is looked for beside the checkout. Without it the tests are skipped.
 */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import * as Path from "node:path"
import { builtIn } from "../../src/commands/index.ts"
import type { ArgumentFacts, Command, KeySpec } from "../../src/services/CommandTable.ts"
import { projectDirectory } from "../support/referenceServers.ts"

/** A command of the file, as far as it is compared. */
interface Facts {
  readonly group: string
  readonly since: string
  readonly arity: number
  readonly command_flags?: ReadonlyArray<string>
  readonly acl_categories?: ReadonlyArray<string>
  readonly command_tips?: ReadonlyArray<string>
  readonly key_specs?: ReadonlyArray<KeySpecFacts>
  readonly arguments?: ReadonlyArray<ArgumentOfFile>
  /** The server from which the facts are, where it is not Valkey: there are no tips then. */
  readonly observed_on?: string
}

interface KeySpecFacts {
  readonly flags: ReadonlyArray<string>
  /** `spec` is the form of the commands of Redis 8, here and below. */
  readonly begin_search: {
    readonly spec?: { readonly index: number }
    readonly index?: { readonly pos: number }
    readonly keyword?: { readonly keyword: string; readonly startfrom: number }
  }
  readonly find_keys: {
    readonly spec?: { readonly lastkey: number; readonly keystep: number; readonly limit: number }
    readonly range?: { readonly lastkey: number; readonly step: number; readonly limit: number }
    readonly keynum?: { readonly keynumidx: number; readonly firstkey: number; readonly step: number }
  }
}

/** The file has the word in one place where it has the value everywhere else. */
type Flag = boolean | "true"

interface ArgumentOfFile {
  readonly name: string
  readonly type: string
  readonly display?: string
  readonly token?: string
  readonly since?: string
  readonly key_spec_index?: number
  readonly flags?: ReadonlyArray<"optional" | "multiple">
  readonly optional?: Flag
  readonly multiple?: Flag
  readonly multiple_token?: Flag
  readonly arguments?: ReadonlyArray<ArgumentOfFile>
}

const file = process.env["COMMANDS_JSON"] ?? Path.resolve(projectDirectory, "../shared/data/commands.json")

const read = (): ReadonlyMap<string, Facts> =>
  // The file's format is what the interfaces above say; a field that is not shows as a difference.
  new Map(Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, Facts>))

const declared: ReadonlyArray<Command> = builtIn.flatMap((command) => [
  command,
  ...command.subcommands?.values() ?? []
])

const inFile = (name: string): string => name.toUpperCase().replace("|", " ")

const lowerCase = (words: ReadonlyArray<string> = []): ReadonlyArray<string> => words.map((word) => word.toLowerCase())

/** Both sides in one form, in which the order of what has none does not matter. */
const ofDeclaration = ({ arguments: args, arity, facts, flags, keySpecs }: Command) => ({
  group: facts.group,
  since: facts.since,
  arity,
  flags: [...flags].sort(),
  categories: [...facts.categories ?? []].sort(),
  tips: [...facts.tips ?? []].sort(),
  keySpecs: keySpecs.map(({ begin, find, flags }): KeySpec => ({ begin, find, flags: [...flags].sort() })),
  arguments: args.map(withoutAbsent)
})

/** Of the commands that were asked of a server there are also the categories that follow from their flags. */
const implied: ReadonlySet<string> = new Set(["read", "write", "fast", "slow"])

const ofFile = (facts: Facts): ReturnType<typeof ofDeclaration> => ({
  // Where a word is none of ours the comparison shows it.
  group: facts.group.replace("_", "-") as Command["facts"]["group"],
  since: facts.since,
  arity: facts.arity,
  flags: [...lowerCase(facts.command_flags)].sort() as Array<Command["facts"]["flags"][number]>,
  categories: lowerCase(facts.acl_categories).filter((name) => facts.observed_on === undefined || !implied.has(name))
    .sort(),
  tips: [...lowerCase(facts.command_tips)].sort(),
  keySpecs: (facts.key_specs ?? []).map(keySpec),
  arguments: (facts.arguments ?? []).map(argument)
})

const keySpec = ({ begin_search: begin, find_keys: find, flags }: KeySpecFacts): KeySpec => {
  const { keyword } = begin
  const index = begin.spec === undefined ? begin.index : { pos: begin.spec.index }
  const { keynum } = find
  const range = find.spec === undefined ? find.range : { ...find.spec, step: find.spec.keystep }
  return {
    flags: flags.map((flag) => flag.toUpperCase()).sort() as Array<KeySpec["flags"][number]>,
    begin: index !== undefined
      ? { _tag: "Index", position: index.pos }
      : keyword !== undefined
      ? { _tag: "Keyword", keyword: keyword.keyword, startFrom: keyword.startfrom }
      : { _tag: "Unknown" },
    find: range !== undefined
      ? { _tag: "Range", lastKey: range.lastkey, step: range.step, limit: range.limit }
      : keynum !== undefined
      ? { _tag: "KeyNumber", position: keynum.keynumidx, firstKey: keynum.firstkey, step: keynum.step }
      : { _tag: "Unknown" }
  }
}

const argument = ({ arguments: members, key_spec_index: keySpec, type, ...facts }: ArgumentOfFile): ArgumentFacts =>
  withoutAbsent({
    name: facts.name,
    type: type as ArgumentFacts["type"],
    display: facts.display,
    token: facts.token,
    since: facts.since,
    keySpec,
    optional: isSet(facts.optional) || facts.flags?.includes("optional"),
    multiple: isSet(facts.multiple) || facts.flags?.includes("multiple"),
    multipleToken: isSet(facts.multiple_token),
    arguments: members?.map(argument)
  })

const isSet = (flag: Flag | undefined): boolean => flag === true || flag === "true"

const withoutAbsent = (facts: ArgumentFacts): ArgumentFacts => {
  const present = Object.entries(facts).filter(([, value]) => value !== undefined && value !== false)
  // Of the fields only optional ones can be absent.
  const whole = Object.fromEntries(present) as unknown as ArgumentFacts
  return whole.arguments === undefined ? whole : { ...whole, arguments: whole.arguments.map(withoutAbsent) }
}

describe("the declarations", () => {
  if (!existsSync(file)) {
    it.skip(`agree with Valkey's: there is no ${Path.basename(file)}, COMMANDS_JSON can name it`)
    return
  }
  const facts = read()
  for (const command of declared) {
    it(`${inFile(command.name)} is declared as the reference has it`, () => {
      const expected = facts.get(inFile(command.name))
      assert.isDefined(expected)
      if (expected === undefined) return
      const declared = ofDeclaration(command)
      const { tips } = expected.observed_on === undefined ? ofFile(expected) : declared
      assert.deepStrictEqual(declared, { ...ofFile(expected), tips })
    })
  }

  it("have a summary of their own that ends with a full stop", () => {
    for (const { facts, name } of declared) assert.match(facts.summary, /^[A-Z].*\.$/, name)
  })

  it("have no name twice", () => {
    assert.strictEqual(new Set(declared.map(({ name }) => name)).size, declared.length)
  })
})
