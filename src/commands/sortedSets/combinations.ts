/**
 * What the members of several sources become: their union, intersection and difference, each member with one score.
 */
import { flatCopy } from "../../data/ByteString.ts"
import type { KeyHasher } from "../../data/KeyHasher.ts"
import { MemberTable } from "../../data/MemberTable.ts"
import type { Source } from "./sources.ts"

/** A source with the factor by which its scores are multiplied. */
export interface Weighted extends Source {
  readonly weight: number
}

/** Makes one score of two. */
export type Aggregate = (score: number, other: number) => number

export const aggregates: { readonly [Name in "SUM" | "MIN" | "MAX"]: Aggregate } = {
  // Infinities of both signs add up to nothing.
  SUM: (score, other) => numberOr0(score + other),
  MIN: (score, other) => other < score ? other : score,
  MAX: (score, other) => other > score ? other : score
}

/** Members of any source. */
export const union = (
  hasher: KeyHasher,
  sources: ReadonlyArray<Weighted>,
  aggregate: Aggregate
): MemberTable<number> => {
  const table = MemberTable.ofNumbers(hasher)
  // The order decides how sums are rounded.
  for (const { forEach, isFlat, weight } of bySize(sources)) {
    forEach((score, member) => {
      const weighted = numberOr0(weight * score)
      const index = table.find(member)
      if (index < 0) table.insert(isFlat ? member : flatCopy(member), weighted)
      else table.setValueAt(index, aggregate(table.valueAt(index), weighted))
    })
  }
  return table
}

/** Members of all sources. */
export const intersection = (
  hasher: KeyHasher,
  sources: ReadonlyArray<Weighted>,
  aggregate: Aggregate
): MemberTable<number> => {
  const table = MemberTable.ofNumbers(hasher)
  const [smallest, ...others] = bySize(sources)
  smallest?.forEach((score, member) => {
    let result = numberOr0(smallest.weight * score)
    for (const { score: scoreIn, weight } of others) {
      const other = scoreIn(member)
      if (other === undefined) return
      result = aggregate(result, other * weight)
    }
    table.insert(smallest.isFlat ? member : flatCopy(member), result)
  })
  return table
}

/** The size of the intersection, or `limit` where it is not below that. */
export const intersectionSize = (sources: ReadonlyArray<Source>, limit: number): number => {
  const [smallest, ...others] = bySize(sources)
  let size = 0
  smallest?.some((_, member) => {
    if (others.every(({ score }) => score(member) !== undefined)) size++
    return size >= limit
  })
  return size
}

/** Members of the first source that no other one has, with their scores in the first. */
export const difference = (hasher: KeyHasher, sources: ReadonlyArray<Source>): MemberTable<number> => {
  const table = MemberTable.ofNumbers(hasher)
  const [first, ...others] = sources
  if (first === undefined) return table
  const isInOthers = membership(hasher, others, first.size)
  first.forEach((score, member) => {
    if (!isInOthers(member)) table.insert(first.isFlat ? member : flatCopy(member), score)
  })
  return table
}

/** Whether a member is in one of the sources, for about so many questions: many small sources are better put together first. */
const membership = (
  hasher: KeyHasher,
  sources: ReadonlyArray<Source>,
  questions: number
): (member: string) => boolean => {
  const members = sources.reduce((sum, { size }) => sum + size, 0)
  if (questions * sources.length <= 2 * (questions + members)) {
    const largestFirst = bySize(sources).toReversed()
    return (member) => largestFirst.some(({ score }) => score(member) !== undefined)
  }
  const table = MemberTable.ofMembers(hasher)
  for (const { forEach, isFlat } of sources) {
    forEach((_, member) => {
      if (table.find(member) < 0) table.insert(isFlat ? member : flatCopy(member), undefined)
    })
  }
  return (member) => table.find(member) >= 0
}

const bySize = <A extends Source>(sources: ReadonlyArray<A>): ReadonlyArray<A> =>
  sources.toSorted((a, b) => a.size - b.size)

const numberOr0 = (score: number): number => Number.isNaN(score) ? 0 : score
