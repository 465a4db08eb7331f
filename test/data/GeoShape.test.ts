import { assert, describe, it } from "@effect/vitest"
import { decode, encode, type Position } from "../../src/data/Geohash.ts"
import { distance, distanceInside, type GeoShape, scoreRanges } from "../../src/data/GeoShape.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const palermo: Position = { longitude: 13.361389, latitude: 38.115556 }
const catania: Position = { longitude: 15.087269, latitude: 37.502669 }

const near = (random: SeededRandom, { latitude, longitude }: Position, degrees: number): Position => ({
  longitude: Math.max(-180, Math.min(180, longitude + (random.next() * 2 - 1) * degrees)),
  latitude: Math.max(-85, Math.min(85, latitude + (random.next() * 2 - 1) * degrees))
})

const randomShape = (random: SeededRandom): GeoShape => {
  const center = { longitude: (random.next() * 2 - 1) * 170, latitude: (random.next() * 2 - 1) * 75 }
  const unitMetres = random.pick([1, 1000, 0.3048, 1609.34])
  const length = (): number => random.next() * 10 ** (1 + random.integer(6)) / unitMetres
  return random.chance(0.5)
    ? { type: "circle", center, unitMetres, radius: length() }
    : { type: "box", center, unitMetres, width: length(), height: length() }
}

describe("GeoShape", () => {
  it("measures distances as Redis does", () => {
    assert.closeTo(distance(decode(encode(palermo)), decode(encode(catania))), 166274.1516, 1e-4)
    assert.strictEqual(distance(palermo, palermo), 0)
    assert.closeTo(distance({ longitude: 0, latitude: 0 }, { longitude: 0, latitude: 1 }), 111226.3, 0.1)
    assert.closeTo(distance({ longitude: -180, latitude: 0 }, { longitude: 180, latitude: 0 }), 0, 1e-6)
  })

  it("knows what is inside of a circle", () => {
    const circle: GeoShape = { type: "circle", center: palermo, unitMetres: 1000, radius: 166.3 }
    assert.closeTo(distanceInside(circle, catania) ?? 0, 166274, 5)
    assert.strictEqual(distanceInside({ ...circle, radius: 166.2 }, catania), undefined)
    assert.strictEqual(distanceInside({ ...circle, radius: 0 }, palermo), 0)
  })

  it("knows what is inside of a box", () => {
    const box: GeoShape = { type: "box", center: palermo, unitMetres: 1000, width: 310, height: 140 }
    assert.closeTo(distanceInside(box, catania) ?? 0, 166274, 5)
    assert.strictEqual(distanceInside({ ...box, width: 300 }, catania), undefined)
    assert.strictEqual(distanceInside({ ...box, height: 130 }, catania), undefined)
  })

  it("searches everywhere where something can be inside, and nowhere twice", () => {
    const random = makeSeededRandom(5)
    let found = 0
    for (let round = 0; round < 400; round++) {
      const shape = randomShape(random)
      const ranges = scoreRanges(shape)
      assert.isAtMost(ranges.length, 9)
      assert.strictEqual(new Set(ranges.map(({ first }) => first)).size, ranges.length)
      for (let i = 0; i < 50; i++) {
        const score = encode(near(random, shape.center, 10 ** -random.integer(6)))
        if (distanceInside(shape, decode(score)) === undefined) continue
        found++
        assert.isTrue(ranges.some(({ end, first }) => first <= score && score < end))
      }
    }
    assert.isAbove(found, 1000)
  })

  it("searches the whole map for what has no end", () => {
    const ranges = scoreRanges({ type: "circle", center: palermo, unitMetres: 1, radius: Infinity })
    assert.deepStrictEqual(ranges.map(({ first }) => first).sort((a, b) => a - b), [0, 2 ** 50, 2 ** 51, 2 ** 50 * 3])
    assert.isTrue(ranges.every(({ end, first }) => end - first === 2 ** 50))
  })
})
