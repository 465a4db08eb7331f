/**
 * Parts of a sorted set in order: ZRANGE, the older commands that it replaces, and ZRANGESTORE.
 */
import { flatCopy } from "../../data/ByteString.ts"
import type { Key } from "../../data/Key.ts"
import { MemberTable } from "../../data/MemberTable.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import { type CommandError, Failure, isCommandError, wrongType } from "../../protocol/CommandError.ts"
import { emptyArray, type Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import { byMember, byRank, byScore, type Part, type Ranks } from "./ranges.ts"
import { membersReply } from "./replies.ts"

const sortBy = Arg.oneOf({ byscore: Arg.token("BYSCORE").once(), bylex: Arg.token("BYLEX").once() }).optional()
const rev = Arg.token("REV").once().optional()
const limit = Arg.block({ offset: Arg.count, count: Arg.count }).after("LIMIT").optional()
const withScores = Arg.flag("WITHSCORES")

export const zrange = make("ZRANGE", {
  summary: "Returns a range of members, by rank, score or name.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members returned.",
  flags: ["readonly"],
  categories: ["sortedset"],
  args: {
    key: Arg.key("RO", "ACCESS"),
    start: Arg.text,
    stop: Arg.text,
    sortby: sortBy.since("6.2.0"),
    rev: rev.since("6.2.0"),
    limit: limit.since("6.2.0"),
    withscores: withScores
  },
  run: (context, { key, limit, rev, sortby, start, stop, withscores }) =>
    rangeReply(
      context,
      key,
      { sortBy: sortby, isReversed: rev !== undefined, limit, withScores: withscores },
      start,
      stop
    )
})

export const zrevrange = make("ZREVRANGE", {
  summary: "Returns a range of members by rank, the highest score first.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members returned.",
  flags: ["readonly"],
  categories: ["sortedset"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with the `REV` argument",
  args: {
    key: Arg.key("RO", "ACCESS"),
    start: Arg.text.typed("integer"),
    stop: Arg.text.typed("integer"),
    withscores: withScores,
    limit: limit.undocumented()
  },
  run: (context, { key, limit, start, stop, withscores }) =>
    rangeReply(context, key, { sortBy: undefined, isReversed: true, limit, withScores: withscores }, start, stop)
})

export const zrangebyscore = make("ZRANGEBYSCORE", {
  summary: "Returns the members with scores in a range.",
  since: "1.0.5",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members returned.",
  flags: ["readonly"],
  categories: ["sortedset"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with the `BYSCORE` argument",
  args: {
    key: Arg.key("RO", "ACCESS"),
    min: Arg.text.typed("double"),
    max: Arg.text.typed("double"),
    withscores: withScores.since("2.0.0"),
    limit
  },
  run: (context, { key, limit, max, min, withscores }) =>
    rangeReply(context, key, { sortBy: "BYSCORE", isReversed: false, limit, withScores: withscores }, min, max)
})

export const zrevrangebyscore = make("ZREVRANGEBYSCORE", {
  summary: "Returns the members with scores in a range, the highest score first.",
  since: "2.2.0",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members returned.",
  flags: ["readonly"],
  categories: ["sortedset"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with the `REV` and `BYSCORE` arguments",
  args: {
    key: Arg.key("RO", "ACCESS"),
    max: Arg.text.typed("double"),
    min: Arg.text.typed("double"),
    withscores: withScores,
    limit
  },
  run: (context, { key, limit, max, min, withscores }) =>
    rangeReply(context, key, { sortBy: "BYSCORE", isReversed: true, limit, withScores: withscores }, max, min)
})

export const zrangebylex = make("ZRANGEBYLEX", {
  summary: "Returns the members with names in a range, where all scores are the same.",
  since: "2.8.9",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members returned.",
  flags: ["readonly"],
  categories: ["sortedset"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with the `BYLEX` argument",
  args: {
    key: Arg.key("RO", "ACCESS"),
    min: Arg.text,
    max: Arg.text,
    limit,
    withscores: withScores.undocumented()
  },
  run: (context, { key, limit, max, min, withscores }) =>
    rangeReply(context, key, { sortBy: "BYLEX", isReversed: false, limit, withScores: withscores }, min, max)
})

export const zrevrangebylex = make("ZREVRANGEBYLEX", {
  summary: "Returns the members with names in a range, in reverse order, where all scores are the same.",
  since: "2.8.9",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members returned.",
  flags: ["readonly"],
  categories: ["sortedset"],
  deprecatedSince: "6.2.0",
  replacedBy: "`ZRANGE` with the `REV` and `BYLEX` arguments",
  args: {
    key: Arg.key("RO", "ACCESS"),
    max: Arg.text,
    min: Arg.text,
    limit,
    withscores: withScores.undocumented()
  },
  run: (context, { key, limit, max, min, withscores }) =>
    rangeReply(context, key, { sortBy: "BYLEX", isReversed: true, limit, withScores: withscores }, max, min)
})

export const zrangestore = make("ZRANGESTORE", {
  summary: "Stores a range of members, by rank, score or name, in another key.",
  since: "6.2.0",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members stored.",
  flags: ["write", "denyoom"],
  categories: ["sortedset"],
  args: {
    dst: Arg.key("OW", "UPDATE"),
    src: Arg.key("RO", "ACCESS"),
    min: Arg.text,
    max: Arg.text,
    sortby: sortBy,
    rev,
    limit
  },
  run: ({ database, shapes }, { dst, limit, max, min, rev, sortby, src }) => {
    const isReversed = rev !== undefined
    const part = partOf({ sortBy: sortby, isReversed, limit, withScores: false }, min, max)
    if (isCommandError(part)) return part
    const source = database.read(src)
    if (source !== undefined && !(source instanceof SortedSetValue)) return wrongType
    const table = MemberTable.ofNumbers(shapes.hasher)
    if (source !== undefined) {
      const { from, to } = part(source)
      const isFlat = source.encoding === "skiplist"
      source.visit(from, to, false, (score, member) => table.insert(isFlat ? member : flatCopy(member), score))
    }
    if (table.size === 0) database.remove(dst)
    else database.set(dst, SortedSetValue.ofTable(shapes, table))
    return table.size
  }
})

interface RangeOptions {
  readonly sortBy: "BYSCORE" | "BYLEX" | undefined
  /** The bounds are given from the highest to the lowest, and so is the answer. */
  readonly isReversed: boolean
  readonly limit: Limit | undefined
  readonly withScores: boolean
}

interface Limit {
  readonly offset: number
  /** All there are where it is negative. */
  readonly count: number
}

const limitWithoutSort = new Failure(
  "syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"
)
const scoresByMember = new Failure("syntax error, WITHSCORES not supported in combination with BYLEX")

/** All commands of this file but ZRANGESTORE: the old ones are ZRANGE with some options chosen beforehand. */
const rangeReply = (
  { client, database }: CommandContext,
  key: Key,
  options: RangeOptions,
  start: string,
  stop: string
): Reply => {
  const part = partOf(options, start, stop)
  if (isCommandError(part)) return part
  const set = database.read(key)
  if (set === undefined) return emptyArray
  if (!(set instanceof SortedSetValue)) return wrongType
  return membersReply(set, part(set), options.isReversed, options.withScores, client)
}

/** The part that the bounds and LIMIT leave; the bounds are looked at only when the options fit together. */
const partOf = (
  { isReversed, limit, sortBy, withScores }: RangeOptions,
  start: string,
  stop: string
): Part | CommandError => {
  if (sortBy === undefined) {
    // A LIMIT without a limit is no error.
    return limit !== undefined && limit.count !== -1 ? limitWithoutSort : byRank(start, stop, isReversed)
  }
  if (sortBy === "BYLEX" && withScores) return scoresByMember
  const [min, max] = isReversed ? [stop, start] : [start, stop]
  const part = sortBy === "BYSCORE" ? byScore(min, max) : byMember(min, max)
  if (isCommandError(part) || limit === undefined) return part
  return (set) => limited(part(set), limit, isReversed)
}

/** Redis answers nothing to a negative offset. */
const limited = ({ from, to }: Ranks, { count, offset }: Limit, isReversed: boolean): Ranks => {
  const left = Math.max(to - from - offset, 0)
  const taken = offset < 0 ? 0 : count < 0 ? left : Math.min(left, count)
  return isReversed
    ? { from: to - offset - taken, to: to - offset }
    : { from: from + offset, to: from + offset + taken }
}
