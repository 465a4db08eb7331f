/**
 * Sorted sets whose members come one after the other, each with its score.
 */
import { MemberTable } from "../../data/MemberTable.ts"
import { ScoredMembers } from "../../data/ScoredMembers.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import { ValueType } from "./RdbFormat.ts"
import type { RdbSource } from "./RdbSource.ts"
import { type DecoderOptions, noElements, type ValueDecoder } from "./ValueDecoder.ts"

export class SortedSetDecoder implements ValueDecoder {
  readonly #type: number
  readonly #options: DecoderOptions
  /** What few members are gathered in, which may become compact. */
  readonly #table: MemberTable<number>
  /** What many members are brought in order in, one by one, so that the last one takes no longer than the others. */
  #members: ScoredMembers | undefined
  /** Members that are still to come; below 0 while their number is. */
  #left = -1

  /** For a sorted set of one of two types. */
  constructor(type: number, options: DecoderOptions) {
    this.#type = type
    this.#options = options
    this.#table = MemberTable.ofNumbers(options.shapes.hasher)
  }

  read(source: RdbSource): SortedSetValue | typeof noElements | undefined {
    const { shapes } = this.#options
    if (this.#left < 0) {
      const count = source.length()
      if (source.isStopped) return undefined
      if (count > shapes.limits["zset-max-listpack-entries"]) this.#members = ScoredMembers.empty(shapes.hasher)
      this.#left = count
      source.commit()
    }
    for (; this.#left > 0; this.#left--) {
      const member = source.text()
      const score = this.#type === ValueType.sortedSet2 ? source.double() : source.decimal()
      if (source.isStopped) return undefined
      if (Number.isNaN(score)) source.fail("a score is not a number")
      else if (!this.#add(member, score)) source.fail("a sorted set has a member twice")
      if (source.isStopped) return undefined
      source.commit()
    }
    if (this.#members !== undefined) return new SortedSetValue(shapes, this.#members)
    return this.#table.size === 0 ? noElements : SortedSetValue.ofTable(shapes, this.#table)
  }

  /** Says whether the member was missing. */
  #add(member: string, score: number): boolean {
    const members = this.#members
    if (members !== undefined) {
      if (members.score(member) !== undefined) return false
      members.add(member, score)
      return true
    }
    if (this.#table.find(member) !== -1) return false
    this.#table.insert(member, score)
    return true
  }
}
