/**
 * CLIENT PAUSE and UNPAUSE: all clients, or those that write, wait for a while.
 */
import { type Int64, maxInt64, parseInt64 } from "../../data/Int64.ts"
import { type CommandError, Failure } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

const words = Arg.oneOf({ write: Arg.token("WRITE"), all: Arg.token("ALL") })

const invalidMode = new Failure("CLIENT PAUSE mode must be WRITE or ALL")

/** It counts as the last argument only: where more follow, Redis reads none of them and pauses everything. */
const mode = new Arg.Arg<"WRITE" | "ALL">({ ...words.spec, optional: true, since: "6.2.0" }, {
  read: (reader) => {
    const isLast = reader.remaining === 1
    const mode = isLast && reader.accepts("WRITE") ? "WRITE" : "ALL"
    if (isLast && !reader.accepts(mode)) return invalidMode
    reader.position += reader.remaining
    return mode
  },
  minimum: 0,
  inPlace: true
})

export const pause = Command.subcommand("PAUSE", {
  summary: "Holds the commands of all clients back for some milliseconds, or only those that write.",
  since: "3.0.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["admin", "noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  // Redis looks at the mode first.
  args: { timeout: Arg.text.typed("integer"), mode },
  run: ({ clients, clock }, { mode, timeout }) => {
    const untilMillis = endOf(parseInt64(timeout), clock.millis)
    if (typeof untilMillis !== "number") return untilMillis
    clients.pause(mode === "ALL" ? "all" : "write", untilMillis)
    return ok
  }
})

const endOf = (timeoutMillis: Int64 | undefined, nowMillis: number): number | CommandError => {
  if (timeoutMillis === undefined) return notInteger
  if (timeoutMillis < 0) return negative
  if (BigInt(timeoutMillis) > maxInt64 - BigInt(nowMillis)) return outOfRange
  return nowMillis + Number(timeoutMillis)
}

const notInteger = new Failure("timeout is not an integer or out of range")
const negative = new Failure("timeout is negative")
const outOfRange = new Failure("timeout is out of range")

export const unpause = Command.subcommand("UNPAUSE", {
  summary: "Ends the pause: the commands that are held back run.",
  since: "6.2.0",
  group: "connection",
  complexity: "O(N) Where N is the number of paused clients",
  flags: ["admin", "noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  args: {},
  run: ({ clients }) => {
    clients.unpause()
    return ok
  }
})
