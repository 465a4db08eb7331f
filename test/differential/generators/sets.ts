/**
 * Random set commands.
 */
import { step } from "../differential.ts"
import { type Family, someWords, unordered, wholeNumber, word } from "./family.ts"

export const sets: Family = [
  (random, key) => ["SADD", key(), ...someWords(random, 5)],
  (random, key) => ["SADD", key(), String(random.integer(10)), String(random.integer(100_000))],
  (random, key) => ["SREM", key(), ...someWords(random, 3)],
  (random, key) => ["SREM", key(), String(random.integer(10)), wholeNumber(random)],
  (_, key) => ["SCARD", key()],
  (random, key) => ["SISMEMBER", key(), word(random)],
  (random, key) => ["SMISMEMBER", key(), ...someWords(random, 4)],
  (_, key) => unordered(["SMEMBERS", key()]),
  (random, key) => ["SMOVE", key(), key(), word(random)],
  (_, key) => step(["SRANDMEMBER", key()], { compare: "typeOnly" }),
  (random, key) => unordered([random.pick(["SRANDMEMBER", "SPOP"]), key(), "10000"]),
  (random, key) => unordered([random.pick(["SUNION", "SINTER", "SDIFF"]), key(), key()]),
  (random, key) => [random.pick(["SUNIONSTORE", "SINTERSTORE", "SDIFFSTORE"]), key(), key(), key()],
  (random, key) => ["SINTERCARD", "2", key(), key(), ...random.pick([[], ["LIMIT", "2"], ["LIMIT", "0"]])],
  (_, key) => unordered(["SSCAN", key(), "0", "COUNT", "10000"])
]
