/**
 * The commands of streams.
 */
import type { Command } from "../../services/CommandTable.ts"
import { xautoclaim, xclaim } from "./claim.ts"
import { xgroup } from "./groups.ts"
import { xinfo } from "./info.ts"
import { xack, xpending } from "./pending.ts"
import { xlen, xrange, xrevrange } from "./range.ts"
import { xread, xreadgroup } from "./read.ts"
import { xadd, xdel, xsetid, xtrim } from "./write.ts"

export const streams: ReadonlyArray<Command> = [
  xadd,
  xlen,
  xrange,
  xrevrange,
  xdel,
  xtrim,
  xread,
  xreadgroup,
  xgroup,
  xack,
  xpending,
  xclaim,
  xautoclaim,
  xinfo,
  xsetid
]
