/**
 * One entry of a listpack, in bytes: how texts and integers are encoded, and how an entry is read where it stands in a latin1 string.
 *
 * | first byte | entry | bytes before the data |
 * | --- | --- | --- |
 * | 0xxxxxxx | integer of 7 bits without sign | 0 |
 * | 10xxxxxx | text of up to 63 bytes | 1 |
 * | 110xxxxx | integer of 13 bits | 0 |
 * | 1110xxxx | text of up to 4095 bytes | 2 |
 * | 0xF0 | text with a length of 32 bits | 5 |
 * | 0xF1 to 0xF4 | integer of 16, 24, 32 or 64 bits, little-endian | 1 |
 *
 * Behind each entry its length stands once more. It knows nothing of listpacks as a whole: see Listpack.ts. Source: listpack.c.
 */
import type { Int64 } from "./Int64.ts"

/** The position behind an entry: the next one's, or the terminator's. */
export const entryEnd = (lp: string, at: number): number => {
  const bytes = encodedBytes(lp, at)
  return at + bytes + lengthBytes(bytes)
}

/** The bytes of encoding and data at `at`, without the length behind them; 0 where no entry begins so. */
export const encodedBytes = (lp: string, at: number): number => {
  const head = lp.charCodeAt(at)
  if (head < text6) return 1
  if (head < int13) return 1 + (head & 0x3f)
  if (head < text12) return 2
  if (head < text32) return 2 + (((head & 0xf) << 8) | lp.charCodeAt(at + 1))
  switch (head) {
    case text32:
      return 5 + unsigned32(lp, at + 1)
    case int16:
      return 3
    case int24:
      return 4
    case int32:
      return 5
    case int64:
      return 9
    default:
      return 0
  }
}

/** Where the text of the entry begins, -1 where an integer is kept. */
export const textStart = (lp: string, at: number): number => {
  const head = lp.charCodeAt(at)
  if (head < int13) return head < text6 ? -1 : at + 1
  if (head < text12) return -1
  return head < text32 ? at + 2 : head === text32 ? at + 5 : -1
}

/** The integer at `at`, where one is kept. */
export const integerOf = (lp: string, at: number): Int64 => {
  const head = lp.charCodeAt(at)
  if (head < text6) return head
  const second = lp.charCodeAt(at + 1)
  // The shifts to the left and back again give the value its sign.
  if (head < text12) return (((head & 0x1f) << 8) | second) << 19 >> 19
  const low = second | (lp.charCodeAt(at + 2) << 8)
  if (head === int16) return low << 16 >> 16
  if (head === int24) return (low | (lp.charCodeAt(at + 3) << 16)) << 8 >> 8
  const signed = low | (lp.charCodeAt(at + 3) << 16) | (lp.charCodeAt(at + 4) << 24)
  if (head === int32) return signed
  const value = (unsigned32(lp, at + 5) | 0) * twoTo32 + (signed >>> 0)
  if (Number.isSafeInteger(value)) return value
  // It has 64 bits, so that it cannot be out of range.
  return BigInt(unsigned32(lp, at + 5) | 0) * BigInt(twoTo32) + BigInt(signed >>> 0)
}

/** The bytes `encodeInteger` makes. */
export const integerBytes = (value: Int64): number => {
  if (value >= 0 && value <= 127) return 1
  if (value >= -4096 && value <= 4095) return 2
  if (value >= -0x8000 && value <= 0x7fff) return 3
  if (value >= -0x80_0000 && value <= 0x7f_ffff) return 4
  return value >= -0x8000_0000 && value <= 0x7fff_ffff ? 5 : 9
}

export const encodeInteger = (value: Int64): string => {
  const low = typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value))
  const byte0 = low & 0xff
  const byte1 = (low >> 8) & 0xff
  const byte2 = (low >> 16) & 0xff
  const byte3 = low >>> 24
  switch (integerBytes(value)) {
    case 1:
      return String.fromCharCode(byte0)
    case 2:
      return String.fromCharCode(int13 | (byte1 & 0x1f), byte0)
    case 3:
      return String.fromCharCode(int16, byte0, byte1)
    case 4:
      return String.fromCharCode(int24, byte0, byte1, byte2)
    case 5:
      return String.fromCharCode(int32, byte0, byte1, byte2, byte3)
  }
  const high = typeof value === "number" ? Math.floor(value / twoTo32) : Number(BigInt.asIntN(32, value >> 32n))
  return String.fromCharCode(
    int64,
    byte0,
    byte1,
    byte2,
    byte3,
    high & 0xff,
    (high >> 8) & 0xff,
    (high >> 16) & 0xff,
    high >>> 24
  )
}

export const textHeadBytes = (length: number): number => length < 64 ? 1 : length < 4096 ? 2 : 5

/** The bytes before a text of this length. */
export const textHead = (length: number): string => {
  if (length < 64) return String.fromCharCode(text6 | length)
  if (length < 4096) return String.fromCharCode(text12 | (length >> 8), length & 0xff)
  return String.fromCharCode(text32, length & 0xff, (length >>> 8) & 0xff, (length >>> 16) & 0xff, length >>> 24)
}

/** The bytes of the length behind an entry. The limits above the first are Redis's, one below what would fit. */
export const lengthBytes = (bytes: number): number =>
  bytes <= 0x7f ? 1 : bytes < 0x3fff ? 2 : bytes < 0x1f_ffff ? 3 : bytes < 0xfff_ffff ? 4 : 5

/** The length behind an entry: seven bits a byte, the highest first, and all but that byte are marked, because it is read from its end. */
export const lengthBehind = (bytes: number): string => {
  if (bytes <= 0x7f) return String.fromCharCode(bytes)
  const codes: Array<number> = []
  for (let shift = (lengthBytes(bytes) - 1) * 7; shift >= 0; shift -= 7) {
    codes.push(((bytes >>> shift) & 0x7f) | (codes.length === 0 ? 0 : 0x80))
  }
  return String.fromCharCode(...codes)
}

/** The length that stands before `end`; -1 where it is more than five bytes long. */
export const lengthBefore = (lp: string, end: number): number => {
  let bytes = 0
  for (let i = 1, unit = 1; i <= maxLengthBytes; i++, unit *= 0x80) {
    const byte = lp.charCodeAt(end - i)
    bytes += (byte & 0x7f) * unit
    if (byte < 0x80) return bytes
  }
  return -1
}

export const unsigned32 = (lp: string, at: number): number =>
  (lp.charCodeAt(at) | (lp.charCodeAt(at + 1) << 8) | (lp.charCodeAt(at + 2) << 16) | (lp.charCodeAt(at + 3) << 24)) >>>
  0

// Where the first byte of an entry is below text6 it is an integer of 7 bits. The others are the least with their bits, or stand for themselves from text32 on.
export const text6 = 0x80
export const int13 = 0xc0
const text12 = 0xe0
const text32 = 0xf0
const int16 = 0xf1
const int24 = 0xf2
const int32 = 0xf3
const int64 = 0xf4

/** The most bytes that tell how long an entry is, and the value of an integer. */
export const maxHeadBytes = 9
/** The most bytes of the length behind an entry. */
export const maxLengthBytes = 5

const twoTo32 = 0x1_0000_0000
