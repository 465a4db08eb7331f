/**
 * Finds what belongs to a name, be it of a command or of a subcommand, straight from the bytes of a request: in any case, and without making a string.
 *
 * An open-addressing table at most half full. Names are added, never removed: who hides a command leaves it out.
 */
import { hashOfWord, type Request } from "./Request.ts"

export class CommandNameTable<T> {
  /** Names in upper case, `undefined` where a place is free; a power of two of them. */
  #names: Array<string | undefined> = emptyPlaces(16)
  #entries: Array<T | undefined> = emptyPlaces(16)
  #size = 0
  #longestName = 0

  /** Adds `entry` under `name`, or puts it in the place of what had this name. */
  add(name: string, entry: T): void {
    const upperCaseName = name.toUpperCase()
    let place = this.#placeOf(upperCaseName)
    if (this.#names[place] === undefined) {
      if (2 * (this.#size + 1) > this.#names.length) {
        this.#grow()
        place = this.#placeOf(upperCaseName)
      }
      this.#size++
      this.#longestName = Math.max(this.#longestName, upperCaseName.length)
    }
    this.#names[place] = upperCaseName
    this.#entries[place] = entry
  }

  /** What was added under the name that argument `i` is; `i` is 0 for a command, 1 for a subcommand. */
  find(request: Request, i = 0): T | undefined {
    // Also keeps a huge argument from being hashed.
    if (request.byteLength(i) > this.#longestName) return undefined
    const mask = this.#names.length - 1
    for (let place = request.hashIgnoreCase(i) & mask;; place = (place + 1) & mask) {
      const name = this.#names[place]
      if (name === undefined) return undefined
      if (request.equalsIgnoreCase(i, name)) return this.#entries[place]
    }
  }

  /** What was added under this name, in any case. */
  get(name: string): T | undefined {
    return this.#entries[this.#placeOf(name.toUpperCase())]
  }

  /** Where the name is, or the free place where it would be. */
  #placeOf(upperCaseName: string): number {
    const mask = this.#names.length - 1
    let place = hashOfWord(upperCaseName) & mask
    for (;;) {
      const name = this.#names[place]
      if (name === undefined || name === upperCaseName) return place
      place = (place + 1) & mask
    }
  }

  #grow(): void {
    const names = this.#names
    const entries = this.#entries
    this.#names = emptyPlaces(2 * names.length)
    this.#entries = emptyPlaces(2 * names.length)
    for (const [index, name] of names.entries()) {
      if (name === undefined) continue
      const place = this.#placeOf(name)
      this.#names[place] = name
      this.#entries[place] = entries[index]
    }
  }
}

const emptyPlaces = <A>(length: number): Array<A | undefined> => Array.from({ length }, () => undefined)
