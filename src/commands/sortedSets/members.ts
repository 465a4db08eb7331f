/**
 * Single members of a sorted set, and how many there are: ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK, ZREM.
 */
import type { Key } from "../../data/Key.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import { syntaxFailure, wrongType } from "../../protocol/CommandError.ts"
import { Double, nullArray, type Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"

export const zcard = make("ZCARD", {
  summary: "Returns the number of members of a sorted set.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RO") },
  run: ({ database }, { key }) => {
    const set = database.read(key)
    return set === undefined ? 0 : set instanceof SortedSetValue ? set.size : wrongType
  }
})

export const zscore = make("ZSCORE", {
  summary: "Returns the score of a member.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RO", "ACCESS"), member: Arg.text },
  run: ({ database }, { key, member }) => {
    const set = database.read(key)
    if (set === undefined) return null
    return set instanceof SortedSetValue ? scoreReply(set.score(member)) : wrongType
  }
})

export const zmscore = make("ZMSCORE", {
  summary: "Returns the scores of several members.",
  since: "6.2.0",
  group: "sorted-set",
  complexity: "O(N) where N is the number of members asked for.",
  flags: ["readonly", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RO", "ACCESS"), member: Arg.text.many() },
  run: ({ database }, { key, member: members }) => {
    const set = database.read(key)
    if (set === undefined) return members.map(() => null)
    return set instanceof SortedSetValue ? members.map((member) => scoreReply(set.score(member))) : wrongType
  }
})

const scoreReply = (score: number | undefined): Reply => score === undefined ? null : new Double(score)

/** Redis counts the arguments of ZRANK before it looks at this one. */
const withScore: Arg.Arg<boolean> = new Arg.Arg<boolean>(Arg.flag("WITHSCORE").spec, {
  read: (reader) => {
    if (reader.isAtEnd) return false
    if (reader.remaining > 1) return reader.wrongArity
    return reader.accepts("WITHSCORE") ? (reader.position++, true) : syntaxFailure
  },
  minimum: 0,
  inPlace: true
})

export const zrank = make("ZRANK", {
  summary: "Returns how many members have lower scores than a member.",
  since: "2.0.0",
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set.",
  flags: ["readonly", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RO", "ACCESS"), member: Arg.text, withscore: withScore },
  run: (context, { key, member, withscore }) => rankReply(context, key, member, withscore, false)
})

export const zrevrank = make("ZREVRANK", {
  summary: "Returns how many members have higher scores than a member.",
  since: "2.0.0",
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set.",
  flags: ["readonly", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RO", "ACCESS"), member: Arg.text, withscore: withScore },
  run: (context, { key, member, withscore }) => rankReply(context, key, member, withscore, true)
})

const rankReply = (
  { database }: CommandContext,
  key: Key,
  member: string,
  withScore: boolean,
  isReversed: boolean
): Reply => {
  const set = database.read(key)
  if (set !== undefined && !(set instanceof SortedSetValue)) return wrongType
  const score = set?.score(member)
  if (set === undefined || score === undefined) return withScore ? nullArray : null
  const rank = isReversed ? set.size - 1 - set.rank(member) : set.rank(member)
  return withScore ? [rank, new Double(score)] : rank
}

export const zrem = make("ZREM", {
  summary: "Removes members from a sorted set.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(M*log(N)) where N is the size of the sorted set and M the number of members given.",
  flags: ["write", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RW", "DELETE"), member: Arg.text.many() },
  run: ({ database }, { key, member: members }) => {
    const found = database.find(key)
    if (found === undefined) return 0
    if (!(found instanceof SortedSetValue)) return wrongType
    return database.modify(key, found, (set) => members.reduce((sum, member) => sum + (set.delete(member) ? 1 : 0), 0))
  }
})
