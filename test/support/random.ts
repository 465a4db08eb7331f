/**
 * Randomness for tests that can be repeated: the same seed gives the same sequence on every machine.
 *
 * Not for cryptography, and not for the engine, which takes its randomness from Effect's Random.
 */
export interface SeededRandom {
  readonly seed: number
  /** At least 0, below 1. */
  readonly next: () => number
  /** An integer from 0 up to, but without, `below`. */
  readonly integer: (below: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(list: ReadonlyArray<A>) => A
  /** A latin1 string of `length` bytes, each of the 256 values equally likely. */
  readonly bytes: (length: number) => string
}

export const makeSeededRandom = (seed: number): SeededRandom => {
  // The generator is "mulberry32": 32 bits of state, good enough to choose test inputs.
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const integer = (below: number): number => Math.floor(next() * below)
  return {
    seed,
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new Error("cannot pick from an empty list")
      // The cast holds because the index is inside a list that is not empty.
      return list[integer(list.length)] as (typeof list)[number]
    },
    bytes: (length) => {
      const codes = new Uint8Array(length)
      for (let index = 0; index < length; index++) codes[index] = integer(256)
      return Buffer.from(codes).toString("latin1")
    }
  }
}
