/**
 * The hash of a key: HalfSipHash-1-3, 32 bits, keyed by 64 secret bits.
 *
 * A keyed pseudo-random function and not merely a fast mixer, because clients choose the keys: with a public function, or one whose collisions do not
 * depend on the secret, anybody could fill one bucket of the dictionary and turn every lookup into a walk. It reads four bytes per step and uses 32-bit
 * arithmetic only, which is what JavaScript does well.
 *
 * It does not choose its secret: who creates a hasher draws the two numbers from a good source, once per process.
 *
 * Source: J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF" (2012), in its 32-bit variant.
 */
export class KeyHasher {
  readonly #secret0: number
  readonly #secret1: number

  /** Two secret 32-bit numbers; equal secrets give equal hashes, which is what tests use. */
  constructor(secret0: number, secret1: number) {
    this.#secret0 = secret0 | 0
    this.#secret1 = secret1 | 0
  }

  /** The hash of the bytes from `start` up to, not including, `end`: a signed 32-bit integer. The range must lie within `buffer`. */
  bytes(buffer: Uint8Array, start: number, end: number): number {
    let v0 = this.#secret0
    let v1 = this.#secret1
    let v2 = initial2 ^ v0
    let v3 = initial3 ^ v1
    let at = start
    const wordsEnd = end - ((end - start) & 3)
    for (; at < wordsEnd; at += 4) {
      const word = buffer[at]! | buffer[at + 1]! << 8 | buffer[at + 2]! << 16 | buffer[at + 3]! << 24
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = (v1 << 5 | v1 >>> 27) ^ v0
      v0 = v0 << 16 | v0 >>> 16
      v2 = (v2 + v3) | 0
      v3 = (v3 << 8 | v3 >>> 24) ^ v2
      v0 = (v0 + v3) | 0
      v3 = (v3 << 7 | v3 >>> 25) ^ v0
      v2 = (v2 + v1) | 0
      v1 = (v1 << 13 | v1 >>> 19) ^ v2
      v2 = v2 << 16 | v2 >>> 16
      v0 ^= word
    }
    let last = (end - start) << 24
    if (at < end) last |= buffer[at]!
    if (at + 1 < end) last |= buffer[at + 1]! << 8
    if (at + 2 < end) last |= buffer[at + 2]! << 16
    return finish(v0, v1, v2, v3, last)
  }

  /** The hash of a latin1 string: the same as that of its bytes. */
  text(text: string): number {
    let v0 = this.#secret0
    let v1 = this.#secret1
    let v2 = initial2 ^ v0
    let v3 = initial3 ^ v1
    let at = 0
    const end = text.length
    const wordsEnd = end - (end & 3)
    for (; at < wordsEnd; at += 4) {
      const word = text.charCodeAt(at) | text.charCodeAt(at + 1) << 8 | text.charCodeAt(at + 2) << 16 |
        text.charCodeAt(at + 3) << 24
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = (v1 << 5 | v1 >>> 27) ^ v0
      v0 = v0 << 16 | v0 >>> 16
      v2 = (v2 + v3) | 0
      v3 = (v3 << 8 | v3 >>> 24) ^ v2
      v0 = (v0 + v3) | 0
      v3 = (v3 << 7 | v3 >>> 25) ^ v0
      v2 = (v2 + v1) | 0
      v1 = (v1 << 13 | v1 >>> 19) ^ v2
      v2 = v2 << 16 | v2 >>> 16
      v0 ^= word
    }
    let last = end << 24
    if (at < end) last |= text.charCodeAt(at)
    if (at + 1 < end) last |= text.charCodeAt(at + 1) << 8
    if (at + 2 < end) last |= text.charCodeAt(at + 2) << 16
    return finish(v0, v1, v2, v3, last)
  }
}

const initial2 = 0x6c796765
const initial3 = 0x74656462

/**
 * The round of the last word (the bytes left over, and the length), then the three closing rounds.
 * The round itself stands three times in this file: a function could not give back four numbers without allocating.
 */
const finish = (v0: number, v1: number, v2: number, v3: number, last: number): number => {
  v3 ^= last
  for (let round = 0; round < 4; round++) {
    v0 = (v0 + v1) | 0
    v1 = (v1 << 5 | v1 >>> 27) ^ v0
    v0 = v0 << 16 | v0 >>> 16
    v2 = (v2 + v3) | 0
    v3 = (v3 << 8 | v3 >>> 24) ^ v2
    v0 = (v0 + v3) | 0
    v3 = (v3 << 7 | v3 >>> 25) ^ v0
    v2 = (v2 + v1) | 0
    v1 = (v1 << 13 | v1 >>> 19) ^ v2
    v2 = v2 << 16 | v2 >>> 16
    if (round === 0) {
      v0 ^= last
      v2 ^= 0xff
    }
  }
  return v1 ^ v3
}
