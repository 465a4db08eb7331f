import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { commonLength, longestCommonSubsequence, tableBytes } from "../../src/data/LongestCommonSubsequence.ts"
import { makeSeededRandom } from "../support/random.ts"

const isSubsequence = (part: string, whole: string): boolean => {
  let at = 0
  for (const character of whole) if (character === part[at]) at++
  return at === part.length
}

// The plain definition, without a table.
const naiveLength = (a: string, b: string): number => {
  if (a === "" || b === "") return 0
  if (a[0] === b[0]) return 1 + naiveLength(a.slice(1), b.slice(1))
  return Math.max(naiveLength(a.slice(1), b), naiveLength(a, b.slice(1)))
}

describe("longestCommonSubsequence", () => {
  it("finds the text and the ranges that LCS of the reference shows in its documentation", () => {
    const { bytes, ranges } = longestCommonSubsequence("ohmytext", "mynewtext")
    assert.strictEqual(bytes, "mytext")
    assert.deepStrictEqual(ranges, [
      { aStart: 4, aEnd: 7, bStart: 5, bEnd: 8, length: 4 },
      { aStart: 2, aEnd: 3, bStart: 0, bEnd: 1, length: 2 }
    ])
  })

  it("takes the same one of several longest ones as the reference", () => {
    assert.strictEqual(longestCommonSubsequence("ab", "ba").bytes, "b")
    assert.deepStrictEqual(longestCommonSubsequence("abab", "baba").ranges, [
      { aStart: 1, aEnd: 3, bStart: 0, bEnd: 2, length: 3 }
    ])
  })

  it("has nothing in common with an empty string", () => {
    assert.deepStrictEqual(longestCommonSubsequence("", "abc"), { bytes: "", ranges: [] })
    assert.deepStrictEqual(longestCommonSubsequence("abc", ""), { bytes: "", ranges: [] })
    assert.strictEqual(commonLength("abc", ""), 0)
    assert.strictEqual(commonLength("", ""), 0)
  })

  it("compares bytes, in strings and Buffers alike", () => {
    const a = Buffer.from("x\xffy\0", "latin1")
    assert.strictEqual(longestCommonSubsequence(a, "\xff\0").bytes, "\xff\0")
    assert.strictEqual(commonLength("\xff\0", a), 2)
  })

  it("answers a common subsequence of the greatest length, and ranges that spell it", () => {
    const random = makeSeededRandom(6)
    for (let i = 0; i < 300; i++) {
      const any = (): string => Array.from({ length: random.integer(9) }, () => random.pick(["a", "b", "c"])).join("")
      const [a, b] = [any(), any()]
      const { bytes, ranges } = longestCommonSubsequence(a, b)
      const text = String(bytes)
      assert.strictEqual(text.length, naiveLength(a, b), `${a} ${b}`)
      assert.strictEqual(commonLength(a, b), text.length)
      assert.isTrue(isSubsequence(text, a) && isSubsequence(text, b))
      const inOrder = ranges.toReversed()
      assert.strictEqual(inOrder.map((range) => a.slice(range.aStart, range.aEnd + 1)).join(""), text)
      assert.strictEqual(inOrder.map((range) => b.slice(range.bStart, range.bEnd + 1)).join(""), text)
      for (const range of ranges) assert.strictEqual(range.length, range.bEnd - range.bStart + 1)
    }
  })

  it("counts four bytes for each cell of its table", () => {
    assert.strictEqual(tableBytes(0, 0), 4)
    assert.strictEqual(tableBytes(3, 4), 80)
    assert.strictEqual(tableBytes(2 ** 20, 2 ** 20), 4 * (2 ** 20 + 1) ** 2)
  })
})
