/**
 * Sets whose members come one after the other.
 */
import { SetValue } from "../../data/SetValue.ts"
import type { RdbSource } from "./RdbSource.ts"
import { type DecoderOptions, noElements, type ValueDecoder } from "./ValueDecoder.ts"

export class SetDecoder implements ValueDecoder {
  readonly #options: DecoderOptions
  /** `undefined` until the first member shows the shape. */
  #set: SetValue | undefined
  /** Members that are still to come; below 0 while their number is. */
  #left = -1

  constructor(options: DecoderOptions) {
    this.#options = options
  }

  read(source: RdbSource): SetValue | typeof noElements | undefined {
    if (this.#left < 0) {
      const count = source.length()
      if (source.isStopped) return undefined
      this.#left = count
      source.commit()
    }
    for (; this.#left > 0; this.#left--) {
      const member = source.text()
      if (source.isStopped) return undefined
      const set = this.#set ??= this.#begin(member)
      if (!set.add(member, true)) {
        source.fail("a set has a member twice")
        return undefined
      }
      source.commit()
    }
    return this.#set ?? noElements
  }

  #begin(first: string): SetValue {
    const { shapes } = this.#options
    // Of so many Redis makes a table, also where a listpack would be allowed to be larger than an intset.
    if (this.#left > shapes.limits["set-max-intset-entries"]) return new SetValue(shapes, "hashtable")
    return SetValue.expecting(shapes, first, this.#left)
  }
}
