/**
 * Members that are named: SADD, SREM, SMOVE.
 */
import type { Key } from "../../data/Key.ts"
import { SetValue } from "../../data/SetValue.ts"
import { wrongType } from "../../protocol/CommandError.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

export const sadd = Command.make("SADD", {
  summary: "Adds members to a set, which is made if it does not exist.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members given.",
  flags: ["write", "denyoom", "fast"],
  categories: ["set"],
  args: { key: Arg.key("RW", "INSERT"), member: Arg.text.many() },
  run: (context, { key, member: members }) => {
    const set = context.database.find(key)
    if (set !== undefined && !(set instanceof SetValue)) return wrongType
    return add(context, key, set, members)
  }
})

export const srem = Command.make("SREM", {
  summary: "Removes members from a set, and the set when it has no others.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members given.",
  flags: ["write", "fast"],
  categories: ["set"],
  args: { key: Arg.key("RW", "DELETE"), member: Arg.text.many() },
  run: ({ database }, { key, member: members }) => {
    const set = database.find(key)
    if (set === undefined) return 0
    if (!(set instanceof SetValue)) return wrongType
    return database.modify(key, set, (set) => countOf(members, (member) => set.remove(member)))
  }
})

export const smove = Command.make("SMOVE", {
  summary: "Moves a member from one set to another.",
  since: "1.0.0",
  group: "set",
  complexity: "O(1)",
  flags: ["write", "fast"],
  categories: ["set"],
  args: {
    source: Arg.key("RW", "ACCESS", "DELETE"),
    destination: Arg.key("RW", "INSERT"),
    member: Arg.text
  },
  run: (context, { destination, member, source }) => {
    const { database } = context
    const from = database.find(source)
    const to = database.find(destination)
    if (from === undefined) return 0
    if (!(from instanceof SetValue) || (to !== undefined && !(to instanceof SetValue))) return wrongType
    if (from === to) return from.has(member) ? 1 : 0
    if (database.modify(source, from, (set) => set.remove(member) ? 1 : 0) === 0) return 0
    add(context, destination, to, [member])
    return 1
  }
})

/** Answers how many members were added. */
const add = (
  { database, shapes }: CommandContext,
  key: Key,
  set: SetValue | undefined,
  members: ReadonlyArray<string>
): number => {
  if (set !== undefined) {
    return database.modify(key, set, (set) => {
      set.expect(members.length)
      return countOf(members, (member) => set.add(member))
    })
  }
  const added = SetValue.expecting(shapes, members[0]!, members.length)
  for (const member of members) added.add(member)
  database.store(key, added, added.size)
  return added.size
}

const countOf = (members: ReadonlyArray<string>, change: (member: string) => boolean): number => {
  let changes = 0
  for (const member of members) if (change(member)) changes++
  return changes
}
