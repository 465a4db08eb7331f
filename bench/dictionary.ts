/**
 * The dictionary by itself: nanoseconds per operation beside a `Map`, bytes per key, and the longest single insertion while a table grows.
 *
 * `node --expose-gc --max-old-space-size=8000 bench/dictionary.ts [keys that the growing table reaches, 10000000]`
 *
 * Keys are asked for in random order, their bytes lying one after the other as in a chunk of requests. What it does not measure: parsing, replies, sockets,
 * and the garbage collector's share that a server's other objects cause.
 */
import { PerformanceObserver } from "node:perf_hooks"
import { Deadlines } from "../src/data/Deadlines.ts"
import { Dictionary } from "../src/data/Dictionary.ts"
import { Key } from "../src/data/Key.ts"
import { KeyHasher } from "../src/data/KeyHasher.ts"

const keyBytes = 16
const hasher = new KeyHasher(0x243f6a88, 0x85a308d3)
const collectGarbage = globalThis.gc ?? (() => {})

/** `count` keys as redis-benchmark makes them, `key:000000000000` and so on, one after the other, in shuffled order. */
const shuffledKeys = (count: number): Buffer => {
  const keys = Buffer.alloc(count * keyBytes)
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  let state = 0x9e3779b9
  for (let index = count - 1; index > 0; index--) {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x6d2b79f5 | 0
    const other = (state >>> 0) % (index + 1)
    const kept = order[index]!
    order[index] = order[other]!
    order[other] = kept
  }
  for (let index = 0; index < count; index++) {
    keys.latin1Write(`key:${String(order[index]).padStart(12, "0")}`, index * keyBytes)
  }
  return keys
}
