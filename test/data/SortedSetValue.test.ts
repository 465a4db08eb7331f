import { assert, describe, it } from "@effect/vitest"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import { MemberTable } from "../../src/data/MemberTable.ts"
import type { ShapeLimits, Shapes } from "../../src/data/Shapes.ts"
import { SortedSetValue } from "../../src/data/SortedSetValue.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const limits = (entries: number, value: number): ShapeLimits => ({
  "hash-max-listpack-entries": 0,
  "hash-max-listpack-value": 0,
  "list-max-listpack-size": 0,
  "list-compress-depth": 0,
  "set-max-intset-entries": 0,
  "set-max-listpack-entries": 0,
  "set-max-listpack-value": 0,
  "zset-max-listpack-entries": entries,
  "zset-max-listpack-value": value,
  "stream-node-max-bytes": 0,
  "stream-node-max-entries": 0,
  "hll-sparse-max-bytes": 0
})

const shapes = (entries = 128, value = 64): Shapes => ({
  hasher: new KeyHasher(1, 2),
  limits: limits(entries, value)
})

type Model = Map<string, number>
type Pair = readonly [member: string, score: number]

const inOrder = (model: Model): Array<Pair> =>
  [...model].sort(([a, scoreA], [b, scoreB]) => scoreA === scoreB ? (a < b ? -1 : 1) : scoreA < scoreB ? -1 : 1)

const pairs = (set: SortedSetValue, from = 0, to = set.size, isBackwards = false): Array<Pair> => {
  const found: Array<Pair> = []
  set.visit(from, to, isBackwards, (score, member) => found.push([member, score]))
  return found
}

const check = (set: SortedSetValue, model: Model, random: SeededRandom): void => {
  const all = inOrder(model)
  assert.strictEqual(set.size, all.length)
  const from = random.integer(all.length + 1)
  const to = from + random.integer(all.length + 1 - from)
  assert.deepStrictEqual(pairs(set), all)
  assert.deepStrictEqual(pairs(set, from, to), all.slice(from, to))
  assert.deepStrictEqual(pairs(set, from, to, true), all.slice(from, to).toReversed())
  const names = all.slice(from, to).map(([member]) => member)
  assert.deepStrictEqual(set.members(from, to, false), names)
  assert.deepStrictEqual(set.members(from, to, true), names.toReversed())
  const some: Array<string> = []
  set.some(from, to, (_, member) => some.push(member) >= 3)
  assert.deepStrictEqual(some, names.slice(0, 3))
  for (const score of [-1, 3, 7.5]) {
    assert.strictEqual(set.partitionByScore((other) => other < score), all.filter(([, s]) => s < score).length)
  }
  if (all.length === 0) return
  const [member, score] = all[Math.min(from, all.length - 1)]!
  assert.strictEqual(set.score(member), score)
  assert.strictEqual(set.rank(member), Math.min(from, all.length - 1))
  assert.isTrue(model.has(set.pick(random.integer(set.size))))
}

describe("SortedSetValue", () => {
  for (const entries of [0, 20, 1000]) {
    it(`agrees with a sorted map through random changes, compact up to ${entries} members`, () => {
      const random = makeSeededRandom(entries)
      const sets: Array<[SortedSetValue, Model]> = [[new SortedSetValue(shapes(entries)), new Map()]]
      for (let step = 0; step < 3000; step++) {
        const [set, model] = random.pick(sets)
        const member = random.chance(0.2) ? String(random.integer(60)) : `m${random.integer(60)}`
        if (random.chance(0.6)) {
          const score = random.pick([-Infinity, Infinity, 0.1, random.integer(10), random.next(), -1e20])
          set.set(member, score)
          model.set(member, score)
        } else if (random.chance(0.95)) {
          assert.strictEqual(set.delete(member), model.delete(member))
        } else if (set.size > 0) {
          const from = random.integer(set.size)
          const to = Math.min(set.size, from + random.integer(6))
          for (const [gone] of inOrder(model).slice(from, to)) model.delete(gone)
          set.removeRange(from, to)
        }
        if (step % 1000 === 500) sets.push([set.copy(), new Map(model)])
        if (step % 20 === 0) { for (const [each, its] of sets) check(each, its, random) }
      }
    })
  }

  it("leaves the compact shape with one member too many, or one that is too long, and never comes back", () => {
    const set = new SortedSetValue(shapes(2, 5))
    set.set("a", 1)
    set.set("12345", 2)
    assert.strictEqual(set.encoding, "listpack")
    set.set("a", 3)
    assert.strictEqual(set.encoding, "listpack")
    set.set("b", 3)
    assert.strictEqual(set.encoding, "skiplist")
    set.delete("b")
    set.delete("a")
    assert.strictEqual(set.encoding, "skiplist")
    assert.deepStrictEqual(pairs(set), [["12345", 2]])
    const long = new SortedSetValue(shapes(2, 5))
    long.set("123456", 1)
    assert.strictEqual(long.encoding, "skiplist")
  })

  it("leaves the compact shape when more is expected than fits", () => {
    for (const [count, length] of [[3, 1], [1, 6]] as const) {
      const set = new SortedSetValue(shapes(2, 5))
      set.set("a", 1)
      set.expect(2, 5)
      assert.strictEqual(set.encoding, "listpack")
      set.expect(count, length)
      assert.strictEqual(set.encoding, "skiplist")
      assert.deepStrictEqual(pairs(set), [["a", 1]])
    }
  })

  it("is made of a table in the shape that fits", () => {
    const made = (...members: ReadonlyArray<string>): SortedSetValue => {
      const its = shapes(3, 5)
      const table = MemberTable.ofNumbers(its.hasher)
      members.forEach((member, index) => table.insert(member, 9 - index))
      return SortedSetValue.ofTable(its, table)
    }
    assert.strictEqual(made("a", "b", "c").encoding, "listpack")
    assert.strictEqual(made("a", "b", "c", "d").encoding, "skiplist")
    assert.strictEqual(made("a", "123456").encoding, "skiplist")
    assert.deepStrictEqual(pairs(made("a", "b", "c")), [["c", 7], ["b", 8], ["a", 9]])
    assert.deepStrictEqual(pairs(made("a", "b", "c", "d")), [["d", 6], ["c", 7], ["b", 8], ["a", 9]])
  })

  it("knows no negative zero in the compact shape, as Redis", () => {
    const small = new SortedSetValue(shapes())
    const large = new SortedSetValue(shapes(0))
    for (const set of [small, large]) set.set("a", -0)
    assert.isTrue(Object.is(small.score("a"), 0))
    assert.isTrue(Object.is(large.score("a"), -0))
  })

  it("keeps scores to the last bit in both shapes", () => {
    const scores = [
      0.1,
      1 / 3,
      5e-324,
      1.7976931348623157e308,
      2 ** 53,
      2 ** 62,
      2 ** 63,
      1e22,
      -123456.789,
      4095,
      4096
    ]
    for (const entries of [0, 128]) {
      const set = new SortedSetValue(shapes(entries))
      for (const score of scores) {
        set.set("a", score)
        assert.strictEqual(set.score("a"), score)
      }
    }
  })

  it("counts its memory as it grows and shrinks", () => {
    const set = new SortedSetValue(shapes(10))
    const empty = set.bytes
    for (let i = 0; i < 10; i++) set.set(`m${i}`, i)
    const compact = set.bytes
    assert.isAbove(compact, empty)
    assert.isBelow(compact, empty + 10 * 8)
    for (let i = 10; i < 5000; i++) set.set(`m${i}`, i)
    const large = set.bytes
    assert.isAbove(large, compact + 4990 * 50)
    set.removeRange(0, 4999)
    assert.isBelow(set.bytes, large / 20)
  })

  it("scans a compact set in one step, and a large one in many", () => {
    for (const [entries, isOneStep] of [[1000, true], [0, false]] as const) {
      const set = new SortedSetValue(shapes(entries))
      for (let i = 0; i < 300; i++) set.set(`m${i}`, i)
      const seen = new Map<string, number>()
      let steps = 0
      let cursor = 0
      do {
        cursor = set.scan(cursor, (score, member) => seen.set(member, score))
        steps++
      } while (cursor !== 0)
      assert.strictEqual(seen.size, 300)
      assert.strictEqual(seen.get("m7"), 7)
      assert.strictEqual(steps === 1, isOneStep)
    }
  })
})
