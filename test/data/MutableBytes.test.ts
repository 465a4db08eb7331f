import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { toText } from "../../src/data/ByteString.ts"
import { MutableBytes } from "../../src/data/MutableBytes.ts"
import { makeSeededRandom } from "../support/random.ts"

const text = (bytes: MutableBytes): string => bytes.view.latin1Slice()

describe("MutableBytes", () => {
  it("is a copy of the bytes it is made of", () => {
    const source = Buffer.from("abc")
    const bytes = new MutableBytes(source)
    source.fill(0)
    assert.strictEqual(text(bytes), "abc")
    bytes.write(0, "x")
    assert.strictEqual(source[0], 0)
  })

  it("holds all 256 byte values", () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code))
    const bytes = new MutableBytes(all)
    bytes.write(256, all)
    bytes.write(512, Buffer.from(all, "latin1"))
    assert.strictEqual(text(bytes), all + all + all)
  })

  it("fills with zeros up to the length it is given", () => {
    const bytes = new MutableBytes("ab", 5)
    assert.strictEqual(text(bytes), "ab\0\0\0")
    assert.strictEqual(bytes.length, 5)
    assert.strictEqual(new MutableBytes("abc", 1).length, 3)
  })

  it("puts zeros between its end and an offset behind it", () => {
    const bytes = new MutableBytes("ab")
    bytes.write(4, "cd")
    assert.strictEqual(text(bytes), "ab\0\0cd")
    bytes.write(9, "e")
    assert.strictEqual(text(bytes), "ab\0\0cd\0\0\0e")
  })

  it("overwrites without growing", () => {
    const bytes = new MutableBytes("abcdef")
    bytes.write(2, "XY")
    assert.strictEqual(text(bytes), "abXYef")
    assert.strictEqual(bytes.capacity, 6)
    bytes.grow(3)
    assert.strictEqual(bytes.length, 6)
  })

  it("grows so seldom that appending is linear", () => {
    for (const [step, total] of [[1, 100_000], [100_000, 50_000_000]] as const) {
      const bytes = new MutableBytes("")
      const chunk = Buffer.alloc(step, "x")
      let copied = 0
      let capacity = bytes.capacity
      while (bytes.length < total) {
        const before = bytes.length
        bytes.write(before, chunk)
        if (bytes.capacity !== capacity) copied += before
        capacity = bytes.capacity
      }
      assert.isBelow(copied, 10 * total, `in steps of ${step}`)
      assert.isAtMost(bytes.capacity, 2 * total + 2 * step)
    }
  })

  it("wastes no more than an eighth of a large value", () => {
    const bytes = new MutableBytes("", 16 * 1024 * 1024)
    bytes.grow(bytes.length + 1)
    assert.isAtMost(bytes.capacity, bytes.length + bytes.length / 8 + 1)
  })

  it("is a text while it is short, and takes no room to spare then", () => {
    const bytes = new MutableBytes("", 1024)
    assert.isTrue(bytes.isText)
    bytes.setByte(1023, 7)
    assert.isTrue(bytes.isText)
    assert.strictEqual(bytes.capacity, 1024)
    bytes.grow(1025)
    assert.isFalse(bytes.isText)
    assert.strictEqual(bytes.byteAt(1023), 7)
    assert.isAbove(bytes.capacity, 1025)
  })

  it("holds what replaces it in the form that it is given in", () => {
    const bytes = new MutableBytes("abc")
    bytes.replace("x".repeat(3000))
    assert.isTrue(bytes.isText)
    assert.strictEqual(bytes.length, 3000)
    bytes.setByte(2999, 0x79)
    assert.strictEqual(text(bytes), `${"x".repeat(2999)}y`)
    bytes.replace(Buffer.from("def"))
    assert.strictEqual(text(bytes), "def")
  })

  it("and its copies go their own ways, at any length and in any number", () => {
    for (const length of [10, 1024, 1025, 100_000]) {
      const original = new MutableBytes("a".repeat(length))
      const copies = [original, original.copy(), original.copy()]
      copies.push(copies[1]!.copy())
      copies.forEach((copy, i) => copy.setByte(i, 0x62))
      copies.forEach((copy, i) => copy.write(length, String(i)))
      copies.forEach((copy, i) => {
        assert.strictEqual(text(copy), `${"a".repeat(i)}b${"a".repeat(length - i - 1)}${i}`)
      })
    }
  })

  it("gives slices that do not change with it", () => {
    for (const length of [10, 2000, 100_000]) {
      const bytes = new MutableBytes("a".repeat(length))
      const slice = bytes.slice(1)
      bytes.edit((buffer) => buffer.fill("b"))
      assert.strictEqual(toText(slice), "a".repeat(length - 1))
      assert.strictEqual(toText(bytes.slice(length - 2)), "bb")
    }
  })

  it("behaves as an array of bytes under random changes", () => {
    const random = makeSeededRandom(7)
    for (let round = 0; round < 60; round++) {
      // In half of the rounds around the length up to which it is a text.
      const base = round % 2 === 0 ? 0 : 950
      let model: Array<number> = Array<number>(base).fill(0)
      let bytes = new MutableBytes("", base)
      for (let step = 0; step < 40; step++) {
        const before = [...model]
        const copy = random.chance(0.2) ? bytes.copy() : undefined
        const offset = base + random.integer(120)
        const written = random.bytes(random.integer(30))
        const length = base + random.integer(150)
        const end = offset + written.length
        const fill = (to: number): void => {
          while (model.length < to) model.push(0)
        }
        switch (random.integer(5)) {
          case 0:
            bytes.grow(length)
            fill(length)
            break
          case 1:
            bytes.write(offset, random.chance(0.5) ? written : Buffer.from(written, "latin1"))
            fill(end)
            for (let i = 0; i < written.length; i++) model[offset + i] = written.charCodeAt(i)
            break
          case 2:
            if (offset >= bytes.length) break
            bytes.setByte(offset, 0xfe)
            model[offset] = 0xfe
            break
          case 3:
            bytes.edit((buffer) => {
              if (offset < buffer.length) buffer[offset] = 0xfd
            })
            if (offset < model.length) model[offset] = 0xfd
            break
          case 4:
            bytes.replace(random.chance(0.5) ? written : Buffer.from(written, "latin1"))
            model = Array.from(written, (_, i) => written.charCodeAt(i))
            break
        }
        assert.deepStrictEqual([...bytes.view], model)
        assert.strictEqual(bytes.length, model.length)
        assert.isAtLeast(bytes.capacity, bytes.length)
        assert.deepStrictEqual(bytes.byteAt(offset), model[offset] ?? NaN)
        if (copy === undefined) continue
        assert.deepStrictEqual([...copy.view], before)
        if (random.chance(0.5)) {
          bytes = copy
          model = before
        }
      }
    }
  })
})
