/**
 * Writes a snapshot as RDB, in slices between which the commands go on.
 *
 * It decides what the file says and when others have a turn; where the bytes go is the caller's matter.
 */
import * as Effect from "effect/Effect"
import { hashExpiryRdbVersion } from "../protocol/rdb/RdbFormat.ts"
import { RdbWriter } from "../protocol/rdb/RdbWriter.ts"
import type { ConfigValues } from "../services/config/directives.ts"
import { keyloomVersion, redisVersion } from "../services/Versions.ts"
import type { AccessTracking } from "./AccessTracking.ts"
import type { KeyspaceSnapshot } from "./KeyspaceSnapshot.ts"

export interface SnapshotTarget<E> {
  /** Takes some hundred kilobytes, and lets others have a turn. */
  readonly write: (pieces: ReadonlyArray<Buffer>) => Effect.Effect<void, E>
  /** Called between slices, with the keys written so far. */
  readonly progress: (writtenKeys: number) => void
}

export interface SnapshotServices {
  readonly access: AccessTracking["Service"]
  readonly config: ConfigValues
  /** Nanoseconds of a clock that never goes back. */
  readonly monotonicNanos: () => number
}

/** The file is the base of an append-only file, to which commands are appended. */
export interface SnapshotPurpose {
  readonly isAppendBase: boolean
  readonly createdAtSeconds: number
  readonly usedBytes: number
  /** The code of function libraries, which come first. */
  readonly libraries: ReadonlyArray<string>
}

/** Ends a slice, so that nobody waits longer for it. */
export const sliceNanos = 2_000_000
export const sliceBytes = 256 * 1024
/** Looking at the clock costs more than a small key does. */
export const keysPerLook = 64

export const writeSnapshot = Effect.fnUntraced(function*<E>(
  snapshot: KeyspaceSnapshot,
  { createdAtSeconds, isAppendBase, libraries, usedBytes }: SnapshotPurpose,
  { access, config, monotonicNanos }: SnapshotServices,
  target: SnapshotTarget<E>
) {
  const policy = config["maxmemory-policy"]
  const delayMicros = config["rdb-key-save-delay"]
  const writer = new RdbWriter({
    version: snapshot.hasFieldDeadlines ? hashExpiryRdbVersion : config["rdb-version"],
    compresses: config.rdbcompression,
    checksum: config.rdbchecksum
  })
  let writtenKeys = 0
  let startedAt = monotonicNanos()

  const endSlice = Effect.suspend(() => {
    target.progress(writtenKeys)
    return Effect.andThen(
      target.write(writer.take()),
      Effect.sync(() => {
        startedAt = monotonicNanos()
      })
    )
  })

  writer.header([
    ["redis-ver", redisVersion],
    ["keyloom-ver", keyloomVersion],
    ["redis-bits", 64],
    ["ctime", createdAtSeconds],
    ["used-mem", usedBytes],
    ["aof-base", isAppendBase ? 1 : 0]
  ])
  for (const code of libraries) writer.library(code)
  for (const database of snapshot.databases) {
    writer.database(database.index, database.size, database.volatileSize)
    for (let entry = database.next(); entry !== undefined; entry = database.next()) {
      const facts = {
        expireAtMillis: entry.expireAtMillis,
        idleSeconds: policy.endsWith("-lru") ? access.idleSeconds(entry.access) : undefined,
        frequency: policy.endsWith("-lfu") ? access.frequency(entry.access) : undefined
      }
      let parts = writer.entry(entry.key, entry.value, facts)
      writtenKeys++
      while (parts !== undefined) {
        yield* endSlice
        if (parts.next().done === true) parts = undefined
      }
      if (delayMicros > 0) {
        yield* endSlice
        yield* Effect.sleep(delayMicros / 1000)
      } else if (
        writer.pendingBytes >= sliceBytes ||
        writtenKeys % keysPerLook === 0 && monotonicNanos() - startedAt > sliceNanos
      ) {
        yield* endSlice
      }
    }
  }
  writer.end()
  yield* endSlice
})
