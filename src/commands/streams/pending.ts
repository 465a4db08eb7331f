/**
 * What was delivered and is not acknowledged yet: XACK, XPENDING.
 */
import type { ConsumerGroup } from "../../data/stream/ConsumerGroup.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, isCommandError, syntaxFailure } from "../../protocol/CommandError.ts"
import { nullArray, type Reply } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import { argLoop } from "./argLoop.ts"
import { lateIds, parseEnd, parseIds, parseStart } from "./ids.ts"
import { findGroup, modifyGroup, noKeyOrGroup } from "./lookup.ts"

export const xack = make("XACK", {
  summary: "Acknowledges entries that a group was given, and returns how many of them were pending.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1) for each entry.",
  flags: ["write", "fast"],
  categories: ["stream"],
  args: { key: Arg.key("RW", "UPDATE"), group: Arg.text, ids: lateIds },
  run: ({ database }, { group: name, ids: texts, key }) => {
    const found = findGroup(database.read(key), name)
    if (found === undefined) return 0
    if (isCommandError(found)) return found
    const ids = parseIds(texts)
    if (isCommandError(ids)) return ids
    return modifyGroup(
      database,
      key,
      found,
      (group) => ids.reduce((count, id) => count + (group.acknowledge(id) ? 1 : 0), 0)
    )
  }
})

interface Filters {
  readonly minIdleMillis: number
  readonly count: number
  readonly start: StreamId.StreamId
  readonly end: StreamId.StreamId
  readonly consumer: string | undefined
}

/** By the number of arguments alone: whatever is left behind the consumer is not looked at. After `xpendingCommand` in t_stream.c. */
const readFilters = (reader: ArgReader): Filters | CommandError | undefined => {
  const { remaining, request } = reader
  if (remaining === 0) return undefined
  if (remaining < 3 || remaining > 6) return syntaxFailure
  let minIdleMillis = 0
  if (reader.accepts("IDLE")) {
    reader.position++
    const millis = Arg.count.decoder.read(reader)
    if (isCommandError(millis)) return millis
    if (remaining < 5) return syntaxFailure
    minIdleMillis = millis
  }
  const first = reader.position
  reader.position += 2
  const count = Arg.count.decoder.read(reader)
  if (isCommandError(count)) return count
  const start = parseStart(request.text(first))
  if (isCommandError(start)) return start
  const end = parseEnd(request.text(first + 1))
  if (isCommandError(end)) return end
  const consumer = reader.isAtEnd ? undefined : request.text(reader.position)
  reader.position = request.length
  return { minIdleMillis, count, start, end, consumer }
}

export const xpending = make("XPENDING", {
  summary: "Returns what is pending for a consumer group, as a summary or entry by entry.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N) where N is the number of entries looked at, or of consumers for a summary.",
  flags: ["readonly"],
  categories: ["stream"],
  tips: ["nondeterministic_output"],
  args: {
    key: Arg.key("RO", "ACCESS"),
    group: Arg.text,
    filters: argLoop(
      {
        filters: Arg.block({
          minIdleTime: Arg.count.after("IDLE").optional().since("6.2.0"),
          start: Arg.text,
          end: Arg.text,
          count: Arg.count,
          consumer: Arg.text.optional()
        }).optional()
      },
      0,
      readFilters
    )
  },
  run: ({ clock, database }, { filters, group: name, key }) => {
    const found = findGroup(database.read(key), name)
    if (isCommandError(found)) return found
    if (found === undefined) return noKeyOrGroup(key, name)
    return filters === undefined ? summary(found.group) : pendingEntries(found.group, filters, clock.millis)
  }
})

const summary = (group: ConsumerGroup): Reply => {
  const range = group.pendingRange()
  if (range === undefined) return [0, null, null, nullArray]
  const consumers: Array<Reply> = []
  group.forEachConsumer(({ name, pendingCount }) => {
    if (pendingCount > 0) consumers.push([name, String(pendingCount)])
  })
  return [group.pendingCount, StreamId.format(range.first), StreamId.format(range.last), consumers]
}

const pendingEntries = (group: ConsumerGroup, filters: Filters, nowMillis: number): Reply => {
  const { consumer, count, end, minIdleMillis, start } = filters
  const entries: Array<Reply> = []
  if (count <= 0) return entries
  group.forEachPending(
    (id, { consumer, deliveredAtMillis, deliveries }) => {
      if (StreamId.compare(id, end) > 0) return false
      const idleMillis = nowMillis - deliveredAtMillis
      if (idleMillis < minIdleMillis) return true
      return entries.push([StreamId.format(id), consumer, Math.max(idleMillis, 0), deliveries]) < count
    },
    start,
    consumer
  )
  return entries
}
