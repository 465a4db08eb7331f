/**
 * Looks after the connected clients ten times a second: ends those that have been silent for `timeout`, those that have been over the soft limit of their
 * output buffer for too long, and the largest when all together hold more than `maxmemory-clients`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type { Client } from "../services/Client.ts"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import { clientsLimitBytes, closeForOutput, outputLimitOf } from "./clientLimits.ts"

export const layer: Layer.Layer<never, never, Clients | CommandClock | ServerConfig | ServerStats> = Layer
  .effectDiscard(
    Effect.gen(function*() {
      const clients = yield* Clients
      const clock = yield* CommandClock
      const { values: config } = yield* ServerConfig
      const stats = yield* ServerStats
      const { counters } = stats

      const closeIdle = Effect.suspend(() => {
        if (config.timeout === 0) return Effect.void
        const oldestMillis = clock.refresh() - config.timeout * 1000
        const idle = [...clients.all()].filter((client) =>
          client.kind === "normal" && !isWaiting(client) && !isInProcess(client) &&
          client.lastInteractionMillis < oldestMillis
        )
        return Effect.forEach(idle, (client) => {
          clients.disconnect(client)
          return Effect.logDebug(`Client id=${client.id} closed: it has been idle for ${config.timeout} seconds`)
        }, { discard: true })
      })

      /** Since when clients are over their soft limit. */
      const slowSinceMillis = new WeakMap<Client, number>()

      const closeSlow = Effect.suspend(() => {
        const nowMillis = clock.refresh()
        const slow = [...clients.all()].filter((client) => {
          const { softBytes, softSeconds } = outputLimitOf(config, client)
          if (softBytes === 0) return false
          if (client.transport.outputBytes() < softBytes) {
            slowSinceMillis.delete(client)
            return false
          }
          const sinceMillis = slowSinceMillis.get(client)
          if (sinceMillis === undefined) slowSinceMillis.set(client, nowMillis)
          return sinceMillis !== undefined && nowMillis - sinceMillis > softSeconds * 1000
        })
        return Effect.forEach(slow, (client) => closeForOutput(client, clients, stats), { discard: true })
      })

      const closeLargest = Effect.suspend(() => {
        const limit = clientsLimitBytes(config)
        if (limit === 0) return Effect.void
        const bySize = [...clients.all()].filter(({ kind }) => kind === "normal" || kind === "pubsub")
          .map((client) => ({ client, bytes: client.memoryBytes })).sort((a, b) => b.bytes - a.bytes)
        let total = bySize.reduce((sum, { bytes }) => sum + bytes, 0)
        const evicted: Array<Client> = []
        for (const { bytes, client } of bySize) {
          if (total < limit) break
          if (client.noEvict || isInProcess(client)) continue
          total -= bytes
          evicted.push(client)
        }
        counters.evictedClients += evicted.length
        return Effect.forEach(evicted, (client) => {
          clients.disconnect(client)
          return Effect.logInfo(`Client id=${client.id} addr=${client.transport.address} evicted`)
        }, { discard: true })
      })

      yield* closeIdle.pipe(
        Effect.andThen(closeSlow),
        Effect.andThen(closeLargest),
        Effect.catchCause((cause) => Effect.logError("clients cron failed", cause)),
        Effect.repeat(Schedule.spaced("100 millis")),
        Effect.annotateLogs("module", "clients"),
        Effect.forkScoped
      )
    })
  )

const isWaiting = (client: Client): boolean => client.blocked !== undefined

/** Whoever calls from within the process has no connection that could be ended. */
const isInProcess = (client: Client): boolean => client.transport.fileDescriptor < 0
