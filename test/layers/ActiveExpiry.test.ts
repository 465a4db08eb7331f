import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { TestClock } from "effect/testing"
import { HashValue } from "../../src/data/HashValue.ts"
import { Key } from "../../src/data/Key.ts"
import { ActiveExpiry } from "../../src/services/ActiveExpiry.ts"
import { Clients } from "../../src/services/Clients.ts"
import { CommandClock } from "../../src/services/CommandClock.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { Engine, engine } from "../support/Engine.ts"
import { makeSeededRandom } from "../support/random.ts"

const make = Effect.gen(function*() {
  const keyspace = yield* Keyspace
  const clock = yield* CommandClock
  const { counters } = yield* ServerStats
  const { call } = yield* Engine
  const set = (database: number, name: string, expireAtMillis: number | undefined): void => {
    const key = Key.ofText(keyspace.hasher, name)
    // The databases that the tests use exist.
    keyspace.databases[database]!.set(key, name)
    if (expireAtMillis !== undefined) keyspace.databases[database]!.setDeadline(key, expireAtMillis)
  }
  return { call, clock, counters, keyspace, set, first: keyspace.databases[0]! }
})

describe("the expiry cycle", () => {
  it.effect("removes a million expired keys that nobody touches, and gives their memory back", () =>
    Effect.gen(function*() {
      const { clock, counters, first, keyspace, set } = yield* make
      const empty = keyspace.usedBytes()
      const now = clock.refresh()
      for (let i = 0; i < 1_000_000; i++) set(0, `key:${i}`, now + 1 + i % 1000)
      for (let i = 0; i < 1000; i++) set(0, `persistent:${i}`, undefined)
      assert.isAbove(keyspace.usedBytes() - empty, 1_000_000 * 90)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(first.volatileSize, 0)
      assert.strictEqual(first.size, 1000)
      assert.strictEqual(counters.expiredKeys, 1_000_000)
      assert.isBelow(keyspace.usedBytes() - empty, 1_000_000)
      // Each slice stopped where it had done enough for a turn.
      assert.isAbove(counters.expiredTimeCapReached, 100)
    }).pipe(Effect.provide(engine())))

  it.effect("leaves alone what has no deadline, or a later one", () =>
    Effect.gen(function*() {
      const { first, set } = yield* make
      for (let i = 0; i < 1000; i++) set(0, `key:${i}`, i % 3 === 0 ? undefined : 3_600_001)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(first.size, 1000)
    }).pipe(Effect.provide(engine())))

  it.effect.each([1, 2, 3])(
    "is never late by more than a turn, whatever deadlines are set and changed (seed %i)",
    (seed) =>
      Effect.gen(function*() {
        const random = makeSeededRandom(seed)
        const { clock, keyspace, set } = yield* make
        // Few enough that all of them are looked at in each turn.
        const deadlines = [new Map<string, number>(), new Map<string, number>()] as const
        const turnMillis = 100
        for (let step = 0; step < 2000; step++) {
          const now = clock.refresh()
          const database = random.integer(2)
          // There are two.
          const model = deadlines[database]!
          const name = `key:${random.integer(30)}`
          const deadline = random.chance(0.8) ? now + random.integer(random.pick([100, 5000, 1_000_000])) : undefined
          set(database, name, deadline)
          if (deadline === undefined) model.delete(name)
          else model.set(name, deadline)
          if (random.chance(0.02)) {
            keyspace.databases[database]!.clear()
            model.clear()
          }
          if (random.chance(0.3)) yield* TestClock.adjust(random.integer(random.pick([10, 1000, 60_000])))
          const later = clock.refresh()
          for (const [index, expected] of deadlines.entries()) {
            for (const [key, expireAtMillis] of expected) if (expireAtMillis < later - turnMillis) expected.delete(key)
            const living = [...expected.values()].filter((expireAtMillis) => expireAtMillis >= later).length
            const { volatileSize } = keyspace.databases[index]!
            // Those in between may be there or not.
            assert.isTrue(living <= volatileSize && volatileSize <= expected.size)
          }
        }
      }).pipe(Effect.provide(engine()))
  )

  it.effect("does nothing while no key can be due", () =>
    Effect.gen(function*() {
      const { clock, first, set } = yield* make
      yield* TestClock.adjust("1 second")
      const start = clock.refresh()
      yield* TestClock.adjust("1 hour")
      // The cycle reads the clock at the beginning of each slice, and here nobody else does.
      assert.strictEqual(clock.millis, start)
      const now = clock.refresh()
      set(0, "k", now + 50_000)
      yield* TestClock.adjust("49 seconds")
      assert.isBelow(clock.millis, now + 1000)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(first.size, 0)
    }).pipe(Effect.provide(engine())))

  it.effect("looks at a sample of many keys, and goes on only while many of those are expired", () =>
    Effect.gen(function*() {
      const staleAfter = (effort: number) =>
        Effect.gen(function*() {
          const { clock, first, set } = yield* make
          const now = clock.refresh()
          // Of 100,000 keys eight in a hundred are expired, and they lie together.
          for (let i = 0; i < 100_000; i++) set(0, `key:${i}`, i < 8000 ? now + 1 : now + 3_600_000)
          yield* TestClock.adjust("10 seconds")
          return first.volatileSize - 92_000
        }).pipe(Effect.provide(engine({ "active-expire-effort": effort })), Random.withSeed("effort"))
      const [little, much] = [yield* staleAfter(1), yield* staleAfter(10)]
      // A tenth may be stale at effort 1, a hundredth at effort 10.
      assert.isAbove(little, 6000)
      assert.isBelow(much, 3000)
    }))

  it.effect("finds expired keys wherever they lie", () =>
    Effect.gen(function*() {
      const { clock, first, set } = yield* make
      const now = clock.refresh()
      for (let i = 0; i < 50_000; i++) set(0, `key:${i}`, i < 30_000 ? now + 3_600_000 : now + 1)
      yield* TestClock.adjust("2 seconds")
      assert.isBelow(first.volatileSize, 36_000)
    }).pipe(Effect.provide(engine()), Random.withSeed("wherever")))

  it.effect("looks after all databases", () =>
    Effect.gen(function*() {
      const { clock, keyspace, set } = yield* make
      const now = clock.refresh()
      for (let i = 0; i < 16_000; i++) set(i % 16, `key:${i}`, now + 1)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(keyspace.databases.map(({ size }) => size), Array.from({ length: 16 }, () => 0))
    }).pipe(Effect.provide(engine())))

  it.effect("keeps away while DEBUG SET-ACTIVE-EXPIRE has turned it off; who asks sees nothing all the same", () =>
    Effect.gen(function*() {
      const { call, first } = yield* make
      const expiry = yield* ActiveExpiry
      yield* call("DEBUG", "SET-ACTIVE-EXPIRE", "0")
      assert.isFalse(expiry.isEnabled)
      for (const name of ["a", "b", "c"]) yield* call("SET", name, "v", "PX", "100")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(first.size, 3)
      assert.strictEqual(yield* call("GET", "a"), null)
      assert.strictEqual(first.size, 2)
      yield* call("DEBUG", "SET-ACTIVE-EXPIRE", "1")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(first.size, 0)
    }).pipe(Effect.provide(engine({ "enable-debug-command": "yes" }))))

  it.effect("keeps away while clients are paused", () =>
    Effect.gen(function*() {
      const { call, clock, first } = yield* make
      const clients = yield* Clients
      yield* call("SET", "k", "v", "PX", "100")
      clients.pause("write", clock.refresh() + 10_000)
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(first.size, 1)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(first.size, 0)
    }).pipe(Effect.provide(engine())))

  it.effect("removes expired fields of hashes that nobody touches, and a key with its last field", () =>
    Effect.gen(function*() {
      const { call, counters, first, keyspace } = yield* make
      const empty = keyspace.usedBytes()
      yield* call("HSETEX", "small", "PX", "100", "FIELDS", "1", "a", "1")
      yield* call("HSET", "kept", "a", "1", "b", "2")
      yield* call("HPEXPIRE", "kept", "100", "FIELDS", "1", "a")
      for (let i = 0; i < 20_000; i++) yield* call("HSETEX", `h${i % 3}`, "PX", "100", "FIELDS", "1", `f${i}`, "v")
      assert.strictEqual(first.volatileHashes, 5)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(first.size, 1)
      assert.strictEqual(first.volatileHashes, 0)
      assert.deepStrictEqual(yield* call("HKEYS", "kept"), ["b"])
      assert.strictEqual(counters.expiredFields, 20_002)
      assert.strictEqual(counters.expiredKeys, 0)
      // Twenty thousand fields are more than one slice.
      assert.isAbove(counters.expiredTimeCapReached, 3)
      yield* call("DEL", "kept")
      assert.strictEqual(keyspace.usedBytes(), empty)
    }).pipe(Effect.provide(engine())))

  it.effect("wakes for a field that is due sooner than everything else", () =>
    Effect.gen(function*() {
      const { call, clock, first } = yield* make
      yield* call("SET", "k", "v", "PX", "100000")
      yield* call("HSET", "h", "a", "1", "b", "2", "c", "3")
      yield* call("HPEXPIRE", "h", "50000", "FIELDS", "1", "a")
      yield* TestClock.adjust("1 second")
      const start = clock.refresh()
      yield* TestClock.adjust("48 seconds")
      // The cycle reads the clock at the beginning of each slice, and here nobody else does.
      assert.strictEqual(clock.millis, start)
      yield* TestClock.adjust("2 seconds")
      assert.isAbove(clock.millis, start)
      assert.strictEqual(yield* call("HLEN", "h"), 2)
      yield* call("HPEXPIRE", "h", "100", "FIELDS", "1", "b")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* call("HLEN", "h"), 1)
      assert.strictEqual(first.volatileHashes, 0)
    }).pipe(Effect.provide(engine())))

  it.effect.each([1, 2, 3, 4])(
    "knows which hashes have fields that expire, whatever happens to them (seed %i)",
    (seed) =>
      Effect.gen(function*() {
        const random = makeSeededRandom(seed)
        const { call, clock, keyspace } = yield* make
        const empty = keyspace.usedBytes()
        const key = () => `h${random.integer(6)}`
        const field = () => `f${random.integer(4)}`
        const steps: ReadonlyArray<() => ReadonlyArray<string>> = [
          () => ["HSET", key(), field(), "1", field(), "2"],
          () => ["HSETEX", key(), "PX", String(random.integer(5000)), "FIELDS", "1", field(), "3"],
          () => ["HPEXPIRE", key(), String(random.integer(5000)), "FIELDS", "2", field(), field()],
          () => ["HPERSIST", key(), "FIELDS", "1", field()],
          () => ["HGETDEL", key(), "FIELDS", "1", field()],
          () => ["HDEL", key(), field()],
          () => ["HGET", key(), field()],
          () => ["SET", key(), "text"],
          () => ["SET", key(), "text", "PX", String(random.integer(3000))],
          () => ["PEXPIRE", key(), String(random.integer(3000))],
          () => ["DEL", key()],
          () => ["RENAME", key(), key()],
          () => ["COPY", key(), key(), "REPLACE"],
          () => ["MOVE", key(), "1"],
          () => ["SWAPDB", "0", "1"],
          () => random.chance(0.1) ? ["FLUSHDB"] : ["PERSIST", key()]
        ]
        for (let step = 0; step < 1500; step++) {
          yield* call(...random.pick(steps)())
          if (random.chance(0.3)) yield* TestClock.adjust(random.integer(300))
          if (step % 20 !== 0) continue
          // Two turns, so that whatever was due at this moment has gone.
          yield* TestClock.adjust(201)
          const now = clock.refresh()
          for (const database of keyspace.databases.slice(0, 2)) {
            let expected = 0
            database.forEach((_, value) => {
              if (!(value instanceof HashValue)) return
              assert.isAtLeast(value.soonestDeadline, now - 200)
              if (value.soonestDeadline !== Infinity) expected++
            })
            assert.strictEqual(database.volatileHashes, expected)
          }
        }
        yield* call("FLUSHALL")
        assert.strictEqual(keyspace.usedBytes(), empty)
      }).pipe(Effect.provide(engine(seed % 2 === 0 ? { "hash-max-listpack-entries": 2 } : {})))
  )

  it.effect("leaves fields alone while clients are paused, and while it is turned off", () =>
    Effect.gen(function*() {
      const { call, clock } = yield* make
      const clients = yield* Clients
      yield* call("HSETEX", "h", "PX", "100", "FIELDS", "2", "a", "1", "b", "2")
      yield* call("HSET", "h", "c", "3")
      clients.pause("write", clock.refresh() + 5000)
      yield* call("DEBUG", "SET-ACTIVE-EXPIRE", "0")
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* call("HLEN", "h"), 3)
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* call("HLEN", "h"), 3)
      yield* call("DEBUG", "SET-ACTIVE-EXPIRE", "1")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* call("HLEN", "h"), 1)
    }).pipe(Effect.provide(engine({ "enable-debug-command": "yes" }))))
})
