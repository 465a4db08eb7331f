/**
 * XGROUP: consumer groups come, change and go.
 */
import type { Int64 } from "../../data/Int64.ts"
import type { Key } from "../../data/Key.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import { StreamValue } from "../../data/StreamValue.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, Failure, isCommandError } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import { container, subcommand } from "../Command.ts"
import { argLoop } from "./argLoop.ts"
import { invalidId, parseId } from "./ids.ts"
import { asStream, type FoundGroup, modifyGroup, noGroup, wrongSubcommand } from "./lookup.ts"

const noKey = new Failure(
  "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."
)
const busyGroup = new Failure("Consumer Group name already exists", "BUSYGROUP")
const negativeCount = new Failure("value for ENTRIESREAD must be positive or -1")

const idSelector = Arg.oneOf({ id: Arg.text, newId: Arg.token("$") })
const entriesread = Arg.integer.after("ENTRIESREAD").optional().displayed("entries-read")

interface GroupOptions {
  /** An id, or `$` for the last one of the stream: looked at when the stream has been found. */
  readonly id: string
  makesStream: boolean
  entriesRead: Int64 | undefined
  /** To be answered once everything else is known to be right: there are more arguments than all options together would be. */
  excess: CommandError | undefined
}

/** Reads the id and what follows it. */
const readGroupOptions = (mayMakeStream: boolean, isLength: (length: number) => boolean) =>
(
  reader: ArgReader
): GroupOptions | CommandError => {
  const { request } = reader
  const options: GroupOptions = {
    id: request.text(reader.position++),
    makesStream: false,
    entriesRead: undefined,
    excess: isLength(request.length) ? undefined : wrongSubcommand(reader, "XGROUP")
  }
  while (!reader.isAtEnd) {
    if (mayMakeStream && reader.accepts("MKSTREAM")) {
      options.makesStream = true
      reader.position++
    } else if (reader.remaining >= 2 && reader.accepts("ENTRIESREAD")) {
      reader.position++
      const entriesRead = Arg.integer.decoder.read(reader)
      if (isCommandError(entriesRead)) return entriesRead
      if (entriesRead < -1) return negativeCount
      options.entriesRead = entriesRead === -1 ? undefined : entriesRead
    } else {
      return wrongSubcommand(reader, "XGROUP")
    }
  }
  return options
}

const facts = { since: "5.0.0", group: "stream", complexity: "O(1)", categories: ["stream"] } as const

const create = subcommand("CREATE", {
  ...facts,
  summary: "Creates a consumer group.",
  flags: ["write", "denyoom"],
  args: {
    key: Arg.key("RW", "INSERT"),
    group: Arg.text,
    options: argLoop(
      { idSelector, mkstream: Arg.flag("MKSTREAM"), entriesread },
      1,
      readGroupOptions(true, (length) => length <= 8)
    )
  },
  run: ({ database, shapes }, { group, key, options: { entriesRead, excess, id: given, makesStream } }) => {
    const existing = asStream(database.find(key))
    if (isCommandError(existing)) return existing
    if (existing === undefined && !makesStream) return noKey
    if (excess !== undefined) return excess
    const id = given === "$" ? existing?.log.lastId ?? StreamId.zero : parseId(given)
    if (isCommandError(id)) return id
    if (existing === undefined) {
      const stream = new StreamValue(shapes)
      stream.createGroup(group, id, entriesRead)
      database.set(key, stream)
      return ok
    }
    const created = database.modify(key, existing, (stream) => stream.createGroup(group, id, entriesRead) ? 1 : 0)
    return created > 0 ? ok : busyGroup
  }
})

const setId = subcommand("SETID", {
  ...facts,
  summary: "Sets the id of the entry that a group was given last.",
  flags: ["write"],
  args: {
    key: Arg.key("RW", "UPDATE"),
    group: Arg.text,
    options: argLoop(
      { idSelector, entriesread },
      1,
      readGroupOptions(false, (length) => length === 5 || length === 7)
    )
  },
  run: ({ database }, { group: name, key, options: { entriesRead, excess, id: given } }) => {
    const found = existingGroup(database, key, name)
    if (isCommandError(found)) return found
    if (excess !== undefined) return excess
    const id = given === "$" ? found.stream.log.lastId : StreamId.parseBound(given, false)
    if (id === undefined) return invalidId
    modifyGroup(database, key, found, (group) => {
      group.lastId = id
      group.entriesRead = entriesRead
      return 1
    })
    return ok
  }
})

const destroy = subcommand("DESTROY", {
  ...facts,
  summary: "Removes a consumer group.",
  complexity: "O(N) where N is the number of its pending entries.",
  flags: ["write"],
  args: { key: Arg.key("RW", "DELETE"), group: Arg.text },
  run: ({ database }, { group, key }) => {
    const stream = asStream(database.find(key))
    if (stream === undefined) return noKey
    if (isCommandError(stream)) return stream
    return database.modify(key, stream, () => stream.removeGroup(group) ? 1 : 0)
  }
})

const createConsumer = subcommand("CREATECONSUMER", {
  ...facts,
  summary: "Creates a consumer in a group, and says whether there was none of this name.",
  since: "6.2.0",
  flags: ["write", "denyoom"],
  args: { key: Arg.key("RW", "INSERT"), group: Arg.text, consumer: Arg.text },
  run: ({ clock, database }, { consumer, group: name, key }) => {
    const found = existingGroup(database, key, name)
    if (isCommandError(found)) return found
    return modifyGroup(database, key, found, (group) => group.createConsumer(consumer, clock.millis) ? 1 : 0)
  }
})

const delConsumer = subcommand("DELCONSUMER", {
  ...facts,
  summary: "Removes a consumer from a group, and returns how many entries were pending for it.",
  complexity: "O(N) where N is the number of these entries.",
  flags: ["write"],
  args: { key: Arg.key("RW", "DELETE"), group: Arg.text, consumer: Arg.text },
  run: ({ database }, { consumer, group: name, key }) => {
    const found = existingGroup(database, key, name)
    if (isCommandError(found)) return found
    const pending = found.group.consumer(consumer)?.pendingCount
    if (pending === undefined) return 0
    modifyGroup(database, key, found, (group) => {
      group.removeConsumer(consumer)
      return 1
    })
    return pending
  }
})

export const xgroup = container("XGROUP", {
  summary: "A container for commands that manage consumer groups.",
  since: "5.0.0",
  group: "stream",
  complexity: "Depends on subcommand.",
  flags: [],
  help: { categories: ["stream"] },
  subcommands: [create, createConsumer, delConsumer, destroy, setId]
})

/** The group that a subcommand cannot do without. */
const existingGroup = (database: Database, key: Key, name: string): FoundGroup | CommandError => {
  const stream = asStream(database.find(key))
  if (stream === undefined) return noKey
  if (isCommandError(stream)) return stream
  const group = stream.group(name)
  return group === undefined ? noGroup(key, name) : { stream, group }
}
