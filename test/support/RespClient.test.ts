import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Net from "node:net"
import { connect, formatReply, type RespClient } from "./RespClient.ts"

// One of each type, nested, with bytes that are no text; the attribute stands before what it describes.
const everyType = [
  "+OK\r\n",
  "-ERR no\r\n",
  ":-12\r\n",
  ",1.0\r\n",
  "(12345678901234567890\r\n",
  "#t\r\n",
  "_\r\n",
  "$-1\r\n",
  "*-1\r\n",
  "$5\r\na\r\n\x00\xff\r\n",
  "!5\r\nERR x\r\n",
  "=8\r\ntxt:some\r\n",
  "*2\r\n*0\r\n$0\r\n\r\n",
  "~1\r\n:1\r\n",
  "%1\r\n+k\r\n*1\r\n_\r\n",
  "|1\r\n+ttl\r\n:1\r\n$1\r\nv\r\n"
]

const everyTypeFormatted = [
  "simple OK",
  "error ERR no",
  "integer -12",
  "double 1.0",
  "bigNumber 12345678901234567890",
  "boolean true",
  "null (resp3)",
  "null (bulk)",
  "null (array)",
  "\"a\\r\\n\\x00\\xff\"",
  "bulkError ERR x",
  "verbatim txt:\"some\"",
  "array [array [], \"\"]",
  "set [integer 1]",
  "map {simple k: array [null (resp3)]}",
  "attribute {simple ttl: integer 1} of \"v\""
]

describe("RespClient", () => {
  // It answers each connection with the bytes that the test has put here, in the pieces that they are in.
  let pieces: ReadonlyArray<string> = []
  const server = Net.createServer((socket) => {
    const [first, ...rest] = pieces
    socket.write(first ?? "", "latin1")
    // The client asks for each further piece, so that the pieces arrive apart from each other.
    socket.on("data", () => {
      const piece = rest.shift()
      if (piece === undefined) socket.end()
      else socket.write(piece, "latin1")
    })
  })
  const opened: Array<RespClient> = []
  const open = async (given: ReadonlyArray<string>): Promise<RespClient> => {
    pieces = given
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("the server has no port")
    const client = await connect({ port: address.port })
    opened.push(client)
    return client
  }
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)))
  afterAll(async () => {
    for (const client of opened) client.close()
    await new Promise((resolve) => server.close(resolve))
  })

  it("keeps all protocol types apart, and the bytes they came in", async () => {
    const client = await open([everyType.join("")])
    for (const [index, formatted] of everyTypeFormatted.entries()) {
      const { raw, reply } = await client.receive()
      assert.strictEqual(formatReply(reply), formatted)
      assert.strictEqual(raw, everyType[index])
    }
  })

  it("reads a reply that is cut anywhere", async () => {
    const reply = "*3\r\n$4\r\na\r\nb\r\n%1\r\n+k\r\n:1\r\n-ERR\r\n"
    for (let cut = 1; cut < reply.length; cut++) {
      const client = await open([reply.slice(0, cut), reply.slice(cut)])
      client.write("more")
      assert.strictEqual((await client.receive()).raw, reply, `cut at ${cut}`)
    }
  })

  it("keeps pushes apart from replies", async () => {
    const client = await open([">2\r\n+a\r\n:1\r\n+OK\r\n"])
    assert.strictEqual((await client.receive()).raw, "+OK\r\n")
    assert.strictEqual((await client.receivePush()).raw, ">2\r\n+a\r\n:1\r\n")
  })

  it("gives what is left when the server closes, and fails whoever waits for a reply", async () => {
    const client = await open(["+a\r\n+b\r\n$5\r\nhal"])
    assert.strictEqual((await client.receive()).raw, "+a\r\n")
    client.write("more")
    assert.strictEqual(await client.untilClosed(), "+b\r\n$5\r\nhal")
    assert.isTrue(client.isClosed())
    await client.receive().then(() => assert.fail("there was a reply"), (error: Error) => {
      assert.include(error.message, "closed")
    })
  })
})
