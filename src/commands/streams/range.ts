/**
 * Commands that read entries and change nothing: XLEN, XRANGE, XREVRANGE.
 */
import type { Key } from "../../data/Key.ts"
import type { StreamId } from "../../data/stream/StreamId.ts"
import type { LogEntry } from "../../data/stream/StreamLog.ts"
import { type CommandError, isCommandError } from "../../protocol/CommandError.ts"
import { emptyArray, nullArray, type Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import * as Ids from "./ids.ts"
import { asStream, entryReply } from "./lookup.ts"

export const xlen = make("XLEN", {
  summary: "Returns the number of entries of a stream.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["stream"],
  args: { key: Arg.key("RO") },
  run: ({ database }, { key }) => {
    const stream = asStream(database.read(key))
    return isCommandError(stream) ? stream : stream?.size ?? 0
  }
})

const complexity = "O(N) where N is the number of entries returned, or O(log(M)) in a stream of M entries to find none."
const count = Arg.count.after("COUNT").optional()

export const xrange = make("XRANGE", {
  summary: "Returns the entries of a stream whose ids are in an interval.",
  since: "5.0.0",
  group: "stream",
  complexity,
  flags: ["readonly"],
  categories: ["stream"],
  args: { key: Arg.key("RO", "ACCESS"), start: Ids.start, end: Ids.end, count },
  run: (context, { count, end, key, start }) => readRange(context, key, { start, end, count, isReversed: false })
})

/** The end of the interval comes first, but Redis looks at its start first. */
const reversedInterval = new Arg.Arg<Interval>(
  { type: "block", members: [["end", Arg.text], ["start", Arg.text]], unwrapped: true },
  {
    read: (reader): Interval | CommandError => {
      const start = Ids.parseStart(reader.request.text(reader.position + 1))
      if (isCommandError(start)) return start
      const end = Ids.parseEnd(reader.request.text(reader.position))
      if (isCommandError(end)) return end
      reader.position += 2
      return { start, end }
    },
    minimum: 2,
    width: 2
  }
)

export const xrevrange = make("XREVRANGE", {
  summary: "Returns the entries of a stream whose ids are in an interval, the last one first.",
  since: "5.0.0",
  group: "stream",
  complexity,
  flags: ["readonly"],
  categories: ["stream"],
  args: { key: Arg.key("RO", "ACCESS"), interval: reversedInterval, count },
  run: (context, { count, interval, key }) => readRange(context, key, { ...interval, count, isReversed: true })
})

interface Interval {
  readonly start: StreamId
  readonly end: StreamId
}

interface Range extends Interval {
  readonly count: number | undefined
  readonly isReversed: boolean
}

/** Called by XRANGE and XREVRANGE. */
const readRange = ({ database }: CommandContext, key: Key, { count, end, isReversed, start }: Range): Reply => {
  const stream = asStream(database.read(key))
  if (stream === undefined) return emptyArray
  if (isCommandError(stream)) return stream
  if (count !== undefined && count <= 0) return nullArray
  const entries: Array<Reply> = []
  const visit = (entry: LogEntry): boolean => entries.push(entryReply(entry)) !== count
  if (isReversed) stream.log.forEachBackwards(visit, end, start)
  else stream.log.forEach(visit, start, end)
  return entries
}
