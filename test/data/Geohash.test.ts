import { assert, describe, it } from "@effect/vitest"
import {
  type Cell,
  cellAt,
  decode,
  edges,
  encode,
  endScore,
  firstScore,
  isValid,
  maxLatitude,
  maxLongitude,
  maxStep,
  neighbour,
  type Position,
  standardText
} from "../../src/data/Geohash.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const palermo: Position = { longitude: 13.361389, latitude: 38.115556 }

const anywhere = (random: SeededRandom): Position => ({
  longitude: (random.next() * 2 - 1) * maxLongitude,
  latitude: (random.next() * 2 - 1) * maxLatitude
})

/** The score by halving, bit by bit. */
const halved = ({ latitude, longitude }: Position): number => {
  let bits = 0
  let [west, east, south, north] = [-maxLongitude, maxLongitude, -maxLatitude, maxLatitude]
  for (let step = 0; step < maxStep; step++) {
    const middle = (west + east) / 2
    const isEast = longitude >= middle
    if (isEast) west = middle
    else east = middle
    const center = (south + north) / 2
    const isNorth = latitude >= center
    if (isNorth) south = center
    else north = center
    bits = bits * 4 + (isEast ? 2 : 0) + (isNorth ? 1 : 0)
  }
  return bits
}

describe("Geohash", () => {
  it("encodes as Redis does", () => {
    assert.strictEqual(encode(palermo), 3479099956230698)
    assert.strictEqual(encode({ longitude: 15.087269, latitude: 37.502669 }), 3479447370796909)
    assert.strictEqual(standardText(decode(encode(palermo))), "sqc8b49rny0")
  })

  it("encodes by halving longitude and latitude in turn", () => {
    const random = makeSeededRandom(1)
    for (let i = 0; i < 2000; i++) {
      const position = anywhere(random)
      // At the border of two cells rounding may choose either.
      assert.isAtMost(Math.abs(cellAt(decode(halved(position)), maxStep).row - cellAt(position, maxStep).row), 1)
      if (encode(position) !== halved(position)) {
        const { east, west } = edges(cellAt(position, maxStep))
        assert.closeTo(position.longitude, (east + west) / 2, 180 / 2 ** 25)
      }
    }
  })

  it("decodes to the middle of the cell, less than a metre away", () => {
    const random = makeSeededRandom(2)
    for (let i = 0; i < 2000; i++) {
      const position = anywhere(random)
      const decoded = decode(encode(position))
      assert.closeTo(decoded.longitude, position.longitude, 180 / 2 ** 26)
      assert.closeTo(decoded.latitude, position.latitude, 90 / 2 ** 26)
      assert.strictEqual(encode(decoded), encode(position))
    }
  })

  it("knows the ends of the map", () => {
    for (const longitude of [-maxLongitude, maxLongitude]) {
      for (const latitude of [-maxLatitude, maxLatitude]) {
        assert.isTrue(isValid({ longitude, latitude }))
        const decoded = decode(encode({ longitude, latitude }))
        assert.closeTo(decoded.longitude, longitude, 1e-5)
        assert.closeTo(decoded.latitude, latitude, 1e-5)
      }
    }
    assert.isFalse(isValid({ longitude: 180.1, latitude: 0 }))
    assert.isFalse(isValid({ longitude: 0, latitude: -85.06 }))
    assert.isFalse(isValid({ longitude: Infinity, latitude: 0 }))
  })

  it("makes some position of any score", () => {
    for (const score of [-1, 0.5, 2 ** 52, 2 ** 53, 1e19, 1e30, Infinity, -Infinity, -5e18, -1e300, Number.MIN_VALUE]) {
      assert.isTrue(isValid(decode(score)), String(score))
    }
  })

  it("finds the scores of everything in a cell between its own and the next cell's", () => {
    const random = makeSeededRandom(3)
    for (let i = 0; i < 500; i++) {
      const position = anywhere(random)
      const cell = cellAt(position, 1 + random.integer(maxStep))
      const score = encode(position)
      assert.isTrue(firstScore(cell) <= score && score < endScore(cell))
      const { east, north, south, west } = edges(cell)
      assert.isTrue(west <= position.longitude && position.longitude <= east)
      assert.isTrue(south <= position.latitude && position.latitude <= north)
    }
  })

  it("has neighbours on every side, around the whole map", () => {
    const corner: Cell = { column: 0, row: 7, step: 3 }
    assert.deepStrictEqual(neighbour(corner, -1, 1), { column: 7, row: 0, step: 3 })
    assert.deepStrictEqual(neighbour(corner, 1, -1), { column: 1, row: 6, step: 3 })
    assert.deepStrictEqual(neighbour(corner, 0, 0), corner)
  })
})
