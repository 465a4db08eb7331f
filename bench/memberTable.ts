/**
 * The table inside sets, hashes and sorted sets by itself: nanoseconds per operation and bytes per member beside a `Map` of strings, and what a copy costs.
 *
 * `node --expose-gc --max-old-space-size=8000 bench/memberTable.ts [members, default 1000000]`
 *
 * Members are asked for in random order, as texts that nobody has hashed before, as they come out of a request. What it does not measure: making those
 * texts, and the commands around. Most of a look-up is memory latency: compare the columns of one run, never two runs.
 */
import { KeyHasher } from "../src/data/KeyHasher.ts"
import { MemberTable } from "../src/data/MemberTable.ts"

const count = Number(process.argv[2] ?? 1_000_000)
const hasher = new KeyHasher(0x243f6a88, 0x85a308d3)
/** Look-ups land here, so that the compiler can't leave them out. */
let sink = 0

/** The members in a random order, each a fresh text. */
const shuffledMembers = (seed: number): Array<string> => {
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  let state = seed
  for (let index = count - 1; index > 0; index--) {
    state = state + 0x6d2b79f5 | 0
    let mixed = Math.imul(state ^ state >>> 15, state | 1)
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61)
    const other = ((mixed ^ mixed >>> 14) >>> 0) % (index + 1)
    const kept = order[index]!
    order[index] = order[other]!
    order[other] = kept
  }
  return Array.from(order, (number) => Buffer.from(`member:${String(number).padStart(9, "0")}`).latin1Slice())
}

const nanosPerMember = (run: () => void): number => {
  const begun = performance.now()
  run()
  return Math.round((performance.now() - begun) * 1e6 / count)
}

const heapBytes = (): number => {
  globalThis.gc?.()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const rows: Record<string, Record<string, number>> = {}
const record = (name: string, column: string, figure: number): void => {
  const row = rows[name] ??= {}
  row[column] = Math.min(row[column] ?? Infinity, figure)
}

const measureTable = (round: number): void => {
  const members = shuffledMembers(1)
  const asked = shuffledMembers(2)
  const before = heapBytes()
  const table = MemberTable.ofNumbers(hasher)
  record(
    "find and insert, ns",
    "table",
    nanosPerMember(() => {
      for (let at = 0; at < count; at++) if (table.find(members[at]!) === -1) table.insert(members[at]!, at)
    })
  )
  if (round === 0) record("bytes per member, text not included", "table", Math.round((heapBytes() - before) / count))
  record("the same as counted", "table", Math.round(table.bytes / count) - 32)
  record(
    "find, ns",
    "table",
    nanosPerMember(() => {
      for (let at = 0; at < count; at++) sink ^= table.valueAt(table.find(asked[at]!))
    })
  )
  const copyBegun = performance.now()
  const copy = table.copy()
  record("copy the whole, µs", "table", Math.round((performance.now() - copyBegun) * 1000))
  record(
    "find and remove, ns",
    "table",
    nanosPerMember(() => {
      for (let at = 0; at < count; at++) table.remove(table.find(asked[at]!))
    })
  )
  // The texts are alive until here, so that they don't count as freed.
  sink ^= copy.size ^ members.length ^ asked.length
}

const measureMap = (round: number): void => {
  const members = shuffledMembers(1)
  const asked = shuffledMembers(2)
  const before = heapBytes()
  const map = new Map<string, number>()
  record(
    "find and insert, ns",
    "Map",
    nanosPerMember(() => {
      for (let at = 0; at < count; at++) if (!map.has(members[at]!)) map.set(members[at]!, at)
    })
  )
  if (round === 0) record("bytes per member, text not included", "Map", Math.round((heapBytes() - before) / count))
  record(
    "find, ns",
    "Map",
    nanosPerMember(() => {
      for (let at = 0; at < count; at++) sink ^= map.get(asked[at]!)!
    })
  )
  record(
    "find and remove, ns",
    "Map",
    nanosPerMember(() => {
      for (let at = 0; at < count; at++) map.delete(asked[at]!)
    })
  )
}

for (let round = 0; round < 3; round++) {
  measureTable(round)
  measureMap(round)
}
console.log(`${count} members of 16 bytes`)
console.table(rows)
