/**
 * Bytes that arrived, and the cheap ways to get strings out of ranges of them.
 *
 * Measured per string of a full chunk on Node 24: a substring of the whole chunk decoded once costs 10 to 15 ns, a `latin1Slice` of its own 60 to 75 ns.
 * But V8 makes a substring of 13 characters or more a view that keeps the whole chunk's text alive, so what is stored is made one by one.
 */
import { type ByteString, maxTextBytes, ofBytes } from "../data/ByteString.ts"

export class Chunk {
  readonly bytes: Buffer
  /** One past the last byte that arrived; the buffer may have room behind it. */
  readonly end: number
  #decoded: string | undefined

  constructor(bytes: Buffer, end: number) {
    this.bytes = bytes
    this.end = end
    this.#decoded = undefined
  }

  /** A latin1 string to look at. It may keep the text of the whole chunk alive, so it is not for storing. */
  text(start: number, end: number): string {
    return end - start > longestLookup ? this.bytes.latin1Slice(start, end) : this.#whole().substring(start, end)
  }

  /** A copy that keeps nothing else alive: a flat string, or a Buffer above `maxTextBytes`. */
  copy(start: number, end: number): ByteString {
    const length = end - start
    if (length < shortestView) return this.#whole().substring(start, end)
    return length <= maxTextBytes ? this.bytes.latin1Slice(start, end) : ofBytes(this.bytes, start, end)
  }

  #whole(): string {
    return this.#decoded ??= this.bytes.latin1Slice(0, this.end)
  }
}

/** The shortest substring that V8 makes a view of its parent instead of a copy (`SlicedString::kMinLength`). */
export const shortestView = 13

/** Numbers and option names are shorter. Decoding the whole chunk for longer texts would be paid twice. */
const longestLookup = 64
