/**
 * Snapshots in the file that `dir` and `dbfilename` name: in the background, by save points, and when the server ends.
 *
 * How the bytes get there is `SnapshotFiles`' matter. Source for when and with which words: rdb.c and `serverCron` in server.c.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Path from "node:path"
import { Failure } from "../protocol/CommandError.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { Lifecycle } from "../services/Lifecycle.ts"
import { PersistenceState } from "../services/PersistenceState.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { Snapshots } from "../services/Snapshots.ts"
import { RdbLoader } from "./RdbLoader.ts"
import { type SnapshotFailed, SnapshotFiles } from "./SnapshotFiles.ts"

export const layer: Layer.Layer<
  Snapshots,
  never,
  CommandClock | Keyspace | Lifecycle | PersistenceState | RdbLoader | ServerConfig | SnapshotFiles
> = Layer.effect(
  Snapshots,
  Effect.gen(function*() {
    const clock = yield* CommandClock
    const files = yield* SnapshotFiles
    const keyspace = yield* Keyspace
    const loader = yield* RdbLoader
    const { processId } = yield* Lifecycle
    const state = yield* PersistenceState
    const { onChange, values: config } = yield* ServerConfig
    const { save: figures } = state
    const context = yield* Effect.context<never>()
    /** Writes in the background. */
    let running: Fiber.Fiber<void> | undefined
    /** The end of the server is near, and what had to be written for it has been. */
    let hasSavedForEnd = false
    const wake = Latch.makeUnsafe(false)

    const filePath = () => Path.join(config.dir, config.dbfilename)

    const openFile = () =>
      files.open("save", {
        path: filePath(),
        temporaryPath: Path.join(config.dir, `temp-${processId}.rdb`),
        isAppendBase: false
      })

    /** Writes an open snapshot, and keeps account of it. */
    const write = (open: ReturnType<typeof openFile>) => {
      const changes = keyspace.changes()
      const startedAtMillis = clock.refresh()
      figures.lastTriedAtMillis = startedAtMillis
      state.writing = open.writing
      return open.write.pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            state.writing = undefined
            figures.lastKeptBytes = open.writing.keptBytes
            if (Exit.hasInterrupts(exit)) return
            figures.lastStatus = Exit.isSuccess(exit) ? "ok" : "err"
            if (!Exit.isSuccess(exit)) return
            figures.changesBefore = changes
            figures.lastSaveAt = Math.floor(clock.refresh() / 1000)
            figures.saves++
          })
        ),
        Effect.andThen(Effect.logInfo("DB saved on disk"))
      )
    }

    const logFailure = (error: SnapshotFailed) => Effect.logWarning(`Error saving the DB on disk: ${error.message}`)

    const save = Effect.suspend(() => {
      if (state.writing?.kind === "save") return Effect.fail(inProgress)
      return write(openFile()).pipe(Effect.tapError(logFailure), Effect.mapError(() => failed))
    })

    const begin = (): Failure | undefined => {
      if (state.writing !== undefined) return state.writing.kind === "save" ? inProgress : rewriteInProgress
      figures.isScheduled = false
      // The snapshot is opened in this step: it holds what the keyspace holds when the command is answered.
      const open = openFile()
      const startedAtMillis = clock.refresh()
      const program = Effect.logInfo(`Background saving started by pid ${processId}`).pipe(
        Effect.andThen(write(open)),
        Effect.andThen(Effect.logInfo("Background saving terminated with success")),
        Effect.catch((error) => Effect.andThen(logFailure(error), Effect.logWarning("Background saving error"))),
        Effect.catchCause((cause) =>
          Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.logError("background saving failed", cause)
        )
      )
      state.writing = open.writing
      const fiber = Effect.runForkWith(context)(program)
      running = fiber
      // Also where it is interrupted before it has begun.
      fiber.addObserver(() => {
        open.close()
        if (state.writing === open.writing) state.writing = undefined
        if (running === fiber) running = undefined
        figures.lastSeconds = Math.round((clock.refresh() - startedAtMillis) / 1000)
        wake.openUnsafe()
      })
      return undefined
    }

    const cancel = (): "running" | "scheduled" | undefined => {
      if (running !== undefined) {
        running.interruptUnsafe()
        return "running"
      }
      if (!figures.isScheduled) return undefined
      figures.isScheduled = false
      return "scheduled"
    }

    /** Enough has changed, for long enough. */
    const isDue = (): boolean => {
      const nowMillis = clock.refresh()
      const changes = keyspace.changes() - figures.changesBefore
      const isTooSoon = figures.lastStatus === "err" && nowMillis - figures.lastTriedAtMillis <= retryMillis
      if (isTooSoon) return false
      return config.save.some((point) =>
        changes >= point.changes && changes > 0 && nowMillis / 1000 - figures.lastSaveAt > point.seconds
      )
    }

    const turn = Effect.suspend(() => {
      if (state.loading === undefined && state.writing === undefined && (figures.isScheduled || isDue())) begin()
      if (config.save.length > 0 || figures.isScheduled) return Effect.sleep(turnMillis)
      wake.closeUnsafe()
      return wake.await
    })
    yield* onChange(["save"], () => {
      wake.openUnsafe()
      return undefined
    })
    yield* turn.pipe(
      Effect.catchCause((cause) =>
        Effect.andThen(Effect.logError("save points failed", cause), Effect.sleep(turnMillis))
      ),
      Effect.forever,
      Effect.forkScoped
    )

    const saveBeforeEnd = (isWanted: boolean | undefined) =>
      Effect.suspend(() => {
        const isNeeded = isWanted ?? config.save.length > 0
        const stopped = running === undefined ? Effect.void : Fiber.interrupt(running)
        // Of a file that has not been read to its end only a part is in memory.
        if (!isNeeded || state.loading !== undefined) {
          return Effect.andThen(stopped, Effect.sync(() => void (hasSavedForEnd = true)))
        }
        return stopped.pipe(
          Effect.andThen(Effect.logInfo("Saving the final RDB snapshot before exiting.")),
          Effect.andThen(save),
          Effect.andThen(Effect.sync(() => void (hasSavedForEnd = true)))
        )
      })
    // A signal, or an app that closes the engine: what SHUTDOWN has not written is written now.
    yield* Effect.addFinalizer(() =>
      hasSavedForEnd
        ? Effect.void
        : Effect.catch(saveBeforeEnd(undefined), () => Effect.logError("The last changes could not be saved."))
    )

    return Snapshots.of({
      save,
      begin,
      schedule: () => {
        figures.isScheduled = true
        wake.openUnsafe()
      },
      cancel,
      keyspaceFlushed: () => {
        cancel()
        if (config.save.length > 0) {
          figures.isScheduled = true
          wake.openUnsafe()
        }
      },
      saveBeforeEnd,
      load: (replaces) =>
        Effect.suspend(() => loader.load(filePath(), replaces)).pipe(
          Effect.tapError((error) => Effect.logWarning(error.message)),
          Effect.mapError(() => loadFailed),
          // Whoever asked for it has to decide what becomes of the part that could be read.
          Effect.onError(() => Effect.sync(() => void (state.loading = undefined)))
        )
    })
  })
)

const inProgress = new Failure("Background save already in progress")
const rewriteInProgress = new Failure(
  "Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible."
)
const failed = new Failure("")
const loadFailed = new Failure("Error trying to load the RDB dump, check server logs.")

/** How often save points are looked at, and how long after a failure the next attempt waits. */
const turnMillis = 100
const retryMillis = 5000
