/**
 * How often a key is used, in 24 bits: what OBJECT FREQ answers and the LFU eviction policies compare.
 *
 * Eight bits count logarithmically: the higher the counter, the less likely one more access raises it. Sixteen bits hold
 * the minute of the last access, by which the counter decays. Time and chance are handed in. Source: evict.c.
 */

/** Minute and counter in one: `minutes << 8 | counter`. */
export type Frequency = number

/** The frequency of a key that is just being created. */
export const initialFrequency = (nowMillis: number): Frequency => frequencyOf(nowMillis, initialCounter)

/** The frequency of a key whose counter stands at this now. */
export const frequencyOf = (nowMillis: number, counter: number): Frequency => minutesOf(nowMillis) << 8 | counter

/** The frequency after one more access now: decayed first, then perhaps raised. `random` is at least 0 and below 1. */
export const recordAccess = (
  frequency: Frequency,
  nowMillis: number,
  decayMinutes: number,
  logFactor: number,
  random: number
): Frequency =>
  minutesOf(nowMillis) << 8 | increment(decayedCounter(frequency, nowMillis, decayMinutes), logFactor, random)

/** The counter as it stands now, 0 to 255: one less for each `decayMinutes` since the last access; 0 turns decay off. */
export const decayedCounter = (frequency: Frequency, nowMillis: number, decayMinutes: number): number => {
  const counter = frequency & maxCounter
  if (decayMinutes === 0) return counter
  const now = minutesOf(nowMillis)
  const last = frequency >>> 8
  // The minutes come round after 45 days. Across the turn one is missing, as in Redis.
  const elapsed = now >= last ? now - last : maxMinutes - last + now
  return Math.max(0, counter - Math.floor(elapsed / decayMinutes))
}

/** The counter after one access: one more with a chance of `1 / ((counter - 5) * logFactor + 1)`, at most 255. */
export const increment = (counter: number, logFactor: number, random: number): number => {
  if (counter >= maxCounter) return maxCounter
  const base = Math.max(0, counter - initialCounter)
  return random < 1 / (base * logFactor + 1) ? counter + 1 : counter
}

/** Keys do not start at zero, so that a new one is not the first to be evicted. */
export const initialCounter = 5

const maxCounter = 255
const maxMinutes = 65535

const minutesOf = (nowMillis: number): number => Math.floor(nowMillis / 60_000) & maxMinutes
