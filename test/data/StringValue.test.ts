import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { maxTextBytes, ofText, toText } from "../../src/data/ByteString.ts"
import { MutableBytes } from "../../src/data/MutableBytes.ts"
import {
  byteAt,
  byteLength,
  encode,
  encodingOf,
  equals,
  memoryBytes,
  slice,
  toBytes,
  toInteger,
  toView
} from "../../src/data/StringValue.ts"
import type { StringValue } from "../../src/data/Value.ts"
import { makeSeededRandom } from "../support/random.ts"

/** The same bytes in every form that can hold them. */
const formsOf = (text: string): ReadonlyArray<StringValue> => [
  encode(ofText(text)),
  text,
  Buffer.from(text, "latin1"),
  new MutableBytes(text)
]

const samples = [
  "",
  "a",
  "0",
  "-1",
  "007",
  "12345678901",
  "9007199254740991",
  "9007199254740992",
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "hello world, this is a longer text\x00\xff",
  "x".repeat(maxTextBytes + 1)
]

describe("StringValue", () => {
  it("keeps integers of 64 bits as such, but only in the one form that answers the same text", () => {
    for (const text of ["0", "7", "-1", "9007199254740991", "-9007199254740991"]) {
      assert.strictEqual(encode(text), Number(text))
    }
    for (const text of ["9007199254740992", "9223372036854775807", "-9223372036854775808"]) {
      assert.strictEqual(encode(text), BigInt(text))
    }
    for (const text of ["", "-", "-0", "+1", "01", " 1", "1 ", "1.0", "1e3", "9223372036854775808", "12a", "."]) {
      assert.strictEqual(encode(text), text)
    }
  })

  it("answers the same bytes in every form", () => {
    for (const text of samples) {
      for (const value of formsOf(text)) {
        assert.strictEqual(toText(toBytes(value)), text)
        assert.strictEqual(toView(value).latin1Slice(), text)
        assert.strictEqual(byteLength(value), text.length)
      }
    }
  })

  it("cuts the same slices out of every form", () => {
    const random = makeSeededRandom(3)
    for (const text of samples) {
      for (let i = 0; i < 20; i++) {
        const end = random.integer(text.length + 1)
        const start = random.integer(end + 1)
        for (const value of formsOf(text)) {
          assert.strictEqual(toText(slice(value, start, end)), text.slice(start, end))
        }
      }
    }
  })

  it("reads integers of 64 bits in every form", () => {
    const integers = new Map<string, number | bigint | undefined>([
      ["0", 0],
      ["-1", -1],
      ["9007199254740992", 9007199254740992n],
      ["9223372036854775807", 9223372036854775807n],
      ["-9223372036854775808", -9223372036854775808n],
      ["9223372036854775808", undefined],
      ["007", undefined],
      ["", undefined],
      ["1.5", undefined],
      ["1".repeat(40), undefined]
    ])
    for (const [text, integer] of integers) {
      for (const value of formsOf(text)) assert.strictEqual(toInteger(value), integer, text)
    }
  })

  it("compares bytes, whatever the form", () => {
    for (const a of samples) {
      for (const b of samples) {
        for (const value of formsOf(a)) {
          assert.strictEqual(equals(value, ofText(b)), a === b)
          assert.strictEqual(equals(value, Buffer.from(b, "latin1")), a === b)
        }
      }
    }
  })

  it("answers bytes that do not change with the value", () => {
    for (const length of [5, maxTextBytes + 5]) {
      const value = new MutableBytes("a".repeat(length))
      const bytes = toBytes(value)
      const part = slice(value, 1, length)
      value.write(0, "b".repeat(length))
      assert.strictEqual(toText(bytes), "a".repeat(length))
      assert.strictEqual(toText(part), "a".repeat(length - 1))
    }
  })

  it("names the encoding that Valkey would use", () => {
    assert.strictEqual(encodingOf(5, 100, true), "int")
    assert.strictEqual(encodingOf(9223372036854775807n, 3, false), "int")
    assert.strictEqual(encodingOf("9223372036854775807", 3, false), "embstr")
    assert.strictEqual(encodingOf("5", 3, false), "embstr")
    assert.strictEqual(encodingOf("x".repeat(38), 3, false), "embstr")
    assert.strictEqual(encodingOf("x".repeat(39), 3, false), "raw")
    assert.strictEqual(encodingOf("x".repeat(30), 3, true), "embstr")
    assert.strictEqual(encodingOf("x".repeat(31), 3, true), "raw")
    assert.strictEqual(encodingOf("x", 41, false), "raw")
    assert.strictEqual(encodingOf(new MutableBytes("5"), 1, false), "raw")
    assert.strictEqual(encodingOf(Buffer.from("abc"), 1, false), "raw")
  })

  it("counts the memory of what it holds, spare room included", () => {
    assert.strictEqual(memoryBytes(1), 0)
    assert.strictEqual(memoryBytes(2 ** 40), 16)
    assert.strictEqual(memoryBytes("x".repeat(100)), 120)
    const short = new MutableBytes("x".repeat(100))
    assert.strictEqual(memoryBytes(short), 56 + 120)
    const long = new MutableBytes("x".repeat(2000))
    const before = memoryBytes(long)
    assert.isAbove(before, 2000)
    long.write(2000, "y")
    assert.strictEqual(memoryBytes(long) - before, long.capacity - 2000)
    assert.isAbove(long.capacity, 2001)
  })

  it("answers single bytes in every form, and NaN outside", () => {
    for (const text of samples) {
      for (const value of formsOf(text)) {
        for (const index of [0, 1, text.length - 1]) {
          if (index >= 0) assert.deepStrictEqual(byteAt(value, index), text.charCodeAt(index))
        }
        assert.isNaN(byteAt(value, text.length))
      }
    }
  })
})
