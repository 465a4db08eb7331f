/**
 * The append-only file on demand: BGREWRITEAOF, and WAITAOF, which waits for the disk.
 */
import * as Effect from "effect/Effect"
import { Failure } from "../../protocol/CommandError.ts"
import { SimpleString } from "../../protocol/Reply.ts"
import type { Command } from "../../services/CommandTable.ts"
import { Waiting } from "../../services/Waiting.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import * as Schemas from "../schemas.ts"

export const bgrewriteaof: Command = make("BGREWRITEAOF", {
  summary: "Begins to write the append-only file anew, without what has been overwritten.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1)",
  flags: ["admin", "noscript", "no_async_loading"],
  args: {},
  run: ({ appendOnlyFile }) => {
    const answer = appendOnlyFile.rewrite()
    if (answer === "started") return started
    return answer === "scheduled" ? scheduled : answer
  }
})

export const waitaof: Command = make("WAITAOF", {
  summary: "Waits until the writes of the client are on the disk here, and on the disks of so many replicas.",
  since: "7.2.0",
  group: "generic",
  complexity: "O(1)",
  flags: ["blocking"],
  categories: ["connection"],
  tips: ["request_policy:all_shards", "response_policy:agg_min"],
  args: {
    numlocal: Arg.schema(Schemas.Int64, outOfRange(0, 1), "integer").refine(
      (count) => count >= 0 && count <= 1,
      outOfRange(0, 1)
    ),
    numreplicas: Arg.integer.refine((count) => count >= 0, new Failure("value is out of range, must be positive")),
    timeout: Arg.integer.refine((timeout) => timeout >= 0, new Failure("timeout is negative"))
  },
  run: ({ appendOnlyFile, client, config }, { numlocal, numreplicas, timeout }) => {
    if (numlocal > 0 && !config.values.appendonly) return disabled
    const offset = client.appendedOffset
    const reply = () => [config.values.appendonly && appendOnlyFile.syncedOffset() >= offset ? 1 : 0, 0]
    const local = reply()[0]!
    if (local >= numlocal && numreplicas <= 0) return reply()
    // There are no replicas, so whoever waits for one waits until the time is up.
    const enough = numreplicas > 0 ? Effect.never : appendOnlyFile.whenSynced(offset)
    const millis = Math.min(Number(timeout), longestSleepMillis)
    return new Waiting(
      Effect.map(millis === 0 ? enough : Effect.raceFirst(enough, Effect.sleep(millis)), () => reply())
    )
  }
})

function outOfRange(minimum: number, maximum: number): Failure {
  return new Failure(`value is out of range, must be between ${minimum} and ${maximum}`)
}

const started = new SimpleString("Background append only file rewriting started")
const scheduled = new SimpleString("Background append only file rewriting scheduled")
const disabled = new Failure("WAITAOF cannot be used when numlocal is set but appendonly is disabled.")

const longestSleepMillis = 24 * 60 * 60 * 1000
