import { assert, describe, it } from "@effect/vitest"
import { Segments } from "../../src/data/Segments.ts"

const all = (segments: Segments<Array<number>>): Array<Array<number>> =>
  Array.from({ length: segments.count }, (_, position) => segments.at(position))

describe("Segments", () => {
  it("lets nobody see what another copy changes, replaces, adds or drops", () => {
    const first = new Segments([[1], [2], [3]])
    const second = first.copy()
    const third = second.copy()
    first.toChange(0)[0] = 10
    second.toChange(0)[0] = 20
    second.replace(1, [21])
    second.push([22])
    third.pop()
    third.pop()
    third.push([30])
    third.toChange(1)[0] = 31
    assert.deepStrictEqual(all(first), [[10], [2], [3]])
    assert.deepStrictEqual(all(second), [[20], [21], [3], [22]])
    assert.deepStrictEqual(all(third), [[1], [31]])
  })

  it("copies a segment once, and only if a copy may be reading it", () => {
    const segments = new Segments([[1], [2]])
    const own = segments.at(0)
    assert.strictEqual(segments.toChange(0), own)
    const copy = segments.copy()
    const changed = segments.toChange(0)
    assert.notStrictEqual(changed, own)
    assert.strictEqual(segments.toChange(0), changed)
    assert.strictEqual(copy.at(0), own)
    assert.strictEqual(copy.at(1), segments.at(1))
  })
})
