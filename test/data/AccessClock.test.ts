import { assert, describe, it } from "@effect/vitest"
import { accessClock, idleSeconds, lastAccess, maxAccessClock } from "../../src/data/AccessClock.ts"

describe("AccessClock", () => {
  it("counts whole seconds in 24 bits", () => {
    assert.strictEqual(accessClock(1_999), 1)
    assert.strictEqual(accessClock((2 ** 24 + 5) * 1000), 5)
    assert.strictEqual(accessClock(1_795_381_686_919), 1_795_381_686 % 2 ** 24)
    // The year 2039, when seconds no longer fit into 31 bits.
    assert.strictEqual(accessClock(2_200_000_000_000), 2_200_000_000 % 2 ** 24)
  })

  it("tells how long ago the last access was, also across the turn of the clock", () => {
    assert.strictEqual(idleSeconds(100, 40), 60)
    assert.strictEqual(idleSeconds(7, 7), 0)
    assert.strictEqual(idleSeconds(10, maxAccessClock - 5), 15)
  })
  it("tells what it read so long ago", () => {
    assert.strictEqual(lastAccess(100, 60), 40)
    assert.strictEqual(lastAccess(7, 0), 7)
    for (const seconds of [0, 1, 10, 11, 1000, maxAccessClock - 1]) {
      assert.strictEqual(idleSeconds(10, lastAccess(10, seconds)), seconds)
    }
    assert.isAtMost(lastAccess(10, 2 ** 62), maxAccessClock)
  })
})
