/**
 * The entries of a dictionary that have a time to live, dense, so that a random position is a random one of them.
 *
 * This is what the active expire cycle samples. It knows entries only by their index in the dictionary, which in turn keeps each entry's position here
 * (`Dictionary.deadlineAt`): whoever owns both follows what each tells about moves. It looks at no clock: what is due is its owner's question.
 *
 * Like the dictionary it lies in segments, so that nothing large is ever copied. Every operation is O(1).
 */
export class Deadlines {
  #size = 0
  /** Per position, the time in milliseconds since 1970: doubles, because 32 bits don't hold it and Redis allows any up to 2^63. */
  #times: Array<Float64Array> = [new Float64Array(smallestCapacity)]
  /** Per position, the index of the entry. */
  #entries: Array<Int32Array> = [new Int32Array(smallestCapacity)]
  #overheadBytes = segmentBytes(smallestCapacity)

  /** The number of deadlines. */
  get size(): number {
    return this.#size
  }

  /** The memory of the table itself in bytes. */
  get overheadBytes(): number {
    return this.#overheadBytes
  }

  /** Gives the entry, which has none yet, a deadline and returns its position. */
  add(entry: number, expireAtMillis: number): number {
    const position = this.#size
    this.#makeRoom(position)
    this.#times[position >>> segmentShift]![position & segmentMask] = expireAtMillis
    this.#entries[position >>> segmentShift]![position & segmentMask] = entry
    this.#size = position + 1
    return position
  }

  /** When the entry at this position expires, in milliseconds since 1970. */
  at(position: number): number {
    return this.#times[position >>> segmentShift]![position & segmentMask]!
  }

  /** The index of the entry at this position. */
  entryAt(position: number): number {
    return this.#entries[position >>> segmentShift]![position & segmentMask]!
  }

  /** Moves the deadline at this position to another time. */
  update(position: number, expireAtMillis: number): void {
    this.#times[position >>> segmentShift]![position & segmentMask] = expireAtMillis
  }

  /** Follows the dictionary, which has moved the entry at this position to another index. */
  moved(position: number, entry: number): void {
    this.#entries[position >>> segmentShift]![position & segmentMask] = entry
  }

  /**
   * Removes the deadline at this position. The last one takes its place; the answer is the index of that one's entry, whose position is now `position`,
   * or -1 when the removed one was itself the last.
   */
  remove(position: number): number {
    const last = this.#size - 1
    let movedEntry = -1
    if (position !== last) {
      movedEntry = this.entryAt(last)
      this.update(position, this.at(last))
      this.moved(position, movedEntry)
    }
    this.#size = last
    this.#shrink()
    return movedEntry
  }

  /** Removes all deadlines at once. */
  clear(): void {
    this.#size = 0
    this.#times = [new Float64Array(smallestCapacity)]
    this.#entries = [new Int32Array(smallestCapacity)]
    this.#overheadBytes = segmentBytes(smallestCapacity)
  }

  #makeRoom(position: number): void {
    const segment = position >>> segmentShift
    if (segment === this.#times.length) {
      this.#times.push(new Float64Array(positionsPerSegment))
      this.#entries.push(new Int32Array(positionsPerSegment))
      this.#overheadBytes += segmentBytes(positionsPerSegment)
    } else if (segment === 0 && position === this.#times[0]!.length) {
      this.#resizeFirst(position << 1)
    }
  }

  /** Gives back empty segments, late enough that a size swinging around a border costs nothing. */
  #shrink(): void {
    const segments = this.#times.length
    if (segments > 1) {
      if (this.#size <= (segments - 1) * positionsPerSegment - (positionsPerSegment >>> 1)) {
        this.#times.pop()
        this.#entries.pop()
        this.#overheadBytes -= segmentBytes(positionsPerSegment)
      }
    } else {
      const capacity = this.#times[0]!.length
      if (capacity > smallestCapacity && this.#size <= capacity >>> 2) this.#resizeFirst(capacity >>> 1)
    }
  }

  #resizeFirst(capacity: number): void {
    const oldTimes = this.#times[0]!
    const times = new Float64Array(capacity)
    times.set(oldTimes.subarray(0, this.#size))
    const entries = new Int32Array(capacity)
    entries.set(this.#entries[0]!.subarray(0, this.#size))
    this.#times[0] = times
    this.#entries[0] = entries
    this.#overheadBytes += segmentBytes(capacity) - segmentBytes(oldTimes.length)
  }
}

const positionsPerSegment = 4096
const segmentShift = 12
const segmentMask = positionsPerSegment - 1
const smallestCapacity = 16

/** What V8 keeps for a typed array beside its elements: view, buffer and backing store. */
const typedArrayBytes = 240

const segmentBytes = (positions: number): number => 2 * typedArrayBytes + positions * 12

/** What one more deadline adds, in bytes: a time and an entry's index. */
export const bytesPerDeadline = 12
