/**
 * The order of many scored members at once: by score, and by their bytes where scores are the same.
 *
 * Comparing is what costs, so large inputs are sorted by the digits of their scores (a radix sort), and only members that share a score are compared.
 */

/** The indexes of the entries, in order. Scores are not NaN, and no two entries are the same. */
export const scoreOrder = (scores: Float64Array, members: ReadonlyArray<string>): Uint32Array => {
  const order = new Uint32Array(scores.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  if (isInOrder(scores, members)) return order
  if (scores.length < fewEntries) {
    return order.sort((a, b) => scores[a]! - scores[b]! || (members[a]! < members[b]! ? -1 : 1))
  }
  const sorted = byDigits(scores, order)
  sortTies(sorted, scores, members)
  return sorted
}

/** What is copied from another sorted set is in order already. */
const isInOrder = (scores: Float64Array, members: ReadonlyArray<string>): boolean => {
  for (let i = 1; i < scores.length; i++) {
    const previous = scores[i - 1]!
    const score = scores[i]!
    if (score < previous || (score === previous && members[i]! < members[i - 1]!)) return false
  }
  return true
}

/** Four rounds, from the lowest 16 bits to the highest; each keeps the order of the rounds before among equal digits. */
const byDigits = (scores: Float64Array, order: Uint32Array): Uint32Array => {
  const words = orderedWords(scores)
  let from: Uint32Array = order
  let to: Uint32Array = new Uint32Array(order.length)
  for (let round = 0; round < 4; round++) {
    // Of each pair of words the lower one comes first; the digits of the others are above its own.
    const word = round >>> 1
    const shift = (round & 1) << 4
    const starts = new Uint32Array(digits)
    for (let at = word; at < words.length; at += 2) starts[(words[at]! >>> shift) & digitMask]!++
    // Where all have the same digit, which with whole numbers is so in half of the rounds, nothing moves.
    if (starts[(words[word]! >>> shift) & digitMask] === order.length) continue
    let start = 0
    for (let digit = 0; digit < digits; digit++) {
      const count = starts[digit]!
      starts[digit] = start
      start += count
    }
    for (let i = 0; i < from.length; i++) {
      const index = from[i]!
      to[starts[(words[2 * index + word]! >>> shift) & digitMask]!++] = index
    }
    ;[from, to] = [to, from]
  }
  return from
}

/** The scores as unsigned integers of 64 bits in the same order, the lower word of each first. */
const orderedWords = (scores: Float64Array): Uint32Array => {
  // Adding zero makes one of both zeros.
  const words = new Uint32Array(scores.map((score) => score + 0).buffer)
  const low = isLittleEndian ? 0 : 1
  for (let at = 0; at < words.length; at += 2) {
    const lower = words[at + low]!
    const higher = words[at + 1 - low]!
    // Negative numbers have the sign bit, and larger bits the lower they are.
    const isNegative = higher >>> 31 === 1
    words[at] = isNegative ? ~lower : lower
    words[at + 1] = isNegative ? ~higher : higher ^ 0x8000_0000
  }
  return words
}

const sortTies = (order: Uint32Array, scores: Float64Array, members: ReadonlyArray<string>): void => {
  for (let start = 0; start < order.length;) {
    const score = scores[order[start]!]!
    let end = start + 1
    while (end < order.length && score === scores[order[end]!]) end++
    if (end - start > 1) order.subarray(start, end).sort((a, b) => members[a]! < members[b]! ? -1 : 1)
    start = end
  }
}

const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
const digits = 1 << 16
const digitMask = digits - 1
/** Below so many a sort by comparison is done before the digits are counted. */
const fewEntries = 4096
