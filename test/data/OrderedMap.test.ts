import { assert, describe, it } from "@effect/vitest"
import { OrderedMap } from "../../src/data/OrderedMap.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

/** What an ordered map does, in the plainest way. */
class Model {
  readonly entries: ReadonlyArray<readonly [string, number]>
  constructor(entries: ReadonlyArray<readonly [string, number]> = []) {
    this.entries = entries
  }

  get(key: string): number | undefined {
    return this.entries.find(([other]) => other === key)?.[1]
  }

  with(key: string, value: number): Model {
    const others = this.entries.filter(([other]) => other !== key)
    return new Model([...others, [key, value] as const].sort(([a], [b]) => a < b ? -1 : 1))
  }

  without(key: string): Model {
    return new Model(this.entries.filter(([other]) => other !== key))
  }
}

const forwards = (map: OrderedMap<number>, from?: string): Array<readonly [string, number]> => {
  const entries: Array<readonly [string, number]> = []
  map.forEach((key, value) => {
    entries.push([key, value])
  }, from)
  return entries
}

const backwards = (map: OrderedMap<number>, from?: string): Array<readonly [string, number]> => {
  const entries: Array<readonly [string, number]> = []
  map.forEachBackwards((key, value) => {
    entries.push([key, value])
  }, from)
  return entries
}

const pair = (entry: { readonly key: string; readonly value: number } | undefined) =>
  entry === undefined ? undefined : [entry.key, entry.value]

const check = (map: OrderedMap<number>, model: Model, random: SeededRandom): void => {
  const { entries } = model
  assert.strictEqual(map.size, entries.length)
  assert.deepStrictEqual(forwards(map), [...entries])
  assert.deepStrictEqual(backwards(map), entries.toReversed())
  assert.deepStrictEqual(pair(map.first()), entries[0] as [string, number] | undefined)
  assert.deepStrictEqual(pair(map.last()), entries.at(-1) as [string, number] | undefined)
  const key = anyKey(random)
  const above = entries.filter(([other]) => other >= key)
  const below = entries.filter(([other]) => other <= key)
  assert.deepStrictEqual(forwards(map, key), above)
  assert.deepStrictEqual(backwards(map, key), below.toReversed())
  assert.deepStrictEqual(pair(map.ceiling(key)), above[0] as [string, number] | undefined)
  assert.deepStrictEqual(pair(map.floor(key)), below.at(-1) as [string, number] | undefined)
  assert.strictEqual(map.get(key), model.get(key))
  assert.strictEqual(map.has(key), model.get(key) !== undefined)
}

/** Few enough that they meet, with bytes whose order differs from that of letters. */
const anyKey = (random: SeededRandom): string =>
  random.chance(0.05) ? "" : random.pick(["", "\0", "\x7f", "\xff"]) + String(random.integer(400))

describe("an ordered map", () => {
  for (const seed of [1, 2, 3]) {
    it(`does what a sorted array does, and so do its copies (seed ${seed})`, () => {
      const random = makeSeededRandom(seed)
      const pairs = [{ map: new OrderedMap<number>(), model: new Model() }]
      for (let step = 0; step < 4000; step++) {
        const current = random.pick(pairs)
        const key = anyKey(random)
        // Times of growth and times of shrinking take turns.
        if (random.chance(step % 1000 < 600 ? 0.8 : 0.1)) {
          assert.strictEqual(current.map.set(key, step), current.model.get(key))
          current.model = current.model.with(key, step)
        } else {
          assert.strictEqual(current.map.delete(key), current.model.get(key))
          current.model = current.model.without(key)
        }
        if (random.chance(0.002)) {
          const copy = { map: current.map.copy(), model: current.model }
          if (pairs.length < 4) pairs.push(copy)
          else pairs[random.integer(4)] = copy
        }
        if (step % 50 === 0) { for (const { map, model } of pairs) check(map, model, random) }
      }
      for (const { map, model } of pairs) {
        for (const [key] of model.entries) map.delete(key)
        check(map, new Model(), random)
      }
    })
  }

  it("keeps its order over many nodes, filled in order, from behind or by chance", () => {
    const count = 20_000
    const keyOf = (index: number): string => String(index).padStart(6, "0")
    const random = makeSeededRandom(7)
    const orders: ReadonlyArray<(index: number) => number> = [
      (index) => index,
      (index) => count - 1 - index,
      (index) => (index * 7919) % count
    ]
    for (const order of orders) {
      const map = new OrderedMap<number>()
      for (let index = 0; index < count; index++) map.set(keyOf(order(index)), order(index))
      assert.deepStrictEqual(forwards(map).map(([, value]) => value), Array.from({ length: count }, (_, i) => i))
      for (let index = 0; index < count; index++) {
        if (index % 100 !== 42) assert.strictEqual(map.delete(keyOf(index)), index)
      }
      assert.deepStrictEqual(
        forwards(map).map(([, value]) => value),
        Array.from({ length: 200 }, (_, i) => i * 100 + 42)
      )
      check(map, new Model(forwards(map)), random)
    }
  })

  it("ends a visit when it is told to", () => {
    const map = new OrderedMap<number>()
    for (let index = 0; index < 1000; index++) map.set(String.fromCharCode(index >> 8, index & 0xff), index)
    for (const [visit, expected] of [["forEach", 299], ["forEachBackwards", 700]] as const) {
      let last = -1
      let visits = 0
      map[visit]((_, value) => {
        last = value
        return ++visits < 300
      })
      assert.deepStrictEqual([last, visits], [expected, 300])
    }
  })

  it("counts the memory of its nodes, also when they go", () => {
    const map = new OrderedMap<number>()
    const empty = map.bytes
    for (let index = 0; index < 10_000; index++) map.set(String(index), index)
    const full = map.bytes
    assert.isAbove(full, empty + 10_000 * 16)
    const copy = map.copy()
    for (let index = 0; index < 10_000; index++) map.delete(String(index))
    assert.strictEqual(map.bytes, empty)
    assert.strictEqual(copy.bytes, full)
  })
})
