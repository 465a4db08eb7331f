/**
 * Reading strings, whole or in part; and the commands that read one and then change what becomes of it.
 */
import type { Key } from "../../data/Key.ts"
import { byteLength, encode, slice, toBytes } from "../../data/StringValue.ts"
import { isString } from "../../data/Value.ts"
import { isCommandError, wrongType } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { Command as AnyCommand, CommandFacts } from "../../services/CommandTable.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import * as Expiry from "../expiry.ts"
import { expiresAt, removedAsExpired } from "../told.ts"

export const get = Command.make("GET", {
  summary: "Returns the string a key holds.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["string"],
  args: { key: Arg.key("RO", "ACCESS") },
  run: ({ database }, { key }) => readString(database, key)
})

/** The reply of GET, with which GETDEL and GETSET begin as well: an error means that nothing else happens. */
const readString = (database: Database, key: Key): Reply => {
  const value = database.read(key)
  if (value === undefined) return null
  return isString(value) ? toBytes(value) : wrongType
}

export const mget = Command.make("MGET", {
  summary: "Returns the strings of several keys, null for each that holds none.",
  since: "1.0.0",
  group: "string",
  complexity: "O(N) for N keys",
  flags: ["readonly", "fast"],
  categories: ["string"],
  tips: ["request_policy:multi_shard"],
  args: { key: Arg.key("RO", "ACCESS").many() },
  run: ({ database }, { key: keys }) =>
    keys.map((key) => {
      const value = database.read(key)
      return value !== undefined && isString(value) ? toBytes(value) : null
    })
})

export const strlen = Command.make("STRLEN", {
  summary: "Returns the length of a string in bytes.",
  since: "2.2.0",
  group: "string",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["string"],
  args: { key: Arg.key("RO") },
  run: ({ database }, { key }) => {
    const value = database.read(key)
    if (value === undefined) return 0
    return isString(value) ? byteLength(value) : wrongType
  }
})

const rangeCommand = (
  name: string,
  facts: Pick<CommandFacts, "summary" | "since" | "deprecatedSince" | "replacedBy">
): AnyCommand =>
  Command.make(name, {
    ...facts,
    group: "string",
    complexity: "O(N) for N bytes of the reply",
    flags: ["readonly"],
    categories: ["string"],
    args: { key: Arg.key("RO", "ACCESS"), start: Arg.count, end: Arg.count },
    run: ({ database }, { end, key, start }) => {
      const value = database.read(key)
      if (value === undefined) return ""
      if (!isString(value)) return wrongType
      const length = byteLength(value)
      // Told before they are moved into the string, where both could become its first byte.
      if (start < 0 && end < 0 && start > end) return ""
      const first = start < 0 ? Math.max(0, length + start) : start
      const last = Math.min(end < 0 ? Math.max(0, length + end) : end, length - 1)
      return first > last ? "" : slice(value, first, last + 1)
    }
  })

export const getrange = rangeCommand("GETRANGE", {
  summary: "Returns a part of a string, from one position to another; negative ones count from the end.",
  since: "2.4.0"
})

export const substr = rangeCommand("SUBSTR", {
  summary: "Returns a part of a string, as GETRANGE does.",
  since: "1.0.0",
  deprecatedSince: "2.0.0",
  replacedBy: "`GETRANGE`"
})

export const getdel = Command.make("GETDEL", {
  summary: "Returns the string a key holds, and deletes the key.",
  since: "6.2.0",
  group: "string",
  complexity: "O(1)",
  flags: ["write", "fast"],
  categories: ["string"],
  args: { key: Arg.key("RW", "ACCESS", "DELETE") },
  run: ({ database, propagation }, { key }) => {
    const reply = readString(database, key)
    if (isCommandError(reply)) return reply
    database.remove(key)
    propagation.instead(() => [["DEL", key.text]])
    return reply
  }
})

export const getset = Command.make("GETSET", {
  summary: "Sets a key to a string, and returns the one it held.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  flags: ["write", "denyoom", "fast"],
  categories: ["string"],
  deprecatedSince: "6.2.0",
  replacedBy: "`SET` with the `GET` argument",
  args: { key: Arg.key("RW", "ACCESS", "UPDATE"), value: Arg.bytes },
  run: ({ database, propagation }, { key, value }) => {
    const reply = readString(database, key)
    if (isCommandError(reply)) return reply
    database.set(key, encode(value))
    propagation.instead(() => [["SET", key.text, value]])
    return reply
  }
})

export const getex = Command.make("GETEX", {
  summary: "Returns the string a key holds, and sets or removes the key's time to live.",
  since: "6.2.0",
  group: "string",
  complexity: "O(1)",
  flags: ["write", "fast"],
  categories: ["string"],
  args: {
    key: Arg.key("RW", "ACCESS", "UPDATE"),
    expiration: Arg.oneOf({
      seconds: Expiry.seconds,
      milliseconds: Expiry.milliseconds,
      unixTimeSeconds: Expiry.unixTimeSeconds,
      unixTimeMilliseconds: Expiry.unixTimeMilliseconds,
      persist: Arg.token("PERSIST")
    }).optional()
  },
  run: (context, { expiration, key }) => {
    const { clock, database, propagation, stats } = context
    const reply = readString(database, key)
    if (reply === null || isCommandError(reply)) return reply
    if (expiration === "PERSIST") {
      database.clearDeadline(key)
      propagation.instead(() => [["PERSIST", key.text]])
    } else if (expiration !== undefined) {
      const deadline = Expiry.deadlineOf(expiration, clock.millis, "getex")
      if (isCommandError(deadline)) return deadline
      if (deadline > clock.expiryMillis) {
        database.setDeadline(key, deadline)
        propagation.instead(() => [expiresAt(key, deadline)])
      } else {
        database.remove(key)
        stats.counters.expiredKeys++
        propagation.instead(() => [removedAsExpired(context, key)])
      }
    }
    return reply
  }
})
