/**
 * Bytes that change in place, with room to spare at their end, as Redis's sds: what a string becomes when a command first changes a part of it.
 *
 * Up to a kilobyte they are a text that each change makes anew, because a Buffer would take several times their memory; above that a Buffer. Appending n
 * bytes in any number of steps takes O(n), because each growth of a Buffer leaves room for the next ones. A copy shares the bytes until one of the two
 * changes them. There is no limit of its own: the commands hold theirs against it.
 */
import { Buffer } from "node:buffer"
import * as ByteString from "./ByteString.ts"

export class MutableBytes {
  /** A Buffer is longer than `length` where there is room to spare. Bytes beyond `length` are zero. */
  #bytes: ByteString.ByteString
  #length: number
  /** The Buffer may be a copy's as well, and must not be written into. */
  #isShared = false

  /** A copy of `bytes`, followed by zeros up to `length`. A text must be flat. */
  constructor(bytes: ByteString.ByteString, length = bytes.length) {
    this.#length = Math.max(length, bytes.length)
    this.#bytes = this.#length > maxTextBytes ? bufferOf(bytes, this.#length) : textOf(bytes, this.#length)
  }

  get length(): number {
    return this.#length
  }

  /** Bytes of content held, spare room included. */
  get capacity(): number {
    return this.#bytes.length
  }

  /** Whether they are a text now. */
  get isText(): boolean {
    return typeof this.#bytes === "string"
  }

  /** The bytes to look at, valid until the next change. They must not be written into. */
  get view(): Buffer {
    const bytes = this.#bytes
    return typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes.subarray(0, this.#length)
  }

  /** The byte at `index`; NaN outside. */
  byteAt(index: number): number {
    const bytes = this.#bytes
    if (typeof bytes === "string") return bytes.charCodeAt(index)
    return index < this.#length ? bytes[index] ?? NaN : NaN
  }

  /** The bytes from `start` up to, not including, `end`, with `0 <= start <= end <= length`. What is kept of them needs a flat copy. */
  slice(start = 0, end = this.#length): ByteString.ByteString {
    return typeof this.#bytes === "string" ? this.#bytes.slice(start, end) : ByteString.ofBytes(this.#bytes, start, end)
  }

  /** Writes `bytes` at `offset`, with zeros in between where that is beyond the end. */
  write(offset: number, bytes: ByteString.ByteString): void {
    const buffer = this.#toWrite(Math.max(this.#length, offset + bytes.length))
    put(bytes, buffer, offset)
    this.#written(buffer)
  }

  /** Writes one byte at `index`, which must be within the length. */
  setByte(index: number, byte: number): void {
    const buffer = this.#toWrite(this.#length)
    buffer[index] = byte
    this.#written(buffer)
  }

  /** Makes it at least `length` bytes long, with zeros. */
  grow(length: number): void {
    if (length > this.#length) this.#written(this.#toWrite(length))
  }

  /** Runs `write` on the bytes, which it may change, but neither keep nor change in number. */
  edit<A>(write: (bytes: Buffer) => A): A {
    const buffer = this.#toWrite(this.#length)
    const result = write(buffer.subarray(0, this.#length))
    this.#written(buffer)
    return result
  }

  /** Makes `bytes`, which nobody changes afterwards, all that it holds: without room to spare, and at any length in the form they are given in. */
  replace(bytes: ByteString.ByteString): void {
    this.#bytes = bytes
    this.#length = bytes.length
    this.#isShared = false
  }

  /** An independent value with the same bytes; the first of both to be changed copies them. */
  copy(): MutableBytes {
    const copy = new MutableBytes("")
    copy.#bytes = this.#bytes
    copy.#length = this.#length
    copy.#isShared = this.#isShared = true
    return copy
  }

  /** The present bytes to be written into, followed by zeros up to `length`: the Buffer that is held, or for a text the one it is made anew from. */
  #toWrite(length: number): Buffer {
    const buffer = this.#writable(length)
    this.#length = length
    return buffer
  }

  #writable(length: number): Buffer {
    const bytes = this.#bytes
    if (typeof bytes !== "string") {
      if (length > bytes.length) return bufferOf(this.view, length + spareBytes(length))
      return this.#isShared ? bufferOf(bytes, bytes.length) : bytes
    }
    if (length > maxTextBytes) return bufferOf(bytes, length > this.#length ? length + spareBytes(length) : length)
    scratch.latin1Write(bytes, 0)
    scratch.fill(0, this.#length, length)
    return scratch
  }

  #written(buffer: Buffer): void {
    if (buffer === this.#bytes) return
    this.#bytes = buffer === scratch ? scratch.latin1Slice(0, this.#length) : buffer
    this.#isShared = false
  }
}

/** From here on a Buffer's own memory is a small part of the whole, and rewriting all of a text costs more than a lookup. */
const maxTextBytes = 1024

const scratch = Buffer.allocUnsafeSlow(maxTextBytes)

/** As much again up to a megabyte, as sds does; above that an eighth, so that growing stays cheap without wasting half of a large value. */
const spareBytes = (length: number): number => Math.max(Math.min(length, megabyte), Math.ceil(length / 8))

const megabyte = 1024 * 1024

// Not Buffer.from: a slice of Node's shared pool would keep all of the pool alive.
const bufferOf = (bytes: ByteString.ByteString, length: number): Buffer => {
  const buffer = Buffer.alloc(length)
  put(bytes, buffer, 0)
  return buffer
}

const textOf = (bytes: ByteString.ByteString, length: number): string => {
  if (typeof bytes === "string" && bytes.length === length) return bytes
  put(bytes, scratch, 0)
  scratch.fill(0, bytes.length, length)
  return scratch.latin1Slice(0, length)
}

const put = (bytes: ByteString.ByteString, target: Buffer, offset: number): void => {
  if (typeof bytes === "string") target.latin1Write(bytes, offset)
  else bytes.copy(target, offset)
}
