/**
 * The standard input and output of this process as a `CheckTerminal`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createInterface } from "node:readline"
import { CheckTerminal } from "../services/CheckTerminal.ts"

export const layer = Layer.succeed(CheckTerminal, {
  print: (text) => Effect.sync(() => void process.stdout.write(text)),
  readLine: Effect.callback<string>((resume) => {
    const lines = createInterface({ input: process.stdin })
    lines.once("line", (line) => {
      resume(Effect.succeed(line))
      lines.close()
    })
    lines.once("close", () => resume(Effect.succeed("")))
    return Effect.sync(() => lines.close())
  })
})
