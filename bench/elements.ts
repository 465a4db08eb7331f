/**
 * Bytes per element of every type, in the compact and in the scalable shape: what filling adds to `used_memory`, divided by the number of elements.
 *
 * Small values are many keys with a few elements each, so that what a key and a value take besides is shared out among these.
 */
import type { Request, RespClient } from "../test/support/RespClient.ts"
import { digits } from "./loads.ts"
import { usedMemory } from "./memory.ts"
import type { Contender } from "./servers.ts"
import { markdownTable } from "./tables.ts"

interface Shape {
  readonly type: string
  /** The command up to its elements. */
  readonly command: (key: string) => Request
  readonly element: (index: number) => Request
  /** Elements of a value, compact and scalable. */
  readonly small: number
  readonly big: number
}

const shapes: ReadonlyArray<Shape> = [
  {
    type: "list",
    command: (key) => ["RPUSH", key],
    element: (index) => [`element:${index}`],
    small: 50,
    big: 1_000_000
  },
  { type: "set of integers", command: (key) => ["SADD", key], element: (index) => [index], small: 100, big: 1_000_000 },
  { type: "set", command: (key) => ["SADD", key], element: (index) => [`member:${index}`], small: 50, big: 1_000_000 },
  {
    type: "hash",
    command: (key) => ["HSET", key],
    element: (index) => [`field:${index}`, `value:${index}`],
    small: 50,
    big: 1_000_000
  },
  {
    type: "sorted set",
    command: (key) => ["ZADD", key],
    element: (index) => [index * 1.5, `member:${index}`],
    small: 50,
    big: 1_000_000
  },
  {
    type: "stream (2 fields)",
    command: (key) => ["XADD", key, "*"],
    element: (index) => ["sensor", `s${index % 100}`, "temperature", index % 50],
    small: 50,
    big: 1_000_000
  }
]

/** `share` of the elements: 1, or less to be quick. */
export const measureElements = async (reference: Contender, keyloom: Contender, share: number): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  for (const shape of shapes) {
    const big = Math.round(shape.big * share)
    for (const [what, elements, values] of [["small", shape.small, big / shape.small], ["big", big, 1]] as const) {
      const theirs = await bytesPerElement(reference, shape, elements, values)
      const ours = await bytesPerElement(keyloom, shape, elements, values)
      rows.push([
        `${shape.type}, ${what} (${elements.toLocaleString("en")})`,
        theirs.toFixed(1),
        ours.toFixed(1),
        (ours / theirs).toFixed(2)
      ])
      console.log(rows.at(-1)?.join("  "))
    }
  }
  return markdownTable(["bytes per element", "redis-server", "Keyloom", "Keyloom / redis-server"], rows)
}

const bytesPerElement = async (
  contender: Contender,
  shape: Shape,
  elements: number,
  values: number
): Promise<number> => {
  const server = await contender.start()
  try {
    const client = await server.connect()
    const before = await usedMemory(client)
    for (let value = 0; value < values; value++) await fill(client, shape, `key:${digits(value)}`, elements)
    const after = await usedMemory(client)
    client.close()
    return (after - before) / (elements * values)
  } finally {
    await server.stop()
  }
}

const fill = async (client: RespClient, shape: Shape, key: string, elements: number): Promise<void> => {
  const requests: Array<Request> = []
  // An entry of a stream is a request of its own.
  const atOnce = shape.type.startsWith("stream") ? 1 : 50
  for (let start = 0; start < elements; start += atOnce) {
    const indexes = Array.from({ length: Math.min(atOnce, elements - start) }, (_, offset) => start + offset)
    requests.push([...shape.command(key), ...indexes.flatMap(shape.element)])
    if (requests.length === 1000) await client.pipeline(requests.splice(0))
  }
  await client.pipeline(requests)
}
