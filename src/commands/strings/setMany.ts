/**
 * Setting several strings in one step: all of them, or none.
 */
import { encode } from "../../data/StringValue.ts"
import { ok } from "../../protocol/Reply.ts"
import type { KeyFlag } from "../../services/CommandTable.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import type { Decoded } from "../argFields.ts"
import * as Command from "../Command.ts"

const data = (keyFlag: KeyFlag) => ({ data: Arg.block({ key: Arg.key("OW", keyFlag), value: Arg.bytes }).many() })

export const mset = Command.make("MSET", {
  summary: "Sets several keys to strings, whatever they held.",
  since: "1.0.1",
  group: "string",
  complexity: "O(N) for N keys",
  flags: ["write", "denyoom"],
  categories: ["string"],
  tips: ["request_policy:multi_shard", "response_policy:all_succeeded"],
  args: data("UPDATE"),
  run: ({ database }, { data }) => {
    setAll(database, data)
    return ok
  }
})

export const msetnx = Command.make("MSETNX", {
  summary: "Sets several keys to strings if none of them exists.",
  since: "1.0.1",
  group: "string",
  complexity: "O(N) for N keys",
  flags: ["write", "denyoom"],
  categories: ["string"],
  args: data("INSERT"),
  run: ({ database }, { data }) => {
    if (data.some(({ key }) => database.find(key) !== undefined)) return 0
    setAll(database, data)
    return 1
  }
})

const setAll = (database: Database, pairs: Decoded<ReturnType<typeof data>>["data"]): void => {
  for (const { key, value } of pairs) database.set(key, encode(value))
}
