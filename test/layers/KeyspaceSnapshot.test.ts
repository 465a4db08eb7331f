import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { KeyspaceSnapshot } from "../../src/layers/KeyspaceSnapshot.ts"
import { KeyspaceTables } from "../../src/layers/KeyspaceMemory.ts"
import type { TableSnapshot } from "../../src/layers/TableSnapshot.ts"
import { families } from "../differential/generators/index.ts"
import { onKeys } from "../differential/generators/family.ts"
import { toStep } from "../differential/steps.ts"
import { describeValue } from "../protocol/rdb/rdbFile.ts"
import { Engine, engine } from "../support/Engine.ts"
import { makeSeededRandom } from "../support/random.ts"

type Contents = ReadonlyMap<string, unknown>

const read = (database: TableSnapshot, found: Map<string, unknown>, most = Infinity): void => {
  for (let count = 0; count < most; count++) {
    const entry = database.next()
    if (entry === undefined) return
    const name = `${database.index} ${entry.key}`
    assert.isFalse(found.has(name), `${name} comes twice`)
    found.set(name, [describeValue(entry.value), entry.expireAtMillis])
  }
}

const contents = Effect.map(KeyspaceTables, ({ databases }): Contents => {
  const snapshot = new KeyspaceSnapshot(databases)
  const found = new Map<string, unknown>()
  for (const database of snapshot.databases) read(database, found)
  snapshot.close()
  return found
})

const sorted = (found: Contents) => [...found].sort(([a], [b]) => a < b ? -1 : 1)

const small = {
  "hash-max-listpack-entries": 4,
  "set-max-listpack-entries": 4,
  "set-max-intset-entries": 4,
  "zset-max-listpack-entries": 4,
  "list-max-listpack-size": 4,
  "stream-node-max-entries": 4,
  databases: 2
} as const

describe("a snapshot of the keyspace", () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it.effect(`holds what was there when it was opened, whatever happens while it is read (seed ${seed})`, () =>
      Effect.gen(function*() {
        const random = makeSeededRandom(seed)
        const { call } = yield* Engine
        const { databases } = yield* KeyspaceTables
        const names = Array.from({ length: 40 }, (_, index) => `k${index}`)
        const generators = Object.values(families).flatMap((family) => onKeys(names, family))
        const command = () => {
          const whole = random.integer(300)
          if (whole === 0) return ["FLUSHALL"]
          if (whole === 1) return ["SWAPDB", "0", "1"]
          if (whole < 10) return ["SELECT", String(whole % 2)]
          if (whole < 20) return ["PEXPIRE", random.pick(names), random.pick(["1", "100000", "-1"])]
          return toStep(random.pick(generators)(random)).request.map(String)
        }
        for (let round = 0; round < 40; round++) {
          for (let i = 0; i < 60; i++) yield* call(...command())
          const before = yield* contents
          const snapshot = new KeyspaceSnapshot(databases)
          const found = new Map<string, unknown>()
          for (const database of snapshot.databases) {
            const step = 1 + random.integer(8)
            for (let readSoFar = 0; readSoFar < database.size; readSoFar += step) {
              read(database, found, step)
              for (let i = random.integer(12); i > 0; i--) yield* call(...command())
            }
            read(database, found)
          }
          snapshot.close()
          assert.deepStrictEqual(sorted(found), sorted(before))
        }
      }).pipe(Effect.provide(engine(small))))
  }

  it.effect("costs no change anything once it is closed, and counts what was put aside", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const { databases } = yield* KeyspaceTables
      for (let i = 0; i < 100; i++) yield* call("SET", `k${i}`, "x".repeat(100))
      const snapshot = new KeyspaceSnapshot(databases)
      for (let i = 0; i < 10; i++) yield* call("SET", `k${i}`, "y")
      assert.isAbove(snapshot.keptBytes, 10 * 100)
      assert.isBelow(snapshot.keptBytes, 10 * 200)
      // What is new, or put aside already, costs nothing.
      const { keptBytes } = snapshot
      for (let i = 0; i < 10; i++) yield* call("APPEND", `k${i}`, "z")
      yield* call("SET", "new", "x".repeat(100))
      assert.strictEqual(snapshot.keptBytes, keptBytes)
      snapshot.close()
      yield* call("SET", "k50", "y")
      assert.strictEqual(snapshot.keptBytes, keptBytes)
    }).pipe(Effect.provide(engine())))
})
