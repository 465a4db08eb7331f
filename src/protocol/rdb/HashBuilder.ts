/**
 * Builds a hash of fields that come one by one, in the shape in which Redis has it after loading it: the compact one unless there are too many of them, or
 * one is too long.
 */
import { type ByteString, toText } from "../../data/ByteString.ts"
import { HashValue } from "../../data/HashValue.ts"
import * as Listpack from "../../data/Listpack.ts"
import type { Shapes } from "../../data/Shapes.ts"

export class HashBuilder {
  readonly #shapes: Shapes
  readonly #hasDeadlines: boolean
  /** There once the hash is too large to be compact. */
  #table: HashValue | undefined
  /** The fields until then. */
  #fields: Array<Field> = []
  #bytes = 0
  /** Their names, where it is looked whether one comes twice. */
  readonly #names: Set<string> | undefined

  /** For so many fields. That one comes twice is always noticed in a table, and in the compact shape where `isToBeUnique`. */
  constructor(shapes: Shapes, count: number, hasDeadlines: boolean, isToBeUnique: boolean) {
    this.#shapes = shapes
    this.#hasDeadlines = hasDeadlines
    this.#table = count > shapes.limits["hash-max-listpack-entries"] ? HashValue.table(shapes) : undefined
    this.#names = isToBeUnique && this.#table === undefined ? new Set() : undefined
  }

  /** Adds a field, whose text must be flat. Says whether it has not been there. */
  add(name: string, value: ByteString, deadlineMillis?: number): boolean {
    if (this.#table !== undefined) return this.#table.insert(name, value, deadlineMillis)
    if (this.#names?.has(name) === true) return false
    this.#names?.add(name)
    const longest = this.#shapes.limits["hash-max-listpack-value"]
    this.#bytes += name.length + value.length + maxEntryBytes
    if (
      name.length <= longest && value.length <= longest && Listpack.isSafeToAdd(Listpack.empty, this.#bytes)
    ) {
      this.#fields.push({ name, value, deadlineMillis })
      return true
    }
    const table = this.#table = HashValue.table(this.#shapes)
    const fields = this.#fields
    this.#fields = []
    return fields.every((field) => table.insert(field.name, field.value, field.deadlineMillis)) &&
      table.insert(name, value, deadlineMillis)
  }

  /** The hash; `undefined` where that cannot be. */
  finish(): HashValue | undefined {
    if (this.#table !== undefined) return this.#table
    const fields = this.#fields
    if (!this.#hasDeadlines) {
      const texts = fields.flatMap(({ name, value }) => [name, toText(value)])
      return HashValue.ofListpack(this.#shapes, Listpack.from(texts), 2)
    }
    // Of fields with the same deadline those that came last are first, as if they had been added one by one.
    const volatile = fields.filter(({ deadlineMillis }) => deadlineMillis !== undefined).toReversed()
    volatile.sort((a, b) => (a.deadlineMillis ?? 0) - (b.deadlineMillis ?? 0))
    const lasting = fields.filter(({ deadlineMillis }) => deadlineMillis === undefined)
    const texts = [volatile, lasting].flat().flatMap(({ deadlineMillis, name, value }) => [
      name,
      toText(value),
      String(deadlineMillis ?? 0)
    ])
    return HashValue.ofListpack(this.#shapes, Listpack.from(texts), 3)
  }
}

interface Field {
  readonly name: string
  readonly value: ByteString
  readonly deadlineMillis: number | undefined
}

/** More than the entries of a field take beside its texts. */
const maxEntryBytes = 40
