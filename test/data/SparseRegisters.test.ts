import { assert, describe, it } from "@effect/vitest"
import { toText } from "../../src/data/ByteString.ts"
import { SparseRegisters } from "../../src/data/SparseRegisters.ts"
import { makeSeededRandom } from "../support/random.ts"

const empty = `${"\0".repeat(16)}\x7f\xff`

const ranksOf = (sparse: SparseRegisters): ReadonlyArray<number> => {
  const ranks = new Uint8Array(16384)
  assert.isTrue(sparse.mergeInto(ranks))
  return [...ranks]
}

describe("SparseRegisters", () => {
  it("behaves as an array of registers that only rise", () => {
    for (
      const [spread, ranks, count] of [[16384, 32, 3000], [40, 4, 300], [300, 2, 1000], [16384, 1, 20_000]] as const
    ) {
      const random = makeSeededRandom(spread)
      const sparse = new SparseRegisters(empty)
      const model = Array<number>(16384).fill(0)
      for (let i = 0; i < count; i++) {
        const register = random.integer(spread)
        const rank = 1 + random.integer(ranks)
        const isHigher = rank > model[register]!
        assert.strictEqual(sparse.raise(register, rank, 100_000), isHigher ? "raised" : "kept")
        if (isHigher) model[register] = rank
        if (i % 100 === 0) assert.deepStrictEqual(ranksOf(sparse), model)
      }
      assert.deepStrictEqual(ranksOf(sparse), model)
      const histogram = new Int32Array(64)
      assert.isTrue(sparse.addTo(histogram))
      assert.deepStrictEqual(
        [...histogram.subarray(0, 3)],
        [0, 1, 2].map((rank) => model.filter((r) => r === rank).length)
      )
    }
  })

  it("joins neighbours that are equal into runs of up to four", () => {
    const sparse = new SparseRegisters(empty)
    for (const register of [10, 12, 11, 13, 14, 9]) sparse.raise(register, 5, 100)
    const runs: Array<string> = []
    sparse.forEachRun((run, value) => runs.push(`${value}x${run}`))
    assert.deepStrictEqual(runs, ["0x9", "5x1", "5x4", "5x1", "0x16369"])
  })

  it("refuses what runs cannot say, and what takes too many bytes, and stays as it was", () => {
    const sparse = new SparseRegisters(empty)
    assert.strictEqual(sparse.raise(5, 33, 100), "full")
    assert.strictEqual(sparse.raise(500, 1, 20), "full")
    assert.strictEqual(toText(sparse.toBytes()), empty)
    // A run of one and one of two bytes take the place of one of two.
    assert.strictEqual(sparse.raise(0, 32, 19), "raised")
    assert.strictEqual(sparse.raise(0, 32, 0), "kept")
  })
})
