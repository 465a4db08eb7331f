/**
 * From the registers of a HyperLogLog to the number of elements that most likely made them so.
 *
 * @see Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", https://arxiv.org/abs/1702.01284
 */
import { type Int64, minInt64, toInt64 } from "./Int64.ts"

export const registerCount = 16384

/** How many registers hold each of the 64 values. */
export const makeHistogram = (): Int32Array => new Int32Array(64)

/** The estimated number of elements; -2^63, as in Redis, where registers that no elements can make let it leave the range of 64 bits. */
export const estimate = (histogram: Int32Array): Int64 => {
  // Each index is below the length of 64.
  let z = registerCount * tau((registerCount - histogram[maxRank]!) / registerCount)
  for (let rank = maxRank - 1; rank >= 1; rank--) z = (z + histogram[rank]!) * 0.5
  z += registerCount * sigma(histogram[0]! / registerCount)
  const cardinality = Math.round(alpha * registerCount * registerCount / z)
  if (!(cardinality < 2 ** 63)) return minInt64
  return Number.isSafeInteger(cardinality) ? cardinality : toInt64(BigInt(cardinality)) ?? minInt64
}

/** What empty registers add: infinitely much where all are empty. */
const sigma = (share: number): number => {
  if (share === 1) return Infinity
  let x = share
  let y = 1
  let z = x
  for (let before = NaN; before !== z;) {
    x *= x
    before = z
    z += x * y
    y += y
  }
  return z
}

/** What full registers take away. */
const tau = (share: number): number => {
  if (share === 0 || share === 1) return 0
  let x = share
  let y = 1
  let z = 1 - x
  for (let before = NaN; before !== z;) {
    x = Math.sqrt(x)
    before = z
    y *= 0.5
    z -= (1 - x) * (1 - x) * y
  }
  return z / 3
}

/** The highest value that a hash gives a register. */
const maxRank = 51

/** 1 / (2 ln 2) */
const alpha = 0.7213475204444817
