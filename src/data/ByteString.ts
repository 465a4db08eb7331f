/**
 * Bytes at rest: what keys, values, fields and members are made of.
 *
 * A byte string is a JavaScript string whose char codes are 0-255, one per byte (latin1), or, above 32 KiB, a Buffer.
 * Short strings are small in V8 and hash and compare natively; long ones would be copied by every conversion.
 * This file knows nothing of text: UTF-8 is the business of the edge where people's strings come in.
 */
import { Buffer, constants } from "node:buffer"

/**
 * A sequence of bytes.
 *
 * **Details** The form follows the length: up to `maxTextBytes` a flat latin1 string, above that a Buffer. Every
 * function here answers in this form, and `equal` may rely on it only for speed, never for being right.
 *
 * **Gotchas** A string that is kept must be flat: a substring keeps its whole parent alive, and a concatenation keeps
 * both halves. `ofBytes`, `concat` and `flatCopy` give flat strings, `slice` does not.
 */
export type ByteString = string | Buffer

/** The longest byte string held as a latin1 string, in bytes. */
export const maxTextBytes = 32 * 1024

/** The length in bytes. */
export const byteLength = (bytes: ByteString): number => bytes.length

/** A copy of `buffer[start, end)`, never a view: the buffer may be overwritten afterwards. */
export const ofBytes = (buffer: Buffer, start = 0, end = buffer.length): ByteString =>
  end - start <= maxTextBytes ? buffer.toString("latin1", start, end) : copyOf(buffer, start, end)

/** The bytes of a latin1 text; the char codes must be 0-255. A short text is taken as it is: see `flatCopy`. */
export const ofText = (text: string): ByteString => text.length <= maxTextBytes ? text : Buffer.from(text, "latin1")

/** A new byte string: all of `a`, then all of `b`. Neither is kept alive by it. */
export const concat = (a: ByteString, b: ByteString): ByteString => {
  const length = a.length + b.length
  if (typeof a === "string" && typeof b === "string" && length <= maxTextBytes) {
    return length < minRopeLength ? a + b : flatCopy(a + b)
  }
  if (length <= maxTextBytes) return flatCopy(toText(a) + toText(b))
  const joined = Buffer.allocUnsafeSlow(length)
  writeTo(a, joined, 0)
  writeTo(b, joined, a.length)
  return joined
}

/**
 * The bytes from `start` up to, not including, `end`; `0 <= start <= end`.
 *
 * **Gotchas** A short slice of a string may share memory with it. What is kept needs `flatCopy`; what is only sent or
 * compared does not. A slice of a Buffer is always a copy.
 */
export const slice = (bytes: ByteString, start: number, end: number): ByteString =>
  typeof bytes === "string" ? bytes.substring(start, end) : ofBytes(bytes, start, Math.min(end, bytes.length))

/** Whether both are the same bytes. */
export const equal = (a: ByteString, b: ByteString): boolean => {
  if (typeof a === "string" && typeof b === "string") return a === b
  return a.length === b.length && toBuffer(a).equals(toBuffer(b))
}

/** Below zero, zero or above zero as `a` sorts before, with or after `b`, byte by byte as memcmp does; a prefix is first. */
export const compare = (a: ByteString, b: ByteString): number => {
  if (typeof a === "string" && typeof b === "string") return a === b ? 0 : a < b ? -1 : 1
  return toBuffer(a).compare(toBuffer(b))
}

/** The byte at `index`; NaN outside of the string, as with `charCodeAt`. */
export const byteAt = (bytes: ByteString, index: number): number =>
  typeof bytes === "string" ? bytes.charCodeAt(index) : bytes[index] ?? NaN

/** The bytes as a Buffer. A Buffer is answered itself, not a copy: the caller must not write into it. */
export const toBuffer = (bytes: ByteString): Buffer => typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes

/**
 * The bytes as one latin1 string.
 *
 * Throws a RangeError when there are more of them than a string can hold (about 512 MiB, V8's limit).
 */
export const toText = (bytes: ByteString): string => {
  if (typeof bytes === "string") return bytes
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    throw new RangeError(`${bytes.length} bytes do not fit into one string`)
  }
  return bytes.toString("latin1")
}

/** The same short text in memory of its own: for a string that is kept and was cut out of, or joined from, others. */
export const flatCopy = (text: string): string => {
  if (text.length > maxTextBytes) return Buffer.from(text, "latin1").toString("latin1")
  scratch.write(text, "latin1")
  return scratch.toString("latin1", 0, text.length)
}

// V8 joins shorter strings by copying them; from this length on it makes a rope that keeps both halves.
const minRopeLength = 13

const scratch = Buffer.allocUnsafeSlow(maxTextBytes)

// Not Buffer.from: what is kept must not hold a slice of Node's shared pool alive.
const copyOf = (buffer: Buffer, start: number, end: number): Buffer => {
  const copy = Buffer.allocUnsafeSlow(end - start)
  buffer.copy(copy, 0, start, end)
  return copy
}

const writeTo = (bytes: ByteString, target: Buffer, offset: number): void => {
  if (typeof bytes === "string") target.write(bytes, offset, "latin1")
  else bytes.copy(target, offset)
}
