import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Engine, engine } from "../../support/Engine.ts"
import { table, textOf } from "./replies.ts"

const cloth = (...request: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { call } = yield* Engine
    // What clients show is UTF-8.
    return Buffer.from(textOf(yield* call("LOLWUT", ...request)), "latin1").toString().split("\n")
  })

describe("LOLWUT", () => {
  it.effect("weaves half blocks, and ends with the versions", () =>
    Effect.gen(function*() {
      const lines = yield* cloth()
      assert.match(lines.at(-2) ?? "", /^Redis ver\. 7\.2\.4, Keyloom ver\. \d+\.\d+\.\d+$/)
      const rows = lines.slice(0, -3)
      assert.lengthOf(rows, 16)
      for (const row of rows) assert.match(row, /^[ █▀▄]{64}$/)
    }).pipe(Effect.provide(engine())))

  it.effect("weaves the same cloth for the same VERSION, and others for others", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* cloth("VERSION", "5"), yield* cloth("version", "5"))
      assert.notDeepEqual(yield* cloth("VERSION", "5"), yield* cloth("VERSION", "6"))
    }).pipe(Effect.provide(engine())))

  it.effect("weaves as wide and high as it is asked to, within limits", () =>
    Effect.gen(function*() {
      const small = yield* cloth("VERSION", "5", "10", "4")
      assert.deepStrictEqual(small.slice(0, -3).map((row) => row.length), [10, 10])
      const large = yield* cloth("VERSION", "5", "100000", "100000")
      assert.deepStrictEqual([large.length - 3, large[0]?.length], [40, 160])
    }).pipe(Effect.provide(engine())))

  it.effect("refuses a VERSION that is no number", () =>
    table([[["LOLWUT", "VERSION", "x"], "-ERR value is not an integer or out of range"]]).pipe(
      Effect.provide(engine())
    ))
})

describe("TIME", () => {
  it.effect("answers seconds and microseconds of the server's clock", () =>
    table([[["TIME"], ["0", "0"]]]).pipe(Effect.provide(engine())))
})
