/**
 * How much memory the data takes, how much it may take, and what goes when it is too much.
 */
import * as Context from "effect/Context"

export class Memory extends Context.Service<Memory, {
  /** Bytes of the dataset and of the clients' buffers, counted incrementally: INFO's `used_memory`. */
  readonly usedBytes: () => number
  /** Makes room by evicting keys as `maxmemory-policy` says; `false` when it cannot, and when the heap's own ceiling is near. */
  readonly ensureRoom: () => boolean
  /** Whether `ensureRoom` has anything to look at: a limit is set, or the heap's ceiling is near. */
  readonly isLimited: () => boolean
  /** V8's ceiling for the heap in bytes: the process dies above it, so writes are refused before. */
  readonly heapLimitBytes: number
  readonly heapUsedBytes: () => number
}>()("keyloom/services/Memory") {}
