/**
 * The scalable shape of a hash: its fields with their values in a hash table, and beside it the deadlines of those fields that have one.
 *
 * Field and value are one text, because in V8 two strings take 24 bytes more than one; only a value that is a Buffer is kept by itself. What is set is
 * copied, and what is answered may be a view into that text.
 *
 * It looks at no clock and knows no thresholds. Every operation is O(1), or O(log n) where a deadline changes; `copy` takes one step per 1024 fields.
 */
import type { Buffer } from "node:buffer"
import type { ByteSink } from "../ByteSink.ts"
import { type ByteString, flatCopy } from "../ByteString.ts"
import type { KeyHasher } from "../KeyHasher.ts"
import { MemberTable } from "../MemberTable.ts"
import { ScoredMembers } from "../ScoredMembers.ts"
import { memoryBytes } from "../StringValue.ts"

export class HashTable {
  readonly #hasher: KeyHasher
  /** Beside the text of field and value it says where in it the value begins; or it is the value, and the text the field. */
  readonly #fields: MemberTable<number | Buffer>
  /** There only while a field has a deadline. */
  #deadlines: ScoredMembers | undefined = undefined
  #bufferBytes = 0

  private constructor(hasher: KeyHasher, fields: MemberTable<number | Buffer>) {
    this.#hasher = hasher
    this.#fields = fields
  }

  static empty(hasher: KeyHasher): HashTable {
    return new HashTable(hasher, MemberTable.ofValues(hasher))
  }

  get size(): number {
    return this.#fields.size
  }

  get bytes(): number {
    return this.#fields.bytes + this.#bufferBytes + (this.#deadlines?.bytes ?? 0)
  }

  /** The earliest of all deadlines, `Infinity` where there is none. */
  get soonestDeadline(): number {
    return this.#deadlines?.scoreAt(0) ?? Infinity
  }

  /** The index of a field, -1 where it is missing. Fields have the indexes from 0 up to `size`, until the next change. */
  find(field: string): number {
    const fields = this.#fields
    return fields.findBy(field, (index) => {
      const value = fields.valueAt(index)
      const text = fields.memberAt(index)
      return typeof value === "number" ? value === field.length && text.startsWith(field) : text === field
    })
  }

  fieldAt(index: number): string {
    const value = this.#fields.valueAt(index)
    const text = this.#fields.memberAt(index)
    return typeof value === "number" ? text.substring(0, value) : text
  }

  valueAt(index: number): ByteString {
    const value = this.#fields.valueAt(index)
    return typeof value === "number" ? this.#fields.memberAt(index).substring(value) : value
  }

  send(hasFields: boolean, hasValues: boolean, sink: ByteSink): void {
    for (let index = 0; index < this.size; index++) {
      const text = this.#fields.memberAt(index)
      const value = this.#fields.valueAt(index)
      const fieldEnd = typeof value === "number" ? value : text.length
      if (hasFields) sink.text(text, 0, fieldEnd)
      if (!hasValues) continue
      if (typeof value === "number") sink.text(text, fieldEnd, text.length)
      else sink.bytes(value, 0, value.length)
    }
  }

  deadlineAt(index: number): number | undefined {
    return this.#deadlines?.score(this.fieldAt(index))
  }

  /** Sets the value of this field, which is at `index`. */
  setValueAt(index: number, field: string, value: ByteString): void {
    this.#bufferBytes += bufferBytes(value) - bufferBytes(this.#fields.valueAt(index))
    this.#fields.setMemberAt(index, textOf(field, value))
    const column = columnOf(field, value)
    if (column !== this.#fields.valueAt(index)) this.#fields.setValueAt(index, column)
  }

  setDeadlineAt(index: number, deadlineMillis: number): void {
    this.#deadlines ??= ScoredMembers.empty(this.#hasher)
    this.#deadlines.set(flatCopy(this.fieldAt(index)), deadlineMillis)
  }

  clearDeadlineAt(index: number): void {
    const deadlines = this.#deadlines
    if (deadlines === undefined) return
    deadlines.delete(this.fieldAt(index))
    if (deadlines.size === 0) this.#deadlines = undefined
  }

  /** Adds a field that is missing, and answers its index. */
  insert(field: string, value: ByteString): number {
    this.#bufferBytes += bufferBytes(value)
    return this.#fields.insert(textOf(field, value), columnOf(field, value), field)
  }

  removeAt(index: number): void {
    this.clearDeadlineAt(index)
    this.#bufferBytes -= bufferBytes(this.#fields.valueAt(index))
    this.#fields.remove(index)
  }

  /** Removes fields whose deadline is before `nowMillis`, the earliest first, but not more than `most`; answers how many, and names each. */
  removeExpired(nowMillis: number, most: number, removing?: (field: string) => void): number {
    let removed = 0
    while (removed < most && this.#deadlines !== undefined && this.#deadlines.scoreAt(0) < nowMillis) {
      const field = this.#deadlines.memberAt(0)
      removing?.(field)
      this.removeAt(this.find(field))
      removed++
    }
    return removed
  }

  /** A step of a walk over all fields that may go on while they change: see `MemberTable.scan`. */
  scan(cursor: number, visit: (index: number) => void): number {
    return this.#fields.scan(cursor, visit)
  }

  copy(): HashTable {
    const copy = new HashTable(this.#hasher, this.#fields.copy())
    copy.#deadlines = this.#deadlines?.copy()
    copy.#bufferBytes = this.#bufferBytes
    return copy
  }
}

/** A flat text: joining copies both, unless one of them is empty. */
const textOf = (field: string, value: ByteString): string =>
  typeof value !== "string" || value === "" || field === ""
    ? flatCopy(typeof value === "string" ? field + value : field)
    : [field, value].join("")

const columnOf = (field: string, value: ByteString): number | Buffer => typeof value === "string" ? field.length : value

const bufferBytes = (value: ByteString | number): number =>
  typeof value === "string" || typeof value === "number" ? 0 : memoryBytes(value)
