/**
 * Keys that are looked for without their names: KEYS, SCAN, RANDOMKEY.
 */
import { typeName } from "../../data/Value.ts"
import { Failure } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import * as Scan from "../scanOptions.ts"

export const keys = make("KEYS", {
  summary: "Returns all keys whose names match a glob-style pattern.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(N) where N is the number of keys in the database.",
  flags: ["readonly"],
  categories: ["keyspace", "dangerous"],
  tips: ["request_policy:all_shards", "nondeterministic_output_order"],
  args: { pattern: Arg.pattern },
  run: ({ database }, { pattern }) => {
    const isWanted = Scan.nameFilter(pattern)
    const names: Array<string> = []
    database.forEach((name) => {
      if (isWanted(name)) names.push(name)
    })
    return names
  }
})

export const randomKey = make("RANDOMKEY", {
  summary: "Returns the name of a key chosen by chance.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  flags: ["readonly", "touches_arbitrary_keys"],
  categories: ["keyspace"],
  tips: ["request_policy:all_shards", "response_policy:special", "nondeterministic_output"],
  args: {},
  run: ({ database }) => database.randomKey() ?? null
})

const typeNames: ReadonlySet<string> = new Set(["string", "list", "set", "zset", "hash", "stream"])

/** The name of a type in any case. */
const typeArgument: Arg.Arg<string> = new Arg.Arg<string>(Arg.text.spec, {
  read: (reader) => {
    const text = reader.request.text(reader.position++)
    const name = text.toLowerCase()
    return typeNames.has(name) ? name : new Failure(`unknown type name '${text}'`)
  },
  minimum: 1,
  width: 1
})

export const scan = make("SCAN", {
  summary: "Goes through the keys of the database, some at each call.",
  since: "2.8.0",
  group: "generic",
  complexity: "O(1) for a call, O(N) for all of a database of N keys.",
  flags: ["readonly", "touches_arbitrary_keys"],
  categories: ["keyspace"],
  tips: ["nondeterministic_output", "request_policy:special", "response_policy:special"],
  args: {
    cursor: Scan.cursor,
    ...Scan.options,
    type: typeArgument.after("TYPE").optional().since("6.0.0")
  },
  unknownOption: Scan.unknownOption,
  run: ({ database }, { count, cursor, pattern, type }) => {
    const hasName = Scan.nameFilter(pattern)
    const names: Array<string> = []
    const next = Scan.scanSteps(cursor, count, (cursor, count) =>
      database.scan(cursor, (name, value) => {
        count()
        return (type === undefined || typeName(value) === type) && hasName(name)
      }, names))
    return [String(next), names]
  }
})
