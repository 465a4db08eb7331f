/**
 * XINFO: what a stream, its groups and their consumers look like from inside.
 */
import type { Key } from "../../data/Key.ts"
import type { ConsumerGroup } from "../../data/stream/ConsumerGroup.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import type { StreamValue } from "../../data/StreamValue.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, isCommandError, noSuchKey } from "../../protocol/CommandError.ts"
import { MapReply, type Reply } from "../../protocol/Reply.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import { container, subcommand } from "../Command.ts"
import { lateArgLoop } from "./argLoop.ts"
import { asStream, entryReply, noGroup, wrongSubcommand } from "./lookup.ts"

const facts = { since: "5.0.0", group: "stream", flags: ["readonly"], categories: ["stream"] } as const

/** Reads `FULL [COUNT count]`: how many entries to show of each list, or nothing. */
const readFull = (reader: ArgReader): number | CommandError | undefined => {
  if (reader.isAtEnd) return undefined
  const { remaining } = reader
  if ((remaining !== 1 && remaining !== 3) || !reader.accepts("FULL")) return wrongSubcommand(reader, "XINFO")
  reader.position++
  if (reader.isAtEnd) return defaultCount
  if (!reader.accepts("COUNT")) return wrongSubcommand(reader, "XINFO")
  reader.position++
  const count = Arg.count.decoder.read(reader)
  if (isCommandError(count)) return count
  return count < 0 ? defaultCount : count === 0 ? Infinity : count
}

/** A long stream shall not hold up the server without being asked for. */
const defaultCount = 10

const stream = subcommand("STREAM", {
  ...facts,
  summary: "Returns what is known about a stream; with FULL its entries, groups and consumers as well.",
  complexity: "O(N) where N is the number of nodes of the stream and of what is shown.",
  args: {
    key: Arg.key("RO", "ACCESS"),
    full: lateArgLoop(
      {
        fullBlock: Arg.block({ full: Arg.token("FULL"), count: Arg.count.after("COUNT").optional() }).optional()
      },
      0,
      readFull
    )
  },
  run: ({ database }, { full, key }) => {
    const found = existingStream(database, key)
    if (isCommandError(found)) return found
    const count = full()
    if (isCommandError(count)) return count
    const { log } = found
    return new MapReply([
      "length",
      found.size,
      "radix-tree-keys",
      log.nodeCount,
      "radix-tree-nodes",
      log.radixTreeNodes(),
      "last-generated-id",
      StreamId.format(log.lastId),
      "max-deleted-entry-id",
      StreamId.format(log.maxDeletedId),
      "entries-added",
      log.entriesAdded,
      "recorded-first-entry-id",
      StreamId.format(log.firstId),
      ...count === undefined ? summary(found) : details(found, count)
    ])
  }
})

const summary = ({ groupCount, log }: StreamValue): ReadonlyArray<Reply> => {
  const first = log.get(log.firstId)
  const last = log.get(log.lastEntryId)
  return [
    "groups",
    groupCount,
    "first-entry",
    first === undefined ? null : entryReply(first),
    "last-entry",
    last === undefined ? null : entryReply(last)
  ]
}

/** Shows `count` entries of each list at most. */
const details = (stream: StreamValue, count: number): ReadonlyArray<Reply> => {
  const entries: Array<Reply> = []
  stream.log.forEach((entry) => entries.push(entryReply(entry)) < count)
  const groups: Array<Reply> = []
  stream.forEachGroup((group) => {
    groups.push(groupDetails(stream, group, count))
  })
  return ["entries", entries, "groups", groups]
}

const groupDetails = (stream: StreamValue, group: ConsumerGroup, count: number): Reply => {
  const pending: Array<Reply> = []
  group.forEachPending((id, { consumer, deliveredAtMillis, deliveries }) =>
    pending.push([StreamId.format(id), consumer, deliveredAtMillis, deliveries]) < count
  )
  const consumers: Array<Reply> = []
  group.forEachConsumer(({ activeAtMillis = -1, name, pendingCount, seenAtMillis }) => {
    const own: Array<Reply> = []
    group.forEachPending(
      (id, { deliveredAtMillis, deliveries }) => own.push([StreamId.format(id), deliveredAtMillis, deliveries]) < count,
      StreamId.zero,
      name
    )
    consumers.push(
      new MapReply([
        "name",
        name,
        "seen-time",
        seenAtMillis,
        "active-time",
        activeAtMillis,
        "pel-count",
        pendingCount,
        "pending",
        own
      ])
    )
  })
  return new MapReply([
    "name",
    group.name,
    "last-delivered-id",
    StreamId.format(group.lastId),
    "entries-read",
    group.entriesRead ?? null,
    "lag",
    stream.lag(group) ?? null,
    "pel-count",
    group.pendingCount,
    "pending",
    pending,
    "consumers",
    consumers
  ])
}

const groups = subcommand("GROUPS", {
  ...facts,
  summary: "Returns what is known about the groups of a stream.",
  complexity: "O(N) where N is the number of groups.",
  args: { key: Arg.key("RO", "ACCESS") },
  run: ({ database }, { key }) => {
    const found = existingStream(database, key)
    if (isCommandError(found)) return found
    const groups: Array<Reply> = []
    found.forEachGroup((group) => {
      groups.push(
        new MapReply([
          "name",
          group.name,
          "consumers",
          group.consumerCount,
          "pending",
          group.pendingCount,
          "last-delivered-id",
          StreamId.format(group.lastId),
          "entries-read",
          group.entriesRead ?? null,
          "lag",
          found.lag(group) ?? null
        ])
      )
    })
    return groups
  }
})

const consumers = subcommand("CONSUMERS", {
  ...facts,
  summary: "Returns what is known about the consumers of a group.",
  complexity: "O(N) where N is the number of consumers.",
  tips: ["nondeterministic_output"],
  args: { key: Arg.key("RO", "ACCESS"), group: Arg.text },
  run: ({ clock, database }, { group: name, key }) => {
    const found = existingStream(database, key)
    if (isCommandError(found)) return found
    const group = found.group(name)
    if (group === undefined) return noGroup(key, name)
    const consumers: Array<Reply> = []
    group.forEachConsumer(({ activeAtMillis, name, pendingCount, seenAtMillis }) => {
      consumers.push(
        new MapReply([
          "name",
          name,
          "pending",
          pendingCount,
          "idle",
          Math.max(clock.millis - seenAtMillis, 0),
          "inactive",
          activeAtMillis === undefined ? -1 : clock.millis - activeAtMillis
        ])
      )
    })
    return consumers
  }
})

export const xinfo = container("XINFO", {
  summary: "A container for commands that look into streams.",
  since: "5.0.0",
  group: "stream",
  complexity: "Depends on subcommand.",
  flags: [],
  help: { categories: ["stream"] },
  subcommands: [consumers, groups, stream]
})

const existingStream = (database: Database, key: Key): StreamValue | CommandError =>
  asStream(database.read(key)) ?? noSuchKey
