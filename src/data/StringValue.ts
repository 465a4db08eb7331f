/**
 * The forms in which a string is kept, and what they have in common.
 *
 * | form | holds | OBJECT ENCODING |
 * | --- | --- | --- |
 * | `number` | a safe integer in its decimal form | int |
 * | `string` | up to 32 KiB as they were given | int beyond the safe integers, else embstr or raw |
 * | `Buffer` | more than that | raw |
 * | `MutableBytes` | what has been changed in place | raw |
 */
import { Buffer } from "node:buffer"
import * as ByteString from "./ByteString.ts"
import { type Int64, parseInt64 } from "./Int64.ts"
import { MutableBytes } from "./MutableBytes.ts"
import type { StringValue } from "./Value.ts"

/** The form in which `bytes` are stored: integers as numbers. The bytes must be a flat copy of their own. */
export const encode = (bytes: ByteString.ByteString): StringValue => {
  if (typeof bytes !== "string" || bytes.length > maxIntegerLength || bytes.length === 0) return bytes
  const first = bytes.charCodeAt(0)
  // Neither a digit nor a minus: most values are told here.
  if (first > nine || first < minus) return bytes
  const integer = parseInt64(bytes)
  return typeof integer === "number" ? integer : bytes
}

/** A 64-bit integer in the form in which it is stored. */
export const ofInteger = (integer: Int64): StringValue => typeof integer === "number" ? integer : String(integer)

export const byteLength = (value: StringValue): number =>
  typeof value === "number" ? String(value).length : value.length

/** The bytes, for a reply or a copy. Those of `MutableBytes` are copied, because the value may change before the reply is sent. */
export const toBytes = (value: StringValue): ByteString.ByteString => {
  if (typeof value === "string") return value
  if (typeof value === "number") return String(value)
  return value instanceof MutableBytes ? ByteString.ofBytes(value.view) : value
}

/** The bytes from `start` up to, not including, `end`, with `0 <= start <= end <= length`: for a reply. What is kept of them needs a flat copy. */
export const slice = (value: StringValue, start: number, end: number): ByteString.ByteString => {
  if (value instanceof MutableBytes) return ByteString.ofBytes(value.view, start, end)
  return ByteString.slice(typeof value === "number" ? String(value) : value, start, end)
}

/** The bytes as a Buffer to look at: neither to be kept nor written into. */
export const toView = (value: StringValue): Buffer => {
  if (value instanceof MutableBytes) return value.view
  return typeof value === "number" ? Buffer.from(String(value), "latin1") : ByteString.toBuffer(value)
}

/** The value as a 64-bit integer, `undefined` where it does not spell one. */
export const toInteger = (value: StringValue): Int64 | undefined => {
  if (typeof value === "number") return value
  if (value.length > maxIntegerLength) return undefined
  return parseInt64(typeof value === "string" ? value : toView(value).latin1Slice())
}

/** Whether the value's bytes are `bytes`. */
export const equals = (value: StringValue, bytes: ByteString.ByteString): boolean =>
  value instanceof MutableBytes
    ? value.length === bytes.length && ByteString.equal(value.view, bytes)
    : ByteString.equal(typeof value === "number" ? String(value) : value, bytes)

/**
 * What OBJECT ENCODING answers.
 *
 * Valkey 8.1 embeds a short string in one allocation of 64 bytes, together with its key and, if there is one, the key's deadline: so it depends on both.
 */
export const encodingOf = (value: StringValue, keyLength: number, hasDeadline: boolean): "int" | "embstr" | "raw" => {
  if (typeof value === "number") return "int"
  if (typeof value !== "string") return "raw"
  // A safe integer that is not kept as a number was written by INCRBYFLOAT, which Redis does not look through for integers either.
  if (value.length <= maxIntegerLength && typeof parseInt64(value) === "bigint") return "int"
  const room = maxEmbeddedBytes - (hasDeadline ? deadlineBytes : 0)
  return keyLength + value.length <= room ? "embstr" : "raw"
}

/** Bytes of memory a text takes in V8's heap. */
export const textBytes = (length: number): number => (stringHeaderBytes + length + 7) & ~7

/** Bytes of memory beyond the slot that refers to the value: small integers live in the slot itself. */
export const memoryBytes = (value: StringValue): number => {
  if (typeof value === "string") return textBytes(value.length)
  if (typeof value === "number") return Math.abs(value) < maxSmallInteger ? 0 : heapNumberBytes
  if (value instanceof MutableBytes) return mutableHeaderBytes + value.capacity
  return bufferHeaderBytes + value.length
}

/** The longest text of a 64-bit integer, "-9223372036854775808". */
const maxIntegerLength = 20
const nine = 0x39
const minus = 0x2d

/** Of a key and its value together: 64 bytes without the object's header of 16, the headers of two strings, and the zeros behind them. */
const maxEmbeddedBytes = 41
const deadlineBytes = 8

/** V8's headers of a one-byte string, and of a Buffer with its backing store: measured on Node 24. */
const stringHeaderBytes = 16
const bufferHeaderBytes = 200
const mutableHeaderBytes = 240
const heapNumberBytes = 16
const maxSmallInteger = 2 ** 31
