/**
 * How the cost of a command grows with the size of the value: ZADD, ZRANK and HSET on values of a thousand to ten million elements.
 *
 * The figure is user and system time of the server's process per command, for commands on random elements that come in pipelines of a hundred.
 */
import { makeSeededRandom } from "../test/support/random.ts"
import type { RunningServer } from "../test/support/referenceServers.ts"
import type { Request, RespClient } from "../test/support/RespClient.ts"
import { type Contender, cpuMicros } from "./servers.ts"
import { markdownTable } from "./tables.ts"

const commands: ReadonlyArray<readonly [name: string, request: (index: number) => Request]> = [
  ["ZADD", (index) => ["ZADD", "zset", (index * 7) % 1_000_003, `member:${index}`]],
  ["ZRANK", (index) => ["ZRANK", "zset", `member:${index}`]],
  ["HSET", (index) => ["HSET", "hash", `field:${index}`, index]]
]

const requestsPerSize = 100_000
const pipelineDepth = 100

export const measureGrowth = async (
  reference: Contender,
  keyloom: Contender,
  largest: number
): Promise<string> => {
  const columns = [await curve(reference, largest), await curve(keyloom, largest)]
  const rows: Array<ReadonlyArray<string>> = []
  for (const [name] of commands) {
    for (const size of sizes(largest)) {
      const [theirs = NaN, ours = NaN] = columns.map((column) => column.get(`${name} ${size}`))
      rows.push([
        `${name}, ${size.toLocaleString("en")} elements`,
        theirs.toFixed(2),
        ours.toFixed(2),
        (ours / theirs).toFixed(2)
      ])
      console.log(rows.at(-1)?.join("  "))
    }
  }
  return markdownTable(["CPU µs per command", "redis-server", "Keyloom", "Keyloom / redis-server"], rows)
}

const sizes = (largest: number): ReadonlyArray<number> =>
  [1000, 10_000, 100_000, 1_000_000, 10_000_000].filter((size) => size <= largest)

const curve = async (contender: Contender, largest: number): Promise<ReadonlyMap<string, number>> => {
  const figures = new Map<string, number>()
  const server = await contender.start()
  try {
    const client = await server.connect()
    let filled = 0
    for (const size of sizes(largest)) {
      await grow(client, filled, size)
      filled = size
      for (const [name, request] of commands) {
        figures.set(`${name} ${size}`, await microsPerCommand(server, client, request, size))
      }
    }
    client.close()
    return figures
  } finally {
    await server.stop()
  }
}

/** Adds the elements from one size to the next. */
const grow = async (client: RespClient, from: number, to: number): Promise<void> => {
  for (let start = from; start < to; start += 1000) {
    const scores: Array<string | number> = []
    const fields: Array<string | number> = []
    for (let index = start; index < Math.min(start + 1000, to); index++) {
      scores.push((index * 7) % 1_000_003, `member:${index}`)
      fields.push(`field:${index}`, index)
    }
    await client.pipeline([["ZADD", "zset", ...scores], ["HSET", "hash", ...fields]])
  }
}

const microsPerCommand = async (
  server: RunningServer,
  client: RespClient,
  request: (index: number) => Request,
  size: number
): Promise<number> => {
  const random = makeSeededRandom(size)
  const send = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += pipelineDepth) {
      await client.pipeline(Array.from({ length: pipelineDepth }, () => request(random.integer(size))))
    }
  }
  await send(requestsPerSize / 5)
  const before = cpuMicros(server.pid)
  await send(requestsPerSize)
  return (cpuMicros(server.pid) - before) / requestsPerSize
}
