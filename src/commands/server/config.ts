/**
 * CONFIG: the directives at run time. What they are and what may become of them is in `services/config`.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { type CommandError, isCommandError, syntaxFailure } from "../../protocol/CommandError.ts"
import { MapReply, ok, type Reply } from "../../protocol/Reply.ts"
import type { Answer, Command, CommandFacts } from "../../services/CommandTable.ts"
import { Waiting } from "../../services/Waiting.ts"
import * as Arg from "../Arg.ts"
import { container, subcommand } from "../Command.ts"

const common: Pick<CommandFacts, "group" | "flags"> = {
  group: "server",
  flags: ["admin", "noscript", "loading", "stale"]
}

const everywhere: Pick<CommandFacts, "tips"> = {
  tips: ["request_policy:all_nodes", "response_policy:all_succeeded"]
}

/** An Effect without a result as an answer: given at once where it is already known, so that the Dispatcher counts a failure. */
const answerOf = (effect: Effect.Effect<void, CommandError>): Answer => {
  if (Exit.isExit(effect)) {
    if (Exit.isSuccess(effect)) return ok
    const error = Option.getOrUndefined(Exit.findErrorOption(effect))
    if (isCommandError(error)) return error
  }
  return new Waiting(Effect.match(effect, { onFailure: (error): Reply => error, onSuccess: () => ok }))
}

const get = subcommand("GET", {
  summary: "Returns directives and what they are set to, by their names or by glob-style patterns.",
  since: "2.0.0",
  ...common,
  complexity: "O(N) where N is the number of directives",
  args: { parameter: Arg.text.many() },
  run: ({ config }, { parameter: patterns }) => new MapReply(config.get(patterns).flat())
})

const pairs = Arg.block({ parameter: Arg.text, value: Arg.text }).many()

/** A name without a value is a syntax error here, not a wrong number of arguments. */
const data = new Arg.Arg(pairs.spec, {
  ...pairs.decoder,
  read: (reader) => reader.remaining % 2 === 1 ? syntaxFailure : pairs.decoder.read(reader)
})

const set = subcommand("SET", {
  summary: "Sets directives: all that are given, or none when one of them is refused.",
  since: "2.0.0",
  ...common,
  ...everywhere,
  complexity: "O(N) where N is the number of directives that are given",
  args: { data },
  run: ({ client, config }, { data }) =>
    answerOf(config.set(data.map(({ parameter, value }) => [parameter, value] as const), client))
})

const rewrite = subcommand("REWRITE", {
  summary: "Writes the directives as they are set now into the configuration file.",
  since: "2.8.0",
  ...common,
  ...everywhere,
  complexity: "O(1)",
  args: {},
  run: ({ config }) => answerOf(config.rewrite)
})

const resetStat = subcommand("RESETSTAT", {
  summary: "Sets the statistics of INFO back to zero.",
  since: "2.0.0",
  ...common,
  ...everywhere,
  complexity: "O(1)",
  args: {},
  run: ({ stats }) => {
    stats.reset()
    return ok
  }
})

export const config: Command = container("CONFIG", {
  summary: "A container for commands about the configuration.",
  since: "2.0.0",
  group: "server",
  complexity: "Depends on subcommand.",
  flags: [],
  subcommands: [get, resetStat, rewrite, set]
})
