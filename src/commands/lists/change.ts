/**
 * Changing lists elsewhere than at their ends.
 */
import { type End, ListValue } from "../../data/ListValue.ts"
import { isCommandError, noSuchKey, outOfRange, wrongType } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { rangeOf, signedCount } from "./read.ts"

export const lset = Command.make("LSET", {
  summary: "Replaces the element of a list at a position; negative ones count from the end.",
  since: "1.0.0",
  group: "list",
  complexity: "O(N) for N elements between it and the nearer end",
  flags: ["write", "denyoom"],
  categories: ["list"],
  arity: 4,
  args: { key: Arg.key("RW", "UPDATE"), replacement: Arg.late({ index: Arg.count, element: Arg.bytes }) },
  run: ({ database }, { key, replacement }) => {
    const list = database.find(key)
    if (list === undefined) return noSuchKey
    if (!(list instanceof ListValue)) return wrongType
    const decoded = replacement()
    if (isCommandError(decoded)) return decoded
    const { element, index } = decoded
    return database.modify(key, list, (list) => list.set(index, element) ? 1 : 0) === 0 ? outOfRange : ok
  }
})

export const linsert = Command.make("LINSERT", {
  summary: "Inserts an element next to another one of a list, and returns the list's length.",
  since: "2.2.0",
  group: "list",
  complexity: "O(N) for N elements up to the one that is looked for",
  flags: ["write", "denyoom"],
  categories: ["list"],
  args: {
    key: Arg.key("RW", "INSERT"),
    where: Arg.oneOf({ before: Arg.token("BEFORE"), after: Arg.token("AFTER") }),
    pivot: Arg.text,
    element: Arg.bytes
  },
  run: ({ database }, { element, key, pivot, where }) => {
    const list = database.find(key)
    if (list === undefined) return 0
    if (!(list instanceof ListValue)) return wrongType
    const place = where === "BEFORE" ? "before" : "after"
    const inserted = database.modify(key, list, (list) => list.insert(pivot, element, place) ? 1 : 0)
    return inserted === 0 ? -1 : list.size
  }
})

export const lrem = Command.make("LREM", {
  summary: "Removes elements that are equal to a given one from a list, and returns how many they were.",
  since: "1.0.0",
  group: "list",
  complexity: "O(N) for N elements",
  flags: ["write"],
  categories: ["list"],
  args: { key: Arg.key("RW", "DELETE"), count: signedCount, element: Arg.text },
  run: ({ database }, { count, element, key }) => {
    const list = database.find(key)
    if (list === undefined) return 0
    if (!(list instanceof ListValue)) return wrongType
    const direction: End = count < 0 ? "head" : "tail"
    const limit = Math.abs(Number(count)) || Infinity
    return database.modify(key, list, (list) => list.remove(element, limit, direction))
  }
})

export const ltrim = Command.make("LTRIM", {
  summary: "Keeps the elements of a list from one position to another, and removes all others.",
  since: "1.0.0",
  group: "list",
  complexity: "O(N) for N elements that are removed",
  flags: ["write"],
  categories: ["list"],
  args: { key: Arg.key("RW", "DELETE"), start: Arg.count, stop: Arg.count },
  run: ({ database }, { key, start, stop }) => {
    const list = database.find(key)
    if (list === undefined) return ok
    if (!(list instanceof ListValue)) return wrongType
    const { size } = list
    const { count, first } = rangeOf(size, start, stop)
    if (count === 0) database.remove(key, size)
    else {
      database.modify(key, list, (list) => {
        list.trim(first, count)
        return size - count
      })
    }
    return ok
  }
})
