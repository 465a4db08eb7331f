/**
 * The commands' time from Effect's Clock, which a test moves by hand.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CommandClock } from "../services/CommandClock.ts"

export const layer: Layer.Layer<CommandClock> = Layer.effect(
  CommandClock,
  Effect.map(Clock.Clock, (clock) => {
    const time = {
      millis: clock.currentTimeMillisUnsafe(),
      expiryMillis: clock.currentTimeMillisUnsafe(),
      isRepeating: false,
      refresh: () => {
        time.millis = clock.currentTimeMillisUnsafe()
        time.expiryMillis = time.isRepeating ? -Infinity : time.millis
        return time.millis
      },
      currentMicros: () => Number(clock.currentTimeNanosUnsafe() / 1000n),
      monotonicNanos: () => Number(clock.monotonicTimeNanosUnsafe())
    }
    return time
  })
)
