/**
 * Bytes that grow and change in place, with room to spare at their end, as Redis's sds: what a string becomes when APPEND or SETRANGE first changes it.
 *
 * Appending n bytes in any number of steps takes O(n), because each growth leaves room for the next ones. It has no limit of its own: the commands
 * hold theirs against it.
 */
import { Buffer } from "node:buffer"
import type { ByteString } from "./ByteString.ts"

export class MutableBytes {
  /** Longer than `length` where there is room to spare. Bytes beyond `length` are zero. */
  #buffer: Buffer
  #length: number

  /** A copy of `bytes`, followed by zeros up to `length`. */
  constructor(bytes: ByteString, length = bytes.length) {
    // Not Buffer.from: a slice of Node's shared pool would keep all of the pool alive.
    this.#buffer = Buffer.alloc(Math.max(length, bytes.length))
    this.#length = this.#buffer.length
    put(bytes, this.#buffer, 0)
  }

  get length(): number {
    return this.#length
  }

  /** Bytes of memory held, spare room included. */
  get capacity(): number {
    return this.#buffer.length
  }

  /** The bytes to look at, valid until the next change. Whoever writes into them changes the value. */
  get view(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Writes `bytes` at `offset`, with zeros in between where that is beyond the end. */
  write(offset: number, bytes: ByteString): void {
    this.grow(offset + bytes.length)
    put(bytes, this.#buffer, offset)
  }

  /** Makes it at least `length` bytes long, with zeros. */
  grow(length: number): void {
    if (length <= this.#length) return
    if (length > this.#buffer.length) {
      const larger = Buffer.alloc(length + spareBytes(length))
      this.#buffer.copy(larger, 0, 0, this.#length)
      this.#buffer = larger
    }
    this.#length = length
  }
}

/** As much again up to a megabyte, as sds does; above that an eighth, so that growing stays cheap without wasting half of a large value. */
const spareBytes = (length: number): number => Math.max(Math.min(length, megabyte), Math.ceil(length / 8))

const megabyte = 1024 * 1024

const put = (bytes: ByteString, target: Buffer, offset: number): void => {
  if (typeof bytes === "string") target.latin1Write(bytes, offset)
  else bytes.copy(target, offset)
}
