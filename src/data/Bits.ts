/**
 * Bytes as a row of bits: counting them, looking for one, and combining rows.
 *
 * Bit 0 is the most significant one of the first byte, as everywhere in Redis. Long rows are read in words of 32 bits, where they lie in memory as words do.
 */
import type { Buffer } from "node:buffer"

/** How many of the bits from `start` up to, not including, `end` are ones; `0 <= start <= end <= 8 * bytes.length`. */
export const countOnes = (bytes: Buffer, start: number, end: number): number => {
  if (start >= end) return 0
  const first = Math.floor(start / 8)
  const last = Math.floor((end - 1) / 8)
  // Both bytes are in range, as `start` and `end` are.
  const before = onesOf(bytes[first]! & ~fromBit(start))
  const behind = onesOf(bytes[last]! & ~upToBit(end - 1))
  return onesOfBytes(bytes, first, last + 1) - before - behind
}

/** The position of the first bit from `start` up to, not including, `end` that is `bit`, -1 where there is none; `0 <= start <= end <= 8 * bytes.length`. */
export const findBit = (bytes: Buffer, bit: 0 | 1, start: number, end: number): number => {
  if (start >= end) return -1
  const last = Math.floor((end - 1) / 8)
  // A byte without what is looked for; the others differ from it where the bit is.
  const skipped = bit === 1 ? 0 : 0xff
  let index = Math.floor(start / 8)
  let differing = (bytes[index]! ^ skipped) & fromBit(start)
  if (differing === 0 && index < last) {
    index = skipBytes(bytes, skipped, index + 1, last)
    differing = bytes[index]! ^ skipped
  }
  if (differing === 0) return -1
  const position = index * 8 + Math.clz32(differing) - 24
  return position < end ? position : -1
}

export type Operation = "AND" | "OR" | "XOR" | "NOT"

/**
 * Combines the rows of `sources` into `target`, which is as long as the longest of them; shorter ones count as if zeros followed. At least one source, and
 * for NOT exactly one.
 */
export const combine = (operation: Operation, sources: ReadonlyArray<Buffer>, target: Buffer): void => {
  const [first, ...others] = sources
  if (first === undefined) return
  first.copy(target)
  target.fill(0, first.length)
  if (operation === "NOT") return invert(target)
  for (const source of others) combineWith(operation, source, target)
}

/** A mask of the bits of a byte from that of `position` on. */
const fromBit = (position: number): number => 0xff >> position % 8

/** A mask of the bits of a byte up to that of `position`. */
const upToBit = (position: number): number => 0xff << 7 - position % 8 & 0xff

/** The ones among 32 bits: first in pairs, then in fours and eights, whose sums a multiplication adds up. */
const onesOf = (word: number): number => {
  const pairs = word - (word >>> 1 & 0x55555555)
  const fours = (pairs & 0x33333333) + (pairs >>> 2 & 0x33333333)
  return Math.imul(fours + (fours >>> 4) & 0x0f0f0f0f, 0x01010101) >>> 24
}

const onesOfBytes = (bytes: Buffer, start: number, end: number): number => {
  const from = firstWordAt(bytes, start, end)
  const words = wordsOf(bytes, from, end)
  let count = onesOfWords(words)
  for (let i = start; i < from; i++) count += onesOf(bytes[i]!)
  for (let i = from + words.byteLength; i < end; i++) count += onesOf(bytes[i]!)
  return count
}

/**
 * The algorithm of Harley and Seal: words are added bit by bit into sums of weight 1, 2 and 4, so that only the carries of eight words have to be counted.
 * A megabyte takes 0.28 ms, and 0.46 ms where each word is counted.
 *
 * @see https://arxiv.org/abs/1611.07612
 */
const onesOfWords = (words: Int32Array): number => {
  let eights = 0
  let ones = 0
  let twos = 0
  let fours = 0
  let i = 0
  // Every index is below the length.
  for (const end = words.length - 7; i < end; i += 8) {
    let a = words[i]!
    let b = words[i + 1]!
    let sum = ones ^ a
    const twosA = ones & a | sum & b
    ones = sum ^ b
    a = words[i + 2]!
    b = words[i + 3]!
    sum = ones ^ a
    const twosB = ones & a | sum & b
    ones = sum ^ b
    sum = twos ^ twosA
    const foursA = twos & twosA | sum & twosB
    twos = sum ^ twosB
    a = words[i + 4]!
    b = words[i + 5]!
    sum = ones ^ a
    const twosC = ones & a | sum & b
    ones = sum ^ b
    a = words[i + 6]!
    b = words[i + 7]!
    sum = ones ^ a
    const twosD = ones & a | sum & b
    ones = sum ^ b
    sum = twos ^ twosC
    const foursB = twos & twosC | sum & twosD
    twos = sum ^ twosD
    sum = fours ^ foursA
    eights += onesOf(fours & foursA | sum & foursB)
    fours = sum ^ foursB
  }
  let count = 8 * eights + 4 * onesOf(fours) + 2 * onesOf(twos) + onesOf(ones)
  for (; i < words.length; i++) count += onesOf(words[i]!)
  return count
}

/** The first index from `start` on whose byte is not `skipped`, or `last`. */
const skipBytes = (bytes: Buffer, skipped: number, start: number, last: number): number => {
  const from = firstWordAt(bytes, start, last)
  let index = start
  while (index < from && bytes[index] === skipped) index++
  if (index === from) {
    const words = wordsOf(bytes, from, last)
    const skippedWord = skipped === 0 ? 0 : -1
    let word = 0
    while (word < words.length && words[word] === skippedWord) word++
    index += 4 * word
  }
  while (index < last && bytes[index] === skipped) index++
  return index
}

const invert = (target: Buffer): void => {
  const words = wordsOf(target, 0, target.length)
  for (let i = 0; i < words.length; i++) words[i] = ~words[i]!
  for (let i = words.byteLength; i < target.length; i++) target[i] = ~target[i]!
}

const combineWith = (operation: Exclude<Operation, "NOT">, source: Buffer, target: Buffer): void => {
  const [a, b] = [wordsOf(target, 0, source.length), wordsOf(source, 0, source.length)]
  // One of the two may not lie as words do.
  const wordCount = Math.min(a.length, b.length)
  const { length } = source
  switch (operation) {
    case "AND":
      for (let i = 0; i < wordCount; i++) a[i]! &= b[i]!
      for (let i = 4 * wordCount; i < length; i++) target[i]! &= source[i]!
      target.fill(0, length)
      return
    case "OR":
      for (let i = 0; i < wordCount; i++) a[i]! |= b[i]!
      for (let i = 4 * wordCount; i < length; i++) target[i]! |= source[i]!
      return
    case "XOR":
      for (let i = 0; i < wordCount; i++) a[i]! ^= b[i]!
      for (let i = 4 * wordCount; i < length; i++) target[i]! ^= source[i]!
      return
  }
}

/** The first index from `start` on where a word can begin, but no more than `end`. */
const firstWordAt = (bytes: Buffer, start: number, end: number): number =>
  Math.min(end, start + (-(bytes.byteOffset + start) & 3))

/** The whole words from `start` on and before `end`, as a view; none where they would not begin at a multiple of their size. */
const wordsOf = (bytes: Buffer, start: number, end: number): Int32Array => {
  const offset = bytes.byteOffset + start
  return offset % 4 === 0 ? new Int32Array(bytes.buffer, offset, Math.max(0, end - start) >>> 2) : noWords
}

const noWords = new Int32Array(0)
