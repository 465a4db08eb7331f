/**
 * Members by chance, and all of them bit by bit: ZRANDMEMBER and ZSCAN.
 */
import { formatDouble } from "../../data/Double.ts"
import { differentIndexes, randomIndex } from "../../data/RandomIndexes.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import { Failure, isCommandError, wrongType } from "../../protocol/CommandError.ts"
import { emptyArray } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import * as Scan from "../scanOptions.ts"
import { mostRandomPicks } from "../randomPicks.ts"
import { membersReply, pairsReply } from "./replies.ts"

const randomCount = Arg.count.refine(
  (count) => count >= -mostRandomPicks,
  new Failure(`value is out of range, value must between -${mostRandomPicks} and 9223372036854775807`)
)

export const zrandmember = make("ZRANDMEMBER", {
  summary: "Returns members chosen by chance from a sorted set.",
  since: "6.2.0",
  group: "sorted-set",
  complexity: "O(N) where N is the number of members returned.",
  flags: ["readonly"],
  categories: ["sortedset"],
  tips: ["nondeterministic_output"],
  args: {
    key: Arg.key("RO", "ACCESS"),
    options: Arg.block({ count: randomCount, withscores: Arg.flag("WITHSCORES") }).optional()
  },
  run: ({ client, database, random }, { key, options }) => {
    const set = database.read(key)
    if (set !== undefined && !(set instanceof SortedSetValue)) return wrongType
    if (options === undefined) return set === undefined ? null : set.pick(randomIndex(set.size, random))
    const { count, withscores } = options
    if (set === undefined || count === 0) return emptyArray
    const { size } = set
    // Redis goes through the whole set from its end.
    if (count >= size && count > 1) return membersReply(set, { from: 0, to: size }, true, withscores, client)
    const members = count > 0
      ? chosenMembers(set, count, random)
      : Array.from({ length: -count }, () => set.pick(randomIndex(size, random)))
    if (!withscores) return members
    // They are members, so each has a score.
    return pairsReply((add) => members.forEach((member) => add(set.score(member)!, member)), client)
  }
})

/** Different members; in a compact set in their own order, as Redis answers them. */
const chosenMembers = (set: SortedSetValue, count: number, random: () => number): Array<string> => {
  const indexes = Array.from(differentIndexes(count, set.size, random))
  if (set.encoding === "listpack") indexes.sort((a, b) => a - b)
  return indexes.map((index) => set.pick(index))
}

export const zscan = make("ZSCAN", {
  summary: "Goes through the members and scores of a sorted set, some at each call.",
  since: "2.8.0",
  group: "sorted-set",
  complexity: "O(1) for a call, O(N) for all of a sorted set of N members.",
  flags: ["readonly"],
  categories: ["sortedset"],
  tips: ["nondeterministic_output"],
  unknownOption: Scan.unknownOption,
  args: {
    key: Arg.key("RO", "ACCESS"),
    cursor: Scan.cursor,
    options: Arg.late({ ...Scan.options, noscores: Arg.flag("NOSCORES") })
  },
  run: ({ database }, { cursor, key, options: readOptions }) => {
    const set = database.read(key)
    if (set === undefined) return Scan.emptyScan
    if (!(set instanceof SortedSetValue)) return wrongType
    const options = readOptions()
    if (isCommandError(options)) return options
    const show = set.encoding === "listpack" ? formatDouble : formatPrecisely
    return Scan.scanElements(
      cursor,
      options,
      (cursor, visit) => set.scan(cursor, (score, member) => visit(member, options.noscores ? undefined : show(score)))
    )
  }
})

/**
 * A score with 17 digits, without zeros at the end: C's "%.17g". Only ZSCAN shows scores so, and only those of large sorted sets.
 */
const formatPrecisely = (score: number): string => {
  if (!Number.isFinite(score) || score === 0) return formatDouble(score)
  const [digits = "", exponent = ""] = score.toExponential(16).split("e")
  const power = Number(exponent)
  const isScientific = power < -4 || power >= 17
  const text = isScientific ? digits : score.toFixed(16 - power)
  const short = text.includes(".") ? text.replace(trailingZeros, "") : text
  return isScientific ? `${short}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}` : short
}

const trailingZeros = /\.?0+$/
