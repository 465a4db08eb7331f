/**
 * The sparse form of a HyperLogLog's registers: runs of equal ones, which together are 16384.
 *
 * | bytes | run |
 * | --- | --- |
 * | `00nnnnnn` | n + 1 empty registers |
 * | `01nnnnnn nnnnnnnn` | n + 1 empty registers |
 * | `1rrrrrnn` | n + 1 registers that are r + 1 |
 *
 * Clients may store any bytes. What is wrong with them is noticed where it matters, as in Redis: not every change looks at all runs. A run whose second byte
 * is missing has a zero there.
 */
import { Buffer } from "node:buffer"
import * as ByteString from "./ByteString.ts"
import * as DenseRegisters from "./DenseRegisters.ts"
import { headerBytes } from "./DenseRegisters.ts"
import { registerCount } from "./HyperLogLogEstimate.ts"

/** What has become of a register: it was high enough, it was raised, it has to be raised in the dense form, or the runs end before it. */
export type Outcome = "kept" | "raised" | "full" | "corrupt"

/** The header and runs of one value, taken out of it to be read and changed. */
export class SparseRegisters {
  /** With room behind the runs for all that can be added to them. */
  readonly #bytes: Buffer
  #length: number

  /** A copy of these bytes, good until the next one is made. */
  constructor(value: ByteString.ByteString) {
    this.#length = value.length
    this.#bytes = value.length <= maxBytes ? scratch : Buffer.allocUnsafeSlow(value.length + maxBytes)
    if (typeof value === "string") this.#bytes.latin1Write(value, 0)
    else value.copy(this.#bytes)
    this.#bytes[this.#length] = 0
  }

  /** A copy of the bytes as they are now. */
  toBytes(): ByteString.ByteString {
    return ByteString.ofBytes(this.#bytes, 0, this.#length)
  }

  /** The bytes of the header, to be written into. */
  get header(): Buffer {
    return this.#bytes.subarray(0, headerBytes)
  }

  /** Makes `register` at least `rank`, as long as the value stays within `maxLength` bytes. */
  raise(register: number, rank: number, maxLength: number): Outcome {
    if (rank > maxValue) return "full"
    const bytes = this.#bytes
    const end = this.#length
    let at = headerBytes
    let before = at
    let first = 0
    while (at < end) {
      const run = runAt(bytes, at)
      if (register < first + run) break
      first += run
      before = at
      at += sizeAt(bytes, at)
    }
    if (at >= end) return "corrupt"
    const last = first + runAt(bytes, at) - 1
    const value = valueAt(bytes, at)
    if (value >= rank) return "kept"

    // The run becomes up to three: what is before the register, the register, and what is behind it.
    const oldSize = sizeAt(bytes, at)
    let size = putRun(0, value, register - first)
    size = putRun(size, rank, 1)
    size = putRun(size, value, last - register)
    const growth = size - oldSize
    if (growth > 0 && end + growth > maxLength) return "full"
    if (growth !== 0) bytes.copyWithin(at + size, at + oldSize, end)
    this.#length = end + growth
    bytes[this.#length] = 0
    bytes.set(size === replacement.length ? replacement : replacement.subarray(0, size), at)
    this.#join(before)
    return "raised"
  }

  /** Runs of equal ones become one where it may be so long, among the five from `start` on. */
  #join(start: number): void {
    const bytes = this.#bytes
    let at = start
    for (let looked = 0; looked < 5 && at < this.#length; looked++) {
      const next = at + 1
      const value = valueAt(bytes, at)
      if (value > 0 && next < this.#length && valueAt(bytes, next) === value) {
        const run = runAt(bytes, at) + runAt(bytes, next)
        if (run <= maxValueRun) {
          bytes[at] = valueRun(value, run)
          bytes.copyWithin(next, next + 1, this.#length--)
          bytes[this.#length] = 0
          continue
        }
      }
      at += sizeAt(bytes, at)
    }
  }

  /** The value in the dense form, `undefined` where the runs are not 16384 registers. */
  toDense(): Buffer | undefined {
    const dense = Buffer.alloc(DenseRegisters.denseBytes)
    this.#bytes.copy(dense, 0, 0, headerBytes)
    const isWhole = this.#forEachValue((register, rank) => DenseRegisters.set(dense, register, rank))
    return isWhole ? dense : undefined
  }

  /** Makes each of `ranks` at least what its register is; says whether the runs are 16384 registers. */
  mergeInto(ranks: Uint8Array): boolean {
    return this.#forEachValue((register, rank) => {
      if (rank > ranks[register]!) ranks[register] = rank
    })
  }

  /** Counts the registers of each value, and says whether they are 16384. */
  addTo(histogram: Int32Array): boolean {
    let registers = 0
    this.forEachRun((run, value) => {
      registers += run
      // A value is at most 32, and the histogram has 64.
      histogram[value]! += run
    })
    return registers === registerCount
  }

  /** All runs in order; `value` is 0 where the registers are empty, and `isLong` says that a run of these took two bytes. */
  forEachRun(visit: (run: number, value: number, isLong: boolean) => void): void {
    const bytes = this.#bytes
    for (let at = headerBytes; at < this.#length; at += sizeAt(bytes, at)) {
      visit(runAt(bytes, at), valueAt(bytes, at), sizeAt(bytes, at) === 2)
    }
  }

  /** Visits the registers that are not empty, up to where there are too many of them; says whether all runs are 16384 registers. */
  #forEachValue(visit: (register: number, rank: number) => void): boolean {
    const bytes = this.#bytes
    let register = 0
    for (let at = headerBytes; at < this.#length; at += sizeAt(bytes, at)) {
      const end = register + runAt(bytes, at)
      const value = valueAt(bytes, at)
      if (value > 0) {
        if (end > registerCount) return false
        for (; register < end; register++) visit(register, value)
      }
      register = end
    }
    return register === registerCount
  }
}

const runAt = (bytes: Buffer, at: number): number => {
  const byte = bytes[at]!
  if (byte >= 0x80) return (byte & 3) + 1
  return (byte < 0x40 ? byte : (byte & 0x3f) << 8 | bytes[at + 1]!) + 1
}

/** The value of the registers of a run, 0 for empty ones. */
const valueAt = (bytes: Buffer, at: number): number => {
  const byte = bytes[at]!
  return byte < 0x80 ? 0 : (byte >>> 2 & 31) + 1
}

const sizeAt = (bytes: Buffer, at: number): number => {
  const byte = bytes[at]!
  return byte >= 0x40 && byte < 0x80 ? 2 : 1
}

const valueRun = (value: number, run: number): number => 0x80 | value - 1 << 2 | run - 1

/** Puts a run into `replacement`, none where it is of no registers, and answers where the next one begins. */
const putRun = (at: number, value: number, run: number): number => {
  if (run === 0) return at
  if (value === 0 && run > maxShortRun) {
    replacement[at] = 0x40 | run - 1 >> 8
    replacement[at + 1] = run - 1
    return at + 2
  }
  replacement[at] = value === 0 ? run - 1 : valueRun(value, run)
  return at + 1
}

/** Two long runs around one register. */
const replacement = new Uint8Array(5)

const maxValue = 32
const maxValueRun = 4
const maxShortRun = 64

/** What a value can take whose runs are 16384 registers, one byte each, with some to spare. */
const maxBytes = headerBytes + registerCount + 16

// Whatever the runs are, no more than 16384 of them are ever made of those that were there.
const scratch = Buffer.allocUnsafeSlow(2 * maxBytes)
