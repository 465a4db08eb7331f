import { assert, describe, it } from "@effect/vitest"
import { scoreOrder } from "../../src/data/ScoreOrder.ts"
import { makeSeededRandom } from "../support/random.ts"

/** The order by plain comparison. */
const expected = (scores: Float64Array, members: ReadonlyArray<string>): Uint32Array =>
  Uint32Array.from(scores, (_, index) => index)
    .sort((a, b) => scores[a]! - scores[b]! || (members[a]! < members[b]! ? -1 : 1))

describe("scoreOrder", () => {
  for (
    const [name, score] of [
      ["fractions of both signs", (x: number) => x * 1e9 - 5e8],
      ["few whole numbers", (x: number) => Math.floor(x * 5) - 2],
      ["one score", () => 1],
      ["zeros of both signs", (x: number) => x < 0.5 ? -0 : 0],
      ["numbers of all sizes", (x: number) => (x < 0.5 ? -1 : 1) * 10 ** (x * 600 - 300)],
      ["infinities among numbers", (x: number) => x < 0.1 ? -Infinity : x > 0.9 ? Infinity : x]
    ] as const
  ) {
    it(`sorts few and many entries by score and member: ${name}`, () => {
      const random = makeSeededRandom(1)
      for (const size of [0, 1, 2, 100, 20_000]) {
        const scores = Float64Array.from({ length: size }, () => score(random.next()))
        const members = Array.from({ length: size }, (_, index) => `${random.bytes(2)}${index}`)
        assert.deepStrictEqual(scoreOrder(scores, members), expected(scores, members))
      }
    })
  }

  it("leaves what is in order as it is, and sees a single entry that is not", () => {
    const members = Array.from({ length: 5000 }, (_, index) => String(index).padStart(4, "0"))
    const scores = Float64Array.from(members, (_, index) => index >> 3)
    assert.deepStrictEqual(scoreOrder(scores, members), Uint32Array.from(members, (_, index) => index))
    const [first, second] = [members[16]!, members[17]!]
    members[16] = second
    members[17] = first
    assert.deepStrictEqual(Array.from(scoreOrder(scores, members).subarray(15, 19)), [15, 17, 16, 18])
  })
})
