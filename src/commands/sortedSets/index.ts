/**
 * The commands of sorted sets.
 */
import type { Command } from "../../services/CommandTable.ts"
import { zadd, zincrby } from "./add.ts"
import { zdiff, zdiffstore, zinter, zintercard, zinterstore, zunion, zunionstore } from "./combine.ts"
import { zcard, zmscore, zrank, zrem, zrevrank, zscore } from "./members.ts"
import { zcount, zlexcount, zremrangebylex, zremrangebyrank, zremrangebyscore } from "./parts.ts"
import { bzmpop, bzpopmax, bzpopmin, zmpop, zpopmax, zpopmin } from "./pop.ts"
import {
  zrange,
  zrangebylex,
  zrangebyscore,
  zrangestore,
  zrevrange,
  zrevrangebylex,
  zrevrangebyscore
} from "./range.ts"
import { zrandmember, zscan } from "./walk.ts"

export const sortedSets: ReadonlyArray<Command> = [
  zadd,
  zincrby,
  zcard,
  zscore,
  zmscore,
  zrank,
  zrevrank,
  zrem,
  zcount,
  zlexcount,
  zremrangebyrank,
  zremrangebyscore,
  zremrangebylex,
  zrange,
  zrevrange,
  zrangebyscore,
  zrevrangebyscore,
  zrangebylex,
  zrevrangebylex,
  zrangestore,
  zunion,
  zunionstore,
  zinter,
  zinterstore,
  zintercard,
  zdiff,
  zdiffstore,
  zpopmin,
  zpopmax,
  zmpop,
  bzpopmin,
  bzpopmax,
  bzmpop,
  zrandmember,
  zscan
]
