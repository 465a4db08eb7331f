/**
 * BITOP: several strings combined bit by bit into another.
 */
import type { Buffer } from "node:buffer"
import { combine } from "../../data/Bits.ts"
import { MutableBytes } from "../../data/MutableBytes.ts"
import { toView } from "../../data/StringValue.ts"
import { isString } from "../../data/Value.ts"
import { Failure, wrongType } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

export const bitop = Command.make("BITOP", {
  summary: "Combines strings bit by bit, or inverts one, stores the result, and returns its length in bytes.",
  since: "2.6.0",
  group: "bitmap",
  complexity: "O(N) for N bytes of all strings",
  flags: ["write", "denyoom"],
  categories: ["bitmap"],
  args: {
    operation: Arg.oneOf({ and: Arg.token("AND"), or: Arg.token("OR"), xor: Arg.token("XOR"), not: Arg.token("NOT") }),
    destkey: Arg.key("OW", "UPDATE"),
    key: Arg.key("RO", "ACCESS").many()
  },
  run: ({ database }, { destkey, key: keys, operation }) => {
    if (operation === "NOT" && keys.length !== 1) return oneSourceForNot
    const sources: Array<Buffer> = []
    for (const key of keys) {
      const value = database.read(key) ?? ""
      if (!isString(value)) return wrongType
      sources.push(toView(value))
    }
    const length = sources.reduce((longest, source) => Math.max(longest, source.length), 0)
    if (length === 0) {
      database.remove(destkey)
    } else {
      const result = new MutableBytes("", length)
      result.edit((target) => combine(operation, sources, target))
      database.set(destkey, result)
    }
    return length
  }
})

const oneSourceForNot = new Failure("BITOP NOT must be called with a single source key.")
