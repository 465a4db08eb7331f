/**
 * Looking into a HyperLogLog.
 */
import * as HyperLogLog from "../../data/HyperLogLog.ts"
import type { MutableBytes } from "../../data/MutableBytes.ts"
import { Failure, isCommandError } from "../../protocol/CommandError.ts"
import { type Reply, SimpleString } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { mutableString } from "../mutableString.ts"
import { corrupt, validHyperLogLog } from "./valid.ts"

export const pfdebug = Command.make("PFDEBUG", {
  summary: "Shows the registers of a HyperLogLog, or in which form they are, or makes them dense.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "O(1)",
  flags: ["write", "denyoom", "admin"],
  categories: ["hyperloglog"],
  args: { subcommand: Arg.text, key: Arg.key("RW", "ACCESS") },
  run: ({ database }, { key, subcommand }) => {
    const name = subcommand.toLowerCase()
    if (name === "simd") return simd(key.text)
    const existing = database.find(key)
    if (existing === undefined) return missing
    const valid = validHyperLogLog(existing)
    if (isCommandError(valid)) return valid
    const value = mutableString(database, key, valid)

    const densify = (value: MutableBytes): number => HyperLogLog.isSparse(value) && HyperLogLog.makeDense(value) ? 1 : 0
    switch (name) {
      case "getreg":
        database.modify(key, value, densify)
        return HyperLogLog.isSparse(value) ? corrupt : HyperLogLog.registersOf(value)
      case "decode":
        return HyperLogLog.isSparse(value) ? HyperLogLog.describeRuns(value) : notSparse
      case "encoding":
        return new SimpleString(HyperLogLog.isSparse(value) ? "sparse" : "dense")
      case "todense": {
        const changes = database.modify(key, value, densify)
        return HyperLogLog.isSparse(value) ? corrupt : changes
      }
      default:
        return new Failure(`Unknown PFDEBUG subcommand '${subcommand}'`)
    }
  }
})

/** As on a processor that has no such instructions for Valkey, there is nothing to switch on. */
const simd = (state: string): Reply =>
  ["on", "off"].includes(state.toLowerCase()) ? new SimpleString("disabled") : notOnOrOff

const missing = new Failure("The specified key does not exist")
const notSparse = new Failure("HLL encoding is not sparse")
const notOnOrOff = new Failure("Argument must be ON or OFF")
