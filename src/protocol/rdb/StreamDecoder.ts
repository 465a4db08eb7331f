/**
 * Streams: the nodes of the log, what is known of the log as a whole, and the groups with their consumers.
 *
 * A pending entry is told twice: all of a group with times and counts, and then only the ids again by consumer.
 */
import type { Int64 } from "../../data/Int64.ts"
import * as Listpack from "../../data/Listpack.ts"
import { OrderedMap } from "../../data/OrderedMap.ts"
import type { ConsumerGroup } from "../../data/stream/ConsumerGroup.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import { StreamValue } from "../../data/StreamValue.ts"
import { ValueType } from "./RdbFormat.ts"
import type { RdbSource } from "./RdbSource.ts"
import type { DecoderOptions, ValueDecoder } from "./ValueDecoder.ts"

export class StreamDecoder implements ValueDecoder {
  readonly #type: number
  readonly #stream: StreamValue
  #hasTotals = false
  /** How many of each are still to come in what is being read, `undefined` while their number is. */
  #nodesLeft: number | undefined
  #groupsLeft: number | undefined
  #pendingLeft: number | undefined
  #consumersLeft: number | undefined
  #idsLeft: number | undefined
  /** The names of the group and of its consumer that are being read. */
  #group: string | undefined
  #consumer: string | undefined
  /** What is pending in the group, by `StreamId.toKey`, and of no consumer yet. */
  #pending = new OrderedMap<Delivery>()

  /** For a stream of one of three types. */
  constructor(type: number, options: DecoderOptions) {
    this.#type = type
    this.#stream = new StreamValue(options.shapes)
  }

  read(source: RdbSource): StreamValue | undefined {
    return this.#readNodes(source) && this.#readTotals(source) && this.#readGroups(source) ? this.#stream : undefined
  }

  /** As all that follow, it says whether it has come to its end. */
  #readNodes(source: RdbSource): boolean {
    const { log } = this.#stream
    this.#nodesLeft ??= countFrom(source)
    if (this.#nodesLeft === undefined) return false
    for (; this.#nodesLeft > 0; this.#nodesLeft--) {
      const key = source.text()
      const text = source.text()
      if (source.isStopped) return false
      const listpack = key.length === idBytes ? Listpack.restore(text) : undefined
      if (listpack === undefined || !log.appendNode(StreamId.ofKey(key), listpack)) {
        source.fail("a node of a stream is damaged")
        return false
      }
      source.commit()
    }
    return true
  }

  #readTotals(source: RdbSource): boolean {
    if (this.#hasTotals) return true
    const { log } = this.#stream
    const size = source.length()
    const lastId = idFrom(source)
    let maxDeletedId = StreamId.zero
    let entriesAdded: Int64 = log.size
    if (this.#type !== ValueType.streamListpacks) {
      // The id of the first entry, which is known.
      idFrom(source)
      maxDeletedId = idFrom(source)
      entriesAdded = source.signed64()
    }
    if (source.isStopped) return false
    if (size > 0 && log.nodeCount === 0) source.fail("a stream has entries and no nodes")
    else if (StreamId.compare(lastId, log.lastId) < 0) source.fail("a stream has an entry above its last id")
    if (source.isStopped) return false
    log.lastId = lastId
    log.maxDeletedId = maxDeletedId
    log.entriesAdded = entriesAdded
    this.#hasTotals = true
    source.commit()
    return true
  }

  #readGroups(source: RdbSource): boolean {
    this.#groupsLeft ??= countFrom(source)
    if (this.#groupsLeft === undefined) return false
    for (; this.#groupsLeft > 0; this.#groupsLeft--) {
      const name = this.#group ??= this.#beginGroup(source)
      if (name === undefined) return false
      const isRead = this.#stream.changeGroup(
        name,
        (group) => this.#readPending(source) && this.#readConsumers(source, group)
      )
      if (!isRead) return false
      if (this.#pending.size > 0) {
        source.fail("an entry is pending in a group for none of its consumers")
        return false
      }
      this.#group = undefined
      this.#pendingLeft = undefined
      this.#consumersLeft = undefined
    }
    return true
  }

  /** Answers the name of the next group, which from now on is there. */
  #beginGroup(source: RdbSource): string | undefined {
    const name = source.text()
    const lastId = idFrom(source)
    const entriesRead = this.#type === ValueType.streamListpacks
      ? this.#stream.entriesAddedBy(lastId)
      : source.signed64()
    if (source.isStopped) return undefined
    if (!this.#stream.createGroup(name, lastId, entriesRead === unknownCount ? undefined : entriesRead)) {
      source.fail("a stream has a group twice")
      return undefined
    }
    source.commit()
    return name
  }

  #readPending(source: RdbSource): boolean {
    this.#pendingLeft ??= countFrom(source)
    if (this.#pendingLeft === undefined) return false
    for (; this.#pendingLeft > 0; this.#pendingLeft--) {
      const key = source.raw(idBytes)
      const atMillis = source.millis()
      const deliveries = source.unsigned64()
      if (source.isStopped) return false
      if (this.#pending.set(key, { atMillis, deliveries }) !== undefined) {
        source.fail("an entry is pending in a group twice")
        return false
      }
      source.commit()
    }
    return true
  }

  #readConsumers(source: RdbSource, group: ConsumerGroup): boolean {
    this.#consumersLeft ??= countFrom(source)
    if (this.#consumersLeft === undefined) return false
    for (; this.#consumersLeft > 0; this.#consumersLeft--) {
      const name = this.#consumer ??= this.#beginConsumer(source, group)
      if (name === undefined || !this.#readIds(source, group, name)) return false
      this.#consumer = undefined
      this.#idsLeft = undefined
    }
    return true
  }

  /** Answers the name of the next consumer, which from now on is there. */
  #beginConsumer(source: RdbSource, group: ConsumerGroup): string | undefined {
    const name = source.text()
    const seenAtMillis = source.millis()
    // What was written before these times were told apart has the one that is never earlier.
    const activeAtMillis = this.#type === ValueType.streamListpacks3 ? source.millis() : seenAtMillis
    if (source.isStopped) return undefined
    if (!group.createConsumer(name, seenAtMillis)) {
      source.fail("Duplicate stream consumer detected")
      return undefined
    }
    if (activeAtMillis !== never) group.touch(name, activeAtMillis, true)
    source.commit()
    return name
  }

  #readIds(source: RdbSource, group: ConsumerGroup, consumer: string): boolean {
    this.#idsLeft ??= countFrom(source)
    if (this.#idsLeft === undefined) return false
    for (; this.#idsLeft > 0; this.#idsLeft--) {
      const key = source.raw(idBytes)
      if (source.isStopped) return false
      const delivery = this.#pending.delete(key)
      if (delivery === undefined) {
        source.fail("an entry is pending for a consumer and not in its group, or twice")
        return false
      }
      group.assign(StreamId.ofKey(key), consumer, delivery.atMillis, delivery.deliveries)
      source.commit()
    }
    return true
  }
}

interface Delivery {
  readonly atMillis: number
  readonly deliveries: Int64
}

/** Commits what it has read; `undefined` where the source has stopped. */
const countFrom = (source: RdbSource): number | undefined => {
  const count = source.length()
  if (source.isStopped) return undefined
  source.commit()
  return count
}

const idFrom = (source: RdbSource): StreamId.StreamId => {
  const ms = source.unsigned64()
  return { ms, seq: source.unsigned64() }
}

const idBytes = 16

/** Instead of how many entries a group has read, and of when a consumer was active. */
const unknownCount = -1
const never = -1
