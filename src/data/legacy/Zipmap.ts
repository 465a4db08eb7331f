/**
 * The zipmap, which was a small hash before Redis 2.6: only to be read, from files that were written then.
 *
 * | part | bytes |
 * | --- | --- |
 * | number of pairs | 1; from 254 on they must be counted |
 * | pairs | length and bytes of the field, length of the value, a byte that says how many unused ones come behind it, the value, those bytes |
 * | terminator | 1, 0xFF |
 *
 * A length is one byte below 254, or 0xFE and four more, little-endian. Source: zipmap.c.
 */
import * as ByteString from "../ByteString.ts"

/** Fields and values in turn, each a flat text of its own, at least one pair; `undefined` where the bytes are no sound zipmap. */
export const textsOf = (bytes: ByteString.ByteString): Array<string> | undefined => {
  const zipmap = ByteString.toBuffer(bytes)
  const end = zipmap.length - 1
  if (end < 1 || zipmap[end] !== terminator) return undefined
  const texts: Array<string> = []
  let at = 1
  while (at < end) {
    for (const free of [0, 1]) {
      const isLong = zipmap[at] === longLength
      const lengthEnd = at + (isLong ? 5 : 1)
      // The unused bytes are said behind the length.
      const dataAt = lengthEnd + free
      if (zipmap[at] === terminator || dataAt > end) return undefined
      const length = isLong ? zipmap.readUInt32LE(at + 1) : zipmap[at]!
      if (dataAt + length > end) return undefined
      texts.push(zipmap.latin1Slice(dataAt, dataAt + length))
      at = dataAt + length + (free === 0 ? 0 : zipmap[lengthEnd]!)
      if (at > end) return undefined
    }
  }
  const pairs = texts.length / 2
  const stored = zipmap[0]!
  return pairs > 0 && (stored >= longLength || stored === pairs) ? texts : undefined
}

/** Stands before a length of four bytes. */
const longLength = 0xfe
const terminator = 0xff
