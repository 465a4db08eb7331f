/**
 * The commands of hashes, with those about the times to live of their fields.
 */
import type { Command } from "../../services/CommandTable.ts"
import { hgetdel, hgetex, hsetex } from "./exchange.ts"
import { hexpire, hexpireat, hpersist, hpexpire, hpexpireat } from "./expire.ts"
import { hincrby, hincrbyfloat } from "./increment.ts"
import { hexists, hget, hgetall, hkeys, hlen, hmget, hrandfield, hscan, hstrlen, hvals } from "./read.ts"
import { hexpiretime, hpexpiretime, hpttl, httl } from "./timeToLive.ts"
import { hdel, hmset, hset, hsetnx } from "./write.ts"

export const hashes: ReadonlyArray<Command> = [
  hdel,
  hexists,
  hexpire,
  hexpireat,
  hexpiretime,
  hget,
  hgetall,
  hgetdel,
  hgetex,
  hincrby,
  hincrbyfloat,
  hkeys,
  hlen,
  hmget,
  hmset,
  hpersist,
  hpexpire,
  hpexpireat,
  hpexpiretime,
  hpttl,
  hrandfield,
  hscan,
  hset,
  hsetex,
  hsetnx,
  hstrlen,
  httl,
  hvals
]
