/**
 * RDB files put together by hand, as bytes; and what a reader makes of one, in a form that can be compared.
 */
import { Buffer } from "node:buffer"
import { toText } from "../../../src/data/ByteString.ts"
import { Crc64 } from "../../../src/data/Crc64.ts"
import { KeyHasher } from "../../../src/data/KeyHasher.ts"
import type { ShapeLimits, Shapes } from "../../../src/data/Shapes.ts"
import * as StreamId from "../../../src/data/stream/StreamId.ts"
import type { StreamValue } from "../../../src/data/StreamValue.ts"
import { byteLength, toBytes } from "../../../src/data/StringValue.ts"
import { isString, type Value } from "../../../src/data/Value.ts"
import type { RdbFailure } from "../../../src/protocol/rdb/RdbFailure.ts"
import { needsInput, type RdbItem, RdbReader, type RdbReaderOptions } from "../../../src/protocol/rdb/RdbReader.ts"

/** A byte, bytes as a latin1 text, bytes, or several of these. */
export type Part = number | string | Uint8Array | ReadonlyArray<Part>

export const bytesOf = (...parts: ReadonlyArray<Part>): Buffer =>
  Buffer.concat(
    parts.map((part) => {
      if (typeof part === "number") return Buffer.of(part)
      if (typeof part === "string") return Buffer.from(part, "latin1")
      return part instanceof Uint8Array ? part : bytesOf(...part)
    })
  )

/** Bytes written as hexadecimal digits, with spaces wherever they help. */
export const hex = (digits: string): Buffer => Buffer.from(digits.replace(/\s/g, ""), "hex")

export const length = (value: number | bigint): Buffer => {
  if (value < 64) return bytesOf(Number(value))
  if (value < 16384) return bytesOf(0x40 | (Number(value) >> 8), Number(value) & 0xff)
  const bytes = Buffer.alloc(value < 2 ** 32 ? 5 : 9)
  bytes[0] = value < 2 ** 32 ? 0x80 : 0x81
  if (value < 2 ** 32) bytes.writeUInt32BE(Number(value), 1)
  else bytes.writeBigUInt64BE(BigInt(value), 1)
  return bytes
}

export const string = (content: string | Uint8Array): Buffer => bytesOf(length(content.length), content)

export const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

export const int64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(value))
  return bytes
}

/** The bytes and their checksum. */
export const withChecksum = (bytes: Buffer): Buffer => {
  const checksum = new Crc64()
  checksum.update(bytes)
  const written = Buffer.alloc(8)
  checksum.writeTo(written, 0)
  return Buffer.concat([bytes, written])
}

/** A whole file, from the header to the checksum. */
export const file = (version: number, ...parts: ReadonlyArray<Part>): Buffer => {
  const bytes = bytesOf(`REDIS${String(version).padStart(4, "0")}`, ...parts, 0xff)
  return version < 5 ? bytes : withChecksum(bytes)
}

/** A payload of DUMP. */
export const dump = (version: number, ...parts: ReadonlyArray<Part>): Buffer =>
  withChecksum(bytesOf(...parts, version & 0xff, version >> 8))

export const defaultLimits: ShapeLimits = {
  "hash-max-listpack-entries": 512,
  "hash-max-listpack-value": 64,
  "list-max-listpack-size": -2,
  "list-compress-depth": 0,
  "set-max-intset-entries": 512,
  "set-max-listpack-entries": 128,
  "set-max-listpack-value": 64,
  "zset-max-listpack-entries": 128,
  "zset-max-listpack-value": 64,
  "stream-node-max-bytes": 4096,
  "stream-node-max-entries": 100,
  "hll-sparse-max-bytes": 3000
}

export const shapesOf = (limits: Partial<ShapeLimits> = {}): Shapes => ({
  hasher: new KeyHasher(1, 2),
  limits: { ...defaultLimits, ...limits }
})

/** All items of a file that comes in pieces of this size, and the failure it ended with, if it did. */
export const readAll = (
  bytes: Buffer,
  options: Partial<RdbReaderOptions> = {},
  pieceBytes = bytes.length
): { readonly items: ReadonlyArray<RdbItem>; readonly failure: RdbFailure | undefined; readonly offset: number } => {
  const reader = new RdbReader({
    shapes: shapesOf(),
    checksum: true,
    sanitizes: true,
    passesModules: false,
    ...options
  })
  const items: Array<RdbItem> = []
  let at = 0
  // Always the same memory, which the reader has to know how to live with.
  const piece = Buffer.alloc(pieceBytes)
  for (;;) {
    const item = reader.next()
    if (item === needsInput) {
      if (at === bytes.length) reader.end()
      else {
        const end = Math.min(at + pieceBytes, bytes.length)
        bytes.copy(piece, 0, at, end)
        reader.push(piece.subarray(0, end - at))
        at = end
      }
    } else if (item._tag === "RdbFailure") {
      return { items, failure: item, offset: reader.offset }
    } else {
      items.push(item)
      if (item._tag === "End") return { items, failure: undefined, offset: reader.offset }
    }
  }
}

/** What a value is, as data that can be compared; in the order in which it keeps its elements. */
export const contentsOf = (value: Value): unknown => {
  if (isString(value)) return byteLength(value) > 1000 ? toText(toBytes(value)) : value
  switch (value.type) {
    case "list":
      return value.slice(0, value.size).map(toText)
    case "set":
      return value.members()
    case "zset": {
      const pairs: Array<unknown> = []
      value.visit(0, value.size, false, (score, member) => pairs.push([member, score]))
      return pairs
    }
    case "hash": {
      const fields: Array<unknown> = []
      value.forEach((field, bytes, deadline) =>
        fields.push(deadline === undefined ? [field, toText(bytes)] : [field, toText(bytes), deadline])
      )
      return fields
    }
    case "stream":
      return contentsOfStream(value)
  }
}

const contentsOfStream = (stream: StreamValue): unknown => {
  const { log } = stream
  const entries: Array<unknown> = []
  log.forEach(({ data, id }) => {
    entries.push([StreamId.format(id), ...data()])
  })
  const groups: Array<unknown> = []
  stream.forEachGroup((group) => {
    const pending: Array<unknown> = []
    group.forEachPending((id, { consumer, deliveredAtMillis, deliveries }) => {
      pending.push([StreamId.format(id), consumer, deliveredAtMillis, deliveries])
    })
    const consumers: Array<unknown> = []
    group.forEachConsumer(({ activeAtMillis, name, pendingCount, seenAtMillis }) => {
      const ids: Array<string> = []
      group.forEachPending(
        (id) => {
          ids.push(StreamId.format(id))
        },
        StreamId.zero,
        name
      )
      consumers.push({ name, seenAtMillis, activeAtMillis, pendingCount, ids })
    })
    groups.push({
      name: group.name,
      lastId: StreamId.format(group.lastId),
      entriesRead: group.entriesRead,
      pending,
      consumers
    })
  })
  return {
    entries,
    size: stream.size,
    firstId: StreamId.format(log.firstId),
    lastId: StreamId.format(log.lastId),
    maxDeletedId: StreamId.format(log.maxDeletedId),
    entriesAdded: log.entriesAdded,
    groups
  }
}

/** A value's type, shape and contents. */
export const describeValue = (value: Value | undefined): unknown =>
  value === undefined
    ? undefined
    : isString(value)
    ? contentsOf(value)
    : [value.type, value.encoding, contentsOf(value)]

/** The keys of a file, with what is described of their values. */
export const entriesOf = (items: ReadonlyArray<RdbItem>): ReadonlyArray<readonly [key: string, value: unknown]> =>
  items.flatMap((item) => item._tag === "Entry" ? [[item.key, describeValue(item.value)] as const] : [])
