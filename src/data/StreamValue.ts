/**
 * A stream: a log of entries, the groups of consumers that read it, and what the two have to do with each other.
 *
 * Source: t_stream.c.
 */
import { Aggregate } from "./Aggregate.ts"
import { flatCopy } from "./ByteString.ts"
import type { Int64 } from "./Int64.ts"
import { OrderedMap } from "./OrderedMap.ts"
import type { Shapes } from "./Shapes.ts"
import { ConsumerGroup } from "./stream/ConsumerGroup.ts"
import * as StreamId from "./stream/StreamId.ts"
import { StreamLog } from "./stream/StreamLog.ts"
import { addWrapping, subtractWrapping } from "./stream/Wrapping64.ts"

export class StreamValue extends Aggregate {
  readonly type = "stream"
  readonly encoding = "stream"
  readonly log: StreamLog
  readonly #shapes: Shapes
  #groups = new OrderedMap<ConsumerGroup>()
  #groupBytes = 0
  /** Names this stream as the one that may change a group. Replaced when the groups become shared. */
  #owner: object = {}

  constructor(shapes: Shapes, log = new StreamLog(shapes.limits)) {
    super()
    this.#shapes = shapes
    this.log = log
  }

  /** Entries that are not deleted. */
  get size(): number {
    return this.log.size
  }

  get bytes(): number {
    return streamBytes + this.log.bytes + this.#groups.bytes + this.#groupBytes
  }

  get groupCount(): number {
    return this.#groups.size
  }

  /** A group to look at: what changes it is `changeGroup`. */
  group(name: string): ConsumerGroup | undefined {
    return this.#groups.get(name)
  }

  /** Visits the groups by name. `visit` must not change them. */
  forEachGroup(visit: (group: ConsumerGroup) => void): void {
    this.#groups.forEach((_, group) => visit(group))
  }

  /** Says whether there was no such group yet. */
  createGroup(name: string, lastId: StreamId.StreamId, entriesRead: Int64 | undefined): boolean {
    if (this.#groups.has(name)) return false
    const group = new ConsumerGroup(this.#owner, flatCopy(name), lastId, entriesRead)
    this.#groups.set(group.name, group)
    this.#groupBytes += group.bytes
    return true
  }

  /** Changes a group, which must exist, answers what `change` does, and counts the group's memory. */
  changeGroup<A>(name: string, change: (group: ConsumerGroup) => A): A {
    let group = this.#groups.get(name)!
    if (group.owner !== this.#owner) {
      group = group.copy(this.#owner)
      this.#groups.set(name, group)
    }
    const before = group.bytes
    const answer = change(group)
    this.#groupBytes += group.bytes - before
    return answer
  }

  /** Says whether there was such a group. */
  removeGroup(name: string): boolean {
    const group = this.#groups.delete(name)
    this.#groupBytes -= group?.bytes ?? 0
    return group !== undefined
  }

  /** How many entries a group has not read yet, `undefined` where deleted ones make that unknown. */
  lag({ entriesRead, lastId }: ConsumerGroup): Int64 | undefined {
    const { entriesAdded } = this.log
    if (entriesAdded === 0) return 0
    const isCounted = entriesRead !== undefined && !this.#hasDeletedFrom(lastId)
    const read = isCounted ? entriesRead : this.entriesAddedBy(lastId)
    return read === undefined ? undefined : subtractWrapping(entriesAdded, read)
  }

  /** Notes that a group, which the caller may change, has read the entry with this id, which is above its last one. */
  advance(group: ConsumerGroup, id: StreamId.StreamId): void {
    const { entriesRead, lastId } = group
    const { entriesAdded, firstId } = this.log
    const isCounted = entriesRead !== undefined && StreamId.compare(lastId, firstId) >= 0 &&
      !this.#hasDeletedFrom(lastId)
    if (isCounted) group.entriesRead = addWrapping(entriesRead, 1)
    else if (entriesAdded !== 0) group.entriesRead = this.entriesAddedBy(id)
    group.lastId = id
  }

  /**
   * How many entries had been added when the one with this id was, `undefined` where that cannot be told: between the first and the last entry it is known
   * of neither a deleted id nor a made-up one. After `streamEstimateDistanceFromFirstEverEntry` in t_stream.c.
   */
  entriesAddedBy(id: StreamId.StreamId): Int64 | undefined {
    const { entriesAdded, firstId, lastId, maxDeletedId, size } = this.log
    if (entriesAdded === 0) return 0
    const order = StreamId.compare(id, lastId)
    if (size === 0 && order <= 0) return entriesAdded
    if (!StreamId.isZero(id) && StreamId.compare(id, maxDeletedId) < 0) return undefined
    if (order === 0) return entriesAdded
    if (order > 0) return undefined
    if (!StreamId.isZero(maxDeletedId) && StreamId.compare(maxDeletedId, firstId) >= 0) return undefined
    const orderToFirst = StreamId.compare(id, firstId)
    if (orderToFirst > 0) return undefined
    const beforeFirst = subtractWrapping(entriesAdded, size)
    return orderToFirst === 0 ? addWrapping(beforeFirst, 1) : beforeFirst
  }

  copy(): StreamValue {
    const copy = new StreamValue(this.#shapes, this.log.copy())
    copy.#groups = this.#groups.copy()
    copy.#groupBytes = this.#groupBytes
    this.#owner = {}
    return copy
  }

  /** Whether an entry with this id or one above it was deleted one by one. */
  #hasDeletedFrom(id: StreamId.StreamId): boolean {
    const { maxDeletedId, size } = this.log
    return size > 0 && !StreamId.isZero(maxDeletedId) && StreamId.compare(id, maxDeletedId) <= 0
  }
}

/** Measured on Node 24, without the log and the groups. */
const streamBytes = 160
