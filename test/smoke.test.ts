import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { ok } from "../src/protocol/Reply.ts"
import { Engine, engine } from "./support/Engine.ts"

it.effect("SET and GET", () =>
  Effect.gen(function*() {
    const { call } = yield* Engine
    assert.deepStrictEqual(yield* call("SET", "k", "v"), ok)
    assert.strictEqual(yield* call("GET", "k"), "v")
  }).pipe(Effect.provide(engine())))
