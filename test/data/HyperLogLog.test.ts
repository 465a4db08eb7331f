import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import * as HyperLogLog from "../../src/data/HyperLogLog.ts"
import { MutableBytes } from "../../src/data/MutableBytes.ts"
import { memoryBytes, toView } from "../../src/data/StringValue.ts"
import { makeSeededRandom } from "../support/random.ts"

const maxSparseBytes = 3000

const range = (from: number, to: number): ReadonlyArray<string> =>
  Array.from({ length: to - from + 1 }, (_, i) => `e${from + i}`)

const withElements = (elements: ReadonlyArray<string>, max = maxSparseBytes): MutableBytes => {
  const value = HyperLogLog.make()
  HyperLogLog.add(value, elements, max)
  return value
}

const densely = (elements: ReadonlyArray<string>): MutableBytes => {
  const value = HyperLogLog.make()
  HyperLogLog.makeDense(value)
  HyperLogLog.add(value, elements, maxSparseBytes)
  return value
}

const registers = (value: MutableBytes): ReadonlyArray<number> => {
  const dense = value.copy()
  assert.isTrue(HyperLogLog.makeDense(dense))
  return HyperLogLog.registersOf(dense)
}

const hash = (value: MutableBytes): string => createHash("sha1").update(toView(value)).digest("hex")

describe("HyperLogLog", () => {
  it("has the registers of the elements that Valkey gives them", () => {
    assert.strictEqual(HyperLogLog.describeRuns(HyperLogLog.make()), "Z:16384")
    assert.strictEqual(
      HyperLogLog.describeRuns(withElements(["a", "b", "c"])),
      "Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603"
    )
    assert.strictEqual(
      HyperLogLog.describeRuns(withElements(["", "hello", "a longer element of 33 bytes here", "12345678"])),
      "Z:5938 v:2,1 Z:1532 v:1,1 Z:1744 v:1,1 Z:1362 v:3,1 Z:5804"
    )
  })

  it("has Valkey's bytes and estimates, sparse and dense", () => {
    for (
      const [elements, count, sha1] of [
        [1000, 1008, "3b1ea28489e6eee8dead1ba587ae68732da53417"],
        [100_000, 100_853, "963e6cee79a81da7857234caac0f76085c89dd79"]
      ] as const
    ) {
      const value = withElements(range(1, elements))
      assert.strictEqual(HyperLogLog.isSparse(value), elements === 1000)
      assert.strictEqual(HyperLogLog.count(value), count)
      HyperLogLog.setLastEstimate(value, count)
      assert.strictEqual(hash(value), sha1)
    }
  })

  it("estimates within a few standard errors, from none to a million", () => {
    const value = HyperLogLog.make()
    let added = 0
    for (const count of [0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000]) {
      while (added < count) {
        const next = Math.min(count, added + 10_000)
        HyperLogLog.add(value, range(added + 1, next), maxSparseBytes)
        added = next
      }
      assert.approximately(Number(HyperLogLog.count(value)), count, Math.ceil(4 * 0.0081 * count))
    }
  })

  it("has the same registers in both forms, whatever the order and grouping of the elements", () => {
    const random = makeSeededRandom(5)
    for (let round = 0; round < 60; round++) {
      const elements = Array.from({ length: random.integer(random.pick([10, 100, 3000])) }, () => random.bytes(6))
      const dense = densely(elements)
      const sparse = withElements(elements, 100_000)
      const parts = HyperLogLog.make()
      let raised = 0
      for (const element of elements.toReversed()) raised += HyperLogLog.add(parts, [element], maxSparseBytes) ?? NaN
      assert.deepStrictEqual(HyperLogLog.registersOf(dense), registers(sparse))
      assert.deepStrictEqual(HyperLogLog.registersOf(dense), registers(parts))
      assert.strictEqual(HyperLogLog.count(dense), HyperLogLog.count(sparse))
      assert.isAtMost(raised, elements.length)
      assert.strictEqual(HyperLogLog.add(sparse, elements, 100_000), 0)
      assert.strictEqual(HyperLogLog.add(dense, elements, maxSparseBytes), 0)
    }
  })

  it("becomes dense when its runs take more bytes than they may, and not before", () => {
    for (const max of [20, 100, 3000]) {
      const value = HyperLogLog.make()
      for (let i = 0; HyperLogLog.isSparse(value); i++) {
        assert.isAtMost(value.length, max)
        HyperLogLog.add(value, [`${i}`], max)
      }
      assert.strictEqual(value.length, 12_304)
    }
  })

  it("takes little memory while it is sparse, and no room to spare", () => {
    assert.isAtMost(memoryBytes(HyperLogLog.make()), 100)
    const value = withElements(range(1, 1000))
    assert.isAtMost(memoryBytes(value) - value.length, 80)
    assert.isAtMost(memoryBytes(densely(range(1, 10))), 12_304 + 300)
  })

  it("keeps its estimate until a register is raised", () => {
    for (const value of [HyperLogLog.make(), densely([])]) {
      assert.strictEqual(HyperLogLog.lastEstimate(densely(["a"])), undefined)
      HyperLogLog.setLastEstimate(value, 123_456_789_012)
      assert.strictEqual(HyperLogLog.lastEstimate(value), 123_456_789_012)
      HyperLogLog.add(value, ["a"], maxSparseBytes)
      assert.strictEqual(HyperLogLog.lastEstimate(value), undefined)
      HyperLogLog.setLastEstimate(value, 1)
      HyperLogLog.add(value, ["a"], maxSparseBytes)
      assert.strictEqual(HyperLogLog.lastEstimate(value), 1)
      HyperLogLog.setLastEstimate(value, 2n ** 62n + 1n)
      assert.strictEqual(HyperLogLog.lastEstimate(value), 2n ** 62n + 1n)
    }
  })

  it("is the union of what is merged into it", () => {
    for (const [one, other] of [[3, 5], [400, 600], [3000, 10], [10, 3000]] as const) {
      const sources = [withElements(range(1, one)), withElements(range(one - 2, one + other))]
      const ranks = HyperLogLog.makeRanks()
      for (const source of sources) assert.isTrue(HyperLogLog.mergeInto(ranks, source))
      const all = densely(range(1, one + other))
      assert.strictEqual(HyperLogLog.countOf(ranks), HyperLogLog.count(all))
      for (const target of [HyperLogLog.make(), densely([]), sources[0]!]) {
        HyperLogLog.raiseTo(target, ranks, maxSparseBytes)
        assert.strictEqual(HyperLogLog.lastEstimate(target), undefined)
        assert.deepStrictEqual(registers(target), HyperLogLog.registersOf(all))
      }
    }
  })

  it("leaves its copies alone", () => {
    for (const value of [withElements(range(1, 100)), densely(range(1, 100))]) {
      const before = hash(value)
      const copy = value.copy()
      HyperLogLog.add(copy, range(101, 200), maxSparseBytes)
      HyperLogLog.setLastEstimate(copy, 1)
      assert.strictEqual(hash(value), before)
      assert.notStrictEqual(hash(copy), before)
    }
  })

  it("is told from other strings by its header, and by its length where it is dense", () => {
    const header = (form: string, rest: string) => `HYLL${form}${"\0".repeat(11)}${rest}`
    for (const valid of [header("\x01", ""), header("\x01", "x"), header("\0", "\0".repeat(12_288))]) {
      assert.isTrue(HyperLogLog.isHyperLogLog(valid))
      assert.isTrue(HyperLogLog.isHyperLogLog(Buffer.from(valid, "latin1")))
      assert.isTrue(HyperLogLog.isHyperLogLog(new MutableBytes(valid)))
    }
    for (const other of ["", "HYLL", header("\x02", "x"), header("\0", "x"), `X${header("\x01", "")}`, 5, 5n]) {
      assert.isFalse(HyperLogLog.isHyperLogLog(other))
    }
  })

  it("notices runs that are not 16384 registers", () => {
    const header = `HYLL\x01${"\0".repeat(10)}\x80`
    for (const runs of ["", "\x7f\xfe", "\x7f\xff\x00", "\x7f\xff\x80", "\x7f", "\xff"]) {
      const value = new MutableBytes(header + runs)
      assert.strictEqual(HyperLogLog.count(value), undefined)
      assert.isFalse(HyperLogLog.mergeInto(HyperLogLog.makeRanks(), value))
      assert.isFalse(HyperLogLog.makeDense(value))
    }
    assert.strictEqual(HyperLogLog.add(new MutableBytes(`${header}\xff`), ["a"], maxSparseBytes), undefined)
    assert.strictEqual(HyperLogLog.add(new MutableBytes(`${header}\x7f\xff\x00`), ["a"], 18), undefined)
  })

  it("survives any bytes behind its header", () => {
    const random = makeSeededRandom(6)
    for (let round = 0; round < 2000; round++) {
      const value = withElements(range(1, random.integer(200)), 100_000)
      for (let i = random.integer(5); i >= 0; i--) value.write(16 + random.integer(value.length), random.bytes(1))
      const max = random.pick([30, 3000, 100_000])
      const raised = HyperLogLog.add(value, range(1000, 1000 + random.integer(50)), max)
      if (raised === undefined) continue
      HyperLogLog.count(value)
      HyperLogLog.mergeInto(HyperLogLog.makeRanks(), value)
      HyperLogLog.makeDense(value)
    }
  })
})
