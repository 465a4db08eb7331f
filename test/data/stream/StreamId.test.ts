import { assert, describe, it } from "@effect/vitest"
import type { Int64 } from "../../../src/data/Int64.ts"
import * as StreamId from "../../../src/data/stream/StreamId.ts"
import { makeSeededRandom, type SeededRandom } from "../../support/random.ts"

const maxPart = 2n ** 64n - 1n

const parts: ReadonlyArray<Int64> = [
  0,
  1,
  255,
  256,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER - 1,
  Number.MAX_SAFE_INTEGER,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  maxPart - 1n,
  maxPart
]

const anyId = (random: SeededRandom): StreamId.StreamId => ({ ms: random.pick(parts), seq: random.pick(parts) })

const whole = ({ ms, seq }: StreamId.StreamId): bigint => BigInt(ms) * 2n ** 64n + BigInt(seq)

describe("a stream id", () => {
  const texts: ReadonlyArray<readonly [text: string, id: StreamId.StreamId | undefined]> = [
    ["1-2", { ms: 1, seq: 2 }],
    ["1", { ms: 1, seq: 7 }],
    ["0-0", StreamId.zero],
    ["18446744073709551615-18446744073709551615", StreamId.max],
    ["9007199254740992-9007199254740991", { ms: 2n ** 53n, seq: Number.MAX_SAFE_INTEGER }],
    ["18446744073709551616-0", undefined],
    ["007-+1", { ms: 7, seq: 1 }],
    ["1-2\0rest", { ms: 1, seq: 2 }],
    ["", undefined],
    ["-", undefined],
    ["+", undefined],
    ["-1", undefined],
    ["1-", undefined],
    ["1-2-3", undefined],
    ["1-*", undefined],
    ["a-1", undefined],
    ["1.5-0", undefined],
    [`${"0".repeat(126)}1`, { ms: 1, seq: 7 }],
    [`${"0".repeat(127)}1`, undefined]
  ]
  it("is read as Redis reads it", () => {
    for (const [text, id] of texts) assert.deepStrictEqual(StreamId.parse(text, 7), id, text)
  })

  it("may be - or + where an interval ends, and begins or ends a millisecond", () => {
    assert.deepStrictEqual(StreamId.parseBound("-", true), StreamId.zero)
    assert.deepStrictEqual(StreamId.parseBound("+", false), StreamId.max)
    assert.deepStrictEqual(StreamId.parseBound("5", false), { ms: 5, seq: 0 })
    assert.deepStrictEqual(StreamId.parseBound("5", true), { ms: 5, seq: maxPart })
    assert.deepStrictEqual(StreamId.parseBound("5-1", true), { ms: 5, seq: 1 })
    assert.strictEqual(StreamId.parseBound("x", true), undefined)
  })

  it("compares as its keys do, and comes back from its text and its key", () => {
    const random = makeSeededRandom(1)
    for (let i = 0; i < 2000; i++) {
      const a = anyId(random)
      const b = random.chance(0.1) ? { ...a } : anyId(random)
      const order = Math.sign(StreamId.compare(a, b))
      assert.strictEqual(order, whole(a) < whole(b) ? -1 : whole(a) > whole(b) ? 1 : 0)
      const [first, second] = [StreamId.toKey(a), StreamId.toKey(b)]
      assert.strictEqual(order, first < second ? -1 : first > second ? 1 : 0)
      assert.strictEqual(StreamId.equal(a, b), order === 0)
      assert.strictEqual(first.length, 16)
      assert.deepStrictEqual(StreamId.ofKey(first), a)
      assert.deepStrictEqual(StreamId.parse(StreamId.format(a)), a)
    }
  })

  it("has neighbours, but none beyond the ends", () => {
    const ofWhole = (value: bigint): string => `${value >> 64n}-${value & maxPart}`
    for (const ms of parts) {
      for (const seq of parts) {
        const id = { ms, seq }
        const next = StreamId.successor(id)
        const previous = StreamId.predecessor(id)
        if (next === undefined) assert.deepStrictEqual(id, StreamId.max)
        else assert.strictEqual(StreamId.format(next), ofWhole(whole(id) + 1n))
        if (previous === undefined) assert.deepStrictEqual(id, StreamId.zero)
        else assert.strictEqual(StreamId.format(previous), ofWhole(whole(id) - 1n))
      }
    }
  })

  it("is found again by its distance from another one", () => {
    const random = makeSeededRandom(2)
    for (let i = 0; i < 1000; i++) {
      const [from, to] = [anyId(random), anyId(random)]
      const { ms, seq } = StreamId.delta(from, to)
      assert.isTrue(ms >= -(2n ** 63n) && ms < 2n ** 63n)
      assert.deepStrictEqual(StreamId.add(from, ms, seq), to)
    }
  })
})
