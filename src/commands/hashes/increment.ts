/**
 * Fields of hashes as counters: integers of 64 bits with sign, and long doubles. A field keeps its time to live.
 */
import { addInt64, parseInt64 } from "../../data/Int64.ts"
import { addLongDouble, formatLongDouble, isFiniteLongDouble, parseLongDouble } from "../../data/LongDouble.ts"
import { Failure, isCommandError, notFloat, overflow } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { changeOrMake, hashOf, liveValue } from "./access.ts"

const valueNotInteger = new Failure("hash value is not an integer")
const valueNotFloat = new Failure("hash value is not a float")
const incrementNotFinite = new Failure("value is NaN or Infinity")
const sumNotFinite = new Failure("increment would produce NaN or Infinity")

export const hincrby = Command.make("HINCRBY", {
  summary: "Adds to the integer in a field of a hash; a missing field counts as 0.",
  since: "2.0.0",
  group: "hash",
  complexity: "O(1)",
  flags: ["write", "denyoom", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RW", "ACCESS", "UPDATE"), field: Arg.text, increment: Arg.integer },
  run: (context, { field, increment, key }) => {
    const hash = hashOf(context.database.find(key))
    if (isCommandError(hash)) return hash
    const value = hash === undefined ? undefined : liveValue(context, key, hash, field)
    const current = value === undefined ? 0 : parseInt64(value)
    if (current === undefined) return valueNotInteger
    const sum = addInt64(current, increment)
    if (sum === undefined) return overflow
    changeOrMake(context, key, hash, (hash) => {
      hash.set(field, String(sum), true)
      return 1
    })
    return sum
  }
})

export const hincrbyfloat = Command.make("HINCRBYFLOAT", {
  summary: "Adds to the number in a field of a hash, which may have a fraction; a missing field counts as 0.",
  since: "2.6.0",
  group: "hash",
  complexity: "O(1)",
  flags: ["write", "denyoom", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RW", "ACCESS", "UPDATE"), field: Arg.text, increment: Arg.text.typed("double") },
  run: (context, { field, increment, key }) => {
    const addend = parseLongDouble(increment)
    if (addend === undefined) return notFloat
    if (!isFiniteLongDouble(addend)) return incrementNotFinite
    const hash = hashOf(context.database.find(key))
    if (isCommandError(hash)) return hash
    const value = hash === undefined ? undefined : liveValue(context, key, hash, field)
    const current = parseLongDouble(value ?? "0")
    if (current === undefined) return valueNotFloat
    const sum = addLongDouble(current, addend)
    if (!isFiniteLongDouble(sum)) return sumNotFinite
    const text = formatLongDouble(sum)
    changeOrMake(context, key, hash, (hash) => {
      hash.set(field, text, true)
      // Whoever repeats it may calculate with another precision. HSET would take the time to live away.
      context.propagation.instead(() => [
        hash.deadline(field) === undefined
          ? ["HSET", key.text, field, text]
          : ["HSETEX", key.text, "KEEPTTL", "FIELDS", "1", field, text]
      ])
      return 1
    })
    return text
  }
})
