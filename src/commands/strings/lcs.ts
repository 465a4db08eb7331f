/**
 * LCS: what two strings have in common.
 */
import type { ByteString } from "../../data/ByteString.ts"
import {
  commonLength,
  type CommonRange,
  type CommonSubsequence,
  longestCommonSubsequence,
  tableBytes
} from "../../data/LongestCommonSubsequence.ts"
import { toBytes } from "../../data/StringValue.ts"
import { isString } from "../../data/Value.ts"
import { Failure, isCommandError } from "../../protocol/CommandError.ts"
import { MapReply, type Reply } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

export const lcs = Command.make("LCS", {
  summary: "Returns the longest common subsequence of two strings, its length, or where it lies in them.",
  since: "7.0.0",
  group: "string",
  complexity: "O(N*M) for strings of N and M bytes",
  flags: ["readonly"],
  categories: ["string"],
  keySpecs: [{
    flags: ["RO", "ACCESS"],
    begin: { _tag: "Index", position: 1 },
    find: { _tag: "Range", lastKey: 1, step: 1, limit: 0 }
  }],
  args: {
    key1: Arg.key("RO", "ACCESS").ofKeySpec(0),
    key2: Arg.key("RO", "ACCESS").ofKeySpec(0),
    len: Arg.flag("LEN"),
    idx: Arg.flag("IDX"),
    minMatchLen: Arg.count.after("MINMATCHLEN").optional(),
    withmatchlen: Arg.flag("WITHMATCHLEN")
  },
  run: ({ config, database }, { idx, key1, key2, len, minMatchLen = 0, withmatchlen }) => {
    const value1 = database.read(key1) ?? ""
    const value2 = database.read(key2) ?? ""
    if (!isString(value1) || !isString(value2)) return notStrings
    if (len && idx) return lengthAndIndexes
    const a = toBytes(value1)
    const b = toBytes(value2)
    // Redis holds its table against this limit also where only the length is asked for.
    if (tableBytes(a.length, b.length) > config.values["proto-max-bulk-len"]) return tableTooLarge
    if (len) return commonLength(a, b)
    const common = tryCommonSubsequence(a, b)
    if (isCommandError(common)) return common
    return idx ? matches(common, minMatchLen, withmatchlen) : common.bytes
  }
})

/** A limit that was raised far enough allows tables for which there is no memory. */
const tryCommonSubsequence = (a: ByteString, b: ByteString): CommonSubsequence | Failure => {
  try {
    return longestCommonSubsequence(a, b)
  } catch (error) {
    if (error instanceof RangeError) return notAllocated
    throw error
  }
}

/** The runs of at least `minLength` bytes that make up the subsequence, from the last one to the first. */
const matches = ({ bytes, ranges }: CommonSubsequence, minLength: number, withLengths: boolean): Reply => {
  const match = ({ aEnd, aStart, bEnd, bStart, length }: CommonRange): Reply =>
    withLengths ? [[aStart, aEnd], [bStart, bEnd], length] : [[aStart, aEnd], [bStart, bEnd]]
  return new MapReply([
    "matches",
    ranges.filter(({ length }) => length >= minLength).map(match),
    "len",
    bytes.length
  ])
}

const notStrings = new Failure("The specified keys must contain string values")
const lengthAndIndexes = new Failure("If you want both the length and indexes, please just use IDX.")
const tableTooLarge = new Failure("Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len")
const notAllocated = new Failure("Insufficient memory, failed allocating transient memory for LCS")
