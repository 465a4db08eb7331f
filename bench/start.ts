/** How long a server takes from the start of its process to its first answer. */
import type { Contender } from "./servers.ts"
import { markdownTable, median } from "./tables.ts"

/** Time from the start of a process to the answer to its first PING, median of several starts, as a markdown table. */
export const measureStart = async (reference: Contender, keyloom: Contender, rounds: number): Promise<string> => {
  const millis = { theirs: new Array<number>(), ours: new Array<number>() }
  for (let round = 0; round < rounds; round++) {
    millis.theirs.push(await firstPongMillis(reference))
    millis.ours.push(await firstPongMillis(keyloom))
  }
  const row = ["first PONG, ms", median(millis.theirs).toFixed(0), median(millis.ours).toFixed(0)]
  console.log(row.join("  "))
  return markdownTable(["start", "redis-server", "Keyloom"], [row])
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
