/**
 * INFO about the clients: how many there are, what they do, and whether they are held back.
 */
import type { Section } from "./Section.ts"

export const clients: Section = {
  title: "Clients",
  isDefault: true,
  fields: ({ blocking, clients, clock, config: { values: config } }) => {
    let blocked = 0
    let longestInput = 0
    let longestOutput = 0
    for (const client of clients.all()) {
      if (client.blocked !== undefined) blocked++
      longestInput = Math.max(longestInput, client.transport.queryBufferBytes())
      longestOutput = Math.max(longestOutput, client.transport.outputBytes())
    }
    const paused = clients.pausedMode()
    const waiting = blocking.counts()
    return [
      ["connected_clients", clients.size()],
      ["maxclients", config.maxclients],
      ["client_recent_max_input_buffer", longestInput],
      ["client_recent_max_output_buffer", longestOutput],
      ["blocked_clients", blocked],
      // What clients could do with keys and channels beyond commands is not there yet.
      ["tracking_clients", 0],
      ["pubsub_clients", 0],
      ["watching_clients", 0],
      ["clients_in_timeout_table", waiting.timeouts],
      ["total_watched_keys", 0],
      ["total_blocking_keys", waiting.keys],
      ["total_blocking_keys_on_nokey", waiting.keysWithoutValue],
      ["paused_reason", paused === undefined ? "none" : "client_pause"],
      ["paused_actions", paused ?? "none"],
      [
        "paused_timeout_milliseconds",
        paused === undefined ? 0 : Math.max(0, clients.pausedUntilMillis() - clock.millis)
      ]
    ]
  }
}
