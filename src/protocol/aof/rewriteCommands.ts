/**
 * The commands that make a value anew: what a rewrite of the append-only file writes where it does not write RDB.
 *
 * No command has more than 64 elements, so that no one stands still for long when it is repeated. Source: `rewriteAppendOnlyFileRio` in aof.c.
 */
import type { ByteString } from "../../data/ByteString.ts"
import { formatDouble } from "../../data/Double.ts"
import type { HashValue } from "../../data/HashValue.ts"
import type { ListValue } from "../../data/ListValue.ts"
import type { SetValue } from "../../data/SetValue.ts"
import type { SortedSetValue } from "../../data/SortedSetValue.ts"
import type { ConsumerGroup } from "../../data/stream/ConsumerGroup.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import type { StreamValue } from "../../data/StreamValue.ts"
import * as StringValue from "../../data/StringValue.ts"
import { isString, type Value } from "../../data/Value.ts"

export type Command = ReadonlyArray<ByteString>

/** The commands for one key. The value must not change before they are through. */
export function* rewriteCommands(key: string, value: Value, expireAtMillis: number | undefined): Generator<Command> {
  if (isString(value)) yield ["SET", key, StringValue.toBytes(value)]
  else {
    switch (value.type) {
      case "list":
        yield* list(key, value)
        break
      case "set":
        yield* set(key, value)
        break
      case "zset":
        yield* sortedSet(key, value)
        break
      case "hash":
        yield* hash(key, value)
        break
      case "stream":
        yield* stream(key, value)
        break
    }
  }
  if (expireAtMillis !== undefined) yield ["PEXPIREAT", key, String(expireAtMillis)]
}

function* list(key: string, list: ListValue): Generator<Command> {
  for (let at = 0; at < list.size; at += batch) {
    yield ["RPUSH", key, ...list.slice(at, Math.min(batch, list.size - at))]
  }
}

function* set(key: string, set: SetValue): Generator<Command> {
  yield* batches(["SADD", key], set.size, (index) => [set.memberAt(index)])
}

function* sortedSet(key: string, set: SortedSetValue): Generator<Command> {
  for (let at = 0; at < set.size; at += batch) {
    const words: Array<ByteString> = ["ZADD", key]
    set.visit(at, Math.min(at + batch, set.size), false, (score, member) => {
      words.push(formatDouble(score), member)
    })
    yield words
  }
}

function* hash(key: string, hash: HashValue): Generator<Command> {
  const fields: Array<readonly [field: string, value: ByteString, deadline: number | undefined]> = []
  hash.forEach((field, value, deadline) => void fields.push([field, value, deadline]))
  yield* batches(["HSET", key], fields.length, (index) => {
    const [field, value] = fields[index]!
    return [field, value]
  })
  for (const [field, , deadline] of fields) {
    if (deadline !== undefined) yield ["HPEXPIREAT", key, String(deadline), "FIELDS", "1", field]
  }
}

function* stream(key: string, stream: StreamValue): Generator<Command> {
  const { entriesAdded, lastId, maxDeletedId } = stream.log
  if (stream.size === 0) {
    // No other command makes a stream without entries, and with an id below which nothing can be added.
    yield ["XADD", key, "MAXLEN", "0", StreamId.format(StreamId.isZero(lastId) ? firstId : lastId), "x", "y"]
  }
  const entries: Array<Command> = []
  stream.log.forEach(({ data, id }) => void entries.push(["XADD", key, StreamId.format(id), ...data()]))
  yield* entries
  yield [
    "XSETID",
    key,
    StreamId.format(lastId),
    "ENTRIESADDED",
    String(entriesAdded),
    "MAXDELETEDID",
    StreamId.format(maxDeletedId)
  ]
  const groups: Array<ConsumerGroup> = []
  stream.forEachGroup((group) => void groups.push(group))
  for (const group of groups) yield* consumerGroup(key, group)
}

function* consumerGroup(key: string, group: ConsumerGroup): Generator<Command> {
  const { entriesRead, lastId, name } = group
  yield ["XGROUP", "CREATE", key, name, StreamId.format(lastId), "ENTRIESREAD", String(entriesRead ?? -1)]
  const commands: Array<Command> = []
  group.forEachConsumer((consumer) => void commands.push(["XGROUP", "CREATECONSUMER", key, name, consumer.name]))
  group.forEachPending((id, { consumer, deliveredAtMillis, deliveries }) => {
    commands.push([
      "XCLAIM",
      key,
      name,
      consumer,
      "0",
      StreamId.format(id),
      "TIME",
      String(deliveredAtMillis),
      "RETRYCOUNT",
      String(deliveries),
      "JUSTID",
      "FORCE"
    ])
    return true
  })
  yield* commands
}

/** So many elements in commands that begin with these words. */
function* batches(
  head: Command,
  count: number,
  element: (index: number) => ReadonlyArray<ByteString>
): Generator<Command> {
  for (let at = 0; at < count; at += batch) {
    const words = [...head]
    for (let index = at; index < Math.min(at + batch, count); index++) words.push(...element(index))
    yield words
  }
}

const batch = 64
/** The smallest id that an entry can have. */
const firstId: StreamId.StreamId = { ms: 0, seq: 1 }
