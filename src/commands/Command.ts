/**
 * One declaration = one command.
 *
 * From it come the arity, the decoder of its arguments, its key specs, what COMMAND shows, and how the Dispatcher treats it. A handler is a synchronous
 * function: nothing of another client happens between its first and its last line, which is all that Redis's atomicity is. What has to wait answers
 * `Waiting`.
 *
 * @example
 * const strlen = Command.make("STRLEN", {
 *   summary: "Returns the length of a string value.",
 *   since: "2.2.0",
 *   group: "string",
 *   complexity: "O(1)",
 *   flags: ["readonly", "fast"],
 *   args: { key: Arg.key("RO") },
 *   run: ({ database }, { key }) => {
 *     const value = database.read(key)
 *     return value === undefined ? 0 : isString(value) ? byteLength(value) : wrongType
 *   }
 * })
 */
import { type CommandError, isCommandError, WrongArity } from "../protocol/CommandError.ts"
import type { Request } from "../protocol/Request.ts"
import type { CommandContext } from "../services/CommandContext.ts"
import type { Answer, Command, CommandFacts, KeyReference, KeySpec } from "../services/CommandTable.ts"
import { compileFields, type Decoded, type Fields } from "./argFields.ts"
import { argumentFacts, keySpecsOf } from "./argFacts.ts"
import { helpLines } from "./help.ts"

export interface Declaration<F extends Fields> extends CommandFacts {
  readonly args: F
  /** Where the keys are, if that does not follow from the arguments. */
  readonly keySpecs?: ReadonlyArray<KeySpec>
  /** Which keys a request has, and how it uses them, if that does not follow from the key specs: flags that depend on the options, for example. */
  readonly getKeys?: (request: Request) => ReadonlyArray<KeyReference>
  /** The number of arguments, if that does not follow from the arguments. */
  readonly arity?: number
  /** The answer to an argument that fits no option; a syntax error unless given. */
  readonly unknownOption?: (text: string) => CommandError
  /** Arguments that are left over are a wrong number of arguments, rather than a syntax error. */
  readonly exact?: boolean
  readonly run: (context: CommandContext, args: Decoded<F>) => Answer
}

/** Declares a command; `name` is in upper case. */
export const make = <const F extends Fields>(name: string, declaration: Declaration<F>): Command =>
  build(name.toLowerCase(), 1, declaration)

/** A subcommand, waiting for the name of its container. */
export type Subcommand = (container: string) => Command

/** Declares a subcommand of a `container`. */
export const subcommand =
  <const F extends Fields>(name: string, declaration: Declaration<F>): Subcommand => (container) =>
    build(`${container}|${name.toLowerCase()}`, 2, declaration)

/** Declares a command that has subcommands, HELP among them; without `run` it needs one of them. */
export const container = (
  name: string,
  facts: CommandFacts & {
    readonly subcommands: ReadonlyArray<Subcommand>
    /** What is particular about HELP. */
    readonly help?: Partial<CommandFacts>
    readonly run?: (context: CommandContext) => Answer
  }
): Command => {
  const { help: helpFacts, run, subcommands, ...own } = facts
  const parent = name.toLowerCase()
  const members = subcommands.map((make) => make(parent))
  const help = build(`${parent}|help`, 2, {
    summary: "Returns helpful text about the different subcommands.",
    since: "5.0.0",
    group: own.group,
    complexity: "O(1)",
    flags: ["loading", "stale"],
    ...helpFacts,
    args: {},
    run: () => lines
  })
  members.push(help)
  const lines = helpLines(parent, members)
  return {
    ...build(parent, 1, { ...own, args: {}, run: run ?? (() => new WrongArity(parent)) }),
    arity: run === undefined ? -2 : -1,
    subcommands: new Map(members.map((member) => [member.name.slice(parent.length + 1), member]))
  }
}

const build = <F extends Fields>(name: string, firstArgument: number, declaration: Declaration<F>): Command => {
  const { args: fields, arity, exact = false, getKeys, keySpecs, run, unknownOption, ...facts } = declaration
  const decode = compileFields(fields)
  const args = Object.entries(fields)
  const isVariadic = args.some(([, { decoder }]) => decoder.width === undefined)
  const minimum = args.reduce((sum, [, { decoder }]) => sum + decoder.minimum, firstArgument)
  return {
    name,
    facts,
    flags: new Set(facts.flags),
    arity: arity ?? (isVariadic ? -minimum : minimum),
    keySpecs: keySpecs ?? keySpecsOf(args, firstArgument),
    getKeys,
    arguments: argumentFacts(args),
    subcommands: undefined,
    execute: (context, request) => {
      const reader = context.reader.start(request, firstArgument, name, unknownOption)
      const decoded = decode(reader)
      if (isCommandError(decoded)) return decoded
      if (isVariadic && !reader.isAtEnd) return exact ? reader.wrongArity : reader.unexpected
      return run(context, decoded)
    }
  }
}
