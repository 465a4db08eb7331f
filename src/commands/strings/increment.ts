/**
 * Strings as counters: integers of 64 bits with sign, and long doubles.
 */
import { addInt64, type Int64, minInt64 } from "../../data/Int64.ts"
import { addLongDouble, formatLongDouble, isFiniteLongDouble, parseLongDouble } from "../../data/LongDouble.ts"
import { flatCopy } from "../../data/ByteString.ts"
import type { Key } from "../../data/Key.ts"
import { toBytes, toInteger } from "../../data/StringValue.ts"
import { isString } from "../../data/Value.ts"
import { Failure, notFloat, notInteger, overflow, wrongType } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

const counter = {
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  flags: ["write", "denyoom", "fast"],
  categories: ["string"]
} as const

const key = Arg.key("RW", "ACCESS", "UPDATE")

export const incr = Command.make("INCR", {
  ...counter,
  summary: "Adds one to an integer; a missing key counts as 0.",
  args: { key },
  run: ({ database }, { key }) => add(database, key, 1)
})

export const decr = Command.make("DECR", {
  ...counter,
  summary: "Takes one from an integer; a missing key counts as 0.",
  args: { key },
  run: ({ database }, { key }) => add(database, key, -1)
})

export const incrby = Command.make("INCRBY", {
  ...counter,
  summary: "Adds to an integer; a missing key counts as 0.",
  args: { key, increment: Arg.integer },
  run: ({ database }, { increment, key }) => add(database, key, increment)
})

export const decrby = Command.make("DECRBY", {
  ...counter,
  summary: "Takes from an integer; a missing key counts as 0.",
  args: { key, decrement: Arg.integer },
  // The least integer has no opposite among them.
  run: ({ database }, { decrement, key }) => decrement === minInt64 ? decrementOverflow : add(database, key, -decrement)
})

const decrementOverflow = new Failure("decrement would overflow")

/** Called by INCR, DECR, INCRBY and DECRBY. */
const add = (database: Database, key: Key, increment: Int64): Reply => {
  const value = database.find(key)
  if (value !== undefined && !isString(value)) return wrongType
  const current = value === undefined ? 0 : toInteger(value)
  if (current === undefined) return notInteger
  const sum = addInt64(current, increment)
  if (sum === undefined) return overflow
  database.update(key, sum)
  return sum
}

export const incrbyfloat = Command.make("INCRBYFLOAT", {
  ...counter,
  summary: "Adds to a number, which may have a fraction; a missing key counts as 0.",
  since: "2.6.0",
  // Read by the handler, because Redis looks first at what the key holds.
  args: { key, increment: Arg.text.typed("double") },
  run: ({ database, propagation }, { increment, key }) => {
    const value = database.find(key)
    if (value !== undefined && !isString(value)) return wrongType
    const current = parseLongDouble(value === undefined ? "0" : toBytes(value))
    const addend = parseLongDouble(increment)
    if (current === undefined || addend === undefined) return notFloat
    const sum = addLongDouble(current, addend)
    if (!isFiniteLongDouble(sum)) return notFinite
    const text = flatCopy(formatLongDouble(sum))
    database.update(key, text)
    // Whoever repeats it may calculate with another precision.
    propagation.instead(() => [["SET", key.text, text, "KEEPTTL"]])
    return text
  }
})

const notFinite = new Failure("increment would produce NaN or Infinity")
