/**
 * Reads an RDB file, or the part of one file that is RDB, into the keyspace, in slices between which others have a turn.
 *
 * What is wrong with the file is one failure that says where. Nothing that is loaded is told to those who repeat commands. Whether the keyspace was emptied
 * before, and what follows from a failure, is the caller's matter.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { FileHandle } from "node:fs/promises"
import { Key } from "../data/Key.ts"
import { RdbFailure, type RdbFailureKind } from "../protocol/rdb/RdbFailure.ts"
import { needsInput, type RdbEntry, type RdbItem, RdbReader } from "../protocol/rdb/RdbReader.ts"
import type { CommandClock } from "../services/CommandClock.ts"
import type { ConfigValues } from "../services/config/directives.ts"
import type { Keyspace } from "../services/Keyspace.ts"
import type { PersistenceState } from "../services/PersistenceState.ts"
import { systemErrorText } from "./systemErrorText.ts"

/** A file could not be read into the keyspace. */
export class LoadFailed extends Data.TaggedError("LoadFailed")<{
  readonly path: string
  /** Where in the file, in bytes from its beginning. */
  readonly offset: number
  /** `read` where the system did not give the bytes, `content` where they say what cannot be done. */
  readonly kind: RdbFailureKind | "read" | "content"
  readonly reason: string
}> {
  override get message(): string {
    return `${this.path}, at offset ${this.offset}: ${this.reason}`
  }
}

/** A file that is open, from `offset` on. */
export interface RdbPart {
  readonly file: FileHandle
  readonly path: string
  readonly offset: number
  /** It is the base of an append-only file: the commands behind it may need keys that have expired meanwhile. */
  readonly isAppendBase: boolean
  /** Keys that are there already are replaced; otherwise a key that comes twice is a failure. */
  readonly replaces: boolean
}

export interface RdbLoadServices {
  readonly clock: CommandClock["Service"]
  readonly config: ConfigValues
  readonly keyspace: Keyspace["Service"]
  readonly state: PersistenceState["Service"]
}

export interface RdbLoadResult {
  /** Behind the last byte of the RDB part. */
  readonly offset: number
  readonly keysLoaded: number
  readonly keysExpired: number
  readonly keysEmpty: number
}

export const loadRdb = Effect.fnUntraced(function*(
  { file, isAppendBase, offset: start, path, replaces }: RdbPart,
  { clock, config, keyspace, state }: RdbLoadServices
): Effect.fn.Return<RdbLoadResult, LoadFailed> {
  const reader = new RdbReader({
    shapes: keyspace.shapes,
    sanitizes: config["sanitize-dump-payload"] === "yes",
    passesModules: false,
    checksum: config.rdbchecksum,
    readsNewer: config["rdb-version-check"] === "relaxed"
  })
  const pieceBytes = Math.min(config["loading-process-events-interval-bytes"], largestPieceBytes)
  const piece = Buffer.allocUnsafeSlow(pieceBytes)
  const { databases } = keyspace
  let database = databases[0]!
  let keysLoaded = 0
  let keysExpired = 0
  let keysEmpty = 0
  /** Microseconds of `key-load-delay` that have come together. */
  let owedMicros = 0
  let isOver = false
  let position = start
  let startedAt = clock.monotonicNanos()

  const failed = (reason: string, kind: LoadFailed["kind"] = "content") =>
    new LoadFailed({ path, offset: start + reader.offset, kind, reason })

  const endSlice = Effect.suspend(() => {
    const millis = owedMicros / 1000
    owedMicros = 0
    return millis > 0 ? Effect.sleep(millis) : Effect.yieldNow
  }).pipe(Effect.andThen(Effect.sync(() => {
    clock.refresh()
    startedAt = clock.monotonicNanos()
  })))

  /** Makes a key of an entry; answers what cannot be done with it. */
  const put = ({ expireAtMillis, frequency, idleSeconds, key: text, value }: RdbEntry): LoadFailed | undefined => {
    if (value === undefined) {
      keysEmpty++
      return undefined
    }
    if (expireAtMillis !== undefined && expireAtMillis < clock.millis && !isAppendBase) {
      keysExpired++
      return undefined
    }
    const key = Key.ofText(keyspace.hasher, text)
    const { size } = database
    database.set(key, value)
    if (database.size === size && !replaces) {
      return failed(`the key '${text}' comes twice in database ${database.index}`)
    }
    if (idleSeconds !== undefined || frequency !== undefined) database.recallUse(key, idleSeconds, frequency)
    if (expireAtMillis !== undefined) database.setDeadline(key, expireAtMillis)
    keysLoaded++
    return undefined
  }

  const use = (item: Exclude<RdbItem, RdbEntry | { readonly _tag: "End" }>): LoadFailed | Effect.Effect<void> => {
    switch (item._tag) {
      case "Aux":
        return item.name === "redis-ver" || item.name === "valkey-ver"
          ? Effect.logInfo(`Loading RDB produced by version ${item.value}`)
          : Effect.void
      case "Database": {
        const selected = databases[item.index]
        if (selected === undefined) {
          return failed(`it has a database ${item.index}, and there are only ${databases.length} here`)
        }
        database = selected
        return Effect.void
      }
      case "Library":
        state.libraries.push(item.code)
        return Effect.logWarning("A library of functions is kept for the next snapshot, but cannot be called here")
      case "Skipped":
        return Effect.logDebug(`Passed over in RDB: ${item.what}`)
      case "Version":
      case "Resize":
        return Effect.void
    }
  }

  while (!isOver) {
    const { bytesRead } = yield* Effect.tryPromise({
      try: () => file.read(piece, 0, pieceBytes, position),
      catch: (cause) => failed(systemErrorText(cause), "read")
    })
    if (bytesRead === 0) reader.end()
    else reader.push(piece.subarray(0, bytesRead))
    position += bytesRead
    if (state.loading !== undefined) state.loading.loadedBytes += bytesRead
    clock.refresh()
    startedAt = clock.monotonicNanos()
    let sinceLook = 0
    for (let item = reader.next(); item !== needsInput; item = reader.next()) {
      if (item instanceof RdbFailure) {
        return yield* new LoadFailed({ path, offset: start + item.offset, kind: item.kind, reason: item.reason })
      }
      if (item._tag === "Entry") {
        const failure = put(item)
        if (failure !== undefined) return yield* failure
        if (item.value === undefined && keysEmpty <= maxShownEmpty) {
          yield* Effect.logInfo(`skipping empty key: ${item.key}`)
        }
        owedMicros += config["key-load-delay"]
      } else if (item._tag === "End") {
        isOver = true
        break
      } else {
        const effect = use(item)
        if (effect instanceof LoadFailed) return yield* effect
        yield* effect
      }
      if (owedMicros >= shortestDelayMicros) yield* endSlice
      else if (++sinceLook === itemsPerLook) {
        sinceLook = 0
        if (clock.monotonicNanos() - startedAt > sliceNanos) yield* endSlice
      }
    }
  }

  state.save.keysLoaded = keysLoaded
  state.save.keysExpiredOnLoad = keysExpired
  yield* Effect.logInfo(
    `Done loading RDB, keys loaded: ${keysLoaded}, keys expired: ${keysExpired}, empty keys skipped: ${keysEmpty}.`
  )
  const offset = start + reader.offset
  // What was read behind the end is loaded as something else.
  if (state.loading !== undefined) state.loading.loadedBytes -= position - offset
  return { offset, keysLoaded, keysExpired, keysEmpty }
})

const largestPieceBytes = 128 * 1024

/** Ends a slice, so that nobody waits longer for it. */
const sliceNanos = 2_000_000
/** Looking at the clock costs more than a small key does. */
const itemsPerLook = 64

/** Timers are no finer than this. */
const shortestDelayMicros = 2000

/** Of the keys without elements the first are named. */
const maxShownEmpty = 10
