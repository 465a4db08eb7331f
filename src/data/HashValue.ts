/**
 * A hash: fields with values, each of which may have a deadline of its own.
 *
 * | shape | OBJECT ENCODING | order of the fields |
 * | --- | --- | --- |
 * | listpack of field and value | listpack | as they were added |
 * | listpack of field, value and deadline, 0 where there is none | listpackex | by deadline, of equal ones the last that was given first; then those without |
 * | `HashTable` | hashtable | none |
 *
 * A hash begins as a listpack, becomes the second shape when a field may get a deadline, the third when it has grown, and never goes back: as in Valkey 8.1,
 * deadlines as in Redis 8.0. It looks at no clock: a field whose deadline has passed is there until somebody removes it, and what commands make of that is
 * their business.
 *
 * Texts that are looked for or set may be views into a request: what is kept is copied, but for values that are Buffers. Texts that are answered may be views
 * into the hash.
 */
import { Aggregate } from "./Aggregate.ts"
import type { ByteSink } from "./ByteSink.ts"
import * as ByteString from "./ByteString.ts"
import { HashTable } from "./hash/HashTable.ts"
import * as Listpack from "./Listpack.ts"
import { entryEnd } from "./ListpackEntry.ts"
import { differentIndexes, randomIndex } from "./RandomIndexes.ts"
import type { Shapes } from "./Shapes.ts"
import { textBytes } from "./StringValue.ts"

export interface FieldValue {
  readonly field: string
  /** Where it is a Buffer nobody else may keep it. */
  readonly value: ByteString.ByteString
}

export class HashValue extends Aggregate {
  readonly #shapes: Shapes
  #body: Listpack.Listpack | HashTable = Listpack.empty
  /** Entries of the listpack for each field. */
  #width: 2 | 3 = 2

  constructor(shapes: Shapes) {
    super()
    this.#shapes = shapes
  }

  /** A hash without fields, ready to take many: see `insert`. */
  static table(shapes: Shapes): HashValue {
    const hash = new HashValue(shapes)
    hash.#toTable()
    return hash
  }

  /**
   * The hash that this sound listpack is, with so many entries for each field, in the shape that suits their number; `undefined` where it cannot be one.
   *
   * That a field is there twice is noticed where the shape is the table.
   */
  static ofListpack(shapes: Shapes, listpack: Listpack.Listpack, width: 2 | 3): HashValue | undefined {
    const entries = Listpack.count(listpack)
    if (entries % width !== 0 || (width === 3 && !hasSoundDeadlines(listpack))) return undefined
    const hash = new HashValue(shapes)
    hash.#body = listpack
    hash.#width = width
    if (entries / width <= shapes.limits["hash-max-listpack-entries"]) return hash
    const table = HashValue.table(shapes)
    let isSound = true
    hash.forEach((field, value, deadlineMillis) => {
      isSound &&= table.insert(field, value, deadlineMillis)
    })
    return isSound ? table : undefined
  }

  get type(): "hash" {
    return "hash"
  }

  get encoding(): "listpack" | "listpackex" | "hashtable" {
    if (typeof this.#body !== "string") return "hashtable"
    return this.#width === 2 ? "listpack" : "listpackex"
  }

  /** The number of fields, also of those that have expired and are not removed yet. */
  get size(): number {
    const body = this.#body
    return typeof body === "string" ? Listpack.count(body) / this.#width : body.size
  }

  /** What it is while it is compact, with deadlines or without. */
  get listpack(): Listpack.Listpack | undefined {
    const body = this.#body
    return typeof body === "string" ? body : undefined
  }

  /** What it is when it is not: to look at. */
  get table(): HashTable | undefined {
    const body = this.#body
    return typeof body === "string" ? undefined : body
  }

  get bytes(): number {
    const body = this.#body
    return objectBytes + (typeof body === "string" ? textBytes(body.length) : body.bytes)
  }

  /** The earliest deadline of a field in milliseconds since the epoch, `Infinity` where no field has one. O(log n). */
  get soonestDeadline(): number {
    const body = this.#body
    if (typeof body !== "string") return body.soonestDeadline
    if (this.#width === 2 || body.length === Listpack.empty.length) return Infinity
    return deadlineBehind(body, Listpack.first(body)) ?? Infinity
  }

  has(field: string): boolean {
    const body = this.#body
    return (typeof body === "string" ? this.#find(body, field) : body.find(field)) >= 0
  }

  get(field: string): ByteString.ByteString | undefined {
    const body = this.#body
    if (typeof body === "string") {
      const at = this.#find(body, field)
      return at < 0 ? undefined : valueBehind(body, at)
    }
    const index = body.find(field)
    return index < 0 ? undefined : body.valueAt(index)
  }

  /** Sets a field, which loses its deadline unless that is to be kept; answers whether the field is new. */
  set(field: string, value: ByteString.ByteString, keepsDeadline = false): boolean {
    const longest = this.#shapes.limits["hash-max-listpack-value"]
    const body = this.#body
    if (typeof body !== "string") return setInTable(body, field, value, keepsDeadline)
    return field.length > longest || value.length > longest
      ? setInTable(this.#toTable(), field, value, keepsDeadline)
      : this.#setInListpack(body, field, ByteString.toText(value), keepsDeadline)
  }

  /** Adds a field to a hash that is a table. Answers whether it was missing. */
  insert(field: string, value: ByteString.ByteString, deadlineMillis: number | undefined): boolean {
    // The caller knows that it is one.
    const table = this.#body as HashTable
    if (table.find(field) >= 0) return false
    const index = table.insert(field, value)
    if (deadlineMillis !== undefined) table.setDeadlineAt(index, deadlineMillis)
    return true
  }

  /**
   * Looks at fields that are about to be set: a hash that will be too large becomes a table at once, also where it would not because a field comes twice.
   * Source: `hashTypeTryConversion`.
   */
  makeRoomFor(pairs: ReadonlyArray<FieldValue>): void {
    if (typeof this.#body === "string" && !this.#hasRoomFor(this.#body, pairs)) this.#toTable()
  }

  /** Answers whether there was such a field. */
  delete(field: string): boolean {
    const body = this.#body
    if (typeof body === "string") {
      const at = this.#find(body, field)
      if (at < 0) return false
      this.#body = Listpack.remove(body, at, this.#width)
      return true
    }
    const index = body.find(field)
    if (index < 0) return false
    body.removeAt(index)
    return true
  }

  /** When a field expires, in milliseconds since the epoch; `undefined` where it does not, or is missing. */
  deadline(field: string): number | undefined {
    const body = this.#body
    if (typeof body === "string") {
      const at = this.#width === 2 ? -1 : this.#find(body, field)
      return at < 0 ? undefined : deadlineBehind(body, at)
    }
    const index = body.find(field)
    return index < 0 ? undefined : body.deadlineAt(index)
  }

  /** Whether a field's deadline has passed. */
  isExpired(field: string, nowMillis: number): boolean {
    // At its very deadline a field is still there, as a key is.
    return this.soonestDeadline < nowMillis && (this.deadline(field) ?? Infinity) < nowMillis
  }

  /** Gives a field that exists a deadline, above 0. */
  setDeadline(field: string, deadlineMillis: number): void {
    this.admitDeadlines()
    const body = this.#body
    if (typeof body !== "string") return body.setDeadlineAt(body.find(field), deadlineMillis)
    const at = this.#find(body, field)
    const value = Listpack.textAt(body, Listpack.next(body, at))
    const others = Listpack.remove(body, at, 3)
    this.#body = Listpack.insert(others, placeOf(others, deadlineMillis), field, value, String(deadlineMillis))
  }

  /** Takes the deadline away from a field that exists. */
  clearDeadline(field: string): void {
    const body = this.#body
    if (typeof body !== "string") return body.clearDeadlineAt(body.find(field))
    if (this.#width === 2) return
    const at = this.#find(body, field)
    if (deadlineBehind(body, at) === undefined) return
    const value = Listpack.textAt(body, Listpack.next(body, at))
    this.#body = Listpack.append(Listpack.remove(body, at, 3), field, value, noDeadline)
  }

  /** Takes the shape in which fields can have deadlines; the commands about them ask for it also where no field gets one. */
  admitDeadlines(): void {
    const body = this.#body
    if (typeof body !== "string" || this.#width === 3) return
    const texts: Array<string> = []
    for (let at = Listpack.first(body); at >= 0;) {
      const valueAt = Listpack.next(body, at)
      texts.push(Listpack.textAt(body, at), Listpack.textAt(body, valueAt), noDeadline)
      at = Listpack.next(body, valueAt)
    }
    this.#body = Listpack.from(texts)
    this.#width = 3
  }

  /** Removes fields whose deadline has passed, the earliest first, but not more than `most`; answers how many. */
  removeExpired(nowMillis: number, most = Infinity, removing?: (field: string) => void): number {
    const body = this.#body
    if (typeof body !== "string") return body.removeExpired(nowMillis, most, removing)
    if (this.#width === 2) return 0
    let expired = 0
    for (let at = Listpack.first(body); at >= 0 && expired < most; expired++) {
      const deadlineAt = Listpack.next(body, Listpack.next(body, at))
      if ((deadlineIn(body, deadlineAt) ?? Infinity) >= nowMillis) break
      removing?.(Listpack.textAt(body, at))
      at = Listpack.next(body, deadlineAt)
    }
    if (expired > 0) this.#body = Listpack.remove(body, Listpack.first(body), expired * 3)
    return expired
  }

  /** Visits all fields. `visit` must not change the hash. */
  forEach(visit: (field: string, value: ByteString.ByteString, deadlineMillis: number | undefined) => void): void {
    const body = this.#body
    if (typeof body !== "string") {
      for (let index = 0; index < body.size; index++) {
        visit(body.fieldAt(index), body.valueAt(index), body.deadlineAt(index))
      }
      return
    }
    for (let at = Listpack.first(body); at >= 0;) {
      const valueAt = Listpack.next(body, at)
      const lastAt = this.#width === 2 ? valueAt : Listpack.next(body, valueAt)
      visit(Listpack.textAt(body, at), textAt(body, valueAt), deadlineIn(body, lastAt, this.#width))
      at = Listpack.next(body, lastAt)
    }
  }

  /** Hands fields, values, or each field with its value to the sink, whether or not they have expired. */
  send(hasFields: boolean, hasValues: boolean, sink: ByteSink): void {
    const body = this.#body
    if (typeof body !== "string") return body.send(hasFields, hasValues, sink)
    if (hasFields && hasValues && this.#width === 2) {
      return Listpack.send(body, Listpack.headerBytes, 2 * this.size, sink)
    }
    const { size } = this
    for (let at = Listpack.headerBytes, sent = 0; sent < size; sent++) {
      const valueAt = entryEnd(body, at)
      if (hasFields) Listpack.send(body, at, 1, sink)
      if (hasValues) Listpack.send(body, valueAt, 1, sink)
      at = entryEnd(body, valueAt)
      if (this.#width === 3) at = entryEnd(body, at)
    }
  }

  /** One step of HSCAN, with its guarantee: visits some fields, all of them in the compact shapes, and answers the next cursor, 0 at the end. */
  scan(
    cursor: number,
    visit: (field: string, value: ByteString.ByteString, deadlineMillis: number | undefined) => void
  ): number {
    const body = this.#body
    if (typeof body !== "string") {
      return body.scan(cursor, (index) => visit(body.fieldAt(index), body.valueAt(index), body.deadlineAt(index)))
    }
    this.forEach(visit)
    return 0
  }

  /** As often as `count` says a field that chance chooses, which may come again. There must be fields. */
  sample(count: number, random: () => number, visit: (field: string, value: ByteString.ByteString) => void): void {
    const { size } = this
    const at = this.#access(count)
    for (let chosen = 0; chosen < count; chosen++) at(randomIndex(size, random), visit)
  }

  /** `count` different fields that chance chooses, or all that there are. */
  sampleDistinct(
    count: number,
    random: () => number,
    visit: (field: string, value: ByteString.ByteString) => void
  ): void {
    const { size } = this
    const at = this.#access(count)
    for (const index of differentIndexes(Math.min(count, size), size, random)) at(index, visit)
  }

  copy(): HashValue {
    const copy = new HashValue(this.#shapes)
    const body = this.#body
    copy.#body = typeof body === "string" ? body : body.copy()
    copy.#width = this.#width
    return copy
  }

  #find(body: Listpack.Listpack, field: string): number {
    return Listpack.find(body, field, undefined, this.#width - 1)
  }

  #hasRoomFor(body: Listpack.Listpack, pairs: ReadonlyArray<FieldValue>): boolean {
    const { limits } = this.#shapes
    if (pairs.length > limits["hash-max-listpack-entries"]) return false
    const longest = limits["hash-max-listpack-value"]
    let bytes = 0
    for (const { field, value } of pairs) {
      if (field.length > longest || value.length > longest) return false
      bytes += field.length + value.length
    }
    return Listpack.isSafeToAdd(body, bytes)
  }

  #setInListpack(body: Listpack.Listpack, field: string, value: string, keepsDeadline: boolean): boolean {
    const at = this.#find(body, field)
    if (at >= 0) {
      const valueAt = Listpack.next(body, at)
      this.#body = this.#width === 2 || keepsDeadline || deadlineBehind(body, at) === undefined
        ? Listpack.replace(body, valueAt, value)
        : Listpack.append(Listpack.remove(body, at, 3), field, value, noDeadline)
      return false
    }
    this.#body = this.#width === 2
      ? Listpack.append(body, field, value)
      : Listpack.append(body, field, value, noDeadline)
    if (this.size > this.#shapes.limits["hash-max-listpack-entries"]) this.#toTable()
    return true
  }

  #toTable(): HashTable {
    const table = HashTable.empty(this.#shapes.hasher)
    this.forEach((field, value, deadlineMillis) => {
      const index = table.insert(field, value)
      if (deadlineMillis !== undefined) table.setDeadlineAt(index, deadlineMillis)
    })
    this.#body = table
    return table
  }

  /** Access by index, for so many times: a listpack is taken apart once where it would be walked through several times. */
  #access(times: number): (index: number, visit: (field: string, value: ByteString.ByteString) => void) => void {
    const body = this.#body
    if (typeof body !== "string") return (index, visit) => visit(body.fieldAt(index), body.valueAt(index))
    if (times <= 2) {
      return (index, visit) => {
        const at = Listpack.seek(body, index * this.#width)
        visit(Listpack.textAt(body, at), valueBehind(body, at))
      }
    }
    const fields: Array<FieldValue> = []
    this.forEach((field, value) => fields.push({ field, value }))
    return (index, visit) => visit(fields[index]!.field, fields[index]!.value)
  }
}

const setInTable = (table: HashTable, field: string, value: ByteString.ByteString, keepsDeadline: boolean): boolean => {
  const index = table.find(field)
  if (index < 0) {
    table.insert(field, value)
    return true
  }
  table.setValueAt(index, field, value)
  if (!keepsDeadline) table.clearDeadlineAt(index)
  return false
}

/** What stands for a deadline where there is none. */
const noDeadline = "0"

/** The latest deadline that Redis knows, in milliseconds since the epoch. */
export const latestDeadlineMillis = 2 ** 48 - 1

/** Whether every third entry is a deadline, in order, and 0 behind all others. */
const hasSoundDeadlines = (listpack: Listpack.Listpack): boolean => {
  let earliest = 0
  for (let at = Listpack.first(listpack); at >= 0;) {
    const deadlineAt = Listpack.next(listpack, Listpack.next(listpack, at))
    const stored = Number(Listpack.integerAt(listpack, deadlineAt))
    // Where a text stands it is not a number, and this is false.
    if (!(stored >= 0 && stored <= latestDeadlineMillis)) return false
    const deadline = stored === 0 ? Infinity : stored
    if (deadline < earliest) return false
    earliest = deadline
    at = Listpack.next(listpack, deadlineAt)
  }
  return true
}

/** The deadline in the entry at `at`, which is the last one of a field; in a listpack without deadlines there is none. */
const deadlineIn = (body: Listpack.Listpack, at: number, width: 2 | 3 = 3): number | undefined => {
  if (width === 2) return undefined
  const deadlineMillis = Number(Listpack.integerAt(body, at))
  return deadlineMillis === 0 ? undefined : deadlineMillis
}

/** The deadline of the field at `at`. */
const deadlineBehind = (body: Listpack.Listpack, at: number): number | undefined =>
  deadlineIn(body, Listpack.next(body, Listpack.next(body, at)))

const valueBehind = (body: Listpack.Listpack, at: number): ByteString.ByteString =>
  textAt(body, Listpack.next(body, at))

const textAt = (body: Listpack.Listpack, at: number): ByteString.ByteString =>
  ByteString.ofText(Listpack.textAt(body, at))

/** Where a field with this deadline belongs: before those with the same one, or a later one, or none. */
const placeOf = (body: Listpack.Listpack, deadlineMillis: number): number => {
  for (let at = Listpack.first(body); at >= 0;) {
    const deadlineAt = Listpack.next(body, Listpack.next(body, at))
    if ((deadlineIn(body, deadlineAt) ?? Infinity) >= deadlineMillis) return at
    at = Listpack.next(body, deadlineAt)
  }
  return body.length - 1
}

/** The object itself, without what it refers to: measured on Node 24. */
const objectBytes = 56
