import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as ByteString from "../../src/data/ByteString.ts"
import * as Lzf from "../../src/data/Lzf.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const hex = (bytes: ByteString.ByteString | undefined): string | undefined =>
  bytes === undefined ? undefined : ByteString.toBuffer(bytes).toString("hex")

const ofHex = (text: string): string => Buffer.from(text, "hex").toString("latin1")

describe("Lzf", () => {
  it.each([
    ["nothing", "", ""],
    ["plain bytes", "0461626364650166ff", "616263646566ff"],
    ["a short repetition", "026162632002", "616263616263"],
    ["a repetition that reaches into itself", "0061e00100", "61".repeat(11)],
    ["a long repetition", "0061e0ff00", "61".repeat(265)],
    [
      "a repetition from 8192 bytes ago",
      `1fabcdef${"00".repeat(29)}${`1f${"00".repeat(32)}`.repeat(255)}3fff`,
      `abcdef${"00".repeat(8189)}abcdef`
    ]
  ])("decompresses %s", (_, compressed, bytes) => {
    assert.strictEqual(hex(Lzf.decompress(ofHex(compressed), bytes.length / 2)), bytes)
  })

  it.each([
    ["plain bytes that are cut", "0361", 4],
    ["more plain bytes than were announced", "0161620061", 2],
    ["a repetition without its distance", "006120", 4],
    ["a long repetition without its distance", "0061e005", 15],
    ["a long repetition without its length", "0061e0", 15],
    ["a repetition from before the beginning", "00612001", 4],
    ["a repetition beyond the length", "00612000", 3],
    ["fewer bytes than were announced", "0061", 2],
    ["a length that no compression reaches", "0061e0ff00", 2 ** 40]
  ])("refuses %s", (_, compressed, length) => {
    assert.isUndefined(Lzf.decompress(ofHex(compressed), length))
  })

  it("does not answer what is longer than it was", () => {
    for (const text of ["", "a", "ab", "abc", "abcdefgh", makeSeededRandom(1).bytes(5000)]) {
      assert.isUndefined(Lzf.compress(text))
    }
  })

  it("keeps to the number of bytes that is allowed", () => {
    const text = "abc".repeat(100)
    const compressed = Lzf.compress(text)
    assert.isDefined(compressed)
    assert.isUndefined(Lzf.compress(text, compressed.length - 1))
  })

  it("finds nothing of one text in another one, though both share a table", () => {
    assert.isDefined(Lzf.compress("x".repeat(100)))
    const text = "axxxbyyy".repeat(20)
    const compressed = Lzf.compress(text)
    assert.isDefined(compressed)
    assert.strictEqual(Lzf.decompress(compressed, text.length), text)
    assert.strictEqual(Lzf.compress(text), compressed)
  })

  it("answers short results as text and long ones as Buffers", () => {
    const text = Buffer.alloc(10_000_000, "0123456789")
    const compressed = Lzf.compress(text)
    assert.isDefined(compressed)
    assert.isTrue(Buffer.isBuffer(compressed))
    assert.deepStrictEqual(Lzf.decompress(compressed, text.length), text)
    assert.isString(Lzf.compress(text.subarray(0, 100_000)))
  })

  it.each([1, 2, 3])("gives back what it has compressed (seed %i)", (seed) => {
    const random = makeSeededRandom(seed)
    let shrunk = 0
    for (let round = 0; round < 1500; round++) {
      const text = compressible(random)
      const compressed = Lzf.compress(text)
      if (compressed === undefined) continue
      shrunk++
      assert.isBelow(compressed.length, text.length)
      assert.strictEqual(Lzf.decompress(compressed, text.length), text)
      assert.isUndefined(Lzf.decompress(compressed, text.length + 1))
      assert.isUndefined(Lzf.decompress(compressed, text.length - 1))
    }
    assert.isAbove(shrunk, 500)
  })

  it.each([6, 7])("makes the same of it in parts, and from the middle of a buffer (seed %i)", (seed) => {
    const random = makeSeededRandom(seed)
    const compressor = new Lzf.Compressor()
    for (let round = 0; round < 500; round++) {
      const text = compressible(random)
      const maxBytes = text.length - 1 - random.integer(5)
      const from = random.integer(100)
      const input = Buffer.from(random.bytes(from) + text + random.bytes(10), "latin1")
      const output = Buffer.alloc(input.length)
      const to = from + text.length
      compressor.begin(output, input, from, to, maxBytes)
      const step = 1 + random.integer(500)
      for (let until = from + step; !compressor.run(until); until += step);
      const expected = Lzf.compress(text, maxBytes)
      assert.strictEqual(compressor.end, expected?.length ?? -1)
      if (expected !== undefined) {
        assert.strictEqual(output.latin1Slice(0, compressor.end), expected)
        assert.strictEqual(Lzf.compressInto(output, input, from, to, maxBytes), expected.length)
        assert.strictEqual(output.latin1Slice(0, expected.length), expected)
      }
    }
  })

  it.each([4, 5])("never answers another length than announced for damaged bytes (seed %i)", (seed) => {
    const random = makeSeededRandom(seed)
    for (let round = 0; round < 5000; round++) {
      const text = compressible(random)
      const bytes = Buffer.from(ByteString.toBuffer(Lzf.compress(text) ?? text))
      for (let changes = random.integer(4); changes >= 0; changes--) {
        bytes[random.integer(bytes.length)] = random.integer(256)
      }
      const cut = bytes.subarray(0, random.integer(bytes.length + 1))
      const length = random.chance(0.5) ? text.length : random.integer(1000)
      const answer = Lzf.decompress(cut, length)
      assert.isTrue(answer === undefined || answer.length === length)
    }
  })
})

/** Bytes with repetitions near and far, short and long, up to some kilobytes. */
const compressible = (random: SeededRandom): string => {
  const length = 1 + random.integer(random.pick([20, 60, 300, 3000]))
  const fresh = random.pick([1, 4, 20])
  let text = random.bytes(1 + random.integer(3))
  while (text.length < length) {
    if (random.chance(0.4)) text += random.bytes(1 + random.integer(fresh))
    else {
      const from = random.integer(text.length)
      const piece = text.slice(from, from + 1 + random.integer(random.pick([4, 12, 400])))
      text += random.chance(0.2) ? piece.repeat(1 + random.integer(30)) : piece
    }
  }
  return text.slice(0, length)
}
