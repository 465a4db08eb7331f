/**
 * The server's life: since when it runs, which run this is, and how it ends.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export class Lifecycle extends Context.Service<Lifecycle, {
  readonly startedAtMillis: number
  /** 40 hexadecimal digits, new at every start. */
  readonly runId: string
  readonly processId: number
  /** Asks the server to end: no new connections, running commands finish, files are flushed. Answers at once. */
  readonly shutdown: () => void
  /** Waits until somebody has asked. */
  readonly awaitShutdown: Effect.Effect<void>
}>()("keyloom/services/Lifecycle") {}
