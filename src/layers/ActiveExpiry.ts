/**
 * Removes expired keys, and expired fields of hashes, that nobody asks for.
 *
 * Only keys with a deadline are looked at, some at random, a slice of a millisecond at a time, because every client waits for it. While many of those seen
 * are expired the next slice follows soon, so that a share of the time goes into it that `active-expire-effort` sets; otherwise there are `hz` slices a
 * second. Nothing runs while nothing can be due. After `activeExpireCycle` in expire.c, which samples in the same adaptive way.
 *
 * Of fields each database knows which hash has the one that is due first: all that are due are found, without looking at others.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import { ActiveExpiry } from "../services/ActiveExpiry.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import type { DatabaseTables } from "./DatabaseTables.ts"
import { KeyspaceTables } from "./KeyspaceMemory.ts"

/** The longest a slice may take, and the most keys and fields it looks at where time stands still. */
const sliceNanos = 1_000_000
const sliceKeys = 4096

/** Looked at, or fields removed, together, between two looks at the clock. A database with no more deadlines than this is looked at as a whole. */
const keysPerLook = 64

/** The longest wait between slices, in case somebody sets the machine's clock. */
const longestPauseMillis = 60_000

export const layer: Layer.Layer<
  ActiveExpiry,
  never,
  CommandClock | KeyspaceTables | ServerConfig | ServerStats
> = Layer.effect(
  ActiveExpiry,
  Effect.gen(function*() {
    const clock = yield* CommandClock
    const { databases, shared } = yield* KeyspaceTables
    const { propagation } = shared
    const { values: config } = yield* ServerConfig
    const { counters } = yield* ServerStats
    const state = { isEnabled: true }
    const sooner = Latch.makeUnsafe(false)
    shared.onSoonerDeadline = () => sooner.openUnsafe()
    let current = 0
    let looked = 0
    let startedAt = 0
    /** Of the deadlines that this slice has seen and left, those of fields included; -Infinity where it cannot tell. */
    let soonest = Infinity

    /** Looks at some deadlines of one database, removes what has expired, and answers which share of them that was, from 0 to 1. */
    const look = (database: DatabaseTables): number => {
      const size = database.volatileSize
      const looked = Math.min(size, keysPerLook)
      let expired = 0
      if (size > keysPerLook) soonest = -Infinity
      for (let i = 0; i < looked; i++) {
        // From the end: where all are looked at, the one that takes the place of a removed one has been seen already.
        const position = size > keysPerLook
          ? Math.floor(shared.random() * database.volatileSize)
          : size - 1 - i
        const deadline = database.deadlineAt(position)
        if (deadline < clock.millis) {
          database.expireAt(position)
          propagation.flush()
          expired++
        } else if (deadline < soonest) {
          soonest = deadline
        }
      }
      const percentage = expired * 100 / looked
      counters.expiredStalePercentage = percentage * 0.05 + counters.expiredStalePercentage * 0.95
      return expired / looked
    }

    const isOver = (): boolean => looked >= sliceKeys || clock.monotonicNanos() - startedAt > sliceNanos

    /** Removes fields that are due until there is none left, or the slice is over: then it answers `true`. */
    const removeFields = (database: DatabaseTables): boolean => {
      while (database.soonestFieldDeadline < clock.millis) {
        looked += database.expireSoonestFields(keysPerLook)
        propagation.flush(true)
        if (isOver()) return true
      }
      return false
    }

    const isHeld = (): boolean => !state.isEnabled || shared.isExpiryHeld()

    /** Works through the databases until little is found or the slice is over; says whether there is more to do. */
    const slice = (): boolean => {
      clock.refresh()
      if (isHeld() || clock.millis <= shared.soonestDeadline) return false
      startedAt = clock.monotonicNanos()
      const acceptable = (11 - config["active-expire-effort"]) / 100
      looked = 0
      let isBusy = false
      soonest = Infinity
      for (let visited = 0; visited < databases.length && !isBusy; visited++) {
        // The index stays below the number of databases.
        const database = databases[current]!
        while (database.volatileSize > 0 && look(database) > acceptable) {
          looked += keysPerLook
          isBusy = isOver()
          if (isBusy) break
        }
        isBusy ||= removeFields(database)
        soonest = isBusy ? -Infinity : Math.min(soonest, database.soonestFieldDeadline)
        current = (current + 1) % databases.length
      }
      shared.soonestDeadline = soonest
      if (isBusy) counters.expiredTimeCapReached++
      counters.expireCycleNanos += clock.monotonicNanos() - startedAt
      return isBusy
    }

    /** At effort 1 a quarter of the time may go into expiry, at 10 nearly a half: the pause after a slice of a millisecond. */
    const pauseMillis = () => 100 / (25 + 2 * (config["active-expire-effort"] - 1)) - 1

    /** For a turn of `hz`, or longer while no key can be due. */
    const rest = Effect.suspend(() => {
      const turnMillis = 1000 / config.hz
      const idleMillis = shared.soonestDeadline - clock.millis
      if (isHeld() || idleMillis <= turnMillis) return Effect.sleep(turnMillis)
      sooner.closeUnsafe()
      if (idleMillis === Infinity) return sooner.await
      // At its very deadline a key is not expired yet.
      return Effect.raceFirst(sooner.await, Effect.sleep(Math.min(idleMillis + 1, longestPauseMillis)))
    })

    yield* Effect.suspend(() => Effect.succeed(slice())).pipe(
      Effect.catchCause((cause) => Effect.as(Effect.logError("expiry cycle failed", cause), false)),
      Effect.flatMap((isBusy) => isBusy ? Effect.sleep(pauseMillis()) : rest),
      Effect.forever,
      Effect.annotateLogs("module", "expiry"),
      Effect.forkScoped
    )
    return state
  })
)
