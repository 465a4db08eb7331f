/**
 * The answer of a command that has to wait: its connection runs the Effect, answers with what comes of it, and only then goes on to its next command.
 *
 * The Effect waits before or after one synchronous step on the keyspace, never within it.
 */
import type * as Effect from "effect/Effect"
import type { Reply } from "../protocol/Reply.ts"

export class Waiting {
  readonly effect: Effect.Effect<Reply>
  constructor(effect: Effect.Effect<Reply>) {
    this.effect = effect
  }
}
