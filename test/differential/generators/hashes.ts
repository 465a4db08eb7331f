/**
 * Random hash commands; those about fields that expire are compared with Redis 8 elsewhere.
 */
import { step } from "../differential.ts"
import { type Family, someWords, unordered, wholeNumber, word } from "./family.ts"

export const hashes: Family = [
  (random, key) => ["HSET", key(), word(random), word(random)],
  (random, key) => ["HSET", key(), word(random), word(random), word(random), wholeNumber(random)],
  (random, key) => ["HMSET", key(), word(random), word(random)],
  (random, key) => ["HSETNX", key(), word(random), word(random)],
  (random, key) => [random.pick(["HGET", "HEXISTS", "HSTRLEN"]), key(), word(random)],
  (random, key) => ["HMGET", key(), ...someWords(random, 3)],
  (random, key) => ["HDEL", key(), ...someWords(random, 3)],
  (_, key) => ["HLEN", key()],
  (random, key) => unordered([random.pick(["HGETALL", "HKEYS", "HVALS"]), key()]),
  (random, key) => ["HINCRBY", key(), word(random), wholeNumber(random)],
  (random, key) => ["HINCRBYFLOAT", key(), word(random), random.pick(["0.5", "-1.25", "3", "1e10"])],
  (_, key) => step(["HRANDFIELD", key()], { compare: "typeOnly" }),
  (random, key) => unordered(["HRANDFIELD", key(), "10000", ...random.pick([[], ["WITHVALUES"]])]),
  (random, key) => unordered(["HSCAN", key(), "0", "COUNT", "10000", ...random.pick([[], ["NOVALUES"]])])
]
