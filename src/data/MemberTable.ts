/**
 * The hash table inside sets, hashes and sorted sets: from a member to its entry's index, and from an index to the member and its value.
 *
 * It is linear hashing with chains, as in `Dictionary`: dense entries `0 .. size - 1`, one bucket split or merged at a time, segments of fixed size of
 * which only the first starts small. Where it differs: there are always as many buckets as entries (of which small tables have at least four), so that a
 * bucket's head is one more number beside its namesake entry; and a table can be copied, both sides sharing the segments that neither changes.
 *
 * It never makes a member's text: what is inserted must be flat and the table's own. What values take in memory is counted by who owns them.
 *
 * | operation | cost |
 * |---|---|
 * | find, insert, remove | O(1) expected; the worst step also makes, copies or drops a few segments |
 * | memberAt, valueAt | O(1) |
 * | scan | O(1) expected per call |
 * | copy | one step per 1024 entries |
 */
import type { KeyHasher } from "./KeyHasher.ts"
import { Segments } from "./Segments.ts"
import { textBytes } from "./StringValue.ts"

export class MemberTable<V> {
  readonly #hasher: KeyHasher
  readonly #kind: Kind
  #size = 0
  /** The buckets are `0 .. bucketCount - 1`, where `bucketCount = levelMask + 1 + splitCount`: the first `splitCount` of this level are split already. */
  #bucketCount = smallestCapacity
  /** One less than the number of buckets at the start of this level, a power of two. */
  #levelMask = smallestCapacity - 1
  /**
   * Per entry its hash and the link to the next of its chain; and per bucket, beside the entry of the same number, the link to the first of the chain.
   * A link is an entry's index plus one, so that fresh memory means "no entry".
   */
  #links: Segments<Int32Array>
  #members: Segments<Array<string>>
  #values: Segments<Cells> | undefined
  #tableBytes: number
  #textBytes = 0

  private constructor(
    hasher: KeyHasher,
    kind: Kind,
    links: Segments<Int32Array>,
    members: Segments<Array<string>>,
    values: Segments<Cells> | undefined
  ) {
    this.#hasher = hasher
    this.#kind = kind
    this.#links = links
    this.#members = members
    this.#values = values
    this.#tableBytes = emptyBytes + segmentBytes(kind, smallestCapacity)
  }

  /** A table of members only. */
  static ofMembers(hasher: KeyHasher): MemberTable<undefined> {
    return MemberTable.#empty(hasher, "members")
  }

  /** A table with one value of any kind per member. */
  static ofValues<V>(hasher: KeyHasher): MemberTable<V> {
    return MemberTable.#empty(hasher, "values")
  }

  /** A table with one number per member, kept in eight bytes whatever it is. */
  static ofNumbers(hasher: KeyHasher): MemberTable<number> {
    return MemberTable.#empty(hasher, "numbers")
  }

  static #empty<V>(hasher: KeyHasher, kind: Kind): MemberTable<V> {
    return new MemberTable(
      hasher,
      kind,
      new Segments([new Int32Array(smallestCapacity * numbersPerEntry)]),
      new Segments([emptyMembers(smallestCapacity)]),
      kind === "members" ? undefined : new Segments([emptyCells(kind, smallestCapacity)])
    )
  }

  /** The number of entries. */
  get size(): number {
    return this.#size
  }

  /** Memory in bytes: the table's own and that of the members' texts. */
  get bytes(): number {
    return this.#tableBytes + this.#textBytes
  }

  /** The index of the entry of `member`, or -1. Indexes are good until the next `insert` or `remove`. */
  find(member: string): number {
    const hash = this.#hasher.text(member)
    sought = member
    soughtHash = hash
    soughtHasher = this.#hasher
    const bucket = this.#bucketOf(hash)
    let link = this.#links.at(bucket >>> segmentShift)[(bucket & segmentMask) * numbersPerEntry + head]!
    while (link !== 0) {
      const index = link - 1
      const links = this.#links.at(index >>> segmentShift)
      const at = (index & segmentMask) * numbersPerEntry
      if (links[at] === hash && this.#members.at(index >>> segmentShift)[index & segmentMask] === member) return index
      link = links[at + next]!
    }
    return -1
  }

  /**
   * As `find`, in a table whose texts say more than what they are found by: `key` is a part of them. Where the hashes are equal `isAt` is asked whether the
   * entry at an index is the one.
   */
  findBy(key: string, isAt: (index: number) => boolean): number {
    const hash = this.#hasher.text(key)
    sought = key
    soughtHash = hash
    soughtHasher = this.#hasher
    const bucket = this.#bucketOf(hash)
    let link = this.#links.at(bucket >>> segmentShift)[(bucket & segmentMask) * numbersPerEntry + head]!
    while (link !== 0) {
      const index = link - 1
      const links = this.#links.at(index >>> segmentShift)
      const at = (index & segmentMask) * numbersPerEntry
      if (links[at] === hash && isAt(index)) return index
      link = links[at + next]!
    }
    return -1
  }

  /**
   * Adds an entry, to be found by `key`, and returns its index, the size before. The caller knows that `member` is absent, and that its text is flat and kept
   * by nobody else.
   */
  insert(member: string, value: V, key = member): number {
    const index = this.#size
    const segment = index >>> segmentShift
    const offset = index & segmentMask
    this.#makeRoom(index)
    // Most insertions follow a search that hasn't found their member.
    const hash = soughtHasher === this.#hasher && sought === key ? soughtHash : this.#hasher.text(key)
    const bucket = this.#bucketOf(hash)
    const heads = this.#links.toChange(bucket >>> segmentShift)
    const headAt = (bucket & segmentMask) * numbersPerEntry + head
    const links = this.#links.toChange(segment)
    const at = offset * numbersPerEntry
    links[at] = hash
    links[at + next] = heads[headAt]!
    heads[headAt] = index + 1
    this.#members.toChange(segment)[offset] = member
    if (this.#values !== undefined) this.#values.toChange(segment)[offset] = value
    this.#textBytes += textBytes(member.length)
    this.#size = index + 1
    if (this.#size > this.#bucketCount) this.#split()
    return index
  }

  /**
   * Removes the entry at `index`. The last entry takes its place; the answer is the index that entry had, or -1 when the removed one was itself the last.
   * Whoever keeps indexes elsewhere has to follow that move.
   */
  remove(index: number): number {
    const segment = index >>> segmentShift
    const offset = index & segmentMask
    const last = this.#size - 1
    const lastSegment = last >>> segmentShift
    const lastOffset = last & segmentMask
    this.#textBytes -= textBytes(this.memberAt(index).length)
    this.#relink(index, this.#links.at(segment)[offset * numbersPerEntry + next]!)
    const lastMembers = this.#members.toChange(lastSegment)
    const lastValues = this.#values?.toChange(lastSegment)
    if (index !== last) {
      this.#relink(last, index + 1)
      const links = this.#links.toChange(segment)
      const lastLinks = this.#links.at(lastSegment)
      links[offset * numbersPerEntry] = lastLinks[lastOffset * numbersPerEntry]!
      links[offset * numbersPerEntry + next] = lastLinks[lastOffset * numbersPerEntry + next]!
      this.#members.toChange(segment)[offset] = lastMembers[lastOffset]!
      if (lastValues !== undefined) this.#values!.toChange(segment)[offset] = lastValues[lastOffset]
    }
    lastMembers[lastOffset] = ""
    if (lastValues !== undefined) lastValues[lastOffset] = emptyCell(this.#kind)
    this.#size = last
    this.#shrink()
    return index === last ? -1 : last
  }

  memberAt(index: number): string {
    return this.#members.at(index >>> segmentShift)[index & segmentMask]!
  }

  valueAt(index: number): V {
    // Only values of this type are put in; a table of members only has `undefined` for this type.
    return this.#values?.at(index >>> segmentShift)[index & segmentMask] as V
  }

  setValueAt(index: number, value: V): void {
    if (this.#values !== undefined) this.#values.toChange(index >>> segmentShift)[index & segmentMask] = value
  }

  /** Puts another text, which is found by the same key, in the place of an entry's. */
  setMemberAt(index: number, member: string): void {
    const members = this.#members.toChange(index >>> segmentShift)
    this.#textBytes += textBytes(member.length) - textBytes(members[index & segmentMask]!.length)
    members[index & segmentMask] = member
  }

  /**
   * One step of a walk over all entries that may take place between changes: visits the entries of one bucket and returns the cursor for the next step.
   * It begins with cursor 0 and has ended when 0 is returned. Any cursor is accepted; only its low 32 bits count.
   *
   * An entry that is there from the first step to the last is visited at least once, however the table changed between steps; it may be visited twice.
   * `visit` must not change the table. `Dictionary.scan` tells why this is so.
   */
  scan(cursor: number, visit: (index: number) => void): number {
    if (this.#size === 0) return 0
    const bucket = this.#bucketOf(cursor)
    let link = this.#links.at(bucket >>> segmentShift)[(bucket & segmentMask) * numbersPerEntry + head]!
    while (link !== 0) {
      const index = link - 1
      visit(index)
      link = this.#links.at(index >>> segmentShift)[(index & segmentMask) * numbersPerEntry + next]!
    }
    const isSplit = bucket > this.#levelMask || bucket < this.#bucketCount - this.#levelMask - 1
    const mask = isSplit ? this.#levelMask << 1 | 1 : this.#levelMask
    return reverseBits(reverseBits(cursor | ~mask) + 1 | 0) >>> 0
  }

  /** An independent table with the same entries at the same indexes. Values are taken as they are: what they refer to is shared. */
  copy(): MemberTable<V> {
    const copy = new MemberTable<V>(
      this.#hasher,
      this.#kind,
      this.#links.copy(),
      this.#members.copy(),
      this.#values?.copy()
    )
    copy.#size = this.#size
    copy.#bucketCount = this.#bucketCount
    copy.#levelMask = this.#levelMask
    copy.#tableBytes = this.#tableBytes
    copy.#textBytes = this.#textBytes
    return copy
  }

  #bucketOf(hash: number): number {
    const bucket = hash & (this.#levelMask << 1 | 1)
    return bucket < this.#bucketCount ? bucket : bucket & this.#levelMask
  }

  /** Lets the one link that leads to the entry at `index` lead to `link` instead. */
  #relink(index: number, link: number): void {
    const hash = this.#links.at(index >>> segmentShift)[(index & segmentMask) * numbersPerEntry]!
    let from = this.#bucketOf(hash)
    let column = head
    while (true) {
      const target = this.#links.at(from >>> segmentShift)[(from & segmentMask) * numbersPerEntry + column]!
      if (target === index + 1) break
      from = target - 1
      column = next
    }
    this.#links.toChange(from >>> segmentShift)[(from & segmentMask) * numbersPerEntry + column] = link
  }

  /** Adds one bucket and moves to it what belongs there from the one that comes next in this level. */
  #split(): void {
    const added = this.#bucketCount
    const divided = added - this.#levelMask - 1
    const bit = this.#levelMask + 1
    const dividedHeads = this.#links.at(divided >>> segmentShift)
    let link = dividedHeads[(divided & segmentMask) * numbersPerEntry + head]!
    if (link !== 0) {
      let staying = 0
      let moving = 0
      while (link !== 0) {
        const links = this.#links.toChange((link - 1) >>> segmentShift)
        const at = ((link - 1) & segmentMask) * numbersPerEntry
        const following = links[at + next]!
        if ((links[at]! & bit) === 0) {
          links[at + next] = staying
          staying = link
        } else {
          links[at + next] = moving
          moving = link
        }
        link = following
      }
      this.#setHead(divided, staying)
      this.#setHead(added, moving)
    }
    this.#bucketCount = added + 1
    if (this.#bucketCount === bit << 1) this.#levelMask = this.#levelMask << 1 | 1
  }

  /** Takes the last bucket away, the reverse of `#split`. */
  #merge(): void {
    if (this.#bucketCount === this.#levelMask + 1) this.#levelMask >>>= 1
    const removed = this.#bucketCount - 1
    const widened = removed - this.#levelMask - 1
    const first = this.#links.at(removed >>> segmentShift)[(removed & segmentMask) * numbersPerEntry + head]!
    if (first !== 0) {
      let last = first - 1
      while (true) {
        const following = this.#links.at(last >>> segmentShift)[(last & segmentMask) * numbersPerEntry + next]!
        if (following === 0) break
        last = following - 1
      }
      const widenedHeads = this.#links.at(widened >>> segmentShift)
      const joined = widenedHeads[(widened & segmentMask) * numbersPerEntry + head]!
      this.#links.toChange(last >>> segmentShift)[(last & segmentMask) * numbersPerEntry + next] = joined
      this.#setHead(widened, first)
      this.#setHead(removed, 0)
    }
    this.#bucketCount = removed
  }

  #setHead(bucket: number, link: number): void {
    this.#links.toChange(bucket >>> segmentShift)[(bucket & segmentMask) * numbersPerEntry + head] = link
  }

  #makeRoom(index: number): void {
    const segment = index >>> segmentShift
    if (segment === this.#members.count) {
      this.#links.push(new Int32Array(entriesPerSegment * numbersPerEntry))
      this.#members.push(emptyMembers(entriesPerSegment))
      this.#values?.push(emptyCells(this.#kind, entriesPerSegment))
      this.#tableBytes += segmentBytes(this.#kind, entriesPerSegment)
    } else if (segment === 0) {
      const capacity = this.#members.at(0).length
      if (index === capacity) this.#resizeFirst(capacity < 64 ? capacity << 1 : capacity + (capacity >>> 1))
    }
  }

  /** A segment goes only when half of the one before it is free as well: otherwise a size that swings around a border would pay for one each time. */
  #shrink(): void {
    if (this.#bucketCount > this.#size && this.#bucketCount > smallestCapacity) this.#merge()
    const segments = this.#members.count
    if (segments > 1) {
      if (this.#size > (segments - 1) * entriesPerSegment - (entriesPerSegment >>> 1)) return
      this.#links.pop()
      this.#members.pop()
      this.#values?.pop()
      this.#tableBytes -= segmentBytes(this.#kind, entriesPerSegment)
    } else {
      const capacity = this.#members.at(0).length
      if (capacity > smallestCapacity && this.#size <= capacity >>> 2) this.#resizeFirst(capacity >>> 1)
    }
  }

  #resizeFirst(wanted: number): void {
    const capacity = Math.max(smallestCapacity, Math.min(wanted, entriesPerSegment))
    const oldMembers = this.#members.at(0)
    const links = new Int32Array(capacity * numbersPerEntry)
    const used = Math.max(this.#size, this.#bucketCount) * numbersPerEntry
    links.set(this.#links.at(0).subarray(0, used))
    this.#links.replace(0, links)
    const members = emptyMembers(capacity)
    for (let index = 0; index < this.#size; index++) members[index] = oldMembers[index]!
    this.#members.replace(0, members)
    if (this.#values !== undefined) {
      const oldCells = this.#values.at(0)
      const cells = emptyCells(this.#kind, capacity)
      for (let index = 0; index < this.#size; index++) cells[index] = oldCells[index]
      this.#values.replace(0, cells)
    }
    this.#tableBytes += segmentBytes(this.#kind, capacity) - segmentBytes(this.#kind, oldMembers.length)
  }
}

/** What a table has per entry beside the member: nothing, anything, or a number. */
type Kind = "members" | "values" | "numbers"

/** A segment of values: an array, or a Float64Array in a table of numbers, into which nothing but numbers is put. */
interface Cells {
  [offset: number]: unknown
  slice(): Cells
}

const entriesPerSegment = 1024
const segmentShift = 10
const segmentMask = entriesPerSegment - 1

/** Both entries and buckets; a power of two. */
const smallestCapacity = 4

/** An entry's hash, its link to the next of the chain, and the head of the bucket with the entry's number. */
const numbersPerEntry = 3
const next = 1
const head = 2

/**
 * The text that was hashed last. It is remembered for all tables together: a search may be for a substring, which keeps the request that it came with
 * alive, so that there must not be one of these for each table.
 */
let sought = ""
let soughtHash = 0
let soughtHasher: KeyHasher | undefined

const emptyMembers = (entries: number): Array<string> => new Array<string>(entries).fill("")

const emptyCell = (kind: Kind): unknown => kind === "numbers" ? 0 : undefined

const emptyCells = (kind: Kind, entries: number): Cells =>
  kind === "numbers" ? new Float64Array(entries) : new Array<unknown>(entries).fill(undefined)

/** What V8 keeps for a typed array (view, buffer and backing store) and for an array beside their elements, and for an empty table: measured on Node 24. */
const typedArrayBytes = 240
const arrayBytes = 48
const emptyBytes = 400

const segmentBytes = (kind: Kind, entries: number): number => {
  const membersBytes = typedArrayBytes + entries * numbersPerEntry * 4 + arrayBytes + entries * 8
  if (kind === "members") return membersBytes
  return membersBytes + (kind === "numbers" ? typedArrayBytes : arrayBytes) + entries * 8
}

const reverseBits = (bits: number): number => {
  bits = bits >>> 1 & 0x55555555 | (bits & 0x55555555) << 1
  bits = bits >>> 2 & 0x33333333 | (bits & 0x33333333) << 2
  bits = bits >>> 4 & 0x0f0f0f0f | (bits & 0x0f0f0f0f) << 4
  bits = bits >>> 8 & 0x00ff00ff | (bits & 0x00ff00ff) << 8
  return bits >>> 16 | bits << 16
}
