/**
 * Random string commands.
 */
import { type Family, wholeNumber, word } from "./family.ts"

export const strings: Family = [
  (random, key) => ["SET", key(), word(random)],
  (random, key) => ["SET", key(), wholeNumber(random), ...random.pick([[], ["NX"], ["XX"], ["GET"], ["KEEPTTL"]])],
  (random, key) => [random.pick(["GET", "STRLEN", "GETDEL", "INCR", "DECR", "GETEX"]), key()],
  (random, key) => [random.pick(["INCRBY", "DECRBY"]), key(), wholeNumber(random)],
  (random, key) => [random.pick(["APPEND", "SETNX", "GETSET"]), key(), word(random)],
  (random, key) => ["SETRANGE", key(), String(random.integer(30)), word(random)],
  (random, key) => ["GETRANGE", key(), wholeNumber(random), wholeNumber(random)],
  (random, key) => [random.pick(["MSET", "MSETNX"]), key(), word(random), key(), word(random)],
  (_, key) => ["MGET", key(), key(), key()],
  (random, key) => ["LCS", key(), key(), ...random.pick([[], ["LEN"], ["IDX"]])],
  (random, key) => ["INCRBYFLOAT", key(), random.pick(["0.5", "-1.25", "3", "1e10"])]
]
