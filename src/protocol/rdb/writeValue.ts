/**
 * Values in the forms of the RDB format, byte for byte as Redis writes them where it holds them in the same shape.
 *
 * | shape | type |
 * | --- | --- |
 * | listpack, intset | the bytes as they are |
 * | quicklist | its nodes, compressed ones as they are |
 * | hash table, skiplist | members and fields one by one |
 * | stream | the nodes of its log, then the groups |
 *
 * Version 10, that of Redis 7.0, has no sets as listpacks and does not know when a consumer was active. Only version 12 has fields with deadlines; where there
 * are some they are written all the same, so that none are lost. Source: `rdbSaveObject` in rdb.c of Valkey 8.1, and of Redis 8.0 for fields with deadlines.
 */
import { toText } from "../../data/ByteString.ts"
import type { HashTable } from "../../data/hash/HashTable.ts"
import type { HashValue } from "../../data/HashValue.ts"
import * as Listpack from "../../data/Listpack.ts"
import type { Quicklist } from "../../data/list/Quicklist.ts"
import type { ListValue } from "../../data/ListValue.ts"
import type { SetValue } from "../../data/SetValue.ts"
import type { SortedSetValue } from "../../data/SortedSetValue.ts"
import type { Consumer, ConsumerGroup } from "../../data/stream/ConsumerGroup.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import type { StreamValue } from "../../data/StreamValue.ts"
import { type AggregateValue, isString, type Value } from "../../data/Value.ts"
import { hashExpiryRdbVersion, QuicklistContainer, ValueType } from "./RdbFormat.ts"
import type { Parts, RdbOutput } from "./RdbOutput.ts"

/** Whether it takes version 12 to say all about the value. */
export const needsHashExpiry = (value: Value): boolean =>
  !isString(value) && value.type === "hash" && value.soonestDeadline < Infinity

/** What stands for the value's shape before it, or before its key. */
export const valueType = (value: Value, version: number): number => {
  if (isString(value)) return ValueType.string
  switch (value.type) {
    case "list":
      return ValueType.listQuicklist2
    case "set":
      if (value.encoding === "intset") return ValueType.setIntset
      return value.encoding === "listpack" && version >= setListpackVersion ? ValueType.setListpack : ValueType.set
    case "zset":
      return value.encoding === "listpack" ? ValueType.sortedSetListpack : ValueType.sortedSet2
    case "hash": {
      const hasDeadlines = needsHashExpiry(value)
      if (value.encoding === "hashtable") return hasDeadlines ? ValueType.hashExpiry : ValueType.hash
      return isExpiryListpack(value, version) ? ValueType.hashListpackExpiry : ValueType.hashListpack
    }
    case "stream":
      return version >= consumerActivityVersion ? ValueType.streamListpacks3 : ValueType.streamListpacks2
  }
}

/** Writes a value without its type. What is returned writes the rest of a large one, which must not change until it is through. */
export const writeValue = (output: RdbOutput, value: Value, version: number): Parts | undefined => {
  if (isString(value)) return output.value(value)
  const compact = compactBytes(value, version)
  if (compact !== undefined) return output.stringInParts(compact)
  const parts = inParts(output, value, version)
  // Most are small enough to be through at once.
  return parts.next().done === true ? undefined : parts
}

/** A value that is one string in the file as well. */
const compactBytes = (value: AggregateValue, version: number): string | undefined => {
  switch (value.type) {
    case "list":
    case "stream":
      return undefined
    case "set":
      return value.encoding === "listpack" && version < setListpackVersion ? undefined : value.compact
    case "zset":
      return value.listpack
    case "hash": {
      const { encoding, listpack } = value
      if (listpack === undefined || encoding === "listpack") return listpack
      return isExpiryListpack(value, version) ? undefined : withoutDeadlines(value)
    }
  }
}

const inParts = (output: RdbOutput, value: AggregateValue, version: number): Parts => {
  switch (value.type) {
    case "list":
      return list(output, value)
    case "set":
      return set(output, value)
    case "zset":
      return sortedSet(output, value)
    case "hash":
      return hash(output, value)
    case "stream":
      return stream(output, value, version)
  }
}

function* list(output: RdbOutput, list: ListValue): Parts {
  const { listpack, quicklist } = list
  if (quicklist !== undefined) return yield* nodes(output, quicklist)
  // A small list is written as one of a single node.
  output.length(1)
  output.length(QuicklistContainer.packed)
  yield* output.stringInParts(listpack ?? Listpack.empty) ?? []
}

function* nodes(output: RdbOutput, quicklist: Quicklist): Parts {
  const { nodeCount } = quicklist
  output.length(nodeCount)
  for (let number = 0; number < nodeCount; number++) {
    const node = quicklist.node(number)
    output.length(node.isPlain ? QuicklistContainer.plain : QuicklistContainer.packed)
    const { compressed } = node
    if (compressed !== undefined) output.compressed(compressed, node.size)
    else yield* output.stringInParts(node.content()) ?? []
    if (output.isPartFull()) yield
  }
}

function* set(output: RdbOutput, set: SetValue): Parts {
  output.length(set.size)
  if (set.encoding === "listpack") {
    set.forEach((member) => output.string(member))
    return
  }
  for (let index = 0; index < set.size; index++) {
    yield* output.stringInParts(set.memberAt(index)) ?? []
    if (output.isPartFull()) yield
  }
}

/** From the highest score down: so the reader can add each member before all others. */
function* sortedSet(output: RdbOutput, set: SortedSetValue): Parts {
  output.length(set.size)
  for (let to = set.size; to > 0; to -= membersPerVisit) {
    set.visit(Math.max(to - membersPerVisit, 0), to, true, (score, member) => {
      output.string(member)
      output.double(score)
    })
    if (output.isPartFull()) yield
  }
}

function* hash(output: RdbOutput, hash: HashValue): Parts {
  const { listpack, soonestDeadline, table } = hash
  const base = soonestDeadline < Infinity ? soonestDeadline : undefined
  if (listpack !== undefined) {
    output.millis(base ?? 0)
    yield* output.stringInParts(listpack) ?? []
  } else if (table !== undefined) {
    if (base !== undefined) output.millis(base)
    yield* fields(output, table, base)
  }
}

function* fields(output: RdbOutput, table: HashTable, base: number | undefined): Parts {
  const { size } = table
  output.length(size)
  for (let index = 0; index < size; index++) {
    if (base !== undefined) {
      const deadline = table.deadlineAt(index)
      // They count from the soonest one, which is 1, and 0 is none.
      output.length(deadline === undefined ? 0 : deadline - base + 1)
    }
    yield* output.stringInParts(table.fieldAt(index)) ?? []
    yield* output.stringInParts(table.valueAt(index)) ?? []
    if (output.isPartFull()) yield
  }
}

function* stream(output: RdbOutput, stream: StreamValue, version: number): Parts {
  const { groupCount, log } = stream
  output.length(log.nodeCount)
  let next: StreamId.StreamId | undefined = StreamId.zero
  while (next !== undefined) {
    const from: StreamId.StreamId = next
    next = undefined
    log.forEachNode((id, listpack) => {
      if (output.isPartFull()) {
        next = id
        return false
      }
      output.string(StreamId.toKey(id))
      output.string(listpack)
      return true
    }, from)
    if (next !== undefined) yield
  }
  const { entriesAdded, firstId, lastId, maxDeletedId, size } = log
  output.length(size)
  for (const { ms, seq } of [lastId, firstId, maxDeletedId]) {
    output.length(ms)
    output.length(seq)
  }
  output.length(entriesAdded)
  output.length(groupCount)
  const groups: Array<ConsumerGroup> = []
  stream.forEachGroup((group) => {
    groups.push(group)
  })
  for (const group of groups) yield* consumerGroup(output, group, version)
}

function* consumerGroup(output: RdbOutput, group: ConsumerGroup, version: number): Parts {
  output.string(group.name)
  output.length(group.lastId.ms)
  output.length(group.lastId.seq)
  output.length(group.entriesRead ?? -1)
  output.length(group.pendingCount)
  yield* pending(output, group, undefined)
  output.length(group.consumerCount)
  const consumers: Array<Consumer> = []
  group.forEachConsumer((consumer) => {
    consumers.push(consumer)
  })
  for (const { activeAtMillis, name, pendingCount, seenAtMillis } of consumers) {
    output.string(name)
    output.millis(seenAtMillis)
    if (version >= consumerActivityVersion) output.millis(activeAtMillis ?? -1)
    output.length(pendingCount)
    yield* pending(output, group, name)
  }
}

/** What is pending for the group, or only the ids of what is for one of its consumers. */
function* pending(output: RdbOutput, group: ConsumerGroup, consumer: string | undefined): Parts {
  let next: StreamId.StreamId | undefined = StreamId.zero
  while (next !== undefined) {
    const from: StreamId.StreamId = next
    next = undefined
    group.forEachPending(
      (id, { deliveredAtMillis, deliveries }) => {
        if (output.isPartFull()) {
          next = id
          return false
        }
        output.raw(StreamId.toKey(id))
        if (consumer === undefined) {
          output.millis(deliveredAtMillis)
          output.length(deliveries)
        }
        return true
      },
      from,
      consumer
    )
    if (next !== undefined) yield
  }
}

/** The first versions that know sets as listpacks, and when a consumer was active (Redis 7.2). */
const setListpackVersion = 11
const consumerActivityVersion = 11

/** Whether a listpack is written with its deadlines. Those that know none can have it if it has none now. */
const isExpiryListpack = (hash: HashValue, version: number): boolean =>
  hash.encoding === "listpackex" && (version >= hashExpiryRdbVersion || needsHashExpiry(hash))

const withoutDeadlines = (hash: HashValue): Listpack.Listpack => {
  const texts: Array<string> = []
  hash.forEach((field, value) => texts.push(field, toText(value)))
  return Listpack.from(texts)
}

const membersPerVisit = 128
