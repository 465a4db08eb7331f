import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { combine, countOnes, findBit, type Operation } from "../../src/data/Bits.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const bitsOf = (bytes: Buffer): ReadonlyArray<number> =>
  Array.from({ length: 8 * bytes.length }, (_, i) => bytes[i >> 3]! >> (7 - i % 8) & 1)

/** Mostly long runs of zeros or ones, at any place in memory. */
const someBytes = (random: SeededRandom, length: number): Buffer => {
  const memory = Buffer.alloc(length + 8)
  const bytes = memory.subarray(random.integer(8)).subarray(0, length)
  bytes.fill(random.pick([0, 0xff]))
  // Writing outside of the bytes has no effect.
  for (let i = random.integer(4); i > 0; i--) bytes[random.integer(length + 1)] = random.integer(256)
  if (random.chance(0.3)) bytes.write(random.bytes(length), "latin1")
  return bytes
}

describe("Bits", () => {
  it("counts ones and finds bits in every range, as looking at each bit does", () => {
    const random = makeSeededRandom(1)
    for (let round = 0; round < 3000; round++) {
      const bytes = someBytes(random, random.integer(random.pick([5, 20, 120])))
      const bits = bitsOf(bytes)
      const start = random.integer(bits.length + 1)
      const end = start + random.integer(bits.length - start + 1)
      const range = bits.slice(start, end)
      assert.strictEqual(countOnes(bytes, start, end), range.filter((bit) => bit === 1).length)
      for (const bit of [0, 1] as const) {
        const found = range.indexOf(bit)
        assert.strictEqual(findBit(bytes, bit, start, end), found < 0 ? -1 : start + found)
      }
    }
  })

  it("counts and finds beyond 2^31 bits", () => {
    const bytes = Buffer.alloc(2 ** 28 + 10)
    bytes[2 ** 28 + 3] = 0x18
    const bits = 8 * bytes.length
    assert.strictEqual(countOnes(bytes, 2 ** 31 - 64, bits), 2)
    assert.strictEqual(countOnes(bytes, 2 ** 31 + 28, bits), 1)
    assert.strictEqual(findBit(bytes, 1, 2 ** 31 - 64, bits), 2 ** 31 + 27)
    assert.strictEqual(findBit(bytes, 1, 2 ** 31 + 29, bits), -1)
  })

  it("combines rows of different lengths as if the shorter ones ended in zeros", () => {
    const random = makeSeededRandom(2)
    const operations: Readonly<Record<Operation, (a: number, b: number) => number>> = {
      AND: (a, b) => a & b,
      OR: (a, b) => a | b,
      XOR: (a, b) => a ^ b,
      NOT: (a) => ~a & 0xff
    }
    for (let round = 0; round < 2000; round++) {
      const operation = random.pick(["AND", "OR", "XOR", "NOT"] as const)
      const count = operation === "NOT" ? 1 : 1 + random.integer(4)
      const sources = Array.from({ length: count }, () => someBytes(random, random.integer(random.pick([3, 9, 100]))))
      const before = sources.map((source) => source.toString("hex"))
      const length = Math.max(...sources.map((source) => source.length))
      const target = someBytes(random, length)
      combine(operation, sources, target)
      const expected = Array.from({ length }, (_, i) => {
        const [first = 0, ...others] = sources.map((source) => source[i] ?? 0)
        return operation === "NOT" ? operations.NOT(first, 0) : others.reduce(operations[operation], first)
      })
      assert.deepStrictEqual([...target], expected)
      assert.deepStrictEqual(sources.map((source) => source.toString("hex")), before)
    }
  })
})
