/**
 * Writes the keyspace, as it is at one moment, into a file, while commands go on.
 *
 * It makes the bytes safe: they are on the disk when it is through, and the directory knows the file. Which name the file gets in the end, and what becomes of
 * one that could not be finished, is said here too; when snapshots are made is not.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { CommandClock } from "../services/CommandClock.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { PersistenceState, type Writing } from "../services/PersistenceState.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { AccessTracking } from "./AccessTracking.ts"
import { KeyspaceSnapshot } from "./KeyspaceSnapshot.ts"
import { KeyspaceTables } from "./KeyspaceMemory.ts"
import { systemErrorText } from "./systemErrorText.ts"
import { writeCommands } from "./writeCommands.ts"
import { writeSnapshot } from "./writeSnapshot.ts"

/** A file could not be written. */
export class SnapshotFailed
  extends Data.TaggedError("SnapshotFailed")<{ readonly path: string; readonly cause: unknown }>
{
  override get message(): string {
    return `${this.path}: ${systemErrorText(this.cause)}`
  }
}

export interface SnapshotFile {
  /** Under which it is written. It is gone when that fails or is interrupted. */
  readonly temporaryPath: string
  /** Which it gets when it is complete and on the disk. */
  readonly path: string
  /** Commands will be appended to it. */
  readonly isAppendBase: boolean
  /** It holds the commands that make the dataset, instead of the dataset in the format of RDB. */
  readonly isCommands?: boolean
}

/** A snapshot that is open: the keyspace as it was at that moment. */
export interface OpenSnapshot {
  /** Writes it, and closes it whatever happens. To be run exactly once. */
  readonly write: Effect.Effect<void, SnapshotFailed>
  /** For one that is not written after all; does nothing the second time. */
  readonly close: () => void
  /** Its figures, as they become. */
  readonly writing: Writing
}

export class SnapshotFiles extends Context.Service<SnapshotFiles, {
  /** Opens a snapshot now, in this step: what the file will hold is what the keyspace holds. */
  readonly open: (kind: Writing["kind"], file: SnapshotFile) => OpenSnapshot
}>()("keyloom/layers/SnapshotFiles") {}

export const layer: Layer.Layer<
  SnapshotFiles,
  never,
  AccessTracking | CommandClock | Keyspace | KeyspaceTables | PersistenceState | ServerConfig
> = Layer.effect(
  SnapshotFiles,
  Effect.gen(function*() {
    const access = yield* AccessTracking
    const clock = yield* CommandClock
    const keyspace = yield* Keyspace
    const { databases } = yield* KeyspaceTables
    const state = yield* PersistenceState
    const { values: config } = yield* ServerConfig

    return SnapshotFiles.of({
      open: (kind, { isAppendBase, isCommands = false, path, temporaryPath }) => {
        const snapshot = new KeyspaceSnapshot(databases)
        const startedAtMillis = clock.millis
        const purpose = {
          isAppendBase,
          createdAtSeconds: Math.floor(startedAtMillis / 1000),
          usedBytes: keyspace.usedBytes(),
          libraries: [...state.libraries]
        }
        const refusal = Deferred.makeUnsafe<never, SnapshotFailed>()
        const writing: Writing = {
          kind,
          startedAtMillis,
          totalKeys: snapshot.size,
          writtenKeys: 0,
          keptBytes: 0,
          fail: () => {
            const cause = new Error("made to fail by DEBUG FAIL-BACKGROUND")
            Deferred.doneUnsafe(refusal, Exit.fail(new SnapshotFailed({ path: temporaryPath, cause })))
          }
        }
        state.snapshots++
        const isSyncedMeanwhile = () =>
          config[kind === "save" ? "rdb-save-incremental-fsync" : "aof-rewrite-incremental-fsync"]
        const attempt = <A>(run: () => Promise<A>) =>
          Effect.tryPromise({ try: run, catch: (cause) => new SnapshotFailed({ path: temporaryPath, cause }) })

        const writeFile = Effect.acquireUseRelease(
          attempt(() => Fs.open(temporaryPath, "w", fileMode)),
          (file) => {
            let unsyncedBytes = 0
            const write = Effect.fnUntraced(function*(pieces: ReadonlyArray<Buffer>) {
              const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
              if (bytes > 0) yield* attempt(() => writeAll(file, pieces, bytes))
              unsyncedBytes += bytes
              if (!isSyncedMeanwhile() || unsyncedBytes < incrementalFsyncBytes) return
              unsyncedBytes = 0
              yield* attempt(() => file.datasync())
            })
            const progress = (writtenKeys: number) => {
              writing.writtenKeys = writtenKeys
              writing.keptBytes = snapshot.keptBytes
            }
            const services = { access, config, monotonicNanos: clock.monotonicNanos }
            const target = { write, progress }
            const written = isCommands
              ? writeCommands(snapshot, purpose.createdAtSeconds, services, target)
              : writeSnapshot(snapshot, purpose, services, target)
            return written.pipe(
              Effect.andThen(attempt(() => file.sync()))
            )
          },
          (file) => Effect.promise(() => file.close())
        )
        const write = Effect.raceFirst(writeFile, Deferred.await(refusal)).pipe(
          Effect.andThen(attempt(() => Fs.rename(temporaryPath, path))),
          Effect.andThen(attempt(() => syncDirectory(Path.dirname(path)))),
          Effect.onError(() => Effect.promise(() => Fs.rm(temporaryPath, { force: true }).catch(() => undefined))),
          Effect.ensuring(Effect.sync(() => snapshot.close()))
        )
        return { write, writing, close: () => snapshot.close() }
      }
    })
  })
)

/** Writes all pieces: the system may take fewer bytes than it was given. */
const writeAll = async (file: Fs.FileHandle, pieces: ReadonlyArray<Buffer>, bytes: number): Promise<void> => {
  const { bytesWritten } = await file.writev(pieces)
  if (bytesWritten === bytes) return
  await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten))
}

/** Only then a name that was given in it survives the end of the machine. */
export const syncDirectory = async (path: string): Promise<void> => {
  const directory = await Fs.open(path, "r")
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

const fileMode = 0o644

/** As in Redis: so much at a time the disk is given to do. */
const incrementalFsyncBytes = 4 * 1024 * 1024
