/**
 * What a key's access column means: the LRU clock or the LFU counter, as `maxmemory-policy` says.
 *
 * Changing between LRU and LFU leaves the old readings in place, as Redis does: they are wrong until each key is used again.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { accessClock, idleSeconds, lastAccess } from "../data/AccessClock.ts"
import { decayedCounter, frequencyOf, initialFrequency, recordAccess } from "../data/LogarithmicCounter.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { ServerConfig } from "../services/ServerConfig.ts"

export class AccessTracking extends Context.Service<AccessTracking, {
  /** Set while a client that wants to leave no trace (CLIENT NO-TOUCH) runs its command. */
  isPaused: boolean
  /** The access column, 24 bits, of a key that is made now. */
  readonly initial: () => number
  /** The access column of a key that is used now and had this one before. */
  readonly touched: (access: number) => number
  /** The access column of a key of which so much is known from elsewhere; `undefined` where that is nothing of what is kept there. */
  readonly recalled: (idleSeconds: number | undefined, frequency: number | undefined) => number | undefined
  readonly idleSeconds: (access: number) => number
  /** The LFU counter as it stands now. */
  readonly frequency: (access: number) => number
}>()("keyloom/layers/AccessTracking") {}

export const layer: Layer.Layer<AccessTracking, never, CommandClock | ServerConfig> = Layer.effect(
  AccessTracking,
  Effect.gen(function*() {
    const clock = yield* CommandClock
    const { onChange, values } = yield* ServerConfig
    const random = yield* Random.Random
    const countsFrequency = () => values["maxmemory-policy"].endsWith("lfu")
    let isFrequency = countsFrequency()
    yield* onChange(["maxmemory-policy"], () => {
      isFrequency = countsFrequency()
      return undefined
    })
    // Nearly every command asks for the reading, and it is the same for a batch of them.
    let readAtMillis = NaN
    let reading = 0
    const now = () => {
      if (clock.millis !== readAtMillis) {
        readAtMillis = clock.millis
        reading = accessClock(readAtMillis)
      }
      return reading
    }
    return AccessTracking.of({
      isPaused: false,
      initial: () => isFrequency ? initialFrequency(clock.millis) : now(),
      touched: (access) =>
        isFrequency
          ? recordAccess(
            access,
            clock.millis,
            values["lfu-decay-time"],
            values["lfu-log-factor"],
            random.nextDoubleUnsafe()
          )
          : now(),
      recalled: (idleSeconds, frequency) => {
        if (isFrequency) return frequency === undefined ? undefined : frequencyOf(clock.millis, frequency)
        return idleSeconds === undefined ? undefined : lastAccess(now(), idleSeconds)
      },
      idleSeconds: (access) => idleSeconds(now(), access),
      frequency: (access) => decayedCounter(access, clock.millis, values["lfu-decay-time"])
    })
  })
)
