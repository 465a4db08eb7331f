/**
 * 64-bit signed integers as Redis reads and adds them.
 *
 * Only one text is accepted for each number, the one Redis itself would print: so a value that parses can be held as a
 * number and answered as text again without a difference. Formatting is `String(value)`.
 */
import type { ByteString } from "./ByteString.ts"

/** A number where it is a safe integer, a bigint beyond. Every function here answers in this form. */
export type Int64 = number | bigint

/** -2^63 */
export const minInt64 = -(2n ** 63n)

/** 2^63 - 1 */
export const maxInt64 = 2n ** 63n - 1n

/**
 * The integer written in `text`, `undefined` when it is none or does not fit into 64 bits with sign.
 *
 * Not accepted: the empty string, spaces, a plus sign, "-0", leading zeros. Source: `string2ll` in util.c.
 */
export const parseInt64 = (text: ByteString): Int64 | undefined => {
  if (typeof text !== "string") return undefined
  const length = text.length
  if (length === 0 || length > maxInt64Length) return undefined
  const first = text.charCodeAt(0)
  const isNegative = first === minus
  const start = isNegative ? 1 : 0
  const leading = text.charCodeAt(start)
  if (leading === zero) return length === 1 ? 0 : undefined
  // Also false for the NaN that stands after a lone minus sign.
  if (!(leading > zero && leading <= nine)) return undefined
  let value = leading - zero
  for (let i = start + 1; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code < zero || code > nine) return undefined
    value = value * 10 + (code - zero)
  }
  // A sum that stayed safe was exact in each step. Beyond, the digits are counted again, exactly.
  if (value <= Number.MAX_SAFE_INTEGER) return isNegative ? -value : value
  return toInt64(BigInt(text))
}

/** Whether `text` is the canonical text of a 64-bit integer. */
export const isInt64Text = (text: ByteString): boolean => parseInt64(text) !== undefined

/** The sum, `undefined` when it leaves the range of 64 bits with sign. */
export const addInt64 = (a: Int64, b: Int64): Int64 | undefined => {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return toInt64(BigInt(a) + BigInt(b))
}

/** A bigint in the form of `Int64`, `undefined` when it leaves the range of 64 bits with sign. */
export const toInt64 = (value: bigint): Int64 | undefined => {
  if (value > maxInt64 || value < minInt64) return undefined
  return narrow(value)
}

/**
 * The unsigned 64-bit number in `text`, as the cursor of SCAN is read; `undefined` when it is none.
 *
 * **Gotchas** This is C's `strtoull`: leading white space, a plus sign and leading zeros are accepted, and a negative
 * number wraps around, but not in its canonical form: "-1" is refused, "-01" is 2^64 - 1. What follows a NUL byte is
 * not seen. Source: `string2ull` in util.c.
 */
export const parseUnsigned64 = (text: ByteString): Int64 | undefined => {
  if (typeof text !== "string") return undefined
  const end = text.indexOf("\0")
  const seen = end < 0 ? text : text.slice(0, end)
  const canonical = parseInt64(seen)
  if (canonical !== undefined) return canonical < 0 ? undefined : canonical
  const match = unsignedPattern.exec(seen)
  if (match === null) return undefined
  const magnitude = BigInt(match[2] ?? "")
  if (magnitude > maxUnsigned64) return undefined
  return narrow(BigInt.asUintN(64, match[1] === "-" ? -magnitude : magnitude))
}

const narrow = (value: bigint): Int64 =>
  value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value

const zero = 0x30
const nine = 0x39
const minus = 0x2d
// "-9223372036854775808"
const maxInt64Length = 20
const maxUnsigned64 = 2n ** 64n - 1n
const unsignedPattern = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)$/
