/**
 * Commands that change the entries of a stream: XADD, XDEL, XTRIM, XSETID.
 */
import { type ByteString, maxTextBytes } from "../../data/ByteString.ts"
import type { Int64 } from "../../data/Int64.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import { StreamValue } from "../../data/StreamValue.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, Failure, isCommandError, noSuchKey } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import { argLoop } from "./argLoop.ts"
import { invalidId, lateIds, parseId, parseIds } from "./ids.ts"
import { asStream } from "./lookup.ts"
import { exactly, noTrimOptions, readTrimOption, trim, trimError, trimmingOf, type TrimOptions } from "./trimming.ts"

/** The id a new entry is to have: all of it given, the time only, or nothing. */
type NewId = StreamId.StreamId | { readonly ms: Int64; readonly seq: undefined } | undefined

interface Addition {
  readonly makesStream: boolean
  readonly trim: TrimOptions
  readonly id: NewId
  /** The number of the argument that is the id. */
  readonly idAt: number
  /** Field names and values in turn, valid while the command runs. */
  readonly data: ReadonlyArray<ByteString>
}

const readAddition = (reader: ArgReader): Addition | CommandError => {
  const { request } = reader
  const trim = noTrimOptions()
  let makesStream = true
  let id: NewId
  while (!reader.isAtEnd) {
    const text = request.text(reader.position)
    if (text === "*") break
    const isTrimOption = readTrimOption(reader, trim)
    if (isCommandError(isTrimOption)) return isTrimOption
    if (isTrimOption) continue
    if (!reader.accepts("NOMKSTREAM")) {
      const given = parseNewId(text)
      if (isCommandError(given)) return given
      id = given
      break
    }
    makesStream = false
    reader.position++
  }
  const error = trimError(trim, undefined, reader.isRepeated)
  if (error !== undefined) return error
  const idAt = reader.position++
  if (reader.remaining < 2 || reader.remaining % 2 === 1) return reader.wrongArity
  if (id?.ms === 0 && id.seq === 0) return zeroId
  const data: Array<ByteString> = []
  for (; !reader.isAtEnd; reader.position++) {
    // The log copies what it is given, so that a view of a text is enough.
    data.push(
      request.byteLength(reader.position) <= maxTextBytes
        ? request.text(reader.position)
        : request.bytes(reader.position)
    )
  }
  return { makesStream, trim, id, idAt, data }
}

const parseNewId = (text: string): NewId | CommandError => {
  if (!text.endsWith("-*")) return parseId(text)
  const id = StreamId.parse(text.slice(0, -1) + "0")
  return id === undefined ? invalidId : { ms: id.ms, seq: undefined }
}

const zeroId = new Failure("The ID specified in XADD must be greater than 0-0")
const exhausted = new Failure("The stream has exhausted the last possible ID, unable to add more items")
const tooSmall = new Failure("The ID specified in XADD is equal or smaller than the target stream top item")
const tooLarge = new Failure("Elements are too large to be stored")

/** `undefined` where the stream is beyond it. */
const newIdAfter = (last: StreamId.StreamId, id: NewId, nowMillis: number): StreamId.StreamId | undefined => {
  if (id === undefined) return nowMillis > last.ms ? { ms: nowMillis, seq: 0 } : StreamId.successor(last)
  if (id.seq !== undefined) return StreamId.compare(id, last) > 0 ? id : undefined
  if (id.ms > last.ms) return { ms: id.ms, seq: 0 }
  const next = StreamId.successor(last)
  return next?.ms === id.ms ? next : undefined
}

export const xadd = make("XADD", {
  summary: "Appends an entry to a stream, and creates the stream if it does not exist.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1) to add an entry, O(N) to trim N entries.",
  flags: ["write", "denyoom", "fast"],
  categories: ["stream"],
  tips: ["nondeterministic_output"],
  args: {
    key: Arg.key("RW", "UPDATE"),
    addition: argLoop(
      {
        nomkstream: Arg.flag("NOMKSTREAM").since("6.2.0"),
        trim: trim.optional(),
        idSelector: Arg.oneOf({ autoId: Arg.token("*"), id: Arg.text }),
        data: Arg.block({ field: Arg.text, value: Arg.text }).many()
      },
      3,
      readAddition
    )
  },
  run: (context, { addition: { data, id: given, idAt, makesStream, trim }, key }) => {
    const { clock, database, propagation, reader, shapes } = context
    const existing = asStream(database.find(key))
    if (isCommandError(existing)) return existing
    if (existing === undefined && !makesStream) return null
    const stream = existing ?? new StreamValue(shapes)
    if (StreamId.equal(stream.log.lastId, StreamId.max)) return exhausted
    const id = newIdAfter(stream.log.lastId, given, clock.millis)
    if (id === undefined) return tooSmall
    if (!stream.log.canHold(data)) return tooLarge
    const trimming = trimmingOf(trim, shapes.limits)
    const add = ({ log }: StreamValue): number => {
      log.append(id, data)
      if (trimming !== undefined) log.trim(trimming)
      return 1
    }
    if (existing !== undefined) {
      database.modify(key, stream, add)
    } else {
      add(stream)
      database.set(key, stream)
    }
    const text = StreamId.format(id)
    if (given?.seq === undefined || trim.isApproximate) {
      propagation.instead(() => {
        const words = given?.seq === undefined ? reader.request.words().with(idAt, text) : reader.request.words()
        return [trim.isApproximate ? exactly(words, trim, stream.log) : words]
      })
    }
    return text
  }
})

const noStrategy = new Failure("syntax error, XTRIM must be called with a trimming strategy")

const readTrimming = (reader: ArgReader): TrimOptions | CommandError => {
  const options = noTrimOptions()
  while (!reader.isAtEnd) {
    const isOption = readTrimOption(reader, options)
    if (isCommandError(isOption)) return isOption
    if (!isOption) return reader.unexpected
  }
  return trimError(options, noStrategy, reader.isRepeated) ?? options
}

export const xtrim = make("XTRIM", {
  summary: "Deletes entries from the beginning of a stream.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N) where N is the number of entries deleted, which go in whole nodes.",
  flags: ["write"],
  categories: ["stream"],
  tips: ["nondeterministic_output"],
  args: { key: Arg.key("RW", "DELETE"), options: argLoop({ trim }, 2, readTrimming) },
  run: ({ database, propagation, reader, shapes }, { key, options }) => {
    const stream = asStream(database.find(key))
    if (isCommandError(stream)) return stream
    const trimming = trimmingOf(options, shapes.limits)
    if (stream === undefined || trimming === undefined) return 0
    const trimmed = database.modify(key, stream, ({ log }) => log.trim(trimming))
    if (options.isApproximate) propagation.instead(() => [exactly(reader.request.words(), options, stream.log)])
    return trimmed
  }
})

export const xdel = make("XDEL", {
  summary: "Deletes entries from a stream and returns how many there were.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1) for each entry.",
  flags: ["write", "fast"],
  categories: ["stream"],
  args: { key: Arg.key("RW", "DELETE"), ids: lateIds },
  run: ({ database }, { ids: texts, key }) => {
    const stream = asStream(database.find(key))
    if (stream === undefined) return 0
    if (isCommandError(stream)) return stream
    const ids = parseIds(texts)
    if (isCommandError(ids)) return ids
    return database.modify(key, stream, ({ log }) => ids.reduce((deleted, id) => deleted + (log.delete(id) ? 1 : 0), 0))
  }
})

interface Settings {
  readonly lastId: StreamId.StreamId
  entriesAdded: Int64 | undefined
  maxDeletedId: StreamId.StreamId
}

const negativeCount = new Failure("entries_added must be positive")
const belowGivenDeleted = new Failure("The ID specified in XSETID is smaller than the provided max_deleted_entry_id")
const belowDeleted = new Failure("The ID specified in XSETID is smaller than current max_deleted_entry_id")
const belowTop = new Failure("The ID specified in XSETID is smaller than the target stream top item")
const belowLength = new Failure("The entries_added specified in XSETID is smaller than the target stream length")

const readSettings = (reader: ArgReader): Settings | CommandError => {
  const lastId = parseId(reader.request.text(reader.position++))
  if (isCommandError(lastId)) return lastId
  const settings: Settings = { lastId, entriesAdded: undefined, maxDeletedId: StreamId.zero }
  while (!reader.isAtEnd) {
    const hasValue = reader.remaining >= 2
    if (hasValue && reader.accepts("ENTRIESADDED")) {
      reader.position++
      const entriesAdded = Arg.integer.decoder.read(reader)
      if (isCommandError(entriesAdded)) return entriesAdded
      if (entriesAdded < 0) return negativeCount
      settings.entriesAdded = entriesAdded
    } else if (hasValue && reader.accepts("MAXDELETEDID")) {
      const maxDeletedId = parseId(reader.request.text(reader.position + 1))
      reader.position += 2
      if (isCommandError(maxDeletedId)) return maxDeletedId
      if (StreamId.compare(lastId, maxDeletedId) < 0) return belowGivenDeleted
      settings.maxDeletedId = maxDeletedId
    } else {
      return reader.unexpected
    }
  }
  return settings
}

export const xsetid = make("XSETID", {
  summary: "Sets the last id of a stream and its counters, for replication.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1)",
  flags: ["write", "denyoom", "fast"],
  categories: ["stream"],
  args: {
    key: Arg.key("RW", "UPDATE"),
    settings: argLoop(
      {
        lastId: Arg.text,
        entriesAdded: Arg.integer.after("ENTRIESADDED").optional().since("7.0.0"),
        maxDeletedId: Arg.text.after("MAXDELETEDID").optional().since("7.0.0")
      },
      1,
      readSettings
    )
  },
  run: ({ database }, { key, settings: { entriesAdded, lastId, maxDeletedId } }) => {
    const stream = asStream(database.find(key))
    if (stream === undefined) return noSuchKey
    if (isCommandError(stream)) return stream
    const { lastEntryId, maxDeletedId: currentDeletedId, size } = stream.log
    if (StreamId.compare(lastId, currentDeletedId) < 0) return belowDeleted
    if (size > 0 && StreamId.compare(lastId, lastEntryId) < 0) return belowTop
    if (entriesAdded !== undefined && size > entriesAdded) return belowLength
    database.modify(key, stream, ({ log }) => {
      log.lastId = lastId
      if (entriesAdded !== undefined) log.entriesAdded = entriesAdded
      if (!StreamId.isZero(maxDeletedId)) log.maxDeletedId = maxDeletedId
      return 1
    })
    return ok
  }
})
