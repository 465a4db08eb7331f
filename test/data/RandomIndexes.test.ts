import { assert, describe, it } from "@effect/vitest"
import { differentIndexes, randomIndex } from "../../src/data/RandomIndexes.ts"
import { makeSeededRandom } from "../support/random.ts"

describe("RandomIndexes", () => {
  it("chooses different indexes, each of them equally often", () => {
    const { next } = makeSeededRandom(4)
    const chosen = new Array<number>(10).fill(0)
    for (let round = 0; round < 10_000; round++) {
      const indexes = differentIndexes(3, 10, next)
      assert.strictEqual(indexes.size, 3)
      for (const index of indexes) chosen[index] = chosen[index]! + 1
    }
    // 3000 are expected each; five standard deviations are 230.
    for (const count of chosen) assert.closeTo(count, 3000, 230)
  })

  it("chooses all where all are wanted, and none where none are", () => {
    const { next } = makeSeededRandom(4)
    assert.deepStrictEqual([...differentIndexes(5, 5, next)].sort(), [0, 1, 2, 3, 4])
    assert.strictEqual(differentIndexes(0, 5, next).size, 0)
  })

  it("stays below the size, also where chance is nearly 1", () => {
    assert.strictEqual(randomIndex(7, () => 1 - 2 ** -53), 6)
    assert.strictEqual(randomIndex(7, () => 0), 0)
  })
})
