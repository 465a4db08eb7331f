/**
 * RENAME, RENAMENX, MOVE, COPY: what a key holds goes, with its time to live, to another name or another database.
 */
import type { Key } from "../../data/Key.ts"
import { copyOf, type Value } from "../../data/Value.ts"
import { noSuchKey, sameObject } from "../../protocol/CommandError.ts"
import { ok, type Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"

export const rename = make("RENAME", {
  summary: "Gives a key another name, in place of a key that has this name already.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  flags: ["write"],
  categories: ["keyspace"],
  args: { key: Arg.key("RW", "ACCESS", "DELETE"), newkey: Arg.key("OW", "UPDATE") },
  run: (context, { key, newkey }) => renameKey(context, key, newkey, { renamed: ok, unchanged: ok, taken: undefined })
})

export const renamenx = make("RENAMENX", {
  summary: "Gives a key another name, unless a key has this name already.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  flags: ["write", "fast"],
  categories: ["keyspace"],
  args: { key: Arg.key("RW", "ACCESS", "DELETE"), newkey: Arg.key("OW", "INSERT") },
  run: (context, { key, newkey }) => renameKey(context, key, newkey, { renamed: 1, unchanged: 0, taken: 0 })
})

/** A key that has the new name already is replaced, unless `taken` is there to be answered instead. */
const renameKey = (
  { database }: CommandContext,
  key: Key,
  newkey: Key,
  reply: { readonly renamed: Reply; readonly unchanged: Reply; readonly taken: Reply | undefined }
): Reply => {
  const value = database.find(key)
  if (value === undefined) return noSuchKey
  if (key.text === newkey.text) return reply.unchanged
  if (reply.taken !== undefined && database.find(newkey) !== undefined) return reply.taken
  const deadline = database.deadline(key)
  database.remove(key, 0)
  place(database, newkey, value, deadline)
  return reply.renamed
}

export const move = make("MOVE", {
  summary: "Moves a key to another database, unless it has a key of this name already.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  flags: ["write", "fast"],
  categories: ["keyspace"],
  args: { key: Arg.key("RW", "ACCESS", "UPDATE"), db: Arg.databaseIndex },
  run: ({ database: source, keyspace }, { db, key }) => {
    // Arg.databaseIndex accepts no other numbers.
    const destination = keyspace.databases[db]!
    if (source === destination) return sameObject
    const value = source.find(key)
    if (value === undefined || destination.find(key) !== undefined) return 0
    const deadline = source.deadline(key)
    source.remove(key, 0)
    place(destination, key, value, deadline)
    return 1
  }
})

export const copy = make("COPY", {
  summary: "Copies the value and the time to live of a key to another key.",
  since: "6.2.0",
  group: "generic",
  complexity: "O(1) for a string, O(N) for a value of N nodes, which both keys share until one of them changes one.",
  flags: ["write", "denyoom"],
  categories: ["keyspace"],
  args: {
    source: Arg.key("RO", "ACCESS"),
    destination: Arg.key("OW", "UPDATE"),
    destinationDb: Arg.databaseIndex.after("DB").optional(),
    replace: Arg.flag("REPLACE")
  },
  run: ({ database, keyspace }, { destination, destinationDb, replace, source }) => {
    // Arg.databaseIndex accepts no other numbers.
    const target = destinationDb === undefined ? database : keyspace.databases[destinationDb]!
    if (target === database && source.text === destination.text) return sameObject
    const value = database.read(source)
    if (value === undefined) return 0
    if (target.find(destination) !== undefined && !replace) return 0
    place(target, destination, copyOf(value), database.deadline(source))
    return 1
  }
})

/** Removes what is there first: the newcomer does not take over its record of use. All of it is one change. */
export const place = (database: Database, key: Key, value: Value, deadline: number | undefined): void => {
  database.remove(key, 0)
  database.set(key, value, deadline)
}
