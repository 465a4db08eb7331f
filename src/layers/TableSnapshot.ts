/**
 * One database as it was at one moment, read in steps while it goes on changing.
 *
 * Its entries are read by index. An entry that is about to change, and has not been read yet, is put aside first: its value is copied, which shares the
 * pieces of large ones, so no change ever waits for a whole value. The price is one bit for each entry, and memory for what is put aside until it is read.
 *
 * `DatabaseTables` calls `keep` before every change of an entry. Where a table is replaced as a whole (FLUSHALL, SWAPDB) nobody changes the old one any
 * more, and the snapshot reads on in it.
 */
import type { Deadlines } from "../data/Deadlines.ts"
import type { Dictionary } from "../data/Dictionary.ts"
import { textBytes } from "../data/StringValue.ts"
import { copyOf, memoryBytes, type Value } from "../data/Value.ts"

export interface SnapshotEntry {
  readonly key: string
  /** It does not change any more. */
  readonly value: Value
  readonly expireAtMillis: number | undefined
  /** The table's access bits, for whoever knows what they mean. */
  readonly access: number
}

export class TableSnapshot {
  readonly index: number
  readonly size: number
  readonly volatileSize: number
  readonly #table: Dictionary<Value>
  readonly #deadlines: Deadlines
  /** The first entry that has not been read. */
  #position = 0
  /** One bit for each entry that is put aside. */
  readonly #isKept: Uint8Array
  #kept: Array<SnapshotEntry> = []
  #keptBytes = 0

  constructor(index: number, table: Dictionary<Value>, deadlines: Deadlines) {
    this.index = index
    this.size = table.size
    this.volatileSize = deadlines.size
    this.#table = table
    this.#deadlines = deadlines
    this.#isKept = new Uint8Array((table.size + 7) >>> 3)
  }

  /** Bytes of all that has been put aside since the beginning, keys and values. */
  get keptBytes(): number {
    return this.#keptBytes
  }

  /** Puts an entry aside that is about to change. */
  keep(entry: number): void {
    if (entry < this.#position || entry >= this.size || this.#hasKept(entry)) return
    this.#isKept[entry >>> 3]! |= 1 << (entry & 7)
    const kept = this.#read(entry)
    this.#keptBytes += textBytes(kept.key.length) + memoryBytes(kept.value)
    this.#kept.push(kept)
  }

  /** The next entry, in no order; `undefined` when all have been read. */
  next(): SnapshotEntry | undefined {
    const kept = this.#kept.pop()
    if (kept !== undefined) return kept
    while (this.#position < this.size) {
      const entry = this.#position++
      if (!this.#hasKept(entry)) return this.#read(entry)
    }
    return undefined
  }

  #hasKept(entry: number): boolean {
    return (this.#isKept[entry >>> 3]! & 1 << (entry & 7)) !== 0
  }

  #read(entry: number): SnapshotEntry {
    const table = this.#table
    const position = table.deadlineAt(entry)
    return {
      key: table.keyAt(entry),
      value: copyOf(table.valueAt(entry)),
      expireAtMillis: position < 0 ? undefined : this.#deadlines.at(position),
      access: table.accessAt(entry)
    }
  }
}
