/**
 * Counting bits, and looking for one.
 */
import { countOnes, findBit } from "../../data/Bits.ts"
import { toView } from "../../data/StringValue.ts"
import { isString } from "../../data/Value.ts"
import { Failure, wrongType } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { bitsOf, range } from "./range.ts"

export const bitcount = Command.make("BITCOUNT", {
  summary: "Counts the bits of a string that are set, in all of it or in a range.",
  since: "2.6.0",
  group: "bitmap",
  complexity: "O(N) for N bytes in the range",
  flags: ["readonly"],
  categories: ["bitmap"],
  args: { key: Arg.key("RO", "ACCESS"), range },
  run: ({ database }, { key, range }) => {
    const value = database.read(key)
    if (value === undefined) return 0
    if (!isString(value)) return wrongType
    const bytes = toView(value)
    if (range === undefined) return countOnes(bytes, 0, 8 * bytes.length)
    const { end = -1, start } = range
    // Told before they are moved into the string, where both could become its first bit.
    if (start < 0 && end < 0 && start > end) return 0
    const bits = bitsOf(range, bytes.length)
    return countOnes(bytes, bits.start, bits.end)
  }
})

export const bitpos = Command.make("BITPOS", {
  summary: "Finds the first bit of a string that is set, or the first that is not, in all of it or in a range.",
  since: "2.8.7",
  group: "bitmap",
  complexity: "O(N) for N bytes in the range",
  flags: ["readonly"],
  categories: ["bitmap"],
  args: {
    key: Arg.key("RO", "ACCESS"),
    bit: Arg.integer.refine(
      (bit): bit is 0 | 1 => bit === 0 || bit === 1,
      new Failure("The bit argument must be 1 or 0.")
    ),
    range
  },
  run: ({ database }, { bit, key, range }) => {
    const value = database.read(key)
    // A missing key is an endless row of zeros.
    if (value === undefined) return bit === 1 ? -1 : 0
    if (!isString(value)) return wrongType
    const bytes = toView(value)
    const { end, start } = range === undefined ? { start: 0, end: 8 * bytes.length } : bitsOf(range, bytes.length)
    if (start >= end) return -1
    const found = findBit(bytes, bit, start, end)
    // Unless the end is given, zeros follow the string.
    return found < 0 && bit === 0 && range?.end === undefined ? end : found
  }
})
