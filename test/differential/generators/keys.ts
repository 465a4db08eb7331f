/**
 * Random commands about keys, whatever they hold.
 */
import { near, step } from "../differential.ts"
import { type Family, unordered } from "./family.ts"

/** Seconds since the epoch, far from one another and from now, so that the time the test takes makes no difference. */
const moments = ["1", "4000000000", "5000000000", "6000000000"]

export const keys: Family = [
  (random, key) => [random.pick(["DEL", "UNLINK", "EXISTS", "TOUCH"]), key(), key()],
  (random, key) => [random.pick(["RENAME", "RENAMENX"]), key(), key()],
  (random, key) => ["COPY", key(), key(), ...(random.chance(0.5) ? ["REPLACE"] : [])],
  (random, key) => ["COPY", key(), key(), "DB", String(random.integer(3)), "REPLACE"],
  (random, key) => ["MOVE", key(), String(random.integer(3))],
  (random) => random.chance(0.2) ? ["SWAPDB", String(random.integer(3)), String(random.integer(3))] : "DBSIZE",
  (random, key) => [random.pick(["TYPE", "PERSIST", "EXPIRETIME"]), key()],
  (_, key) => ["OBJECT", "REFCOUNT", key()],
  (random, key) => ["EXPIREAT", key(), random.pick(moments), ...random.pick([[], ["NX"], ["XX"], ["GT"], ["LT"]])],
  (_, key) => step(["TTL", key()], { compare: near(2) }),
  (random) =>
    unordered(["SCAN", "0", "COUNT", "1000", "TYPE", random.pick(["string", "list", "set", "zset", "hash", "stream"])])
]
