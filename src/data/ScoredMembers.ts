/**
 * Members with a score each, found by their name as fast as by their place: the shape of large sorted sets, and of the deadlines of a hash's fields.
 *
 * Two structures in step: a hash table from member to score, and a tree in the order of the scores. Both hold the same texts. What is asked about a part of
 * the order is asked in ranks, which begin with 0 at the lowest score.
 *
 * It knows nothing of listpacks, options or replies. Scores are never NaN.
 */
import type { KeyHasher } from "./KeyHasher.ts"
import { MemberTable } from "./MemberTable.ts"
import { scoreOrder } from "./ScoreOrder.ts"
import { ScoreTree } from "./ScoreTree.ts"
import type { Visit } from "./ScoreTreeNodes.ts"

export class ScoredMembers {
  readonly #scores: MemberTable<number>
  readonly #order: ScoreTree

  private constructor(scores: MemberTable<number>, order: ScoreTree) {
    this.#scores = scores
    this.#order = order
  }

  static empty(hasher: KeyHasher): ScoredMembers {
    return new ScoredMembers(MemberTable.ofNumbers(hasher), new ScoreTree())
  }

  /** The members and scores of this table, which from now on belongs to what is answered. O(n log n), but with much less work than one by one. */
  static ofTable(scores: MemberTable<number>): ScoredMembers {
    return new ScoredMembers(scores, orderOf(scores))
  }

  /** The number of members. */
  get size(): number {
    return this.#scores.size
  }

  /** Bytes of memory, with the texts of the members. */
  get bytes(): number {
    return this.#scores.bytes + this.#order.bytes
  }

  /** The score of a member; `undefined` where there is none. */
  score(member: string): number | undefined {
    const index = this.#scores.find(member)
    return index < 0 ? undefined : this.#scores.valueAt(index)
  }

  /** Adds a member or gives it another score. A new member's text is kept, so it must be flat. */
  set(member: string, score: number): void {
    if (!this.move(member, score)) this.add(member, score)
  }

  /** Adds a member. The caller knows that it is absent; its text is kept, so it must be flat. */
  add(member: string, score: number): void {
    this.#scores.insert(member, score)
    this.#order.add(score, member)
  }

  /** Gives a member another score; answers whether there is such a member. */
  move(member: string, score: number): boolean {
    const index = this.#scores.find(member)
    if (index < 0) return false
    const previous = this.#scores.valueAt(index)
    if (previous !== score) {
      const kept = this.#scores.memberAt(index)
      this.#order.remove(previous, kept)
      this.#order.add(score, kept)
      this.#scores.setValueAt(index, score)
    }
    return true
  }

  /** Answers whether there was such a member. */
  delete(member: string): boolean {
    const index = this.#scores.find(member)
    if (index < 0) return false
    this.#order.remove(this.#scores.valueAt(index), member)
    this.#scores.remove(index)
    return true
  }

  /** The number of members before this one; -1 where it is missing. */
  rank(member: string): number {
    const score = this.score(member)
    return score === undefined ? -1 : this.#order.rankOf(score, member)
  }

  /** The number of members for which `isBefore` holds; these must be the first ones. */
  partition(isBefore: (score: number, member: string) => boolean): number {
    return this.#order.partition(isBefore)
  }

  /** The member of this rank, which is below `size`. */
  memberAt(rank: number): string {
    return this.#order.memberAt(rank)
  }

  /** The score of the member of this rank, which is below `size`. */
  scoreAt(rank: number): number {
    return this.#order.scoreAt(rank)
  }

  /** Visits the members from rank `from` up to, not including, rank `to`. `visit` must not change anything here. */
  visit(from: number, to: number, visit: Visit): void {
    this.#order.visit(from, to, visit)
  }

  /** Visits the same members as `visit`, the last one first. */
  visitBackwards(from: number, to: number, visit: Visit): void {
    this.#order.visitBackwards(from, to, visit)
  }

  /** Removes the members from rank `from` up to, not including, rank `to`. */
  removeRange(from: number, to: number): void {
    // What ZPOPMIN does most is cheaper by name.
    if (to - from === 1) {
      this.delete(this.memberAt(from))
      return
    }
    this.#order.visit(from, to, (_, member) => this.#scores.remove(this.#scores.find(member)))
    this.#order.removeRange(from, to)
  }

  /** One of the members, each for one `index` below `size`, in no order worth mentioning: for a choice by chance in O(1). */
  pick(index: number): string {
    return this.#scores.memberAt(index)
  }

  /** A step of ZSCAN: see `MemberTable.scan`. */
  scan(cursor: number, visit: Visit): number {
    return this.#scores.scan(cursor, (index) => visit(this.#scores.valueAt(index), this.#scores.memberAt(index)))
  }

  /** Independent members and scores, sharing with these what neither changes. */
  copy(): ScoredMembers {
    return new ScoredMembers(this.#scores.copy(), this.#order.copy())
  }
}

const orderOf = (table: MemberTable<number>): ScoreTree => {
  const { size } = table
  const scores = new Float64Array(size)
  const members: Array<string> = []
  for (let index = 0; index < size; index++) {
    scores[index] = table.valueAt(index)
    members.push(table.memberAt(index))
  }
  return ScoreTree.ofOrder(scoreOrder(scores, members), scores, members)
}
