/**
 * The longest common subsequence of two byte strings, as LCS answers it.
 *
 * Of several longest ones it is the one that Redis finds, which walks back from the ends of both strings and, where two
 * ways are equally good, steps back in the second one. Time is the product of both lengths; memory is `tableBytes`,
 * which the command must hold against its limit before it calls.
 */
import { Buffer } from "node:buffer"
import { byteAt, type ByteString, ofBytes, toBuffer } from "./ByteString.ts"

/** A run of bytes that both strings share, by the indexes of its first and last byte in each. */
export interface CommonRange {
  readonly aStart: number
  readonly aEnd: number
  readonly bStart: number
  readonly bEnd: number
  /** In bytes. */
  readonly length: number
}

/** The subsequence, and the runs it consists of: from the last one to the first. */
export interface CommonSubsequence {
  readonly bytes: ByteString
  readonly ranges: ReadonlyArray<CommonRange>
}

/** The longest common subsequence. */
export const longestCommonSubsequence = (a: ByteString, b: ByteString): CommonSubsequence => {
  const aBytes = toBuffer(a)
  const bBytes = toBuffer(b)
  const width = b.length + 1
  const lengths = lengthTable(aBytes, bBytes)
  let left = lengths[lengths.length - 1]!
  const common = Buffer.allocUnsafe(left)
  const ranges: Array<CommonRange> = []
  let i = a.length
  let j = b.length
  while (i > 0 && j > 0) {
    if (aBytes[i - 1] !== bBytes[j - 1]) {
      if (lengths[(i - 1) * width + j]! > lengths[i * width + j - 1]!) i--
      else j--
      continue
    }
    const aEnd = i - 1
    const bEnd = j - 1
    do {
      i--
      j--
      common[--left] = aBytes[i]!
    } while (i > 0 && j > 0 && aBytes[i - 1] === bBytes[j - 1])
    ranges.push({ aStart: i, aEnd, bStart: j, bEnd, length: aEnd - i + 1 })
  }
  return { bytes: ofBytes(common), ranges }
}

/** The length of the longest common subsequence in bytes: in the same time, but with two rows of memory only. */
export const commonLength = (a: ByteString, b: ByteString): number => {
  let above = new Uint32Array(b.length + 1)
  let row = new Uint32Array(b.length + 1)
  const bBytes = toBuffer(b)
  for (let i = 0; i < a.length; i++) {
    fillRow(byteAt(a, i), bBytes, above, row)
    const next = above
    above = row
    row = next
  }
  return above[b.length]!
}

/** The size in bytes of the table that Redis, and `longestCommonSubsequence`, need for strings of these lengths. */
export const tableBytes = (aLength: number, bLength: number): number => (aLength + 1) * (bLength + 1) * 4

const lengthTable = (a: Buffer, b: Buffer): Uint32Array => {
  const width = b.length + 1
  const table = new Uint32Array((a.length + 1) * width)
  for (let i = 1; i <= a.length; i++) {
    const above = table.subarray((i - 1) * width, i * width)
    fillRow(a[i - 1]!, b, above, table.subarray(i * width, (i + 1) * width))
  }
  return table
}

// `row[j]` becomes the length for all of `a` up to `code`, and the first `j` bytes of `b`.
const fillRow = (code: number, b: Buffer, above: Uint32Array, row: Uint32Array): void => {
  let best = 0
  for (let j = 0; j < b.length; j++) {
    if (b[j] === code) best = above[j]! + 1
    else if (above[j + 1]! > best) best = above[j + 1]!
    row[j + 1] = best
  }
}
