/**
 * Looking into lists.
 */
import { minInt64 } from "../../data/Int64.ts"
import { type End, ListValue } from "../../data/ListValue.ts"
import { Failure, isCommandError, wrongType } from "../../protocol/CommandError.ts"
import { Bulks, emptyArray } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

export const llen = Command.make("LLEN", {
  summary: "Returns the number of elements of a list.",
  since: "1.0.0",
  group: "list",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["list"],
  args: { key: Arg.key("RO") },
  run: ({ database }, { key }) => {
    const list = database.read(key)
    if (list === undefined) return 0
    return list instanceof ListValue ? list.size : wrongType
  }
})

export const lindex = Command.make("LINDEX", {
  summary: "Returns the element of a list at a position; negative ones count from the end.",
  since: "1.0.0",
  group: "list",
  complexity: "O(N) for N elements between it and the nearer end",
  flags: ["readonly"],
  categories: ["list"],
  arity: 3,
  args: { key: Arg.key("RO", "ACCESS"), position: Arg.late({ index: Arg.count }) },
  run: ({ database }, { key, position }) => {
    const list = database.read(key)
    if (list === undefined) return null
    if (!(list instanceof ListValue)) return wrongType
    const decoded = position()
    return isCommandError(decoded) ? decoded : list.at(decoded.index) ?? null
  }
})

export const lrange = Command.make("LRANGE", {
  summary: "Returns the elements of a list from one position to another; negative ones count from the end.",
  since: "1.0.0",
  group: "list",
  complexity: "O(S+N) for S elements between the first one and the nearer end, and N elements that are returned",
  flags: ["readonly"],
  categories: ["list"],
  args: { key: Arg.key("RO", "ACCESS"), start: Arg.count, stop: Arg.count },
  run: ({ database }, { key, start, stop }) => {
    const list = database.read(key)
    if (list === undefined) return emptyArray
    if (!(list instanceof ListValue)) return wrongType
    const { count, first } = rangeOf(list.size, start, stop)
    return count === 0 ? emptyArray : new Bulks(count, (sink) => list.send(first, count, sink))
  }
})

/** The elements from one position to another, both included; negative ones count from the end, and those out of range are moved into it. */
export const rangeOf = (
  size: number,
  start: number,
  stop: number
): { readonly first: number; readonly count: number } => {
  const first = start < 0 ? Math.max(size + start, 0) : start
  const last = Math.min(stop < 0 ? size + stop : stop, size - 1)
  return first > last ? { first: 0, count: 0 } : { first, count: last - first + 1 }
}

const rankOutOfRange = new Failure(
  `value is out of range, value must between ${-(2n ** 63n - 1n)} and ${2n ** 63n - 1n}`
)

/** A signed 64-bit integer that can change its sign. */
export const signedCount: Arg.Arg<number | bigint> = Arg.integer.refine((value) => value !== minInt64, rankOutOfRange)

const rank = signedCount.refine(
  (value) => value !== 0,
  new Failure(
    "RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list"
  )
)

export const lpos = Command.make("LPOS", {
  summary: "Returns the positions at which an element stands in a list.",
  since: "6.0.6",
  group: "list",
  complexity: "O(N) for N elements",
  flags: ["readonly"],
  categories: ["list"],
  args: {
    key: Arg.key("RO", "ACCESS"),
    element: Arg.text,
    rank: rank.after("RANK").optional(),
    numMatches: Arg.atLeast(0, new Failure("COUNT can't be negative")).after("COUNT").optional(),
    len: Arg.atLeast(0, new Failure("MAXLEN can't be negative")).after("MAXLEN").optional()
  },
  run: ({ database }, { element, key, len = 0, numMatches, rank = 1 }) => {
    const list = database.read(key)
    if (list === undefined) return numMatches === undefined ? null : emptyArray
    if (!(list instanceof ListValue)) return wrongType
    const direction: End = rank < 0 ? "head" : "tail"
    const within = len === 0 ? Infinity : len
    const wanted = numMatches === undefined ? 1 : numMatches === 0 ? Infinity : numMatches
    // Beyond the safe integers there is no match whose number it could be.
    let skipped = Math.abs(Number(rank)) - 1
    const positions: Array<number> = []
    const { size } = list
    list.search(element, direction, (index) => {
      const distance = direction === "tail" ? index : size - 1 - index
      if (distance >= within) return false
      if (skipped > 0) skipped--
      else positions.push(index)
      return positions.length < wanted
    }, within)
    return numMatches === undefined ? positions[0] ?? null : positions
  }
})
