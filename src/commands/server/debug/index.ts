/**
 * DEBUG: what tests and developers do to a server. Only for clients that `enable-debug-command` lets in.
 *
 * To COMMAND it is one command without arguments, as in Redis; what it can do is declared like subcommands all the same.
 */
import { Failure, WrongArity } from "../../../protocol/CommandError.ts"
import type { Command } from "../../../services/CommandTable.ts"
import * as Arg from "../../Arg.ts"
import { make } from "../../Command.ts"
import { helpLines } from "../../help.ts"
import { action } from "./action.ts"
import { loadAof, slowDownAppending } from "./appendOnlyFile.ts"
import { digest, digestValue, populate } from "./dataset.ts"
import { failBackground, reload } from "./persistence.ts"
import { error, log, setActiveExpire, skipChecksums, sleep, stringMatch } from "./process.ts"
import { protocol } from "./protocol.ts"
import { listpack, objectInfo, packedThreshold, tableOfKey, tables } from "./values.ts"

const help = action("HELP", { summary: "Prints this help.", args: {}, run: () => lines })

const actions: ReadonlyMap<string, Command> = new Map(
  [
    digest,
    loadAof,
    slowDownAppending,
    digestValue,
    error,
    failBackground,
    listpack,
    log,
    objectInfo,
    packedThreshold,
    populate,
    protocol,
    reload,
    setActiveExpire,
    skipChecksums,
    sleep,
    stringMatch,
    tableOfKey,
    tables,
    help
  ].map((make) => make("debug")).map((action) => [action.name.slice("debug|".length), action])
)

const lines = helpLines("debug", [...actions.values()])

/** The arguments that the action itself will read. */
const rest = new Arg.Arg<undefined>({ type: "string" }, {
  read: (reader) => {
    reader.position = reader.request.length
    return undefined
  },
  minimum: 0
}).undocumented()

export const debug: Command = make("DEBUG", {
  summary: "A container for what is of use to developers of the server and its tests.",
  since: "1.0.0",
  group: "server",
  complexity: "Depends on subcommand.",
  flags: ["admin", "noscript", "loading", "stale", "protected"],
  args: { action: Arg.text.undocumented(), rest },
  run: (context, { action: name }) => {
    const { request } = context.reader
    const action = actions.get(name.toLowerCase())
    if (action === undefined || (action.arity > 0 ? request.length !== action.arity : request.length < -action.arity)) {
      return notUnderstood(name)
    }
    const answer = action.execute(context, request)
    return answer instanceof WrongArity ? notUnderstood(name) : answer
  }
})

/** Both mistakes have one text. */
const notUnderstood = (name: string): Failure =>
  new Failure(`unknown subcommand or wrong number of arguments for '${name.slice(0, 128)}'. Try DEBUG HELP.`)
