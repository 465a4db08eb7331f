/**
 * Taking elements off the ends of lists, and moving them to other lists, without waiting for any.
 */
import { type End, ListValue } from "../../data/ListValue.ts"
import { wrongType } from "../../protocol/CommandError.ts"
import { emptyArray, nullArray } from "../../protocol/Reply.ts"
import type { Command as AnyCommand } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { endOf, moveElement, severalKeys, side, take, takeFromFirst } from "./take.ts"

const positive = Arg.atLeast(0)

/** Redis says that there is one argument too many before it looks at the others. */
const countOfPop = new Arg.Arg<number>(positive.spec, {
  ...positive.decoder,
  read: (reader) => reader.remaining > 1 ? reader.wrongArity : positive.decoder.read(reader)
})

const popCommand = (name: string, end: End, summary: string): AnyCommand =>
  Command.make(name, {
    summary,
    since: "1.0.0",
    group: "list",
    complexity: "O(N) for N elements that are removed",
    flags: ["write", "fast"],
    categories: ["list"],
    args: { key: Arg.key("RW", "ACCESS", "DELETE"), count: countOfPop.since("6.2.0").optional() },
    run: ({ database }, { count, key }) => {
      const list = database.find(key)
      if (list === undefined) return count === undefined ? null : nullArray
      if (!(list instanceof ListValue)) return wrongType
      if (count === 0) return emptyArray
      const taken = take(database, key, list, end, count ?? 1)
      return count === undefined ? taken[0] ?? null : taken
    }
  })

export const lpop = popCommand("LPOP", "head", "Removes the first elements of a list, and returns them.")

export const rpop = popCommand(
  "RPOP",
  "tail",
  "Removes the last elements of a list, and returns them from the last one on."
)

export const lmpop = Command.make("LMPOP", {
  summary: "Removes elements from an end of the first list that exists, and returns them.",
  since: "7.0.0",
  group: "list",
  complexity: "O(N+M) for N keys and M elements that are removed",
  flags: ["write"],
  categories: ["list"],
  args: severalKeys,
  run: (context, { count = 1, keys, where }) => takeFromFirst(context, keys, endOf(where), count) ?? nullArray
})

export const lmove = Command.make("LMOVE", {
  summary: "Removes an element from an end of a list, adds it at an end of another, and returns it.",
  since: "6.2.0",
  group: "list",
  complexity: "O(1)",
  flags: ["write", "denyoom"],
  categories: ["list"],
  args: {
    source: Arg.key("RW", "ACCESS", "DELETE"),
    destination: Arg.key("RW", "INSERT"),
    wherefrom: side,
    whereto: side
  },
  run: (context, { destination, source, wherefrom, whereto }) =>
    moveElement(context, source, destination, endOf(wherefrom), endOf(whereto)) ?? null
})

export const rpoplpush = Command.make("RPOPLPUSH", {
  summary: "Removes the last element of a list, adds it before the first one of another, and returns it.",
  since: "1.2.0",
  group: "list",
  complexity: "O(1)",
  flags: ["write", "denyoom"],
  categories: ["list"],
  deprecatedSince: "6.2.0",
  replacedBy: "`LMOVE` with the `RIGHT` and `LEFT` arguments",
  args: { source: Arg.key("RW", "ACCESS", "DELETE"), destination: Arg.key("RW", "INSERT") },
  run: (context, { destination, source }) => moveElement(context, source, destination, "tail", "head") ?? null
})
