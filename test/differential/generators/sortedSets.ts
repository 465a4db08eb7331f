/**
 * Random sorted set commands.
 */
import type { SeededRandom } from "../../support/random.ts"
import { step } from "../differential.ts"
import { type Family, position, someWords, unordered, wholeNumber, word } from "./family.ts"

/** Whole numbers and halves, whose sums are the same in every order. */
const score = (random: SeededRandom): string =>
  random.pick([String(random.integer(20) - 10), `${random.integer(9)}.5`, "inf", "-inf", "0", "1e3"])

const bound = (random: SeededRandom): string => `${random.chance(0.3) ? "(" : ""}${score(random)}`
const lexBound = (random: SeededRandom): string => random.pick(["-", "+", `[${word(random)}`, `(${word(random)}`])
const limit = (random: SeededRandom): ReadonlyArray<string> =>
  random.chance(0.3) ? ["LIMIT", String(random.integer(3)), position(random)] : []
const withScores = (random: SeededRandom): ReadonlyArray<string> => random.chance(0.5) ? ["WITHSCORES"] : []
const weights = (random: SeededRandom): ReadonlyArray<string> => random.chance(0.3) ? ["WEIGHTS", "2", "0.5"] : []
const aggregate = (random: SeededRandom): ReadonlyArray<string> =>
  random.chance(0.5) ? ["AGGREGATE", random.pick(["SUM", "MIN", "MAX"])] : []
const flags = (random: SeededRandom): ReadonlyArray<string> =>
  random.pick([[], [], ["NX"], ["XX"], ["GT"], ["LT"], ["CH"], ["XX", "CH"], ["GT", "CH"], ["INCR"]])

const rangeByRank = (random: SeededRandom): ReadonlyArray<string> => [
  position(random),
  position(random),
  ...(random.chance(0.3) ? ["REV"] : [])
]
const rangeByScore = (random: SeededRandom): ReadonlyArray<string> => [
  bound(random),
  bound(random),
  "BYSCORE",
  ...(random.chance(0.3) ? ["REV"] : []),
  ...limit(random)
]

/** What a range by members is where scores differ is nobody's promise, so these ranges have keys to themselves, whose scores are all 0. */
const lexical = (key: () => string): string => `${key()}:lex`

export const sortedSets: Family = [
  (random, key) => ["ZADD", key(), score(random), word(random), score(random), word(random)],
  (random, key) => ["ZADD", key(), ...flags(random), score(random), word(random)],
  (random, key) => ["ZADD", key(), ...someWords(random, 4).flatMap((member) => ["1", member])],
  (random, key) => ["ZINCRBY", key(), score(random), word(random)],
  (random, key) => ["ZREM", key(), ...someWords(random, 3)],
  (random, key) => [random.pick(["ZSCORE", "ZRANK", "ZREVRANK"]), key(), word(random)],
  (random, key) => [random.pick(["ZRANK", "ZREVRANK"]), key(), word(random), "WITHSCORE"],
  (random, key) => ["ZMSCORE", key(), ...someWords(random, 3)],
  (_, key) => ["ZCARD", key()],
  (random, key) => ["ZCOUNT", key(), bound(random), bound(random)],
  (random, key) => ["ZADD", lexical(key), ...someWords(random, 4).flatMap((member) => ["0", member])],
  (random, key) => ["ZLEXCOUNT", lexical(key), lexBound(random), lexBound(random)],
  (random, key) => ["ZRANGE", key(), ...rangeByRank(random), ...withScores(random)],
  (random, key) => ["ZRANGE", key(), ...rangeByScore(random), ...withScores(random)],
  (random, key) => ["ZRANGE", lexical(key), lexBound(random), lexBound(random), "BYLEX", ...limit(random)],
  (random, key) => ["ZRANGESTORE", key(), key(), ...random.pick([rangeByRank, rangeByScore])(random)],
  (random, key) => [random.pick(["ZRANGEBYSCORE", "ZREVRANGEBYSCORE"]), key(), bound(random), bound(random)],
  (random, key) => [random.pick(["ZRANGEBYLEX", "ZREVRANGEBYLEX"]), lexical(key), lexBound(random), lexBound(random)],
  (random, key) => ["ZREVRANGE", key(), position(random), position(random)],
  (random, key) => ["ZREMRANGEBYRANK", key(), position(random), String(random.integer(4) - 2)],
  (random, key) => ["ZREMRANGEBYSCORE", key(), bound(random), bound(random)],
  (random, key) => ["ZREMRANGEBYLEX", lexical(key), lexBound(random), lexBound(random)],
  (random, key) => [random.pick(["ZPOPMIN", "ZPOPMAX"]), key(), ...random.pick([[], ["2"], ["0"], ["-1"]])],
  (random, key) => ["ZMPOP", "2", key(), key(), random.pick(["MIN", "MAX"]), ...random.pick([[], ["COUNT", "2"]])],
  (random, key) => [
    random.pick(["ZUNION", "ZINTER"]),
    "2",
    key(),
    key(),
    ...weights(random),
    ...aggregate(random),
    ...withScores(random)
  ],
  (random, key) => ["ZDIFF", "2", key(), key(), ...withScores(random)],
  (random, key) => [
    random.pick(["ZUNIONSTORE", "ZINTERSTORE"]),
    key(),
    "2",
    key(),
    key(),
    ...weights(random),
    ...aggregate(random)
  ],
  (_, key) => ["ZDIFFSTORE", key(), "2", key(), key()],
  (_, key) => ["ZINTERCARD", "2", key(), key()],
  (_, key) => step(["ZRANDMEMBER", key()], { compare: "typeOnly" }),
  (random, key) => unordered(["ZRANDMEMBER", key(), "10000", ...withScores(random)]),
  (_, key) => unordered(["ZSCAN", key(), "0", "COUNT", "10000"]),
  (random, key) => ["ZADD", key(), wholeNumber(random), word(random)]
]
