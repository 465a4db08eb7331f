/**
 * LZF, the fast compression of RDB files, DUMP and the inner chunks of lists, in liblzf's format.
 *
 * The format has no header and no checksum: whoever keeps compressed bytes keeps the length before compression beside them. Any compressor's output is
 * understood; this one looks for repetitions where liblzf does, as Redis builds it, so that the bytes are those Redis would write.
 *
 * | first byte | what follows |
 * | --- | --- |
 * | 000nnnnn | n + 1 bytes, taken as they are |
 * | lllooooo | a byte of distance: the l + 2 bytes that began distance + 1 bytes ago come again |
 * | 111ooooo | a byte of length, then one of distance: the same with 9 bytes more than that length says |
 *
 * The distance has its high bits in the first byte. Source: lzf_c.c, lzf_d.c.
 */
import { Buffer } from "node:buffer"
import * as ByteString from "./ByteString.ts"

/** The bytes compressed, `undefined` where that takes more than `maxBytes`: unless said otherwise, where it saves nothing. */
export const compress = (
  bytes: ByteString.ByteString,
  maxBytes = bytes.length - 1
): ByteString.ByteString | undefined => {
  const input = ByteString.toBuffer(bytes)
  // Checked before each write, so that there need be no more room than this.
  const output = bufferOf(Math.max(maxBytes, 0))
  const end = compressInto(output, input, 0, input.length, maxBytes)
  return end < 0 ? undefined : ByteString.ofBytes(output, 0, end)
}

/** Compresses the bytes from `from` up to `to` into the beginning of `output`; answers how many they are then, -1 where they would be more than `maxBytes`. */
export const compressInto = (output: Buffer, input: Buffer, from: number, to: number, maxBytes: number): number => {
  shared.begin(output, input, from, to, maxBytes)
  shared.run(to)
  return shared.end
}

/**
 * A compression that is made in parts, because all of it at once would take too long.
 *
 * ```
 * const compressor = new Compressor()
 * compressor.begin(output, input, 0, input.length, input.length - 1)
 * for (let until = 65_536; !compressor.run(until); until += 65_536) pause()
 * ```
 */
export class Compressor {
  /** The number of bytes that have been written, -1 where they were too many. Final when `run` has said so. */
  end = 0
  /** Where the three bytes of a slot were seen last, plus `#base`. */
  readonly #positions = new Int32Array(slots)
  /** What is added to positions in this input, so that those of earlier inputs in the table are told from them: it need not be cleared. */
  #base = 0
  #nextBase = 1
  #input: Buffer = empty
  #output: Buffer = empty
  #from = 0
  #to = 0
  #maxBytes = 0
  #at = 0
  #plainFrom = 0

  begin(output: Buffer, input: Buffer, from: number, to: number, maxBytes: number): void {
    if (this.#nextBase + to - from > maxPosition) {
      this.#positions.fill(0)
      this.#nextBase = 1
    }
    this.#base = this.#nextBase - from
    this.#nextBase += to - from
    this.#input = input
    this.#output = output
    this.#from = this.#at = this.#plainFrom = from
    this.#to = to
    this.#maxBytes = maxBytes
    this.end = 0
  }

  /** Goes on up to about this offset of the input, and says whether all is done. */
  run(until: number): boolean {
    const input = this.#input
    const output = this.#output
    const positions = this.#positions
    const base = this.#base
    const from = this.#from
    const to = this.#to
    const maxBytes = this.#maxBytes
    // Behind the last place where a repetition can begin.
    const searchEnd = to - minMatch + 1
    const stop = Math.min(until, searchEnd)
    let at = this.#at
    let plainFrom = this.#plainFrom
    let end = this.end
    while (at < stop) {
      const slot = slotOf(input, at)
      const candidate = (positions[slot] ?? 0) - base
      positions[slot] = base + at
      // Like liblzf, it finds no repetition of what stands at the very beginning.
      if (candidate <= from || at - candidate > maxDistance || !startsAlike(input, candidate, at)) {
        at++
        continue
      }
      const plainBytes = at - plainFrom
      if (end + plainBytes + plainHeads(plainBytes) + 4 >= maxBytes) return this.#finish(-1)
      end = writePlain(input, plainFrom, at, output, end)
      const matched = matchLength(input, candidate, at, to)
      end = writeMatch(output, end, at - candidate - 1, matched - 2)
      at += matched
      plainFrom = at
      if (at < searchEnd) {
        // Of what was repeated only the end is noted: the rest would cost more time than it saves bytes.
        positions[slotOf(input, at - 2)] = base + at - 2
        positions[slotOf(input, at - 1)] = base + at - 1
      }
    }
    if (at < searchEnd) {
      this.#at = at
      this.#plainFrom = plainFrom
      this.end = end
      return false
    }
    const searched = at - plainFrom
    if (end + 1 + searched + Math.floor(searched / maxPlain) + 3 > maxBytes) return this.#finish(-1)
    return this.#finish(writePlain(input, plainFrom, to, output, end))
  }

  #finish(end: number): true {
    this.end = end
    // Nobody's bytes are kept alive from here.
    this.#input = empty
    this.#output = empty
    return true
  }
}

/** The bytes that were compressed, `undefined` where they are damaged or not of this length. */
export const decompress = (bytes: ByteString.ByteString, length: number): ByteString.ByteString | undefined => {
  // No memory for a length that cannot be true.
  if (length > bytes.length * maxExpansion) return undefined
  const input = ByteString.toBuffer(bytes)
  const output = bufferOf(length)
  const inputEnd = input.length
  let at = 0
  let end = 0
  while (at < inputEnd) {
    const head = input[at++] ?? 0
    if (head < maxPlain) {
      const plainEnd = at + head + 1
      if (plainEnd > inputEnd || end + head + 1 > length) return undefined
      while (at < plainEnd) output[end++] = input[at++] ?? 0
    } else {
      let matched = (head >> 5) + 2
      if (matched === longMatch) matched += input[at++] ?? 0
      if (at >= inputEnd) return undefined
      let from = end - ((head & 0x1f) << 8) - (input[at++] ?? 0) - 1
      const matchEnd = end + matched
      if (from < 0 || matchEnd > length) return undefined
      // Byte by byte, because a repetition may reach into itself.
      while (end < matchEnd) output[end++] = output[from++] ?? 0
    }
  }
  return end === length ? ByteString.ofBytes(output, 0, end) : undefined
}

/** Writes bytes as they are, in runs, and answers the offset behind them. */
const writePlain = (input: Buffer, from: number, to: number, output: Buffer, end: number): number => {
  while (from < to) {
    const runEnd = Math.min(from + maxPlain, to)
    output[end++] = runEnd - from - 1
    while (from < runEnd) output[end++] = input[from++] ?? 0
  }
  return end
}

const writeMatch = (output: Buffer, end: number, distance: number, length: number): number => {
  if (length < 7) output[end++] = (distance >> 8) | (length << 5)
  else {
    output[end++] = (distance >> 8) | (7 << 5)
    output[end++] = length - 7
  }
  output[end++] = distance & 0xff
  return end
}

/** The number of first bytes that so many plain bytes need. */
const plainHeads = (bytes: number): number => Math.ceil(bytes / maxPlain)

const startsAlike = (input: Buffer, a: number, b: number): boolean =>
  input[a] === input[b] && input[a + 1] === input[b + 1] && input[a + 2] === input[b + 2]

/** How many bytes from `at` on are those from `candidate` on; the first three are known to be. */
const matchLength = (input: Buffer, candidate: number, at: number, to: number): number => {
  const limit = Math.min(to - at - 2, maxMatch)
  // liblzf leaves the last two bytes alone, except where it takes its first steps without counting.
  const stop = limit > 16 ? Math.max(limit, 19) : limit
  let length = minMatch
  while (length < stop && input[candidate + length] === input[at + length]) length++
  return length
}

const slotOf = (input: Buffer, at: number): number => {
  const second = input[at + 1] ?? 0
  const high = ((input[at] ?? 0) << 8) | second
  const low = (second << 8) | (input[at + 2] ?? 0)
  return (high - low * 5) & (slots - 1)
}

/** What is only written to be copied out of it again is written here, where it fits. */
const bufferOf = (length: number): Buffer => length <= scratch.length ? scratch : Buffer.allocUnsafeSlow(length)

const minMatch = 3
const maxMatch = 264
/** The length from which on it has a byte of its own. */
const longMatch = 9
const maxDistance = 8192
/** The most bytes of one run of plain ones. */
const maxPlain = 32
/** Three bytes that stand for the longest repetition. */
const maxExpansion = maxMatch / 3

const slots = 65_536
const maxPosition = 2 ** 31 - 1
const empty = Buffer.alloc(0)

const scratch = Buffer.allocUnsafeSlow(2 * ByteString.maxTextBytes)

/** For all that is compressed at once. */
const shared = new Compressor()
