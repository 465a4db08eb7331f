import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as BitField from "../../src/data/BitField.ts"
import { maxInt64, minInt64, toInt64 } from "../../src/data/Int64.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

/** A 64-bit integer, often a small one or one at an edge. */
const someInteger = (random: SeededRandom): number | bigint => {
  const wide = BigInt.asIntN(
    1 + random.integer(64),
    BigInt(random.integer(2 ** 32)) << 32n | BigInt(random.integer(2 ** 32))
  )
  const near = (1n << BigInt(random.integer(64))) - BigInt(random.integer(3))
  // All three are within 64 bits.
  return toInt64(BigInt.asIntN(64, random.pick([wide, near, -near])))!
}

const someField = (random: SeededRandom): BitField.BitField => {
  const isSigned = random.chance(0.5)
  return { isSigned, bits: 1 + random.integer(isSigned ? 64 : 63), offset: random.integer(40) }
}

describe("BitField", () => {
  it("reads and writes its own bits and no others", () => {
    const random = makeSeededRandom(3)
    for (let round = 0; round < 5000; round++) {
      const bytes = Buffer.from(random.bytes(16), "latin1")
      const field = someField(random)
      const bits = BigInt(field.bits)
      const behind = BigInt(128 - field.offset - field.bits)
      const row = BigInt(`0x${bytes.toString("hex")}`)
      const unsigned = BigInt.asUintN(field.bits, row >> behind)
      const expected = field.isSigned ? BigInt.asIntN(field.bits, unsigned) : unsigned
      assert.strictEqual(BigInt(BitField.read((i) => bytes[i] ?? NaN, field)), expected)

      const value = someInteger(random)
      BitField.write(bytes, field, value)
      const mask = (1n << bits) - 1n << behind
      const written = row & ~mask | BigInt.asUintN(field.bits, BigInt(value)) << behind
      assert.strictEqual(bytes.toString("hex"), written.toString(16).padStart(32, "0"))
    }
  })

  it("reads zeros behind the end", () => {
    const bytes = Buffer.from([0xff])
    const read = (field: BitField.BitField) => BitField.read((i) => bytes[i] ?? NaN, field)
    assert.strictEqual(read({ isSigned: false, bits: 8, offset: 4 }), 0xf0)
    assert.strictEqual(read({ isSigned: true, bits: 8, offset: 4 }), -16)
    assert.strictEqual(read({ isSigned: true, bits: 64, offset: 1 }), -(2n ** 57n))
    assert.strictEqual(read({ isSigned: false, bits: 63, offset: 1000 }), 0)
  })

  it("adds in unlimited integers, and then wraps, saturates or fails", () => {
    const random = makeSeededRandom(4)
    for (let round = 0; round < 5000; round++) {
      const field = someField(random)
      const { bits, isSigned } = field
      const minimum = isSigned ? -(1n << BigInt(bits - 1)) : 0n
      const maximum = isSigned ? -minimum - 1n : (1n << BigInt(bits)) - 1n
      const start = BigInt(someInteger(random))
      const value = toInt64(isSigned ? BigInt.asIntN(bits, start) : BigInt.asUintN(bits, start))!
      const increment = someInteger(random)
      const sum = BigInt(value) + BigInt(increment)
      const isInside = sum >= minimum && sum <= maximum
      const wrapped = isSigned ? BigInt.asIntN(bits, sum) : BigInt.asUintN(bits, sum)
      const nearest = sum > maximum ? maximum : sum < minimum ? minimum : sum
      assert.strictEqual(BitField.add(field, value, increment, "WRAP"), toInt64(wrapped))
      assert.strictEqual(BitField.add(field, value, increment, "SAT"), toInt64(nearest))
      assert.strictEqual(BitField.add(field, value, increment, "FAIL"), isInside ? toInt64(sum) : undefined)
    }
  })

  it("takes a negative number for a large one where there is no sign", () => {
    const field: BitField.BitField = { isSigned: false, bits: 8, offset: 0 }
    assert.strictEqual(BitField.set(field, -1, "SAT"), 255)
    assert.strictEqual(BitField.set(field, -1, "WRAP"), 255)
    assert.strictEqual(BitField.set(field, -256, "WRAP"), 0)
    assert.strictEqual(BitField.set(field, -1, "FAIL"), undefined)
  })

  it("saturates the lowest numbers at the maximum, as Redis does", () => {
    const field: BitField.BitField = { isSigned: true, bits: 8, offset: 0 }
    assert.strictEqual(BitField.set(field, minInt64, "SAT"), 127)
    assert.strictEqual(BitField.set(field, minInt64 + 127n, "SAT"), 127)
    assert.strictEqual(BitField.set(field, minInt64 + 128n, "SAT"), -128)
    assert.strictEqual(BitField.set(field, maxInt64, "SAT"), 127)
    assert.strictEqual(BitField.set({ ...field, bits: 64 }, minInt64, "SAT"), minInt64)
  })
})
