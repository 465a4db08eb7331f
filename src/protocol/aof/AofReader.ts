/**
 * The commands of an append only file, read as its bytes arrive, in pieces of any size.
 *
 * ```
 * for (const piece of pieces) {
 *   reader.push(piece)
 *   for (let item = reader.next(); item !== needsInput; item = reader.next()) use(item)
 * }
 * reader.end()
 * const last = reader.next() // `needsInput` if the file ends where a command does
 * ```
 *
 * A file is arrays of bulk strings, as clients send them, and lines that begin with `#`, of which `#TS:` and seconds tells when what follows was written. The
 * snapshot that may precede them is for `RdbReader`; its length is the `offset` that a reader of the rest is made with.
 *
 * Nothing in a file is trusted: unlike a server that loads one, this looks at each line's end too, as Redis's checker does, so that damage is seen where it is.
 * No memory is taken for what is only said to come, and no byte of a long string is looked at twice. It does not know the commands, nor MULTI.
 * Source: aof.c and valkey-check-aof.c.
 */
import { Buffer } from "node:buffer"
import { type ByteString, maxTextBytes, ofBytes } from "../../data/ByteString.ts"
import { needsInput } from "../rdb/RdbReader.ts"
import { AofFailure } from "./AofFailure.ts"

export { needsInput }

export type AofItem =
  | {
    readonly _tag: "Command"
    /** At least one; each is a copy that keeps nothing else alive. */
    readonly words: ReadonlyArray<ByteString>
    /** Where in the file it ends. */
    readonly end: number
  }
  | {
    readonly _tag: "Timestamp"
    /** Since 1970; `undefined` where there is no number. */
    readonly seconds: number | undefined
    readonly end: number
  }

export interface AofReaderOptions {
  /** Where in the file the first piece begins. */
  readonly offset?: number
  /** The longest string, in bytes: 512 MiB, unless the server takes longer ones from clients. */
  readonly maxBulkBytes?: number
}

export class AofReader {
  readonly #maxBulkBytes: number
  /** The bytes from `#position` up to `#end` have not been read. */
  #bytes: Buffer = nothing
  #position = 0
  #end = 0
  /** The buffer is our own, with room behind the bytes. */
  #isOwned = false
  /** Where in the file the buffer begins. */
  #base: number
  #isEnded = false
  #failure: AofFailure | undefined
  #offset: number
  #line = 1
  /** Lines of the command that has been begun. */
  #linesBegun = 0
  /** The words so far of that command, of which `#missing` are to come. */
  #words: Array<ByteString> | undefined
  #missing = 0
  /** The length of the word that comes; below 0 where its line is still to be read. */
  #wordLength = -1
  /** What has arrived of a long word: `#bulkUsed` bytes. */
  #bulk: Buffer | undefined
  #bulkUsed = 0

  constructor(options: AofReaderOptions = {}) {
    this.#base = this.#offset = options.offset ?? 0
    this.#maxBulkBytes = options.maxBulkBytes ?? defaultMaxBulkBytes
  }

  /** Bytes of the file that are done with: up to here it is in order. */
  get offset(): number {
    return this.#offset
  }

  /** The line at `offset`, counted from 1 behind a snapshot. A string is one line, whatever is in it. */
  get line(): number {
    return this.#line
  }

  /** The next piece of the file. It must stay as it is until `next` answers `needsInput`. */
  push(bytes: Buffer): void {
    const left = this.#end - this.#position
    if (left === 0) {
      this.#base += this.#position
      this.#bytes = bytes
      this.#isOwned = false
      this.#position = 0
      this.#end = bytes.length
    } else {
      this.#reserve(bytes.length)
      bytes.copy(this.#bytes, this.#end)
      this.#end += bytes.length
    }
  }

  /** Says that nothing more comes. A command that is not complete is a failure then. */
  end(): void {
    this.#isEnded = true
  }

  /** The next item; `needsInput` where all that has arrived is read. A failure is answered again and again. */
  next(): AofItem | typeof needsInput | AofFailure {
    if (this.#failure === undefined) {
      const item = this.#words === undefined ? this.#begin() : this.#goOn(this.#words)
      if (item !== undefined) return item
      if (this.#failure === undefined && this.#isEnded && (this.#position < this.#end || this.#words !== undefined)) {
        this.#position = this.#end
        this.#fail("it ends within a command", "truncated")
      }
    }
    if (this.#failure !== undefined) return this.#failure
    // What the next piece is needed for moves to a buffer of our own, so that the last one can be used for something else.
    if (!this.#isOwned && this.#position < this.#end) this.#reserve(0)
    return needsInput
  }

  /** Reads from where an item begins. */
  #begin(): AofItem | undefined {
    while (this.#position < this.#end) {
      const first = this.#bytes[this.#position]
      if (first !== hash) {
        const count = this.#number(asterisk, 1, maxWords)
        if (count < 0) return undefined
        this.#words = []
        this.#missing = count
        return this.#goOn(this.#words)
      }
      const start = this.#position
      const lineFeed = this.#bytes.indexOf(newline, start)
      const isComplete = lineFeed >= 0 && lineFeed < this.#end
      if ((isComplete ? lineFeed + 1 : this.#end) - start > maxAnnotationBytes) {
        return this.#fail("an annotation is too long")
      }
      if (!isComplete) return undefined
      const text = this.#bytes.latin1Slice(start, lineFeed)
      this.#position = lineFeed + 1
      this.#linesBegun = 1
      this.#commit()
      if (text.startsWith(timestampPrefix)) {
        const digits = timestampPattern.exec(text)?.[1]
        return {
          _tag: "Timestamp",
          seconds: digits === undefined ? undefined : Number(digits),
          end: this.#offset
        }
      }
    }
    return undefined
  }

  /** Reads the words that are missing. */
  #goOn(words: Array<ByteString>): AofItem | undefined {
    while (this.#missing > 0) {
      if (this.#wordLength < 0) {
        const length = this.#number(dollar, 0, this.#maxBulkBytes)
        if (length < 0) return undefined
        this.#wordLength = length
      }
      const word = this.#word(this.#wordLength)
      if (word === undefined) return undefined
      words.push(word)
      this.#wordLength = -1
      this.#missing--
    }
    this.#words = undefined
    this.#commit()
    return { _tag: "Command", words, end: this.#offset }
  }

  /** What has been read is done with. */
  #commit(): void {
    this.#offset = this.#base + this.#position
    this.#line += this.#linesBegun
    this.#linesBegun = 0
  }

  /** The word of so many bytes at `#position`, if all of it, and its line's end, is there. */
  #word(length: number): ByteString | undefined {
    if (this.#bulk === undefined) {
      const start = this.#position
      const end = start + length
      if (end + 2 <= this.#end) return this.#endWord(end) ? ofBytes(this.#bytes, start, end) : undefined
      if (length <= maxTextBytes) return undefined
      this.#bulk = nothing
      this.#bulkUsed = 0
    }
    const taken = Math.min(this.#end - this.#position, length - this.#bulkUsed)
    const used = this.#bulkUsed + taken
    if (used > this.#bulk.length) {
      // At most twice what has arrived.
      const larger = Buffer.allocUnsafeSlow(Math.min(length, Math.max(2 * used, 2 * maxTextBytes)))
      this.#bulk.copy(larger, 0, 0, this.#bulkUsed)
      this.#bulk = larger
    }
    this.#bytes.copy(this.#bulk, this.#bulkUsed, this.#position, this.#position + taken)
    this.#bulkUsed = used
    this.#position += taken
    if (used < length || this.#end - this.#position < 2 || !this.#endWord(this.#position)) return undefined
    const bulk = this.#bulk
    this.#bulk = undefined
    return bulk
  }

  /** Passes over the line's end that must be at `end`. */
  #endWord(end: number): boolean {
    if (this.#bytes[end] !== carriageReturn || this.#bytes[end + 1] !== newline) {
      this.#position = end
      this.#fail("there is no line's end behind a string")
      return false
    }
    this.#position = end + 2
    this.#linesBegun++
    return true
  }

  /** The number in the line at `#position`, which begins with this byte; below 0 where the line is incomplete, or wrong. */
  #number(prefix: number, min: number, max: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let at = this.#position
    if (at === end) return -1
    if (bytes[at] !== prefix) {
      this.#fail(`a line should begin with '${String.fromCharCode(prefix)}'`)
      return -1
    }
    const digits = ++at
    let value = 0
    for (; at < end; at++) {
      // The assertion holds because `at` is below `end`.
      const digit = bytes[at]! - zero
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
      if (at - digits === maxDigits) break
    }
    if (at + 1 >= end && (at === end || bytes[at] === carriageReturn && at > digits)) return -1
    if (at === digits || bytes[at] !== carriageReturn || bytes[at + 1] !== newline) {
      this.#position = at
      this.#fail(`there is no number and line's end behind '${String.fromCharCode(prefix)}'`)
      return -1
    }
    if (value < min || value > max) {
      this.#fail(`${value} behind '${String.fromCharCode(prefix)}' is too ${value < min ? "small" : "large"}`)
      return -1
    }
    this.#position = at + 2
    this.#linesBegun++
    return value
  }

  /** Stops for good because of the bytes at `#position`. */
  #fail(reason: string, kind: AofFailure["kind"] = "format"): undefined {
    this.#failure = new AofFailure(kind, this.#base + this.#position, this.#line + this.#linesBegun, reason)
    this.#words = undefined
    this.#bulk = undefined
  }

  /** Makes a buffer of our own of what has not been read, with room for so many bytes more. */
  #reserve(more: number): void {
    if (this.#isOwned && this.#end + more <= this.#bytes.length) return
    const left = this.#end - this.#position
    // With room to follow in, so that bytes that come in drops do not move all the others each time.
    const target = Buffer.allocUnsafeSlow(Math.max(minBufferBytes, 2 * left, left + more))
    this.#bytes.copy(target, 0, this.#position, this.#end)
    this.#base += this.#position
    this.#bytes = target
    this.#position = 0
    this.#end = left
    this.#isOwned = true
  }
}

const nothing = Buffer.alloc(0)

const hash = 0x23
const dollar = 0x24
const asterisk = 0x2a
const zero = 0x30
const carriageReturn = 0x0d
const newline = 0x0a

const timestampPrefix = "#TS:"
const timestampPattern = /^#TS:([0-9]{1,15})\r$/

/** The longest line of an annotation, with its line feed. */
const maxAnnotationBytes = 1023

/** The most words of one command: what C counts them in. */
const maxWords = 2 ** 31 - 1

/** The digits that may precede the last one of a number, so that it stays exact. */
const maxDigits = 14

const defaultMaxBulkBytes = 512 * 1024 * 1024

/** The smallest buffer of our own. */
const minBufferBytes = 4 * 1024
