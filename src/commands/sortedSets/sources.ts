/**
 * Sets and sorted sets as one thing: members with scores. A set's members have the score 1.
 */
import type { Key } from "../../data/Key.ts"
import { SetValue } from "../../data/SetValue.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import type { Visit } from "../../data/ScoreTreeNodes.ts"
import { type CommandError, wrongType } from "../../protocol/CommandError.ts"
import type { Database } from "../../services/Keyspace.ts"

export interface Source {
  readonly size: number
  /** The texts of its members may be kept as they are. */
  readonly isFlat: boolean
  readonly score: (member: string) => number | undefined
  readonly forEach: (visit: Visit) => void
  /** Visits members until `visit` says that this is enough. */
  readonly some: (visit: (score: number, member: string) => boolean) => void
}

/** What the keys hold; a missing one has no members. */
export const readSources = (database: Database, keys: ReadonlyArray<Key>): ReadonlyArray<Source> | CommandError => {
  const sources: Array<Source> = []
  for (const key of keys) {
    const value = database.read(key)
    if (value === undefined) sources.push(missing)
    else if (value instanceof SortedSetValue) sources.push(ofSortedSet(value))
    else if (value instanceof SetValue) sources.push(ofSet(value))
    else return wrongType
  }
  return sources
}

const missing: Source = {
  size: 0,
  isFlat: true,
  score: () => undefined,
  forEach: () => {},
  some: () => {}
}

const ofSortedSet = (set: SortedSetValue): Source => ({
  size: set.size,
  isFlat: set.encoding === "skiplist",
  score: (member) => set.score(member),
  forEach: (visit) => set.visit(0, set.size, false, visit),
  some: (visit) => set.some(0, set.size, visit)
})

const ofSet = (set: SetValue): Source => ({
  size: set.size,
  isFlat: set.encoding === "hashtable",
  score: (member) => set.has(member) ? 1 : undefined,
  forEach: (visit) => set.forEach((member) => visit(1, member)),
  some: (visit) => set.some((member) => visit(1, member))
})
