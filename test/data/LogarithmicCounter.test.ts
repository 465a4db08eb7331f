import { assert, describe, it } from "@effect/vitest"
import { decayedCounter, increment, initialFrequency, recordAccess } from "../../src/data/LogarithmicCounter.ts"
import { makeSeededRandom } from "../support/random.ts"

const minute = 60_000

describe("LogarithmicCounter", () => {
  it("starts a key at 5, and packs minute and counter into 24 bits", () => {
    assert.strictEqual(initialFrequency(0), 5)
    assert.strictEqual(initialFrequency(3 * minute + 59_999), 3 << 8 | 5)
    assert.strictEqual(initialFrequency(65535 * minute), 0xffff05)
    assert.strictEqual(initialFrequency(65537 * minute), 1 << 8 | 5)
  })

  it("raises the counter with a chance that falls as it grows", () => {
    assert.strictEqual(increment(0, 10, 0.999), 1)
    assert.strictEqual(increment(5, 10, 0.999), 6)
    assert.strictEqual(increment(6, 10, 0.09), 7)
    assert.strictEqual(increment(6, 10, 0.091), 6)
    assert.strictEqual(increment(254, 10, 0), 255)
    assert.strictEqual(increment(255, 10, 0), 255)
    assert.strictEqual(increment(200, 0, 0.999), 201)
  })

  it("reaches what redis.conf's table says for the default factor", () => {
    const random = makeSeededRandom(4)
    const counterAfter = (hits: number): number => {
      let counter = 5
      for (let i = 0; i < hits; i++) counter = increment(counter, 10, random.next())
      return counter
    }
    // The table: 10 after 100 hits, 18 after 1000, 142 after 100,000.
    assert.closeTo(counterAfter(100), 10, 4)
    assert.closeTo(counterAfter(1000), 18, 6)
    assert.closeTo(counterAfter(100_000), 142, 20)
  })

  it("takes one off for each period since the last access, down to zero", () => {
    const frequency = 100 << 8 | 30
    assert.strictEqual(decayedCounter(frequency, 100 * minute, 1), 30)
    assert.strictEqual(decayedCounter(frequency, 110 * minute, 1), 20)
    assert.strictEqual(decayedCounter(frequency, 110 * minute, 3), 27)
    assert.strictEqual(decayedCounter(frequency, 500 * minute, 1), 0)
    assert.strictEqual(decayedCounter(frequency, 500 * minute, 0), 30)
    assert.strictEqual(decayedCounter(65530 << 8 | 30, 65540 * minute, 1), 21)
  })

  it("decays first and counts then at an access, and remembers its minute", () => {
    assert.strictEqual(recordAccess(100 << 8 | 30, 102 * minute, 1, 10, 0), 102 << 8 | 29)
    assert.strictEqual(recordAccess(100 << 8 | 30, 102 * minute, 1, 10, 0.999), 102 << 8 | 28)
  })
})
