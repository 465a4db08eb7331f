/**
 * Reads the entries of one node of a stream, in both directions. The format is described in `StreamNode`.
 *
 * It stands on one entry at a time, before the first one to begin with. The deleted ones are shown as well.
 */
import { textAt } from "../Listpack.ts"
import { entryEnd, integerOf, lengthBefore, lengthBytes } from "../ListpackEntry.ts"
import * as StreamId from "./StreamId.ts"

export class EntryCursor {
  /** The offset of the entry. */
  start = 0
  id: StreamId.StreamId = StreamId.zero
  isDeleted = false
  readonly #text: string
  readonly #nodeId: StreamId.StreamId
  readonly #names: ReadonlyArray<string>
  /** The offset of the first entry. */
  readonly #first: number
  #hasSameFields = false
  #fieldCount = 0
  /** Where the entry's data begin. */
  #data = 0
  /** The offset behind the entry, -1 until somebody needs it. */
  #end: number

  /** `text` is what the node holds behind its counters. */
  constructor(nodeId: StreamId.StreamId, text: string) {
    const { end, names } = masterFields(text)
    this.#text = text
    this.#nodeId = nodeId
    this.#names = names
    this.#first = end
    this.#end = end
    this.start = end
  }

  /** Goes on to the next entry. Says whether there is one. */
  next(): boolean {
    if (this.#end < 0) this.#end = this.#behind(this.#data, this.#elements + 1)
    if (this.#end >= this.#text.length) return false
    this.#read(this.#end)
    return true
  }

  /** Goes back to the entry before this one. Says whether there is one. */
  previous(): boolean {
    if (this.start === this.#first) return false
    this.#back(this.start)
    return true
  }

  /** Goes to the last entry. Says whether there is one. */
  last(): boolean {
    if (this.#text.length === this.#first) return false
    this.#back(this.#text.length)
    return true
  }

  /**
   * Field names and values in turn.
   *
   * **Gotchas** Longer ones are views into the node's text, which they keep alive: what is kept of them needs `ByteString.flatCopy`.
   */
  readonly data = (): Array<string> => {
    const text = this.#text
    const data = new Array<string>(this.#fieldCount * 2)
    let at = this.#data
    for (let i = 0; i < data.length; i++) {
      if (this.#hasSameFields && i % 2 === 0) {
        data[i] = this.#names[i >> 1]!
        continue
      }
      data[i] = textAt(text, at)
      at = entryEnd(text, at)
    }
    // What is left is the number of elements.
    this.#end = entryEnd(text, at)
    return data
  }

  /** The number of listpack elements that the entry's data are. */
  get #elements(): number {
    return this.#hasSameFields ? this.#fieldCount : this.#fieldCount * 2
  }

  /** The offset behind so many elements. */
  #behind(at: number, elements: number): number {
    for (let i = 0; i < elements; i++) at = entryEnd(this.#text, at)
    return at
  }

  /** Reads the entry that ends before this offset. */
  #back(end: number): void {
    let at = entryStart(this.#text, end)
    for (let elements = smallInteger(this.#text, at); elements > 0; elements--) at = entryStart(this.#text, at)
    this.#read(at)
    this.#end = end
  }

  #read(start: number): void {
    const text = this.#text
    const flags = smallInteger(text, start)
    let at = entryEnd(text, start)
    const ms = integerOf(text, at)
    at = entryEnd(text, at)
    const seq = integerOf(text, at)
    at = entryEnd(text, at)
    this.#hasSameFields = (flags & sameFieldsFlag) !== 0
    if (this.#hasSameFields) {
      this.#fieldCount = this.#names.length
    } else {
      this.#fieldCount = smallInteger(text, at)
      at = entryEnd(text, at)
    }
    this.start = start
    this.id = StreamId.add(this.#nodeId, ms, seq)
    this.isDeleted = (flags & deletedFlag) !== 0
    this.#data = at
    this.#end = -1
  }
}

/** The bits of an entry's flags. */
export const deletedFlag = 1
export const sameFieldsFlag = 2

/** The field names of a node's master entry, and the offset behind it. */
export const masterFields = (text: string): { readonly names: ReadonlyArray<string>; readonly end: number } => {
  const names: Array<string> = []
  let at = 0
  const count = smallInteger(text, at)
  at = entryEnd(text, at)
  for (let i = 0; i < count; i++) {
    names.push(textAt(text, at))
    at = entryEnd(text, at)
  }
  // A zero, as if it were the number of elements of an entry, ends the way back.
  return { names, end: entryEnd(text, at) }
}

/** The offset of the listpack entry that ends before this offset. */
const entryStart = (text: string, end: number): number => {
  const bytes = lengthBefore(text, end)
  return end - bytes - lengthBytes(bytes)
}

/** Flags and numbers of elements are far from where numbers become bigints. */
const smallInteger = (text: string, at: number): number => Number(integerOf(text, at))
