import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { TestClock } from "effect/testing"
import { Key } from "../../src/data/Key.ts"
import { MutableBytes } from "../../src/data/MutableBytes.ts"
import { SetValue } from "../../src/data/SetValue.ts"
import type { Shapes } from "../../src/data/Shapes.ts"
import { textBytes } from "../../src/data/StringValue.ts"
import { memoryBytes, type Value } from "../../src/data/Value.ts"
import { AccessTracking } from "../../src/layers/AccessTracking.ts"
import type { DatabaseTables } from "../../src/layers/DatabaseTables.ts"
import { KeyspaceTables } from "../../src/layers/KeyspaceMemory.ts"
import { ActiveExpiry } from "../../src/services/ActiveExpiry.ts"
import { Clients } from "../../src/services/Clients.ts"
import { CommandClock } from "../../src/services/CommandClock.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { engine } from "../support/Engine.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

interface ModelEntry {
  value: Value
  deadline: number | undefined
  /** The second in which it was last touched. */
  touched: number
}

/** What a database holds, with expired keys that nothing has come across yet. */
type Model = Map<string, ModelEntry>

/** What one command sees and does: a key of its own for each step, the same key for all of its steps. */
interface Step {
  readonly random: SeededRandom
  readonly database: DatabaseTables
  readonly model: Model
  readonly key: Key
  readonly name: string
  readonly now: number
  readonly shapes: Shapes
}

const someValue = (random: SeededRandom, shapes: Shapes): Value => {
  switch (random.integer(12)) {
    case 0:
      return random.integer(1000)
    case 1:
      return 2 ** 31 + random.integer(1000)
    case 2:
      return 2n ** 60n + BigInt(random.integer(1000))
    case 3:
      return random.bytes(2000 + random.integer(40))
    case 4:
      return Buffer.alloc(40_000 + random.integer(1000))
    case 5:
      return new MutableBytes("x".repeat(random.integer(20)))
    case 6:
      return someSet(random, shapes, 1 + random.integer(5))
    case 7:
      return someSet(random, shapes, 600)
    default:
      return random.bytes(random.integer(40))
  }
}

const someSet = (random: SeededRandom, shapes: Shapes, size: number): SetValue => {
  const set = new SetValue(shapes)
  while (set.size < size) set.add(String(random.integer(100_000)))
  return set
}

const second = (millis: number): number => Math.floor(millis / 1000)

/** The entry for whoever looks for it: an expired one goes. */
const liveIn = ({ model, name, now }: Step): ModelEntry | undefined => {
  const entry = model.get(name)
  if (entry?.deadline === undefined || entry.deadline >= now) return entry
  model.delete(name)
  return undefined
}

const touchIn = (step: Step): ModelEntry | undefined => {
  const entry = liveIn(step)
  if (entry !== undefined) entry.touched = second(step.now)
  return entry
}

/** Everything a command can do with one key of a database, each beside its model. */
const steps: ReadonlyArray<(step: Step) => void> = [
  (step) => assert.strictEqual(step.database.read(step.key), touchIn(step)?.value),
  (step) => assert.strictEqual(step.database.find(step.key), touchIn(step)?.value),
  (step) => assert.strictEqual(step.database.peek(step.key), liveIn(step)?.value),
  (step) => assert.strictEqual(step.database.inspect(step.key), liveIn(step)?.value),
  (step) => {
    const value = someValue(step.random, step.shapes)
    step.database.set(step.key, value)
    step.model.set(step.name, { value, deadline: undefined, touched: second(step.now) })
  },
  (step) => {
    const value = someValue(step.random, step.shapes)
    step.database.update(step.key, value)
    step.model.set(step.name, { value, deadline: liveIn(step)?.deadline, touched: second(step.now) })
  },
  (step) => {
    const value = step.database.find(step.key)
    touchIn(step)
    if (!(value instanceof MutableBytes)) return
    const length = value.length + step.random.integer(100)
    assert.strictEqual(
      step.database.modify(step.key, value, (bytes) => {
        bytes.grow(length)
        return bytes.length
      }),
      length
    )
  },
  (step) => {
    const value = step.database.find(step.key)
    touchIn(step)
    if (!(value instanceof SetValue)) return
    const member = String(step.random.integer(100_000))
    const isNew = !value.has(member)
    assert.strictEqual(step.database.modify(step.key, value, (set) => set.add(member) ? 1 : 0), isNew ? 1 : 0)
  },
  (step) => {
    const value = step.database.find(step.key)
    touchIn(step)
    if (!(value instanceof SetValue)) return
    // A set that has lost its last member is gone.
    const count = Math.min(value.size, 1 + step.random.integer(5))
    const isEmptied = count === value.size
    assert.strictEqual(
      step.database.modify(step.key, value, (set) => set.popMany(count, step.random.next).length),
      count
    )
    if (isEmptied) step.model.delete(step.name)
  },
  (step) => {
    assert.strictEqual(step.database.remove(step.key), liveIn(step) !== undefined)
    step.model.delete(step.name)
  },
  (step) => assert.strictEqual(step.database.deadline(step.key), liveIn(step)?.deadline),
  (step) => {
    const deadline = step.now - 50 + step.random.integer(2000)
    step.database.setDeadline(step.key, deadline)
    const entry = liveIn(step)
    if (entry !== undefined) entry.deadline = deadline
  },
  (step) => {
    const entry = liveIn(step)
    assert.strictEqual(step.database.clearDeadline(step.key), entry?.deadline !== undefined)
    if (entry !== undefined) entry.deadline = undefined
  },
  (step) => {
    const entry = liveIn(step)
    assert.strictEqual(
      step.database.idleSeconds(step.key),
      entry === undefined ? 0 : second(step.now) - entry.touched
    )
  },
  (step) => {
    const entry = liveIn(step)
    const size = entry === undefined ? 0 : textBytes(step.name.length) + memoryBytes(entry.value)
    const bytes = step.database.entryBytes(step.key)
    if (entry === undefined) assert.strictEqual(bytes, 0)
    else assert.isAbove(bytes, size)
  },
  ({ database, model, name, random }) => {
    const isVolatile = random.chance(0.5)
    const entry = model.get(name)
    const goes = entry !== undefined && (!isVolatile || entry.deadline !== undefined)
    const somewhere = random.integer(200)
    assert.strictEqual(database.evict(name, somewhere, isVolatile), goes)
    if (goes) model.delete(name)
  }
]

/** Everything that holds between any two steps. */
const check = (database: DatabaseTables, model: Model): void => {
  assert.strictEqual(database.size, model.size)
  let bytes = database.overheadBytes
  for (const [name, { value }] of model) bytes += textBytes(name.length) + memoryBytes(value)
  assert.strictEqual(database.usedBytes, bytes)
  let volatileSize = 0
  for (let entry = 0; entry < database.size; entry++) {
    const deadline = model.get(database.keyAt(entry))?.deadline
    if (deadline !== undefined) volatileSize++
    if (database.deadlineOfEntry(entry) !== deadline) {
      assert.strictEqual(database.deadlineOfEntry(entry), deadline, database.keyAt(entry))
    }
  }
  assert.strictEqual(database.volatileSize, volatileSize)
  const seen = new Set<number>()
  for (let position = 0; position < volatileSize; position++) {
    const entry = database.volatileEntryAt(position)
    seen.add(entry)
    if (database.deadlineOfEntry(entry) !== database.deadlineAt(position)) {
      assert.strictEqual(database.deadlineOfEntry(entry), database.deadlineAt(position))
    }
  }
  assert.strictEqual(seen.size, volatileSize)
}

const isStored = (database: DatabaseTables, name: string): boolean => {
  for (let entry = 0; entry < database.size; entry++) if (database.keyAt(entry) === name) return true
  return false
}

/** The tables of an engine whose expiry cycle keeps away, so that only those remove something who come across it. */
const make = Effect.gen(function*() {
  const keyspace = yield* Keyspace
  const { databases } = yield* KeyspaceTables
  const clock = yield* CommandClock
  const expiry = yield* ActiveExpiry
  expiry.isEnabled = false
  const { counters } = yield* ServerStats
  // There are sixteen.
  return { keyspace, clock, counters, databases, first: databases[0]!, second: databases[1]! }
})

/** A key as a command brings it: each call is another command. */
const keyOf = (keyspace: Keyspace["Service"], name: string, isBytes = false): Key =>
  isBytes
    ? Key.ofBytes(keyspace.hasher, Buffer.from(name, "latin1"), 0, name.length)
    : Key.ofText(keyspace.hasher, name)

describe("the keyspace", () => {
  it.effect.each([1, 2, 3, 4])("does what a Map with deadlines does (seed %i)", (seed) =>
    Effect.gen(function*() {
      const random = makeSeededRandom(seed)
      const { clock, databases, first, keyspace, second: other } = yield* make
      let models: readonly [Model, Model] = [new Map(), new Map()]
      for (let command = 0; command < 3000; command++) {
        if (random.chance(0.3)) yield* TestClock.adjust(random.integer(700))
        const now = clock.refresh()
        const isFirst = random.chance(0.7)
        const database = isFirst ? first : other
        const model = models[isFirst ? 0 : 1]
        if (random.chance(0.03)) {
          keyspace.swap(0, 1)
          models = [models[1], models[0]]
        } else if (random.chance(0.003)) {
          assert.strictEqual(database.clear(), model.size)
          model.clear()
        } else if (random.chance(0.05)) {
          const key = database.randomKey()
          if (key === undefined) assert.strictEqual(database.size, 0)
          else assert.isAtLeast(model.get(key)?.deadline ?? Infinity, now)
          // It may have come across expired ones before.
          for (const [name, { deadline }] of model) {
            if (deadline !== undefined && deadline < now && !isStored(database, name)) model.delete(name)
          }
        } else {
          const name = `key:${random.integer(120)}`
          const key = keyOf(keyspace, name, random.chance(0.5))
          for (let i = 1 + random.integer(3); i > 0; i--) {
            random.pick(steps)({ random, database, model, key, name, now, shapes: keyspace.shapes })
          }
        }
        check(first, models[0])
        check(other, models[1])
        assert.strictEqual(keyspace.usedBytes(), databases.reduce((sum, { usedBytes }) => sum + usedBytes, 0))
      }
    }).pipe(Effect.provide(engine())))

  it.effect("a walk with the cursor sees every live key, and removes the expired ones", () =>
    Effect.gen(function*() {
      const { clock, counters, first, keyspace } = yield* make
      for (let i = 0; i < 500; i++) {
        const key = keyOf(keyspace, `key:${i}`)
        first.set(key, i)
        if (i % 2 === 0) first.setDeadline(key, 1000)
      }
      yield* TestClock.adjust(1001)
      clock.refresh()
      const found: Array<string> = []
      let cursor = 0
      do {
        cursor = first.scan(cursor, (key) => !key.endsWith("8"), found)
      } while (cursor !== 0)
      assert.deepStrictEqual(new Set(found), new Set(Array.from({ length: 250 }, (_, i) => `key:${2 * i + 1}`)))
      // Those that nobody wanted are still there.
      assert.strictEqual(counters.expiredKeys, 200)
      assert.strictEqual(first.size, 300)
      const visited: Array<string> = []
      first.forEach((key) => void visited.push(key))
      assert.strictEqual(visited.length, 250)
    }).pipe(Effect.provide(engine())))

  it.effect("at its very deadline a key is alive, and a millisecond later it is gone for everybody", () =>
    Effect.gen(function*() {
      const { clock, counters, first, keyspace } = yield* make
      const ways: ReadonlyArray<(key: Key) => boolean> = [
        (key) => first.read(key) !== undefined,
        (key) => first.peek(key) !== undefined,
        (key) => first.find(key) !== undefined,
        (key) => first.inspect(key) !== undefined,
        (key) => first.deadline(key) !== undefined,
        (key) => first.clearDeadline(key),
        (key) => first.remove(key),
        (key) => first.entryBytes(key) > 0,
        () => first.randomKey() !== undefined,
        (key) => {
          first.setDeadline(key, 2000)
          return first.deadline(key) !== undefined
        },
        (key) => {
          first.update(key, 1)
          return first.deadline(key) !== undefined
        }
      ]
      for (const [i, isThere] of ways.entries()) {
        for (const isLate of [false, true]) {
          const start = clock.refresh()
          first.clear()
          first.set(keyOf(keyspace, "k"), "v")
          first.setDeadline(keyOf(keyspace, "k"), start + 100)
          yield* TestClock.adjust(isLate ? 101 : 100)
          clock.refresh()
          const expired = counters.expiredKeys
          assert.strictEqual(isThere(keyOf(keyspace, "k")), !isLate, `way ${i}`)
          assert.strictEqual(counters.expiredKeys, expired + (isLate ? 1 : 0), `way ${i}`)
        }
      }
    }).pipe(Effect.provide(engine())))

  it.effect("while clients are paused expired keys stay, though nobody finds them", () =>
    Effect.gen(function*() {
      const { clock, counters, first, keyspace } = yield* make
      const clients = yield* Clients
      for (const name of ["a", "b"]) {
        first.set(keyOf(keyspace, name), "old")
        first.setDeadline(keyOf(keyspace, name), 10)
      }
      yield* TestClock.adjust(11)
      clients.pause("write", clock.refresh() + 1000)
      assert.strictEqual(first.read(keyOf(keyspace, "a")), undefined)
      assert.isFalse(first.remove(keyOf(keyspace, "a")))
      const found: Array<string> = []
      for (let cursor = first.scan(0, () => true, found); cursor !== 0;) cursor = first.scan(cursor, () => true, found)
      assert.deepStrictEqual(found, [])
      assert.include(["a", "b"], first.randomKey())
      assert.deepStrictEqual([first.size, counters.expiredKeys], [2, 0])
      first.set(keyOf(keyspace, "b"), "new")
      assert.deepStrictEqual([first.size, counters.expiredKeys], [2, 1])
      assert.strictEqual(first.read(keyOf(keyspace, "b")), "new")
      assert.strictEqual(first.randomKey(), "b")
      clients.unpause()
      assert.strictEqual(first.read(keyOf(keyspace, "a")), undefined)
      assert.deepStrictEqual([first.size, counters.expiredKeys], [1, 2])
    }).pipe(Effect.provide(engine())))

  it.effect("replacing an expired key counts it as expired", () =>
    Effect.gen(function*() {
      const { clock, counters, first, keyspace } = yield* make
      first.set(keyOf(keyspace, "k"), "old")
      first.setDeadline(keyOf(keyspace, "k"), 10)
      yield* TestClock.adjust(11)
      clock.refresh()
      first.set(keyOf(keyspace, "k"), "new")
      assert.strictEqual(counters.expiredKeys, 1)
      assert.strictEqual(first.deadline(keyOf(keyspace, "k")), undefined)
      assert.strictEqual(first.read(keyOf(keyspace, "k")), "new")
    }).pipe(Effect.provide(engine())))

  it.effect("reads count hits and misses, questions about the server do not", () =>
    Effect.gen(function*() {
      const { counters, first, keyspace } = yield* make
      first.set(keyOf(keyspace, "k"), "v")
      for (const name of ["k", "k", "missing"]) {
        first.read(keyOf(keyspace, name))
        first.peek(keyOf(keyspace, name))
        first.find(keyOf(keyspace, name))
        first.inspect(keyOf(keyspace, name))
      }
      assert.deepStrictEqual([counters.keyspaceHits, counters.keyspaceMisses], [4, 2])
    }).pipe(Effect.provide(engine())))

  it.effect("every write that alters something counts as a change", () =>
    Effect.gen(function*() {
      const { first, keyspace } = yield* make
      const key = () => keyOf(keyspace, "k")
      const changes = (run: () => unknown): number => {
        const before = keyspace.changes()
        run()
        return keyspace.changes() - before
      }
      assert.strictEqual(changes(() => first.remove(key())), 0)
      assert.strictEqual(changes(() => first.setDeadline(key(), 100)), 0)
      assert.strictEqual(changes(() => first.set(key(), 1)), 1)
      assert.strictEqual(changes(() => first.update(key(), 2)), 1)
      assert.strictEqual(changes(() => first.clearDeadline(key())), 0)
      assert.strictEqual(changes(() => first.setDeadline(key(), 100)), 1)
      assert.strictEqual(changes(() => first.clearDeadline(key())), 1)
      assert.strictEqual(changes(() => first.read(key())), 0)
      assert.strictEqual(changes(() => first.remove(key())), 1)
      first.set(key(), 1)
      assert.strictEqual(changes(() => first.clear()), 1)
    }).pipe(Effect.provide(engine())))

  it.effect("while a client leaves no trace, what it uses is not touched", () =>
    Effect.gen(function*() {
      const { clock, first, keyspace } = yield* make
      const access = yield* AccessTracking
      first.set(keyOf(keyspace, "k"), "v")
      yield* TestClock.adjust("30 seconds")
      clock.refresh()
      access.isPaused = true
      first.read(keyOf(keyspace, "k"))
      first.set(keyOf(keyspace, "k"), "a longer value")
      assert.strictEqual(first.idleSeconds(keyOf(keyspace, "k")), 30)
      access.isPaused = false
      first.read(keyOf(keyspace, "k"))
      assert.strictEqual(first.idleSeconds(keyOf(keyspace, "k")), 0)
    }).pipe(Effect.provide(engine())))

  it.effect("a command that finds a key and changes it uses it once", () =>
    Effect.gen(function*() {
      const { first, keyspace } = yield* make
      // With this factor every use counts, until the counter is at its end.
      const uses = (run: (key: Key) => void): number => {
        first.set(keyOf(keyspace, "k"), 1)
        const before = first.frequency(keyOf(keyspace, "k"))
        run(keyOf(keyspace, "k"))
        const after = first.frequency(keyOf(keyspace, "k"))
        first.remove(keyOf(keyspace, "k"))
        return after - before
      }
      assert.strictEqual(uses((key) => first.read(key)), 1)
      assert.strictEqual(uses((key) => first.set(key, 2)), 1)
      assert.strictEqual(uses((key) => first.update(key, 2)), 1)
      assert.strictEqual(
        uses((key) => {
          first.find(key)
          first.update(key, 2)
          first.setDeadline(key, 1000)
        }),
        1
      )
      assert.strictEqual(uses((key) => first.peek(key)), 0)
      assert.strictEqual(uses((key) => first.inspect(key)), 0)
    }).pipe(Effect.provide(engine({ "maxmemory-policy": "allkeys-lfu", "lfu-log-factor": 0 }))))

  it.effect("the average time to live is that of the keys which have one and live", () =>
    Effect.gen(function*() {
      const { clock, first, keyspace } = yield* make
      assert.strictEqual(first.averageTtlMillis, 0)
      first.set(keyOf(keyspace, "persistent"), 1)
      for (const [name, deadline] of [["a", 1000], ["b", 3000], ["expired", 100]] as const) {
        first.set(keyOf(keyspace, name), 1)
        first.setDeadline(keyOf(keyspace, name), deadline)
      }
      yield* TestClock.adjust(500)
      clock.refresh()
      assert.strictEqual(first.averageTtlMillis, 1500)
      for (let i = 0; i < 10_000; i++) {
        first.set(keyOf(keyspace, `key:${i}`), 1)
        first.setDeadline(keyOf(keyspace, `key:${i}`), 500 + i)
      }
      assert.closeTo(first.averageTtlMillis, 5000, 500)
    }).pipe(Effect.provide(engine()), Random.withSeed("average")))

  it.effect("the memory of removed keys is given back, that of their tables as well", () =>
    Effect.gen(function*() {
      const { first, keyspace } = yield* make
      const empty = keyspace.usedBytes()
      for (let i = 0; i < 100_000; i++) {
        first.set(keyOf(keyspace, `key:${i}`), `value:${i}`)
        if (i % 2 === 0) first.setDeadline(keyOf(keyspace, `key:${i}`), 1000)
      }
      assert.isAbove(keyspace.usedBytes() - empty, 100_000 * 80)
      for (let i = 0; i < 100_000; i++) first.remove(keyOf(keyspace, `key:${i}`))
      assert.isBelow(keyspace.usedBytes() - empty, 4096)
    }).pipe(Effect.provide(engine())))
})
