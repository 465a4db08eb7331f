/**
 * Snapshots on demand: SAVE, BGSAVE, LASTSAVE.
 */
import * as Effect from "effect/Effect"
import { Failure } from "../../protocol/CommandError.ts"
import { ok, SimpleString } from "../../protocol/Reply.ts"
import type { Command } from "../../services/CommandTable.ts"
import { Waiting } from "../../services/Waiting.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"

export const save: Command = make("SAVE", {
  summary: "Writes a snapshot of all databases to disk, and answers when it is there.",
  since: "1.0.0",
  group: "server",
  complexity: "O(N) where N is the number of keys in all databases",
  flags: ["admin", "noscript", "no_async_loading", "no_multi"],
  args: {},
  run: ({ snapshots }) =>
    new Waiting(Effect.match(snapshots.save, { onFailure: (error) => error, onSuccess: () => ok }))
})

export const bgsave: Command = make("BGSAVE", {
  summary: "Begins to write a snapshot of all databases to disk.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1)",
  flags: ["admin", "noscript", "no_async_loading"],
  args: {
    operation: Arg.oneOf({
      schedule: Arg.token("SCHEDULE").since("3.2.2"),
      cancel: Arg.token("CANCEL").since("8.1.0")
    }).optional()
  },
  run: ({ persistence, snapshots }, { operation }) => {
    if (operation === "CANCEL") {
      const cancelled = snapshots.cancel()
      if (cancelled === undefined) return nothingToCancel
      return cancelled === "running" ? runningCancelled : scheduledCancelled
    }
    // A rewrite of the append-only file that waits for its turn comes first, as it does in the cron that would begin both.
    const isOtherWriting = persistence.writing?.kind === "rewrite" || persistence.append.isRewriteScheduled
    if (operation === "SCHEDULE" && persistence.writing?.kind !== "save" && isOtherWriting) {
      snapshots.schedule()
      return scheduled
    }
    return snapshots.begin() ?? started
  }
})

export const lastsave: Command = make("LASTSAVE", {
  summary: "Returns when the last snapshot was written, as a Unix time in seconds.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1)",
  flags: ["loading", "stale", "fast"],
  categories: ["admin", "dangerous"],
  tips: ["nondeterministic_output"],
  args: {},
  run: ({ persistence }) => persistence.save.lastSaveAt
})

const started = new SimpleString("Background saving started")
const scheduled = new SimpleString("Background saving scheduled")
const runningCancelled = new SimpleString("Background saving cancelled")
const scheduledCancelled = new SimpleString("Scheduled background saving cancelled")
const nothingToCancel = new Failure("Background saving is currently not in progress or scheduled")
