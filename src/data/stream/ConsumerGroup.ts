/**
 * A consumer group of a stream: how far it has read, who its consumers are, and what they have been given and not acknowledged yet.
 *
 * The pending entries are in one map of the group, with all that is known about each. A consumer only has the ids of its own, so that an entry that is
 * delivered again changes in one place. A group knows nothing of the stream's entries: a pending one may be deleted.
 */
import { flatCopy } from "../ByteString.ts"
import type { Int64 } from "../Int64.ts"
import { OrderedMap } from "../OrderedMap.ts"
import { textBytes } from "../StringValue.ts"
import * as StreamId from "./StreamId.ts"

export class ConsumerGroup {
  /** Who may change this group; whoever else has to copies it first. */
  readonly owner: object
  readonly name: string
  /** The greatest id that was delivered. */
  lastId: StreamId.StreamId
  /** How many entries the stream had been added when the last one was that is read, `undefined` where nobody knows. */
  entriesRead: Int64 | undefined
  /** By `StreamId.toKey` of the entry's id. */
  #pending = new OrderedMap<PendingEntry>()
  #consumers = new OrderedMap<GroupConsumer>()
  #consumerBytes = 0
  /** Names this group as the one that may change a consumer. */
  readonly #consumerOwner = {}

  /** The name is kept, so it must be a flat string. */
  constructor(owner: object, name: string, lastId: StreamId.StreamId, entriesRead: Int64 | undefined) {
    this.owner = owner
    this.name = name
    this.lastId = lastId
    this.entriesRead = entriesRead
  }

  /** Pending entries. */
  get pendingCount(): number {
    return this.#pending.size
  }

  get consumerCount(): number {
    return this.#consumers.size
  }

  /** Bytes of memory. */
  get bytes(): number {
    return groupBytes + textBytes(this.name.length) + this.#pending.bytes + this.#pending.size * pendingBytes +
      this.#consumers.bytes + this.#consumerBytes
  }

  consumer(name: string): Consumer | undefined {
    return this.#consumers.get(name)
  }

  /** Visits the consumers by name. `visit` must not change the group. */
  forEachConsumer(visit: (consumer: Consumer) => void): void {
    this.#consumers.forEach((_, consumer) => visit(consumer))
  }

  /** Says whether there was no such consumer yet. */
  createConsumer(name: string, nowMillis: number): boolean {
    if (this.#consumers.has(name)) return false
    const consumer = new GroupConsumer(this.#consumerOwner, flatCopy(name), nowMillis, undefined)
    this.#consumers.set(consumer.name, consumer)
    this.#consumerBytes += consumer.bytes
    return true
  }

  /** Removes a consumer and what is pending for it, and answers how many entries that were. */
  removeConsumer(name: string): number {
    const consumer = this.#consumers.get(name)
    if (consumer === undefined) return 0
    consumer.ids.forEach((key) => {
      this.#pending.delete(key)
    })
    this.#consumers.delete(name)
    this.#consumerBytes -= consumer.bytes
    return consumer.pendingCount
  }

  /** Notes that a consumer, which must exist, has asked for entries; and, where it `isActive`, that it has got some. */
  touch(name: string, nowMillis: number, isActive: boolean): void {
    this.#change(name, (consumer) => {
      if (isActive) consumer.activeAtMillis = nowMillis
      else consumer.seenAtMillis = nowMillis
    })
  }

  pending(id: StreamId.StreamId): PendingEntry | undefined {
    return this.#pending.get(StreamId.toKey(id))
  }

  /** The ends of the pending entries, `undefined` where there are none. */
  pendingRange(): { readonly first: StreamId.StreamId; readonly last: StreamId.StreamId } | undefined {
    const first = this.#pending.first()
    const last = this.#pending.last()
    if (first === undefined || last === undefined) return undefined
    return { first: StreamId.ofKey(first.key), last: StreamId.ofKey(last.key) }
  }

  /** Visits pending entries, of one consumer where it is named, in order from this id on, until `visit` answers false. `visit` must not change the group. */
  forEachPending(visit: VisitPending, from = StreamId.zero, consumerName?: string): void {
    const key = StreamId.toKey(from)
    if (consumerName === undefined) {
      this.#pending.forEach((key, entry) => visit(StreamId.ofKey(key), entry), key)
    } else {
      // An id of a consumer is one of the group.
      this.#consumers.get(consumerName)?.ids.forEach((key) => visit(StreamId.ofKey(key), this.#pending.get(key)!), key)
    }
  }

  /** Makes an entry pending for a consumer, which must exist, or pass on to it. */
  assign(id: StreamId.StreamId, consumerName: string, deliveredAtMillis: number, deliveries: Int64): void {
    const key = StreamId.toKey(id)
    // The name as the consumer has it, and not as part of a request.
    const consumer = this.#consumers.get(consumerName)!.name
    const previous = this.#pending.set(key, { consumer, deliveredAtMillis, deliveries })?.consumer
    if (previous === consumer) return
    if (previous !== undefined) this.#change(previous, ({ ids }) => ids.delete(key))
    this.#change(consumer, ({ ids }) => ids.set(key, true))
  }

  /** Ends an entry's being pending. Says whether it was. */
  acknowledge(id: StreamId.StreamId): boolean {
    const key = StreamId.toKey(id)
    const entry = this.#pending.delete(key)
    if (entry === undefined) return false
    this.#change(entry.consumer, ({ ids }) => ids.delete(key))
    return true
  }

  /** An independent group with the same contents, for this owner. */
  copy(owner: object): ConsumerGroup {
    const copy = new ConsumerGroup(owner, this.name, this.lastId, this.entriesRead)
    copy.#pending = this.#pending.copy()
    copy.#consumers = this.#consumers.copy()
    copy.#consumerBytes = this.#consumerBytes
    return copy
  }

  /** Changes a consumer that exists, and counts its memory. */
  #change(name: string, change: (consumer: GroupConsumer) => void): void {
    let consumer = this.#consumers.get(name)!
    if (consumer.owner !== this.#consumerOwner) {
      consumer = consumer.copy(this.#consumerOwner)
      this.#consumers.set(name, consumer)
    }
    const before = consumer.bytes
    change(consumer)
    this.#consumerBytes += consumer.bytes - before
  }
}

/** An entry that was delivered and is not acknowledged. It is replaced, never changed. */
export interface PendingEntry {
  /** The name of the consumer that got it last, which is one of the group's. */
  readonly consumer: string
  /** When that was. */
  readonly deliveredAtMillis: number
  readonly deliveries: Int64
}

/** Answers false to end the visit. */
export type VisitPending = (id: StreamId.StreamId, entry: PendingEntry) => boolean | void

/** A consumer as it is now. */
export interface Consumer {
  readonly name: string
  /** When it last asked for entries. */
  readonly seenAtMillis: number
  /** When it last got some, `undefined` where it never did. */
  readonly activeAtMillis: number | undefined
  readonly pendingCount: number
}

class GroupConsumer implements Consumer {
  readonly owner: object
  readonly name: string
  seenAtMillis: number
  activeAtMillis: number | undefined
  /** The keys of what is pending for it. */
  ids = new OrderedMap<true>()

  constructor(owner: object, name: string, seenAtMillis: number, activeAtMillis: number | undefined) {
    this.owner = owner
    this.name = name
    this.seenAtMillis = seenAtMillis
    this.activeAtMillis = activeAtMillis
  }

  get pendingCount(): number {
    return this.ids.size
  }

  get bytes(): number {
    return consumerBytes + textBytes(this.name.length) + this.ids.bytes
  }

  copy(owner: object): GroupConsumer {
    const copy = new GroupConsumer(owner, this.name, this.seenAtMillis, this.activeAtMillis)
    copy.ids = this.ids.copy()
    return copy
  }
}

/** Measured on Node 24, without the names and the nodes of the maps. */
const groupBytes = 400
const consumerBytes = 320
/** A pending entry with its key, which the consumer's list shares. */
const pendingBytes = 96
