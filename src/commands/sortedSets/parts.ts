/**
 * Parts of a sorted set that are counted or removed: ZCOUNT, ZLEXCOUNT, ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX.
 */
import type { Key } from "../../data/Key.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import { type CommandError, isCommandError, wrongType } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import { byMember, byRank, byScore, type Part } from "./ranges.ts"

export const zcount = make("ZCOUNT", {
  summary: "Counts the members with scores in a range.",
  since: "2.0.0",
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set.",
  flags: ["readonly", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RO", "ACCESS"), min: Arg.text.typed("double"), max: Arg.text.typed("double") },
  run: (context, { key, max, min }) => countReply(context, key, byScore(min, max))
})

export const zlexcount = make("ZLEXCOUNT", {
  summary: "Counts the members with names in a range, where all scores are the same.",
  since: "2.8.9",
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set.",
  flags: ["readonly", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RO", "ACCESS"), min: Arg.text, max: Arg.text },
  run: (context, { key, max, min }) => countReply(context, key, byMember(min, max))
})

const countReply = ({ database }: CommandContext, key: Key, part: Part | CommandError): Reply => {
  if (isCommandError(part)) return part
  const set = database.read(key)
  if (set === undefined) return 0
  if (!(set instanceof SortedSetValue)) return wrongType
  const { from, to } = part(set)
  return to - from
}

export const zremrangebyrank = make("ZREMRANGEBYRANK", {
  summary: "Removes a range of members by rank.",
  since: "2.0.0",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members removed.",
  flags: ["write"],
  categories: ["sortedset"],
  args: { key: Arg.key("RW", "DELETE"), start: Arg.text.typed("integer"), stop: Arg.text.typed("integer") },
  run: (context, { key, start, stop }) => removeReply(context, key, byRank(start, stop, false))
})

export const zremrangebyscore = make("ZREMRANGEBYSCORE", {
  summary: "Removes the members with scores in a range.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members removed.",
  flags: ["write"],
  categories: ["sortedset"],
  args: { key: Arg.key("RW", "DELETE"), min: Arg.text.typed("double"), max: Arg.text.typed("double") },
  run: (context, { key, max, min }) => removeReply(context, key, byScore(min, max))
})

export const zremrangebylex = make("ZREMRANGEBYLEX", {
  summary: "Removes the members with names in a range, where all scores are the same.",
  since: "2.8.9",
  group: "sorted-set",
  complexity: "O(log(N)+M) where N is the size of the sorted set and M the number of members removed.",
  flags: ["write"],
  categories: ["sortedset"],
  args: { key: Arg.key("RW", "DELETE"), min: Arg.text, max: Arg.text },
  run: (context, { key, max, min }) => removeReply(context, key, byMember(min, max))
})

const removeReply = ({ database }: CommandContext, key: Key, part: Part | CommandError): Reply => {
  if (isCommandError(part)) return part
  const found = database.find(key)
  if (found === undefined) return 0
  if (!(found instanceof SortedSetValue)) return wrongType
  return database.modify(key, found, (set) => {
    const { from, to } = part(set)
    set.removeRange(from, to)
    return to - from
  })
}
