/**
 * Random SORT commands.
 */
import type { SeededRandom } from "../../support/random.ts"
import { type Family } from "./family.ts"

/** With BY and ALPHA together equal weights are in no defined order, so the two do not meet here. */
const options = (random: SeededRandom): ReadonlyArray<string> => [
  ...random.pick([[], ["ALPHA"], ["ALPHA"], ["BY", "*"], ["BY", "w*->f"]]),
  ...random.pick([[], ["LIMIT", "0", "3"], ["LIMIT", "1", "-1"], ["LIMIT", "-2", "5"]]),
  ...random.pick([[], ["DESC"], ["ASC"]]),
  ...random.pick([[], ["GET", "#"], ["GET", "*", "GET", "#"], ["GET", "*->a"]])
]

export const sort: Family = [
  (random, key) => [random.pick(["SORT", "SORT_RO"]), key(), ...options(random)],
  (random, key) => ["SORT", key(), ...options(random), "STORE", key()],
  // What is not sorted comes in the order of the type, which for a hash table is the server's own.
  (random, key) => ["SORT", key(), "BY", "nosort", ...random.pick([[], ["LIMIT", "0", "4"]]), "STORE", key()]
]
