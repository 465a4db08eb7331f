/**
 * Numbers of 64 bits that wrap around, as C counts: the parts of stream ids, and counters that a client has set near the limit.
 *
 * What fits into a safe integer is a number before and after.
 */
import type { Int64 } from "../Int64.ts"

/** The sum of two numbers with sign. */
export const addWrapping = (a: Int64, b: Int64): Int64 => {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return narrow(BigInt.asIntN(64, BigInt(a) + BigInt(b)))
}

/** The difference of two numbers, with sign. */
export const subtractWrapping = (a: Int64, b: Int64): Int64 => {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return narrow(BigInt.asIntN(64, BigInt(a) - BigInt(b)))
}

/** The sum of a number without sign and one with it: without sign. */
export const addUnsigned = (a: Int64, b: Int64): Int64 => {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b
    if (sum >= 0 && sum <= Number.MAX_SAFE_INTEGER) return sum
  }
  return narrow(BigInt.asUintN(64, BigInt(a) + BigInt(b)))
}

const narrow = (value: bigint): Int64 =>
  value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value
