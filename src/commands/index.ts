/**
 * All of Keyloom's own commands, by family.
 */
import type { Command } from "../services/CommandTable.ts"
import { bitmaps } from "./bitmaps/index.ts"
import { cluster } from "./cluster/index.ts"
import { connection } from "./connection/index.ts"
import { geo } from "./geo/index.ts"
import { hashes } from "./hashes/index.ts"
import { hyperLogLog } from "./hyperLogLog/index.ts"
import { keys } from "./keys/index.ts"
import { lists } from "./lists/index.ts"
import { server } from "./server/index.ts"
import { sets } from "./sets/index.ts"
import { sortedSets } from "./sortedSets/index.ts"
import { streams } from "./streams/index.ts"
import { strings } from "./strings/index.ts"

export const builtIn: ReadonlyArray<Command> = [
  ...strings,
  ...bitmaps,
  ...hyperLogLog,
  ...lists,
  ...sets,
  ...sortedSets,
  ...geo,
  ...hashes,
  ...streams,
  ...keys,
  ...connection,
  ...server,
  ...cluster
]
