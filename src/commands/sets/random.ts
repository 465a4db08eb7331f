/**
 * Members chosen by chance: SPOP, SRANDMEMBER.
 */
import type { Key } from "../../data/Key.ts"
import { SetValue } from "../../data/SetValue.ts"
import { Failure, wrongType } from "../../protocol/CommandError.ts"
import { emptyArray, SetReply } from "../../protocol/Reply.ts"
import type { CommandWords } from "../../services/Propagation.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { mostRandomPicks } from "../randomPicks.ts"

export const spop = Command.make("SPOP", {
  summary: "Removes members chosen by chance from a set, and returns them.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members removed.",
  flags: ["write", "fast"],
  categories: ["set"],
  tips: ["nondeterministic_output"],
  args: { key: Arg.key("RW", "ACCESS", "DELETE"), count: Arg.atLeast(0).last().optional().since("3.2.0") },
  run: ({ config, database, propagation, random }, { count, key }) => {
    const set = database.find(key)
    if (set === undefined) return count === undefined ? null : new SetReply([])
    if (!(set instanceof SetValue)) return wrongType
    if (count === undefined) {
      let popped = ""
      database.modify(key, set, (set) => {
        popped = set.pop(random)
        return 1
      })
      propagation.instead(() => [["SREM", key.text, popped]])
      return popped
    }
    if (count >= set.size) {
      database.remove(key, set.size)
      propagation.instead(() => [[config.values["lazyfree-lazy-server-del"] ? "UNLINK" : "DEL", key.text]])
      return new SetReply(set.members())
    }
    let popped: ReadonlyArray<string> = []
    database.modify(key, set, (set) => {
      popped = set.popMany(count, random)
      return count
    })
    propagation.instead(() => removals(key, popped))
    return new SetReply(popped)
  }
})

/** Not too many members in one command. */
const removals = (key: Key, members: ReadonlyArray<string>): ReadonlyArray<CommandWords> => {
  const commands: Array<CommandWords> = []
  for (let first = 0; first < members.length; first += mostRemovals) {
    commands.push(["SREM", key.text, ...members.slice(first, first + mostRemovals)])
  }
  return commands
}

const mostRemovals = 1024

const randomCount = Arg.count.refine(
  (count) => count >= -mostRandomPicks,
  new Failure(`value is out of range, value must between -${mostRandomPicks} and 9223372036854775807`)
)

export const srandmember = Command.make("SRANDMEMBER", {
  summary: "Returns members chosen by chance from a set.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members asked for.",
  flags: ["readonly"],
  categories: ["set"],
  tips: ["nondeterministic_output"],
  args: { key: Arg.key("RO", "ACCESS"), count: randomCount.last().optional().since("2.6.0") },
  run: ({ database, random }, { count, key }) => {
    const set = database.read(key)
    if (set === undefined) return count === undefined ? null : emptyArray
    if (!(set instanceof SetValue)) return wrongType
    if (count === undefined) return set.randomMember(random)
    return count >= 0 ? set.randomMembers(count, random) : set.randomPicks(-count, random)
  }
})
