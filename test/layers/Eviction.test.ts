import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { TestClock } from "effect/testing"
import { Deadlines } from "../../src/data/Deadlines.ts"
import { Dictionary } from "../../src/data/Dictionary.ts"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import { isCommandError, outOfMemory } from "../../src/protocol/CommandError.ts"
import { Memory } from "../../src/services/Memory.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { Engine, engine } from "../support/Engine.ts"

const policies = ["lru", "lfu", "random"].flatMap((way) => [`allkeys-${way}`, `volatile-${way}`]).concat("volatile-ttl")

/** Runs with chance that comes out the same every time. */
const withEngine = <A, E>(options: GivenValues, test: Effect.Effect<A, E, Engine | Memory | ServerStats>) =>
  test.pipe(Effect.provide(engine(options)), Random.withSeed("eviction"))

/** Sets `prefix:0`, `prefix:1` and so on. */
const fill = Effect.fnUntraced(function*(prefix: string, count: number, ...options: ReadonlyArray<string>) {
  const { call } = yield* Engine
  for (let i = 0; i < count; i++) yield* call("SET", `${prefix}:${i}`, "x".repeat(100), ...options)
})

/** How many of `prefix:0` to `prefix:count-1` are still there. */
const survivors = Effect.fnUntraced(function*(prefix: string, from: number, to: number) {
  const { call } = yield* Engine
  let alive = 0
  for (let i = from; i < to; i++) if (yield* call("EXISTS", `${prefix}:${i}`)) alive++
  return alive
})

/** What the tables of empty databases take: there are sixteen. */
const emptyBytes = 16 * (new Dictionary().overheadBytes + new Deadlines().overheadBytes)

/** Leaves room for this share of what is there. */
const shrinkTo = Effect.fnUntraced(function*(share: number) {
  const { call } = yield* Engine
  const { usedBytes } = yield* Memory
  const limit = emptyBytes + Math.floor((usedBytes() - emptyBytes) * share)
  yield* call("CONFIG", "SET", "maxmemory", String(limit))
  assert.isAtMost(usedBytes(), limit)
})

describe("maxmemory", () => {
  it.effect.each(policies)("with %s what is used stays below the limit, whatever is written", (policy) =>
    withEngine(
      { maxmemory: 500_000, "maxmemory-policy": policy },
      Effect.gen(function*() {
        const { call } = yield* Engine
        const { usedBytes } = yield* Memory
        const { counters } = yield* ServerStats
        for (let i = 0; i < 6000; i++) {
          yield* call("SELECT", String(i % 3))
          yield* call("SET", `key:${i}`, "x".repeat(i % 300), "EX", "1000")
          // One write may go beyond it, at most by a table that doubles; the next one makes room before it begins.
          assert.isAtMost(usedBytes(), 500_000 + 70_000)
        }
        assert.isAbove(counters.evictedKeys, 1000)
        assert.isAbove(usedBytes(), 400_000)
      })
    ))

  it.effect.each(policies.filter((policy) => policy.startsWith("volatile")))(
    "with %s only keys with a time to live go, and then memory is out",
    (policy) =>
      withEngine(
        { "maxmemory-policy": policy },
        Effect.gen(function*() {
          const { call } = yield* Engine
          yield* fill("persistent", 500)
          yield* fill("volatile", 500, "EX", "1000")
          yield* shrinkTo(0.7)
          assert.strictEqual(yield* survivors("persistent", 0, 500), 500)
          yield* call("CONFIG", "SET", "maxmemory", "1000")
          assert.strictEqual(yield* call("DBSIZE"), 500)
          assert.strictEqual(yield* survivors("volatile", 0, 500), 0)
          assert.strictEqual(yield* call("SET", "another", "1"), outOfMemory)
        })
      )
  )

  it.effect("a key that has lost its time to live since it was found is not evicted as volatile", () =>
    withEngine(
      { "maxmemory-policy": "volatile-ttl", "maxmemory-samples": 64 },
      Effect.gen(function*() {
        const { call } = yield* Engine
        const { usedBytes } = yield* Memory
        for (let i = 0; i < 40; i++) yield* call("SET", `key:${i}`, "x".repeat(100), "EX", String(1000 + i))
        // Evicting one finds the next fifteen.
        yield* call("CONFIG", "SET", "maxmemory", String(usedBytes() - 1))
        assert.strictEqual(yield* call("DBSIZE"), 39)
        yield* call("CONFIG", "SET", "maxmemory", "0")
        for (let i = 0; i < 40; i++) yield* call("PERSIST", `key:${i}`)
        yield* call("SET", "the last volatile one", "1", "EX", "100000")
        yield* call("CONFIG", "SET", "maxmemory", "1000")
        assert.strictEqual(yield* call("DBSIZE"), 39)
        assert.strictEqual(yield* survivors("key", 0, 40), 39)
      })
    ))

  it.effect("LRU: what was used lately survives", () =>
    withEngine(
      { "maxmemory-policy": "allkeys-lru" },
      Effect.gen(function*() {
        const { call } = yield* Engine
        yield* fill("key", 2000)
        yield* TestClock.adjust("1 minute")
        for (let i = 0; i < 1000; i++) yield* call("GET", `key:${i}`)
        yield* shrinkTo(0.75)
        const used = yield* survivors("key", 0, 1000)
        const unused = yield* survivors("key", 1000, 2000)
        assert.isAbove(used, 970)
        assert.isBelow(unused, 450)
      })
    ))

  it.effect("LRU with more samples chooses better", () =>
    Effect.gen(function*() {
      const lost = (samples: number) =>
        withEngine(
          { "maxmemory-policy": "allkeys-lru", "maxmemory-samples": samples },
          Effect.gen(function*() {
            // Every ten keys are one second younger.
            for (let i = 0; i < 100; i++) {
              yield* fill(`age${i}`, 10)
              yield* TestClock.adjust("1 second")
            }
            yield* shrinkTo(0.5)
            let old = 0
            for (let i = 0; i < 45; i++) old += yield* survivors(`age${i}`, 0, 10)
            return old
          })
        )
      const [few, many] = [yield* lost(1), yield* lost(16)]
      assert.isBelow(many, 10)
      assert.isAbove(few, many)
    }))

  it.effect("LFU: what is used often survives, however long ago its rivals were", () =>
    withEngine(
      { "maxmemory-policy": "allkeys-lfu" },
      Effect.gen(function*() {
        const { call } = yield* Engine
        yield* fill("key", 1000)
        for (let round = 0; round < 30; round++) {
          for (let i = 0; i < 500; i++) yield* call("GET", `key:${i}`)
        }
        yield* TestClock.adjust("10 seconds")
        // Later, but only once.
        for (let i = 500; i < 1000; i++) yield* call("GET", `key:${i}`)
        yield* shrinkTo(0.75)
        assert.isAbove(yield* survivors("key", 0, 500), 460)
        assert.isBelow(yield* survivors("key", 500, 1000), 260)
      })
    ))

  it.effect("TTL: what expires last survives", () =>
    withEngine(
      { "maxmemory-policy": "volatile-ttl" },
      Effect.gen(function*() {
        yield* fill("soon", 500, "EX", "100")
        yield* fill("late", 500, "EX", "10000")
        yield* shrinkTo(0.75)
        assert.isAbove(yield* survivors("late", 0, 500), 470)
        assert.isBelow(yield* survivors("soon", 0, 500), 200)
      })
    ))

  it.effect("random takes from all ages and all databases", () =>
    withEngine(
      { "maxmemory-policy": "allkeys-random" },
      Effect.gen(function*() {
        const { call } = yield* Engine
        for (const database of ["0", "7"]) {
          yield* call("SELECT", database)
          yield* fill("key", 1000)
        }
        yield* shrinkTo(0.75)
        for (const database of ["0", "7"]) {
          yield* call("SELECT", database)
          for (const start of [0, 500]) {
            const alive = yield* survivors("key", start, start + 500)
            assert.isAbove(alive, 150)
            assert.isBelow(alive, 450)
          }
        }
      })
    ))

  it.effect("noeviction refuses what needs memory, and nothing else", () =>
    withEngine(
      {},
      Effect.gen(function*() {
        const { call } = yield* Engine
        const { counters } = yield* ServerStats
        yield* fill("key", 100)
        yield* call("CONFIG", "SET", "maxmemory", "1")
        for (
          const command of [["SET", "k", "1"], ["APPEND", "key:0", "x"], ["INCR", "n"], ["SETRANGE", "key:0", "0", "x"]]
        ) {
          assert.strictEqual(yield* call(...command), outOfMemory)
        }
        assert.strictEqual(yield* call("GET", "key:1"), "x".repeat(100))
        assert.strictEqual(yield* call("EXPIRE", "key:1", "100"), 1)
        assert.strictEqual(yield* call("DEL", "key:2"), 1)
        assert.strictEqual(yield* call("DBSIZE"), 99)
        assert.strictEqual(counters.evictedKeys, 0)
        yield* call("CONFIG", "SET", "maxmemory", "0")
        assert.isFalse(isCommandError(yield* call("SET", "k", "1")))
      })
    ))

  it.effect("a change of the policy makes room at once, and changes who goes", () =>
    withEngine(
      {},
      Effect.gen(function*() {
        const { call } = yield* Engine
        const { usedBytes } = yield* Memory
        yield* fill("key", 1000)
        const limit = Math.floor(usedBytes() / 2)
        yield* call("CONFIG", "SET", "maxmemory", String(limit))
        assert.strictEqual(yield* call("DBSIZE"), 1000)
        yield* call("CONFIG", "SET", "maxmemory-policy", "volatile-lru")
        assert.strictEqual(yield* call("DBSIZE"), 1000)
        yield* call("CONFIG", "SET", "maxmemory-policy", "allkeys-random")
        assert.isAtMost(usedBytes(), limit)
      })
    ))

  it.effect("an evicted key counts as evicted, not as expired", () =>
    withEngine(
      { "maxmemory-policy": "allkeys-lru" },
      Effect.gen(function*() {
        const { call } = yield* Engine
        const { counters } = yield* ServerStats
        yield* fill("key", 100)
        yield* shrinkTo(0.5)
        assert.strictEqual(counters.evictedKeys, 100 - Number(yield* call("DBSIZE")))
        assert.strictEqual(counters.expiredKeys, 0)
      })
    ))
})

describe("what OBJECT tells about use", () => {
  it.effect("IDLETIME counts the seconds since a key was used", () =>
    withEngine(
      {},
      Effect.gen(function*() {
        const { call } = yield* Engine
        yield* call("SET", "k", "v")
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* call("OBJECT", "IDLETIME", "k"), 10)
        // These look without touching.
        for (const command of ["TTL", "TYPE"]) yield* call(command, "k")
        assert.strictEqual(yield* call("OBJECT", "IDLETIME", "k"), 10)
        yield* call("TOUCH", "k")
        assert.strictEqual(yield* call("OBJECT", "IDLETIME", "k"), 0)
        yield* TestClock.adjust("3 seconds")
        yield* call("CLIENT", "NO-TOUCH", "on")
        yield* call("GET", "k")
        assert.strictEqual(yield* call("OBJECT", "IDLETIME", "k"), 3)
      })
    ))

  it.effect("FREQ begins at 5, rises with use and falls with time", () =>
    withEngine(
      { "maxmemory-policy": "allkeys-lfu", "lfu-log-factor": 0, "lfu-decay-time": 2 },
      Effect.gen(function*() {
        const { call } = yield* Engine
        yield* call("SET", "k", "v")
        assert.strictEqual(yield* call("OBJECT", "FREQ", "k"), 5)
        for (let i = 0; i < 10; i++) yield* call("GET", "k")
        assert.strictEqual(yield* call("OBJECT", "FREQ", "k"), 15)
        yield* TestClock.adjust("7 minutes")
        assert.strictEqual(yield* call("OBJECT", "FREQ", "k"), 12)
        yield* call("CONFIG", "SET", "lfu-decay-time", "0")
        assert.strictEqual(yield* call("OBJECT", "FREQ", "k"), 15)
        for (let i = 0; i < 300; i++) yield* call("GET", "k")
        assert.strictEqual(yield* call("OBJECT", "FREQ", "k"), 255)
      })
    ))

  it.effect("with a higher lfu-log-factor it takes more use to rise", () =>
    Effect.gen(function*() {
      const after = (factor: number) =>
        withEngine(
          { "maxmemory-policy": "allkeys-lfu", "lfu-log-factor": factor },
          Effect.gen(function*() {
            const { call } = yield* Engine
            yield* call("SET", "k", "v")
            for (let i = 0; i < 1000; i++) yield* call("GET", "k")
            return Number(yield* call("OBJECT", "FREQ", "k"))
          })
        )
      // Redis documents 10 for a factor of 10 after 100 hits, 18 after 1000; for a factor of 1, 49 after 1000.
      const [one, ten, hundred] = [yield* after(1), yield* after(10), yield* after(100)]
      assert.isTrue(35 < one && one < 65, String(one))
      assert.isTrue(12 < ten && ten < 26, String(ten))
      assert.isTrue(6 <= hundred && hundred < 14, String(hundred))
    }))
})
