/**
 * DEBUG and the append-only file.
 */
import * as Effect from "effect/Effect"
import { ok } from "../../../protocol/Reply.ts"
import { Waiting } from "../../../services/Waiting.ts"
import * as Arg from "../../Arg.ts"
import { action } from "./action.ts"

export const loadAof = action("LOADAOF", {
  summary: "Empties all databases, and repeats what the append-only file holds.",
  args: {},
  run: (context) =>
    new Waiting(
      // A write in between would be lost.
      context.clients.holdingWrites(context.appendOnlyFile.reload(context)).pipe(
        Effect.match({ onFailure: (error) => error, onSuccess: () => ok })
      )
    )
})

export const slowDownAppending = action("AOF-FLUSH-SLEEP", {
  summary: "Lets the server stand still for some microseconds before each write to the append-only file.",
  args: { microseconds: Arg.text },
  run: ({ appendOnlyFile }, { microseconds }) => {
    // As C's atoi: what is no number is 0.
    appendOnlyFile.slowDown((Number.parseInt(microseconds, 10) || 0) / 1000)
    return ok
  }
})
