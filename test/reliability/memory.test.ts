/**
 * Memory that runs out, and memory that is counted, in processes of their own.
 */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as Path from "node:path"
import { keyloomCommand, projectDirectory, startServer } from "../support/referenceServers.ts"
import type { Reply, RespClient } from "../support/RespClient.ts"

const { directives, words } = keyloomCommand()
const heapFlag = /^--max-old-space-size/
/** Something else than the sources may be tested, to which no flag can be given. */
const hasHeapFlag = words.some((word) => heapFlag.test(word))

const batchSize = 100
const keyOf = (index: number): string => `key:${index}`
const value = "x".repeat(4000)

const isOutOfMemory = (reply: Reply): boolean =>
  reply.type === "error" && reply.text === "OOM command not allowed when used memory > 'maxmemory'."

/** Writes new keys until one is refused, and answers how many there are then. */
const fill = async (client: RespClient, from: number): Promise<number> => {
  for (let written = from; written < from + 1_000_000; written += batchSize) {
    const requests = Array.from({ length: batchSize }, (_, i) => ["SET", keyOf(written + i), value])
    const replies = await client.pipeline(requests)
    const refused = replies.findIndex(({ reply }) => isOutOfMemory(reply))
    if (refused >= 0) return written + refused
    for (const { reply } of replies) assert.strictEqual(reply.type, "simple")
  }
  return assert.fail("nothing was refused")
}

const remove = async (client: RespClient, from: number, to: number): Promise<void> => {
  for (let start = from; start < to; start += batchSize) {
    const length = Math.min(batchSize, to - start)
    await client.pipeline(Array.from({ length }, (_, i) => ["DEL", keyOf(start + i)]))
  }
}

describe("a heap that is full", () => {
  it.skipIf(!hasHeapFlag)(
    "refuses writes, serves reads, and takes writes again when something is deleted",
    async () => {
      const command = words.map((word) => heapFlag.test(word) ? "--max-old-space-size=128" : word)
      const server = await startServer("keyloom", command, { directives })
      try {
        const client = await server.connect()
        const full = await fill(client, 0)
        // It is the heap that is full, not some lower limit.
        assert.isAbove(full * value.length, 80_000_000)

        assert.deepStrictEqual(await client.call("GET", keyOf(0)), { type: "bulk", text: value })
        assert.deepStrictEqual(await client.call("DBSIZE"), { type: "integer", text: String(full) })
        // A client that goes on trying changes nothing.
        for (let i = 0; i < 20; i++) {
          const replies = await client.pipeline(Array.from({ length: batchSize }, () => ["SET", "another", value]))
          assert.isTrue(replies.every(({ reply }) => isOutOfMemory(reply)))
        }

        // What is deleted makes room at once, before any of it has been collected.
        await remove(client, 0, 1000)
        assert.deepStrictEqual(await client.call("SET", "another", value), { type: "simple", text: "OK" })
        const again = await fill(client, full)
        assert.isAtLeast(again - full, 500)

        // Values that are replaced leave garbage, not data: that is no reason to refuse.
        await remove(client, 1000, 6000)
        for (let start = 6000; start < full; start += batchSize) {
          const requests = Array.from(
            { length: batchSize },
            (_, i) => ["SET", keyOf(start + i), value.replace("x", "y")]
          )
          for (const { reply } of await client.pipeline(requests)) assert.strictEqual(reply.type, "simple")
        }

        assert.deepStrictEqual(await client.call("FLUSHALL"), { type: "simple", text: "OK" })
        assert.isAbove(await fill(client, 0) * value.length, 80_000_000)
        client.close()
      } finally {
        await server.stop()
      }
      assert.notInclude(server.output(), "heap out of memory")
    },
    120_000
  )
})

describe("used_memory", () => {
  it("is within 15 % of what the process holds, whatever is stored", () => {
    const [node = process.execPath] = words
    const { status, stderr, stdout } = spawnSync(
      hasHeapFlag ? node : process.execPath,
      ["--expose-gc", Path.join(projectDirectory, "bench/countedMemory.ts"), "0.1"],
      { encoding: "utf8" }
    )
    assert.strictEqual(status, 0, stderr)
    // Name, bytes counted, bytes held, ratio.
    const rows = stdout.split("\n").map((line) => line.split("  ")).filter(({ length }) => length === 4)
    assert.isAtLeast(rows.length, 12, stdout)
    for (const row of rows) {
      const ratio = Number(row[3])
      assert.isTrue(ratio > 0.85 && ratio < 1.15, row.join("  "))
    }
  }, 120_000)
})
