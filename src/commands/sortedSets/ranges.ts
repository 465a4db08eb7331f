/**
 * The three ways to name a part of a sorted set, as ranks: by rank, by score and by member.
 */
import { parseDouble } from "../../data/Double.ts"
import { parseInt64 } from "../../data/Int64.ts"
import type { SortedSetValue } from "../../data/SortedSetValue.ts"
import { type CommandError, Failure, notInteger } from "../../protocol/CommandError.ts"

/** From rank `from` up to, not including, rank `to`, counted from the lowest score; `0 <= from <= to <= size`. */
export interface Ranks {
  readonly from: number
  readonly to: number
}

/** Where this part is in a sorted set. */
export type Part = (set: SortedSetValue) => Ranks

const none: Ranks = { from: 0, to: 0 }

/** Indexes as those of LRANGE: negative ones count from the end, both ends belong to it. With `isReversed` rank 0 is the highest score. */
export const byRank = (start: string, stop: string, isReversed: boolean): Part | CommandError => {
  const first = parseInt64(start)
  const last = parseInt64(stop)
  if (first === undefined || last === undefined) return notInteger
  return ({ size }) => {
    const from = Math.max(first < 0 ? size + Number(first) : Number(first), 0)
    const to = Math.min(last < 0 ? size + Number(last) : Number(last), size - 1) + 1
    if (from >= to) return none
    return isReversed ? { from: size - to, to: size - from } : { from, to }
  }
}

const badScore = new Failure("min or max is not a float")

/** Scores between two bounds; a `(` before one leaves out the bound itself. */
export const byScore = (min: string, max: string): Part | CommandError => {
  const lowest = scoreBound(min)
  const highest = scoreBound(max)
  if (lowest === undefined || highest === undefined) return badScore
  return (set) =>
    between(
      set.partitionByScore(isExclusive(min) ? (score) => score <= lowest : (score) => score < lowest),
      set.partitionByScore(isExclusive(max) ? (score) => score < highest : (score) => score <= highest)
    )
}

const badMember = new Failure("min or max not valid string range item")

/** Members between two bounds, by their bytes: `[` before one takes in the bound, `(` leaves it out, `-` and `+` are the ends. */
export const byMember = (min: string, max: string): Part | CommandError => {
  if (!isMemberBound(min) || !isMemberBound(max)) return badMember
  return (set) => between(rankOfBound(set, min, false), rankOfBound(set, max, true))
}

const between = (from: number, to: number): Ranks => from < to ? { from, to } : none

const isExclusive = (bound: string): boolean => bound.startsWith("(")

/**
 * The number of a bound, `undefined` where it is none.
 *
 * Bounds are read with C's `strtod`, which unlike other arguments may begin with spaces or be empty, and becomes infinite where it overflows.
 */
const scoreBound = (bound: string): number | undefined => {
  const text = bound.slice(isExclusive(bound) ? 1 : 0).replace(leadingSpaces, "")
  if (text === "") return 0
  return parseDouble(text) ?? (decimal.test(text) ? Number(text) : undefined)
}

const leadingSpaces = /^[ \t-\r]+/
const decimal = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/

const isMemberBound = (bound: string): boolean =>
  bound === "-" || bound === "+" || bound.startsWith("[") || bound.startsWith("(")

/** The number of members before the bound; those equal to it are before it if it is the end of an inclusive range, or the beginning of an exclusive one. */
const rankOfBound = (set: SortedSetValue, bound: string, isEnd: boolean): number => {
  if (bound === "-") return 0
  if (bound === "+") return set.size
  const member = bound.slice(1)
  return set.partitionByMember(isExclusive(bound) === isEnd ? (other) => other < member : (other) => other <= member)
}
