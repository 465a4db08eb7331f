/**
 * Random HyperLogLog commands.
 */
import { type Family, someWords } from "./family.ts"

export const hyperLogLogs: Family = [
  (random, key) => ["PFADD", key(), ...someWords(random, 5)],
  (random, key) => ["PFADD", key(), ...Array.from({ length: 50 }, () => String(random.integer(10_000)))],
  (_, key) => ["PFCOUNT", key()],
  (_, key) => ["PFCOUNT", key(), key()],
  (_, key) => ["PFMERGE", key(), key(), key()]
]
