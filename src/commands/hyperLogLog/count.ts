/**
 * Adding elements to HyperLogLogs, counting them, and uniting several.
 */
import * as HyperLogLog from "../../data/HyperLogLog.ts"
import type { Int64 } from "../../data/Int64.ts"
import type { Key } from "../../data/Key.ts"
import type { MutableBytes } from "../../data/MutableBytes.ts"
import { isString } from "../../data/Value.ts"
import { type CommandError, isCommandError } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { mutableString } from "../mutableString.ts"
import { corrupt, validHyperLogLog } from "./valid.ts"

export const pfadd = Command.make("PFADD", {
  summary: "Adds elements to a HyperLogLog, and says whether its estimate may have changed; a missing key is made.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "O(1) for each element",
  flags: ["write", "denyoom", "fast"],
  categories: ["hyperloglog"],
  args: { key: Arg.key("RW", "INSERT"), element: Arg.text.many().optional() },
  run: ({ config, database }, { element: elements = [], key }) => {
    const existing = database.find(key)
    const valid = existing === undefined ? HyperLogLog.make() : validHyperLogLog(existing)
    if (isCommandError(valid)) return valid
    if (existing === undefined) database.set(key, valid)
    let raised: number | undefined
    database.modify(key, mutableString(database, key, valid), (value) => {
      raised = HyperLogLog.add(value, elements, config.values["hll-sparse-max-bytes"])
      return raised ?? 0
    })
    if (raised === undefined) return corrupt
    return existing === undefined || raised > 0 ? 1 : 0
  }
})

export const pfcount = Command.make("PFCOUNT", {
  summary: "Estimates how many different elements were added to a HyperLogLog, or to several together.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "O(1) for one key whose estimate is kept, else O(N) for N keys",
  flags: ["readonly", "may_replicate"],
  categories: ["hyperloglog"],
  args: { key: Arg.key("RW", "ACCESS").many() },
  run: ({ database }, { key: keys }) => {
    const [key] = keys
    if (keys.length === 1 && key !== undefined) return countOne(database, key)
    const union = unionOf(database, keys)
    return isCommandError(union) ? union : HyperLogLog.countOf(union.ranks)
  }
})

/** Keeps the estimate in the value, so that it is made once after each change. */
const countOne = (database: Database, key: Key): Int64 | CommandError => {
  const existing = database.read(key)
  if (existing === undefined) return 0
  const valid = validHyperLogLog(existing)
  if (isCommandError(valid)) return valid
  const value = mutableString(database, key, valid)
  const kept = HyperLogLog.lastEstimate(value)
  if (kept !== undefined) return kept
  const count = HyperLogLog.count(value)
  if (count === undefined) return corrupt
  database.modify(key, value, (value) => {
    HyperLogLog.setLastEstimate(value, count)
    return 1
  })
  return count
}

export const pfmerge = Command.make("PFMERGE", {
  summary: "Makes a HyperLogLog the union of itself and others.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "O(N) for N keys",
  flags: ["write", "denyoom"],
  categories: ["hyperloglog"],
  args: { destkey: Arg.key("RW", "ACCESS", "INSERT"), sourcekey: Arg.key("RO", "ACCESS").many().optional() },
  run: ({ config, database }, { destkey, sourcekey = [] }) => {
    const union = unionOf(database, [destkey, ...sourcekey])
    if (isCommandError(union)) return union
    const maxSparseBytes = config.values["hll-sparse-max-bytes"]
    const unite = (value: MutableBytes): number => {
      // With a dense one among them the union is not likely to be small.
      if (union.hasDense) HyperLogLog.makeDense(value)
      HyperLogLog.raiseTo(value, union.ranks, maxSparseBytes)
      return 1
    }
    const existing = database.find(destkey)
    if (existing !== undefined && isString(existing)) {
      database.modify(destkey, mutableString(database, destkey, existing), unite)
    } else {
      const value = HyperLogLog.make()
      unite(value)
      database.set(destkey, value)
    }
    return ok
  }
})

interface Union {
  /** What each register has to be. */
  readonly ranks: Uint8Array
  readonly hasDense: boolean
}

/** The union of what those keys hold that exist, unless one of them is no HyperLogLog or corrupt. */
const unionOf = (database: Database, keys: ReadonlyArray<Key>): Union | CommandError => {
  const ranks = HyperLogLog.makeRanks()
  let hasDense = false
  for (const key of keys) {
    const value = database.read(key)
    if (value === undefined) continue
    const valid = validHyperLogLog(value)
    if (isCommandError(valid)) return valid
    if (!HyperLogLog.isSparse(valid)) hasDense = true
    if (!HyperLogLog.mergeInto(ranks, valid)) return corrupt
  }
  return { ranks, hasDense }
}
