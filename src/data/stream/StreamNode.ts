/**
 * A node of a stream's log: some entries in a row, in the format of Redis's stream nodes.
 *
 * It is a listpack that begins with a master entry: the number of entries that live, the number of those deleted, and the field names of the first entry.
 * Each entry says how far its id is from the node's, and leaves its field names out where they are those of the master entry. A deleted entry is only marked.
 *
 * | part | elements |
 * | --- | --- |
 * | master entry | live, deleted, number of fields, names, 0 |
 * | entry with the same fields | flags, ms, seq, values, number of elements before this one |
 * | another entry | flags, ms, seq, number of fields, names and values in turn, number of elements before this one |
 *
 * Only what comes after the two counters is held as bytes: as a text while nothing changes, and as a buffer with room to spare where entries are appended.
 * So an entry costs O(its size), and the length of the listpack, which decides when a node is full, is known all the same. Source: t_stream.c.
 */
import { Buffer } from "node:buffer"
import * as ByteString from "../ByteString.ts"
import type { Int64 } from "../Int64.ts"
import * as Listpack from "../Listpack.ts"
import { encodeInteger, entryEnd, integerBytes, maxHeadBytes, maxLengthBytes } from "../ListpackEntry.ts"
import { textBytes } from "../StringValue.ts"
import { deletedFlag, masterFields, sameFieldsFlag } from "./EntryCursor.ts"
import type { NodeContents } from "./inspectNode.ts"
import * as StreamId from "./StreamId.ts"

export class StreamNode {
  /** Who may change this node; whoever else has to copies it first. */
  readonly owner: object
  /** The id of the first entry it got, to which the ids of all others relate. */
  readonly id: StreamId.StreamId
  /** Entries that are not deleted. */
  live = 0
  deleted = 0
  /** `undefined` while only the buffer knows it. */
  #text: string | undefined
  /** Holds the bytes up to `#length` where it is there. */
  #buffer: Buffer | undefined
  #length: number
  /** The names in the master entry, while entries are appended. */
  #fields: ReadonlyArray<string> | undefined = undefined

  private constructor(owner: object, id: StreamId.StreamId, text: string | undefined, buffer: Buffer | undefined) {
    this.owner = owner
    this.id = id
    this.#text = text
    this.#buffer = buffer
    this.#length = text?.length ?? 0
  }

  /** A node without entries, whose master entry has these field names: every second one of `data`. A buffer that nobody needs any more can be given. */
  static make(
    owner: object,
    id: StreamId.StreamId,
    data: ReadonlyArray<ByteString.ByteString>,
    buffer?: Buffer
  ): StreamNode {
    const node = new StreamNode(owner, id, undefined, buffer ?? Buffer.allocUnsafeSlow(firstCapacity))
    const target = node.#reserve(maxDataBytes(data))
    let at = writeInteger(target, 0, data.length / 2)
    for (let i = 0; i < data.length; i += 2) at = Listpack.writeEntry(target, at, data[i]!)
    node.#length = writeInteger(target, at, 0)
    return node
  }

  /** The node that this listpack is, which `inspectNode` has found to be sound. */
  static ofListpack(
    owner: object,
    id: StreamId.StreamId,
    listpack: Listpack.Listpack,
    contents: NodeContents
  ): StreamNode {
    let start = Listpack.headerBytes
    for (let i = 0; i < counterCount; i++) start = entryEnd(listpack, start)
    const node = new StreamNode(owner, id, ByteString.flatCopy(listpack.slice(start, -1)), undefined)
    node.live = contents.live
    node.deleted = contents.deleted
    return node
  }

  copy(owner: object): StreamNode {
    const copy = new StreamNode(owner, this.id, this.text, undefined)
    copy.live = this.live
    copy.deleted = this.deleted
    return copy
  }

  /** The bytes behind the two counters, without the listpack's terminator: what an `EntryCursor` reads. */
  get text(): string {
    // A node has a text or a buffer.
    return this.#text ??= this.#buffer!.latin1Slice(0, this.#length)
  }

  /** The node as a listpack, byte for byte as Redis has it. */
  get listpack(): Listpack.Listpack {
    const { text } = this
    let elements = counterCount
    for (let at = 0; at < text.length; at = entryEnd(text, at)) elements++
    return Listpack.wrap([encodeCounter(this.live), encodeCounter(this.deleted), text].join(""), elements)
  }

  /** The length of the listpack. */
  get listpackBytes(): number {
    // Each counter has its length behind it, in one byte.
    return Listpack.empty.length + integerBytes(this.live) + integerBytes(this.deleted) + counterCount + this.#length
  }

  /** Bytes of memory. */
  get bytes(): number {
    return nodeBytes + (this.#buffer === undefined ? textBytes(this.#length) : bufferBytes + this.#buffer.length)
  }

  /** Adds an entry whose id is above all others in the node. `data` are its field names and values in turn. */
  append(id: StreamId.StreamId, data: ReadonlyArray<ByteString.ByteString>): void {
    const isSame = this.#hasFieldsOf(data)
    const { ms, seq } = StreamId.delta(this.id, id)
    const target = this.#reserve(maxDataBytes(data))
    let at = writeInteger(target, this.#length, isSame ? sameFieldsFlag : 0)
    at = writeInteger(target, at, ms)
    at = writeInteger(target, at, seq)
    if (!isSame) at = writeInteger(target, at, data.length / 2)
    for (let i = isSame ? 1 : 0; i < data.length; i += isSame ? 2 : 1) {
      at = Listpack.writeEntry(target, at, data[i]!)
    }
    this.#length = writeInteger(target, at, isSame ? 3 + data.length / 2 : 4 + data.length)
    this.#text = undefined
    this.live++
  }

  /** Marks the entries at these offsets (`EntryCursor.start`) as deleted, which they must not be yet. */
  delete(starts: ReadonlyArray<number>): void {
    if (starts.length === 0) return
    const buffer = this.#buffer ?? Buffer.from(this.text, "latin1")
    // The flags are a small number, which is one byte.
    for (const start of starts) buffer[start] = buffer[start]! | deletedFlag
    this.#text = this.#buffer === undefined ? buffer.latin1Slice() : undefined
    this.live -= starts.length
    this.deleted += starts.length
  }

  /** Keeps the bytes as a text alone, and answers the buffer, which is free for another node. */
  seal(): Buffer | undefined {
    const buffer = this.#buffer
    this.#text = this.text
    this.#buffer = undefined
    this.#fields = undefined
    return buffer
  }

  /** Whether every second one of `data` is the name in the master entry. */
  #hasFieldsOf(data: ReadonlyArray<ByteString.ByteString>): boolean {
    const fields = this.#fields ??= masterFields(this.text).names.map(ByteString.flatCopy)
    if (fields.length * 2 !== data.length) return false
    return fields.every((field, i) => ByteString.equal(field, data[i * 2]!))
  }

  /** A buffer with room for so many more bytes behind those that are there. */
  #reserve(bytes: number): Buffer {
    const needed = this.#length + bytes
    const buffer = this.#buffer
    if (buffer !== undefined && buffer.length >= needed) return buffer
    let capacity = firstCapacity
    while (capacity < needed) capacity *= 2
    const larger = Buffer.allocUnsafeSlow(capacity)
    if (buffer !== undefined) buffer.copy(larger, 0, 0, this.#length)
    else larger.latin1Write(this.text, 0)
    return this.#buffer = larger
  }
}

/** At most what a listpack takes for an entry with these field names and values: each of them stands in it once, be it in the master entry. */
export const maxDataBytes = (data: ReadonlyArray<ByteString.ByteString>): number => {
  let bytes = maxFixedBytes
  for (const { length } of data) bytes += length + (length < maxShortLength ? shortOverhead : maxOverhead)
  return bytes
}

/** Writes the entry of an integer, and answers the offset behind it. */
const writeInteger = (buffer: Buffer, at: number, value: Int64): number => {
  const bytes = encodeInteger(value)
  for (let i = 0; i < bytes.length; i++) buffer[at + i] = bytes.charCodeAt(i)
  buffer[at + bytes.length] = bytes.length
  return at + bytes.length + 1
}

const encodeCounter = (counter: number): string => {
  const bytes = encodeInteger(counter)
  return bytes + String.fromCharCode(bytes.length)
}

const counterCount = 2

/** More than all that is no data takes together: of the listpack, of the master entry and of another one. */
const maxFixedBytes = 64
/** Texts below this length, and those that are kept as integers, have one byte before and one behind them. */
const maxShortLength = 64
const shortOverhead = 2
const maxOverhead = maxHeadBytes + maxLengthBytes

/** Enough for one small entry. */
const firstCapacity = 128

/** Measured on Node 24: the node with its id, and a buffer without its bytes. */
const nodeBytes = 190
const bufferBytes = 200
