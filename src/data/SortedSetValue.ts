/**
 * A sorted set: members with a score each, in the order of scores and then of the members' bytes.
 *
 * | shape | OBJECT ENCODING | while |
 * | --- | --- | --- |
 * | a listpack of members, each followed by its score | listpack | it is small: `zset-max-listpack-entries`, `zset-max-listpack-value` |
 * | `ScoredMembers` | skiplist | from then on, as Redis never goes back |
 *
 * What is asked about a part of the set is asked in ranks, from 0 at the lowest score. It does not know the options of ZADD and ZRANGE, nor how their bounds
 * are written. Scores are never NaN. Source of the shapes and thresholds: t_zset.c.
 */
import { Aggregate } from "./Aggregate.ts"
import * as ByteString from "./ByteString.ts"
import { formatDouble } from "./Double.ts"
import * as Listpack from "./Listpack.ts"
import { MemberTable } from "./MemberTable.ts"
import { ScoredMembers } from "./ScoredMembers.ts"
import type { Visit } from "./ScoreTreeNodes.ts"
import type { Shapes } from "./Shapes.ts"
import { textBytes } from "./StringValue.ts"

export class SortedSetValue extends Aggregate {
  readonly type = "zset"
  readonly #shapes: Shapes
  #content: Listpack.Listpack | ScoredMembers

  constructor(shapes: Shapes, content: Listpack.Listpack | ScoredMembers = Listpack.empty) {
    super()
    this.#shapes = shapes
    this.#content = content
  }

  /** The sorted set of this table's members and scores, in the shape that fits them. The table belongs to it from now on. */
  static ofTable(shapes: Shapes, table: MemberTable<number>): SortedSetValue {
    const members = ScoredMembers.ofTable(table)
    return new SortedSetValue(shapes, fits(shapes, members) ? toListpack(members) : members)
  }

  /**
   * The sorted set that this sound listpack is, in the shape that suits the number of its members; `undefined` where it cannot be one.
   *
   * That a member is there twice is noticed where the shape is the skiplist. In the other one it is harmless.
   */
  static ofListpack(shapes: Shapes, listpack: Listpack.Listpack): SortedSetValue | undefined {
    const entries = Listpack.count(listpack)
    if (entries % 2 !== 0) return undefined
    const set = new SortedSetValue(shapes, listpack)
    let hasScores = true
    set.visit(0, entries / 2, false, (score) => {
      hasScores &&= !Number.isNaN(score)
    })
    if (!hasScores) return undefined
    if (entries / 2 <= shapes.limits["zset-max-listpack-entries"]) return set
    return set.#convert().size === entries / 2 ? set : undefined
  }

  get encoding(): "listpack" | "skiplist" {
    return typeof this.#content === "string" ? "listpack" : "skiplist"
  }

  get size(): number {
    return typeof this.#content === "string" ? Listpack.count(this.#content) >>> 1 : this.#content.size
  }

  /** What it is while it is compact. */
  get listpack(): Listpack.Listpack | undefined {
    return typeof this.#content === "string" ? this.#content : undefined
  }

  get bytes(): number {
    return ownBytes + (typeof this.#content === "string" ? textBytes(this.#content.length) : this.#content.bytes)
  }

  copy(): SortedSetValue {
    return new SortedSetValue(this.#shapes, typeof this.#content === "string" ? this.#content : this.#content.copy())
  }

  /** The score of a member; `undefined` where there is none. */
  score(member: string): number | undefined {
    const content = this.#content
    if (typeof content !== "string") return content.score(member)
    const at = Listpack.find(content, member, Listpack.first(content), 1)
    return at < 0 ? undefined : scoreOf(content, Listpack.next(content, at))
  }

  /** The number of members before this one; -1 where it is missing. */
  rank(member: string): number {
    const content = this.#content
    if (typeof content !== "string") return content.rank(member)
    let rank = 0
    for (let at = Listpack.first(content); at >= 0; at = Listpack.next(content, Listpack.next(content, at))) {
      if (Listpack.equalsAt(content, at, member)) return rank
      rank++
    }
    return -1
  }

  /** Leaves the compact shape if so many members are to be added, or one of this length: before it is tried, as Redis does. */
  expect(count: number, longestLength: number): void {
    const { limits } = this.#shapes
    if (count > limits["zset-max-listpack-entries"] || longestLength > limits["zset-max-listpack-value"]) {
      this.#convert()
    }
  }

  /** Adds a member or gives it another score. What is kept of its text is a copy. */
  set(member: string, score: number): void {
    const content = this.#content
    if (typeof content !== "string") {
      if (content.move(member, score)) return
      content.add(ByteString.flatCopy(member), score)
      return
    }
    const at = Listpack.find(content, member, Listpack.first(content), 1)
    if (at >= 0) {
      if (scoreOf(content, Listpack.next(content, at)) !== score) this.#content = withScore(content, at, member, score)
    } else if (this.#hasRoomFor(content, member)) {
      this.#content = insertInto(content, member, score)
    } else {
      this.#convert().add(ByteString.flatCopy(member), score)
    }
  }

  /** Answers whether there was such a member. */
  delete(member: string): boolean {
    const content = this.#content
    if (typeof content !== "string") return content.delete(member)
    const at = Listpack.find(content, member, Listpack.first(content), 1)
    if (at < 0) return false
    this.#content = Listpack.remove(content, at, 2)
    return true
  }

  /** Removes the members from rank `from` up to, not including, rank `to`; `0 <= from <= to <= size`. */
  removeRange(from: number, to: number): void {
    if (from === to) return
    const content = this.#content
    if (typeof content !== "string") content.removeRange(from, to)
    else this.#content = Listpack.remove(content, Listpack.seek(content, 2 * from), 2 * (to - from))
  }

  /** The number of members with scores for which `isBefore` holds; these must be the first ones. */
  partitionByScore(isBefore: (score: number) => boolean): number {
    const content = this.#content
    if (typeof content !== "string") return content.partition(isBefore)
    let rank = 0
    let at = Listpack.first(content)
    while (at >= 0) {
      const scoreAt = Listpack.next(content, at)
      if (!isBefore(scoreOf(content, scoreAt))) break
      rank++
      at = Listpack.next(content, scoreAt)
    }
    return rank
  }

  /** The number of members for which `isBefore` holds; these must be the first ones, as they are where all scores are the same. */
  partitionByMember(isBefore: (member: string) => boolean): number {
    const content = this.#content
    if (typeof content !== "string") return content.partition((_, member) => isBefore(member))
    let rank = 0
    let at = Listpack.first(content)
    while (at >= 0 && isBefore(Listpack.textAt(content, at))) {
      rank++
      at = Listpack.next(content, Listpack.next(content, at))
    }
    return rank
  }

  /**
   * Visits the members from rank `from` up to, not including, rank `to`, the last one first if `isBackwards`. `visit` must not change the set.
   *
   * **Gotchas** What is kept of a member's text needs `ByteString.flatCopy` unless the shape is the skiplist.
   */
  visit(from: number, to: number, isBackwards: boolean, visit: Visit): void {
    if (from >= to) return
    const content = this.#content
    if (typeof content !== "string") {
      if (isBackwards) content.visitBackwards(from, to, visit)
      else content.visit(from, to, visit)
      return
    }
    let at = Listpack.seek(content, 2 * (isBackwards ? to - 1 : from))
    for (let left = to - from; left > 0; left--) {
      const scoreAt = Listpack.next(content, at)
      visit(scoreOf(content, scoreAt), Listpack.textAt(content, at))
      at = isBackwards
        ? Listpack.previous(content, Listpack.previous(content, at))
        : Listpack.next(content, scoreAt)
    }
  }

  /** Visits the members of these ranks until `visit` says that this is enough. */
  some(from: number, to: number, visit: (score: number, member: string) => boolean): void {
    let isEnough = false
    // The shapes walk without a look back, so they are given some steps at a time.
    let next = from
    while (next < to) {
      const end = Math.min(next + membersPerStep, to)
      this.visit(next, end, false, (score, member) => {
        isEnough ||= visit(score, member)
      })
      next = isEnough ? to : end
    }
  }

  /** The members of these ranks, the last one first if `isBackwards`: as `visit`, without a look at the scores. */
  members(from: number, to: number, isBackwards: boolean): Array<string> {
    const members: Array<string> = []
    if (from >= to) return members
    const content = this.#content
    if (typeof content !== "string") {
      this.visit(from, to, isBackwards, (_, member) => members.push(member))
      return members
    }
    let at = Listpack.seek(content, 2 * (isBackwards ? to - 1 : from))
    for (let left = to - from; left > 0; left--) {
      members.push(Listpack.textAt(content, at))
      at = isBackwards
        ? Listpack.previous(content, Listpack.previous(content, at))
        : Listpack.next(content, Listpack.next(content, at))
    }
    return members
  }

  /** One of the members, each for one `index` below `size`, in no order worth mentioning: for a choice by chance. */
  pick(index: number): string {
    const content = this.#content
    return typeof content === "string"
      ? Listpack.textAt(content, Listpack.seek(content, 2 * index))
      : content.pick(index)
  }

  /** A step of ZSCAN: answers the next cursor, 0 at the end. The compact shape is one step. */
  scan(cursor: number, visit: Visit): number {
    if (typeof this.#content !== "string") return this.#content.scan(cursor, visit)
    this.visit(0, this.size, false, visit)
    return 0
  }

  #hasRoomFor(content: Listpack.Listpack, member: string): boolean {
    const { limits } = this.#shapes
    return (Listpack.count(content) >>> 1) < limits["zset-max-listpack-entries"] &&
      member.length <= limits["zset-max-listpack-value"] && Listpack.isSafeToAdd(content, member.length)
  }

  #convert(): ScoredMembers {
    if (typeof this.#content !== "string") return this.#content
    const table = MemberTable.ofNumbers(this.#shapes.hasher)
    this.visit(0, this.size, false, (score, member) => {
      // A damaged file may have brought a member twice.
      if (table.find(member) === -1) table.insert(ByteString.flatCopy(member), score)
    })
    return this.#content = ScoredMembers.ofTable(table)
  }
}

const fits = ({ limits }: Shapes, members: ScoredMembers): boolean => {
  if (members.size > limits["zset-max-listpack-entries"]) return false
  let longest = 0
  let total = 0
  members.visit(0, members.size, (_, member) => {
    longest = Math.max(longest, member.length)
    total += member.length
  })
  return longest <= limits["zset-max-listpack-value"] && Listpack.isSafeToAdd(Listpack.empty, total)
}

const toListpack = (members: ScoredMembers): Listpack.Listpack => {
  const texts: Array<string> = []
  members.visit(0, members.size, (score, member) => texts.push(member, scoreText(score)))
  return Listpack.from(texts)
}

/** With another score for the member at `at`, in the place that this gives it. */
const withScore = (lp: Listpack.Listpack, at: number, member: string, score: number): Listpack.Listpack => {
  const scoreAt = Listpack.next(lp, at)
  const following = Listpack.next(lp, scoreAt)
  const preceding = Listpack.previous(lp, at)
  const isInPlace = (following < 0 || !isBefore(lp, following, member, score)) &&
    (preceding < 0 || isBefore(lp, Listpack.previous(lp, preceding), member, score))
  return isInPlace
    ? Listpack.replace(lp, scoreAt, scoreText(score))
    : insertInto(Listpack.remove(lp, at, 2), member, score)
}

/** With the member in its place; it is not in the listpack yet. */
const insertInto = (lp: Listpack.Listpack, member: string, score: number): Listpack.Listpack => {
  let at = Listpack.first(lp)
  while (at >= 0 && isBefore(lp, at, member, score)) at = Listpack.next(lp, Listpack.next(lp, at))
  return at < 0
    ? Listpack.append(lp, member, scoreText(score))
    : Listpack.insert(lp, at, member, scoreText(score))
}

/** Whether the member at `at`, with the score behind it, comes before this one. */
const isBefore = (lp: Listpack.Listpack, at: number, member: string, score: number): boolean => {
  const there = scoreOf(lp, Listpack.next(lp, at))
  return there < score || (there === score && Listpack.textAt(lp, at) < member)
}

/** The compact shape knows no negative zero: Redis keeps whole scores as integers there. */
const scoreText = (score: number): string => score === 0 ? "0" : formatDouble(score)

const scoreOf = (lp: Listpack.Listpack, at: number): number => {
  const integer = Listpack.integerAt(lp, at)
  if (integer !== undefined) return Number(integer)
  const text = Listpack.textAt(lp, at)
  return text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text)
}

const membersPerStep = 256

/** The object itself: measured on Node 24. */
const ownBytes = 48
