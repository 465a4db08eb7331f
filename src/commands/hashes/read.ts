/**
 * Reading hashes: single fields, all of them, some by chance, and step by step.
 */
import { HashValue } from "../../data/HashValue.ts"
import { minInt64 } from "../../data/Int64.ts"
import { Failure, isCommandError, wrongType } from "../../protocol/CommandError.ts"
import { Bulks, emptyArray, MapReply, type Reply } from "../../protocol/Reply.ts"
import type { Command as AnyCommand } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import * as Scan from "../scanOptions.ts"
import { mostRandomPicks } from "../randomPicks.ts"
import { hashOf, hasLive, liveValue } from "./access.ts"

export const hget = Command.make("HGET", {
  summary: "Returns the value of a field of a hash.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RO", "ACCESS"), field: Arg.text },
  run: (context, { field, key }) => {
    const hash = context.database.read(key)
    if (hash === undefined) return null
    return hash instanceof HashValue ? liveValue(context, key, hash, field) ?? null : wrongType
  }
})

export const hmget = Command.make("HMGET", {
  summary: "Returns the values of several fields of a hash, null for each that is missing.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(N) for N fields",
  flags: ["readonly", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RO", "ACCESS"), field: Arg.text.many() },
  run: (context, { field: fields, key }) => {
    const hash = hashOf(context.database.read(key))
    if (isCommandError(hash)) return hash
    return fields.map((field) => hash === undefined ? null : liveValue(context, key, hash, field) ?? null)
  }
})

export const hexists = Command.make("HEXISTS", {
  summary: "Says whether a hash has a field.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RO"), field: Arg.text },
  run: (context, { field, key }) => {
    const hash = hashOf(context.database.read(key))
    if (hash === undefined || isCommandError(hash)) return hash ?? 0
    return hasLive(context, key, hash, field) ? 1 : 0
  }
})

export const hstrlen = Command.make("HSTRLEN", {
  summary: "Returns the length in bytes of the value of a field of a hash.",
  since: "3.2.0",
  group: "hash",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RO"), field: Arg.text },
  run: (context, { field, key }) => {
    const hash = hashOf(context.database.read(key))
    if (hash === undefined || isCommandError(hash)) return hash ?? 0
    return liveValue(context, key, hash, field)?.length ?? 0
  }
})

export const hlen = Command.make("HLEN", {
  summary: "Returns the number of fields of a hash.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RO") },
  run: ({ database }, { key }) => {
    const hash = hashOf(database.read(key))
    return hash === undefined || isCommandError(hash) ? hash ?? 0 : hash.size
  }
})

/** HGETALL, HKEYS and HVALS: all fields, in the order of the hash, but not those that have expired. */
const wholeCommand = (
  name: string,
  { hasFields, hasValues, summary }: {
    readonly summary: string
    readonly hasFields: boolean
    readonly hasValues: boolean
  }
): AnyCommand =>
  Command.make(name, {
    summary,
    since: "2.0.0",
    group: "hash",
    complexity: "O(N) for a hash of N fields",
    flags: ["readonly"],
    categories: ["hash"],
    tips: ["nondeterministic_output_order"],
    args: { key: Arg.key("RO", "ACCESS") },
    run: ({ clock, database }, { key }) => {
      const hash = hashOf(database.read(key))
      if (isCommandError(hash)) return hash
      const isMap = hasFields && hasValues
      const { millis } = clock
      if (hash !== undefined && hash.soonestDeadline >= millis) {
        const length = isMap ? 2 * hash.size : hash.size
        return new Bulks(length, (sink) => hash.send(hasFields, hasValues, sink), isMap ? "map" : "array")
      }
      const found: Array<Reply> = []
      hash?.forEach((field, value, deadline) => {
        if (deadline !== undefined && deadline < millis) return
        if (hasFields) found.push(field)
        if (hasValues) found.push(value)
      })
      return isMap ? new MapReply(found) : found
    }
  })

export const hgetall = wholeCommand("HGETALL", {
  summary: "Returns all fields of a hash with their values.",
  hasFields: true,
  hasValues: true
})

export const hkeys = wholeCommand("HKEYS", {
  summary: "Returns the names of all fields of a hash.",
  hasFields: true,
  hasValues: false
})

export const hvals = wholeCommand("HVALS", {
  summary: "Returns the values of all fields of a hash.",
  hasFields: false,
  hasValues: true
})

const countOutOfRange = new Failure(
  "value is out of range, value must between -9223372036854775807 and 9223372036854775807"
)
const outOfRange = new Failure("value is out of range")

/** With values twice as many would not be a 64-bit number. */
const maxPairs = 2n ** 62n

export const hrandfield = Command.make("HRANDFIELD", {
  summary: "Returns fields of a hash chosen by chance: one, several different ones, or, with a negative count, any.",
  since: "6.2.0",
  group: "hash",
  complexity: "O(N) for N fields of the reply",
  flags: ["readonly"],
  categories: ["hash"],
  tips: ["nondeterministic_output"],
  args: {
    key: Arg.key("RO", "ACCESS"),
    options: Arg.block({
      count: Arg.integer.refine((count) => count !== minInt64, countOutOfRange),
      withvalues: Arg.flag("WITHVALUES").once()
    }).optional()
  },
  run: ({ client, clock, database, random }, { key, options }) => {
    const count = options?.count ?? 1
    if (count < -mostRandomPicks || options?.withvalues === true && count >= maxPairs) return outOfRange
    const hash = hashOf(database.read(key))
    if (isCommandError(hash)) return hash
    if (hash !== undefined && hash.soonestDeadline < clock.expiryMillis) {
      database.expireFields(key, hash, (hash, expired) => hash.removeExpired(clock.expiryMillis, Infinity, expired))
    }
    if (hash === undefined || hash.size === 0) return options === undefined ? null : emptyArray
    if (options === undefined) {
      let name = ""
      hash.sample(1, random, (field) => name = field)
      return name
    }
    const found: Array<Reply> = []
    // In RESP3 each field is a pair with its value.
    const add = !options.withvalues
      ? (field: Reply) => found.push(field)
      : client.protocol === 2
      ? (field: Reply, value: Reply) => found.push(field, value)
      : (field: Reply, value: Reply) => found.push([field, value])
    if (count < 0) hash.sample(-Number(count), random, add)
    else hash.sampleDistinct(Number(count), random, add)
    return found
  }
})

export const hscan = Command.make("HSCAN", {
  summary: "Goes through the fields of a hash, some at each call.",
  since: "2.8.0",
  group: "hash",
  complexity: "O(1) for a call, O(N) for all of a hash of N fields.",
  flags: ["readonly"],
  categories: ["hash"],
  tips: ["nondeterministic_output"],
  args: {
    key: Arg.key("RO", "ACCESS"),
    cursor: Scan.cursor,
    options: Arg.late({ ...Scan.options, novalues: Arg.flag("NOVALUES") })
  },
  unknownOption: Scan.unknownOption,
  run: ({ clock, database }, { cursor, key, options: readOptions }) => {
    const hash = hashOf(database.read(key))
    if (isCommandError(hash)) return hash
    if (hash === undefined) return Scan.emptyScan
    const options = readOptions()
    if (isCommandError(options)) return options
    const { millis } = clock
    return Scan.scanElements(cursor, options, (cursor, visit) =>
      hash.scan(cursor, (field, value, deadline) => {
        if (deadline === undefined || deadline >= millis) visit(field, options.novalues ? undefined : value)
      }))
  }
})
