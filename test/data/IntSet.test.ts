import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { type Int64, maxInt64, minInt64, toInt64 } from "../../src/data/Int64.ts"
import * as IntSet from "../../src/data/IntSet.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const of = (...values: ReadonlyArray<Int64>): IntSet.IntSet => values.reduce<IntSet.IntSet>(IntSet.add, IntSet.empty)

const values = (set: IntSet.IntSet): ReadonlyArray<Int64> =>
  Array.from({ length: IntSet.count(set) }, (_, index) => IntSet.at(set, index))

const hex = (set: IntSet.IntSet): string => Buffer.from(set, "latin1").toString("hex")

describe("IntSet", () => {
  // What DUMP of valkey-server 8.1 shows, and what follows from its rules.
  const encodings: ReadonlyArray<readonly [values: ReadonlyArray<Int64>, bytes: string]> = [
    [[1], "02000000010000000100"],
    [[3, -1, 2], "0200000003000000ffff02000300"],
    [[32767, -32768], "02000000020000000080ff7f"],
    [[1, 32768], "04000000020000000100000000800000"],
    [[1, -32769], "0400000002000000ff7fffff01000000"],
    [[2147483647, -2147483648], "040000000200000000000080ffffff7f"],
    [[-1, 2147483648], "0800000002000000ffffffffffffffff0000008000000000"],
    [[1, -2147483649], "0800000002000000ffffff7fffffffff0100000000000000"],
    [[9007199254740993n, -9007199254740993n], "0800000002000000ffffffffffffdfff0100000000002000"],
    [[maxInt64, minInt64], "08000000020000000000000000000080ffffffffffffff7f"]
  ]
  const named = encodings.map(([integers, bytes]) => [integers.join(" "), integers, bytes] as const)
  it.each(named)("writes %s as Redis does", (_, integers, bytes) => {
    assert.strictEqual(hex(of(...integers)), bytes)
    assert.deepStrictEqual(values(of(...integers)), integers.toSorted((a, b) => a < b ? -1 : 1))
  })

  it("has no integers when it is empty", () => {
    assert.strictEqual(hex(IntSet.empty), "0200000000000000")
    assert.strictEqual(IntSet.count(IntSet.empty), 0)
    assert.isFalse(IntSet.has(IntSet.empty, 0))
    assert.strictEqual(IntSet.remove(IntSet.empty, 1), IntSet.empty)
  })

  it("keeps its width when the integer that needed it is removed", () => {
    assert.strictEqual(hex(IntSet.remove(of(1, 70_000), 70_000)), "040000000100000001000000")
  })

  it("is the same string when nothing changes", () => {
    const set = of(1, 2, 3)
    assert.strictEqual(IntSet.add(set, 2), set)
    assert.strictEqual(IntSet.remove(set, 4), set)
    assert.strictEqual(IntSet.remove(set, 70_000), set)
  })

  it.each([1, 2, 3])("does what a sorted array does (seed %i)", (seed) => {
    const random = makeSeededRandom(seed)
    const model = new Set<Int64>()
    let set = IntSet.empty
    for (let step = 0; step < 2000; step++) {
      // Small integers first, so that the set goes through all widths.
      const value = randomInteger(random, step < 300 ? 12 : step < 800 ? 28 : 64)
      if (random.chance(0.6)) {
        set = IntSet.add(set, value)
        model.add(value)
      } else {
        const removed = random.chance(0.5) && model.size > 0 ? random.pick([...model]) : value
        set = IntSet.remove(set, removed)
        model.delete(removed)
      }
      assert.strictEqual(IntSet.count(set), model.size)
      const sought = random.chance(0.5) && model.size > 0 ? random.pick([...model]) : value
      assert.strictEqual(IntSet.has(set, sought), model.has(sought))
      if (step % 20 === 0) {
        const sorted = [...model].toSorted((a, b) => a < b ? -1 : 1)
        assert.deepStrictEqual(values(set), sorted)
        assert.strictEqual(IntSet.find(set, sought), sorted.indexOf(sought))
        assert.isTrue(model.size === 0 || IntSet.validate(set))
      }
    }
    assert.isAbove(model.size, 100)
  })

  describe("validate", () => {
    const damage: ReadonlyArray<readonly [name: string, bytes: string]> = [
      ["no bytes", ""],
      ["half a header", "02000000010000"],
      ["no integers", "0200000000000000"],
      ["a width that does not exist", "0300000001000000010000"],
      ["a missing byte", "020000000100000001"],
      ["a byte too many", "0200000001000000010000"],
      ["a count beyond all bytes", "08000000ffffffff0100000000000000"],
      ["integers in a wrong order", "020000000200000001000000"],
      ["an integer twice", "020000000200000001000100"]
    ]
    it.each(damage)("refuses %s", (_, bytes) => {
      assert.isFalse(IntSet.validate(Buffer.from(bytes, "hex")))
    })

    it.each(named)("accepts the set of %s", (_, __, bytes) => {
      assert.isTrue(IntSet.validate(Buffer.from(bytes, "hex")))
    })
  })
})

const randomInteger = (random: SeededRandom, bits: number): Int64 => {
  const value = BigInt.asIntN(64, (BigInt(random.integer(2 ** 32)) << 32n) | BigInt(random.integer(2 ** 32)))
  // Shifting to the right cannot leave the range.
  return toInt64(value >> BigInt(64 - 1 - random.integer(bits))) ?? 0
}
