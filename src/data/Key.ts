/**
 * A key as a command's argument brings it: bytes of the request, or a text, with the hash computed once.
 *
 * Most keys are only looked up, so a key stays a range of the request's chunk until somebody needs its text. It is good for the time of its command:
 * the range says nothing more once the chunk's bytes are reused. What is stored is `text`, never the key.
 */
import type { KeyHasher } from "./KeyHasher.ts"

export class Key {
  /** The chunk that holds the bytes, `undefined` where the key was made from a text. */
  readonly source: Buffer | undefined
  readonly start: number
  /** One past the last byte. */
  readonly end: number
  /** A signed 32-bit integer, from the hasher of the dictionaries this key is looked up in. */
  readonly hash: number
  #text: string | undefined

  private constructor(source: Buffer | undefined, start: number, end: number, hash: number, text: string | undefined) {
    this.source = source
    this.start = start
    this.end = end
    this.hash = hash
    this.#text = text
  }

  /** The key whose bytes are those of `source` from `start` up to, not including, `end`. The range must lie within `source`. */
  static ofBytes(hasher: KeyHasher, source: Buffer, start: number, end: number): Key {
    return new Key(source, start, end, hasher.bytes(source, start, end), undefined)
  }

  /** As `ofBytes`, where the hash is known already. */
  static ofHashedBytes(hash: number, source: Buffer, start: number, end: number): Key {
    return new Key(source, start, end, hash, undefined)
  }

  /** The key that is this latin1 string. The string is what gets stored, so it must not be a slice that keeps a larger one alive. */
  static ofText(hasher: KeyHasher, text: string): Key {
    return new Key(undefined, 0, text.length, hasher.text(text), text)
  }

  /** The same key for as long as anybody wants it: independent of the chunk. */
  copy(): Key {
    return new Key(undefined, 0, this.length, this.hash, this.text)
  }

  /** The number of bytes. */
  get length(): number {
    return this.end - this.start
  }

  /** The key as a latin1 string of its own, which keeps nothing else alive; made at the first call. */
  get text(): string {
    return this.#text ??= this.source!.latin1Slice(this.start, this.end)
  }
}
