/**
 * LCS: what two strings have in common.
 */
import type { ByteString } from "../../data/ByteString.ts"
import {
  commonLength,
  type CommonRange,
  longestCommonSubsequence,
  tableBytes
} from "../../data/LongestCommonSubsequence.ts"
import { toBytes } from "../../data/StringValue.ts"
import { isString } from "../../data/Value.ts"
import { Failure } from "../../protocol/CommandError.ts"
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
    if (idx) return matches(a, b, minMatchLen, withmatchlen)
    return len ? commonLength(a, b) : longestCommonSubsequence(a, b).bytes
  }
})

/** The runs of at least `minLength` bytes that make up the subsequence, from the last one to the first. */
const matches = (a: ByteString, b: ByteString, minLength: number, withLengths: boolean): Reply => {
  const common = longestCommonSubsequence(a, b)
  const match = ({ aEnd, aStart, bEnd, bStart, length }: CommonRange): Reply =>
    withLengths ? [[aStart, aEnd], [bStart, bEnd], length] : [[aStart, aEnd], [bStart, bEnd]]
  return new MapReply([
    "matches",
    common.ranges.filter(({ length }) => length >= minLength).map(match),
    "len",
    common.bytes.length
  ])
}

const notStrings = new Failure("The specified keys must contain string values")
const lengthAndIndexes = new Failure("If you want both the length and indexes, please just use IDX.")
const tableTooLarge = new Failure("Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len")
