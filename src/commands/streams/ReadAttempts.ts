/**
 * The attempts of one client to read from streams: one, or as many as it takes until there is something to answer.
 */
import type { Key } from "../../data/Key.ts"
import type { ConsumerGroup } from "../../data/stream/ConsumerGroup.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import type { StreamLog } from "../../data/stream/StreamLog.ts"
import type { StreamValue } from "../../data/StreamValue.ts"
import { addWrapping } from "../../data/stream/Wrapping64.ts"
import { type CommandError, Failure, isCommandError } from "../../protocol/CommandError.ts"
import { MapReply, nullArray, type Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import { parseId } from "./ids.ts"
import { asStream, entryReply, type FoundGroup, modifyGroup, noKeyOrGroup } from "./lookup.ts"
import { advanced, assigned, consumerMade, type Tell, tellSteps } from "./told.ts"

/** A stream, and the id behind which it is read: `$`, `+` and `>` have meanings of their own. */
export interface Source {
  readonly key: Key
  readonly id: string
}

/** For whom entries are read. */
export interface GroupReader {
  readonly group: string
  readonly consumer: string
  /** What is read counts as acknowledged. */
  readonly acknowledges: boolean
}

/** A source whose key has been looked up. */
interface Found {
  readonly key: Key
  readonly stream: StreamValue | undefined
  readonly group: ConsumerGroup | undefined
  readonly after: After
}

/** An id, or with a group whatever no consumer has been given yet. */
type After = StreamId.StreamId | "new"

const onlyForXread = (id: string): Failure =>
  new Failure(
    `The ${id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The ${id} ID would just return an empty result set.`
  )
const newestForGroup = onlyForXread("$")
const lastForGroup = onlyForXread("+")
const newForXread = new Failure(
  "The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option."
)
const lastIsZero = new Failure("the stream last element ID is 0-0")

export class ReadAttempts {
  readonly #context: CommandContext
  readonly #sources: ReadonlyArray<Source>
  readonly #count: number
  readonly #reader: GroupReader | undefined
  /** What `$` stood for at the first attempt, by the number of the source. */
  readonly #newest = new Map<number, StreamId.StreamId>()
  /** What there was at the last attempt. */
  #seen: ReadonlyArray<Sight> = []

  /** At most `count` entries of each stream are read. */
  constructor(
    context: CommandContext,
    sources: ReadonlyArray<Source>,
    count: number,
    reader: GroupReader | undefined
  ) {
    this.#context = context
    this.#sources = sources
    this.#count = count
    this.#reader = reader
  }

  /** The reply, or `undefined` where there is nothing yet. */
  next(): Reply | undefined {
    // Acknowledging and claiming change a stream as well, but bring nothing new: a waiting consumer does not even count as seen then.
    if (this.#isAsSeen()) return undefined
    const found: Array<Found> = []
    for (let number = 0; number < this.#sources.length; number++) {
      const source = this.#find(number)
      if (isCommandError(source)) return source
      found.push(source)
    }
    const replies: Array<readonly [key: Reply, entries: Reply]> = []
    for (const source of found) {
      const entries = this.#read(source)
      if (entries !== undefined) replies.push([source.key.text, entries])
    }
    if (replies.length > 0) return this.#context.client.protocol === 2 ? replies : new MapReply(replies.flat())
    this.#seen = this.#look()
    return undefined
  }

  #isAsSeen(): boolean {
    const now = this.#seen.length === 0 ? [] : this.#look()
    return now.length > 0 && now.every(({ group, lastId, stream }, number) => {
      const before = this.#seen[number]
      return stream === before?.stream && lastId === before?.lastId && group === before?.group
    })
  }

  #look(): ReadonlyArray<Sight> {
    return this.#sources.map(({ key }) => {
      const stream = asStream(this.#context.database.inspect(key))
      if (stream === undefined || isCommandError(stream)) {
        return { stream: undefined, lastId: undefined, group: undefined }
      }
      return { stream, lastId: stream.log.lastId, group: this.#reader && stream.group(this.#reader.group) }
    })
  }

  #find(number: number): Found | CommandError {
    const { id, key } = this.#sources[number]!
    const stream = asStream(this.#context.database.read(key))
    if (isCommandError(stream)) return stream
    const reader = this.#reader
    const group = reader && stream?.group(reader.group)
    if (reader !== undefined && group === undefined) {
      return noKeyOrGroup(key, reader.group, " in XREADGROUP with GROUP option")
    }
    const after = reader === undefined ? this.#after(number, id, stream?.log) : afterForGroup(id)
    return isCommandError(after) ? after : { key, stream, group, after }
  }

  #after(number: number, id: string, log: StreamLog | undefined): StreamId.StreamId | CommandError {
    switch (id) {
      case "$": {
        const newest = this.#newest.get(number) ?? log?.lastId ?? StreamId.zero
        this.#newest.set(number, newest)
        return newest
      }
      case "+":
        return log === undefined ? StreamId.zero : StreamId.predecessor(log.lastId) ?? lastIsZero
      case ">":
        return newForXread
      default:
        return parseId(id)
    }
  }

  /** The entries of one stream, `undefined` where it has none to be answered. */
  #read({ after, group, key, stream }: Found): Reply | undefined {
    const { database } = this.#context
    // Redis looks again, and counts another hit or miss.
    database.read(key)
    if (stream === undefined) return undefined
    if (group === undefined || this.#reader === undefined) {
      const entries = after === "new" ? [] : entriesBehind(stream.log, after, this.#count)
      return entries.length === 0 ? undefined : entries
    }
    const reader = this.#reader
    const tell = tellSteps(this.#context)
    let entries: Reply | undefined
    modifyGroup(database, key, { group, stream }, (group) => {
      const nowMillis = this.#context.clock.millis
      const created = group.createConsumer(reader.consumer, nowMillis) ? 1 : 0
      // Otherwise the first entry that it gets will make it.
      if (created > 0 && reader.acknowledges) tell?.(consumerMade(key.text, group.name, reader.consumer))
      group.touch(reader.consumer, nowMillis, false)
      entries = after === "new"
        ? deliver(key, { stream, group }, reader, this.#count, nowMillis, tell)
        : deliverAgain({ stream, group }, reader, after, this.#count, nowMillis)
      return created + (entries === undefined ? 0 : 1)
    })
    return entries
  }
}

/** What decides whether another attempt may find something. */
interface Sight {
  readonly stream: StreamValue | undefined
  /** Ids are values: a new last one is another object. */
  readonly lastId: StreamId.StreamId | undefined
  readonly group: ConsumerGroup | undefined
}

const afterForGroup = (id: string): After | CommandError => {
  if (id === ">") return "new"
  if (id === "$") return newestForGroup
  if (id === "+") return lastForGroup
  const after = parseId(id)
  // The greatest id is what stands for `>` in Redis.
  return !isCommandError(after) && StreamId.equal(after, StreamId.max) ? "new" : after
}

const entriesBehind = (log: StreamLog, after: StreamId.StreamId, count: number): ReadonlyArray<Reply> => {
  const entries: Array<Reply> = []
  const start = StreamId.compare(log.lastId, after) > 0 ? StreamId.successor(after) : undefined
  if (start !== undefined) log.forEach((entry) => entries.push(entryReply(entry)) < count, start)
  return entries
}

/** Gives a consumer what nobody in its group has been given yet. */
const deliver = (
  key: Key,
  { group, stream }: FoundGroup,
  { acknowledges, consumer }: GroupReader,
  count: number,
  nowMillis: number,
  tell: Tell | undefined
): Reply | undefined => {
  const start = StreamId.compare(stream.log.lastId, group.lastId) > 0 ? StreamId.successor(group.lastId) : undefined
  if (start === undefined) return undefined
  const entries: Array<Reply> = []
  stream.log.forEach((entry) => {
    stream.advance(group, entry.id)
    // It may be pending already, if XGROUP SETID has sent the group back.
    if (!acknowledges) {
      group.assign(entry.id, consumer, nowMillis, 1)
      tell?.(
        assigned(key.text, group, StreamId.format(entry.id), { consumer, deliveredAtMillis: nowMillis, deliveries: 1 })
      )
    }
    return entries.push(entryReply(entry)) < count
  }, start)
  if (entries.length === 0) return undefined
  tell?.(advanced(key.text, group))
  if (!acknowledges) group.touch(consumer, nowMillis, true)
  return entries
}

/** Gives a consumer what is pending for it, once more. Of an entry that is deleted only the id is left. */
const deliverAgain = (
  { group, stream: { log } }: FoundGroup,
  { consumer }: GroupReader,
  after: StreamId.StreamId,
  count: number,
  nowMillis: number
): Reply => {
  const entries: Array<Reply> = []
  const delivered: Array<() => void> = []
  group.forEachPending(
    (id, { deliveries }) => {
      const entry = log.get(id)
      if (entry !== undefined) {
        delivered.push(() => group.assign(id, consumer, nowMillis, addWrapping(deliveries, 1)))
      }
      return entries.push(entry === undefined ? [StreamId.format(id), nullArray] : entryReply(entry)) < count
    },
    StreamId.successor(after),
    consumer
  )
  for (const assign of delivered) assign()
  return entries
}
