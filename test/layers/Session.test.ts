import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Dispatcher } from "../../src/layers/Dispatcher.ts"
import { postponed } from "../../src/layers/gates.ts"
import { requestsPerTurn, Session } from "../../src/layers/Session.ts"
import { ReplyWriter } from "../../src/protocol/ReplyWriter.ts"
import { RequestParser } from "../../src/protocol/RequestParser.ts"
import { Client } from "../../src/services/Client.ts"
import type { CommandContext } from "../../src/services/CommandContext.ts"
import { Waiting } from "../../src/services/Waiting.ts"

const waiting = new Waiting(Effect.never)

/** A session whose commands do what their names say. */
const makeSession = ({ isAuthenticated = true } = {}) => {
  const client = new Client(
    1,
    {
      address: "",
      localAddress: "",
      isLocal: true,
      fileDescriptor: -1,
      queryBufferBytes: () => 0,
      argumentBytes: () => 0,
      outputBytes: () => 0,
      close: () => undefined
    },
    0,
    isAuthenticated
  )
  const control = { isPaused: false, batches: 0 }
  const dispatcher: Dispatcher["Service"] = {
    // The commands of this test look at nothing, and the session at no more than this.
    contextOf: (client) => ({ client, database: { prefetch: () => undefined } }) as unknown as CommandContext,
    dispatch: (_, request) => {
      if (control.isPaused) return postponed
      client.commandCount++
      switch (request.text(0)) {
        case "WAIT":
          return waiting
        case "QUIT":
          client.closesAfterReply = true
          return "bye"
        case "LOGIN":
          client.isAuthenticated = true
          return "welcome"
        case "SILENCE":
          client.replyMode = "off"
          return null
        case "SKIP":
          client.replyMode = "skip-next"
          return null
        case "SPEAK":
          client.replyMode = "on"
          return "speaking"
        case "LARGE":
          return "x".repeat(Number(request.text(1)))
        default:
          return request.text(0)
      }
    },
    endBatch: () => {
      control.batches++
    }
  }
  const parser = new RequestParser({ protoMaxBulkLen: 1024 * 1024 })
  const writer = new ReplyWriter()
  const session = new Session(client, dispatcher, parser, writer)
  return {
    client,
    control,
    session,
    writer,
    push: (text: string) => parser.push(Buffer.from(text)),
    replies: () => Buffer.concat(writer.take()).toString()
  }
}

describe("turns", () => {
  it("a pipeline of 100,000 requests is run in turns of bounded length", () => {
    const { client, control, push, replies, session } = makeSession()
    push("PING\r\n".repeat(100_000))
    let turns = 0
    let ran = 0
    while (true) {
      const stop = session.run()
      turns++
      assert.isAtMost(client.commandCount - ran, requestsPerTurn)
      ran = client.commandCount
      if (stop === "NeedsInput") break
      assert.strictEqual(stop, "TurnIsOver")
    }
    assert.strictEqual(ran, 100_000)
    assert.isAtLeast(turns, Math.ceil(100_000 / requestsPerTurn))
    assert.strictEqual(control.batches, turns, "the time of each turn is measured")
    assert.strictEqual(replies(), "$4\r\nPING\r\n".repeat(100_000))
  })

  it("long replies end a turn early, so that they can leave", () => {
    const { push, session, writer } = makeSession()
    push("LARGE 500000\r\n".repeat(10))
    assert.strictEqual(session.run(), "TurnIsOver")
    assert.isBelow(writer.length, 2_000_000)
    let turns = 1
    do {
      writer.take()
      turns++
    } while (session.run() === "TurnIsOver")
    assert.isAtLeast(turns, 4)
  })
})

describe("where it stops", () => {
  it("an incomplete request needs input, and runs when the rest has come", () => {
    const { push, replies, session } = makeSession()
    push("*1\r\n$4\r\nPI")
    assert.strictEqual(session.run(), "NeedsInput")
    assert.strictEqual(replies(), "")
    push("NG\r\n")
    assert.strictEqual(session.run(), "NeedsInput")
    assert.strictEqual(replies(), "$4\r\nPING\r\n")
  })

  it("a command that waits holds up those behind it, until it is answered", () => {
    const { push, replies, session } = makeSession()
    push("A\r\nWAIT\r\nB\r\n")
    assert.strictEqual(session.run(), waiting)
    assert.strictEqual(replies(), "$1\r\nA\r\n")
    session.answer("done")
    assert.strictEqual(session.run(), "NeedsInput")
    assert.strictEqual(replies(), "$4\r\ndone\r\n$1\r\nB\r\n")
  })

  it("a request that is held back is tried again, and runs once", () => {
    const { client, control, push, replies, session } = makeSession()
    push("A\r\nB\r\n")
    control.isPaused = true
    assert.strictEqual(session.run(), "Postponed")
    assert.strictEqual(session.run(), "Postponed")
    control.isPaused = false
    assert.strictEqual(session.run(), "NeedsInput")
    assert.strictEqual(client.commandCount, 2)
    assert.strictEqual(replies(), "$1\r\nA\r\n$1\r\nB\r\n")
  })

  it("nothing runs after the command that ends the connection", () => {
    const { client, push, replies, session } = makeSession()
    push("A\r\nQUIT\r\nB\r\n")
    assert.strictEqual(session.run(), "Ends")
    assert.strictEqual(client.commandCount, 2)
    assert.strictEqual(replies(), "$1\r\nA\r\n$3\r\nbye\r\n")
  })

  it("a protocol error ends the connection, after the requests before it", () => {
    const { push, replies, session } = makeSession()
    push("A\r\n*1\r\n+1\r\nB\r\n")
    assert.strictEqual(session.run(), "Ends")
    assert.strictEqual(replies(), "$1\r\nA\r\n-ERR Protocol error: expected '$', got '+'\r\n")
  })
})

describe("who may send how much", () => {
  const long = `*11\r\n${"$1\r\nx\r\n".repeat(11)}`

  it("a stranger's limits hold until the request that lifts them, also within one packet", () => {
    const { push, replies, session } = makeSession({ isAuthenticated: false })
    push(`LOGIN\r\n${long}`)
    assert.strictEqual(session.run(), "NeedsInput")
    assert.strictEqual(replies(), "$7\r\nwelcome\r\n$1\r\nx\r\n")
  })

  it("a stranger with more arguments than allowed is sent away", () => {
    const { push, replies, session } = makeSession({ isAuthenticated: false })
    push(long)
    assert.strictEqual(session.run(), "Ends")
    assert.strictEqual(replies(), "-ERR Protocol error: unauthenticated multibulk length\r\n")
  })
})

describe("CLIENT REPLY", () => {
  it("OFF silences until ON, which is answered", () => {
    const { push, replies, session } = makeSession()
    push("A\r\nSILENCE\r\nB\r\nWAIT\r\n")
    assert.strictEqual(session.run(), waiting)
    session.answer("silenced too")
    assert.strictEqual(session.run(), "NeedsInput")
    push("SPEAK\r\nC\r\n")
    session.run()
    assert.strictEqual(replies(), "$1\r\nA\r\n$8\r\nspeaking\r\n$1\r\nC\r\n")
  })

  it("SKIP silences itself and the next command", () => {
    const { push, replies, session } = makeSession()
    push("A\r\nSKIP\r\nB\r\nC\r\n")
    session.run()
    assert.strictEqual(replies(), "$1\r\nA\r\n$1\r\nC\r\n")
  })
})
