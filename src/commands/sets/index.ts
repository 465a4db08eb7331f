/**
 * The commands of sets.
 */
import type { Command } from "../../services/CommandTable.ts"
import { sdiff, sdiffstore, sinter, sintercard, sinterstore, sunion, sunionstore } from "./algebra.ts"
import { sadd, smove, srem } from "./change.ts"
import { spop, srandmember } from "./random.ts"
import { scard, sismember, smembers, smismember, sscan } from "./read.ts"

export const sets: ReadonlyArray<Command> = [
  sadd,
  srem,
  smove,
  scard,
  sismember,
  smismember,
  smembers,
  sscan,
  spop,
  srandmember,
  sinter,
  sintercard,
  sinterstore,
  sunion,
  sunionstore,
  sdiff,
  sdiffstore
]
