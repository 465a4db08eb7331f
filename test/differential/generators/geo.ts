/**
 * Random geo commands.
 */
import type { SeededRandom } from "../../support/random.ts"
import { type Family, word } from "./family.ts"

const longitude = (random: SeededRandom): string => String(random.integer(3600) / 10 - 180)
const latitude = (random: SeededRandom): string => String(random.integer(1700) / 10 - 85)
const order = (random: SeededRandom): string => random.pick(["ASC", "DESC"])

/** Always with an order: without one the reference answers in that of its search. */
export const geo: Family = [
  (random, key) => ["GEOADD", key(), longitude(random), latitude(random), word(random)],
  (random, key) => [
    "GEOADD",
    key(),
    random.pick([
      "NX",
      "XX",
      "CH"
    ]),
    longitude(random),
    latitude(random),
    word(random),
    longitude(random),
    latitude(random),
    word(random)
  ],
  (random, key) => [random.pick(["GEOHASH", "GEOPOS"]), key(), word(random), word(random)],
  (random, key) => ["GEODIST", key(), word(random), word(random), random.pick(["m", "km", "mi", "ft"])],
  (
    random,
    key
  ) => [
    "GEOSEARCH",
    key(),
    "FROMLONLAT",
    longitude(random),
    latitude(random),
    "BYRADIUS",
    String(random.integer(9e3)),
    "km",
    order(random),
    ...random.pick([[], ["WITHDIST", "WITHHASH"]])
  ],
  (random, key) => ["GEOSEARCHSTORE", key(), key(), "FROMMEMBER", word(random), "BYBOX", "6000", "6000", "km"]
]
