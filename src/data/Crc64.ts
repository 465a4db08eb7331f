/**
 * The checksum of RDB files and DUMP payloads: a CRC of 64 bits with Jones's polynomial, bits reflected, beginning at zero.
 *
 * Two halves of 32 bits, as bitwise operations of JavaScript have no more. Eight bytes are taken per step ("slicing by eight"): what each of them changes
 * stands in a table for its place, and the changes are independent of each other. Source: crc64.c.
 */
import type { Buffer } from "node:buffer"

export class Crc64 {
  private low = 0
  private high = 0

  /** Takes the bytes up to, not including, `end`. In pieces or at once makes no difference. */
  update(bytes: Buffer, start = 0, end = bytes.length): void {
    let { high, low } = this
    let at = start
    for (const stop = end - 7; at < stop; at += 8) {
      // Eight bytes from `at` on are there, so none of these is undefined.
      const a = (low ^ bytes[at]!) & 255
      const b = ((low >>> 8) ^ bytes[at + 1]!) & 255
      const c = ((low >>> 16) ^ bytes[at + 2]!) & 255
      const d = (low >>> 24) ^ bytes[at + 3]!
      const e = (high ^ bytes[at + 4]!) & 255
      const f = ((high >>> 8) ^ bytes[at + 5]!) & 255
      const g = ((high >>> 16) ^ bytes[at + 6]!) & 255
      const h = (high >>> 24) ^ bytes[at + 7]!
      low = lows[1792 + a]! ^ lows[1536 + b]! ^ lows[1280 + c]! ^ lows[1024 + d]! ^
        lows[768 + e]! ^ lows[512 + f]! ^ lows[256 + g]! ^ lows[h]!
      high = highs[1792 + a]! ^ highs[1536 + b]! ^ highs[1280 + c]! ^ highs[1024 + d]! ^
        highs[768 + e]! ^ highs[512 + f]! ^ highs[256 + g]! ^ highs[h]!
    }
    for (; at < end; at++) {
      const slot = (low ^ bytes[at]!) & 255
      low = ((low >>> 8) | (high << 24)) ^ lows[slot]!
      high = (high >>> 8) ^ highs[slot]!
    }
    this.low = low
    this.high = high
  }

  /** Writes the eight bytes of the checksum, the lowest first. */
  writeTo(target: Buffer, offset: number): void {
    target.writeInt32LE(this.low, offset)
    target.writeInt32LE(this.high, offset + 4)
  }

  /** Whether the checksum is the one written in these eight bytes. */
  equals(bytes: Buffer, offset: number): boolean {
    return bytes.readInt32LE(offset) === this.low && bytes.readInt32LE(offset + 4) === this.high
  }
}

/** Jones's polynomial, 0xad93d23594c935a9, its bits in reverse. */
const polynomialLow = 0xac4bc9b5 | 0
const polynomialHigh = 0x95ac9329 | 0

/** What a byte does to the checksum that has 0 to 7 more bytes behind it: 256 slots for each of these numbers. */
const lows = new Int32Array(8 * 256)
const highs = new Int32Array(8 * 256)

for (let byte = 0; byte < 256; byte++) {
  let low = byte
  let high = 0
  for (let bit = 0; bit < 8; bit++) {
    const carry = -(low & 1)
    low = ((low >>> 1) | (high << 31)) ^ (polynomialLow & carry)
    high = (high >>> 1) ^ (polynomialHigh & carry)
  }
  lows[byte] = low
  highs[byte] = high
}
for (let slot = 256; slot < 8 * 256; slot++) {
  const low = lows[slot - 256] ?? 0
  const high = highs[slot - 256] ?? 0
  const byte = low & 255
  lows[slot] = ((low >>> 8) | (high << 24)) ^ (lows[byte] ?? 0)
  highs[slot] = (high >>> 8) ^ (highs[byte] ?? 0)
}
