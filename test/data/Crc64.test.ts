import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { Crc64 } from "../../src/data/Crc64.ts"
import { makeSeededRandom } from "../support/random.ts"

const checksum = (crc: Crc64): bigint => {
  const bytes = Buffer.alloc(8)
  crc.writeTo(bytes, 0)
  return bytes.readBigUInt64LE()
}

const checksumOf = (bytes: Buffer): bigint => {
  const crc = new Crc64()
  crc.update(bytes)
  return checksum(crc)
}

/** Bit by bit, as the definition says. */
const naive = (bytes: Buffer): bigint => {
  let crc = 0n
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ ((crc & 1n) === 1n ? 0x95ac9329ac4bc9b5n : 0n)
  }
  return crc
}

describe("Crc64", () => {
  it.each([
    ["", 0n],
    ["123456789", 0xe9c6d914c4b8d9can]
  ])("of %j is the known one", (text, expected) => {
    assert.strictEqual(checksumOf(Buffer.from(text)), expected)
  })

  it("is the one of the definition, for every length and every split", () => {
    const random = makeSeededRandom(64)
    const bytes = Buffer.from(Array.from({ length: 100 }, () => random.integer(256)))
    for (let length = 0; length <= bytes.length; length++) {
      const expected = naive(bytes.subarray(0, length))
      const crc = new Crc64()
      const cut = random.integer(length + 1)
      crc.update(bytes, 0, cut)
      crc.update(bytes, cut, length)
      assert.strictEqual(checksum(crc), expected)
    }
  })

  it("knows its own eight bytes, and no others", () => {
    const bytes = Buffer.from("123456789........")
    const crc = new Crc64()
    crc.update(bytes, 0, 9)
    crc.writeTo(bytes, 9)
    assert.isTrue(crc.equals(bytes, 9))
    for (let at = 9; at < 17; at++) {
      const damaged = Buffer.from(bytes)
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at)
      assert.isFalse(crc.equals(damaged, 9))
    }
  })
})
