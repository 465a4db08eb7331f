/**
 * The dictionary by itself: nanoseconds per operation and bytes per key beside a `Map`, and the longest single insertion while a table grows.
 *
 * `node --expose-gc --max-old-space-size=8000 bench/dictionary.ts [keys the growing tables reach, default 10000000]`
 *
 * Keys are asked for in random order, their bytes lying one after the other as in a chunk of requests; an operation includes hashing the key (ours) or
 * making its string (`Map`). The best of several passes counts. What it does not measure: parsing, replies, sockets, and what other objects of a server
 * cost the garbage collector. Most of a look-up is memory latency: compare the columns of one run, never two runs.
 */
import { PerformanceObserver } from "node:perf_hooks"
import { setImmediate } from "node:timers/promises"
import { Dictionary } from "../src/data/Dictionary.ts"
import { Key } from "../src/data/Key.ts"
import { KeyHasher } from "../src/data/KeyHasher.ts"

const main = async (): Promise<void> => {
  for (const count of [100_000, 1_000_000]) operations(count)
  const target = Number(process.argv[2] ?? 10_000_000)
  await growth("Dictionary", target, growDictionary)
  // Far enough to see a Map double; each further doubling takes twice as long, and at 16.7 million entries it ends.
  await growth("Map", Math.min(target, 2_200_000), growMap)
}

const keyBytes = 16
const hasher = new KeyHasher(0x243f6a88, 0x85a308d3)
const valueBytes = Buffer.from("xxx")
/** Lookups land here, so that the compiler can't leave them out. */
let sink = 0

const operations = (count: number): void => {
  const inserted = shuffledKeys(count, 1)
  const asked = shuffledKeys(count, 2)
  const passes = 8_000_000 / count
  const rows: Record<string, { dictionary: number; map: number; ratio: number }> = {}
  const report = (name: string, dictionary: number, map: number, digits: number) => {
    rows[name] = {
      dictionary: Number(dictionary.toFixed(digits)),
      map: Number(map.toFixed(digits)),
      ratio: Number((dictionary / map).toFixed(2))
    }
  }
  const ours = { insert: Infinity, find: Infinity, remove: Infinity, bytes: 0 }
  const theirs = { insert: Infinity, find: Infinity, remove: Infinity, bytes: 0 }
  for (let round = 0; round < 3; round++) {
    const dictionary = new Dictionary<string>()
    const emptyHeap = heapBytes()
    ours.insert = Math.min(ours.insert, nanosPerKey(count, () => insertAll(dictionary, inserted, count)))
    ours.bytes = (heapBytes() - emptyHeap) / count
    for (let pass = 0; pass < passes / 3; pass++) {
      ours.find = Math.min(ours.find, nanosPerKey(count, () => findAll(dictionary, asked, count)))
    }
    ours.remove = Math.min(ours.remove, nanosPerKey(count, () => removeAll(dictionary, asked, count)))

    const map = new Map<string, string>()
    const emptyMapHeap = heapBytes()
    theirs.insert = Math.min(theirs.insert, nanosPerKey(count, () => insertAllMap(map, inserted, count)))
    theirs.bytes = (heapBytes() - emptyMapHeap) / count
    for (let pass = 0; pass < passes / 3; pass++) {
      theirs.find = Math.min(theirs.find, nanosPerKey(count, () => findAllMap(map, asked, count)))
    }
    theirs.remove = Math.min(theirs.remove, nanosPerKey(count, () => removeAllMap(map, asked, count)))
  }
  const hash = nanosPerKey(count, () => hashAll(asked, count))
  const slice = nanosPerKey(count, () => sliceAll(asked, count))
  report("hash | latin1Slice, ns", hash, slice, 0)
  report("insert, ns", ours.insert, theirs.insert, 0)
  report("find, ns", ours.find, theirs.find, 0)
  report("find and remove, ns", ours.remove, theirs.remove, 0)
  report("bytes per key, with key and value", ours.bytes, theirs.bytes, 1)
  console.log(`${count} keys of ${keyBytes} bytes, values of ${valueBytes.length}`)
  console.table(rows)
}

/** `count` keys like redis-benchmark's, one after the other, in an order of their own. */
const shuffledKeys = (count: number, seed: number): Buffer => {
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
  const keys = Buffer.alloc(count * keyBytes)
  for (let index = 0; index < count; index++) {
    keys.latin1Write(`key:${String(order[index]).padStart(12, "0")}`, index * keyBytes, keyBytes)
  }
  return keys
}

const keyOf = (keys: Buffer, at: number): Key => Key.ofBytes(hasher, keys, at * keyBytes, at * keyBytes + keyBytes)
const textOf = (keys: Buffer, at: number): string => keys.latin1Slice(at * keyBytes, at * keyBytes + keyBytes)

const hashAll = (keys: Buffer, count: number): void => {
  for (let at = 0; at < count; at++) sink ^= keyOf(keys, at).hash
}
const sliceAll = (keys: Buffer, count: number): void => {
  for (let at = 0; at < count; at++) sink ^= textOf(keys, at).length
}
const insertAll = (dictionary: Dictionary<string>, keys: Buffer, count: number): void => {
  for (let at = 0; at < count; at++) dictionary.insert(keyOf(keys, at), valueBytes.latin1Slice())
}
const insertAllMap = (map: Map<string, string>, keys: Buffer, count: number): void => {
  for (let at = 0; at < count; at++) map.set(textOf(keys, at), valueBytes.latin1Slice())
}
const findAll = (dictionary: Dictionary<string>, keys: Buffer, count: number): void => {
  for (let at = 0; at < count; at++) sink ^= dictionary.valueAt(dictionary.find(keyOf(keys, at))).length
}
const findAllMap = (map: Map<string, string>, keys: Buffer, count: number): void => {
  for (let at = 0; at < count; at++) sink ^= map.get(textOf(keys, at))!.length
}
const removeAll = (dictionary: Dictionary<string>, keys: Buffer, count: number): void => {
  for (let at = 0; at < count; at++) dictionary.remove(dictionary.find(keyOf(keys, at)))
}
const removeAllMap = (map: Map<string, string>, keys: Buffer, count: number): void => {
  for (let at = 0; at < count; at++) map.delete(textOf(keys, at))
}

const nanosPerKey = (count: number, run: () => void): number => {
  const begun = performance.now()
  run()
  return (performance.now() - begun) * 1e6 / count
}

const heapBytes = (): number => {
  globalThis.gc?.()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

type Insert = (key: Buffer) => void

const growDictionary = (): Insert => {
  const dictionary = new Dictionary<string>()
  return (key) => dictionary.insert(Key.ofBytes(hasher, key, 0, keyBytes), "xxx")
}
const growMap = (): Insert => {
  const map = new Map<string, string>()
  return (key) => map.set(key.latin1Slice(0, keyBytes), "xxx")
}

/**
 * Times every insertion, and sets apart those in which the garbage collector ran and those in which the system gave the processor to somebody else:
 * what is left is the table's own. On a busy machine a long step is rarely left alone: there the second number counts as well.
 */
const growth = async (name: string, target: number, make: () => Insert): Promise<void> => {
  const collections: Array<{ begun: number; ended: number }> = []
  const observer = new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries()) {
      collections.push({ begun: startTime, ended: startTime + duration })
    }
  })
  observer.observe({ entryTypes: ["gc"] })
  const insert = make()
  const key = Buffer.from("key:000000000000")
  const longSteps: Array<Step> = []
  let switches = process.resourceUsage().involuntaryContextSwitches
  let totalMillis = 0
  for (let at = 0; at < target; at++) {
    const begun = performance.now()
    insert(key)
    const ended = performance.now()
    totalMillis += ended - begun
    if (ended - begun > longStepMillis) {
      const switchesNow = process.resourceUsage().involuntaryContextSwitches
      longSteps.push({ at, begun, ended, wasInterrupted: switchesNow !== switches })
      switches = switchesNow
    }
    for (let digit = keyBytes - 1; ++key[digit]! > nine; digit--) key[digit] = zero
  }
  await setImmediate()
  await setImmediate()
  observer.disconnect()
  const ownSteps = longSteps.filter((step) =>
    !step.wasInterrupted &&
    !collections.some((collection) => collection.begun < step.ended && collection.ended > step.begun)
  )
  console.log(
    `${name} growing to ${target}: ${(totalMillis * 1e6 / target).toFixed(0)} ns per insertion; longest step ` +
      `${longest(ownSteps)} of its own, ${longest(longSteps)} with garbage collection and other processes`
  )
}

interface Step {
  readonly at: number
  readonly begun: number
  readonly ended: number
  readonly wasInterrupted: boolean
}

const longest = (steps: ReadonlyArray<Step>): string => {
  const worst = steps.toSorted((left, right) => right.ended - right.begun - left.ended + left.begun)[0]
  return worst === undefined
    ? `below ${longStepMillis} ms`
    : `${(worst.ended - worst.begun).toFixed(2)} ms (entry ${worst.at})`
}

const longStepMillis = 0.1
const zero = 0x30
const nine = 0x39

await main()
if (sink === 0.5) console.log(sink)
