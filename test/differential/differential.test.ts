import { assert, describe, it } from "@effect/vitest"
import { connect, type Received } from "../support/RespClient.ts"
import * as Net from "node:net"
import { type Comparison, isSame, near } from "./differential.ts"

/** Replies as the client reads them, from a server that says them. */
const parse = async (bytes: string): Promise<Received> => {
  const server = Net.createServer((socket) => socket.end(bytes, "latin1"))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  const client = await connect({ port: address.port })
  const received = await client.receive()
  client.close()
  server.close()
  return received
}

const cases: ReadonlyArray<readonly [string, Comparison, string, string, boolean]> = [
  ["exact replies are the same bytes", "exact", "+OK\r\n", "+OK\r\n", true],
  ["a simple string is not a bulk string", "exact", "+OK\r\n", "$2\r\nOK\r\n", false],
  ["null bulks and null arrays differ", "exact", "$-1\r\n", "*-1\r\n", false],
  ["order counts", "exact", "*2\r\n:1\r\n:2\r\n", "*2\r\n:2\r\n:1\r\n", false],
  ["unordered items may come in any order", "unordered", "*2\r\n:1\r\n:2\r\n", "*2\r\n:2\r\n:1\r\n", true],
  ["unordered items have to be as many", "unordered", "*2\r\n:1\r\n:1\r\n", "*2\r\n:1\r\n:2\r\n", false],
  ["unordered sets are no arrays", "unordered", "*1\r\n:1\r\n", "~1\r\n:1\r\n", false],
  ["types alone may be asked for", "typeOnly", ":1\r\n", ":2\r\n", true],
  ["types alone still have to be the same", "typeOnly", ":1\r\n", "$1\r\n1\r\n", false],
  ["near numbers may differ by as much", near(1), ":100\r\n", ":99\r\n", true],
  ["near numbers may not differ by more", near(1), ":100\r\n", ":98\r\n", false],
  ["near numbers may be bulk strings", near(5), "$3\r\n100\r\n", "$2\r\n96\r\n", true],
  ["no deadline is not near to a deadline", near(10), ":-1\r\n", ":0\r\n", false],
  ["no deadline is not near to no key", near(10), ":-1\r\n", ":-2\r\n", false],
  ["near looks into arrays", near(1), "*2\r\n:5\r\n+a\r\n", "*2\r\n:6\r\n+a\r\n", true],
  ["near compares what is no number", near(1), "*2\r\n:5\r\n+a\r\n", "*2\r\n:5\r\n+b\r\n", false],
  ["masked text is left out", { masked: /id=\d+/, reason: "" }, "$6\r\nid=1 a\r\n", "$7\r\nid=23 a\r\n", true],
  ["text beside the mask counts", { masked: /id=\d+/, reason: "" }, "$6\r\nid=1 a\r\n", "$7\r\nid=23 b\r\n", false],
  ["ignored replies only have to come", { ignored: "" }, "+a\r\n", ":1\r\n", true]
]

describe("comparing replies", () => {
  for (const [name, compare, ours, theirs, expected] of cases) {
    it(name, async () => {
      assert.strictEqual(isSame(compare, await parse(ours), await parse(theirs)), expected)
    })
  }
})
