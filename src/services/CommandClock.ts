/**
 * The time commands see: Effect's Clock, read once per batch of requests, so that all commands of a batch agree on what is expired, as in Redis.
 */
import * as Context from "effect/Context"

export class CommandClock extends Context.Service<CommandClock, {
  /** Milliseconds since the epoch, as of the last `refresh`. */
  readonly millis: number
  /** Reads the Clock. Called before a batch of requests and by whatever else acts on the keyspace. */
  readonly refresh: () => number
  /** Microseconds since the epoch, read now. */
  readonly currentMicros: () => number
  /** For durations only: nanoseconds of a clock that never goes back. */
  readonly monotonicNanos: () => number
}>()("keyloom/services/CommandClock") {}
