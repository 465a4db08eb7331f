/**
 * Random bitmap commands.
 */
import type { SeededRandom } from "../../support/random.ts"
import { type Family, position } from "./family.ts"

const offset = (random: SeededRandom): string => String(random.integer(120))
const unit = (random: SeededRandom): ReadonlyArray<string> => random.pick([[], ["BYTE"], ["BIT"]])
const field = (random: SeededRandom): string => `${random.pick(["i", "u"])}${1 + random.integer(32)}`

export const bitmaps: Family = [
  (random, key) => ["SETBIT", key(), offset(random), String(random.integer(2))],
  (random, key) => ["GETBIT", key(), offset(random)],
  (_, key) => ["BITCOUNT", key()],
  (random, key) => ["BITCOUNT", key(), position(random), position(random), ...unit(random)],
  (random, key) => ["BITPOS", key(), String(random.integer(2))],
  (random, key) => ["BITPOS", key(), String(random.integer(2)), position(random), position(random), ...unit(random)],
  (random, key) => ["BITOP", random.pick(["AND", "OR", "XOR"]), key(), key(), key()],
  (_, key) => ["BITOP", "NOT", key(), key()],
  (random, key) => ["BITFIELD", key(), "SET", field(random), offset(random), position(random)],
  (random, key) => [
    "BITFIELD",
    key(),
    "OVERFLOW",
    random.pick([
      "WRAP",
      "SAT",
      "FAIL"
    ]),
    "INCRBY",
    field(random),
    `#${random.integer(4)}`,
    position(random),
    "GET",
    "u8",
    "0"
  ],
  (random, key) => ["BITFIELD_RO", key(), "GET", field(random), offset(random)]
]
