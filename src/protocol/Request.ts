/**
 * One request: the name of a command and its arguments, which are bytes.
 *
 * A request from the network is a list of ranges of the chunk that arrived, and nothing is copied until a handler asks: it is good until more bytes are
 * pushed into its parser, and `materialise` makes a copy that lasts. A request whose arguments could not stay in a chunk (large bulks, inline commands), or
 * that never were on a network, is a list of byte strings. Who reads a request sees no difference.
 *
 * It does not know commands. An argument's number counts from 0, the command's name; numbers beyond `length` are the caller's mistake.
 */
import { type ByteString, toText } from "../data/ByteString.ts"
import { type Int64, parseInt64 } from "../data/Int64.ts"
import { Key } from "../data/Key.ts"
import type { KeyHasher } from "../data/KeyHasher.ts"
import { Chunk } from "./Chunk.ts"

export class Request {
  /** The number of arguments, the command's name included. */
  length = 0
  #chunk: Chunk = emptyChunk
  /** Pairs of start and end in the chunk, the first one at `#base`. */
  #ranges: Int32Array = emptyRanges
  #base = 0
  #values: ReadonlyArray<ByteString> | undefined = undefined
  /** The hash of argument 1, if somebody has computed it before. */
  #hash: number | undefined = undefined

  /** A request of these arguments. Strings are latin1 and flat, see `ByteString`. */
  static of(values: ReadonlyArray<ByteString>): Request {
    return new Request().setValues(values)
  }

  /** Lets this object stand for arguments in a chunk; for the parser, which makes one object serve all requests of a connection. */
  setRanges(chunk: Chunk, ranges: Int32Array, base: number, length: number, hash?: number): this {
    this.#hash = hash
    this.length = length
    this.#chunk = chunk
    this.#ranges = ranges
    this.#base = base
    this.#values = undefined
    return this
  }

  /** Lets this object stand for these arguments. */
  setValues(values: ReadonlyArray<ByteString>): this {
    this.length = values.length
    this.#values = values
    // A request at rest must not keep the last chunk alive.
    this.#chunk = emptyChunk
    this.#ranges = emptyRanges
    return this
  }

  /**
   * Argument `i` as a string to look at: an option, a number, a pattern. What is stored is `bytes`, because this string may keep a whole chunk alive.
   *
   * Throws a RangeError for more bytes than a JavaScript string can hold (about 512 MiB).
   */
  text(i: number): string {
    // Both assertions of an element hold because `i` is below `length`.
    if (this.#values !== undefined) return toText(this.#values[i]!)
    const at = this.#base + 2 * i
    return this.#chunk.text(this.#ranges[at]!, this.#ranges[at + 1]!)
  }

  /** Argument `i` to be stored: it keeps nothing else alive, and a Buffer among it belongs to who asked. */
  bytes(i: number): ByteString {
    if (this.#values !== undefined) return this.#values[i]!
    const at = this.#base + 2 * i
    return this.#chunk.copy(this.#ranges[at]!, this.#ranges[at + 1]!)
  }

  /** Argument `i` as a key, for lookups with this hasher; good as long as the request is. */
  key(i: number, hasher: KeyHasher): Key {
    if (this.#values !== undefined) {
      const value = this.#values[i]!
      return typeof value === "string" ? Key.ofText(hasher, value) : Key.ofBytes(hasher, value, 0, value.length)
    }
    const at = this.#base + 2 * i
    if (i === 1 && this.#hash !== undefined) {
      return Key.ofHashedBytes(this.#hash, this.#chunk.bytes, this.#ranges[at]!, this.#ranges[at + 1]!)
    }
    return Key.ofBytes(hasher, this.#chunk.bytes, this.#ranges[at]!, this.#ranges[at + 1]!)
  }

  /** The number of bytes of argument `i`. */
  byteLength(i: number): number {
    if (this.#values !== undefined) return this.#values[i]!.length
    const at = this.#base + 2 * i
    return this.#ranges[at + 1]! - this.#ranges[at]!
  }

  /** The signed 64-bit integer that argument `i` is, in Redis's one accepted form; `undefined` where it is none. */
  integer(i: number): Int64 | undefined {
    if (this.#values !== undefined) return parseInt64(this.#values[i]!)
    const at = this.#base + 2 * i
    const start = this.#ranges[at]!
    const end = this.#ranges[at + 1]!
    const bytes = this.#chunk.bytes
    const length = end - start
    if (length === 0 || length > maxIntegerLength) return undefined
    // Up to 15 digits without sign or leading zero are read here, which is nearly always; the text knows the other rules.
    if (length <= 15 && bytes[start]! !== zero) {
      let value = 0
      let position = start
      for (; position < end; position++) {
        const digit = bytes[position]! - zero
        if (digit < 0 || digit > 9) break
        value = value * 10 + digit
      }
      if (position === end) return value
    }
    return parseInt64(this.#chunk.text(start, end))
  }

  /** Whether argument `i` is this word in any case. The word is ASCII in upper case. */
  equalsIgnoreCase(i: number, upperCaseToken: string): boolean {
    const length = upperCaseToken.length
    if (this.#values !== undefined) {
      const value = this.#values[i]!
      if (value.length !== length) return false
      if (typeof value !== "string") return equalRange(value, 0, upperCaseToken)
      for (let position = 0; position < length; position++) {
        // A char code of a latin1 string is below 256, so the table has an entry for it.
        if (upperCase[value.charCodeAt(position)]! !== upperCaseToken.charCodeAt(position)) return false
      }
      return true
    }
    const at = this.#base + 2 * i
    const start = this.#ranges[at]!
    return this.#ranges[at + 1]! - start === length && equalRange(this.#chunk.bytes, start, upperCaseToken)
  }

  /** A hash of argument `i` that ignores the case of ASCII letters, to find words in a table: equal to `hashOfWord` of the word in upper case. */
  hashIgnoreCase(i: number): number {
    let hash = 0
    if (this.#values !== undefined) {
      const value = this.#values[i]!
      if (typeof value !== "string") return hashRange(value, 0, value.length)
      for (let position = 0; position < value.length; position++) {
        hash = (Math.imul(hash, 31) + upperCase[value.charCodeAt(position)]!) | 0
      }
      return hash
    }
    const at = this.#base + 2 * i
    return hashRange(this.#chunk.bytes, this.#ranges[at]!, this.#ranges[at + 1]!)
  }

  /** The most bytes that `encodeInto` needs. */
  get encodedBytes(): number {
    const { length } = this
    let bytes = (length + 1) * longestLengthLine
    if (this.#values !== undefined) {
      for (const value of this.#values) bytes += value.length
    } else if (length > 0) {
      bytes += this.#ranges[this.#base + 2 * length - 1]! - this.#ranges[this.#base]!
    }
    return bytes
  }

  /** Writes the request as clients send it, an array of bulk strings, and answers where it ends. There must be room for `encodedBytes`. */
  encodeInto(target: Buffer, position: number): number {
    const { length } = this
    let at = putLength(target, position, asterisk, length)
    if (this.#values !== undefined) {
      for (const value of this.#values) {
        at = putLength(target, at, dollar, value.length)
        at += typeof value === "string" ? target.latin1Write(value, at) : value.copy(target, at)
        target[at++] = carriageReturn
        target[at++] = lineFeed
      }
      return at
    }
    // The arguments stand in the chunk as they are to be written, but nobody has looked at their lines' ends.
    const first = this.#ranges[this.#base]!
    const last = this.#ranges[this.#base + 2 * length - 1]!
    at = putLength(target, at, dollar, this.#ranges[this.#base + 1]! - first)
    const shift = at - first
    if (last - first <= longestLoop) { for (let i = first; i < last; i++) target[i + shift] = this.#chunk.bytes[i]! }
    else this.#chunk.bytes.copy(target, at, first, last)
    for (let i = 0; i < length; i++) {
      if (i > 0) target[this.#ranges[this.#base + 2 * i]! + shift - 1] = lineFeed
      const end = this.#ranges[this.#base + 2 * i + 1]! + shift
      target[end] = carriageReturn
      target[end + 1] = lineFeed
    }
    return last + shift + 2
  }

  /** A copy that is independent of the chunk: what a queue keeps, or a command that waits. */
  materialise(): Request {
    return Request.of(this.#values ?? this.words())
  }

  /** The arguments from number `from` on, each as `bytes` answers it. */
  words(from = 0): Array<ByteString> {
    const words: Array<ByteString> = []
    for (let i = from; i < this.length; i++) words.push(this.bytes(i))
    return words
  }
}

/** The hash that `hashIgnoreCase` gives for an argument equal to this word in any case. */
export const hashOfWord = (upperCaseWord: string): number => {
  let hash = 0
  for (let position = 0; position < upperCaseWord.length; position++) {
    hash = (Math.imul(hash, 31) + upperCaseWord.charCodeAt(position)) | 0
  }
  return hash
}

/** Writes a line that tells a length, and answers where it ends. */
const putLength = (target: Buffer, position: number, type: number, length: number): number => {
  target[position] = type
  let at = position + 1
  if (length < 10) target[at++] = zero + length
  else at += target.latin1Write(String(length), at)
  target[at] = carriageReturn
  target[at + 1] = lineFeed
  return at + 2
}

/** `$` and 16 digits with a line's end, and the line's end behind the argument. */
const longestLengthLine = 21
/** Up to here a loop is faster than a call of `copy`. */
const longestLoop = 64

const asterisk = 0x2a
const dollar = 0x24
const carriageReturn = 0x0d
const lineFeed = 0x0a

const emptyChunk = new Chunk(Buffer.alloc(0), 0)
const emptyRanges = new Int32Array(0)

const zero = 0x30

/** "-9223372036854775808" */
const maxIntegerLength = 20

/** For each byte the byte itself, but ASCII's small letters as capitals. */
const upperCase = Uint8Array.from({ length: 256 }, (_, byte) => byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte)

const equalRange = (bytes: Buffer, start: number, upperCaseToken: string): boolean => {
  for (let position = 0; position < upperCaseToken.length; position++) {
    if (upperCase[bytes[start + position]!]! !== upperCaseToken.charCodeAt(position)) return false
  }
  return true
}

const hashRange = (bytes: Buffer, start: number, end: number): number => {
  let hash = 0
  for (let position = start; position < end; position++) {
    hash = (Math.imul(hash, 31) + upperCase[bytes[position]!]!) | 0
  }
  return hash
}
