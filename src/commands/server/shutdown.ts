/**
 * SHUTDOWN: the end of the server, asked for by a client.
 *
 * There are no replicas to wait for, so an end that is asked for begins at once, and there never is one to be taken back. The last snapshot is written
 * before: if that fails the server stays.
 */
import * as Effect from "effect/Effect"
import { Failure } from "../../protocol/CommandError.ts"
import type { Command } from "../../services/CommandTable.ts"
import { Waiting } from "../../services/Waiting.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"

const notInProgress = new Failure("No shutdown in progress.")
const notPossible = new Failure("Errors trying to SHUTDOWN. Check logs.")

export const shutdown: Command = make("SHUTDOWN", {
  summary: "Ends the server.",
  since: "1.0.0",
  group: "server",
  complexity: "O(N) when saving, where N is the number of keys, otherwise O(1)",
  flags: ["admin", "noscript", "loading", "stale", "no_multi", "sentinel", "allow_busy"],
  args: {
    abortSelector: Arg.oneOf({
      saveSelectorBlock: Arg.block({
        saveSelector: Arg.oneOf({ nosave: Arg.token("NOSAVE"), save: Arg.token("SAVE") }).optional(),
        now: Arg.flag("NOW").since("7.0.0"),
        force: Arg.flag("FORCE").since("7.0.0")
      }),
      abort: Arg.token("ABORT").since("7.0.0")
    }).optional()
  },
  run: ({ appendOnlyFile, client, clients, lifecycle, snapshots }, { abortSelector }) => {
    if (abortSelector === "ABORT") return notInProgress
    const { force, saveSelector } = abortSelector ?? { force: false, saveSelector: undefined }
    const obstacle = appendOnlyFile.obstacleToEnd()
    if (obstacle !== undefined && saveSelector !== "NOSAVE" && !force) {
      return new Waiting(Effect.as(Effect.logWarning(obstacle), notPossible))
    }
    const isSaving = saveSelector === undefined ? undefined : saveSelector === "SAVE"
    // The client sees its connection close; a reply would say that the server still runs.
    const end = Effect.andThen(Effect.sync(lifecycle.shutdown), Effect.never)
    const saved = snapshots.saveBeforeEnd(isSaving).pipe(
      Effect.catch((error) => force ? Effect.void : Effect.fail(error))
    )
    return new Waiting(
      Effect.logInfo(`SHUTDOWN by client id=${client.id} addr=${client.transport.address}`).pipe(
        // What is written between the snapshot and the end would be lost.
        Effect.andThen(clients.holdingWrites(Effect.andThen(saved, end))),
        Effect.catch(() => Effect.as(Effect.logWarning("Error trying to save the DB, can't exit."), notPossible))
      )
    )
  }
})
