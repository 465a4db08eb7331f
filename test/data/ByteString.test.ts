import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as ByteString from "../../src/data/ByteString.ts"
import { makeSeededRandom } from "../support/random.ts"

const long = (byte: string): string => byte.repeat(ByteString.maxTextBytes + 1)

describe("ByteString", () => {
  it("is a string up to 32 KiB and a Buffer above", () => {
    const bytes = Buffer.alloc(ByteString.maxTextBytes + 1, 0xff)
    assert.strictEqual(ByteString.ofBytes(bytes, 1), "\xff".repeat(ByteString.maxTextBytes))
    assert.isTrue(Buffer.isBuffer(ByteString.ofBytes(bytes)))
    assert.strictEqual(ByteString.ofText("a\xff\0"), "a\xff\0")
    assert.isTrue(Buffer.isBuffer(ByteString.ofText(long("a"))))
  })

  it("does not change when the bytes it was made of do", () => {
    const bytes = Buffer.alloc(ByteString.maxTextBytes + 100, "a")
    const made = [ByteString.ofBytes(bytes, 0, 3), ByteString.ofBytes(bytes), ByteString.slice(bytes, 1, bytes.length)]
    bytes.fill("b")
    for (const each of made) assert.strictEqual(ByteString.toText(each), "a".repeat(each.length))
  })

  it("joins, cuts and compares as bytes do, whatever the form of each part", () => {
    const random = makeSeededRandom(1)
    const lengths = [
      0,
      1,
      12,
      13,
      100,
      ByteString.maxTextBytes - 1,
      ByteString.maxTextBytes,
      ByteString.maxTextBytes + 1
    ]
    const any = (): Buffer =>
      Buffer.from(Array.from({ length: random.pick(lengths) }, () => random.pick([0, 0x61, 0x62, 0xff])))
    for (let round = 0; round < 60; round++) {
      const [x, y] = [any(), any()]
      const [a, b] = [ByteString.ofBytes(x), ByteString.ofBytes(y)]
      const joined = ByteString.concat(a, b)
      assert.isTrue(ByteString.toBuffer(joined).equals(Buffer.concat([x, y])))
      assert.strictEqual(typeof joined === "string", joined.length <= ByteString.maxTextBytes)
      const start = random.integer(joined.length + 1)
      const end = start + random.integer(joined.length - start + 1)
      const cut = ByteString.slice(joined, start, end)
      assert.isTrue(ByteString.toBuffer(cut).equals(Buffer.concat([x, y]).subarray(start, end)))
      assert.strictEqual(typeof cut === "string" || cut.length > ByteString.maxTextBytes, true)
      assert.strictEqual(Math.sign(ByteString.compare(a, b)), Buffer.compare(x, y))
      assert.strictEqual(ByteString.equal(a, b), x.equals(y))
      assert.isTrue(ByteString.equal(joined, ByteString.ofBytes(Buffer.concat([x, y]))))
    }
  })

  it("is equal and ordered by its bytes even where a short one is held as a Buffer", () => {
    assert.isTrue(ByteString.equal("a\xff", Buffer.from("a\xff", "latin1")))
    assert.isFalse(ByteString.equal("ab", Buffer.from("ac")))
    assert.isBelow(ByteString.compare("a", Buffer.from("ab")), 0)
    assert.isAbove(ByteString.compare(Buffer.from("\xff", "latin1"), "\x7f"), 0)
  })

  it("answers each byte as a number, and NaN outside", () => {
    for (const bytes of ["a\xff", Buffer.from("a\xff", "latin1")]) {
      assert.strictEqual(ByteString.byteAt(bytes, 1), 0xff)
      assert.isNaN(ByteString.byteAt(bytes, 2))
      assert.strictEqual(ByteString.byteLength(bytes), 2)
    }
  })

  it("refuses to make one string of more bytes than V8 allows", () => {
    // Only the length is looked at, so the memory is never touched.
    const bytes = Buffer.allocUnsafeSlow(0x1fffffe9)
    assert.throws(() => ByteString.toText(bytes), RangeError)
  })

  it("copies texts of any length byte for byte", () => {
    for (const text of ["", "a", "\0\xff\r\n", long("\xe9")]) assert.strictEqual(ByteString.flatCopy(text), text)
  })
})
