/**
 * Looks through a node of a stream that comes from outside, because whoever reads one later trusts in it. The format is described in `StreamNode`.
 */
import type { Int64 } from "../Int64.ts"
import * as Listpack from "../Listpack.ts"
import { deletedFlag, sameFieldsFlag } from "./EntryCursor.ts"
import * as StreamId from "./StreamId.ts"

export interface NodeContents {
  /** Entries that are not deleted. */
  readonly live: number
  readonly deleted: number
  /** The id of the last entry, deleted or not; the node's own where there is none. */
  readonly lastId: StreamId.StreamId
}

/** What is in the node that this sound listpack is; `undefined` where it is none, or its ids are not above `id` and in order. */
export const inspectNode = (id: StreamId.StreamId, listpack: Listpack.Listpack): NodeContents | undefined => {
  const elements = new Elements(listpack)
  const stored = elements.count() + elements.count()
  const masterFields = elements.count()
  elements.skip(masterFields)
  if (elements.integer() !== 0) return undefined
  let live = 0
  let deleted = 0
  let lastId = id
  while (!elements.isAtEnd) {
    const flags = elements.count()
    const ms = elements.integer()
    const seq = elements.integer()
    if (!(flags <= (deletedFlag | sameFieldsFlag)) || ms === undefined || seq === undefined) return undefined
    const hasSameFields = (flags & sameFieldsFlag) !== 0
    const fields = hasSameFields ? masterFields : elements.count()
    elements.skip(hasSameFields ? fields : fields * 2)
    // Behind an entry stands what is gone back by: it counts what was before it.
    if (elements.count() !== (hasSameFields ? fields + 3 : fields * 2 + 4)) return undefined
    const entryId = StreamId.add(id, ms, seq)
    const order = StreamId.compare(entryId, lastId)
    if (order < 0 || (order === 0 && live + deleted > 0)) return undefined
    lastId = entryId
    if ((flags & deletedFlag) === 0) live++
    else deleted++
  }
  return elements.areComplete && stored === live + deleted ? { live, deleted, lastId } : undefined
}

/** The elements of a listpack one after the other. */
class Elements {
  /** Whether all that was asked for was there. */
  areComplete = true
  readonly #listpack: Listpack.Listpack
  /** -1 behind the last one. */
  #at: number

  constructor(listpack: Listpack.Listpack) {
    this.#listpack = listpack
    this.#at = Listpack.first(listpack)
  }

  get isAtEnd(): boolean {
    return this.#at < 0
  }

  /** The next one, `undefined` where it is no integer. */
  integer(): Int64 | undefined {
    if (this.#at < 0) {
      this.areComplete = false
      return undefined
    }
    const value = Listpack.integerAt(this.#listpack, this.#at)
    this.#at = Listpack.next(this.#listpack, this.#at)
    return value
  }

  /** The next one, NaN where it cannot be the number of something. */
  count(): number {
    const value = this.integer()
    return typeof value === "number" && value >= 0 ? value : NaN
  }

  skip(count: number): void {
    for (let left = count; left > 0; left--) {
      if (this.#at < 0) {
        this.areComplete = false
        return
      }
      this.#at = Listpack.next(this.#listpack, this.#at)
    }
  }
}
