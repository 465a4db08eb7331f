/**
 * The clients of this process in a table by id, and the pause as a deadline on Effect's Clock.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { type Blocked, Client } from "../services/Client.ts"
import { Clients, type PauseMode } from "../services/Clients.ts"
import { ServerConfig } from "../services/ServerConfig.ts"

export const layer: Layer.Layer<Clients, never, ServerConfig> = Layer.effect(
  Clients,
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const { values } = yield* ServerConfig
    /** In order of connection: a Map keeps the order of insertion. */
    const clients = new Map<number, Client>()
    let lastId = 0

    let mode: PauseMode | undefined = undefined
    let untilMillis = 0
    /** Whether an effect holds writes back. */
    let isHeld = false
    const holding = yield* Semaphore.make(1)
    /** Open while nothing is held back; the deadline does not open it, whoever waits looks at both. */
    const unpaused = Latch.makeUnsafe(true)

    const pausedMode = (): PauseMode | undefined => {
      if (mode !== undefined && clock.currentTimeMillisUnsafe() >= untilMillis) unpause()
      return mode ?? (isHeld ? "write" : undefined)
    }

    const unpause = (): void => {
      mode = undefined
      untilMillis = 0
      if (!isHeld) unpaused.openUnsafe()
    }

    const hold = Effect.sync(() => {
      isHeld = true
      unpaused.closeUnsafe()
    })

    const release = Effect.sync(() => {
      isHeld = false
      if (mode === undefined) unpaused.openUnsafe()
    })

    const awaitUnpaused: Effect.Effect<void> = Effect.gen(function*() {
      while (pausedMode() !== undefined) {
        // Only a pause has an end of its own.
        const remainingMillis = mode === undefined ? Infinity : untilMillis - clock.currentTimeMillisUnsafe()
        yield* Effect.raceFirst(unpaused.await, Effect.sleep(Math.min(remainingMillis, longestSleepMillis)))
        // The latch wakes whoever waits within the command that opens it, which has to end first.
        yield* Effect.yieldNow
      }
    })

    return Clients.of({
      add: (transport) => {
        const id = ++lastId
        const isAuthenticated = values.requirepass === undefined
        const client = new Client(id, transport, clock.currentTimeMillisUnsafe(), isAuthenticated)
        clients.set(id, client)
        return client
      },
      remove: (client) => {
        client.blocked?.abandon()
        clients.delete(client.id)
      },
      disconnect: (client) => {
        clients.delete(client.id)
        client.transport.close()
      },
      get: (id) => clients.get(id),
      all: () => clients.values(),
      size: () => clients.size,

      pausedMode,
      pausedUntilMillis: () => pausedMode() === undefined ? 0 : untilMillis,
      pause: (next, endMillis) => {
        mode = pausedMode() === "all" ? "all" : next
        untilMillis = Math.max(untilMillis, endMillis)
        unpaused.closeUnsafe()
      },
      unpause,
      holdingWrites: (effect) => holding.withPermit(Effect.acquireUseRelease(hold, () => effect, () => release)),
      awaitUnpaused,
      postpone: (client) =>
        Effect.suspend(() => {
          client.blocked = paused
          return Effect.ensuring(awaitUnpaused, Effect.sync(() => client.blocked = undefined))
        })
    })
  })
)

const paused: Blocked = { waiter: undefined, unblock: () => {}, abandon: () => {} }

/** JavaScript's timers end at 2^31 milliseconds, a pause does not. */
const longestSleepMillis = 24 * 60 * 60 * 1000
