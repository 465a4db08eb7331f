/**
 * Measures how long commands take without asking the clock for each: a run of the same command of constant cost is measured as a whole and shared out evenly.
 *
 * Calls and total times are exact. What a histogram of latencies loses is the difference between neighbouring calls of one O(1) command in one batch.
 */
import { Histogram } from "../data/Histogram.ts"
import type { CommandStats } from "../services/ServerStats.ts"

export class Stopwatch {
  readonly #now: () => number
  readonly #tracksLatency: () => boolean
  #running: CommandStats | undefined = undefined
  #calls = 0
  #startedAt = 0

  /** `now` answers nanoseconds of a monotonic clock. */
  constructor(now: () => number, tracksLatency: () => boolean) {
    this.#now = now
    this.#tracksLatency = tracksLatency
  }

  /** A call begins, and ends what was running. */
  start(stats: CommandStats, isConstant: boolean): void {
    if (isConstant && stats === this.#running) {
      this.#calls++
      return
    }
    const now = this.#now()
    if (this.#running !== undefined) this.#settle(this.#running, now)
    this.#running = stats
    this.#calls = 1
    this.#startedAt = now
  }

  stop(): void {
    if (this.#running === undefined) return
    this.#settle(this.#running, this.#now())
    this.#running = undefined
  }

  #settle(stats: CommandStats, now: number): void {
    const nanos = now - this.#startedAt
    stats.calls += this.#calls
    stats.nanos += nanos
    if (!this.#tracksLatency()) return
    const histogram = stats.latency ??= new Histogram()
    histogram.record(nanos / this.#calls, this.#calls)
  }
}
