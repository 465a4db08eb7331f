/**
 * Where the server stands with its files: plain figures that loading, snapshots and the append-only file keep, and that gates and INFO read.
 */
import * as Context from "effect/Context"

/** Files that are being read at the start. */
export interface Loading {
  readonly startedAtMillis: number
  totalBytes: number
  loadedBytes: number
}

/** A snapshot that is being written in the background, for an RDB file or as the base of a new append-only file. There is one at a time. */
export interface Writing {
  readonly kind: "save" | "rewrite"
  readonly startedAtMillis: number
  readonly totalKeys: number
  writtenKeys: number
  /** Bytes of what has changed since, and was put aside. */
  keptBytes: number
  /** Ends it as if the disk had refused to take it. */
  readonly fail: () => void
}

export interface SaveFigures {
  /** `Keyspace.changes` at the last successful save, or after loading. */
  changesBefore: number
  /** Seconds since the epoch. */
  lastSaveAt: number
  lastStatus: "ok" | "err"
  /** How long the last one in the background took, -1 before there was one. */
  lastSeconds: number
  /** When the last one was tried, in milliseconds since the epoch. */
  lastTriedAtMillis: number
  isScheduled: boolean
  saves: number
  lastKeptBytes: number
  keysLoaded: number
  keysExpiredOnLoad: number
}

export interface AppendFigures {
  isEnabled: boolean
  isRewriteScheduled: boolean
  lastRewriteStatus: "ok" | "err"
  /** How long the last rewrite took, -1 before there was one. */
  lastRewriteSeconds: number
  lastKeptBytes: number
  rewrites: number
  /** The reason for which nothing can be appended at present; writes are refused until it is gone. */
  writeError: string | undefined
  currentBytes: number
  /** After the last rewrite or load: what automatic rewrites compare with. */
  baseBytes: number
  /** Appended and not written yet. */
  bufferBytes: number
  pendingFsyncs: number
  delayedFsyncs: number
}

export class PersistenceState extends Context.Service<PersistenceState, {
  loading: Loading | undefined
  writing: Writing | undefined
  readonly save: SaveFigures
  readonly append: AppendFigures
  /** The code of function libraries that a file has held. They cannot be called here, and are written back as they are, so that they are not lost. */
  readonly libraries: Array<string>
  /** Snapshots that were begun, for whatever purpose: INFO's `total_forks`. */
  snapshots: number
}>()("keyloom/services/PersistenceState") {}
