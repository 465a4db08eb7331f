/**
 * Where an element belongs in a HyperLogLog: the one register that it can raise, and to what.
 *
 * The hash is MurmurHash64A. It is public and without a secret, as it is part of the format: values of two servers can only be merged if both hash alike.
 * Its 64 bits are two halves of 32 here, since a BigInt would cost more than all the rest.
 */

/** The number of the register, times 64, plus what it has to be at least: the place of the lowest one among the hash's other bits, from 1 to 51. */
export const placeOf = (element: string): number => {
  const { length } = element
  let high = timesHigh(0, length)
  let low = timesLow(length) ^ seed
  const tail = length & 7
  const end = length - tail
  for (let i = 0; i < end; i += 8) {
    let k = bytesAt(element, i)
    let kHigh = bytesAt(element, i + 4)
    kHigh = timesHigh(kHigh, k)
    k = timesLow(k)
    k ^= kHigh >>> 15
    high ^= timesHigh(kHigh, k)
    low ^= timesLow(k)
    high = timesHigh(high, low)
    low = timesLow(low)
  }
  if (tail > 0) {
    for (let i = 0; i < tail; i++) {
      const byte = element.charCodeAt(end + i)
      if (i < 4) low ^= byte << 8 * i
      else high ^= byte << 8 * (i - 4)
    }
    high = timesHigh(high, low)
    low = timesLow(low)
  }
  low ^= high >>> 15
  high = timesHigh(high, low)
  low = timesLow(low)
  low ^= high >>> 15
  return (low & registerMask) << 6 | rankOf(low, high)
}

/** One more than the number of zeros from bit 14 of the hash upwards; a one is put behind the last bit, so that they end. */
const rankOf = (low: number, high: number): number => {
  const restLow = low >>> registerBits | high << 32 - registerBits
  if (restLow !== 0) return trailingZeros(restLow) + 1
  return 32 + trailingZeros(high >>> registerBits | 1 << 32 - registerBits) + 1
}

const trailingZeros = (word: number): number => 31 - Math.clz32(word & -word)

const bytesAt = (text: string, i: number): number =>
  text.charCodeAt(i) | text.charCodeAt(i + 1) << 8 | text.charCodeAt(i + 2) << 16 | text.charCodeAt(i + 3) << 24

/** The lower half of a number times the multiplier. */
const timesLow = (low: number): number => Math.imul(low, multiplierLow)

/** The upper half of a number times the multiplier. The halves of the lower one are multiplied apart: no sum exceeds 32 bits. */
const timesHigh = (high: number, low: number): number => {
  const a0 = low & 0xffff
  const a1 = low >>> 16
  const middle = Math.imul(a1, 0xe995) + (Math.imul(a0, 0xe995) >>> 16) >>> 0
  const carry = Math.imul(a1, 0x5bd1) + (middle >>> 16) + ((middle & 0xffff) + Math.imul(a0, 0x5bd1) >>> 16)
  return carry + Math.imul(high, multiplierLow) + Math.imul(low, multiplierHigh) | 0
}

const multiplierHigh = 0xc6a4a793
const multiplierLow = 0x5bd1e995
const seed = 0xadc83b19

const registerBits = 14
const registerMask = (1 << registerBits) - 1
