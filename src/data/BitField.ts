/**
 * Integers of 1 to 64 bits anywhere in a row of bits, as BITFIELD reads and writes them: the most significant bit comes first.
 */
import type { Buffer } from "node:buffer"
import { type Int64, toInt64 } from "./Int64.ts"

/** Where an integer lies and how wide it is: up to 64 bits with a sign, 63 without. */
export interface BitField {
  readonly isSigned: boolean
  readonly bits: number
  /** In bits, from the beginning of the row. */
  readonly offset: number
}

/** What becomes of an integer that is too large or too small: its lowest bits, the nearest one that fits, or nothing. */
export type Overflow = "WRAP" | "SAT" | "FAIL"

/** The integer in `field`; what `byteAt` does not know (NaN) counts as zeros. */
export const read = (byteAt: (index: number) => number, { bits, isSigned, offset }: BitField): Int64 => {
  if (bits <= 32) return withSign(readBits(byteAt, offset, bits), bits, isSigned)
  const high = readBits(byteAt, offset, bits - 32)
  const low = readBits(byteAt, offset + bits - 32, 32)
  if (bits <= 53) return withSign(high * wordRange + low, bits, isSigned)
  const value = BigInt(high) << 32n | BigInt(low)
  return narrow(isSigned ? BigInt.asIntN(bits, value) : value)
}

/** Puts the lowest bits of `value` into `field`, which must lie within `bytes`. */
export const write = (bytes: Buffer, { bits, offset }: BitField, value: Int64): void => {
  const [high, low] = typeof value === "number"
    ? [Math.floor(value / wordRange), value]
    : [Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asUintN(32, value))]
  if (bits > 32) writeBits(bytes, offset, bits - 32, high)
  writeBits(bytes, offset + Math.max(0, bits - 32), Math.min(bits, 32), low)
}

/** What `field` holds when it is set to `value`, `undefined` where the overflow makes that fail. */
export const set = (field: BitField, value: Int64, overflow: Overflow): Int64 | undefined => {
  if (!field.isSigned) return fitted(field, value < 0 ? BigInt.asUintN(64, BigInt(value)) : value, overflow)
  return overflow === "SAT" && isTakenForLarge(field, value) ? maximumOf(field) : fitted(field, value, overflow)
}

/** What `field` holds when `increment` is added to its `value`, `undefined` where the overflow makes that fail. */
export const add = (field: BitField, value: Int64, increment: Int64, overflow: Overflow): Int64 | undefined => {
  if (typeof value === "number" && typeof increment === "number") {
    const sum = value + increment
    if (Number.isSafeInteger(sum)) return fitted(field, sum, overflow)
  }
  return fitted(field, BigInt(value) + BigInt(increment), overflow)
}

/** `value` is any integer, also beyond 64 bits. */
const fitted = (field: BitField, value: number | bigint, overflow: Overflow): Int64 | undefined => {
  const { bits, isSigned } = field
  const maximum = maximumOf(field)
  const minimum = minimumOf(field)
  if (value <= maximum && value >= minimum) return typeof value === "number" ? value : narrow(value)
  if (overflow === "FAIL") return undefined
  if (overflow === "SAT") return value > maximum ? maximum : minimum
  return narrow(isSigned ? BigInt.asIntN(bits, BigInt(value)) : BigInt.asUintN(bits, BigInt(value)))
}

/** Redis asks how far it is from a number to the maximum, in 64 bits: where the answer overflows, which very low numbers make it do, they are above it. */
const isTakenForLarge = (field: BitField, value: Int64): boolean =>
  typeof value === "bigint" && field.bits < 64 && BigInt(maximumOf(field)) - value >= 2n ** 63n

const maximumOf = ({ bits, isSigned }: BitField): Int64 => {
  const digits = isSigned ? bits - 1 : bits
  return digits <= 53 ? 2 ** digits - 1 : 2n ** BigInt(digits) - 1n
}

const minimumOf = ({ bits, isSigned }: BitField): Int64 =>
  !isSigned ? 0 : bits <= 53 ? -(2 ** (bits - 1)) : -(2n ** BigInt(bits - 1))

const withSign = (value: number, bits: number, isSigned: boolean): number =>
  isSigned && value >= 2 ** (bits - 1) ? value - 2 ** bits : value

/** Up to 32 bits. They lie in at most five bytes, whose 40 bits a number holds exactly. */
const readBits = (byteAt: (index: number) => number, offset: number, bits: number): number => {
  const last = offset + bits - 1
  const lastByte = Math.floor(last / 8)
  let value = 0
  for (let index = Math.floor(offset / 8); index <= lastByte; index++) value = value * 256 + (byteAt(index) || 0)
  return Math.floor(value / 2 ** (7 - last % 8)) % 2 ** bits
}

/** Up to 32 bits: the lowest of `value`, which may be negative. From the last byte to the first. */
const writeBits = (bytes: Buffer, offset: number, bits: number, value: number): void => {
  let rest = value
  for (let end = offset + bits; end > offset;) {
    const index = Math.floor((end - 1) / 8)
    const width = Math.min(end - 8 * index, end - offset)
    const shift = 8 * index + 8 - end
    const mask = (1 << width) - 1
    // A field lies within the bytes.
    bytes[index] = bytes[index]! & ~(mask << shift) | (rest & mask) << shift
    rest = Math.floor(rest / 2 ** width)
    end -= width
  }
}

/** A bigint of at most 64 bits, in the form of `Int64`. */
const narrow = (value: bigint): Int64 => toInt64(value) ?? value

const wordRange = 2 ** 32
