/**
 * The bytes of an RDB file or a DUMP payload as they come to be: numbers, lengths and strings in the forms of the format, in chunks that are taken away.
 *
 * It knows nothing of keys, values and opcodes. Nothing that is written is moved again: what does not fit into a chunk any more begins the next one, and long
 * bytes are chunks by themselves. Source: rdb.c.
 */
import { Buffer } from "node:buffer"
import type { ByteString } from "../../data/ByteString.ts"
import { type Int64, parseInt64 } from "../../data/Int64.ts"
import { compressInto, Compressor } from "../../data/Lzf.ts"
import { MutableBytes } from "../../data/MutableBytes.ts"
import type { StringValue } from "../../data/Value.ts"
import { LengthKind, StringEncoding, wide32, wide64 } from "./RdbFormat.ts"

/** What is written in parts: between them others may have their turn, and what has been written be taken. */
export type Parts = Generator<void, void>

export class RdbOutput {
  /** Whether strings are compressed that become shorter by it. */
  readonly #compresses: boolean
  #chunks: Array<Buffer> = []
  #chunkedBytes = 0
  #chunk: Buffer
  #at = 0
  /** Bytes that were given to be written since a part was last full. */
  #work = 0
  /** For what takes too long to be compressed at once. */
  #compressor: Compressor | undefined

  /** The first chunk has room for `expectedBytes`, those that follow for as much as a part. */
  constructor(compresses: boolean, expectedBytes = partBytes) {
    this.#compresses = compresses
    this.#chunk = Buffer.allocUnsafeSlow(Math.min(expectedBytes, partBytes))
  }

  /** Bytes that are written and not taken. */
  get pendingBytes(): number {
    return this.#chunkedBytes + this.#at
  }

  /** The bytes since they were last taken. They stay as they are. */
  take(): ReadonlyArray<Buffer> {
    this.#endChunk()
    const chunks = this.#chunks
    this.#chunks = []
    this.#chunkedBytes = 0
    return chunks
  }

  /** Whether so much has been written that a part should end. Having said so it counts from there. */
  isPartFull(): boolean {
    if (this.#work < partBytes) return false
    this.#work = 0
    return true
  }

  byte(byte: number): void {
    this.#reserve(1)
    this.#chunk[this.#at++] = byte
  }

  /** A number without sign that is short where it is small. One with a sign becomes what its 64 bits say without it. */
  length(length: Int64): void {
    this.#reserve(maxLengthBytes)
    this.#length(length)
  }

  /** Milliseconds since the epoch, or a negative number. What a file has brought may be anything. */
  millis(millis: number): void {
    this.#reserve(8)
    const bounded = Math.min(millis, maxMillis)
    const high = Math.floor(bounded / twoTo32)
    this.#at = this.#chunk.writeUInt32LE(bounded - high * twoTo32, this.#at)
    this.#at = this.#chunk.writeInt32LE(high, this.#at)
  }

  double(value: number): void {
    this.#reserve(8)
    this.#at = this.#chunk.writeDoubleLE(value, this.#at)
  }

  /** Bytes as they are, without a length. */
  raw(text: string): void {
    this.#work += text.length + workPerString
    this.#reserve(text.length)
    this.#at += this.#chunk.latin1Write(text, this.#at)
  }

  /** A string that spells this integer. */
  integer(integer: Int64): void {
    if (typeof integer === "bigint" || integer !== (integer | 0)) return this.string(String(integer))
    this.#work += workPerString
    this.#reserve(5)
    const chunk = this.#chunk
    let shifts = 0
    if (integer === integer << 24 >> 24) chunk[this.#at++] = LengthKind.encoded << 6 | StringEncoding.int8
    else if (integer === integer << 16 >> 16) {
      chunk[this.#at++] = LengthKind.encoded << 6 | StringEncoding.int16
      shifts = 8
    } else {
      chunk[this.#at++] = LengthKind.encoded << 6 | StringEncoding.int32
      shifts = 24
    }
    for (let shift = 0; shift <= shifts; shift += 8) chunk[this.#at++] = integer >> shift
  }

  /** A string: as an integer where it spells one of up to 32 bits, compressed where that makes it shorter, else as it is. */
  string(bytes: ByteString): void {
    const { length } = bytes
    if (length <= longestInteger) {
      const integer = parseInt64(typeof bytes === "string" ? bytes : bytes.latin1Slice())
      if (typeof integer === "number" && integer === (integer | 0)) return this.integer(integer)
    }
    this.#work += length + workPerString
    this.#reserve(maxLengthBytes + length)
    const chunk = this.#chunk
    // Where they will stay if they are not compressed. If they are, that is shorter and is written over them.
    const at = this.#at + lengthBytes(length)
    if (typeof bytes !== "string") bytes.copy(chunk, at)
    else if (length > longestLoop) chunk.latin1Write(bytes, at)
    else for (let i = 0; i < length; i++) chunk[at + i] = bytes.charCodeAt(i)
    if (this.#compresses && length > incompressible) {
      const output = length <= scratch.length ? scratch : Buffer.allocUnsafeSlow(length)
      const end = compressInto(output, chunk, at, at + length, length - minSavedBytes)
      if (end > 0) {
        this.#compressedHead(end, length)
        this.#at += output.copy(chunk, this.#at, 0, end)
        return
      }
    }
    this.#length(length)
    this.#at += length
  }

  /** As `string`, but a long one comes in parts. It may be handed on as it is, so that it must never change. */
  stringInParts(bytes: ByteString): Parts | undefined {
    if (bytes.length > partBytes) {
      return this.#long(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes, false)
    }
    this.string(bytes)
    return undefined
  }

  /** The string that a key holds; in parts where it is long. */
  value(value: StringValue): Parts | undefined {
    if (typeof value === "number" || typeof value === "bigint") this.integer(value)
    else if (!(value instanceof MutableBytes)) return this.stringInParts(value)
    else if (value.length > partBytes) return this.#long(value.view, true)
    else this.string(value.isText ? value.slice() : value.view)
    return undefined
  }

  /** A string that has been compressed already, and its length before. */
  compressed(bytes: ByteString, length: number): void {
    this.#work += bytes.length
    this.#reserve(1 + 2 * maxLengthBytes + bytes.length)
    this.#compressedHead(bytes.length, length)
    this.#at += typeof bytes === "string" ? this.#chunk.latin1Write(bytes, this.#at) : bytes.copy(this.#chunk, this.#at)
  }

  /** Bytes that may change later have to be copied, but only once they are written. */
  *#long(bytes: Buffer, mayChange: boolean): Parts {
    const { length } = bytes
    if (this.#compresses) {
      const output = Buffer.allocUnsafeSlow(length - minSavedBytes)
      const compressor = this.#compressor ??= new Compressor()
      compressor.begin(output, bytes, 0, length, output.length)
      for (let until = partBytes; !compressor.run(until); until += partBytes) yield
      if (compressor.end > 0) {
        this.#reserve(1 + 2 * maxLengthBytes)
        this.#compressedHead(compressor.end, length)
        return yield* this.#handOn(output.subarray(0, compressor.end), false)
      }
    }
    this.length(length)
    yield* this.#handOn(bytes, mayChange)
  }

  *#handOn(bytes: Buffer, mayChange: boolean): Parts {
    this.#endChunk()
    for (let at = 0; at < bytes.length; at += partBytes) {
      const part = bytes.subarray(at, at + partBytes)
      this.#addChunk(mayChange ? copyOf(part) : part)
      yield
    }
  }

  #compressedHead(compressedBytes: number, length: number): void {
    this.#chunk[this.#at++] = LengthKind.encoded << 6 | StringEncoding.lzf
    this.#length(compressedBytes)
    this.#length(length)
  }

  /** There must be room for it. */
  #length(length: Int64): void {
    const chunk = this.#chunk
    if (typeof length === "bigint" || length < 0) {
      chunk[this.#at] = wide64
      this.#at = chunk.writeBigUInt64BE(BigInt.asUintN(64, BigInt(length)), this.#at + 1)
    } else if (length < 0x40) {
      chunk[this.#at++] = length
    } else if (length < 0x4000) {
      chunk[this.#at++] = LengthKind.bits14 << 6 | length >> 8
      chunk[this.#at++] = length
    } else if (length < twoTo32) {
      chunk[this.#at] = wide32
      this.#at = chunk.writeUInt32BE(length, this.#at + 1)
    } else {
      chunk[this.#at] = wide64
      chunk.writeUInt32BE(Math.floor(length / twoTo32), this.#at + 1)
      this.#at = chunk.writeUInt32BE(length % twoTo32, this.#at + 5)
    }
  }

  /** Makes room for so many bytes in a row. */
  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#chunk.length) return
    this.#endChunk()
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(bytes, partBytes))
  }

  /** Puts what is written in the chunk among the chunks to be taken. The rest of its room stays in use. */
  #endChunk(): void {
    if (this.#at === 0) return
    this.#addChunk(this.#chunk.subarray(0, this.#at))
    this.#chunk = this.#chunk.subarray(this.#at)
    this.#at = 0
  }

  #addChunk(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#chunkedBytes += chunk.length
  }
}

/** The bytes that a length takes. */
const lengthBytes = (length: number): number => length < 0x40 ? 1 : length < 0x4000 ? 2 : length < twoTo32 ? 5 : 9

// Not from Node's shared pool, all of which a slice would keep alive.
const copyOf = (bytes: Buffer): Buffer => {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}

/** About as much as is written without a pause. */
const partBytes = 64 * 1024
/** What a string costs besides its bytes, in terms of these. */
const workPerString = 8

const maxLengthBytes = 9
/** The greatest number below 2^63. */
const maxMillis = 2 ** 63 - 1024
const twoTo32 = 0x1_0000_0000

/** "-2147483648" */
const longestInteger = 11
/** Redis does not try to compress strings up to this length, and wants to gain so much where it does. */
const incompressible = 20
const minSavedBytes = 4
/** Up to here a loop takes less time than the call of a native function. */
const longestLoop = 16

const scratch = Buffer.allocUnsafeSlow(partBytes)
