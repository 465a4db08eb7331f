/**
 * The dense form of a HyperLogLog's registers: 6 bits for each of the 16384, the lowest bits of a byte first.
 *
 * All functions work on the bytes of a whole value, in which the registers stand behind a header.
 */
import type { Buffer } from "node:buffer"
import { registerCount } from "./HyperLogLogEstimate.ts"

export const headerBytes = 16

/** The length of every dense value. */
export const denseBytes = headerBytes + registerCount * 6 / 8

export const get = (value: Buffer, register: number): number => {
  const bit = 6 * register
  const byte = headerBytes + (bit >>> 3)
  // A register that ends with its byte needs no look at the next one: the last register has none.
  const pair = (bit & 7) > 2 ? value[byte]! | value[byte + 1]! << 8 : value[byte]!
  return pair >>> (bit & 7) & 63
}

export const set = (value: Buffer, register: number, rank: number): void => {
  const bit = 6 * register
  const byte = headerBytes + (bit >>> 3)
  const shift = bit & 7
  value[byte] = value[byte]! & ~(63 << shift) | rank << shift
  if (shift > 2) value[byte + 1] = value[byte + 1]! & ~(63 >>> 8 - shift) | rank >>> 8 - shift
}

/** Makes a register at least `rank`, and says whether it was less. */
export const raise = (value: Buffer, register: number, rank: number): boolean => {
  if (get(value, register) >= rank) return false
  set(value, register, rank)
  return true
}

/** Counts the registers of each value. */
export const addTo = (histogram: Int32Array, value: Buffer): void => {
  for (let byte = headerBytes; byte < denseBytes; byte += 3) {
    const four = value[byte]! | value[byte + 1]! << 8 | value[byte + 2]! << 16
    histogram[four & 63]!++
    histogram[four >>> 6 & 63]!++
    histogram[four >>> 12 & 63]!++
    histogram[four >>> 18]!++
  }
}

/** Makes each of `ranks` at least what its register is. */
export const mergeInto = (ranks: Uint8Array, value: Buffer): void => {
  let register = 0
  for (let byte = headerBytes; byte < denseBytes; byte += 3, register += 4) {
    const four = value[byte]! | value[byte + 1]! << 8 | value[byte + 2]! << 16
    ranks[register] = Math.max(ranks[register]!, four & 63)
    ranks[register + 1] = Math.max(ranks[register + 1]!, four >>> 6 & 63)
    ranks[register + 2] = Math.max(ranks[register + 2]!, four >>> 12 & 63)
    ranks[register + 3] = Math.max(ranks[register + 3]!, four >>> 18)
  }
}

/** Makes the registers these ranks, one for each. */
export const setAll = (value: Buffer, ranks: Uint8Array): void => {
  let register = 0
  for (let byte = headerBytes; byte < denseBytes; byte += 3, register += 4) {
    const four = ranks[register]! | ranks[register + 1]! << 6 | ranks[register + 2]! << 12 | ranks[register + 3]! << 18
    value[byte] = four
    value[byte + 1] = four >>> 8
    value[byte + 2] = four >>> 16
  }
}
