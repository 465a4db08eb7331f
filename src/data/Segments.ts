/**
 * One column of a table, in segments, so that nothing large is ever moved; and a copy of it shares every segment that neither has changed since.
 *
 * Whoever changes a segment asks for it by `toChange`, and gets one of its own. It doesn't know what is in a segment, or how long one is.
 */
export class Segments<A extends Segment<A>> {
  readonly #all: Array<A>
  /** Which segments a copy may be reading as well. Most tables are never copied, and have no such list. */
  #isShared: Array<boolean> | undefined

  constructor(all: Array<A>) {
    this.#all = all
  }

  get count(): number {
    return this.#all.length
  }

  /** The segment at `position`, to read. The caller knows that there is one. */
  at(position: number): A {
    return this.#all[position]!
  }

  /** The segment at `position`, to write into: it is no copy's any more. */
  toChange(position: number): A {
    if (this.#isShared?.[position] === true) this.replace(position, this.#all[position]!.slice())
    return this.#all[position]!
  }

  replace(position: number, segment: A): void {
    this.#all[position] = segment
    if (this.#isShared !== undefined) this.#isShared[position] = false
  }

  push(segment: A): void {
    this.#all.push(segment)
    this.#isShared?.push(false)
  }

  pop(): void {
    this.#all.pop()
    this.#isShared?.pop()
  }

  /** Takes a step per segment, not per element. */
  copy(): Segments<A> {
    const copy = new Segments(this.#all.slice())
    copy.#isShared = this.#all.map(() => true)
    this.#isShared = copy.#isShared.slice()
    return copy
  }
}

/** An array, typed or not. */
interface Segment<A> {
  slice(): A
}
