/**
 * All families, for sequences in which they meet.
 */
import { bitmaps } from "./bitmaps.ts"
import type { Family } from "./family.ts"
import { geo } from "./geo.ts"
import { hashes } from "./hashes.ts"
import { hyperLogLogs } from "./hyperLogLogs.ts"
import { keys } from "./keys.ts"
import { lists } from "./lists.ts"
import { sets } from "./sets.ts"
import { sort } from "./sort.ts"
import { sortedSets } from "./sortedSets.ts"
import { streams } from "./streams.ts"
import { strings } from "./strings.ts"

export const families: Readonly<Record<string, Family>> = {
  bitmaps,
  geo,
  hashes,
  hyperLogLogs,
  keys,
  lists,
  sets,
  sort,
  sortedSets,
  streams,
  strings
}
