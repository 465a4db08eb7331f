/**
 * The ziplist, which before Redis 7 was what a listpack is since: only to be read, from files that were written then.
 *
 * | part | bytes |
 * | --- | --- |
 * | total length | 4, little-endian |
 * | offset of the last entry | 4, little-endian |
 * | number of entries | 2, little-endian; 65535 says that it must be counted |
 * | entries | length of the entry before, encoding, data |
 * | terminator | 1, 0xFF |
 *
 * The length of the entry before is one byte, or 0xFE and four more, little-endian. The encodings:
 *
 * | first byte | entry |
 * | --- | --- |
 * | 00xxxxxx | text of up to 63 bytes |
 * | 01xxxxxx | text of up to 16383 bytes: the next byte has the rest of the length |
 * | 10xxxxxx | text with a length of 32 bits behind this byte, big-endian |
 * | 0xC0, 0xD0, 0xE0 | integer of 16, 32 or 64 bits, little-endian |
 * | 0xF0, 0xFE | integer of 24 or 8 bits |
 * | 0xF1 to 0xFD | an integer from 0 to 12 |
 *
 * Source: ziplist.c.
 */
import type { Buffer } from "node:buffer"
import * as ByteString from "../ByteString.ts"

/** The texts of all entries, each a flat one of its own, integers in their decimal form; `undefined` where the bytes are no sound ziplist. */
export const textsOf = (bytes: ByteString.ByteString): Array<string> | undefined => {
  const ziplist = ByteString.toBuffer(bytes)
  const end = ziplist.length - 1
  if (end < headerBytes || ziplist.readUInt32LE(0) !== ziplist.length || ziplist[end] !== terminator) return undefined
  const texts: Array<string> = []
  let at = headerBytes
  let previous = headerBytes
  while (at < end) {
    const isLong = ziplist[at] === longLength
    const encodingAt = at + (isLong ? 5 : 1)
    if (encodingAt >= end) return undefined
    const previousLength = isLong ? ziplist.readUInt32LE(at + 1) : ziplist[at]!
    if (previousLength !== at - previous) return undefined
    const encoding = ziplist[encodingAt]!
    const dataAt = encodingAt + headBytes(encoding)
    if (dataAt > end) return undefined
    const next = dataAt + dataBytes(ziplist, encodingAt)
    if (next > end) return undefined
    const text = encoding < firstInteger ? ziplist.latin1Slice(dataAt, next) : integerText(ziplist, encoding, dataAt)
    if (text === undefined) return undefined
    texts.push(text)
    previous = at
    at = next
  }
  const count = ziplist.readUInt16LE(8)
  const last = ziplist.readUInt32LE(4)
  if (count !== unknownCount && count !== texts.length) return undefined
  // Without entries it may be anywhere within.
  return last === previous || (texts.length === 0 && last <= end) ? texts : undefined
}

/** The bytes of the encoding. */
const headBytes = (encoding: number): number => {
  if (encoding >= firstInteger || encoding < text14) return 1
  return encoding < text32 ? 2 : 5
}

/** The bytes behind the encoding at `at`, all of which is there. */
const dataBytes = (ziplist: Buffer, at: number): number => {
  const encoding = ziplist[at]!
  if (encoding < text14) return encoding
  if (encoding < text32) return ((encoding & 0x3f) << 8) | ziplist[at + 1]!
  return encoding < firstInteger ? ziplist.readUInt32BE(at + 1) : integerWidths.get(encoding) ?? 0
}

const integerText = (ziplist: Buffer, encoding: number, dataAt: number): string | undefined => {
  const width = integerWidths.get(encoding)
  if (width === 8) return String(ziplist.readBigInt64LE(dataAt))
  if (width !== undefined) return String(ziplist.readIntLE(dataAt, width))
  return encoding >= zeroItself && encoding <= zeroItself + 12 ? String(encoding - zeroItself) : undefined
}

/** The bytes of the integers that stand behind these encodings. */
const integerWidths: ReadonlyMap<number, number> = new Map([[0xc0, 2], [0xd0, 4], [0xe0, 8], [0xf0, 3], [0xfe, 1]])

/** Below it are texts with a length in the first byte, from it on those with 14 bits, then with 32, then integers. */
const text14 = 0x40
const text32 = 0x80
const firstInteger = 0xc0
/** The encoding that is the integer 0. */
const zeroItself = 0xf1

const headerBytes = 10
/** Stands before a length of four bytes. */
const longLength = 0xfe
const unknownCount = 0xffff
const terminator = 0xff
