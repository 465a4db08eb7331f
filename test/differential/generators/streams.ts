/**
 * Random stream commands.
 */
import type { SeededRandom } from "../../support/random.ts"
import { step } from "../differential.ts"
import { type Family, someWords, unordered, word } from "./family.ts"

/** Ids are always given: those of a clock would differ. */
const id = (random: SeededRandom): string => `${random.integer(60)}-${random.integer(3)}`
const start = (random: SeededRandom): string => random.pick(["-", id(random), `(${id(random)}`])
const end = (random: SeededRandom): string => random.pick(["+", id(random), `(${id(random)}`])
const group = (random: SeededRandom): string => random.pick(["g", "h"])
const consumer = (random: SeededRandom): string => random.pick(["alice", "bob"])
const trim = (random: SeededRandom): ReadonlyArray<string> =>
  random.chance(0.2) ? [random.pick(["MAXLEN", "MINID"]), String(random.integer(30))] : []

export const streams: Family = [
  (random, key) => ["XADD", key(), ...trim(random), id(random), word(random), word(random)],
  (
    random,
    key
  ) => ["XADD", key(), `${60 + random.integer(4)}-*`, ...someWords(random, 3).flatMap((name) => [name, "v"])],
  (random, key) => ["XADD", key(), "NOMKSTREAM", id(random), "f", word(random)],
  (_, key) => ["XLEN", key()],
  (random, key) => ["XRANGE", key(), start(random), end(random), ...random.pick([[], ["COUNT", "3"]])],
  (random, key) => ["XREVRANGE", key(), end(random), start(random), ...random.pick([[], ["COUNT", "3"]])],
  (random, key) => ["XDEL", key(), id(random), id(random)],
  (random, key) => ["XTRIM", key(), random.pick(["MAXLEN", "MINID"]), String(random.integer(30))],
  (random, key) => ["XSETID", key(), `${60 + random.integer(10)}-0`],
  (random, key) => ["XREAD", ...random.pick([[], ["COUNT", "2"]]), "STREAMS", key(), key(), id(random), "0"],
  (random, key) => ["XGROUP", "CREATE", key(), group(random), random.pick(["0", "$", id(random)])],
  (random, key) => ["XGROUP", "CREATE", key(), group(random), "0", "MKSTREAM"],
  (random, key) => ["XGROUP", random.pick(["CREATECONSUMER", "DELCONSUMER"]), key(), group(random), consumer(random)],
  (random, key) => random.chance(0.2) ? ["XGROUP", "DESTROY", key(), group(random)] : ["XLEN", key()],
  (random, key) => ["XGROUP", "SETID", key(), group(random), random.pick(["0", "$", id(random)])],
  (random, key) => [
    "XREADGROUP",
    "GROUP",
    group(random),
    consumer(random),
    ...random.pick([[], ["COUNT", "2"], ["NOACK"]]),
    "STREAMS",
    key(),
    random.pick([">", ">", "0", id(random)])
  ],
  (random, key) => ["XACK", key(), group(random), id(random), id(random)],
  (random, key) => ["XPENDING", key(), group(random)],
  // How long they have been idle is left to the families' own tests.
  (random, key) => step(["XPENDING", key(), group(random), "-", "+", "5"], { compare: { near: 120_000 } }),
  (random, key) => ["XCLAIM", key(), group(random), consumer(random), "0", id(random), "JUSTID"],
  (random, key) => ["XCLAIM", key(), group(random), consumer(random), "0", id(random), "FORCE"],
  (random, key) => ["XAUTOCLAIM", key(), group(random), consumer(random), "0", "0", "COUNT", "5"],
  (_, key) => unordered(["XINFO", "GROUPS", key()])
]
