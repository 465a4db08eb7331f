/**
 * Positions of bits, as arguments give them.
 */
import { parseInt64 } from "../../data/Int64.ts"
import { Failure } from "../../protocol/CommandError.ts"

/**
 * The position that `text` says, which must lie within a string of at most `maxBytes`.
 *
 * With the width of an integer in bits, `#` in front counts in integers of that width.
 */
export const bitOffset = (text: string, maxBytes: number, bits?: number): number | Failure => {
  const isCounted = bits !== undefined && text.startsWith("#")
  const parsed = parseInt64(isCounted ? text.slice(1) : text)
  if (parsed === undefined) return offsetOutOfRange
  const offset = isCounted ? times(parsed, bits) : Number(parsed)
  return offset >= 0 && offset / 8 < maxBytes ? offset : offsetOutOfRange
}

/** Redis multiplies in 64 bits, so that a very large number can come out small. */
const times = (offset: number | bigint, bits: number): number => {
  const product = Number(offset) * bits
  return Number.isSafeInteger(product) ? product : Number(BigInt.asIntN(64, BigInt(offset) * BigInt(bits)))
}

const offsetOutOfRange = new Failure("bit offset is not an integer or out of range")
