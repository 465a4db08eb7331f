import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { layer } from "../../src/layers/PropagationUnits.ts"
import { Request } from "../../src/protocol/Request.ts"
import { Propagation } from "../../src/services/Propagation.ts"

/** Somebody who listens, and what has been told since the last question: units of commands, each with its database before it. */
const make = Effect.gen(function*() {
  const propagation = yield* Propagation
  const units: Array<ReadonlyArray<string>> = []
  const stop = propagation.listen((unit) =>
    units.push(unit.map(({ database, request }) => `${database} ${request.words().join(" ")}`))
  )
  const ran = (database: number, request: string, hasChanged = true): void =>
    propagation.commandRan(database, Request.of(request.split(" ")), hasChanged)
  return { propagation, ran, stop, told: () => units.splice(0) }
})

describe("propagation", () => {
  it.effect("tells a write as the request that caused it, and nothing of one that has changed nothing", () =>
    Effect.gen(function*() {
      const { propagation, ran, told } = yield* make
      ran(1, "SET k v")
      propagation.flush()
      ran(1, "DEL none", false)
      propagation.flush()
      assert.deepStrictEqual(told(), [["1 SET k v"]])
    }).pipe(Effect.provide(layer)))

  it.effect("tells what a handler says instead, for this command alone", () =>
    Effect.gen(function*() {
      const { propagation, ran, told } = yield* make
      propagation.instead(() => [["SREM", "s", "a"], ["SREM", "s", "b"]])
      ran(0, "SPOP s 2")
      propagation.flush()
      propagation.instead(() => [])
      ran(0, "XREADGROUP g")
      propagation.flush()
      propagation.instead(() => [["DEL", "k"]])
      ran(0, "GETDEL k", false)
      propagation.flush()
      ran(0, "INCR k")
      propagation.flush()
      assert.deepStrictEqual(told(), [["0 SREM s a", "0 SREM s b"], ["0 INCR k"]])
    }).pipe(Effect.provide(layer)))

  it.effect("makes one unit of what happened in one step, in order, unless it happened separately", () =>
    Effect.gen(function*() {
      const { propagation, ran, told } = yield* make
      propagation.also(2, ["UNLINK", "a"])
      ran(2, "SET a 1")
      propagation.flush()
      propagation.also(0, ["UNLINK", "b"])
      propagation.also(0, ["UNLINK", "c"])
      propagation.flush(true)
      propagation.flush()
      assert.deepStrictEqual(told(), [["2 UNLINK a", "2 SET a 1"], ["0 UNLINK b"], ["0 UNLINK c"]])
    }).pipe(Effect.provide(layer)))

  it.effect("asks no handler for anything while nobody listens", () =>
    Effect.gen(function*() {
      const { propagation, stop, told } = yield* make
      stop()
      assert.isFalse(propagation.isActive)
      propagation.instead(() => assert.fail("nobody listens"))
      propagation.also(0, ["DEL", "k"])
      propagation.flush()
      assert.deepStrictEqual(told(), [])
    }).pipe(Effect.provide(layer)))
})
