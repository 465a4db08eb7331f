/**
 * Doubles as text: as replies print them, and as scores and other floating point arguments are read.
 *
 * INCRBYFLOAT and HINCRBYFLOAT do not come here, they count in long doubles: LongDouble.ts.
 */
import { Buffer } from "node:buffer"
import { parseHexFloat, roundBinary } from "./BinaryFloat.ts"
import type { ByteString } from "./ByteString.ts"
import { decimalExponent, digits, generate } from "./Grisu.ts"

/**
 * The text of a double in replies: "3.1", "1e+20", "inf", "-inf", "nan", "-0".
 *
 * Whole numbers up to 2^62 are written out; all others get as few digits as Grisu2 finds. Source: `d2string` in util.c.
 */
export const formatDouble = (value: number): string => {
  if (Number.isSafeInteger(value)) return value === 0 && Object.is(value, -0) ? "-0" : String(value)
  if (Number.isNaN(value)) return "nan"
  if (value === Infinity) return "inf"
  if (value === -Infinity) return "-inf"
  return Number.isInteger(value) && Math.abs(value) <= maxWrittenOut ? String(BigInt(value)) : formatDigits(value)
}

/** As `formatDouble`, but for whole numbers too it is the length that decides between "100" and "1e+20". Source: `fpconv_dtoa`. */
export const formatDoubleShortest = (value: number): string =>
  value === 0 || !Number.isFinite(value) ? formatDouble(value) : formatDigits(value)

/**
 * The number written in `text`, `undefined` when it is none.
 *
 * Accepted is what C's `strtod` reads to the end: decimal and hexadecimal floats, "inf" and "infinity" in any case.
 * Not accepted: spaces, NaN, what overflows, and what is not zero but too small to be told from it. Source: `string2d`
 * in util.c.
 *
 * **Gotchas** A text above 32 KiB is never a number here, though a C library reads those, too.
 */
export const parseDouble = (text: ByteString): number | undefined => {
  if (typeof text !== "string") return undefined
  if (decimalPattern.test(text)) {
    const value = Number(text)
    if (value === 0) return nonZeroPattern.test(text) ? undefined : value
    return Number.isFinite(value) ? value : undefined
  }
  if (infinityPattern.test(text)) return text.charCodeAt(0) === minus ? -Infinity : Infinity
  const exact = parseHexFloat(text)
  if (exact === undefined) return undefined
  if (exact.mantissa === 0n) return text.charCodeAt(0) === minus ? -0 : 0
  const { exponent, mantissa } = roundBinary(exact, 53, minDoubleExponent)
  // Scaled in two steps: the power alone may leave the range in which the product stays.
  const scale = Math.max(-maxScale, Math.min(maxScale, exponent))
  const half = Math.trunc(scale / 2)
  const value = Number(mantissa) * 2 ** half * 2 ** (scale - half)
  return value === 0 || !Number.isFinite(value) ? undefined : value
}

// The text of a finite number other than zero, by the rules of `fpconv_dtoa` for where to put the point.
const formatDigits = (value: number): string => {
  let at = 0
  if (value < 0) output[at++] = minus
  const count = generate(Math.abs(value))
  const last = decimalExponent
  const scientific = Math.abs(last + count - 1)
  if (last >= 0 && scientific < count + 7) {
    for (let i = 0; i < count; i++) output[at++] = zero + digits[i]!
    for (let i = 0; i < last; i++) output[at++] = zero
    return output.toString("latin1", 0, at)
  }
  if (last < 0 && (last > -7 || scientific < 4)) {
    const whole = count + last
    if (whole <= 0) {
      output[at++] = zero
      output[at++] = point
      for (let i = whole; i < 0; i++) output[at++] = zero
    }
    for (let i = 0; i < count; i++) {
      if (i === whole && whole > 0) output[at++] = point
      output[at++] = zero + digits[i]!
    }
    return output.toString("latin1", 0, at)
  }
  // The reference has room for 18 characters before the exponent, and cuts off what is more.
  const shown = Math.min(count, value < 0 ? 17 : 18)
  output[at++] = zero + digits[0]!
  if (shown > 1) output[at++] = point
  for (let i = 1; i < shown; i++) output[at++] = zero + digits[i]!
  return `${output.toString("latin1", 0, at)}e${last + count - 1 < 0 ? "-" : "+"}${scientific}`
}

const zero = 0x30
const minus = 0x2d
const point = 0x2e
// LLONG_MAX / 2 as a double.
const maxWrittenOut = 2 ** 62
const minDoubleExponent = -1074
// At this exponent every mantissa has become zero or infinity, and half of it is still a power of two in range.
const maxScale = 2000
// A sign, 18 digits, a point and up to 20 zeros.
const output = Buffer.allocUnsafeSlow(48)
const decimalPattern = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/
const nonZeroPattern = /^[^eE]*[1-9]/
const infinityPattern = /^[+-]?inf(?:inity)?$/i
