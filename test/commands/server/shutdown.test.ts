import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Lifecycle } from "../../../src/services/Lifecycle.ts"
import { Engine, engine } from "../../support/Engine.ts"
import { table } from "./replies.ts"

describe("SHUTDOWN", () => {
  for (const request of [[], ["NOSAVE"], ["NOW", "nosave"], ["FORCE", "SAVE"], ["NOW", "NOW"]]) {
    it.effect(`${["SHUTDOWN", ...request].join(" ")} ends the server without a reply`, () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        const { awaitShutdown } = yield* Lifecycle
        const asking = yield* Effect.forkChild(call("SHUTDOWN", ...request))
        yield* awaitShutdown
        assert.isUndefined(asking.pollUnsafe())
        yield* Fiber.interrupt(asking)
      }).pipe(Effect.provide(engine())))
  }

  it.effect("answers what does not fit together, and what cannot be done", () =>
    table([
      [["SHUTDOWN", "nope"], "-ERR syntax error"],
      [["SHUTDOWN", "SAVE", "NOSAVE"], "-ERR syntax error"],
      [["SHUTDOWN", "ABORT", "NOW"], "-ERR syntax error"],
      [["SHUTDOWN", "NOW", "ABORT"], "-ERR syntax error"],
      [["SHUTDOWN", "ABORT"], "-ERR No shutdown in progress."],
      [["SHUTDOWN", "SAVE"], "-ERR Errors trying to SHUTDOWN. Check logs."],
      [["PING"], "PONG"]
    ]).pipe(Effect.provide(engine({ dir: "/nowhere" }))))
})
