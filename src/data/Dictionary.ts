/**
 * The keyspace's hash table: from a key to its entry's index, and from an index to all that is known of the entry.
 *
 * Linear hashing (W. Litwin, "Linear hashing: a new tool for file and table addressing", 1980) with chains. The table grows and shrinks by one bucket at
 * a time, each split or merge touching only the entries of that bucket, so that there is neither a rehash to wait for nor a second table beside the first.
 * Entries are dense, `0 .. size - 1`: a random index is a random key, and walking all of them is a loop. Everything lies in segments of fixed size, so that
 * nothing large is ever copied; only the first segment starts small, for the many databases that stay empty.
 *
 * It knows nothing of time, types or memory limits: `access` and `deadline` are columns that it carries for its owner.
 *
 * | operation | cost |
 * |---|---|
 * | find, insert, remove | O(1) expected; the worst step also makes or drops one segment |
 * | keyAt, valueAt and the other columns | O(1) |
 * | scan | O(1) expected per call |
 */
import type { Key } from "./Key.ts"

export class Dictionary<V> {
  #size = 0
  /** The buckets are `0 .. bucketCount - 1`, where `bucketCount = levelMask + 1 + splitCount`: the first `splitCount` of this level are split already. */
  #bucketCount = smallestBucketCount
  /** One less than the number of buckets at the start of this level, a power of two. */
  #levelMask = smallestBucketCount - 1
  /** Per bucket, the link to the first entry of its chain. A link is an entry's index plus one, so that fresh memory means "no entry". */
  #heads: Array<Int32Array> = [new Int32Array(smallestBucketCount)]
  /** Per entry four numbers, side by side in one cache line: hash, link to the next of the chain, access, deadline. */
  #facts: Array<Int32Array> = [new Int32Array(smallestCapacity << factsShift)]
  /** Per entry its key and its value. Even positions hold keys and odd ones values: the casts in this file rest on that. */
  #slots: Array<Array<unknown>> = [emptySlots(smallestCapacity)]
  #overheadBytes = smallestOverheadBytes

  /** The number of entries. */
  get size(): number {
    return this.#size
  }

  /** The index of the entry with this key, or -1. Indexes are good until the next `insert`, `remove` or `clear`. */
  find(key: Key): number {
    const hash = key.hash
    const source = key.source
    // A long range is cheaper to compare as a whole string, though that must be made first.
    return source === undefined || key.end - key.start > longestComparedByByte
      ? this.#findText(key.text, hash)
      : this.#findBytes(source, key.start, key.end, hash)
  }

  #findBytes(source: Buffer, start: number, end: number, hash: number): number {
    const bucket = this.#bucketOf(hash)
    let link = this.#heads[bucket >>> headsShift]![bucket & headsMask]!
    while (link !== 0) {
      const index = link - 1
      const facts = this.#facts[index >>> segmentShift]!
      const at = (index & segmentMask) << factsShift
      if (facts[at] === hash) {
        // Even positions of slots are keys.
        const text = this.#slots[index >>> segmentShift]![(index & segmentMask) << 1] as string
        if (isText(source, start, end, text)) return index
      }
      link = facts[at + factNext]!
    }
    return -1
  }

  #findText(wanted: string, hash: number): number {
    const bucket = this.#bucketOf(hash)
    let link = this.#heads[bucket >>> headsShift]![bucket & headsMask]!
    while (link !== 0) {
      const index = link - 1
      const facts = this.#facts[index >>> segmentShift]!
      const at = (index & segmentMask) << factsShift
      if (facts[at] === hash && this.#slots[index >>> segmentShift]![(index & segmentMask) << 1] === wanted) {
        return index
      }
      link = facts[at + factNext]!
    }
    return -1
  }

  /**
   * Reads what looking these keys up will read, so that the waiting for memory overlaps: a lookup waits for one line after another, here all lookups wait for
   * the same line at once. Returns a number without meaning, for which the reads are made.
   */
  prefetch(hashes: Int32Array, count: number): number {
    if (count > links.length) count = links.length
    for (let i = 0; i < count; i++) {
      const bucket = this.#bucketOf(hashes[i]!)
      links[i] = this.#heads[bucket >>> headsShift]![bucket & headsMask]! - 1
    }
    let read = 0
    for (let i = 0; i < count; i++) {
      const index = links[i]!
      if (index >= 0) read += this.#facts[index >>> segmentShift]![(index & segmentMask) << factsShift]!
    }
    for (let i = 0; i < count; i++) {
      const index = links[i]!
      if (index < 0) continue
      const slots = this.#slots[index >>> segmentShift]!
      const at = (index & segmentMask) << 1
      // Even positions of slots are keys.
      read += (slots[at] as string).length
      if (typeof slots[at + 1] === "string") read++
    }
    return read
  }

  /** Adds an entry and returns its index. The caller knows that the key is absent; access is 0 and the deadline -1. */
  insert(key: Key, value: V): number {
    const index = this.#size
    const segment = index >>> segmentShift
    const offset = index & segmentMask
    this.#makeRoomForEntry(index)
    const hash = key.hash
    const facts = this.#facts[segment]!
    const at = offset << factsShift
    facts[at] = hash
    facts[at + factAccess] = 0
    facts[at + factDeadline] = -1
    const slots = this.#slots[segment]!
    slots[offset << 1] = key.text
    slots[(offset << 1) + 1] = value
    const bucket = this.#bucketOf(hash)
    const heads = this.#heads[bucket >>> headsShift]!
    facts[at + factNext] = heads[bucket & headsMask]!
    heads[bucket & headsMask] = index + 1
    this.#size = index + 1
    if (this.#size > this.#bucketCount) this.#split()
    return index
  }

  /**
   * Removes the entry at `index`. The last entry takes its place, with all its columns; the answer is the index that entry had, or -1 when the removed one
   * was itself the last. Whoever keeps indexes elsewhere, as deadlines do, has to follow that move.
   */
  remove(index: number): number {
    this.#relink(index, this.#facts[index >>> segmentShift]![((index & segmentMask) << factsShift) + factNext]!)
    const last = this.#size - 1
    const lastFacts = this.#facts[last >>> segmentShift]!
    const lastSlots = this.#slots[last >>> segmentShift]!
    const lastOffset = last & segmentMask
    if (index !== last) {
      this.#relink(last, index + 1)
      const facts = this.#facts[index >>> segmentShift]!
      const slots = this.#slots[index >>> segmentShift]!
      const offset = index & segmentMask
      for (let fact = 0; fact < factCount; fact++) {
        facts[(offset << factsShift) + fact] = lastFacts[(lastOffset << factsShift) + fact]!
      }
      slots[offset << 1] = lastSlots[lastOffset << 1]
      slots[(offset << 1) + 1] = lastSlots[(lastOffset << 1) + 1]
    }
    lastSlots[lastOffset << 1] = undefined
    lastSlots[(lastOffset << 1) + 1] = undefined
    this.#size = last
    this.#shrink()
    return index === last ? -1 : last
  }

  keyAt(index: number): string {
    // Even positions of slots are keys, and the owner's index is below size.
    return this.#slots[index >>> segmentShift]![(index & segmentMask) << 1] as string
  }

  valueAt(index: number): V {
    // Odd positions of slots are values, and the owner's index is below size.
    return this.#slots[index >>> segmentShift]![((index & segmentMask) << 1) + 1] as V
  }

  setValueAt(index: number, value: V): void {
    this.#slots[index >>> segmentShift]![((index & segmentMask) << 1) + 1] = value
  }

  /** The owner's unsigned 32 bits about the use of this entry: a clock or a counter for eviction. */
  accessAt(index: number): number {
    return this.#facts[index >>> segmentShift]![((index & segmentMask) << factsShift) + factAccess]! >>> 0
  }

  setAccessAt(index: number, access: number): void {
    this.#facts[index >>> segmentShift]![((index & segmentMask) << factsShift) + factAccess] = access
  }

  /** The entry's position among the owner's deadlines, -1 where it has none. */
  deadlineAt(index: number): number {
    return this.#facts[index >>> segmentShift]![((index & segmentMask) << factsShift) + factDeadline]!
  }

  setDeadlineAt(index: number, position: number): void {
    this.#facts[index >>> segmentShift]![((index & segmentMask) << factsShift) + factDeadline] = position
  }

  /** The memory of the table itself in bytes: columns, buckets and segments, without the keys' and values' own. */
  get overheadBytes(): number {
    return this.#overheadBytes
  }

  /**
   * One step of a walk over all entries that may take place between changes: visits the entries of one bucket and returns the cursor for the next step.
   * It begins with cursor 0 and has ended when 0 is returned. Any cursor is accepted; only its low 32 bits count.
   *
   * An entry that is there from the first step to the last is visited at least once, however the table grew or shrank between steps; it may be visited
   * twice. `visit` must not change the dictionary.
   *
   * **Details**: read with its bits reversed, a cursor is a position on the line of all hashes read the same way. On this line every bucket is one
   * interval, and splitting or merging buckets cuts or joins intervals without moving anything. So the walk goes from the left to the right: what it has
   * passed stays passed. Redis' cursors go the same way (`dictScan`).
   */
  scan(cursor: number, visit: (index: number) => void): number {
    if (this.#size === 0) return 0
    const bucket = this.#bucketOf(cursor)
    let link = this.#heads[bucket >>> headsShift]![bucket & headsMask]!
    while (link !== 0) {
      const index = link - 1
      visit(index)
      link = this.#facts[index >>> segmentShift]![((index & segmentMask) << factsShift) + factNext]!
    }
    const isSplit = bucket > this.#levelMask || bucket < this.#bucketCount - this.#levelMask - 1
    const mask = isSplit ? this.#levelMask << 1 | 1 : this.#levelMask
    // The bits that don't choose the bucket become ones, so that adding one goes to the end of the interval, wherever in it the cursor was.
    return reverseBits(reverseBits(cursor | ~mask) + 1 | 0) >>> 0
  }

  /** Removes all entries at once. Nothing is walked: the memory is left to the garbage collector. */
  clear(): void {
    this.#size = 0
    this.#bucketCount = smallestBucketCount
    this.#levelMask = smallestBucketCount - 1
    this.#heads = [new Int32Array(smallestBucketCount)]
    this.#facts = [new Int32Array(smallestCapacity << factsShift)]
    this.#slots = [emptySlots(smallestCapacity)]
    this.#overheadBytes = smallestOverheadBytes
  }

  #bucketOf(hash: number): number {
    const bucket = hash & (this.#levelMask << 1 | 1)
    return bucket < this.#bucketCount ? bucket : bucket & this.#levelMask
  }

  /** Lets the one link that leads to the entry at `index` lead to `link` instead. */
  #relink(index: number, link: number): void {
    const bucket = this.#bucketOf(this.#facts[index >>> segmentShift]![(index & segmentMask) << factsShift]!)
    let from = this.#heads[bucket >>> headsShift]!
    let at = bucket & headsMask
    while (from[at] !== index + 1) {
      const previous = from[at]! - 1
      from = this.#facts[previous >>> segmentShift]!
      at = ((previous & segmentMask) << factsShift) + factNext
    }
    from[at] = link
  }

  /** Adds one bucket and moves to it what belongs there from the one that comes next in this level. */
  #split(): void {
    const added = this.#bucketCount
    const divided = added - this.#levelMask - 1
    const bit = this.#levelMask + 1
    this.#makeRoomForBucket(added)
    const heads = this.#heads[divided >>> headsShift]!
    let link = heads[divided & headsMask]!
    let staying = 0
    let moving = 0
    while (link !== 0) {
      const facts = this.#facts[(link - 1) >>> segmentShift]!
      const at = ((link - 1) & segmentMask) << factsShift
      const next = facts[at + factNext]!
      if ((facts[at]! & bit) === 0) {
        facts[at + factNext] = staying
        staying = link
      } else {
        facts[at + factNext] = moving
        moving = link
      }
      link = next
    }
    heads[divided & headsMask] = staying
    this.#heads[added >>> headsShift]![added & headsMask] = moving
    this.#bucketCount = added + 1
    if (this.#bucketCount === bit << 1) this.#levelMask = this.#levelMask << 1 | 1
  }

  /** Takes the last bucket away, the reverse of `#split`. */
  #merge(): void {
    if (this.#bucketCount === this.#levelMask + 1) this.#levelMask >>>= 1
    const removed = this.#bucketCount - 1
    const widened = removed - this.#levelMask - 1
    const removedHeads = this.#heads[removed >>> headsShift]!
    const widenedHeads = this.#heads[widened >>> headsShift]!
    const first = removedHeads[removed & headsMask]!
    if (first !== 0) {
      let last = first - 1
      while (true) {
        const next = this.#facts[last >>> segmentShift]![((last & segmentMask) << factsShift) + factNext]!
        if (next === 0) break
        last = next - 1
      }
      this.#facts[last >>> segmentShift]![((last & segmentMask) << factsShift) + factNext] =
        widenedHeads[widened & headsMask]!
      widenedHeads[widened & headsMask] = first
      removedHeads[removed & headsMask] = 0
    }
    this.#bucketCount = removed
  }

  #makeRoomForBucket(bucket: number): void {
    const segment = bucket >>> headsShift
    if (segment === this.#heads.length) {
      this.#heads.push(new Int32Array(headsPerSegment))
      this.#overheadBytes += headsBytes(headsPerSegment)
    } else if (segment === 0 && bucket === this.#heads[0]!.length) {
      this.#resizeFirstHeads(bucket << 1)
    }
  }

  #makeRoomForEntry(index: number): void {
    const segment = index >>> segmentShift
    if (segment === this.#facts.length) {
      this.#facts.push(new Int32Array(entriesPerSegment << factsShift))
      this.#slots.push(emptySlots(entriesPerSegment))
      this.#overheadBytes += entriesBytes(entriesPerSegment)
    } else if (segment === 0 && index << 1 === this.#slots[0]!.length) {
      this.#resizeFirstEntries(index << 1)
    }
  }

  /**
   * Gives back what a removal has left unused. Two buckets go per removal, since a table at its smallest load has two for each entry.
   * A segment goes only when half of the one before it is free as well: otherwise a size that swings around a border would pay for a segment each time.
   */
  #shrink(): void {
    for (let merged = 0; merged < 2; merged++) {
      if (this.#bucketCount > this.#size << 1 && this.#bucketCount > smallestBucketCount) this.#merge()
    }
    const segments = this.#facts.length
    if (segments > 1) {
      if (this.#size <= (segments - 1) * entriesPerSegment - (entriesPerSegment >>> 1)) {
        this.#facts.pop()
        this.#slots.pop()
        this.#overheadBytes -= entriesBytes(entriesPerSegment)
      }
    } else {
      const capacity = this.#slots[0]!.length >>> 1
      if (capacity > smallestCapacity && this.#size <= capacity >>> 2) this.#resizeFirstEntries(capacity >>> 1)
    }
    const headSegments = this.#heads.length
    if (headSegments > 1) {
      if (this.#bucketCount <= (headSegments - 1) * headsPerSegment - (headsPerSegment >>> 1)) {
        this.#heads.pop()
        this.#overheadBytes -= headsBytes(headsPerSegment)
      }
    } else {
      const capacity = this.#heads[0]!.length
      if (capacity > smallestBucketCount && this.#bucketCount <= capacity >>> 1) this.#resizeFirstHeads(capacity >>> 1)
    }
  }

  #resizeFirstEntries(capacity: number): void {
    const oldSlots = this.#slots[0]!
    const slots = emptySlots(capacity)
    for (let at = 0; at < this.#size << 1; at++) slots[at] = oldSlots[at]
    const facts = new Int32Array(capacity << factsShift)
    facts.set(this.#facts[0]!.subarray(0, this.#size << factsShift))
    this.#slots[0] = slots
    this.#facts[0] = facts
    this.#overheadBytes += entriesBytes(capacity) - entriesBytes(oldSlots.length >>> 1)
  }

  #resizeFirstHeads(capacity: number): void {
    const oldHeads = this.#heads[0]!
    const heads = new Int32Array(capacity)
    heads.set(oldHeads.subarray(0, this.#bucketCount))
    this.#heads[0] = heads
    this.#overheadBytes += headsBytes(capacity) - headsBytes(oldHeads.length)
  }
}

/** What one more entry adds to a table that is not nearly empty, in bytes: its columns, its slots and its share of the buckets. */
export const bytesPerEntry = 36

const entriesPerSegment = 4096
const segmentShift = 12
const segmentMask = entriesPerSegment - 1

const headsPerSegment = 16384
const headsShift = 14
const headsMask = headsPerSegment - 1

const smallestCapacity = 16
const smallestBucketCount = 16

const factsShift = 2
const factCount = 1 << factsShift
const factNext = 1
const factAccess = 2
const factDeadline = 3

const longestComparedByByte = 40

/** What V8 keeps for a typed array beside its elements: view, buffer and backing store. */
const typedArrayBytes = 240
const arrayBytes = 32

const headsBytes = (count: number): number => typedArrayBytes + count * 4
const entriesBytes = (count: number): number => typedArrayBytes + arrayBytes + (count << factsShift) * 4 + count * 16
const smallestOverheadBytes = headsBytes(smallestBucketCount) + entriesBytes(smallestCapacity)

const emptySlots = (entries: number): Array<unknown> => new Array<unknown>(entries << 1)

/** Where `prefetch` keeps what it has found between its passes. */
const links = new Int32Array(1024)

const isText = (source: Buffer, start: number, end: number, text: string): boolean => {
  const length = end - start
  if (text.length !== length) return false
  for (let at = 0; at < length; at++) {
    if (text.charCodeAt(at) !== source[start + at]) return false
  }
  return true
}

const reverseBits = (bits: number): number => {
  bits = bits >>> 1 & 0x55555555 | (bits & 0x55555555) << 1
  bits = bits >>> 2 & 0x33333333 | (bits & 0x33333333) << 2
  bits = bits >>> 4 & 0x0f0f0f0f | (bits & 0x0f0f0f0f) << 4
  bits = bits >>> 8 & 0x00ff00ff | (bits & 0x00ff00ff) << 8
  return bits >>> 16 | bits << 16
}
