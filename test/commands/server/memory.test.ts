import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { diagnosis } from "../../../src/commands/server/memoryDoctor.ts"
import { Double, MapReply } from "../../../src/protocol/Reply.ts"
import { Engine, engine } from "../../support/Engine.ts"
import { info, table, textOf } from "./replies.ts"

describe("MEMORY", () => {
  it.effect("USAGE answers the bytes of a key with its value, and leaves no trace", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SET", "small", "v")
      yield* call("SET", "large", "v".repeat(100_000))
      const small = Number(yield* call("MEMORY", "USAGE", "small"))
      const large = Number(yield* call("MEMORY", "USAGE", "large"))
      assert.isAbove(small, 5)
      assert.isAtLeast(large - small, 99_000)
      const fields = yield* info("stats")
      assert.strictEqual(fields.get("keyspace_hits"), "0")
      assert.strictEqual(fields.get("keyspace_misses"), "0")
    }).pipe(Effect.provide(engine())))

  it.effect("USAGE answers null and errors as Redis does", () =>
    table([
      [["MEMORY", "USAGE", "nope"], null],
      [["MEMORY", "USAGE", "nope", "SAMPLES", "0"], null],
      [["MEMORY", "USAGE", "nope", "samples", "5"], null],
      [["MEMORY", "USAGE", "nope", "SAMPLES", "-1"], "-ERR syntax error"],
      [["MEMORY", "USAGE", "nope", "SAMPLES", "x"], "-ERR value is not an integer or out of range"],
      [["MEMORY", "USAGE", "nope", "SAMPLES"], "-ERR syntax error"],
      [["MEMORY", "USAGE", "nope", "x"], "-ERR syntax error"],
      [["MEMORY", "USAGE"], "-ERR wrong number of arguments for 'memory|usage' command"],
      [["MEMORY"], "-ERR wrong number of arguments for 'memory' command"],
      [["MEMORY", "nope"], "-ERR unknown subcommand 'nope'. Try MEMORY HELP."]
    ]).pipe(Effect.provide(engine())))

  it.effect("STATS agrees with what the keys take", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SET", "a", "v".repeat(10_000))
      yield* call("SET", "b", "v".repeat(10_000))
      const reply = yield* call("MEMORY", "STATS")
      const pairs = reply instanceof MapReply ? reply.pairs : []
      const stat = (name: string) => pairs[pairs.indexOf(name) + 1]
      assert.strictEqual(stat("keys.count"), 2)
      assert.isAtLeast(Number(stat("keys.bytes-per-key")), 10_000)
      assert.strictEqual(stat("total.allocated"), Number(stat("dataset.bytes")) + Number(stat("overhead.total")))
      const percentage = stat("dataset.percentage")
      assert.isTrue(percentage instanceof Double && percentage.value > 0 && percentage.value < 100)
    }).pipe(Effect.provide(engine())))

  it.effect("MALLOC-STATS shows the spaces of V8's heap", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      assert.match(textOf(yield* call("MEMORY", "MALLOC-STATS")), /^___ Begin V8 .*\n(.*\n)*old_space +\d+ +\d+/)
    }).pipe(Effect.provide(engine())))

  it.effect("PURGE collects garbage", () =>
    Effect.gen(function*() {
      const garbage = () => Array.from({ length: 500_000 }, (_, i) => ({ i })).length
      assert.strictEqual(garbage(), 500_000)
      const before = Number((yield* info("memory")).get("allocator_allocated"))
      yield* table([[["MEMORY", "PURGE"], "OK"]])
      assert.isBelow(Number((yield* info("memory")).get("allocator_allocated")), before)
    }).pipe(Effect.provide(engine())))

  it.effect("DOCTOR has nothing to say about an empty server", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      assert.match(textOf(yield* call("MEMORY", "DOCTOR")), /hardly any data/)
    }).pipe(Effect.provide(engine())))

  it("DOCTOR names what it finds", () => {
    const megabyte = 1024 * 1024
    const healthy = {
      used: 100 * megabyte,
      peak: 110 * megabyte,
      resident: 150 * megabyte,
      clientBuffers: 1000,
      clients: 10,
      heapUse: 0.2
    }
    assert.match(diagnosis(healthy), /^No problem/)
    assert.match(diagnosis({ ...healthy, peak: 151 * megabyte }), / \* Peak:/)
    assert.match(diagnosis({ ...healthy, resident: 300 * megabyte }), / \* Resident memory:/)
    assert.match(diagnosis({ ...healthy, clientBuffers: 3 * megabyte }), / \* Client buffers:/)
    assert.match(diagnosis({ ...healthy, heapUse: 0.8 }), / \* Heap limit:/)
    assert.lengthOf(
      diagnosis({ ...healthy, heapUse: 0.8, peak: 151 * megabyte }).match(/ \* /g) ?? [],
      2
    )
  })
})
