/**
 * Looks after the connected clients ten times a second: ends those that have been silent for `timeout`, and the largest when all together hold more than
 * `maxmemory-clients`.
 */
import { Effect, Layer, Schedule } from "effect"
import type { Client } from "../services/Client.ts"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"

export const layer: Layer.Layer<never, never, Clients | CommandClock | ServerConfig | ServerStats> = Layer.effectDiscard(
  Effect.gen(function*() {
    const clients = yield* Clients
    const clock = yield* CommandClock
    const { values: config } = yield* ServerConfig
    const { counters } = yield* ServerStats

    const closeIdle = Effect.suspend(() => {
      if (config.timeout === 0) return Effect.void
      const oldest = clock.refresh() - config.timeout * 1000
      const idle = [...clients.all()].filter((client) =>
        client.kind === "normal" && !isWaiting(client) && client.lastInteractionMillis < oldest
      )
      return Effect.forEach(idle, (client) => {
        clients.disconnect(client)
        return Effect.logDebug(`Closing idle client id=${client.id}`)
      }, { discard: true })
    })

    const closeLargest = Effect.suspend(() => {
      const limit = limitBytes(config["maxmemory-clients"], config.maxmemory)
      if (limit === 0) return Effect.void
      const bySize = [...clients.all()].map((client) => ({ client, bytes: client.memoryBytes }))
        .sort((a, b) => b.bytes - a.bytes)
      let total = bySize.reduce((sum, { bytes }) => sum + bytes, 0)
      const evicted: Array<Client> = []
      for (const { bytes, client } of bySize) {
        if (total <= limit) break
        if (client.noEvict || client.kind !== "normal") continue
        total -= bytes
        evicted.push(client)
      }
      counters.evictedClients += evicted.length
      return Effect.forEach(evicted, (client) => {
        clients.disconnect(client)
        return Effect.logInfo(`Evicting client id=${client.id}`)
      }, { discard: true })
    })

    yield* closeIdle.pipe(
      Effect.andThen(closeLargest),
      Effect.catchCause((cause) => Effect.logError("clients cron failed", cause)),
      Effect.repeat(Schedule.spaced("100 millis")),
      Effect.annotateLogs("module", "clients"),
      Effect.forkScoped
    )
  })
)

const isWaiting = (client: Client): boolean => client.blocked !== undefined

const limitBytes = (limit: { readonly bytes: number } | { readonly percent: number }, maxmemory: number): number =>
  "bytes" in limit ? limit.bytes : Math.floor(maxmemory * limit.percent / 100)
