/**
 * Sizes of memory as people write them in redis.conf, and as INFO writes them for people.
 */
import type { Int64 } from "./Int64.ts"

/**
 * The number of bytes meant by "100", "100b", "100k" (1000), "100kb" (1024), likewise m, mb, g and gb, in any case;
 * `undefined` when it is none.
 *
 * **Gotchas** C's, and kept: digits may be missing ("gb" and "" are 0), more than 64 bits of digits count as 2^64 - 1,
 * and the product wraps around at 2^64. Source: `memtoull` in util.c.
 */
export const parseMemory = (text: string): Int64 | undefined => {
  const match = sizePattern.exec(text)
  if (match === null) return undefined
  const [, digits = "", unit = ""] = match
  const factor = factors.get(unit.toLowerCase())
  if (factor === undefined || digits.length > maxDigits) return undefined
  const count = BigInt(digits)
  const bytes = BigInt.asUintN(64, (count > maxUnsigned64 ? maxUnsigned64 : count) * factor)
  return bytes <= Number.MAX_SAFE_INTEGER ? Number(bytes) : bytes
}

/** The size as INFO shows it beside the number: "512B", "1.50K", "1.02M", and so on with G, T and P. */
export const formatMemorySize = (bytes: number): string => {
  const size = Math.floor(bytes)
  if (size < 1024) return `${size}B`
  let step = 1
  while (size >= 1024 ** (step + 1)) step++
  const unit = units[step]
  if (unit === undefined) return `${BigInt(size)}B`
  // In exact hundredths, a tie to the even one, as printf does: toFixed would round 1.125 up.
  const hundredths = BigInt(size) * 100n
  const divisor = 1024n ** BigInt(step)
  let rounded = hundredths / divisor
  const twice = (hundredths - rounded * divisor) * 2n
  if (twice > divisor || (twice === divisor && (rounded & 1n) === 1n)) rounded += 1n
  const digits = String(rounded)
  return `${digits.slice(0, -2)}.${digits.slice(-2)}${unit}`
}

const sizePattern = /^([0-9]*)([a-z]*)$/i
// The digits are copied to a buffer of 128 bytes with a closing NUL.
const maxDigits = 127
const maxUnsigned64 = 2n ** 64n - 1n
const units = ["B", "K", "M", "G", "T", "P"]
const factors: ReadonlyMap<string, bigint> = new Map([
  ["", 1n],
  ["b", 1n],
  ["k", 1000n],
  ["kb", 1024n],
  ["m", 1000n ** 2n],
  ["mb", 1024n ** 2n],
  ["g", 1000n ** 3n],
  ["gb", 1024n ** 3n]
])
