/**
 * The forms in which a string is kept, and what they have in common.
 *
 * | form | holds | OBJECT ENCODING |
 * | --- | --- | --- |
 * | `number` | a safe integer in its decimal form | int |
 * | `bigint` | another integer of 64 bits in its decimal form | int |
 * | `string` | up to 32 KiB as they were given | embstr or raw |
 * | `Buffer` | more than that | raw |
 * | `MutableBytes` | what has been changed in place | raw |
 */
import { Buffer } from "node:buffer"
import * as ByteString from "./ByteString.ts"
import { type Int64, parseInt64 } from "./Int64.ts"
import { MutableBytes } from "./MutableBytes.ts"
import type { StringValue } from "./Value.ts"

/** The form in which `bytes` are stored: integers as such. The bytes must be a flat copy of their own. */
export const encode = (bytes: ByteString.ByteString): StringValue => {
  if (typeof bytes !== "string" || bytes.length > maxIntegerLength || bytes.length === 0) return bytes
  const first = bytes.charCodeAt(0)
  // Neither a digit nor a minus: most values are told here.
  if (first > nine || first < minus) return bytes
  return parseInt64(bytes) ?? bytes
}

export const byteLength = (value: StringValue): number => isInteger(value) ? String(value).length : value.length

/** The bytes, for a reply or a copy. Those of `MutableBytes` are copied, because the value may change before the reply is sent. */
export const toBytes = (value: StringValue): ByteString.ByteString => {
  if (typeof value === "string") return value
  if (isInteger(value)) return String(value)
  return value instanceof MutableBytes ? value.slice() : value
}

/** The bytes from `start` up to, not including, `end`, with `0 <= start <= end <= length`: for a reply. What is kept of them needs a flat copy. */
export const slice = (value: StringValue, start: number, end: number): ByteString.ByteString => {
  if (value instanceof MutableBytes) return value.slice(start, end)
  return ByteString.slice(isInteger(value) ? String(value) : value, start, end)
}

/** The byte at `index`; NaN outside of the string. */
export const byteAt = (value: StringValue, index: number): number =>
  value instanceof MutableBytes
    ? value.byteAt(index)
    : ByteString.byteAt(isInteger(value) ? String(value) : value, index)

/** The bytes as a Buffer to look at: neither to be kept nor written into. */
export const toView = (value: StringValue): Buffer => {
  if (value instanceof MutableBytes) return value.view
  return isInteger(value) ? Buffer.from(String(value), "latin1") : ByteString.toBuffer(value)
}

/** The value as a 64-bit integer, `undefined` where it does not spell one. */
export const toInteger = (value: StringValue): Int64 | undefined => {
  if (isInteger(value)) return value
  if (value.length > maxIntegerLength) return undefined
  return parseInt64(typeof value === "string" ? value : toView(value).latin1Slice())
}

/** Whether the value's bytes are `bytes`. */
export const equals = (value: StringValue, bytes: ByteString.ByteString): boolean =>
  value instanceof MutableBytes
    ? value.length === bytes.length && ByteString.equal(value.view, bytes)
    : ByteString.equal(isInteger(value) ? String(value) : value, bytes)

/**
 * What OBJECT ENCODING answers.
 *
 * Valkey 8.1 embeds a short string in one allocation of 64 bytes, together with its key and, if there is one, the key's deadline: so it depends on both.
 */
export const encodingOf = (value: StringValue, keyLength: number, hasDeadline: boolean): "int" | "embstr" | "raw" => {
  if (isInteger(value)) return "int"
  if (typeof value !== "string") return "raw"
  const room = maxEmbeddedBytes - (hasDeadline ? deadlineBytes : 0)
  return keyLength + value.length <= room ? "embstr" : "raw"
}

/** Bytes of memory a text takes in V8's heap. */
export const textBytes = (length: number): number => (stringHeaderBytes + length + 7) & ~7

/** Bytes of memory beyond the slot that refers to the value: small integers live in the slot itself. */
export const memoryBytes = (value: StringValue): number => {
  if (typeof value === "string") return textBytes(value.length)
  if (typeof value === "number") return Math.abs(value) < maxSmallInteger ? 0 : heapNumberBytes
  if (typeof value === "bigint") return bigintBytes
  if (value instanceof MutableBytes) {
    return mutableBytes + (value.isText ? textBytes(value.capacity) : bufferHeaderBytes + value.capacity)
  }
  return bufferHeaderBytes + value.length
}

const isInteger = (value: StringValue): value is Int64 => typeof value === "number" || typeof value === "bigint"

/** The longest text of a 64-bit integer, "-9223372036854775808". */
const maxIntegerLength = 20
const nine = 0x39
const minus = 0x2d

/** Of a key and its value together: 64 bytes without the object's header of 16, the headers of two strings, and the zeros behind them. */
const maxEmbeddedBytes = 41
const deadlineBytes = 8

/** V8's headers of a one-byte string, of a Buffer with its backing store, and the object around either that makes it mutable: measured on Node 24. */
const stringHeaderBytes = 16
const bufferHeaderBytes = 200
const mutableBytes = 56
const heapNumberBytes = 16
const bigintBytes = 24
const maxSmallInteger = 2 ** 31
