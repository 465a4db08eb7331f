/**
 * The commands of lists.
 */
import type { Command } from "../../services/CommandTable.ts"
import { blmove, blmpop, blpop, brpop, brpoplpush } from "./blocking.ts"
import { linsert, lrem, lset, ltrim } from "./change.ts"
import { lmove, lmpop, lpop, rpop, rpoplpush } from "./pop.ts"
import { lpush, lpushx, rpush, rpushx } from "./push.ts"
import { lindex, llen, lpos, lrange } from "./read.ts"

export const lists: ReadonlyArray<Command> = [
  lpush,
  rpush,
  lpushx,
  rpushx,
  lpop,
  rpop,
  lmpop,
  lmove,
  rpoplpush,
  llen,
  lindex,
  lrange,
  lpos,
  lset,
  linsert,
  lrem,
  ltrim,
  blpop,
  brpop,
  blmpop,
  blmove,
  brpoplpush
]
