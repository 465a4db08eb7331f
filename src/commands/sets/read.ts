/**
 * What is in a set: SCARD, SISMEMBER, SMISMEMBER, SMEMBERS, SSCAN.
 */
import { SetValue } from "../../data/SetValue.ts"
import { isCommandError, wrongType } from "../../protocol/CommandError.ts"
import { SetReply } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import * as Scan from "../scanOptions.ts"

export const scard = Command.make("SCARD", {
  summary: "Returns the number of members of a set.",
  since: "1.0.0",
  group: "set",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["set"],
  args: { key: Arg.key("RO") },
  run: ({ database }, { key }) => {
    const set = database.read(key)
    if (set === undefined) return 0
    return set instanceof SetValue ? set.size : wrongType
  }
})

export const sismember = Command.make("SISMEMBER", {
  summary: "Tells whether something is a member of a set.",
  since: "1.0.0",
  group: "set",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["set"],
  args: { key: Arg.key("RO"), member: Arg.text },
  run: ({ database }, { key, member }) => {
    const set = database.read(key)
    if (set === undefined) return 0
    return set instanceof SetValue ? Number(set.has(member)) : wrongType
  }
})

export const smismember = Command.make("SMISMEMBER", {
  summary: "Tells of several things whether they are members of a set.",
  since: "6.2.0",
  group: "set",
  complexity: "O(N) where N is the number of members given.",
  flags: ["readonly", "fast"],
  categories: ["set"],
  args: { key: Arg.key("RO", "ACCESS"), member: Arg.text.many() },
  run: ({ database }, { key, member: members }) => {
    const set = database.read(key)
    if (set !== undefined && !(set instanceof SetValue)) return wrongType
    return members.map((member) => set?.has(member) === true ? 1 : 0)
  }
})

export const smembers = Command.make("SMEMBERS", {
  summary: "Returns all members of a set.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members.",
  flags: ["readonly"],
  categories: ["set"],
  tips: ["nondeterministic_output_order"],
  args: { key: Arg.key("RO", "ACCESS") },
  run: ({ database }, { key }) => {
    const set = database.read(key)
    if (set !== undefined && !(set instanceof SetValue)) return wrongType
    return new SetReply(set?.members() ?? [])
  }
})

export const sscan = Command.make("SSCAN", {
  summary: "Goes through the members of a set, some at each call.",
  since: "2.8.0",
  group: "set",
  complexity: "O(1) for a call, O(N) for all of a set of N members.",
  flags: ["readonly"],
  categories: ["set"],
  tips: ["nondeterministic_output"],
  args: { key: Arg.key("RO", "ACCESS"), cursor: Scan.cursor, options: Arg.late(Scan.options) },
  unknownOption: Scan.unknownOption,
  run: ({ database }, { cursor, key, options: readOptions }) => {
    const set = database.read(key)
    if (set === undefined) return Scan.emptyScan
    if (!(set instanceof SetValue)) return wrongType
    const options = readOptions()
    if (isCommandError(options)) return options
    return Scan.scanElements(cursor, options, (cursor, visit) => set.scan(cursor, visit))
  }
})
