/**
 * The entries of a stream, in the order of their ids, which is the order in which they came.
 *
 * They are in nodes of some 100 entries, as in Redis, and the nodes in an ordered map by the id of their first entry. New entries go into the last node, and
 * trimming takes whole nodes from the front. Copies share the nodes: one that is about to change is copied first.
 *
 * | operation | time |
 * | --- | --- |
 * | `append` | O(size of the entry) |
 * | `forEach`, `forEachBackwards` | O(log n + size of a node) to begin, O(size) for each entry |
 * | `delete` | O(log n + size of a node) |
 * | `trim` | O(log n) for each node that goes, and the size of the one that stays |
 * | `copy` | O(1) |
 */
import { type Buffer, constants } from "node:buffer"
import type { ByteString } from "../ByteString.ts"
import type { Int64 } from "../Int64.ts"
import type { Listpack } from "../Listpack.ts"
import { OrderedMap } from "../OrderedMap.ts"
import type { ShapeLimits } from "../Shapes.ts"
import { EntryCursor } from "./EntryCursor.ts"
import { inspectNode } from "./inspectNode.ts"
import { radixTreeNodes } from "./RadixTreeSize.ts"
import * as StreamId from "./StreamId.ts"
import { maxDataBytes, StreamNode } from "./StreamNode.ts"
import { addWrapping } from "./Wrapping64.ts"

export class StreamLog {
  /** The id of the entry that was added last, also when it has been deleted since; XSETID sets it. */
  lastId = StreamId.zero
  /** The greatest id that was deleted one by one, 0-0 where there is none: trimming does not count. */
  maxDeletedId = StreamId.zero
  /** Entries that were ever added. */
  entriesAdded: Int64 = 0
  readonly #limits: ShapeLimits
  /** Names this log as the one that may change a node. Replaced when the nodes become shared. */
  #owner: object = {}
  #nodes = new OrderedMap<StreamNode>()
  /** The last node. */
  #tail: StreamNode | undefined
  #nodeBytes = 0
  #size = 0
  /** `undefined` where it has to be looked for. */
  #firstId: StreamId.StreamId | undefined = StreamId.zero

  constructor(limits: ShapeLimits) {
    this.#limits = limits
  }

  /** Entries that are not deleted. */
  get size(): number {
    return this.#size
  }

  /** Bytes of memory. */
  get bytes(): number {
    return logBytes + this.#nodes.bytes + this.#nodeBytes
  }

  /** The id of the first entry, 0-0 where there is none. */
  get firstId(): StreamId.StreamId {
    if (this.#firstId === undefined) {
      this.#firstId = StreamId.zero
      this.forEach(({ id }) => {
        this.#firstId = id
        return false
      })
    }
    return this.#firstId
  }

  /** The id of the last entry that is not deleted, 0-0 where there is none. */
  get lastEntryId(): StreamId.StreamId {
    let last = StreamId.zero
    this.forEachBackwards(({ id }) => {
      last = id
      return false
    })
    return last
  }

  get nodeCount(): number {
    return this.#nodes.size
  }

  /** How many nodes Redis's radix tree has that holds the log. O(nodes). */
  radixTreeNodes(): number {
    const keys: Array<string> = []
    this.#nodes.forEach((key) => {
      keys.push(key)
    })
    return radixTreeNodes(keys)
  }

  /** Whether an entry of these field names and values can be stored at all. */
  canHold(data: ReadonlyArray<ByteString>): boolean {
    return maxDataBytes(data) <= longestNodeBytes
  }

  /** Adds an entry, whose id must be above `lastId`: field names and values in turn, which must fit (`canHold`) and are copied. */
  append(id: StreamId.StreamId, data: ReadonlyArray<ByteString>): void {
    let tail = this.#tail
    if (tail === undefined || this.#isFull(tail, data)) {
      const node = StreamNode.make(this.#owner, id, data, tail === undefined ? undefined : this.#seal(tail))
      this.#add(node)
      tail = node
    } else {
      tail = this.#own(tail)
    }
    this.#change(tail, () => tail.append(id, data))
    this.#size++
    this.entriesAdded = addWrapping(this.entriesAdded, 1)
    this.lastId = id
    if (this.#size === 1) this.#firstId = id
  }

  /**
   * Adds a node from outside, a sound listpack, behind those that are there, and lets `lastId` be that of its last entry. Says whether it can be such a node.
   */
  appendNode(id: StreamId.StreamId, listpack: Listpack): boolean {
    if (this.#tail !== undefined && StreamId.compare(id, this.lastId) <= 0) return false
    const contents = inspectNode(id, listpack)
    if (contents === undefined) return false
    this.#add(StreamNode.ofListpack(this.#owner, id, listpack, contents))
    this.#size += contents.live
    this.#firstId = undefined
    this.lastId = contents.lastId
    return true
  }

  /** Says whether there was such an entry. */
  delete(id: StreamId.StreamId): boolean {
    const node = this.#nodes.floor(StreamId.toKey(id))?.value
    if (node === undefined) return false
    const cursor = new EntryCursor(node.id, node.text)
    let order = -1
    while (order < 0 && cursor.next()) order = StreamId.compare(cursor.id, id)
    if (order !== 0 || cursor.isDeleted) return false
    if (node.live === 1) this.#remove(node)
    else this.#deleteWithin(node, [cursor.start])
    if (StreamId.equal(id, this.#firstId ?? StreamId.zero)) this.#firstId = undefined
    if (StreamId.compare(id, this.maxDeletedId) > 0) this.maxDeletedId = id
    return true
  }

  /** Deletes entries from the front, and answers how many. After `streamTrim` in t_stream.c. */
  trim({ isApproximate, limit, maxLength, minId }: Trimming): number {
    const before = this.#size
    for (;;) {
      const node = this.#nodes.first()?.value
      if (node === undefined || (maxLength !== undefined && this.#size <= maxLength)) break
      if (before - this.#size + node.live > limit) break
      const goes = maxLength !== undefined
        ? this.#size - node.live >= maxLength
        : StreamId.compare(lastIdOf(node), minId) < 0
      if (goes) {
        this.#remove(node)
        continue
      }
      if (!isApproximate) {
        const excess = maxLength === undefined ? Infinity : this.#size - maxLength
        this.#deleteWithin(node, firstEntries(node, excess, minId ?? StreamId.max))
      }
      break
    }
    if (this.#size < before) this.#firstId = undefined
    return before - this.#size
  }

  /** Visits the entries from `from` to `to`, both included, in order, until `visit` answers false. `visit` must not change the log. */
  forEach(visit: VisitEntry, from = StreamId.zero, to = StreamId.max): void {
    const first = this.#nodes.floor(StreamId.toKey(from))?.key
    this.#nodes.forEach((_, node) => {
      const cursor = new EntryCursor(node.id, node.text)
      while (cursor.next()) {
        if (cursor.isDeleted || StreamId.compare(cursor.id, from) < 0) continue
        if (StreamId.compare(cursor.id, to) > 0 || visit(cursor) === false) return false
      }
      return true
    }, first)
  }

  /** Visits the entries from `from` down to `to`, both included, backwards, until `visit` answers false. `visit` must not change the log. */
  forEachBackwards(visit: VisitEntry, from = StreamId.max, to = StreamId.zero): void {
    this.#nodes.forEachBackwards((_, node) => {
      const cursor = new EntryCursor(node.id, node.text)
      for (let isThere = cursor.last(); isThere; isThere = cursor.previous()) {
        if (cursor.isDeleted || StreamId.compare(cursor.id, from) > 0) continue
        if (StreamId.compare(cursor.id, to) < 0 || visit(cursor) === false) return false
      }
      return true
    }, StreamId.toKey(from))
  }

  has(id: StreamId.StreamId): boolean {
    return this.get(id) !== undefined
  }

  get(id: StreamId.StreamId): LogEntry | undefined {
    let found: LogEntry | undefined
    this.forEach(
      (entry) => {
        found = entry
        return false
      },
      id,
      id
    )
    return found
  }

  /**
   * Visits the nodes in order, as Redis stores them, until `visit` answers false: the id to which the entries relate, and the listpack. It begins with the node
   * of the id `from`. `visit` must not change the log.
   */
  forEachNode(visit: (id: StreamId.StreamId, listpack: Listpack) => boolean | void, from = StreamId.zero): void {
    this.#nodes.forEach((_, node) => visit(node.id, node.listpack), StreamId.toKey(from))
  }

  /** An independent log with the same entries. */
  copy(): StreamLog {
    const copy = new StreamLog(this.#limits)
    copy.lastId = this.lastId
    copy.maxDeletedId = this.maxDeletedId
    copy.entriesAdded = this.entriesAdded
    copy.#nodes = this.#nodes.copy()
    copy.#tail = this.#tail
    copy.#nodeBytes = this.#nodeBytes
    copy.#size = this.#size
    copy.#firstId = this.#firstId
    this.#owner = {}
    return copy
  }

  /** Whether a new entry needs a new node. */
  #isFull(node: StreamNode, data: ReadonlyArray<ByteString>): boolean {
    const maxBytes = this.#limits["stream-node-max-bytes"]
    const maxEntries = this.#limits["stream-node-max-entries"]
    if (maxEntries > 0 && node.live + node.deleted >= maxEntries) return true
    if (maxBytes > 0 && node.listpackBytes + lengthOf(data) >= maxBytes) return true
    return node.listpackBytes + maxDataBytes(data) > longestNodeBytes
  }

  #add(node: StreamNode): void {
    this.#nodes.set(StreamId.toKey(node.id), node)
    this.#nodeBytes += node.bytes
    this.#tail = node
  }

  #remove(node: StreamNode): void {
    this.#nodes.delete(StreamId.toKey(node.id))
    this.#nodeBytes -= node.bytes
    this.#size -= node.live
    if (node === this.#tail) this.#tail = this.#nodes.last()?.value
  }

  #deleteWithin(node: StreamNode, starts: ReadonlyArray<number>): void {
    const own = this.#own(node)
    this.#change(own, () => own.delete(starts))
    this.#size -= starts.length
  }

  /** The node itself where it is this log's alone, else a copy that is, in its place. */
  #own(node: StreamNode): StreamNode {
    if (node.owner === this.#owner) return node
    const own = node.copy(this.#owner)
    this.#nodes.set(StreamId.toKey(node.id), own)
    this.#nodeBytes += own.bytes - node.bytes
    if (node === this.#tail) this.#tail = own
    return own
  }

  /** Changes a node of this log alone, and counts its memory. */
  #change(node: StreamNode, change: () => void): void {
    const before = node.bytes
    change()
    this.#nodeBytes += node.bytes - before
  }

  /** Lets a full node have no more room than it needs, and answers its buffer for the next one. */
  #seal(node: StreamNode): Buffer | undefined {
    // Another log may go on to append to a node it shares.
    if (node.owner !== this.#owner) return undefined
    const before = node.bytes
    const buffer = node.seal()
    this.#nodeBytes += node.bytes - before
    return buffer !== undefined && buffer.length <= maxReusedBytes ? buffer : undefined
  }
}

/** An entry, while it is visited. */
export interface LogEntry {
  readonly id: StreamId.StreamId
  /** Field names and values in turn, for a reply: what is kept of them needs `ByteString.flatCopy`. */
  readonly data: () => Array<string>
}

/** Answers false to end the visit. */
export type VisitEntry = (entry: LogEntry) => boolean | void

/** What trimming leaves, either the newest entries or those with the greatest ids. */
export type Trimming =
  & {
    /** Only whole nodes go. */
    readonly isApproximate: boolean
    /** At most so many entries go, in whole nodes; Infinity is no limit. */
    readonly limit: number
  }
  & (
    | { readonly maxLength: number; readonly minId?: undefined }
    | { readonly minId: StreamId.StreamId; readonly maxLength?: undefined }
  )

/** The id of the last entry, deleted or not. */
const lastIdOf = (node: StreamNode): StreamId.StreamId => {
  const cursor = new EntryCursor(node.id, node.text)
  cursor.last()
  return cursor.id
}

/** The offsets of the first entries, so many at most, whose ids are below `minId`. */
const firstEntries = (node: StreamNode, count: number, minId: StreamId.StreamId): ReadonlyArray<number> => {
  const starts: Array<number> = []
  const cursor = new EntryCursor(node.id, node.text)
  while (starts.length < count && cursor.next() && StreamId.compare(cursor.id, minId) < 0) {
    if (!cursor.isDeleted) starts.push(cursor.start)
  }
  return starts
}

const lengthOf = (data: ReadonlyArray<ByteString>): number => data.reduce((sum, { length }) => sum + length, 0)

/** Redis lets no node grow beyond 1 GiB; here the limit is the longest string of V8, about half of it. */
const longestNodeBytes = constants.MAX_STRING_LENGTH

/** A larger buffer, made for a large entry, is not kept for the small ones that may follow. */
const maxReusedBytes = 16 * 1024

/** Measured on Node 24: the log with its map and its ids. */
const logBytes = 270
