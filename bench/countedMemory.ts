/**
 * `used_memory` beside what the process really holds: is what is counted true?
 *
 * `node --expose-gc --max-old-space-size=8000 bench/countedMemory.ts [share of the keys, default 1]`
 *
 * Each row fills an engine of its own through its commands, in process, and compares what INFO would show with the growth of V8's heap and of the buffers
 * beside it, after all garbage has been collected. What it does not measure: the pages that the allocators keep for themselves. Those are in
 * `bench/memory.ts`, which looks at the process from outside, beside redis-server.
 */
import { Effect, Layer } from "effect"
import { flatCopy } from "../src/data/ByteString.ts"
import { builtIn } from "../src/commands/index.ts"
import * as Engine from "../src/layers/Engine.ts"
import * as InProcessClient from "../src/layers/InProcessClient.ts"
import { layer as configLayer } from "../src/layers/ServerConfigMemory.ts"
import { Memory } from "../src/services/Memory.ts"
import { markdownTable } from "./tables.ts"

export interface Workload {
  readonly name: string
  readonly count: number
  /** The commands for the key at this place. */
  readonly commands: (index: number) => ReadonlyArray<ReadonlyArray<string | Buffer>>
}

const key = (index: number): string => flatCopy(`key:${String(index).padStart(12, "0")}`)
const text = (length: number): string => flatCopy("x".repeat(length))

export const workloads: ReadonlyArray<Workload> = [
  { name: "3 bytes", count: 1_000_000, commands: (i) => [["SET", key(i), text(3)]] },
  { name: "3 bytes, TTL", count: 1_000_000, commands: (i) => [["SET", key(i), text(3), "EX", "100000"]] },
  { name: "32 bytes", count: 1_000_000, commands: (i) => [["SET", key(i), text(32)]] },
  { name: "100 bytes", count: 1_000_000, commands: (i) => [["SET", key(i), text(100)]] },
  { name: "100 bytes, TTL", count: 1_000_000, commands: (i) => [["SET", key(i), text(100), "EX", "100000"]] },
  { name: "small integers", count: 1_000_000, commands: (i) => [["SET", key(i), String(i)]] },
  { name: "integers of 40 bits", count: 1_000_000, commands: (i) => [["SET", key(i), String(2 ** 40 + i)]] },
  { name: "integers of 60 bits", count: 1_000_000, commands: (i) => [["SET", key(i), String(2n ** 60n + BigInt(i))]] },
  { name: "counters", count: 1_000_000, commands: (i) => [["SET", key(i), "5"], ["INCR", key(i)]] },
  {
    name: "3 bytes, replaced by 100",
    count: 500_000,
    commands: (i) => [["SET", key(i), text(3)], ["SET", key(i), text(100)]]
  },
  { name: "10 KB", count: 10_000, commands: (i) => [["SET", key(i), text(10_000)]] },
  { name: "100 KB", count: 1000, commands: (i) => [["SET", key(i), Buffer.alloc(100_000, "x")]] },
  {
    name: "100 bytes, appended to",
    count: 200_000,
    commands: (i) => [["SET", key(i), text(100)], ["APPEND", key(i), text(20)]]
  },
  {
    name: "10 bytes, appended ten times",
    count: 200_000,
    commands: (i) => Array.from({ length: 10 }, () => ["APPEND", key(i), text(10)])
  },
  { name: "SETRANGE at 50000", count: 2000, commands: (i) => [["SETRANGE", key(i), "50000", "x"]] }
]

/** What one workload adds, in bytes. */
export const measure = ({ commands }: Workload, count: number): Effect.Effect<{ counted: number; held: number }> =>
  Effect.gen(function*() {
    const { call } = yield* InProcessClient.make
    const memory = yield* Memory
    yield* call(["PING"])
    const countedBefore = memory.usedBytes()
    const heldBefore = yield* heldBytes
    for (let i = 0; i < count; i++) {
      for (const command of commands(i)) yield* call(command)
    }
    return { counted: memory.usedBytes() - countedBefore, held: (yield* heldBytes) - heldBefore }
  }).pipe(
    Effect.provide(Engine.layer(builtIn).pipe(Layer.provide(configLayer()))),
    Effect.scoped,
    Effect.orDie
  )

/** Collects garbage until there is none: buffers are freed beside the program, some time after their owners are gone. */
const heldBytes = Effect.gen(function*() {
  let before = Infinity
  while (true) {
    globalThis.gc?.()
    yield* Effect.yieldNow
    const { external, heapUsed } = process.memoryUsage()
    const held = heapUsed + external
    if (Math.abs(before - held) < settledBytes) return held
    before = held
  }
})

const settledBytes = 4096

if (import.meta.main) {
  if (globalThis.gc === undefined) throw new Error("needs node --expose-gc")
  const share = Number(process.argv[2] ?? 1)
  const rows: Array<ReadonlyArray<string>> = []
  for (const workload of workloads) {
    const count = Math.ceil(workload.count * share)
    const { counted, held } = await Effect.runPromise(measure(workload, count))
    rows.push([
      `${count.toLocaleString("en")} × ${workload.name}`,
      (counted / count).toFixed(1),
      (held / count).toFixed(1),
      (counted / held).toFixed(2)
    ])
    console.log(rows.at(-1)?.join("  "))
  }
  console.log(`\n${markdownTable(["bytes per key", "counted", "held", "counted / held"], rows)}`)
}
