/**
 * Hashes whose fields come one after the other, with deadlines or without.
 */
import { latestDeadlineMillis } from "../../data/HashValue.ts"
import type { Value } from "../../data/Value.ts"
import { HashBuilder } from "./HashBuilder.ts"
import { ValueType } from "./RdbFormat.ts"
import type { RdbSource } from "./RdbSource.ts"
import { type DecoderOptions, noElements, type ValueDecoder } from "./ValueDecoder.ts"

export class HashDecoder implements ValueDecoder {
  readonly #type: number
  readonly #options: DecoderOptions
  /** What the deadlines count from, so that they are short. */
  #soonestMillis = 0
  /** `undefined` until the number of fields is known. */
  #hash: HashBuilder | undefined
  /** Fields that are still to come. */
  #left = 0

  /** For a hash of one of three types. */
  constructor(type: number, options: DecoderOptions) {
    this.#type = type
    this.#options = options
  }

  read(source: RdbSource): Value | typeof noElements | undefined {
    const hasDeadlines = this.#type !== ValueType.hash
    let hash = this.#hash
    if (hash === undefined) {
      if (this.#type === ValueType.hashExpiry) this.#soonestMillis = source.millis()
      const count = source.length()
      if (source.isStopped) return undefined
      if (count === 0) return noElements
      hash = this.#hash = new HashBuilder(this.#options.shapes, count, hasDeadlines, this.#options.sanitizes)
      this.#left = count
      source.commit()
    }
    for (; this.#left > 0; this.#left--) {
      const delay = hasDeadlines ? source.length() : 0
      const field = source.text()
      const value = source.bytes()
      if (source.isStopped) return undefined
      const deadlineMillis = delay === 0 ? undefined : this.#deadlineMillis(delay)
      if (deadlineMillis !== undefined && !(deadlineMillis > 0 && deadlineMillis <= latestDeadlineMillis)) {
        source.fail("the deadline of a field is out of range")
      } else if (!hash.add(field, value, deadlineMillis)) {
        source.fail("a hash has a field twice")
      }
      if (source.isStopped) return undefined
      source.commit()
    }
    const value = hash.finish()
    if (value === undefined) source.fail("a hash is damaged")
    return value
  }

  #deadlineMillis(delay: number): number {
    // One more than the time between them, because 0 says that there is none.
    return this.#type === ValueType.hashExpiry ? this.#soonestMillis + delay - 1 : delay
  }
}
