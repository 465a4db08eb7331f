/**
 * Whom the tools that check files tell what they find, and ask before they change one.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export class CheckTerminal extends Context.Service<CheckTerminal, {
  /** Writes the text as it is: a line has its line feed. */
  readonly print: (text: string) => Effect.Effect<void>
  /** The next line that is typed, or an empty one where nothing more comes. */
  readonly readLine: Effect.Effect<string>
}>()("keyloom/services/CheckTerminal") {}
