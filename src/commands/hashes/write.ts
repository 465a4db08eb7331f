/**
 * Setting and deleting fields of hashes. A field that is set has no time to live any more.
 */
import type { FieldValue } from "../../data/HashValue.ts"
import type { Key } from "../../data/Key.ts"
import { type CommandError, isCommandError } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { changeOrMake, hashOf, hasLive } from "./access.ts"

const pairs = Arg.block({ field: Arg.text, value: Arg.view }).many()

export const hset = Command.make("HSET", {
  summary: "Sets fields of a hash, and returns how many of them are new.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) for N fields",
  flags: ["write", "denyoom", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RW", "UPDATE"), data: pairs },
  run: (context, { data, key }) => setFields(context, key, data)
})

export const hmset = Command.make("HMSET", {
  summary: "Sets fields of a hash.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) for N fields",
  flags: ["write", "denyoom", "fast"],
  categories: ["hash"],
  deprecatedSince: "4.0.0",
  replacedBy: "`HSET` with multiple field-value pairs",
  args: { key: Arg.key("RW", "UPDATE"), data: pairs },
  run: (context, { data, key }) => {
    const added = setFields(context, key, data)
    return isCommandError(added) ? added : ok
  }
})

const setFields = (context: CommandContext, key: Key, pairs: ReadonlyArray<FieldValue>): number | CommandError => {
  const hash = hashOf(context.database.find(key))
  if (isCommandError(hash)) return hash
  let added = 0
  changeOrMake(context, key, hash, (hash) => {
    hash.makeRoomFor(pairs)
    for (const { field, value } of pairs) if (hash.set(field, value)) added++
    return pairs.length
  })
  return added
}

export const hsetnx = Command.make("HSETNX", {
  summary: "Sets a field of a hash that does not exist yet.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  flags: ["write", "denyoom", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RW", "INSERT"), field: Arg.text, value: Arg.view },
  run: (context, { field, key, value }) => {
    const hash = hashOf(context.database.find(key))
    if (isCommandError(hash)) return hash
    if (hash !== undefined && hasLive(context, key, hash, field)) return 0
    changeOrMake(context, key, hash, (hash) => {
      hash.set(field, value)
      return 1
    })
    return 1
  }
})

export const hdel = Command.make("HDEL", {
  summary: "Deletes fields of a hash, and the hash with its last one.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) for N fields",
  flags: ["write", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RW", "DELETE"), field: Arg.text.many() },
  run: ({ database }, { field: fields, key }) => {
    const hash = hashOf(database.find(key))
    if (hash === undefined || isCommandError(hash)) return hash ?? 0
    return database.modify(key, hash, (hash) => {
      let deleted = 0
      for (const field of fields) if (hash.delete(field)) deleted++
      return deleted
    })
  }
})
