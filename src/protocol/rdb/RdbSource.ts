/**
 * The bytes of an RDB file as they arrive, and the numbers and strings of which all else in it is made.
 *
 * Whoever reads takes a few of these, looks at `isStopped`, uses them, and calls `commit`. Where the bytes do not reach, or are wrong, the source stops: from
 * there on all that is asked answers something without meaning, so that one look behind several of them is enough. What has been read since the last
 * `commit` is read once more when there are bytes enough to come further.
 *
 * No memory is taken for a length before the bytes are there, except for what is compressed, which says little about its length.
 */
import { Buffer, constants } from "node:buffer"
import * as ByteString from "../../data/ByteString.ts"
import { Crc64 } from "../../data/Crc64.ts"
import { parseDouble } from "../../data/Double.ts"
import type { Int64 } from "../../data/Int64.ts"
import * as Lzf from "../../data/Lzf.ts"
import * as StringValues from "../../data/StringValue.ts"
import type { StringValue } from "../../data/Value.ts"
import { LengthKind, StringEncoding, wide32, wide64 } from "./RdbFormat.ts"
import { RdbFailure, type RdbFailureKind } from "./RdbFailure.ts"

export class RdbSource {
  /** Whether what was read last has no meaning: bytes are missing, or wrong. */
  isStopped = false
  /** What is wrong with the bytes; it stays. */
  failure: RdbFailure | undefined = undefined
  #buffer: Buffer = nothing
  /** The bytes from here up to `#end` have not been read. While the source has stopped there are none; `resume` comes before reading. */
  #at = 0
  #end = 0
  /** Up to here all is done with. */
  #committed = 0
  /** Bytes from `#committed` on without which reading would stop again. */
  #needed = 1
  /** The buffer is this source's own, with room behind the bytes. */
  #isOwned = false
  /** Where in the file the buffer begins. */
  #base = 0
  /** Nothing more comes. */
  #isEnded = false
  readonly #checksum: Crc64 | undefined
  /** Up to here the checksum has seen the bytes. */
  #summed = 0

  constructor(hasChecksum: boolean) {
    this.#checksum = hasChecksum ? new Crc64() : undefined
  }

  /** Bytes of the file that are done with. */
  get offset(): number {
    return this.#base + this.#committed
  }

  /** The next piece of the file. It must not be changed before `rest` was called. */
  push(bytes: Buffer): void {
    const left = this.#end - this.#committed
    if (left === 0) {
      this.#sum()
      this.#base += this.#committed
      // A buffer that a long string needed is not kept for the short ones that may follow.
      this.#buffer = bytes
      this.#isOwned = false
      this.#committed = 0
      this.#summed = 0
      this.#end = bytes.length
    } else {
      this.#reserve(bytes.length)
      bytes.copy(this.#buffer, this.#end)
      this.#end += bytes.length
    }
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#isEnded = true
  }

  /** Goes on after a stop, from the last `commit`. Answers whether that makes sense. */
  resume(): boolean {
    if (this.failure !== undefined) return false
    if (this.#end - this.#committed < this.#needed && !this.#isEnded) return false
    this.isStopped = false
    this.#at = this.#committed
    return true
  }

  /** Marks what has been read as done with. */
  commit(): void {
    this.#committed = this.#at
    this.#needed = 1
  }

  /** Takes what is needed of the last piece, so that its memory can be used for something else. */
  rest(): void {
    if (this.#isOwned) return
    this.#sum()
    if (this.#end > this.#committed) this.#reserve(0)
  }

  /** Stops, because of bytes that cannot be right. */
  fail(reason: string, kind: RdbFailureKind = "damaged"): void {
    if (this.isStopped) return
    this.failure = new RdbFailure(kind, this.#base + this.#at, reason)
    this.isStopped = true
    this.#at = this.#end
  }

  /** Whether the eight bytes that come are the checksum of those that are done with. */
  checksum(): "right" | "wrong" | "none" {
    this.#sum()
    if (!this.#require(8)) return "none"
    const at = this.#at
    this.#at += 8
    const buffer = this.#buffer
    if (buffer.readInt32LE(at) === 0 && buffer.readInt32LE(at + 4) === 0) return "none"
    return this.#checksum === undefined || this.#checksum.equals(buffer, at) ? "right" : "wrong"
  }

  byte(): number {
    return this.#at < this.#end || this.#require(1) ? this.#buffer[this.#at++]! : 0
  }

  /** A length, which beyond 2^53 is not exact: there is nothing of which there are so many. */
  length(): number {
    const first = this.byte()
    switch (first >> 6) {
      case LengthKind.bits6:
        return first
      case LengthKind.bits14:
        return ((first & 0x3f) << 8) | this.byte()
    }
    if (first === wide32) return this.#require(4) ? this.#buffer.readUInt32BE(this.#skip(4)) : 0
    if (first === wide64) {
      if (!this.#require(8)) return 0
      const at = this.#skip(8)
      return this.#buffer.readUInt32BE(at) * twoTo32 + this.#buffer.readUInt32BE(at + 4)
    }
    this.fail(`a length cannot begin with the byte ${first}`)
    return 0
  }

  /** A number of 64 bits without sign that stands where lengths do. */
  unsigned64(): Int64 {
    const isWide = this.#at < this.#end && this.#buffer[this.#at] === wide64 && this.#require(9)
    if (!isWide) return this.length()
    const value = this.#buffer.readBigUInt64BE(this.#at + 1)
    this.#at += 9
    return value <= maxSafe ? Number(value) : value
  }

  /** The same bits as a number with sign. */
  signed64(): Int64 {
    const value = this.unsigned64()
    // Only then the highest bit can be set.
    if (typeof value === "number") return value
    const signed = BigInt.asIntN(64, value)
    return signed >= -maxSafe && signed <= maxSafe ? Number(signed) : signed
  }

  /** A time in milliseconds, in 64 bits with sign. */
  millis(): number {
    if (!this.#require(8)) return 0
    const at = this.#skip(8)
    return this.#buffer.readInt32LE(at + 4) * twoTo32 + this.#buffer.readUInt32LE(at)
  }

  /** A time in seconds, in 32 bits with sign. */
  seconds(): number {
    return this.#require(4) ? this.#buffer.readInt32LE(this.#skip(4)) : 0
  }

  double(): number {
    return this.#require(8) ? this.#buffer.readDoubleLE(this.#skip(8)) : 0
  }

  /** A double in decimal digits behind their number, which for what has no digits is one that says so. */
  decimal(): number {
    const length = this.byte()
    if (length === negativeInfinity) return -Infinity
    if (length === positiveInfinity) return Infinity
    if (length === notANumber) return NaN
    const text = this.raw(length)
    if (this.isStopped) return 0
    const value = parseDouble(text)
    if (value === undefined) this.fail("a score is not a number")
    return value ?? 0
  }

  /** So many bytes as they are: few of them. */
  raw(length: number): string {
    if (!this.#require(length)) return ""
    const at = this.#skip(length)
    return this.#buffer.latin1Slice(at, at + length)
  }

  /** A string as one flat text. */
  text(): string {
    const length = this.#stringLength()
    if (length >= 0) {
      if (length > constants.MAX_STRING_LENGTH) {
        this.fail("a key or an element is longer than can be kept", "unsupported")
      }
      return this.raw(length)
    }
    if (length !== compressed) return String(this.#integer(length))
    const bytes = this.#decompress()
    if (bytes.length > constants.MAX_STRING_LENGTH) {
      this.fail("a key or an element is longer than can be kept", "unsupported")
      return ""
    }
    return ByteString.toText(bytes)
  }

  /** A string, which may be long. */
  bytes(): ByteString.ByteString {
    const length = this.#stringLength()
    if (length < 0) return length === compressed ? this.#decompress() : String(this.#integer(length))
    if (!this.#require(length)) return ""
    const at = this.#skip(length)
    return ByteString.ofBytes(this.#buffer, at, at + length)
  }

  /** A string in the form in which a key holds it. */
  value(): StringValue {
    const length = this.#stringLength()
    if (length < 0 && length !== compressed) return this.#integer(length)
    if (length < 0) return StringValues.encode(this.#decompress())
    if (!this.#require(length)) return ""
    const at = this.#skip(length)
    return StringValues.encode(ByteString.ofBytes(this.#buffer, at, at + length))
  }

  /** Passes over a string. */
  skipString(): void {
    const length = this.#stringLength()
    if (length === compressed) this.#decompress()
    else if (length < 0) this.#integer(length)
    else if (this.#require(length)) this.#skip(length)
  }

  /** How many bytes the string that comes has, or, below 0, how it is encoded. */
  #stringLength(): number {
    const at = this.#at
    const first = at < this.#end ? this.#buffer[at]! : 0
    if (first >> 6 !== LengthKind.encoded) {
      const length = this.length()
      if (length <= maxStringBytes) return length
      this.fail("a string is longer than can be kept", "unsupported")
      return 0
    }
    const encoding = first & 0x3f
    if (encoding > StringEncoding.lzf) {
      this.fail(`there is no encoding ${encoding} of strings`)
      return 0
    }
    this.#at = at + 1
    return -1 - encoding
  }

  #integer(encoded: number): number {
    const width = encoded === int8 ? 1 : encoded === int16 ? 2 : 4
    return this.#require(width) ? this.#buffer.readIntLE(this.#skip(width), width) : 0
  }

  #decompress(): ByteString.ByteString {
    const length = this.length()
    const decompressedLength = this.length()
    if (!this.#require(length)) return ""
    const at = this.#skip(length)
    const bytes = decompressedLength > maxStringBytes
      ? undefined
      : Lzf.decompress(this.#buffer.subarray(at, at + length), decompressedLength)
    if (bytes === undefined) this.fail("a compressed string is damaged")
    return bytes ?? ""
  }

  /** Answers where the next bytes are, which it passes over. */
  #skip(length: number): number {
    const at = this.#at
    this.#at += length
    return at
  }

  /** Whether so many bytes are there; else it stops. */
  #require(length: number): boolean {
    if (length <= this.#end - this.#at) return true
    if (this.isStopped) return false
    if (this.#isEnded) {
      this.#at = this.#end
      this.fail("it ends too early", "truncated")
      return false
    }
    this.#needed = this.#at - this.#committed + length
    this.isStopped = true
    this.#at = this.#end
    return false
  }

  /** Makes a buffer of our own of what is not done with, with room for so many bytes more. */
  #reserve(more: number): void {
    const left = this.#end - this.#committed
    if (this.#isOwned && this.#end + more <= this.#buffer.length) return
    this.#sum()
    let target = this.#buffer
    if (!this.#isOwned || left + more > target.length) {
      // Twice as much as there is, so that what is long is not copied with every piece of it.
      target = Buffer.allocUnsafeSlow(Math.max(minBufferBytes, left + more, Math.min(left * 2, this.#needed)))
    }
    this.#buffer.copy(target, 0, this.#committed, this.#end)
    this.#base += this.#committed
    this.#end = left
    this.#committed = 0
    this.#summed = 0
    this.#buffer = target
    this.#isOwned = true
  }

  /** Lets the checksum see what is done with. */
  #sum(): void {
    if (this.#summed === this.#committed) return
    this.#checksum?.update(this.#buffer, this.#summed, this.#committed)
    this.#summed = this.#committed
  }
}

const nothing = Buffer.alloc(0)

/** The encodings of strings as `#stringLength` answers them. */
const int8 = -1 - StringEncoding.int8
const int16 = -1 - StringEncoding.int16
const compressed = -1 - StringEncoding.lzf

/** What stands for the number of a double's digits where it has none. */
const notANumber = 253
const positiveInfinity = 254
const negativeInfinity = 255

const twoTo32 = 0x1_0000_0000
const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)

/** Longer strings are taken for damage. Redis has none above 512 MiB unless it is configured to. */
const maxStringBytes = 2 ** 32

/** The smallest buffer of our own: one usual piece of a file, and what is left of the one before. */
const minBufferBytes = 80 * 1024
