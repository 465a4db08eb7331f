/**
 * The listpack: a sequence of strings and integers in one piece of memory, byte for byte as Redis keeps small lists, hashes, sets and sorted sets.
 *
 * A listpack is an immutable flat latin1 string; a change makes a new one. So its length is exactly what Redis compares with its thresholds, its bytes are
 * what DUMP and RDB files hold, and a copy costs nothing. Whoever changes large ones often must keep them short, because each change copies all bytes.
 *
 * | part | bytes |
 * | --- | --- |
 * | total length | 4, little-endian |
 * | number of entries | 2, little-endian; 65535 says that it must be counted |
 * | entries | encoding and data, then the length of both once more, to be read backwards: ListpackEntry.ts |
 * | terminator | 1, 0xFF |
 *
 * A text that is the decimal form of a 64-bit integer is kept as that integer. A position is the offset of an entry in the string. Except for `validate`, the
 * functions take it for granted that the listpack is sound and that a position is one of an entry of it. Source: listpack.c.
 */
import { type Buffer, constants } from "node:buffer"
import type { ByteSink } from "./ByteSink.ts"
import * as ByteString from "./ByteString.ts"
import { type Int64, parseInt64 } from "./Int64.ts"
import {
  encodedBytes,
  encodeInteger,
  entryEnd,
  int13,
  integerBytes,
  integerOf,
  lengthBefore,
  lengthBehind,
  lengthBytes,
  maxHeadBytes,
  maxLengthBytes,
  text6,
  textHead,
  textHeadBytes,
  textStart,
  unsigned32
} from "./ListpackEntry.ts"

export type Listpack = string

/** The listpack without entries. */
export const empty: Listpack = "\x07\0\0\0\0\0\xff"

/** The number of entries: O(1) below 65535 of them, else they are counted. */
export const count = (lp: Listpack): number => {
  const stored = storedCount(lp)
  if (stored !== unknownCount) return stored
  let entries = 0
  for (let at = headerBytes; lp.charCodeAt(at) !== terminator; at = entryEnd(lp, at)) entries++
  return entries
}

/** The position of the first entry, -1 where there is none. */
export const first = (lp: Listpack): number => lp.length === empty.length ? -1 : headerBytes

/** The position of the last entry, -1 where there is none. */
export const last = (lp: Listpack): number => previous(lp, lp.length - 1)

/** The position of the entry behind the one at `at`, -1 where there is none. */
export const next = (lp: Listpack, at: number): number => {
  const end = entryEnd(lp, at)
  return lp.charCodeAt(end) === terminator ? -1 : end
}

/** The position of the entry before `at`, which may be the terminator's position; -1 where there is none. */
export const previous = (lp: Listpack, at: number): number => {
  if (at <= headerBytes) return -1
  const bytes = lengthBefore(lp, at)
  return at - bytes - lengthBytes(bytes)
}

/** The position of the entry with this index, counted from the tail where it is negative; -1 out of range. Walks from the nearer end. */
export const seek = (lp: Listpack, index: number): number => {
  const stored = storedCount(lp)
  let fromHead = index
  let fromTail = index
  if (stored !== unknownCount) {
    if (index >= stored || index < -stored) return -1
    if (index < 0) fromHead += stored
    else fromTail -= stored
  }
  if (fromHead >= 0 && (fromTail >= 0 || fromHead <= -fromTail)) {
    let at = first(lp)
    while (fromHead-- > 0 && at >= 0) at = next(lp, at)
    return at
  }
  let at = last(lp)
  while (++fromTail < 0 && at >= 0) at = previous(lp, at)
  return at
}

/**
 * The text of an entry; an integer in its decimal form.
 *
 * **Gotchas** A longer text is a view into the listpack and keeps it alive: what is kept needs `ByteString.flatCopy`.
 */
export const textAt = (lp: Listpack, at: number): string => {
  const dataAt = textStart(lp, at)
  return dataAt < 0 ? String(integerOf(lp, at)) : lp.substring(dataAt, at + encodedBytes(lp, at))
}

/**
 * Puts the elements of so many entries into `elements`, from the entry at `at` and the index `index` on.
 *
 * For whoever reads many: short texts are told by one byte, and an array that has its length from the beginning is filled in half the time.
 */
export const read = (
  lp: Listpack,
  at: number,
  entries: number,
  elements: Array<ByteString.ByteString>,
  index: number
): void => {
  let position = at
  for (let i = index; i < index + entries; i++) {
    const head = lp.charCodeAt(position)
    if (head >= text6 && head < int13) {
      const end = position + 1 + (head & 0x3f)
      elements[i] = lp.substring(position + 1, end)
      // The length behind so short a text takes one byte.
      position = end + 1
    } else {
      elements[i] = ByteString.ofText(textAt(lp, position))
      position = entryEnd(lp, position)
    }
  }
}

/** Hands the texts of so many entries, from the one at `at` on, to the sink, passing over `skip` entries after each. */
export const send = (lp: Listpack, at: number, entries: number, sink: ByteSink, skip = 0): void => {
  let position = at
  for (let sent = 0; sent < entries; sent++) {
    const dataAt = textStart(lp, position)
    if (dataAt < 0) {
      const text = String(integerOf(lp, position))
      sink.text(text, 0, text.length)
    } else {
      sink.text(lp, dataAt, position + encodedBytes(lp, position))
    }
    position = entryEnd(lp, position)
    for (let skipped = 0; skipped < skip; skipped++) position = entryEnd(lp, position)
  }
}

/** The integer of an entry that is kept as one, `undefined` where a text is kept. */
export const integerAt = (lp: Listpack, at: number): Int64 | undefined =>
  textStart(lp, at) < 0 ? integerOf(lp, at) : undefined

/** The length of the text of an entry. */
export const lengthAt = (lp: Listpack, at: number): number => {
  const dataAt = textStart(lp, at)
  return dataAt < 0 ? String(integerOf(lp, at)).length : at + encodedBytes(lp, at) - dataAt
}

/** Whether the text of an entry is `text`. */
export const equalsAt = (lp: Listpack, at: number, text: string): boolean => {
  const dataAt = textStart(lp, at)
  if (dataAt < 0) return integerOf(lp, at) === parseInt64(text)
  return at + encodedBytes(lp, at) - dataAt === text.length && matches(lp, dataAt, text)
}

/** The position of the first entry that is `text`, beginning with the entry at `from` and passing over `skip` entries after each one looked at; else -1. */
export const find = (lp: Listpack, text: string, from = headerBytes, skip = 0): number => {
  if (from < 0) return -1
  const integer = parseInt64(text)
  const length = text.length
  let pass = 0
  let at = from
  for (;;) {
    const head = lp.charCodeAt(at)
    if (head === terminator) return -1
    const bytes = encodedBytes(lp, at)
    if (pass > 0) pass--
    else {
      pass = skip
      const dataAt = textStart(lp, at)
      if (dataAt < 0) {
        if (integer !== undefined && integerOf(lp, at) === integer) return at
      } else if (at + bytes - dataAt === length && matches(lp, dataAt, text)) return at
    }
    at += bytes + lengthBytes(bytes)
  }
}

/** The bytes that an entry of this text takes. */
export const entryBytes = (text: ByteString.ByteString): number => {
  const integer = toInteger(text)
  const bytes = integer === undefined ? textHeadBytes(text.length) + text.length : integerBytes(integer)
  return bytes + lengthBytes(bytes)
}

/**
 * Whether so many more bytes of entries can be added.
 *
 * Redis lets no listpack grow beyond 1 GiB; here the limit is the longest string of V8, about half of it.
 */
export const isSafeToAdd = (lp: Listpack, bytes: number): boolean => lp.length + bytes <= constants.MAX_STRING_LENGTH

/** A listpack of these texts. */
export const from = (texts: ReadonlyArray<string>): Listpack => splice(empty, headerBytes, headerBytes, 0, texts)

/** A listpack of so many entries, from their bytes: for whoever has built or cut out a run of them. */
export const wrap = (entries: string, count: number): Listpack =>
  [header(entries.length + empty.length, Math.min(count, unknownCount)), entries, "\xff"].join("")

/** With the texts inserted before the entry at `at`, or at the end where `at` is the terminator's position. */
export const insert = (lp: Listpack, at: number, ...texts: ReadonlyArray<string>): Listpack =>
  splice(lp, at, at, 0, texts)

/** With the texts added at the end. */
export const append = (lp: Listpack, ...texts: ReadonlyArray<string>): Listpack =>
  splice(lp, lp.length - 1, lp.length - 1, 0, texts)

/** With `text` in place of the entry at `at`, and at the same position. */
export const replace = (lp: Listpack, at: number, text: string): Listpack => splice(lp, at, entryEnd(lp, at), 1, [text])

/** Without so many entries from the one at `at` on. What follows them begins at `at` then. */
export const remove = (lp: Listpack, at: number, entries = 1): Listpack => {
  let end = at
  let removed = 0
  for (; removed < entries && lp.charCodeAt(end) !== terminator; removed++) end = entryEnd(lp, end)
  return splice(lp, at, end, removed, [])
}

/** All entries of `a`, then all of `b`. */
export const concat = (a: Listpack, b: Listpack): Listpack =>
  wrap(a.slice(headerBytes, -1) + b.slice(headerBytes, -1), storedCount(a) + storedCount(b))

/** Whether the bytes are a sound listpack in every entry: for bytes that come from outside. */
export const validate = (bytes: ByteString.ByteString): boolean => {
  if (bytes.length < empty.length || bytes.length > constants.MAX_STRING_LENGTH) return false
  const lp = ByteString.toText(bytes)
  const end = lp.length - 1
  if (unsigned32(lp, 0) !== lp.length || lp.charCodeAt(end) !== terminator) return false
  let entries = 0
  let at = headerBytes
  while (lp.charCodeAt(at) !== terminator) {
    const dataAt = textStart(lp, at)
    if (dataAt > end) return false
    const encoded = encodedBytes(lp, at)
    const entry = encoded + lengthBytes(encoded)
    // An entry that reaches the last byte would leave none for the terminator.
    if (encoded === 0 || at + entry > end || lengthBefore(lp, at + entry) !== encoded) return false
    at += entry
    entries++
  }
  const stored = storedCount(lp)
  return at === end && (stored === unknownCount || stored === entries)
}

/**
 * The listpack in a flat text from outside, `undefined` where it is none.
 *
 * Redis also takes entries that it would not write: an integer as a text, or in more bytes than it needs. These are written anew, so that what is looked for
 * is found by its bytes.
 */
export const restore = (text: string): Listpack | undefined =>
  !validate(text) ? undefined : hasForeignEntries(text) ? from(textsOf(text)) : text

/** The texts of all entries. Longer ones are views into the listpack. */
export const textsOf = (lp: Listpack): Array<string> => {
  const texts: Array<string> = []
  for (let at = first(lp); at >= 0; at = next(lp, at)) texts.push(textAt(lp, at))
  return texts
}

/** Whether, of each so many entries, the first one stands where another such one is. */
export const hasDuplicates = (lp: Listpack, width: number): boolean => {
  const seen = new Set<string>()
  let skip = 0
  for (let at = first(lp); at >= 0; at = next(lp, at)) {
    if (skip-- > 0) continue
    const text = textAt(lp, at)
    if (seen.has(text)) return true
    seen.add(text)
    skip = width - 1
  }
  return false
}

/**
 * Writes an entry into a buffer that has room for it (`entryBytes`), and answers the offset behind it.
 *
 * For whoever builds a run of entries in place: between a header and a terminator it is a listpack.
 */
export const writeEntry = (buffer: Buffer, at: number, text: ByteString.ByteString): number => {
  const integer = toInteger(text)
  const head = integer === undefined ? textHead(text.length) : encodeInteger(integer)
  let end = put(buffer, at, head)
  if (integer === undefined) {
    if (typeof text === "string") end += buffer.latin1Write(text, end)
    else end += text.copy(buffer, end)
  }
  return put(buffer, end, lengthBehind(end - at))
}

/** The text of the entry that begins at an offset of a buffer: a copy. */
export const readEntry = (buffer: Buffer, at: number): ByteString.ByteString => {
  const head = headOf(buffer, at)
  const dataAt = textStart(head, 0)
  return dataAt < 0 ? String(integerOf(head, 0)) : ByteString.ofBytes(buffer, at + dataAt, at + encodedBytes(head, 0))
}

/** The offset behind the entry that begins at an offset of a buffer. */
export const endOfEntry = (buffer: Buffer, at: number): number => at + entryEnd(headOf(buffer, at), 0)

/** The offset at which the entry that ends before an offset of a buffer begins. */
export const startOfEntry = (buffer: Buffer, end: number): number => {
  const byte = buffer[end - 1] ?? 0
  if (byte < 0x80) return end - byte - 1
  const tail = buffer.latin1Slice(Math.max(end - maxLengthBytes, 0), end)
  const bytes = lengthBefore(tail, tail.length)
  return end - bytes - lengthBytes(bytes)
}

// Array.join makes a flat string in one step: faster than a concatenation that must be flattened, and than a way through a Buffer, from 1 KiB on by far.
const splice = (
  lp: Listpack,
  start: number,
  end: number,
  removed: number,
  added: ReadonlyArray<string>
): Listpack => {
  let bytes = lp.length - (end - start)
  const parts = ["", lp.substring(headerBytes, start)]
  for (const text of added) {
    const integer = parseInt64(text)
    if (integer === undefined) {
      const head = textHead(text.length)
      const encoded = head.length + text.length
      parts.push(head, text, lengthBehind(encoded))
      bytes += encoded + lengthBytes(encoded)
    } else {
      const encoded = encodeInteger(integer)
      parts.push(encoded, lengthBehind(encoded.length))
      bytes += encoded.length + 1
    }
  }
  parts.push(lp.substring(end))
  const stored = storedCount(lp)
  const entries = stored === unknownCount ? stored : Math.min(stored - removed + added.length, unknownCount)
  parts[0] = header(bytes, entries)
  return parts.join("")
}

/** Whether an entry of a sound listpack is not as it would be written here. */
const hasForeignEntries = (lp: Listpack): boolean => {
  for (let at = headerBytes; lp.charCodeAt(at) !== terminator;) {
    const dataAt = textStart(lp, at)
    const encoded = encodedBytes(lp, at)
    const end = at + encoded
    if (dataAt < 0) {
      // The shortest form has no other.
      if (encoded > 1 && integerBytes(integerOf(lp, at)) !== encoded) return true
    } else {
      const length = end - dataAt
      if (textHeadBytes(length) !== dataAt - at) return true
      if (length > 0 && length <= maxIntegerLength && parseInt64(lp.substring(dataAt, end)) !== undefined) return true
    }
    at = end + lengthBytes(encoded)
  }
  return false
}

const header = (bytes: number, entries: number): string =>
  String.fromCharCode(
    bytes & 0xff,
    (bytes >>> 8) & 0xff,
    (bytes >>> 16) & 0xff,
    bytes >>> 24,
    entries & 0xff,
    entries >>> 8
  )

const storedCount = (lp: Listpack): number => lp.charCodeAt(4) | (lp.charCodeAt(5) << 8)

const toInteger = (text: ByteString.ByteString): Int64 | undefined =>
  text.length <= maxIntegerLength ? parseInt64(ByteString.toText(text)) : undefined

/** From its end, because names of equal length often differ only there. */
const matches = (lp: string, start: number, text: string): boolean => {
  for (let i = text.length - 1; i >= 0; i--) {
    if (lp.charCodeAt(start + i) !== text.charCodeAt(i)) return false
  }
  return true
}

/** As much as tells how long the entry is, and an integer's value. */
const headOf = (buffer: Buffer, at: number): string => {
  const byte = buffer[at] ?? terminator
  // Strings of one byte are there already, and for the most frequent entries one is enough.
  return byte < int13 ? String.fromCharCode(byte) : buffer.latin1Slice(at, Math.min(at + maxHeadBytes, buffer.length))
}

/** A few bytes: a loop costs less than the call of a native function. */
const put = (buffer: Buffer, at: number, bytes: string): number => {
  for (let i = 0; i < bytes.length; i++) buffer[at + i] = bytes.charCodeAt(i)
  return at + bytes.length
}

/** Where the first entry begins. */
export const headerBytes = 6
const unknownCount = 0xffff
const terminator = 0xff

/** The longest text of a 64-bit integer, "-9223372036854775808". */
const maxIntegerLength = 20
