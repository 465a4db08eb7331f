/**
 * Removes expired keys that nobody asks for.
 *
 * Only keys with a deadline are looked at, a slice at a time. While many of those seen are expired the next slice follows at once, up to a share of the time
 * that `active-expire-effort` allows; otherwise there is a slice every 1000/`hz` milliseconds. A slice is short, because every client waits for it.
 * After `activeExpireCycle` in expire.c, which samples in the same adaptive way.
 */
import { Effect, Layer } from "effect"
import { ActiveExpiry } from "../services/ActiveExpiry.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import { type DatabaseTables, KeyspaceTables } from "./KeyspaceMemory.ts"

/** The longest a slice may take, and the most keys it looks at where time stands still. */
const sliceNanos = 1_000_000
const sliceKeys = 4096
const keysPerLook = 64

export const layer: Layer.Layer<ActiveExpiry, never, CommandClock | KeyspaceTables | ServerConfig | ServerStats> = Layer
  .effect(
    ActiveExpiry,
    Effect.gen(function*() {
      const clock = yield* CommandClock
      const databases = yield* KeyspaceTables
      const { values: config } = yield* ServerConfig
      const { counters } = yield* ServerStats
      const state = { isEnabled: true }
      const positions = databases.map(() => 0)
      let current = 0

      /** Looks at some deadlines of one database and answers which share of them had passed, from 0 to 1. */
      const look = (database: DatabaseTables): number => {
        let looked = 0
        let expired = 0
        let remainingMillis = 0
        let position = positions[database.index] ?? 0
        while (looked < keysPerLook && looked < database.volatileSize + expired) {
          if (position >= database.volatileSize) position = 0
          const deadline = database.deadlineAt(position)
          looked++
          if (deadline < clock.millis) {
            // Another deadline takes this position, so it is looked at again.
            database.expireAt(position)
            expired++
          } else {
            remainingMillis += deadline - clock.millis
            position++
          }
        }
        positions[database.index] = position
        const living = looked - expired
        if (living > 0) {
          const average = remainingMillis / living
          database.averageTtlMillis = database.averageTtlMillis === 0
            ? average
            : database.averageTtlMillis + (average - database.averageTtlMillis) / 50
        }
        const percentage = looked === 0 ? 0 : expired * 100 / looked
        counters.expiredStalePercentage = percentage * 0.05 + counters.expiredStalePercentage * 0.95
        return looked === 0 ? 0 : expired / looked
      }

      /** Works through the databases until little is found or the slice is over; says whether there is more to do. */
      const slice = (): boolean => {
        if (!state.isEnabled) return false
        clock.refresh()
        const startedAt = clock.monotonicNanos()
        const effort = config["active-expire-effort"] - 1
        const acceptable = (10 - effort) / 100
        let looked = 0
        let isBusy = false
        for (let visited = 0; visited < databases.length; visited++) {
          // The index stays below the number of databases.
          const database = databases[current]!
          while (database.volatileSize > 0 && look(database) > acceptable) {
            looked += keysPerLook
            if (looked >= sliceKeys || clock.monotonicNanos() - startedAt > sliceNanos) {
              isBusy = true
              break
            }
          }
          if (isBusy) break
          current = (current + 1) % databases.length
        }
        if (isBusy) counters.expiredTimeCapReached++
        counters.expireCycleNanos += clock.monotonicNanos() - startedAt
        return isBusy
      }

      /** At effort 1 a quarter of the time may go into expiry, at 10 nearly a half: the pause after a slice of a millisecond. */
      const pauseMillis = () => 100 / (25 + 2 * (config["active-expire-effort"] - 1)) - 1

      yield* Effect.suspend(() => Effect.succeed(slice())).pipe(
        Effect.catchCause((cause) => Effect.as(Effect.logError("expiry cycle failed", cause), false)),
        Effect.flatMap((isBusy) => Effect.sleep(isBusy ? pauseMillis() : 1000 / config.hz)),
        Effect.forever,
        Effect.annotateLogs("module", "expiry"),
        Effect.forkScoped
      )
      return state
    })
  )
