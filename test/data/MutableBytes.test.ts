import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
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

  it("behaves as an array of bytes under random changes", () => {
    const random = makeSeededRandom(7)
    for (let round = 0; round < 50; round++) {
      const model: Array<number> = []
      const bytes = new MutableBytes("")
      for (let step = 0; step < 40; step++) {
        const offset = random.integer(120)
        const written = random.bytes(random.integer(30))
        const length = random.integer(150)
        const grows = random.chance(0.2)
        if (grows) bytes.grow(length)
        else bytes.write(offset, random.chance(0.5) ? written : Buffer.from(written, "latin1"))
        const end = grows ? length : offset + written.length
        while (model.length < end) model.push(0)
        if (!grows) { for (let i = 0; i < written.length; i++) model[offset + i] = written.charCodeAt(i) }
        assert.deepStrictEqual([...bytes.view], model)
        assert.strictEqual(bytes.length, model.length)
        assert.isAtLeast(bytes.capacity, bytes.length)
      }
    }
  })
})
