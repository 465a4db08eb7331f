/**
 * A histogram of durations from 1 nanosecond to 1 second with two significant digits, for INFO's latencystats.
 *
 * The buckets are those of HdrHistogram (Gil Tene) for this range, as the reference server uses them, so that printed
 * percentiles are the same: 128 steps for each power of two from 256 on, steps of one below.
 */
export class Histogram {
  // 24 KiB, made at the first value: most commands are never called.
  #counts: Float64Array | undefined
  #count = 0

  /** The number of recorded values. */
  get count(): number {
    return this.#count
  }

  /** Counts a duration in nanoseconds, `times` times; shorter than 1 counts as 1, longer than a second as a second. */
  record(nanos: number, times = 1): void {
    const counts = this.#counts ??= new Float64Array(slotCount)
    counts[slotOf(nanos > maxNanos ? maxNanos : nanos >= 1 ? nanos : 1)]! += times
    this.#count += times
  }

  /**
   * The duration that `percentile` per cent of the values do not exceed, in nanoseconds: the highest of its bucket.
   * 0 while nothing is recorded; the percentile 0 answers the lowest duration of the first bucket in use.
   */
  valueAtPercentile(percentile: number): number {
    const counts = this.#counts
    if (counts === undefined) return 0
    const wanted = Math.max(1, Math.trunc((Math.min(percentile, 100) / 100) * this.#count + 0.5))
    let seen = 0
    for (let slot = 0; slot < slotCount; slot++) {
      seen += counts[slot]!
      if (seen >= wanted) return percentile === 0 ? lowestOf(slot) : lowestOf(slot + 1) - 1
    }
    return 0
  }

  /** Forgets all values. */
  reset(): void {
    this.#counts = undefined
    this.#count = 0
  }
}

const maxNanos = 1_000_000_000
const stepBits = 7
const steps = 1 << stepBits
// Two times 128 values counted one by one, and 128 more for each of the 22 doublings that lead past a second.
const slotCount = 24 * steps

const slotOf = (nanos: number): number => {
  const doublings = Math.max(0, 31 - Math.clz32(nanos) - stepBits)
  return doublings * steps + (nanos >>> doublings)
}

const lowestOf = (slot: number): number => {
  const doublings = Math.max(0, (slot >>> stepBits) - 1)
  return (slot - doublings * steps) * 2 ** doublings
}
