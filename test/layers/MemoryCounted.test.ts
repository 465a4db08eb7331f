import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { ClientTransport } from "../../src/services/Client.ts"
import { Clients } from "../../src/services/Clients.ts"
import { CommandClock } from "../../src/services/CommandClock.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { Memory } from "../../src/services/Memory.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { outOfMemory } from "../../src/protocol/CommandError.ts"
import { ok } from "../../src/protocol/Reply.ts"
import { Engine, engine } from "../support/Engine.ts"

/** A connection whose client does not read. */
const slowReader = { outputBytes: 0, queryBufferBytes: 0 }
const transport: ClientTransport = {
  address: "127.0.0.1:1",
  localAddress: "127.0.0.1:6379",
  isLocal: true,
  fileDescriptor: 7,
  queryBufferBytes: () => slowReader.queryBufferBytes,
  argumentBytes: () => 0,
  outputBytes: () => slowReader.outputBytes,
  close: () => {}
}

const fill = Effect.fnUntraced(function*(count: number) {
  const { call } = yield* Engine
  for (let i = 0; i < count; i++) yield* call("SET", `key:${i}`, "x".repeat(1000))
})

describe("used memory", () => {
  it.effect("is that of the data and of the clients' buffers", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      const keyspace = yield* Keyspace
      const { usedBytes } = yield* Memory
      const empty = usedBytes()
      yield* fill(100)
      assert.isAbove(usedBytes() - empty, 100_000)
      assert.strictEqual(usedBytes(), keyspace.usedBytes())
      const client = clients.add(transport)
      slowReader.outputBytes = 1_000_000
      slowReader.queryBufferBytes = 1000
      assert.strictEqual(usedBytes(), keyspace.usedBytes() + 1_001_000)
      clients.remove(client)
      assert.strictEqual(usedBytes(), keyspace.usedBytes())
    }).pipe(Effect.provide(engine())))

  it.effect("has a peak that outlasts the data", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const { counters } = yield* ServerStats
      const { usedBytes } = yield* Memory
      yield* fill(100)
      const used = usedBytes()
      yield* TestClock.adjust("1 second")
      yield* call("FLUSHALL")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(counters.usedMemoryPeak, used)
    }).pipe(Effect.provide(engine())))
})

describe("making room", () => {
  it.effect("data gives way to the buffers of clients, without any write", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const clients = yield* Clients
      const { counters } = yield* ServerStats
      yield* fill(400)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(counters.evictedKeys, 0)
      slowReader.outputBytes = 800_000
      const client = clients.add(transport)
      yield* TestClock.adjust("1 second")
      assert.isAbove(counters.evictedKeys, 200)
      clients.remove(client)
      assert.strictEqual(yield* call("SET", "another", "1"), ok)
    }).pipe(Effect.provide(engine({ maxmemory: 1_000_000, "maxmemory-policy": "allkeys-lru" }))))

  it.effect("nothing is refused because of buffers that are gone", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const clients = yield* Clients
      slowReader.outputBytes = 2_000_000
      const client = clients.add(transport)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* call("SET", "k", "v"), outOfMemory)
      clients.remove(client)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* call("SET", "k", "v"), ok)
    }).pipe(Effect.provide(engine({ maxmemory: 1_000_000, "maxmemory-policy": "allkeys-lru" }))))

  it.effect("nothing is evicted while clients are paused", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const clients = yield* Clients
      const clock = yield* CommandClock
      const { counters } = yield* ServerStats
      yield* fill(400)
      clients.pause("write", clock.refresh() + 10_000)
      yield* call("CONFIG", "SET", "maxmemory", "100000")
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(counters.evictedKeys, 0)
      yield* TestClock.adjust("2 seconds")
      assert.isAbove(counters.evictedKeys, 200)
    }).pipe(Effect.provide(engine({ "maxmemory-policy": "allkeys-lru" }))))

  it.live("a command is held up for the time that eviction may take, and the rest is done behind it", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const { usedBytes } = yield* Memory
      yield* fill(5000)
      const limit = Math.floor(usedBytes() / 2)
      yield* call("CONFIG", "SET", "maxmemory", String(limit))
      // With a tenacity of 0 that is a handful of keys.
      assert.isAbove(Number(yield* call("DBSIZE")), 4000)
      // There will be room, so this is not refused.
      assert.strictEqual(yield* call("SET", "another", "1"), ok)
      // By turns, not by time: each goes on with a handful.
      for (let turn = 0; turn < 2000 && usedBytes() > limit; turn++) yield* Effect.yieldNow
      assert.isAtMost(usedBytes(), limit)
      assert.isAbove(Number(yield* call("DBSIZE")), 2000)
    }).pipe(Effect.provide(engine({ "maxmemory-policy": "allkeys-lru", "maxmemory-eviction-tenacity": 0 }))))

  it.effect("without a limit a write has nothing to look at", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const { ensureRoom, isLimited } = yield* Memory
      yield* fill(100)
      assert.isTrue(ensureRoom())
      assert.isFalse(isLimited())
      yield* call("CONFIG", "SET", "maxmemory", "1000")
      assert.isTrue(isLimited())
      assert.isFalse(ensureRoom())
      assert.strictEqual(yield* call("SET", "k", "v"), outOfMemory)
    }).pipe(Effect.provide(engine())))
})
