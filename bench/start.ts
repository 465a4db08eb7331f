/** How long a server takes from the start of its process to its first answer. */
import type { Contender } from "./servers.ts"
import { markdownTable, median } from "./tables.ts"

/** Time from the start of a process to the answer to its first PING, median of several starts in turns, as a markdown table. */
export const measureStart = async (contenders: ReadonlyArray<Contender>, rounds: number): Promise<string> => {
  const millis = contenders.map(() => new Array<number>())
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) millis[i]!.push(await firstPongMillis(contender))
  }
  const row = ["first PONG, ms", ...millis.map((times) => median(times).toFixed(0))]
  console.log(row.join("  "))
  return markdownTable(["start", ...contenders.map(({ name }) => name)], [row])
}

const firstPongMillis = async (contender: Contender): Promise<number> => {
  const startedMillis = performance.now()
  const server = await contender.start()
  try {
    const client = await server.connect()
    await client.call("PING")
    return performance.now() - startedMillis
  } finally {
    await server.stop()
  }
}
