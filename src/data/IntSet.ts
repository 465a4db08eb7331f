/**
 * The intset: a sorted sequence of different 64-bit integers in one piece of memory, byte for byte as Redis keeps small sets of integers.
 *
 * An intset is an immutable flat latin1 string; a change makes a new one. Its bytes are what DUMP and RDB files hold, and a copy costs nothing. All integers
 * take the same number of bytes, which the first one that needs more raises, and which never falls again. Except for `validate`, the functions take it for
 * granted that the intset is sound.
 *
 * | part | bytes |
 * | --- | --- |
 * | bytes per integer: 2, 4 or 8 | 4, little-endian |
 * | number of integers | 4, little-endian |
 * | integers, ascending | as said, little-endian |
 *
 * Source: intset.c.
 */
import { constants } from "node:buffer"
import * as ByteString from "./ByteString.ts"
import type { Int64 } from "./Int64.ts"

export type IntSet = string

/** The intset without integers. */
export const empty: IntSet = "\x02\0\0\0\0\0\0\0"

/** The number of integers. */
export const count = (set: IntSet): number => signed32(set, 4) >>> 0

/** The integer with this index, which must be below `count`. */
export const at = (set: IntSet, index: number): Int64 => {
  const width = widthOf(set)
  const start = headerBytes + index * width
  if (width === 2) return (set.charCodeAt(start) | (set.charCodeAt(start + 1) << 8)) << 16 >> 16
  if (width === 4) return signed32(set, start)
  const low = signed32(set, start) >>> 0
  const high = signed32(set, start + 4)
  const value = high * twoTo32 + low
  return Number.isSafeInteger(value) ? value : BigInt(high) * BigInt(twoTo32) + BigInt(low)
}

/** The index of `value`, -1 where it is not in the set. */
export const find = (set: IntSet, value: Int64): number => {
  const index = lowerBound(set, value)
  return index < count(set) && at(set, index) === value ? index : -1
}

export const has = (set: IntSet, value: Int64): boolean => find(set, value) >= 0

/** With `value`; the same set where it is in it already. */
export const add = (set: IntSet, value: Int64): IntSet => {
  const entries = count(set)
  const index = lowerBound(set, value)
  if (index < entries && at(set, index) === value) return set
  const width = widthOf(set)
  const needed = widthFor(value)
  if (needed > width) return widened(set, needed, value)
  const position = headerBytes + index * width
  return [
    header(width, entries + 1),
    set.substring(headerBytes, position),
    encode(value, width),
    set.substring(position)
  ]
    .join("")
}

/** Without `value`; the same set where it is not in it. */
export const remove = (set: IntSet, value: Int64): IntSet => {
  const index = find(set, value)
  if (index < 0) return set
  const width = widthOf(set)
  const position = headerBytes + index * width
  return [header(width, count(set) - 1), set.substring(headerBytes, position), set.substring(position + width)].join("")
}

/** Whether the bytes are a sound intset with at least one integer: for bytes that come from outside. */
export const validate = (bytes: ByteString.ByteString): boolean => {
  if (bytes.length < headerBytes || bytes.length > constants.MAX_STRING_LENGTH) return false
  const set = ByteString.toText(bytes)
  const width = widthOf(set)
  const entries = count(set)
  if (width !== 2 && width !== 4 && width !== 8) return false
  if (entries === 0 || headerBytes + entries * width !== set.length) return false
  for (let i = 1; i < entries; i++) {
    if (at(set, i - 1) >= at(set, i)) return false
  }
  return true
}

/** The index of the first integer that is not below `value`. */
const lowerBound = (set: IntSet, value: Int64): number => {
  let low = 0
  let high = count(set)
  // Ascending additions are frequent.
  if (high > 0 && at(set, high - 1) < value) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(set, middle) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** With all integers in this width, and with `value`, which is before or behind all others because it did not fit into theirs. */
const widened = (set: IntSet, width: number, value: Int64): IntSet => {
  const entries = count(set)
  const parts = [header(width, entries + 1)]
  for (let i = 0; i < entries; i++) parts.push(encode(at(set, i), width))
  const added = encode(value, width)
  if (value < 0) parts.splice(1, 0, added)
  else parts.push(added)
  return parts.join("")
}

const widthOf = (set: IntSet): number => signed32(set, 0)

const widthFor = (value: Int64): number => {
  if (value >= -0x8000 && value <= 0x7fff) return 2
  return value >= -0x8000_0000 && value <= 0x7fff_ffff ? 4 : 8
}

const header = (width: number, entries: number): string => `${String.fromCharCode(width)}\0\0\0${encode32(entries)}`

const encode = (value: Int64, width: number): string => {
  const low = typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value))
  if (width === 2) return String.fromCharCode(low & 0xff, (low >> 8) & 0xff)
  if (width === 4) return encode32(low)
  const high = typeof value === "number" ? Math.floor(value / twoTo32) : Number(BigInt.asIntN(32, value >> 32n))
  return encode32(low) + encode32(high)
}

const encode32 = (value: number): string =>
  String.fromCharCode(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24)

const signed32 = (set: IntSet, start: number): number =>
  set.charCodeAt(start) | (set.charCodeAt(start + 1) << 8) | (set.charCodeAt(start + 2) << 16) |
  (set.charCodeAt(start + 3) << 24)

const headerBytes = 8
const twoTo32 = 0x1_0000_0000
