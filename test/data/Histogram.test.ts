import { assert, describe, it } from "@effect/vitest"
import { Histogram } from "../../src/data/Histogram.ts"
import { makeSeededRandom } from "../support/random.ts"

const of = (...nanos: ReadonlyArray<number>): Histogram => {
  const histogram = new Histogram()
  for (const each of nanos) histogram.record(each)
  return histogram
}

describe("Histogram", () => {
  it("answers the highest duration of a bucket, as latencystats of the reference does", () => {
    const table: ReadonlyArray<readonly [number, number]> = [
      [1, 1],
      [255, 255],
      [256, 257],
      [511, 511],
      [512, 515],
      [1000, 1003],
      [1023, 1023],
      [1024, 1031],
      [1_000_000, 1_003_519],
      [1_000_000_000, 1_002_438_655]
    ]
    for (const [nanos, printed] of table) {
      for (const percentile of [50, 99, 99.9, 100]) {
        assert.strictEqual(of(nanos).valueAtPercentile(percentile), printed, String(nanos))
      }
    }
    assert.strictEqual((of(1000).valueAtPercentile(50) / 1000).toFixed(3), "1.003")
  })

  it("takes durations out of range for the nearest in range", () => {
    assert.strictEqual(of(0).valueAtPercentile(50), 1)
    assert.strictEqual(of(-5).valueAtPercentile(50), 1)
    assert.strictEqual(of(0.5).valueAtPercentile(50), 1)
    assert.strictEqual(of(1e12).valueAtPercentile(50), of(1e9).valueAtPercentile(50))
  })

  it("is empty at first and after a reset", () => {
    const histogram = of()
    assert.strictEqual(histogram.count, 0)
    assert.strictEqual(histogram.valueAtPercentile(50), 0)
    histogram.record(10)
    histogram.reset()
    assert.strictEqual(histogram.count, 0)
    assert.strictEqual(histogram.valueAtPercentile(99), 0)
  })

  it("finds percentiles within one per cent of the sorted values", () => {
    const random = makeSeededRandom(5)
    for (let round = 0; round < 50; round++) {
      const values = Array.from({ length: 1 + random.integer(300) }, () => Math.floor(10 ** (random.next() * 9)))
      const histogram = of(...values)
      assert.strictEqual(histogram.count, values.length)
      values.sort((a, b) => a - b)
      for (const percentile of [1, 10, 50, 90, 99, 99.9, 100]) {
        const rank = Math.max(1, Math.floor(percentile / 100 * values.length + 0.5))
        const exact = values[rank - 1] ?? 0
        const found = histogram.valueAtPercentile(percentile)
        assert.isTrue(found >= exact && found <= exact * 1.01, `${exact} ${found}`)
      }
      assert.isAtMost(histogram.valueAtPercentile(0), values[0] ?? 0)
    }
  })
})
