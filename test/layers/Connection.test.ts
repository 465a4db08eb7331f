import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import * as Net from "node:net"
import * as Command from "../../src/commands/Command.ts"
import { maxUnauthenticatedQueryBytes, maxWaitingOutputBytes } from "../../src/layers/Connection.ts"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import { requestsPerTurn } from "../../src/layers/Session.ts"
import type { Reply } from "../../src/protocol/Reply.ts"
import { Clients } from "../../src/services/Clients.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { Waiting } from "../../src/services/Waiting.ts"
import { encodeRequest, type RespClient } from "../support/RespClient.ts"
import { LiveServer, liveServer, nextTurn, until } from "./liveServer.ts"

const call = (client: RespClient, ...request: ReadonlyArray<string>) => Effect.promise(() => client.call(...request))
const text = (client: RespClient, ...request: ReadonlyArray<string>) =>
  Effect.map(call(client, ...request), (reply) => "text" in reply ? reply.text : JSON.stringify(reply))
const untilClosed = (client: RespClient) => Effect.promise(() => client.untilClosed())
const repeated = (count: number, ...request: ReadonlyArray<string>): Buffer => {
  const bytes = encodeRequest(request)
  return Buffer.concat(Array.from({ length: count }, () => bytes))
}

const facts = { summary: "For tests.", since: "1.0.0", group: "generic", complexity: "O(1)", args: {} } as const

/** Throws. */
const boom = Command.make("BOOM", {
  ...facts,
  flags: [],
  run: () => {
    throw new Error("boom")
  }
})

/** Waits, and then finds out that it has a defect. */
const lateBoom = Command.make("LATEBOOM", {
  ...facts,
  flags: [],
  run: () => new Waiting(Effect.andThen(Effect.yieldNow, Effect.die(new Error("late boom"))))
})

/** Waits as a blocking command does, until CALL. */
let waiter = Deferred.makeUnsafe<Reply>()
const block = Command.make("BLOCK", {
  ...facts,
  flags: [],
  run: ({ client }) => {
    const blocked = client.blocked = { waiter: undefined, unblock: () => {}, abandon: () => {} }
    waiter = Deferred.makeUnsafe<Reply>()
    return new Waiting(
      Deferred.await(waiter).pipe(Effect.ensuring(Effect.sync(() => {
        if (client.blocked === blocked) client.blocked = undefined
      })))
    )
  }
})
const release = Effect.suspend(() => Deferred.succeed(waiter, "released"))

const commands = [boom, lateBoom, block]

/** A socket that takes nothing of what is sent to it. */
const neverReading = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const socket = Net.connect({ port })
      socket.on("error", () => undefined)
      return socket.pause()
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

describe("requests and replies", () => {
  it.live("the replies to a pipeline leave in one write", () =>
    Effect.gen(function*() {
      const client = yield* (yield* LiveServer).connect()
      const { counters } = yield* ServerStats
      yield* call(client, "PING")
      const before = counters.writesProcessed
      client.write(repeated(500, "PING"))
      for (let i = 0; i < 500; i++) {
        assert.strictEqual((yield* Effect.promise(() => client.receive())).raw, "+PONG\r\n")
      }
      assert.strictEqual(counters.writesProcessed, before + 1)
    }).pipe(Effect.provide(liveServer())))

  it.live("a client that has ended its side gets the replies to what it has sent", () =>
    Effect.gen(function*() {
      const client = yield* (yield* LiveServer).connect()
      client.write("PING\r\nECHO hello\r\n")
      client.end()
      assert.strictEqual(yield* untilClosed(client), "+PONG\r\n$5\r\nhello\r\n")
      const clients = yield* Clients
      yield* until(() => clients.size() === 0)
    }).pipe(Effect.provide(liveServer())))

  it.live("a long pipeline from a client that has ended its side is answered in full", () =>
    Effect.gen(function*() {
      const client = yield* (yield* LiveServer).connect()
      client.write(repeated(50_000, "ECHO", "x".repeat(100)))
      client.end()
      assert.strictEqual((yield* untilClosed(client)).length, 50_000 * "$100\r\n\r\n".length + 50_000 * 100)
    }).pipe(Effect.provide(liveServer())))

  it.live("QUIT is answered, closes the connection, and nothing runs after it", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const client = yield* connect()
      client.write("SET k 1\r\nQUIT\r\nSET k 2\r\n")
      assert.strictEqual(yield* untilClosed(client), "+OK\r\n+OK\r\n")
      assert.strictEqual(yield* text(yield* connect(), "GET", "k"), "1")
    }).pipe(Effect.provide(liveServer())))

  it.live("a protocol error is answered after the replies before it, and closes the connection", () =>
    Effect.gen(function*() {
      const client = yield* (yield* LiveServer).connect()
      client.write("PING\r\n*1\r\n!4\r\nPING\r\n")
      assert.strictEqual(yield* untilClosed(client), "+PONG\r\n-ERR Protocol error: expected '$', got '!'\r\n")
    }).pipe(Effect.provide(liveServer())))
})

describe("the log tells who has broken the protocol", () => {
  const logged = (config: GivenValues) =>
    Effect.gen(function*() {
      const { connect, log } = yield* LiveServer
      const client = yield* connect()
      client.write("*2\r\n$3\r\nGET\r\n$secret\r\n")
      yield* untilClosed(client)
      return log.filter(({ text }) => text.startsWith("Protocol error")).map(({ level, text }) =>
        `${level}: ${text.replace(/\d+\.\d+\.\d+\.\d+:\d+/, "ADDRESS").replace(/id=\d+/, "id=ID")}`
      )
    }).pipe(Effect.provide(liveServer({ config })))
  const line = "Debug: Protocol error (invalid bulk length) from client: id=ID addr=ADDRESS. Query buffer: "

  it.live("without what it has sent", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* logged({}), [`${line}*redacted*`])
    }))

  it.live("and with it when hide-user-data-from-log is off", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* logged({ "hide-user-data-from-log": "no" }), [
        `${line}'*2..$3..GET..$secret..'`
      ])
    }))
})

describe("turns", () => {
  it.live("a pipeline of 100,000 commands lets a neighbour have its turn after a bounded number of them", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const busy = yield* connect()
      const neighbour = yield* connect()
      yield* call(neighbour, "PING")
      const total = 100_000
      busy.write(repeated(total, "INCR", "counter"))
      // What the counter has come to at each turn of the neighbour, which has one request under way at any time.
      const seen = [0]
      while (seen.at(-1) !== total) {
        const value = yield* text(neighbour, "GET", "counter")
        if (/^\d+$/.test(value)) seen.push(Number(value))
      }
      const steps = seen.slice(1).map((value, i) => value - (seen[i] ?? 0))
      // A turn here is a request over the network and back, which takes a turn of the event loop on each side.
      assert.isAtMost(Math.max(...steps), 8 * requestsPerTurn)
    }).pipe(Effect.provide(liveServer())))

  it.live("a client that is killed in the middle of its pipeline runs nothing more", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const victim = yield* connect()
      const killer = yield* connect()
      const id = yield* call(victim, "CLIENT", "ID")
      // Silent, so that no failing write tells it.
      victim.write(Buffer.concat([encodeRequest(["CLIENT", "REPLY", "OFF"]), repeated(300_000, "INCR", "counter")]))
      let value = "null"
      while (!/^\d+$/.test(value)) value = yield* text(killer, "GET", "counter")
      assert.strictEqual(yield* text(killer, "CLIENT", "KILL", "ID", "text" in id ? id.text : ""), "1")
      const after = yield* text(killer, "GET", "counter")
      assert.isBelow(Number(after), 300_000)
      for (let i = 0; i < 10; i++) yield* nextTurn
      assert.strictEqual(yield* text(killer, "GET", "counter"), after)
    }).pipe(Effect.provide(liveServer())))
})

describe("limits", () => {
  it.live("a client that does not read is not read from any more, and gets everything when it does", () =>
    Effect.gen(function*() {
      const { connect, port } = yield* LiveServer
      const clients = yield* Clients
      const neighbour = yield* connect()
      const size = 1024 * 1024
      yield* call(neighbour, "SETRANGE", "large", String(size - 1), "x")
      const socket = yield* neverReading(port)
      const count = 200
      socket.write(repeated(count, "GET", "large"))
      const pending = () => Math.max(...[...clients.all()].map(({ transport }) => transport.outputBytes()))
      yield* until(() => pending() > maxWaitingOutputBytes)
      for (let i = 0; i < 20; i++) {
        assert.strictEqual(yield* text(neighbour, "PING"), "PONG")
        assert.isBelow(pending(), maxWaitingOutputBytes + 4 * size)
      }
      let received = 0
      socket.on("data", (bytes: Buffer) => {
        received += bytes.length
      })
      socket.resume()
      yield* until(() => received === count * (size + `$${size}\r\n\r\n`.length))
      assert.strictEqual(pending(), 0)
    }).pipe(Effect.provide(liveServer())))

  it.live("a hard limit on the output buffer ends a client, without what it has asked for", () =>
    Effect.gen(function*() {
      const { connect, log } = yield* LiveServer
      const { counters } = yield* ServerStats
      const client = yield* connect()
      yield* call(client, "SETRANGE", "large", "199999", "x")
      yield* call(client, "CONFIG", "SET", "client-output-buffer-limit", "normal 100000 0 0")
      client.write("GET large\r\n")
      assert.strictEqual(yield* untilClosed(client), "")
      assert.strictEqual(counters.clientOutputBufferLimitDisconnections, 1)
      assert.strictEqual(log.filter(({ text }) => text.includes("output buffer")).length, 1)
      const other = yield* connect()
      yield* call(other, "SETRANGE", "small", "90000", "x")
      assert.strictEqual((yield* text(other, "GET", "small")).length, 90001)
    }).pipe(Effect.provide(liveServer())))

  it.live("a stranger that does not read what it is refused with is closed", () =>
    Effect.gen(function*() {
      const { port } = yield* LiveServer
      const clients = yield* Clients
      const socket = yield* neverReading(port)
      socket.write(repeated(1000, "PING"))
      yield* until(() => clients.size() === 1)
      yield* until(() => clients.size() === 0)
    }).pipe(Effect.provide(liveServer({ config: { requirepass: "secret" } }))))

  it.live("a query that is longer than client-query-buffer-limit ends its client", () =>
    Effect.gen(function*() {
      const { connect, log } = yield* LiveServer
      const { counters } = yield* ServerStats
      const client = yield* connect()
      client.write(`*2\r\n$4\r\nECHO\r\n$${3 * 1024 * 1024}\r\n`)
      client.write("x".repeat(2 * 1024 * 1024))
      assert.strictEqual(yield* untilClosed(client), "")
      assert.strictEqual(counters.clientQueryBufferLimitDisconnections, 1)
      assert.strictEqual(log.filter(({ text }) => text.includes("query buffer")).length, 1)
      const other = yield* connect()
      assert.strictEqual((yield* text(other, "ECHO", "x".repeat(1024 * 1024 - 1024))).length, 1024 * 1024 - 1024)
    }).pipe(Effect.provide(liveServer({ config: { "client-query-buffer-limit": "1mb" } }))))

  it.live("what a stranger sends ahead while it is held back is limited", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const { counters } = yield* ServerStats
      const known = yield* connect()
      yield* call(known, "AUTH", "secret")
      yield* call(known, "CLIENT", "PAUSE", "100000")
      const stranger = yield* connect()
      stranger.write("AUTH secret\r\n" + "PING\r\n".repeat(maxUnauthenticatedQueryBytes / 6 + 1))
      assert.strictEqual(yield* untilClosed(stranger), "")
      assert.strictEqual(counters.clientQueryBufferLimitDisconnections, 1)
    }).pipe(Effect.provide(liveServer({ config: { requirepass: "secret" } }))))
})

describe("waiting", () => {
  it.live("what is sent after a command that waits is answered after it", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const { counters } = yield* ServerStats
      const client = yield* connect()
      client.write("BLOCK\r\nECHO a\r\n")
      yield* until(() => counters.commandsProcessed === 1)
      client.write("ECHO b\r\nBLOCK\r\nECHO c\r\n")
      yield* until(() => counters.readsProcessed >= 2)
      yield* release
      yield* until(() => counters.commandsProcessed === 4)
      yield* release
      client.end()
      assert.strictEqual(
        yield* untilClosed(client),
        "$8\r\nreleased\r\n$1\r\na\r\n$1\r\nb\r\n$8\r\nreleased\r\n$1\r\nc\r\n"
      )
    }).pipe(Effect.provide(liveServer({ commands }))))

  it.live("a client that ends while it waits is gone", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const clients = yield* Clients
      for (const leave of ["end", "close"] as const) {
        const client = yield* connect()
        client.write("BLOCK\r\n")
        yield* until(() => [...clients.all()].some(({ blocked }) => blocked !== undefined))
        client[leave]()
        yield* until(() => clients.size() === 0)
      }
    }).pipe(Effect.provide(liveServer({ commands }))))

  it.live("a client that ends while the server is paused is gone, and its command does not run", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const clients = yield* Clients
      const master = yield* connect()
      yield* call(master, "CLIENT", "PAUSE", "100000", "WRITE")
      const client = yield* connect()
      client.write("SET k v\r\n")
      yield* until(() => clients.size() === 2)
      client.end()
      yield* until(() => clients.size() === 1)
      yield* call(master, "CLIENT", "UNPAUSE")
      assert.strictEqual(yield* text(master, "EXISTS", "k"), "0")
    }).pipe(Effect.provide(liveServer())))

  it.live("commands that are held back run when the pause ends", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const { counters } = yield* ServerStats
      const master = yield* connect()
      yield* call(master, "CLIENT", "PAUSE", "100000", "WRITE")
      const client = yield* connect()
      const reads = counters.readsProcessed
      client.write("SET k v\r\nGET k\r\n")
      yield* until(() => counters.readsProcessed > reads)
      yield* call(master, "CLIENT", "UNPAUSE")
      assert.strictEqual((yield* Effect.promise(() => client.receive())).raw, "+OK\r\n")
      assert.strictEqual((yield* Effect.promise(() => client.receive())).raw, "$1\r\nv\r\n")
    }).pipe(Effect.provide(liveServer())))
})

describe("what goes wrong", () => {
  it.live("a handler that throws costs its client an error, is logged once, and nothing else happens", () =>
    Effect.gen(function*() {
      const { connect, log } = yield* LiveServer
      const client = yield* connect()
      client.write("BOOM\r\nPING\r\nLATEBOOM\r\nPING\r\n")
      client.end()
      assert.strictEqual(
        yield* untilClosed(client),
        "-ERR internal error\r\n+PONG\r\n-ERR internal error\r\n+PONG\r\n"
      )
      const errors = log.filter(({ level }) => level === "Error").map(({ text }) => text)
      assert.lengthOf(errors, 2)
      assert.include(errors[0], "'boom' failed")
      assert.include(errors[1], "late boom")
      assert.strictEqual(yield* text(yield* connect(), "PING"), "PONG")
    }).pipe(Effect.provide(liveServer({ commands }))))

  it.live("a client that resets its connection in the middle of a reply disturbs nobody", () =>
    Effect.gen(function*() {
      const { connect, log, port } = yield* LiveServer
      const { counters } = yield* ServerStats
      const clients = yield* Clients
      const neighbour = yield* connect()
      yield* call(neighbour, "SETRANGE", "large", "9999999", "x")
      for (let i = 0; i < 5; i++) {
        const socket = yield* neverReading(port)
        const before = counters.bytesSent
        socket.write(repeated(4, "GET", "large"))
        yield* until(() => counters.bytesSent > before)
        socket.resetAndDestroy()
      }
      yield* until(() => clients.size() === 1)
      assert.strictEqual(yield* text(neighbour, "PING"), "PONG")
      assert.deepStrictEqual(log.filter(({ level }) => level === "Error" || level === "Warn"), [])
    }).pipe(Effect.provide(liveServer())))

  it.live("a client that is killed while it does not read is forgotten", () =>
    Effect.gen(function*() {
      const { connect, port } = yield* LiveServer
      const clients = yield* Clients
      const killer = yield* connect()
      yield* call(killer, "SETRANGE", "large", "1048575", "x")
      const socket = yield* neverReading(port)
      socket.write(repeated(200, "GET", "large"))
      yield* until(() => [...clients.all()].some(({ transport }) => transport.outputBytes() > maxWaitingOutputBytes))
      assert.strictEqual(yield* text(killer, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"), "1")
      assert.strictEqual(clients.size(), 1)
    }).pipe(Effect.provide(liveServer())))
})
