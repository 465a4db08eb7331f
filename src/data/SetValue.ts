/**
 * A set: different members in no order of their own.
 *
 * | shape | while | order of its members |
 * | --- | --- | --- |
 * | `intset` | all of them are integers, and not too many | ascending |
 * | `listpack` | there are few, and all are short | as they were added |
 * | `hashtable` | otherwise | none |
 *
 * A shape changes when an addition makes it too large, in the order of this table, and never back. The first two are immutable strings, which a change
 * replaces; for the third see `MemberTable`. Source for when shapes change: t_set.c.
 */
import { Aggregate } from "./Aggregate.ts"
import { flatCopy } from "./ByteString.ts"
import { type Int64, parseInt64 } from "./Int64.ts"
import * as IntSet from "./IntSet.ts"
import * as Listpack from "./Listpack.ts"
import { MemberTable } from "./MemberTable.ts"
import type { Shapes } from "./Shapes.ts"
import { textBytes } from "./StringValue.ts"

export type SetEncoding = "intset" | "listpack" | "hashtable"

/** A number from 0 to 1, 1 excluded. */
export type Random = () => number

export class SetValue extends Aggregate {
  readonly #shapes: Shapes
  #encoding: SetEncoding
  /** The intset or the listpack. */
  #compact: string
  /** There is one if, and only if, the encoding is `hashtable`. */
  #table: MemberTable<undefined> | undefined

  /** A set without members, ready to take them in this shape. */
  constructor(shapes: Shapes, encoding: SetEncoding = "intset") {
    super()
    this.#shapes = shapes
    this.#encoding = encoding
    this.#compact = encoding === "listpack" ? Listpack.empty : encoding === "intset" ? IntSet.empty : ""
    this.#table = encoding === "hashtable" ? MemberTable.ofMembers(shapes.hasher) : undefined
  }

  /** A set without members, in the shape that suits so many of them, of which this is the first. */
  static expecting(shapes: Shapes, first: string, count: number): SetValue {
    const { limits } = shapes
    if (count <= limits["set-max-intset-entries"] && parseInt64(first) !== undefined) return new SetValue(shapes)
    return new SetValue(shapes, count <= limits["set-max-listpack-entries"] ? "listpack" : "hashtable")
  }

  /**
   * The set that this sound intset or listpack is, in the shape that suits its size; `undefined` where that is a hash table, and a member is there twice.
   */
  static ofCompact(shapes: Shapes, encoding: "intset" | "listpack", compact: string): SetValue | undefined {
    const set = new SetValue(shapes, encoding)
    set.#compact = compact
    const most = encoding === "intset" ? set.#maxIntSetEntries : shapes.limits["set-max-listpack-entries"]
    if (set.size <= most) return set
    const table = new SetValue(shapes, "hashtable")
    return set.some((member) => !table.add(member)) ? undefined : table
  }

  get type(): "set" {
    return "set"
  }

  get encoding(): SetEncoding {
    return this.#encoding
  }

  get size(): number {
    if (this.#table !== undefined) return this.#table.size
    return this.#encoding === "intset" ? IntSet.count(this.#compact) : Listpack.count(this.#compact)
  }

  /** The intset or the listpack, `undefined` where it is none of them. */
  get compact(): string | undefined {
    return this.#table === undefined ? this.#compact : undefined
  }

  get bytes(): number {
    return objectBytes + (this.#table === undefined ? textBytes(this.#compact.length) : this.#table.bytes)
  }

  has(member: string): boolean {
    if (this.#table !== undefined) return this.#table.find(member) !== -1
    if (this.#encoding === "listpack") return Listpack.find(this.#compact, member) !== -1
    const integer = parseInt64(member)
    return integer !== undefined && IntSet.has(this.#compact, integer)
  }

  /** Gets ready for so many more members: a shape that they alone would make too large is given up at once. */
  expect(count: number): void {
    const { limits } = this.#shapes
    if (
      (this.#encoding === "listpack" && count > limits["set-max-listpack-entries"]) ||
      (this.#encoding === "intset" && count > limits["set-max-intset-entries"])
    ) this.#toTable()
  }

  /** Whether the member wasn't in it. The text may be a substring of something: what is kept is a copy, unless it `isFlat`. */
  add(member: string, isFlat = false): boolean {
    if (this.#table !== undefined) return this.#addToTable(this.#table, member, isFlat)
    if (this.#encoding === "listpack") return this.#addToListpack(member, isFlat)
    const integer = parseInt64(member)
    if (integer !== undefined) return this.#addInteger(integer)
    if (this.#fitsListpack(member)) {
      this.#compact = Listpack.append(Listpack.from(this.members()), member)
      this.#encoding = "listpack"
    } else {
      this.#addToTable(this.#toTable(), member, isFlat)
    }
    return true
  }

  /** Whether the member was in it. */
  remove(member: string): boolean {
    if (this.#table !== undefined) {
      const index = this.#table.find(member)
      if (index === -1) return false
      this.#table.remove(index)
      return true
    }
    const before = this.#compact
    if (this.#encoding === "listpack") {
      const at = Listpack.find(before, member)
      if (at !== -1) this.#compact = Listpack.remove(before, at)
    } else {
      const integer = parseInt64(member)
      if (integer !== undefined) this.#compact = IntSet.remove(before, integer)
    }
    return this.#compact !== before
  }

  /** All members. What is kept of them needs a flat copy, unless the encoding is `hashtable`. */
  members(): Array<string> {
    const members: Array<string> = []
    this.forEach((member) => members.push(member))
    return members
  }

  /** Visits all members; `visit` must not change the set. */
  forEach(visit: (member: string) => void): void {
    this.some((member) => {
      visit(member)
      return false
    })
  }

  /** Visits members until `visit` says that this is enough, and tells whether it did. */
  some(visit: (member: string) => boolean): boolean {
    const compact = this.#compact
    if (this.#encoding === "listpack") {
      for (let at = Listpack.first(compact); at !== -1; at = Listpack.next(compact, at)) {
        if (visit(Listpack.textAt(compact, at))) return true
      }
      return false
    }
    for (let index = 0, size = this.size; index < size; index++) if (visit(this.memberAt(index))) return true
    return false
  }

  /** One step of SSCAN, as `MemberTable.scan`; a compact set is a single step. */
  scan(cursor: number, visit: (member: string) => void): number {
    const table = this.#table
    if (table !== undefined) return table.scan(cursor, (index) => visit(table.memberAt(index)))
    this.forEach(visit)
    return 0
  }

  /** A member, each with the same probability, of a set that isn't empty. */
  randomMember(random: Random): string {
    return this.memberAt(below(this.size, random))
  }

  /** So many different members, every choice with the same probability; all of them where there are no more. */
  randomMembers(count: number, random: Random): Array<string> {
    const size = this.size
    if (count >= size) return this.members()
    // Only what is walked anyhow is answered in its own order.
    if (this.#encoding === "listpack") return this.#divide(count, random)[0]
    return Array.from(differentIndexes(count, size, random), (index) => this.memberAt(index))
  }

  /** So many members, each chosen from all of them, of a set that isn't empty: in the order of the choice. */
  randomPicks(count: number, random: Random): Array<string> {
    // A listpack would be walked for each of them.
    const members = this.#encoding === "listpack" ? this.members() : undefined
    const size = this.size
    return Array.from({ length: count }, () => {
      const index = below(size, random)
      return members === undefined ? this.memberAt(index) : members[index]!
    })
  }

  /** Removes a random member and answers it; the set isn't empty. */
  pop(random: Random): string {
    const member = this.randomMember(random)
    this.remove(member)
    return member
  }

  /** Removes so many random members, fewer than there are, and answers them. */
  popMany(count: number, random: Random): Array<string> {
    const left = this.size - count
    // What is left is chosen instead of what goes where that is much less work; the set begins anew then, and may be compact again.
    const startsAnew = left * 5 <= count
    if (this.#encoding === "listpack") {
      const [popped, kept] = this.#divide(count, random)
      if (startsAnew) this.#become(kept, "listpack")
      else this.#compact = Listpack.from(kept)
      return popped
    }
    if (!startsAnew) return Array.from({ length: count }, () => this.pop(random))
    const kept = Array.from({ length: left }, () => this.pop(random))
    const popped = this.members()
    this.#become(kept, this.#encoding === "intset" ? "intset" : "listpack")
    return popped
  }

  /** Becomes an intset, if all members are integers and not too many. */
  compactIntegers(): void {
    if (this.#encoding === "intset" || this.size > this.#maxIntSetEntries) return
    const integers: Array<Int64> = []
    const isOther = this.some((member) => {
      const integer = parseInt64(member)
      if (integer !== undefined) integers.push(integer)
      return integer === undefined
    })
    if (isOther) return
    this.#compact = integers.reduce((set, integer) => IntSet.add(set, integer), IntSet.empty)
    this.#encoding = "intset"
    this.#table = undefined
  }

  copy(): SetValue {
    const copy = new SetValue(this.#shapes)
    copy.#encoding = this.#encoding
    copy.#compact = this.#compact
    copy.#table = this.#table?.copy()
    return copy
  }

  /** The member at this position in the set's order, which for a hash table lasts until the next change. O(n) in a listpack. */
  memberAt(index: number): string {
    if (this.#table !== undefined) return this.#table.memberAt(index)
    if (this.#encoding === "intset") return String(IntSet.at(this.#compact, index))
    return Listpack.textAt(this.#compact, Listpack.seek(this.#compact, index))
  }

  #addToTable(table: MemberTable<undefined>, member: string, isFlat: boolean): boolean {
    if (table.find(member) !== -1) return false
    table.insert(isFlat ? member : flatCopy(member), undefined)
    return true
  }

  #addToListpack(member: string, isFlat: boolean): boolean {
    const compact = this.#compact
    if (Listpack.find(compact, member) !== -1) return false
    const { limits } = this.#shapes
    if (
      Listpack.count(compact) < limits["set-max-listpack-entries"] &&
      member.length <= limits["set-max-listpack-value"] &&
      Listpack.isSafeToAdd(compact, Listpack.entryBytes(member))
    ) this.#compact = Listpack.append(compact, member)
    else this.#addToTable(this.#toTable(), member, isFlat)
    return true
  }

  #addInteger(integer: Int64): boolean {
    const before = this.#compact
    this.#compact = IntSet.add(before, integer)
    if (this.#compact === before) return false
    if (IntSet.count(this.#compact) > this.#maxIntSetEntries) this.#toTable()
    return true
  }

  /** Whether the integers, and this member, may be a listpack instead. */
  #fitsListpack(member: string): boolean {
    const { limits } = this.#shapes
    const size = this.size
    if (size >= limits["set-max-listpack-entries"] || member.length > limits["set-max-listpack-value"]) return false
    if (size === 0) return true
    const lowest = this.memberAt(0)
    const highest = this.memberAt(size - 1)
    const entryBytes = Math.max(Listpack.entryBytes(lowest), Listpack.entryBytes(highest))
    return Math.max(lowest.length, highest.length) <= limits["set-max-listpack-value"] &&
      Listpack.isSafeToAdd(Listpack.empty, entryBytes * size + Listpack.entryBytes(member))
  }

  #toTable(): MemberTable<undefined> {
    const table = MemberTable.ofMembers(this.#shapes.hasher)
    // An integer's decimal form is a text of its own.
    const isFlat = this.#encoding === "intset"
    this.forEach((member) => table.insert(isFlat ? member : flatCopy(member), undefined))
    this.#compact = ""
    this.#encoding = "hashtable"
    this.#table = table
    return table
  }

  /** A random choice of so many members and the others, both in the listpack's order. */
  #divide(count: number, random: Random): readonly [chosen: Array<string>, others: Array<string>] {
    const chosen: Array<string> = []
    const others: Array<string> = []
    let ahead = this.size
    this.forEach((member) => {
      // Of those ahead as many as are still needed are chosen, so this one with that share of a chance.
      if (below(ahead--, random) < count - chosen.length) chosen.push(member)
      else others.push(member)
    })
    return [chosen, others]
  }

  /** Begins anew with these members, in this shape as long as it suits them. */
  #become(members: ReadonlyArray<string>, encoding: "intset" | "listpack"): void {
    const anew = new SetValue(this.#shapes, encoding)
    for (const member of members) anew.add(member)
    this.#encoding = anew.#encoding
    this.#compact = anew.#compact
    this.#table = anew.#table
  }

  get #maxIntSetEntries(): number {
    return Math.min(this.#shapes.limits["set-max-intset-entries"], intSetLimit)
  }
}

/** Whatever is configured, an intset never has more integers than this. */
const intSetLimit = 2 ** 30

/** What V8 keeps for the object itself: measured on Node 24. */
const objectBytes = 64

const below = (limit: number, random: Random): number => Math.floor(random() * limit)

/**
 * So many different indexes below `size`, every choice with the same probability, in as many steps.
 *
 * Source: R. W. Floyd in J. Bentley, "Programming Pearls: A Sample of Brilliance" (1987).
 */
const differentIndexes = (count: number, size: number, random: Random): Set<number> => {
  const chosen = new Set<number>()
  for (let last = size - count; last < size; last++) {
    const index = below(last + 1, random)
    chosen.add(chosen.has(index) ? last : index)
  }
  return chosen
}
