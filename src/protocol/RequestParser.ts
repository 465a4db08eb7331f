/**
 * Requests out of the bytes of one connection, cut anywhere: RESP arrays of bulk strings, and inline commands.
 *
 * ```
 * parser.push(chunk)
 * while (parser.parse(1000) > 0) for (let i = 0; i < parser.count; i++) run(parser.load(i, request))
 * if (parser.failure !== undefined) // answer it and close
 * ```
 *
 * A complete request is not copied: its arguments are ranges of the chunk. What is incomplete at the end of a chunk waits in one of three forms:
 * - a short beginning of a request is kept as bytes and read again, together with the next chunk;
 * - of a longer one, the arguments that are there are made values, so that no byte is read twice;
 * - a bulk above `maxTextBytes` is gathered in a Buffer of its own, which grows with what has arrived and in the end is the argument.
 *
 * As in Redis, the two bytes behind a bulk and the one behind a `\r` are not looked at, and `*0`, `*-1` and empty lines are skipped. It knows no commands,
 * answers nothing and closes nothing. It never throws.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/ and networking.c, whose limits and errors these are
 */
import { type ByteString, flatCopy, maxTextBytes, ofText } from "../data/ByteString.ts"
import { parseInt64 } from "../data/Int64.ts"
import type { KeyHasher } from "../data/KeyHasher.ts"
import { splitArguments } from "../data/Repr.ts"
import { Chunk, shortestView } from "./Chunk.ts"
import type { ProtocolFailure } from "./CommandError.ts"
import * as ProtocolError from "./ProtocolError.ts"
import type { Request } from "./Request.ts"

/** The limits that are configuration, under the names of their directives; they are read at each use. */
export interface RequestLimits {
  /** The longest bulk, in bytes. */
  readonly protoMaxBulkLen: number
}

/** The most arguments of one request. */
export const maxArguments = 1024 * 1024

/** The longest inline request, and the longest line that tells a length, in bytes without the line's end. */
export const maxLineBytes = 64 * 1024

/** What a client may send before it has authenticated. */
export const maxUnauthenticatedArguments = 10
export const maxUnauthenticatedBulkBytes = 16 * 1024

/** What is wrong with a request that a client may not send before it has authenticated, if anything. */
export const unauthenticatedFailure = (request: Request): ProtocolFailure | undefined => {
  if (request.length > maxUnauthenticatedArguments) return ProtocolError.unauthenticatedMultibulkLength
  for (let i = 0; i < request.length; i++) {
    if (request.byteLength(i) > maxUnauthenticatedBulkBytes) return ProtocolError.unauthenticatedBulkLength
  }
  return undefined
}

export class RequestParser {
  /** Whether the limits of strangers are off. While they are on, `parse(1)`, since the request may be the one that ends them. */
  isAuthenticated: boolean
  /** What the client did wrong. Requests of the batch came before it; nothing comes after it. */
  failure: ProtocolFailure | undefined = undefined
  /** What had arrived and not been read when it did that, for the log. */
  failureSample = ""
  /** The number of requests in the batch. */
  count = 0

  readonly #limits: RequestLimits
  /** The bytes at hand; those from `#position` to `#end` have not been read. */
  #chunk: Chunk = emptyChunk
  #bytes: Buffer = emptyChunk.bytes
  #position = 0
  #end = 0
  /** Whether the bytes at hand are in a buffer of our own, with room behind them. */
  #isOwned = false

  /** Start and end of each argument of the batch. */
  #ranges: Int32Array = new Int32Array(16)
  #rangesUsed = 0
  /** Two numbers for each request of the batch: where its ranges begin and its length; or, below 0, `-1 - index` in `#gathered` and its length. */
  #requests: Int32Array = new Int32Array(8)
  #gathered: Array<ReadonlyArray<ByteString>> = []
  #hashes: Int32Array = new Int32Array(4)
  #isHashed = false

  /** The arguments so far of a request that is longer than the bytes at hand. */
  #partial: Array<ByteString> | undefined = undefined
  #partialBytes = 0
  /** How many arguments are to be added to `#partial`. */
  #missing = 0
  /** The large bulk that is arriving; of its `#bulkLength` bytes `#bulkUsed` are there. */
  #bulk: Buffer | undefined = undefined
  #bulkLength = 0
  #bulkUsed = 0

  /** How far the incomplete inline request at `#position` has been searched for its end. */
  #lineScanned = 0
  /** Where the line ends that `#readLength` has read. */
  #afterLine = 0

  constructor(limits: RequestLimits, isAuthenticated = true) {
    this.#limits = limits
    this.isAuthenticated = isAuthenticated
  }

  /** The bytes that have arrived and are not yet an argument of a request: what `client-query-buffer-limit` limits. */
  get bufferedBytes(): number {
    return this.#end - this.#position + this.#bulkUsed
  }

  /** The bytes of the arguments that are complete in a request that is not. */
  get partialBytes(): number {
    return this.#partialBytes
  }

  /** Adds bytes, which nobody may change from now on. The batch is gone. */
  push(bytes: Buffer): void {
    this.count = 0
    if (this.failure !== undefined || bytes.length === 0) return
    const unread = this.#end - this.#position
    if (unread === 0) {
      this.#position = 0
      this.#end = bytes.length
      this.#bytes = bytes
      this.#isOwned = false
    } else if (this.#isOwned && this.#end + bytes.length <= this.#bytes.length) {
      bytes.copy(this.#bytes, this.#end)
      this.#end += bytes.length
    } else {
      const length = unread + bytes.length
      // Bytes that come in drops get room to follow in, so that not each of them moves all the others.
      const joined = Buffer.allocUnsafeSlow(bytes.length < unread ? 2 * length : length)
      this.#bytes.copy(joined, 0, this.#position, this.#end)
      bytes.copy(joined, unread)
      this.#position = 0
      this.#end = length
      this.#bytes = joined
      this.#isOwned = true
    }
    this.#chunk = new Chunk(this.#bytes, this.#end)
  }

  /** Reads the next batch: as many complete requests as there are, at most `maxRequests`. Returns how many; 0 when more bytes are needed. */
  parse(maxRequests: number): number {
    this.count = 0
    this.#isHashed = false
    this.#rangesUsed = 0
    if (this.#gathered.length > 0) this.#gathered = []
    while (this.count < maxRequests && this.#position < this.#end && this.failure === undefined) {
      const isRead = this.#partial !== undefined
        ? this.#continue()
        : this.#bytes[this.#position] === asterisk
        ? this.#readArray()
        : this.#readInline()
      if (!isRead) break
    }
    if (this.count === 0 && (this.#position === this.#end || this.failure !== undefined)) this.#release()
    return this.count
  }

  /** Lets `request` be request `i` of the batch, until the next `push` or `parse`. Returns it. */
  load(i: number, request: Request): Request {
    // The assertions of elements hold because `i` is below `count`.
    const base = this.#requests[2 * i]!
    return base < 0
      ? request.setValues(this.#gathered[-1 - base]!)
      : request.setRanges(
        this.#chunk,
        this.#ranges,
        base,
        this.#requests[2 * i + 1]!,
        this.#isHashed ? this.#hashes[i]! : undefined
      )
  }

  /** Hashes the first argument of each request of the batch, nearly always its key. Returns the hashes; of a request without arguments in the chunk it is 0. */
  hashKeys(hasher: KeyHasher): Int32Array {
    if (this.#hashes.length < this.count) this.#hashes = new Int32Array(this.#requests.length >> 1)
    for (let i = 0; i < this.count; i++) {
      const base = this.#requests[2 * i]!
      this.#hashes[i] = base < 0 || this.#requests[2 * i + 1]! < 2
        ? 0
        : hasher.bytes(this.#bytes, this.#ranges[base + 2]!, this.#ranges[base + 3]!)
    }
    this.#isHashed = true
    return this.#hashes
  }

  /** Reads an array at `#position`. False when it is incomplete or wrong. */
  #readArray(): boolean {
    const start = this.#position
    const length = this.#readLength(start, asterisk)
    if (length < 0) return false
    if (length === 0) {
      this.#position = this.#afterLine
      return true
    }
    const base = this.#rangesUsed
    let used = base
    let argument = this.#afterLine
    for (let missing = length; missing > 0; missing--) {
      const bulkLength = this.#readLength(argument, dollar)
      if (bulkLength < 0) {
        if (this.failure === undefined) this.#suspend(start, base, used, argument, missing)
        return false
      }
      const body = this.#afterLine
      const end = body + bulkLength
      if (end + 2 > this.#end) {
        this.#suspend(start, base, used, argument, missing)
        return false
      }
      if (used + 2 > this.#ranges.length) this.#ranges = doubled(this.#ranges)
      this.#ranges[used] = body
      this.#ranges[used + 1] = end
      used += 2
      argument = end + 2
    }
    this.#position = argument
    this.#rangesUsed = used
    this.#addRequest(base, length)
    return true
  }

  /**
   * The length in the line at `start`: of an array (`*`) or of a bulk (`$`).
   * Below 0 when the line is incomplete, or wrong: then it has set `failure`. An array of a negative length has the length 0.
   */
  #readLength(start: number, type: number): number {
    const bytes = this.#bytes
    const end = this.#end
    // Nearly all lines are a few digits and in range. All others are left to the slow path, which has the rules.
    if (start + 3 < end && bytes[start] === type) {
      // The assertions hold because `position` is below `end`.
      let position = start + 1
      let value = bytes[position]! - zero
      if (value > 0 && value <= 9 || value === 0 && bytes[position + 1] === carriageReturn) {
        while (++position < end) {
          const digit = bytes[position]! - zero
          if (digit < 0 || digit > 9 || value > largestFastLength) break
          value = value * 10 + digit
        }
        if (position + 1 < end && bytes[position] === carriageReturn && this.#isAllowed(value, type)) {
          this.#afterLine = position + 2
          return value
        }
      }
    }
    return this.#readLengthSlowly(start, type)
  }

  #isAllowed(value: number, type: number): boolean {
    if (type === dollar) {
      return value <= this.#limits.protoMaxBulkLen && (this.isAuthenticated || value <= maxUnauthenticatedBulkBytes)
    }
    return value <= maxArguments && (this.isAuthenticated || value <= maxUnauthenticatedArguments)
  }

  #readLengthSlowly(start: number, type: number): number {
    const bytes = this.#bytes
    const isBulk = type === dollar
    const lineEnd = bytes.indexOf(carriageReturn, start)
    if (lineEnd < 0 || lineEnd >= this.#end || lineEnd > start + maxLineBytes) {
      if (this.#end - start <= maxLineBytes) return -1
      return this.#fail(isBulk ? ProtocolError.tooBigBulkCount : ProtocolError.tooBigMultibulkCount)
    }
    if (lineEnd + 1 >= this.#end) return -1
    // An argument that does not begin with `$` is noticed only when its line is complete.
    const first = bytes[start]!
    if (first !== type) return this.#fail(ProtocolError.expectedBulk(first))
    const value = lineEnd - start > maxInt64Length + 1
      ? undefined
      : parseInt64(bytes.latin1Slice(start + 1, lineEnd))
    if (isBulk) {
      if (value === undefined || value < 0 || value > this.#limits.protoMaxBulkLen) {
        return this.#fail(ProtocolError.invalidBulkLength)
      }
      if (!this.#isAllowed(Number(value), type)) return this.#fail(ProtocolError.unauthenticatedBulkLength)
    } else {
      if (value === undefined || value > maxArguments) return this.#fail(ProtocolError.invalidMultibulkLength)
      if (!this.#isAllowed(Number(value), type)) return this.#fail(ProtocolError.unauthenticatedMultibulkLength)
    }
    this.#afterLine = lineEnd + 2
    return Math.max(0, Number(value))
  }

  #fail(failure: ProtocolFailure): -1 {
    this.failure = failure
    this.failureSample = sampleOf(this.#bytes, this.#position, this.#end)
    return -1
  }

  /** Reads a line at `#position`. False when it is incomplete or wrong. */
  #readInline(): boolean {
    const bytes = this.#bytes
    const start = this.#position
    // Behind the longest line there is room for its end, of which only the line feed counts.
    const hasReturn = bytes[start + maxLineBytes] === carriageReturn
    const limit = Math.min(this.#end, start + maxLineBytes + (hasReturn ? 2 : 1))
    let lineEnd = start + this.#lineScanned
    // A NUL byte hides the line's end behind it, as it does for Redis, which looks for the end with strchr.
    while (lineEnd < limit && bytes[lineEnd] !== lineFeed && bytes[lineEnd] !== 0) lineEnd++
    if (lineEnd === limit || bytes[lineEnd] === 0) {
      if (this.#end - start > maxLineBytes + (hasReturn ? 1 : 0)) this.#fail(ProtocolError.tooBigInlineRequest)
      this.#lineScanned = lineEnd - start
      return false
    }
    this.#lineScanned = 0
    const textEnd = lineEnd > start && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd
    const words = splitArguments(bytes.latin1Slice(start, textEnd))
    if (words === undefined) {
      this.#fail(ProtocolError.unbalancedQuotes)
      return false
    }
    this.#position = lineEnd + 1
    if (words.length > 0) this.#addGathered(words.map(wordToBytes))
    return true
  }

  /**
   * Keeps the array that begins at `start` and is incomplete at `argument`, with `missing` arguments to go.
   * `used - base` ranges of it have been read.
   */
  #suspend(start: number, base: number, used: number, argument: number, missing: number): void {
    const isLargeBulk = this.#beginLargeBulk(argument)
    if (!isLargeBulk && this.#end - start <= maxReadAgainBytes) return
    const partial: Array<ByteString> = []
    for (let at = base; at < used; at += 2) {
      const from = this.#ranges[at]!
      const to = this.#ranges[at + 1]!
      partial.push(this.#chunk.copy(from, to))
      this.#partialBytes += to - from
    }
    this.#partial = partial
    this.#missing = missing
    if (isLargeBulk) this.#gatherBulk()
    else this.#position = argument
  }

  /** Reads on in the array whose beginning is in `#partial`. False when it is still incomplete, or wrong. */
  #continue(): boolean {
    // Only called while there is a partial request.
    const partial = this.#partial!
    if (this.#bulk !== undefined && !this.#gatherBulk()) return false
    while (this.#missing > 0) {
      const length = this.#readLength(this.#position, dollar)
      if (length < 0) return false
      const body = this.#afterLine
      const end = body + length
      if (end + 2 > this.#end) {
        return this.#beginLargeBulk(this.#position) && this.#gatherBulk()
      }
      partial.push(this.#chunk.copy(body, end))
      this.#partialBytes += length
      this.#missing--
      this.#position = end + 2
    }
    this.#partial = undefined
    this.#partialBytes = 0
    this.#addGathered(partial)
    return true
  }

  /** Begins to gather the incomplete bulk at `argument` if it is a large one whose length is known. */
  #beginLargeBulk(argument: number): boolean {
    const length = this.#readLength(argument, dollar)
    if (length <= maxTextBytes) return false
    this.#bulkLength = length
    this.#bulkUsed = 0
    this.#bulk = emptyChunk.bytes
    this.#position = this.#afterLine
    return true
  }

  /** Takes what has arrived of the large bulk. False while it, or one of the two bytes behind it, is missing. */
  #gatherBulk(): boolean {
    // Only called while there is a large bulk.
    let bulk = this.#bulk!
    const taken = Math.min(this.#end - this.#position, this.#bulkLength - this.#bulkUsed)
    const used = this.#bulkUsed + taken
    if (used > bulk.length) {
      // At most twice what has arrived: a client that only announces 512 MB costs nothing.
      bulk = Buffer.allocUnsafeSlow(Math.min(this.#bulkLength, Math.max(2 * used, 2 * maxTextBytes)))
      this.#bulk!.copy(bulk, 0, 0, this.#bulkUsed)
      this.#bulk = bulk
    }
    this.#bytes.copy(bulk, this.#bulkUsed, this.#position, this.#position + taken)
    this.#bulkUsed = used
    this.#position += taken
    if (used < this.#bulkLength || this.#end - this.#position < 2) return false
    this.#position += 2
    this.#partial!.push(bulk)
    this.#partialBytes += used
    this.#missing--
    this.#bulk = undefined
    this.#bulkUsed = 0
    return true
  }

  #addGathered(values: ReadonlyArray<ByteString>): void {
    this.#gathered.push(values)
    this.#addRequest(-this.#gathered.length, values.length)
  }

  #addRequest(base: number, length: number): void {
    const at = 2 * this.count
    if (at + 2 > this.#requests.length) this.#requests = doubled(this.#requests)
    this.#requests[at] = base
    this.#requests[at + 1] = length
    this.count++
  }

  /** Lets go of what an idle connection does not need. */
  #release(): void {
    this.#chunk = emptyChunk
    this.#bytes = emptyChunk.bytes
    this.#isOwned = false
    this.#position = 0
    this.#end = 0
    if (this.#ranges.length > maxIdleNumbers) this.#ranges = new Int32Array(16)
    if (this.#requests.length > maxIdleNumbers) this.#requests = new Int32Array(8)
    if (this.failure === undefined) return
    this.#partial = undefined
    this.#partialBytes = 0
    this.#bulk = undefined
    this.#bulkUsed = 0
  }
}

const emptyChunk = new Chunk(Buffer.alloc(0), 0)

const asterisk = 0x2a
const dollar = 0x24
const zero = 0x30
const carriageReturn = 0x0d
const lineFeed = 0x0a

/** "-9223372036854775808" */
const maxInt64Length = 20

/** Another digit makes 16 of them at most, which is a safe integer. */
const largestFastLength = 1e14

/** The longest beginning of a request that is read a second time when more has come. */
const maxReadAgainBytes = 4 * 1024

/** An idle connection keeps its arrays of numbers up to this length. */
const maxIdleNumbers = 4096

/** The longest input that a log shows whole. */
const maxSampleBytes = 128

/** Bytes as the log shows them: the beginning and the end where there are many, and a dot for each that cannot be printed. */
const sampleOf = (bytes: Buffer, start: number, end: number): string => {
  const length = end - start
  const shown = (from: number, to: number) => `'${bytes.latin1Slice(from, to).replace(/[^ -~]/g, ".")}'`
  if (length < maxSampleBytes) return shown(start, end)
  const half = maxSampleBytes / 2
  return `${shown(start, start + half)} (... more ${length - maxSampleBytes} bytes ...) ${shown(end - half, end)}`
}

const doubled = (numbers: Int32Array): Int32Array => {
  const larger = new Int32Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}

/** Words may share memory with their line, which nobody should keep for one of them. */
const wordToBytes = (word: string): ByteString =>
  word.length < shortestView ? word : word.length <= maxTextBytes ? flatCopy(word) : ofText(word)
