/**
 * The id of a stream's entry: a time in milliseconds and a number within it, both unsigned numbers of 64 bits.
 *
 * Ids are values: nothing changes one. A part is a number where it is a safe integer, and a bigint beyond, so that equal parts are identical, and both kinds
 * compare with each other.
 */
import { type Int64, parseUnsigned64 } from "../Int64.ts"
import { addUnsigned, subtractWrapping } from "./Wrapping64.ts"

export interface StreamId {
  readonly ms: Int64
  readonly seq: Int64
}

/** 0-0, which no entry has. */
export const zero: StreamId = { ms: 0, seq: 0 }

const maxPart = 2n ** 64n - 1n

/** The greatest id there is. */
export const max: StreamId = { ms: maxPart, seq: maxPart }

/** Below zero, zero or above zero as `a` comes before, is, or comes behind `b`. */
export const compare = (a: StreamId, b: StreamId): number =>
  a.ms < b.ms ? -1 : a.ms > b.ms ? 1 : a.seq < b.seq ? -1 : a.seq > b.seq ? 1 : 0

export const equal = (a: StreamId, b: StreamId): boolean => a.ms === b.ms && a.seq === b.seq

export const isZero = (id: StreamId): boolean => id.ms === 0 && id.seq === 0

/** The least id above `id`; `undefined` for the greatest. */
export const successor = ({ ms, seq }: StreamId): StreamId | undefined => {
  if (seq !== maxPart) return { ms, seq: addUnsigned(seq, 1) }
  return ms === maxPart ? undefined : { ms: addUnsigned(ms, 1), seq: 0 }
}

/** The greatest id below `id`; `undefined` for 0-0. */
export const predecessor = ({ ms, seq }: StreamId): StreamId | undefined => {
  if (seq !== 0) return { ms, seq: addUnsigned(seq, -1) }
  return ms === 0 ? undefined : { ms: addUnsigned(ms, -1), seq: maxPart }
}

/** `<ms>-<seq>`, as clients see it. */
export const format = ({ ms, seq }: StreamId): string => `${ms}-${seq}`

/**
 * The id that a client has written: `<ms>-<seq>`, or `<ms>` alone, to which `missingSeq` is added; `undefined` where it is none.
 *
 * A number is read as the cursor of SCAN is, with all that C's `strtoull` accepts. Source: `streamGenericParseIDOrReply` in t_stream.c.
 */
export const parse = (text: string, missingSeq: Int64 = 0): StreamId | undefined => {
  if (text.length > maxTextLength) return undefined
  // Redis reads it as a C string.
  const [seen = ""] = text.split("\0", 1)
  const dash = seen.indexOf("-")
  const ms = parseUnsigned64(dash < 0 ? seen : seen.slice(0, dash))
  if (ms === undefined) return undefined
  if (dash < 0) return { ms, seq: missingSeq }
  const seq = parseUnsigned64(seen.slice(dash + 1))
  return seq === undefined ? undefined : { ms, seq }
}

/** As `parse`; `-` and `+` are the least and the greatest id, and the last one of a millisecond is meant where `isEnd`. */
export const parseBound = (text: string, isEnd: boolean): StreamId | undefined => {
  const [seen = ""] = text.split("\0", 1)
  if (text.length <= maxTextLength && seen === "-") return zero
  if (text.length <= maxTextLength && seen === "+") return max
  return parse(text, isEnd ? maxPart : 0)
}

/** 16 bytes, the highest first, as a flat text: keys that sort as the ids do. */
export const toKey = ({ ms, seq }: StreamId): string => {
  const msHigh = upperHalf(ms)
  const msLow = lowerHalf(ms)
  const seqHigh = upperHalf(seq)
  const seqLow = lowerHalf(seq)
  return String.fromCharCode(
    msHigh >>> 24,
    (msHigh >>> 16) & 0xff,
    (msHigh >>> 8) & 0xff,
    msHigh & 0xff,
    msLow >>> 24,
    (msLow >>> 16) & 0xff,
    (msLow >>> 8) & 0xff,
    msLow & 0xff,
    seqHigh >>> 24,
    (seqHigh >>> 16) & 0xff,
    (seqHigh >>> 8) & 0xff,
    seqHigh & 0xff,
    seqLow >>> 24,
    (seqLow >>> 16) & 0xff,
    (seqLow >>> 8) & 0xff,
    seqLow & 0xff
  )
}

/** The id whose key this is. */
export const ofKey = (key: string): StreamId => ({ ms: partOfKey(key, 0), seq: partOfKey(key, 8) })

/** What has to be added to `from` to come to `to`, part by part, as signed numbers of 64 bits. */
export const delta = (from: StreamId, to: StreamId): StreamId => ({
  ms: subtractWrapping(to.ms, from.ms),
  seq: subtractWrapping(to.seq, from.seq)
})

/** The id that many behind `from`. */
export const add = (from: StreamId, ms: Int64, seq: Int64): StreamId => ({
  ms: addUnsigned(from.ms, ms),
  seq: addUnsigned(from.seq, seq)
})

const upperHalf = (part: Int64): number => typeof part === "number" ? Math.floor(part / twoTo32) : Number(part >> 32n)

const lowerHalf = (part: Int64): number => typeof part === "number" ? part >>> 0 : Number(part & 0xffff_ffffn)

const partOfKey = (key: string, at: number): Int64 => {
  const high = unsigned32(key, at)
  const low = unsigned32(key, at + 4)
  return high < maxSafeUpperHalf ? high * twoTo32 + low : (BigInt(high) << 32n) | BigInt(low)
}

const unsigned32 = (key: string, at: number): number =>
  ((key.charCodeAt(at) << 24) | (key.charCodeAt(at + 1) << 16) | (key.charCodeAt(at + 2) << 8) |
    key.charCodeAt(at + 3)) >>> 0

const twoTo32 = 0x1_0000_0000
/** Numbers with this upper half are the first ones beyond the safe integers. */
const maxSafeUpperHalf = 0x20_0000
/** Redis reads an id into a buffer of this size. */
const maxTextLength = 127
