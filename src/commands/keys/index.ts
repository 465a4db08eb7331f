/**
 * The commands about keys, whatever they hold.
 */
import type { Command } from "../../services/CommandTable.ts"
import { dbsize, flushall, flushdb, select, swapdb } from "./databases.ts"
import { dump, restore } from "./dump.ts"
import { del, exists, touch, type, unlink } from "./existence.ts"
import { expire, expireAt, pexpire, pexpireAt } from "./expire.ts"
import { migrate } from "./migrate.ts"
import { object } from "./object.ts"
import { keys as keysCommand, randomKey, scan } from "./search.ts"
import { sort, sortRo } from "./sort/index.ts"
import { expireTime, persist, pexpireTime, pttl, ttl } from "./timeToLive.ts"
import { copy, move, rename, renamenx } from "./transfer.ts"

export const keys: ReadonlyArray<Command> = [
  copy,
  del,
  dump,
  exists,
  expire,
  expireAt,
  expireTime,
  keysCommand,
  migrate,
  move,
  object,
  persist,
  pexpire,
  pexpireAt,
  pexpireTime,
  pttl,
  randomKey,
  rename,
  renamenx,
  restore,
  scan,
  sort,
  sortRo,
  touch,
  ttl,
  type,
  unlink,
  select,
  swapdb,
  dbsize,
  flushdb,
  flushall
]
