/**
 * Keys that are looked for without their names: KEYS, SCAN, RANDOMKEY.
 */
import { matchGlob } from "../../data/Glob.ts"
import { typeName } from "../../data/Value.ts"
import { type CommandError, Failure, syntaxFailure } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import * as Schemas from "../schemas.ts"

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
    const isWanted = nameFilter(pattern)
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

const notInHash = new Failure("NOVALUES option can only be used in HSCAN")
const notInSortedSet = new Failure("NOSCORES option can only be used in ZSCAN")

/** The options of the other commands of this kind are known here, and refused with a reason. */
const unknownScanOption = (option: string): CommandError => {
  switch (option.toUpperCase()) {
    case "NOVALUES":
      return notInHash
    case "NOSCORES":
      return notInSortedSet
    default:
      return syntaxFailure
  }
}

export const scan = make("SCAN", {
  summary: "Goes through the keys of the database, some at each call.",
  since: "2.8.0",
  group: "generic",
  complexity: "O(1) for a call, O(N) for all of a database of N keys.",
  flags: ["readonly", "touches_arbitrary_keys"],
  categories: ["keyspace"],
  tips: ["nondeterministic_output", "request_policy:special", "response_policy:special"],
  args: {
    cursor: Arg.schema(Schemas.ScanCursor, new Failure("invalid cursor"), "integer"),
    pattern: Arg.pattern.after("MATCH").optional(),
    count: Arg.count.refine((count) => count >= 1, syntaxFailure).after("COUNT").optional(),
    type: typeArgument.after("TYPE").optional().since("6.0.0")
  },
  unknownOption: unknownScanOption,
  run: ({ database }, { count = 10, cursor, pattern = "*", type }) => {
    const hasName = nameFilter(pattern)
    const names: Array<string> = []
    // COUNT is about the effort, not about what is found: keys are counted before they are filtered, and a table with many empty buckets ends the call too.
    let seen = 0
    let next = cursor
    for (let step = 0; step <= 10 * count; step++) {
      next = database.scan(next, (name, value) => {
        seen++
        return (type === undefined || typeName(value) === type) && hasName(name)
      }, names)
      if (next === 0 || seen >= count) break
    }
    return [String(next), names]
  }
})

/** `*` is every key, also the empty one, which a glob-style pattern would not match. */
const nameFilter = (pattern: string): (name: string) => boolean =>
  pattern === "*" ? () => true : (name) => matchGlob(pattern, name)
