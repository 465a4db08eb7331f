import { assert, describe, it } from "@effect/vitest"
import { KeyHasher } from "../../src/data/KeyHasher.ts"

const counting = Buffer.from(Array.from({ length: 256 }, (_, index) => index))

describe("KeyHasher", () => {
  it("gives the published HalfSipHash-1-3 values for 0, 1, 2 ... bytes", () => {
    // The vectors of Linux' lib/tests/siphash_kunit.c: key 00 01 .. 07, input 00 01 02 ...
    const expected = [
      0x5814c896,
      0xe7e864ca,
      0xbc4b0e30,
      0x01539939,
      0x7e059ea6,
      0x88e3d89b,
      0xa0080b65,
      0x9d38d9d6,
      0x577999b1,
      0xc839caed,
      0xe4fa32cf,
      0x959246ee,
      0x6b28096c,
      0x66dd9cd6,
      0x16658a7c,
      0xd0257b04
    ]
    const hasher = new KeyHasher(0x03020100, 0x07060504)
    assert.deepStrictEqual(expected.map((_, length) => hasher.bytes(counting, 0, length) >>> 0), expected)
  })

  it("hashes a text like its bytes, at any length and offset", () => {
    const hasher = new KeyHasher(1, 2)
    for (let length = 0; length <= 70; length++) {
      for (const start of [0, 1, 2, 3, 125, 186]) {
        const text = counting.toString("latin1", start, start + length)
        assert.strictEqual(hasher.text(text), hasher.bytes(counting, start, start + length))
      }
    }
    assert.strictEqual(hasher.text("\xff".repeat(300)), hasher.bytes(Buffer.alloc(300, 0xff), 0, 300))
  })

  it("reads nothing outside of the range", () => {
    const hasher = new KeyHasher(1, 2)
    for (let length = 0; length < 9; length++) {
      const one = Buffer.alloc(16, 0x11)
      const other = Buffer.alloc(16, 0x22)
      one.fill("k", 4, 4 + length)
      other.fill("k", 4, 4 + length)
      assert.strictEqual(hasher.bytes(one, 4, 4 + length), hasher.bytes(other, 4, 4 + length))
    }
  })

  it("gives signed 32-bit integers that depend on both secrets", () => {
    const hashes = [
      new KeyHasher(1, 2),
      new KeyHasher(1, 3),
      new KeyHasher(4, 2),
      new KeyHasher(0xffffffff, 0x80000000)
    ]
      .map((hasher) => hasher.text("key"))
    for (const hash of hashes) assert.strictEqual(hash, hash | 0)
    assert.strictEqual(new Set(hashes).size, hashes.length)
  })

  it("spreads sequential keys evenly over the low, the middle and the high bits", () => {
    const bucketBits = 10
    const perBucket = 32
    const hasher = new KeyHasher(0x12345678, 0x9abcdef0)
    const count = perBucket << bucketBits
    for (const prefix of ["key:", "user:", "", "a-rather-long-prefix:of:keys:"]) {
      for (const shift of [0, 11, 22]) {
        const buckets = new Uint32Array(1 << bucketBits)
        for (let index = 0; index < count; index++) {
          const bucket = hasher.text(prefix + String(index).padStart(12, "0")) >>> shift & (1 << bucketBits) - 1
          buckets[bucket] = buckets[bucket]! + 1
        }
        const chiSquare = buckets.reduce((sum, found) => sum + (found - perBucket) ** 2 / perBucket, 0)
        // 1023 degrees of freedom: mean 1023, standard deviation 45. Five deviations to either side, too even being as wrong as too uneven.
        assert.isAbove(chiSquare, 1023 - 5 * 45, `${prefix} ${shift}`)
        assert.isBelow(chiSquare, 1023 + 5 * 45, `${prefix} ${shift}`)
      }
    }
  })

  it("has no pair of differences that collides whatever the secret", () => {
    // A multiply-and-shift hash without a secret inside lets a difference in the top bit of one word be undone by a fixed one in the next.
    const plain = Buffer.alloc(8)
    const changed = Buffer.alloc(8)
    changed.writeUInt32LE(0x80000000, 0)
    for (let shift = 0; shift < 32; shift++) {
      changed.writeUInt32LE((0x80000000 | 1 << shift) >>> 0, 4)
      let collisions = 0
      for (let secret = 0; secret < 64; secret++) {
        const hasher = new KeyHasher(secret, ~secret)
        if (hasher.bytes(plain, 0, 8) === hasher.bytes(changed, 0, 8)) collisions++
      }
      assert.strictEqual(collisions, 0)
    }
  })
})
