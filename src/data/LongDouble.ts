/**
 * The long double of x86 processors (64 bits of mantissa, 15 of exponent): what INCRBYFLOAT and HINCRBYFLOAT count in.
 *
 * JavaScript has no such number, and doubles would show: 0.1 + 0.2 is "0.3" in Redis. So these are bigints, rounded
 * where the processor rounds. Only what those commands need is here: read, add, print.
 */
import { type BinaryFloat, bitLength, parseHexFloat, roundBinary } from "./BinaryFloat.ts"
import type { ByteString } from "./ByteString.ts"

/**
 * A long double: `mantissa * 2 ** exponent`. The exponent is `Infinity` for an infinity, which has the mantissa 1n or
 * -1n, and for NaN, which has 0n. Zero has no sign, since no reply shows it.
 */
export type LongDouble = BinaryFloat

/**
 * The number written in `text`, rounded to the nearest long double; `undefined` when it is none.
 *
 * Accepted is what C's `strtold` reads to the end, up to 5119 bytes: decimal and hexadecimal floats, "inf" and
 * "infinity" in any case. Not accepted: spaces, NaN, what overflows, and what is not zero but too small to be told from
 * it. Source: `string2ld` in util.c.
 */
export const parseLongDouble = (text: ByteString): LongDouble | undefined => {
  if (typeof text !== "string" || text.length > maxLength) return undefined
  const match = decimalPattern.exec(text)
  if (match === null) return parseSpecial(text)
  const [, sign = "", whole = "", fraction = "", power = "0"] = match
  if (whole === "" && fraction === "") return undefined
  const magnitude = BigInt(whole + fraction)
  if (magnitude === 0n) return zero
  const mantissa = sign === "-" ? -magnitude : magnitude
  const decimals = Number(power) - fraction.length
  // Where the point stands beyond any long double, the powers of ten below would only grow without bound.
  const integerDigits = decimals + String(magnitude).length
  if (integerDigits > maxDecimalExponent || integerDigits < -maxDecimalExponent) return undefined
  const value = decimals >= 0
    ? toLongDouble({ mantissa: mantissa * powerOfTen(decimals), exponent: 0 })
    : divide(mantissa, powerOfTen(-decimals))
  return value.mantissa === 0n || !isFiniteLongDouble(value) ? undefined : value
}

/** The sum, rounded to the nearest long double; infinite when it overflows, NaN for two opposite infinities. */
export const addLongDouble = (a: LongDouble, b: LongDouble): LongDouble => {
  if (!isFiniteLongDouble(a)) return isFiniteLongDouble(b) || a.mantissa === b.mantissa ? a : nan
  if (!isFiniteLongDouble(b)) return b
  const exponent = Math.min(a.exponent, b.exponent)
  const mantissa = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent))
  return mantissa === 0n ? zero : toLongDouble({ mantissa, exponent })
}

/** Whether the number is neither infinite nor NaN. */
export const isFiniteLongDouble = (value: LongDouble): boolean => value.exponent !== Infinity

/**
 * The text Redis shows to people: 17 digits after the point, without the zeros at the end, never an exponent.
 *
 * Source: `ld2string` with LD_STR_HUMAN in util.c.
 */
export const formatLongDouble = (value: LongDouble): string => {
  if (!isFiniteLongDouble(value)) return value.mantissa === 0n ? "nan" : value.mantissa < 0n ? "-inf" : "inf"
  const isNegative = value.mantissa < 0n
  const magnitude = isNegative ? -value.mantissa : value.mantissa
  if (value.exponent >= 0) return `${isNegative ? "-" : ""}${magnitude << BigInt(value.exponent)}`
  const scaled = roundBinary({ mantissa: magnitude * decimalScale, exponent: value.exponent }, maxBits, 0).mantissa
  if (scaled === 0n) return "0"
  const digits = String(scaled).padStart(decimalPlaces + 1, "0")
  const whole = digits.slice(0, -decimalPlaces)
  let end = digits.length
  while (end > whole.length && digits.charCodeAt(end - 1) === zeroCode) end--
  const fraction = digits.slice(whole.length, end)
  return `${isNegative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`
}

const parseSpecial = (text: string): LongDouble | undefined => {
  if (infinityPattern.test(text)) return text.charCodeAt(0) === minusCode ? negativeInfinity : positiveInfinity
  const exact = parseHexFloat(text)
  if (exact === undefined || exact.mantissa === 0n) return exact && zero
  const value = toLongDouble(exact)
  return value.mantissa === 0n || !isFiniteLongDouble(value) ? undefined : value
}

const toLongDouble = (exact: BinaryFloat, isInexact = false): LongDouble => {
  const value = roundBinary(exact, precision, minExponent, isInexact)
  const magnitude = value.mantissa < 0n ? -value.mantissa : value.mantissa
  if (bitLength(magnitude) + value.exponent <= maxExponent) return value
  return value.mantissa < 0n ? negativeInfinity : positiveInfinity
}

const divide = (numerator: bigint, denominator: bigint): LongDouble => {
  const isNegative = numerator < 0n
  const magnitude = isNegative ? -numerator : numerator
  // Enough bits in the quotient that rounding always drops some, so that the remainder can only break a tie.
  const shift = Math.max(0, precision + 2 - bitLength(magnitude) + bitLength(denominator))
  const dividend = magnitude << BigInt(shift)
  const quotient = dividend / denominator
  const isInexact = quotient * denominator !== dividend
  return toLongDouble({ mantissa: isNegative ? -quotient : quotient, exponent: -shift }, isInexact)
}

const powerOfTen = (exponent: number): bigint => smallPowers[exponent] ?? 10n ** BigInt(exponent)

const smallPowers: ReadonlyArray<bigint> = Array.from({ length: 32 }, (_, exponent) => 10n ** BigInt(exponent))

const zero: LongDouble = { mantissa: 0n, exponent: 0 }
const positiveInfinity: LongDouble = { mantissa: 1n, exponent: Infinity }
const negativeInfinity: LongDouble = { mantissa: -1n, exponent: Infinity }
const nan: LongDouble = { mantissa: 0n, exponent: Infinity }

const precision = 64
// The exponent of the smallest number above zero, and the one no number reaches.
const minExponent = -16445
const maxExponent = 16384
// 10^4932 is the largest power of ten among the long doubles, 10^-4950 the smallest.
const maxDecimalExponent = 5000
// More bits than any scaled number has: only the point is rounded at.
const maxBits = Infinity
const decimalPlaces = 17
const decimalScale = 10n ** 17n
// MAX_LONG_DOUBLE_CHARS without the closing NUL.
const maxLength = 5 * 1024 - 1
const zeroCode = 0x30
const minusCode = 0x2d
const decimalPattern = /^([+-]?)([0-9]*)\.?([0-9]*)(?:e([+-]?[0-9]+))?$/i
const infinityPattern = /^[+-]?inf(?:inity)?$/i
