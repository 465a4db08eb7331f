/**
 * Binary floating point numbers of any size as pairs of bigint and exponent: exact until they are rounded.
 *
 * For the two things JavaScript's numbers cannot do: reading hexadecimal floats as C does, and the 64-bit mantissa of
 * the long double (LongDouble.ts).
 */

/** The number `mantissa * 2 ** exponent`; the sign is the mantissa's. */
export interface BinaryFloat {
  readonly mantissa: bigint
  readonly exponent: number
}

/**
 * The nearest number whose mantissa has at most `precision` bits and whose exponent is not below `minExponent`; of two
 * equally near ones that with the even mantissa.
 *
 * `isInexact` says that the mantissa given is cut off: the true number is a little farther from zero.
 */
export const roundBinary = (
  value: BinaryFloat,
  precision: number,
  minExponent: number,
  isInexact = false
): BinaryFloat => {
  const isNegative = value.mantissa < 0n
  const magnitude = isNegative ? -value.mantissa : value.mantissa
  const bits = bitLength(magnitude)
  const shift = Math.max(bits - precision, minExponent - value.exponent)
  if (shift <= 0) return value
  // Less than half of the smallest number there is; also keeps the shift below from growing without bound.
  if (shift > bits + 1) return { mantissa: 0n, exponent: minExponent }
  const distance = BigInt(shift)
  let rounded = magnitude >> distance
  const rest = magnitude - (rounded << distance)
  const half = 1n << (distance - 1n)
  if (rest > half || (rest === half && (isInexact || (rounded & 1n) === 1n))) rounded += 1n
  return { mantissa: isNegative ? -rounded : rounded, exponent: value.exponent + shift }
}

/** The number of bits of a non-negative bigint; 0 for 0. */
export const bitLength = (value: bigint): number => {
  if (value === 0n) return 0
  if (value <= 0xffffffffn) return 32 - Math.clz32(Number(value))
  const hex = value.toString(16)
  return hex.length * 4 - (Math.clz32(Number.parseInt(hex.charAt(0), 16)) - 28)
}

/** The hexadecimal float in `text` ("0x1.8p-3"), exact; `undefined` when it is none. */
export const parseHexFloat = (text: string): BinaryFloat | undefined => {
  const match = hexPattern.exec(text)
  if (match === null) return undefined
  const [, sign = "", whole = "", fraction = "", power = "0"] = match
  if (whole === "" && fraction === "") return undefined
  const mantissa = BigInt(`0x${whole}${fraction}`)
  const exponent = Math.max(-maxPower, Math.min(maxPower, Number(power))) - 4 * fraction.length
  return { mantissa: sign === "-" ? -mantissa : mantissa, exponent }
}

const hexPattern = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?[0-9]+))?$/i
// Far beyond what any mantissa that fits into memory could bring back into range, and exact in sums.
const maxPower = 2 ** 40
