/**
 * The commands of strings.
 */
import type { Command } from "../../services/CommandTable.ts"
import { get, getdel, getex, getrange, getset, mget, strlen, substr } from "./get.ts"
import { decr, decrby, incr, incrby, incrbyfloat } from "./increment.ts"
import { lcs } from "./lcs.ts"
import { psetex, set, setex, setnx } from "./set.ts"
import { mset, msetnx } from "./setMany.ts"
import { append, setrange } from "./write.ts"

export const strings: ReadonlyArray<Command> = [
  get,
  set,
  mget,
  mset,
  msetnx,
  setnx,
  setex,
  psetex,
  getset,
  getdel,
  getex,
  incr,
  decr,
  incrby,
  decrby,
  incrbyfloat,
  append,
  strlen,
  getrange,
  setrange,
  substr,
  lcs
]
