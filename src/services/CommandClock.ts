/**
 * The time commands see: Effect's Clock, read once per batch of requests, so that all commands of a batch agree on what is expired, as in Redis.
 */
import * as Context from "effect/Context"

export class CommandClock extends Context.Service<CommandClock, {
  /** Milliseconds since the epoch, as of the last `refresh`. */
  readonly millis: number
  /**
   * What deadlines are compared with: `millis`, but `-Infinity` while commands of a file are repeated. Then nothing is expired, since the commands that follow
   * have been run when it was not.
   */
  readonly expiryMillis: number
  /** Set while commands of a file are repeated; it holds from the next `refresh` on. */
  isRepeating: boolean
  /** Reads the Clock. Called before a batch of requests and by whatever else acts on the keyspace. */
  readonly refresh: () => number
  /** Microseconds since the epoch, read now. */
  readonly currentMicros: () => number
  /** For durations only: nanoseconds of a clock that never goes back. */
  readonly monotonicNanos: () => number
}>()("keyloom/services/CommandClock") {}
