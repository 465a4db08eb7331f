/**
 * The append-only file in parts: a base, which is a snapshot, and the commands that came after it.
 *
 * A rewrite opens a new file for commands and a snapshot in the same step, writes the snapshot as the next base, and only then says in the manifest that it
 * takes the place of what was there. Until the first base is complete the commands go into a file that no manifest knows. Source: aof.c.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs"
import * as FsPromises from "node:fs/promises"
import * as Path from "node:path"
import { Failure } from "../protocol/CommandError.ts"
import type { ManifestFailure, ManifestFile } from "../protocol/aof/Manifest.ts"
import { AppendOnlyFile } from "../services/AppendOnlyFile.ts"
import type { CommandContext } from "../services/CommandContext.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { textOfBytes } from "../services/config/DirectiveFormat.ts"
import { Host } from "../services/Host.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { Lifecycle } from "../services/Lifecycle.ts"
import { PersistenceState } from "../services/PersistenceState.ts"
import { Propagation } from "../services/Propagation.ts"
import { NotApplied, ServerConfig } from "../services/ServerConfig.ts"
import { AofDirectory } from "./AofDirectory.ts"
import { loadAofFile } from "./AofLoad.ts"
import { AofWriter } from "./AofWriter.ts"
import { LoadFailed } from "./loadRdb.ts"
import { SnapshotFiles } from "./SnapshotFiles.ts"
import { systemErrorText } from "./systemErrorText.ts"

/** What the start of a server does with the files. */
export interface AofStart {
  /** Reads the files into the databases; answers whether there are any. The log has been told of a failure. */
  readonly load: (context: CommandContext) => Effect.Effect<boolean, LoadFailed>
  /** After loading: goes on in the last file, or makes the first ones of an empty server. */
  readonly open: Effect.Effect<void, LoadFailed>
}

export class AofFiles extends Context.Service<AofFiles, AofStart>()("keyloom/layers/AofFiles") {}

export const layer: Layer.Layer<
  AofFiles | AppendOnlyFile,
  never,
  CommandClock | Host | Keyspace | Lifecycle | PersistenceState | Propagation | ServerConfig | SnapshotFiles
> = Layer.effectContext(Effect.gen(function*() {
  const clock = yield* CommandClock
  const host = yield* Host
  const keyspace = yield* Keyspace
  const { processId } = yield* Lifecycle
  const state = yield* PersistenceState
  const propagation = yield* Propagation
  const snapshots = yield* SnapshotFiles
  const { onChange, values: config } = yield* ServerConfig
  const { append: figures } = state
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  const log = (message: string) => void runFork(Effect.logInfo(message))
  const warn = (message: string) => void runFork(Effect.logWarning(message))

  const directory = new AofDirectory(config)
  const waiters = new Set<{ readonly offset: number; readonly done: Deferred.Deferred<void> }>()
  const writer = new AofWriter({
    clock,
    config,
    figures,
    isDiskBusy: () => state.writing !== undefined,
    onTrouble: warn,
    onFatal: (message) => {
      // Nobody may see a reply to what is lost, so nothing more of this turn may happen.
      process.stderr.write(`${message}\n`)
      process.exit(1)
    },
    onSynced: () => wakeWaiters()
  }, host.halt)

  /** Without its base the file that commands go to is worth nothing. */
  const syncedOffset = (): number => isWaitingForBase ? -1 : writer.syncedOffset

  const wakeWaiters = () => {
    for (const waiter of waiters) {
      if (waiter.offset > syncedOffset()) continue
      waiters.delete(waiter)
      Deferred.doneUnsafe(waiter.done, Exit.void)
    }
  }

  /** Libraries of functions have no form as commands that could be repeated here. */
  const isRdbBase = () => config["aof-use-rdb-preamble"] || state.libraries.length > 0

  let stopListening: (() => void) | undefined
  const listen = () => stopListening ??= propagation.listen((unit) => writer.append(unit))
  const unlisten = () => {
    stopListening?.()
    stopListening = undefined
  }
  /** No base has been written yet since appending was switched on. */
  let isWaitingForBase = false
  let running: Fiber.Fiber<void> | undefined
  let failures = 0
  /** Automatic rewrites are put off until then, after several failures. */
  let retryAtMillis = 0
  let limitMinutes = 0

  const removeHistory = () => {
    if (config["aof-disable-auto-gc"]) return
    for (const path of directory.forgetHistory()) {
      log(`Removing the history file ${Path.basename(path)} in the background`)
      void FsPromises.rm(path, { force: true }).catch((error: unknown) =>
        warn(`Can't remove the history file ${path}: ${systemErrorText(error)}`)
      )
    }
  }

  const removeTemporary = () => {
    writer.abandon()
    unlisten()
    const path = directory.temporaryIncrementalPath
    log(`Removing the temp incr aof file ${Path.basename(path)} in the background`)
    Fs.rmSync(path, { force: true })
  }

  /** Says in the manifest that the new base counts. In one step with what follows from that. */
  const finish = (base: ManifestFile, incremental: ManifestFile | undefined) => {
    if (isWaitingForBase) {
      const file = directory.nextIncremental()
      Fs.renameSync(directory.temporaryIncrementalPath, directory.pathOf(file))
      directory.replaceBase(base, [file])
      isWaitingForBase = false
      wakeWaiters()
    } else {
      // Without appending, what was appended before is a part of the past, too.
      const kept = incremental === undefined ?
        [] :
        directory.manifest.incremental.filter(({ sequence }) => sequence >= incremental.sequence)
      directory.replaceBase(base, kept)
    }
    if (config.appendonly) {
      figures.currentBytes = directory.bytes
      figures.baseBytes = figures.currentBytes
    }
    removeHistory()
  }

  /** Begins a rewrite now. Throws what the system says. */
  const begin = (): void => {
    figures.isRewriteScheduled = false
    figures.rewrites++
    let incremental: ManifestFile | undefined
    Fs.mkdirSync(directory.path, { recursive: true })
    if (isWaitingForBase) {
      writer.open(directory.temporaryIncrementalPath, true)
      listen()
    } else if (config.appendonly && writer.isOpen) {
      writer.flush(true)
      // The snapshot would hold it, and a file that is read after the snapshot would repeat it.
      if (writer.isPending) throw new Error("what was appended before cannot be written")
      incremental = directory.nextIncremental()
      const path = directory.pathOf(incremental)
      Fs.writeFileSync(path, "")
      // Nothing may go into a file that no manifest knows.
      directory.addIncremental(incremental)
      writer.open(path, false)
    }
    const isRdb = isRdbBase()
    const base = directory.nextBase(isRdb)
    const open = snapshots.open("rewrite", {
      temporaryPath: Path.join(config.dir, `temp-rewriteaof-bg-${processId}.aof`),
      path: directory.pathOf(base),
      isAppendBase: true,
      isCommands: !isRdb
    })
    const startedAtMillis = clock.refresh()
    state.writing = open.writing
    let isDone = false
    const program = Effect.logInfo(`Background append only file rewriting started by pid ${processId}`).pipe(
      Effect.andThen(open.write),
      Effect.andThen(Effect.try({ try: () => finish(base, incremental), catch: (cause) => cause })),
      Effect.andThen(Effect.sync(() => {
        isDone = true
        failures = 0
        limitMinutes = 0
        retryAtMillis = 0
        figures.lastRewriteStatus = "ok"
      })),
      Effect.andThen(Effect.logInfo("Background AOF rewrite finished successfully")),
      Effect.catch((error) => {
        figures.lastRewriteStatus = "err"
        failures++
        return Effect.andThen(
          Effect.logWarning(`Background AOF rewrite: ${systemErrorText(error)}`),
          Effect.logWarning("Background AOF rewrite terminated with error")
        )
      }),
      Effect.ensuring(Effect.sync(() => {
        figures.lastKeptBytes = open.writing.keptBytes
        figures.lastRewriteSeconds = Math.round((clock.refresh() - startedAtMillis) / 1000)
        if (isDone || !isWaitingForBase) return
        // The commands since then are of no use without the base; the next attempt begins with all that is there.
        removeTemporary()
        figures.isRewriteScheduled = true
      })),
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.void
        figures.lastRewriteStatus = "err"
        failures++
        return Effect.logError("rewriting failed", cause)
      })
    )
    const fiber = runFork(program)
    running = fiber
    // Also where it is interrupted before it has begun.
    fiber.addObserver(() => {
      open.close()
      if (running === fiber) running = undefined
      if (state.writing === open.writing) state.writing = undefined
    })
  }

  const tryBegin = (): Failure | undefined => {
    try {
      begin()
      return undefined
    } catch (error) {
      warn(`Can't begin to rewrite the append only file: ${systemErrorText(error)}`)
      failures++
      figures.lastRewriteStatus = "err"
      return new Failure(
        `Can't execute an AOF background rewriting. Please check the server logs for more information.`
      )
    }
  }

  const switchOn = (): NotApplied | undefined => {
    figures.isEnabled = true
    isWaitingForBase = true
    if (state.loading !== undefined) return undefined
    if (state.writing !== undefined) {
      if (state.writing.kind === "rewrite") running?.interruptUnsafe()
      figures.isRewriteScheduled = true
      log(
        "AOF was enabled but there is already another background operation. An AOF background was scheduled to start when possible."
      )
      return undefined
    }
    if (tryBegin() === undefined) return undefined
    figures.isEnabled = false
    isWaitingForBase = false
    return new NotApplied({ reason: "Unable to turn on AOF. Check server logs." })
  }

  const switchOff = () => {
    figures.isEnabled = false
    figures.isRewriteScheduled = false
    if (state.writing?.kind === "rewrite" && running !== undefined) {
      log(`Killing running AOF rewrite child: ${processId}`)
      running.interruptUnsafe()
    }
    if (isWaitingForBase) {
      if (writer.isOpen) removeTemporary()
      isWaitingForBase = false
    }
    unlisten()
    writer.close()
    figures.writeError = undefined
  }

  yield* onChange(["appendonly"], () => {
    if (!config.appendonly) return void switchOff()
    return switchOn()
  })
  yield* onChange(["aof-disable-auto-gc"], () => void removeHistory())

  const isGrown = (): boolean => {
    const percentage = config["auto-aof-rewrite-percentage"]
    if (percentage === 0 || figures.currentBytes < config["auto-aof-rewrite-min-size"]) return false
    const base = Math.max(1, figures.baseBytes)
    return figures.currentBytes * 100 / base - 100 >= percentage
  }

  /** After some failures in a row the next attempt waits, each time for longer. */
  const isLimited = (): boolean => {
    if (failures < failuresBeforeLimit) return false
    const now = clock.refresh()
    if (retryAtMillis === 0 || now >= retryAtMillis && limitMinutes > 0 && failures > limitedFailures) {
      limitedFailures = failures
      limitMinutes = limitMinutes === 0 ? 1 : Math.min(limitMinutes * 2, maxLimitMinutes)
      retryAtMillis = now + limitMinutes * 60_000
      warn(
        `Background AOF rewrite has repeatedly failed and triggered the limit, will retry in ${limitMinutes} minutes`
      )
    }
    return now < retryAtMillis
  }
  let limitedFailures = 0

  const turn = Effect.sync(() => {
    writer.flush()
    if (state.loading !== undefined || state.writing !== undefined) return
    if (figures.isRewriteScheduled) {
      if (!isLimited()) tryBegin()
    } else if (figures.isEnabled && writer.isOpen && isGrown() && !isLimited()) {
      log(
        `Starting automatic rewriting of AOF on ${
          Math.floor(figures.currentBytes * 100 / Math.max(1, figures.baseBytes) - 100)
        }% growth`
      )
      tryBegin()
    }
  })
  yield* turn.pipe(
    Effect.catchCause((cause) => Effect.logError("automatic rewriting failed", cause)),
    Effect.andThen(Effect.sleep("100 millis")),
    Effect.forever,
    Effect.forkScoped
  )
  yield* Effect.sync(() => writer.tick()).pipe(
    Effect.catchCause((cause) => Effect.logError("appending failed", cause)),
    Effect.andThen(Effect.sleep("1 second")),
    Effect.forever,
    Effect.forkScoped
  )
  yield* Effect.addFinalizer(() =>
    Effect.gen(function*() {
      if (running !== undefined) yield* Fiber.interrupt(running)
      unlisten()
      if (isWaitingForBase && writer.isOpen) removeTemporary()
      writer.close()
    })
  )

  const failRead = (path: string, reason: string, kind: LoadFailed["kind"] = "content") =>
    new LoadFailed({ path, offset: 0, kind, reason })

  const attempt = <A>(path: string, run: () => A) =>
    Effect.try({ try: run, catch: (cause) => failRead(path, systemErrorText(cause), "read") })

  const readManifest = Effect.gen(function*() {
    const path = Path.join(directory.path, directory.manifestName)
    const failure = yield* attempt(path, () => directory.read())
    if (failure !== undefined) return yield* failRead(path, manifestFailureText(failure))
  })

  /** Reads the files that the manifest names. */
  const loadFiles = Effect.fnUntraced(
    function*(context: CommandContext) {
      const { files } = directory
      for (const file of files) {
        const path = directory.pathOf(file)
        if (!Fs.existsSync(path)) {
          return yield* failRead(
            path,
            `The append log file ${textOfBytes(file.name)} doesn't exist: No such file or directory`,
            "read"
          )
        }
      }
      const bytes = directory.bytes
      state.loading = { startedAtMillis: clock.refresh(), totalBytes: bytes, loadedBytes: 0 }
      clock.isRepeating = true
      clock.refresh()
      for (const [index, file] of files.entries()) {
        const startedAt = clock.monotonicNanos()
        yield* loadAofFile({ path: directory.pathOf(file), isLast: index === files.length - 1 }, context)
        const seconds = ((clock.monotonicNanos() - startedAt) / 1e9).toFixed(3)
        yield* Effect.logInfo(
          `DB loaded from ${file.type === "base" ? "base" : "incr"} file ${textOfBytes(file.name)}: ${seconds} seconds`
        )
      }
      figures.currentBytes = directory.bytes
      figures.baseBytes = figures.currentBytes
      state.save.changesBefore = keyspace.changes()
    },
    Effect.ensuring(Effect.sync(() => {
      clock.isRepeating = false
      clock.refresh()
    }))
  )

  const start: AofStart = {
    load: (context) =>
      Effect.gen(function*() {
        yield* readManifest
        if (directory.needsUpgrade) {
          const path = directory.formerPath
          yield* attempt(path, () => directory.upgrade())
          yield* Effect.logInfo(
            `Successfully migrated an old-style AOF configuration (${Path.basename(path)}) into the AOF directory (${
              Path.basename(directory.path)
            }).`
          )
        }
        if (directory.files.length === 0) return false
        const startedAt = clock.monotonicNanos()
        yield* loadFiles(context)
        const seconds = (clock.monotonicNanos() - startedAt) / 1e9
        yield* Effect.logInfo(`DB loaded from append only file: ${seconds.toFixed(3)} seconds`)
        return true
      }).pipe(Effect.tapError((error) => Effect.logWarning(textOf(error)))),
    open: Effect.gen(function*() {
      if (!config.appendonly) return
      const last = directory.manifest.incremental.at(-1)
      if (directory.files.length === 0) {
        const isRdb = isRdbBase()
        const base = directory.nextBase(isRdb)
        yield* attempt(directory.path, () => Fs.mkdirSync(directory.path, { recursive: true }))
        yield* Effect.logInfo(`Creating AOF base file ${textOfBytes(base.name)} on server start`)
        const open = snapshots.open("rewrite", {
          temporaryPath: Path.join(config.dir, `temp-rewriteaof-${processId}.aof`),
          path: directory.pathOf(base),
          isAppendBase: true,
          isCommands: !isRdb
        })
        yield* open.write.pipe(Effect.mapError((error) => failRead(error.path, error.message, "read")))
        // Who starts a server has asked for no snapshot.
        state.snapshots--
        yield* attempt(directory.path, () => directory.replaceBase(base, []))
      }
      const file = last ?? directory.nextIncremental()
      yield* attempt(directory.pathOf(file), () => {
        writer.open(directory.pathOf(file), false)
        if (last === undefined) directory.addIncremental(file)
        removeHistory()
      })
      figures.isEnabled = true
      figures.currentBytes = directory.bytes
      figures.baseBytes = figures.currentBytes
      listen()
    }).pipe(Effect.tapError((error) => Effect.logWarning(textOf(error))))
  }

  const service = AppendOnlyFile.of({
    get isPending() {
      return writer.isPending
    },
    flush: () => writer.flush(),
    rewrite: () => {
      if (state.writing?.kind === "rewrite") return inProgress
      if (state.writing !== undefined) {
        figures.isRewriteScheduled = true
        return "scheduled"
      }
      return tryBegin() ?? "started"
    },
    reload: (context) =>
      Effect.gen(function*() {
        writer.flush(true)
        yield* readManifest
        // What is in the files already is not appended to them once more.
        const isListening = stopListening !== undefined
        unlisten()
        for (const database of keyspace.databases) database.clear()
        yield* loadFiles(context).pipe(Effect.ensuring(Effect.sync(() => {
          state.loading = undefined
          if (isListening) listen()
        })))
        yield* Effect.logWarning("Append Only File loaded by DEBUG LOADAOF")
      }).pipe(
        Effect.tapError((error) => Effect.logWarning(textOf(error))),
        Effect.mapError(() => reloadFailed)
      ),
    appendedOffset: () => writer.appendedOffset,
    syncedOffset,
    whenSynced: (offset) =>
      Effect.suspend(() => {
        if (offset <= syncedOffset()) return Effect.void
        const waiter = { offset, done: Deferred.makeUnsafe<void>() }
        waiters.add(waiter)
        return Effect.ensuring(Deferred.await(waiter.done), Effect.sync(() => waiters.delete(waiter)))
      }),
    obstacleToEnd: () => figures.isEnabled && isWaitingForBase ? "Writing initial AOF, can't exit" : undefined,
    slowDown: (millis) => {
      writer.pauseMillis = millis
    }
  })
  return Context.make(AppendOnlyFile, service).pipe(Context.add(AofFiles, start))
}))

/** One line for each failure: tools count them. */
const textOf = ({ kind, message, reason }: LoadFailed): string =>
  kind === "read" && reason.startsWith("The append log file") ? reason : message

const manifestFailureText = ({ line, reason, text }: ManifestFailure): string =>
  line === 0 ? reason : `${reason}, reading the manifest file at line ${line}: ${text}`

const inProgress = new Failure("Background append only file rewriting already in progress")
const reloadFailed = new Failure("Error trying to load the AOF files, check server logs.")

const failuresBeforeLimit = 3
const maxLimitMinutes = 60
