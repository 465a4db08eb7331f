/**
 * The keys of one database that hold a hash with fields which expire, by the earliest deadline of each: what the expiry cycle looks at, and INFO counts.
 *
 * It knows neither hashes nor clocks: the database tells it what has changed.
 */
import type { KeyHasher } from "../data/KeyHasher.ts"
import { ScoredMembers } from "../data/ScoredMembers.ts"

export class VolatileHashes {
  readonly #hasher: KeyHasher
  /** There only while there are keys: most databases never have any. */
  #keys: ScoredMembers | undefined = undefined

  constructor(hasher: KeyHasher) {
    this.#hasher = hasher
  }

  get size(): number {
    return this.#keys?.size ?? 0
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#keys?.bytes ?? 0
  }

  /** The earliest deadline of all, `Infinity` where there is none. */
  get soonestDeadline(): number {
    return this.#keys?.scoreAt(0) ?? Infinity
  }

  /** The key with the earliest deadline. */
  get soonestKey(): string | undefined {
    return this.#keys?.memberAt(0)
  }

  /** The earliest deadline at `key` is now this one, `Infinity` where none is left. The text is kept. */
  set(key: string, deadlineMillis: number): void {
    if (deadlineMillis !== Infinity) {
      this.#keys ??= ScoredMembers.empty(this.#hasher)
      this.#keys.set(key, deadlineMillis)
    } else if (this.#keys !== undefined) {
      this.#keys.delete(key)
      if (this.#keys.size === 0) this.#keys = undefined
    }
  }
}
