/**
 * Random list commands.
 */
import { type Family, position, someWords, word } from "./family.ts"

const side = ["LEFT", "RIGHT"]

export const lists: Family = [
  (random, key) => [random.pick(["LPUSH", "RPUSH"]), key(), ...someWords(random, 6)],
  (random, key) => [random.pick(["LPUSH", "RPUSH", "LPUSHX", "RPUSHX"]), key(), ...someWords(random, 3)],
  (random, key) => [random.pick(["LPOP", "RPOP"]), key(), ...(random.chance(0.5) ? [position(random)] : [])],
  (_, key) => ["LLEN", key()],
  (random, key) => ["LRANGE", key(), position(random), position(random)],
  (random, key) => ["LINDEX", key(), position(random)],
  (random, key) => ["LSET", key(), position(random), word(random)],
  (random, key) => ["LINSERT", key(), random.pick(["BEFORE", "AFTER"]), word(random), word(random)],
  (random, key) => ["LREM", key(), String(random.integer(5) - 2), word(random)],
  (random, key) => ["LTRIM", key(), String(random.integer(4) - 1), String(random.integer(20) - 8)],
  (random, key) => ["LMOVE", key(), key(), random.pick(side), random.pick(side)],
  (_, key) => ["RPOPLPUSH", key(), key()],
  (random, key) => [
    "LPOS",
    key(),
    word(random),
    ...random.pick([[], ["RANK", "2"], ["RANK", "-1"], ["RANK", "0"]]),
    ...random.pick([[], ["COUNT", "0"], ["COUNT", "2"]]),
    ...random.pick([[], ["MAXLEN", "3"]])
  ],
  (random, key) => ["LMPOP", "2", key(), key(), random.pick(side), ...random.pick([[], ["COUNT", "3"]])]
]
