/**
 * Intersections, unions and differences of sets, returned or stored: SINTER, SUNION, SDIFF and their variants.
 */
import type { Key } from "../../data/Key.ts"
import * as SetAlgebra from "../../data/SetAlgebra.ts"
import { SetValue } from "../../data/SetValue.ts"
import { Failure, isCommandError, type WrongType, wrongType } from "../../protocol/CommandError.ts"
import { type Reply, SetReply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

export const sinter = Command.make("SINTER", {
  summary: "Returns the members that several sets have in common.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N*M) where N is the size of the smallest set and M is the number of sets.",
  flags: ["readonly"],
  categories: ["set"],
  tips: ["nondeterministic_output_order"],
  args: { key: Arg.key("RO", "ACCESS").many() },
  run: ({ database }, { key: keys }) => {
    const sets = readSets(database, keys)
    if (isCommandError(sets)) return sets
    const members: Array<string> = []
    SetAlgebra.someCommon(sets, (member) => {
      members.push(member)
      return false
    })
    return new SetReply(members)
  }
})

export const sintercard = Command.make("SINTERCARD", {
  summary: "Returns the number of members that several sets have in common, or a limit that it reaches.",
  since: "7.0.0",
  group: "set",
  complexity: "O(N*M) where N is the size of the smallest set and M is the number of sets.",
  flags: ["readonly"],
  categories: ["set"],
  args: {
    keys: Arg.numberedKeys(
      Arg.atLeast(1, new Failure("numkeys should be greater than 0")),
      ["RO", "ACCESS"],
      new Failure("Number of keys can't be greater than number of args")
    ),
    limit: Arg.atLeast(0, new Failure("LIMIT can't be negative")).after("LIMIT").optional()
  },
  run: ({ database }, { keys, limit = 0 }) => {
    const sets = readSets(database, keys)
    if (isCommandError(sets)) return sets
    let count = 0
    // A limit of 0 is none: the count is never 0 when it is looked at.
    SetAlgebra.someCommon(sets, () => ++count === limit)
    return count
  }
})

export const sinterstore = Command.make("SINTERSTORE", {
  summary: "Stores the members that several sets have in common.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N*M) where N is the size of the smallest set and M is the number of sets.",
  flags: ["write", "denyoom"],
  categories: ["set"],
  args: { destination: Arg.key("OW", "UPDATE"), key: Arg.key("RO", "ACCESS").many() },
  run: ({ database, shapes }, { destination, key: keys }) => {
    const sets = readSets(database, keys)
    return isCommandError(sets) ? sets : store(database, destination, SetAlgebra.intersection(shapes, sets))
  }
})

export const sunion = Command.make("SUNION", {
  summary: "Returns the members that any of several sets has.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members of all sets together.",
  flags: ["readonly"],
  categories: ["set"],
  tips: ["nondeterministic_output_order"],
  args: { key: Arg.key("RO", "ACCESS").many() },
  run: (context, { key }) => collected(context, key, SetAlgebra.unite)
})

export const sunionstore = Command.make("SUNIONSTORE", {
  summary: "Stores the members that any of several sets has.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members of all sets together.",
  flags: ["write", "denyoom"],
  categories: ["set"],
  args: { destination: Arg.key("OW", "UPDATE"), key: Arg.key("RO", "ACCESS").many() },
  run: (context, { destination, key }) => stored(context, destination, key, SetAlgebra.unite)
})

export const sdiff = Command.make("SDIFF", {
  summary: "Returns the members of a set that several others do not have.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members of all sets together.",
  flags: ["readonly"],
  categories: ["set"],
  tips: ["nondeterministic_output_order"],
  args: { key: Arg.key("RO", "ACCESS").many() },
  run: (context, { key }) => collected(context, key, SetAlgebra.subtract)
})

export const sdiffstore = Command.make("SDIFFSTORE", {
  summary: "Stores the members of a set that several others do not have.",
  since: "1.0.0",
  group: "set",
  complexity: "O(N) where N is the number of members of all sets together.",
  flags: ["write", "denyoom"],
  categories: ["set"],
  args: { destination: Arg.key("OW", "UPDATE"), key: Arg.key("RO", "ACCESS").many() },
  run: (context, { destination, key }) => stored(context, destination, key, SetAlgebra.subtract)
})

type Operation = typeof SetAlgebra.unite

/** Called by SUNION and SDIFF. */
const collected = ({ database, shapes }: CommandContext, keys: ReadonlyArray<Key>, operation: Operation): Reply => {
  const sets = readSets(database, keys)
  if (isCommandError(sets)) return sets
  const result = new SetValue(shapes, SetAlgebra.passingShape(sets))
  operation(sets, result)
  return new SetReply(result.members())
}

/** Called by SUNIONSTORE and SDIFFSTORE. */
const stored = (
  { database, shapes }: CommandContext,
  destination: Key,
  keys: ReadonlyArray<Key>,
  operation: Operation
): Reply => {
  const sets = readSets(database, keys)
  if (isCommandError(sets)) return sets
  const result = new SetValue(shapes)
  operation(sets, result)
  return store(database, destination, result)
}

/** Lets the key hold the result, whatever it held before; where there is none, it holds nothing any more. */
const store = (database: Database, destination: Key, result: SetValue): Reply => {
  if (result.size === 0) database.remove(destination)
  else database.set(destination, result)
  return result.size
}

/** All keys are looked at, and one of the wrong type is an error even where the others already decide the result. */
const readSets = (
  database: Database,
  keys: ReadonlyArray<Key>
): ReadonlyArray<SetValue | undefined> | WrongType => {
  const sets: Array<SetValue | undefined> = []
  for (const key of keys) {
    const value = database.read(key)
    if (value !== undefined && !(value instanceof SetValue)) return wrongType
    sets.push(value)
  }
  return sets
}
