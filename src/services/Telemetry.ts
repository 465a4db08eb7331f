/**
 * Spans of commands: what an operator's tracing shows of this server.
 *
 * The Dispatcher reads `isTracing` before every command, and asks for nothing else while it is `false`.
 */
import * as Context from "effect/Context"
import type * as Tracer from "effect/Tracer"
import type { Client } from "./Client.ts"
import type { Answer, Command } from "./CommandTable.ts"

/** A command that is being looked at. */
export interface Observation {
  /** The command has answered: its span ends now, or, where the answer waits, with what comes of it. Gives back the answer to be used. */
  readonly end: (answer: Answer) => Answer
}

/** Who called from within the process: a fiber's tracer and current span, for the spans of its commands to become children of. */
export interface Caller {
  readonly tracer: Tracer.Tracer | undefined
  readonly span: Tracer.AnySpan | undefined
}

export class Telemetry extends Context.Service<Telemetry, {
  /** Follows `otel-traces`. */
  readonly isTracing: boolean
  /**
   * A command begins; the answer is `undefined` where it is not to be looked at. `command` is `undefined` for a name nobody knows.
   *
   * **Gotchas** An observation that is never ended leaves no span.
   */
  readonly begin: (client: Client, command: Command | undefined, caller: Caller | undefined) => Observation | undefined
}>()("keyloom/services/Telemetry") {}
