/**
 * What says whether keys exist and of which type they are, and what removes them: EXISTS, TOUCH, TYPE, DEL, UNLINK.
 */
import { isFreedLazily } from "../../data/freeEffort.ts"
import { typeName } from "../../data/Value.ts"
import { SimpleString } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { Command } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"

/** Keys may be spread over the shards of a cluster: each shard counts its own. */
const countedOverShards = ["request_policy:multi_shard", "response_policy:agg_sum"]

export const exists = make("EXISTS", {
  summary: "Counts how many of the given keys exist; a key given twice counts twice.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(N) where N is the number of keys.",
  flags: ["readonly", "fast"],
  categories: ["keyspace"],
  tips: countedOverShards,
  args: { key: Arg.key("RO").many() },
  run: ({ database }, { key: keys }) =>
    keys.reduce((count, key) => database.peek(key) === undefined ? count : count + 1, 0)
})

export const touch = make("TOUCH", {
  summary: "Marks keys as used now, and counts those that exist.",
  since: "3.2.1",
  group: "generic",
  complexity: "O(N) where N is the number of keys.",
  flags: ["readonly", "fast"],
  categories: ["keyspace"],
  tips: countedOverShards,
  args: { key: Arg.key("RO").many() },
  run: ({ database }, { key: keys }) =>
    keys.reduce((count, key) => database.read(key) === undefined ? count : count + 1, 0)
})

export const type = make("TYPE", {
  summary: "Returns the type of the value that a key holds.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["keyspace"],
  args: { key: Arg.key("RO") },
  run: ({ database }, { key }) => {
    const value = database.peek(key)
    return new SimpleString(value === undefined ? "none" : typeName(value))
  }
})

/**
 * DEL and UNLINK. They differ in Redis, where DEL may free the memory of the values before it answers; here the garbage collector frees what either leaves,
 * and all that is left of the difference is what INFO counts as freed lazily.
 */
const removeCommand = (
  name: string,
  { isLazy, ...declaration }: Pick<Command["facts"], "summary" | "since" | "complexity" | "flags"> & {
    readonly isLazy: (context: CommandContext) => boolean
  }
): Command =>
  make(name, {
    ...declaration,
    group: "generic",
    categories: ["keyspace"],
    tips: countedOverShards,
    args: { key: Arg.key("RM", "DELETE").many() },
    run: (context, { key: keys }) => {
      const { database, stats } = context
      const countsLazy = isLazy(context)
      return keys.reduce((count, key) => {
        const value = countsLazy ? database.inspect(key) : undefined
        if (value !== undefined && isFreedLazily(value)) stats.counters.lazyFreedObjects++
        return database.remove(key) ? count + 1 : count
      }, 0)
    }
  })

export const del = removeCommand("DEL", {
  summary: "Removes keys, and counts those that existed.",
  since: "1.0.0",
  complexity: "O(N) where N is the number of keys.",
  flags: ["write"],
  isLazy: ({ config }) => config.values["lazyfree-lazy-user-del"]
})

export const unlink = removeCommand("UNLINK", {
  summary: "Removes keys, and counts those that existed, without waiting for their memory to be freed.",
  since: "4.0.0",
  complexity: "O(N) where N is the number of keys.",
  flags: ["write", "fast"],
  isLazy: () => true
})
