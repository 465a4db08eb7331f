/**
 * The life of an engine within this process. Whoever runs the engine waits for `awaitShutdown` and closes its scope.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import { randomBytes } from "node:crypto"
import { CommandClock } from "../services/CommandClock.ts"
import { Lifecycle } from "../services/Lifecycle.ts"

export const layer: Layer.Layer<Lifecycle, never, CommandClock> = Layer.effect(
  Lifecycle,
  Effect.gen(function*() {
    const clock = yield* CommandClock
    const isEnding = Latch.makeUnsafe(false)
    return Lifecycle.of({
      startedAtMillis: clock.refresh(),
      runId: randomBytes(20).toString("hex"),
      processId: process.pid,
      shutdown: () => void isEnding.openUnsafe(),
      awaitShutdown: isEnding.await
    })
  })
)
