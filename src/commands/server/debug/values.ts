/**
 * DEBUG and how single values are kept.
 */
import * as Effect from "effect/Effect"
import { toText } from "../../../data/ByteString.ts"
import { formatDouble } from "../../../data/Double.ts"
import type { Key } from "../../../data/Key.ts"
import { parseMemory } from "../../../data/MemorySize.ts"
import type { Quicklist } from "../../../data/list/Quicklist.ts"
import { repr } from "../../../data/Repr.ts"
import { type AggregateValue, encodingOf, isString, type Value } from "../../../data/Value.ts"
import { type CommandError, Failure, noSuchKey } from "../../../protocol/CommandError.ts"
import { serializedLength } from "../../../protocol/rdb/writeDump.ts"
import { ok, SimpleString, Verbatim } from "../../../protocol/Reply.ts"
import type { Answer } from "../../../services/CommandTable.ts"
import type { Database } from "../../../services/Keyspace.ts"
import { Waiting } from "../../../services/Waiting.ts"
import * as Arg from "../../Arg.ts"
import { dumpFormat } from "../../dumpFormat.ts"
import { action } from "./action.ts"

export const objectInfo = action("OBJECT", {
  summary: "Answers how a value is kept; with FAST without what takes long to find out.",
  args: { key: Arg.key("RO"), fast: Arg.text.optional() },
  run: (context, { fast, key }) => {
    const { database } = context
    const value = database.inspect(key)
    if (value === undefined) return noSuchKey
    const isFast = fast?.toLowerCase() === "fast"
    const access = database.access(key)
    const quicklist = !isString(value) && value.type === "list" ? value.quicklist : undefined
    const fields = [
      // Values have no address here. This is where the key's entry is looked for, which stays the same as long as the key exists.
      `Value at:0x${(key.hash >>> 0).toString(16)}`,
      "refcount:1",
      `encoding:${encodingIn(database, key, value)}`,
      ...(isFast ? [] : [`serializedlength:${serializedLength(value, dumpFormat(context))}`]),
      `lru:${access}`,
      `lru_seconds_idle:${database.idleSeconds(key)}`,
      `lfu_freq:${database.frequency(key)}`,
      `lfu_access_time_minutes:${access >>> 8}`,
      ...(quicklist === undefined ? [] : quicklistFields(quicklist, isFast))
    ]
    return new SimpleString(fields.join(" "))
  }
})

const encodingIn = (database: Database, key: Key, value: Value): string =>
  encodingOf(value, key.length, database.deadline(key) !== undefined)

const quicklistFields = (list: Quicklist, isFast: boolean): ReadonlyArray<string> => [
  `ql_nodes:${list.nodeCount}`,
  `ql_avg_node:${(list.count / list.nodeCount).toFixed(2)}`,
  `ql_listpack_max:${list.fill}`,
  `ql_compressed:${list.depth === 0 ? 0 : 1}`,
  ...(isFast ? [] : [`ql_uncompressed_size:${list.size}`])
]

/** A look at a value of one encoding; `error` is for all others. */
const look = (
  name: string,
  { error, look, summary }: {
    readonly summary: string
    readonly error: CommandError
    readonly look: (value: AggregateValue, encoding: string) => Answer | undefined
  }
) =>
  action(name, {
    summary,
    args: { key: Arg.key("RO"), detail: Arg.text.optional() },
    run: ({ database }, { key }) => {
      const value = database.inspect(key)
      if (value === undefined) return noSuchKey
      return (isString(value) ? undefined : look(value, value.encoding)) ?? error
    }
  })

export const listpack = look("LISTPACK", {
  summary: "Writes the entries of a value that is a listpack to the server's log.",
  error: new Failure("Not a listpack encoded object."),
  look: (value, encoding) => {
    if (encoding !== "listpack") return undefined
    const entries = entriesOf(value).map((entry) => repr(entry))
    return new Waiting(
      Effect.as(
        Effect.logWarning(`DEBUG LISTPACK: ${entries.length} entries: ${entries.join(" ")}`),
        new SimpleString("Listpack structure printed on stdout")
      )
    )
  }
})

/** The parts of a compact value in the order in which they are kept, each as text. */
const entriesOf = (value: AggregateValue): ReadonlyArray<string> => {
  const entries: Array<string> = []
  switch (value.type) {
    case "list":
      for (const element of value.slice(0, value.size)) entries.push(toText(element))
      break
    case "set":
      value.forEach((member) => entries.push(member))
      break
    case "zset":
      value.visit(0, value.size, false, (score, member) => entries.push(member, formatDouble(score)))
      break
    case "hash":
      value.forEach((field, bytes) => entries.push(field, toText(bytes)))
      break
    case "stream":
      break
  }
  return entries
}

/** In Redis's words, which tests read. There is never a second table to which the entries move: a table grows by one bucket at a time. */
const tableStats = (entries: number): string =>
  `Hash table 0 stats (main hash table):\n number of entries: ${entries}\n`

export const tableOfKey = look("HTSTATS-KEY", {
  summary: "Answers how many entries the hash table of a value has.",
  error: new Failure("The value stored at the specified key is not represented using an hash table"),
  look: (value, encoding) =>
    encoding === "hashtable" || encoding === "skiplist" ? new Verbatim(tableStats(value.size)) : undefined
})

export const tables = action("HTSTATS", {
  summary: "Answers how many entries the hash tables of a database have.",
  args: { db: Arg.integer, detail: Arg.text.optional() },
  run: ({ keyspace }, { db }) => {
    const database = keyspace.databases[Number(db)]
    if (database === undefined) return outOfRange
    const stats = (entries: number) => entries === 0 ? "" : tableStats(entries)
    return new Verbatim(`[Dictionary HT]\n${stats(database.size)}[Expires HT]\n${stats(database.volatileSize)}`)
  }
})

const outOfRange = new Failure("Out of range database")

export const packedThreshold = action("QUICKLIST-PACKED-THRESHOLD", {
  summary: "Lets elements of lists from this size on have nodes to themselves; 0 is the rule for normal times.",
  args: { size: Arg.text },
  run: ({ shapes }, { size }) => {
    const bytes = parseMemory(size)
    if (bytes === undefined || bytes > maxThreshold) return notThreshold
    shapes.packedThreshold = Number(bytes)
    return ok
  }
})

const notThreshold = new Failure("argument must be a memory value bigger than 1 and smaller than 4gb")
const maxThreshold = 2n ** 32n - 2n ** 20n
