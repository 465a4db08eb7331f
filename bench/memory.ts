/**
 * Bytes per key: what a million small strings add to `used_memory` and to the process, with and without a time to live.
 *
 * Keys have 16 bytes and values 32. The process's figure is what it has right after the filling, with the garbage that a
 * garbage collector has not yet looked at.
 */
import type { RespClient } from "../test/support/RespClient.ts"
import { type Contender, residentBytes } from "./servers.ts"
import { markdownTable } from "./tables.ts"

interface Figures {
  readonly usedBytesPerKey: number
  readonly residentBytesPerKey: number
}

/** Fills fresh servers one after the other, and gives a markdown table. */
export const measureMemory = async (reference: Contender, keyloom: Contender, keys: number): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  for (const [name, expiry] of [["without TTL", []], ["with TTL", ["EX", "100000"]]] as const) {
    const theirs = await fill(reference, keys, expiry)
    const ours = await fill(keyloom, keys, expiry)
    for (const [what, figure] of figures) {
      rows.push([
        `${what}, ${name}`,
        figure(theirs).toFixed(0),
        figure(ours).toFixed(0),
        (figure(ours) / figure(theirs)).toFixed(2)
      ])
      console.log(rows.at(-1)?.join("  "))
    }
  }
  const heading = `bytes per key, ${keys.toLocaleString("en")} keys`
  return markdownTable([heading, "redis-server", "Keyloom", "Keyloom / redis-server"], rows)
}

const figures: ReadonlyArray<readonly [string, (figures: Figures) => number]> = [
  ["`used_memory`", ({ usedBytesPerKey }) => usedBytesPerKey],
  ["resident", ({ residentBytesPerKey }) => residentBytesPerKey]
]

const batchSize = 5000

const fill = async (contender: Contender, keys: number, expiry: ReadonlyArray<string>): Promise<Figures> => {
  const server = await contender.start()
  try {
    const client = await server.connect()
    const usedBefore = await usedMemory(client)
    const residentBefore = residentBytes(server.pid)
    for (let start = 0; start < keys; start += batchSize) {
      const requests = Array.from({ length: Math.min(batchSize, keys - start) }, (_, offset) => {
        const digits = String(start + offset).padStart(12, "0")
        return ["SET", `key:${digits}`, `value-of-32-bytes...${digits}.`, ...expiry]
      })
      for (const { reply } of await client.pipeline(requests)) {
        if (reply.type !== "simple") throw new Error(`${server.name} refused a SET`)
      }
    }
    return {
      usedBytesPerKey: (await usedMemory(client) - usedBefore) / keys,
      residentBytesPerKey: (residentBytes(server.pid) - residentBefore) / keys
    }
  } finally {
    await server.stop()
  }
}

export const usedMemory = async (client: RespClient): Promise<number> => {
  const info = await client.call("INFO", "memory")
  const text = "text" in info ? info.text : ""
  const used = /^used_memory:(\d+)/m.exec(text)?.[1]
  if (used === undefined) throw new Error("INFO has no used_memory")
  return Number(used)
}
