/**
 * TIME: what the server thinks the time is.
 */
import type { Command } from "../../services/CommandTable.ts"
import { make } from "../Command.ts"

export const time: Command = make("TIME", {
  summary: "Returns the server's time: seconds since the epoch, and microseconds.",
  since: "2.6.0",
  group: "server",
  complexity: "O(1)",
  flags: ["loading", "stale", "fast"],
  tips: ["nondeterministic_output"],
  args: {},
  run: ({ clock }) => {
    const micros = clock.currentMicros()
    return [String(Math.floor(micros / 1_000_000)), String(micros % 1_000_000)]
  }
})
