import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Scope } from "effect"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Os from "node:os"
import { freePort } from "../../src/layers/FreePort.ts"
import { SocketServers } from "../../src/layers/SocketServers.ts"
import { Clients } from "../../src/services/Clients.ts"
import { ServerConfig } from "../../src/services/ServerConfig.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { connect, type RespClient } from "../support/RespClient.ts"
import { type LiveOptions, LiveServer, liveServer, temporaryDirectory, until } from "./liveServer.ts"

const hasIpv6 = await new Promise<boolean>((resolve) => {
  const probe = Net.createServer()
  probe.once("error", () => resolve(false))
  probe.listen(0, "::1", () => probe.close(() => resolve(true)))
})

const call = (client: RespClient, ...request: ReadonlyArray<string>) => Effect.promise(() => client.call(...request))
const text = (client: RespClient, ...request: ReadonlyArray<string>) =>
  Effect.map(call(client, ...request), (reply) => "text" in reply ? reply.text : JSON.stringify(reply))

/** Why the server did not start: the message of the failure. */
const failureOf = (options: LiveOptions) =>
  Effect.map(
    Effect.exit(Effect.scoped(Layer.build(liveServer(options)))),
    (exit) => Exit.isFailure(exit) ? String(Cause.squash(exit.cause)) : "it started"
  )

const refuses = (port: number, host = "127.0.0.1") =>
  Effect.promise(() =>
    connect({ host, port }).then((client) => {
      client.close()
      return false
    }, () => true)
  )

describe("addresses", () => {
  it.live("a client comes in over every bind address and over the Unix socket", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const path = `${directory}/s.sock`
      const bind = hasIpv6 ? "127.0.0.1 127.0.0.2 ::1" : "127.0.0.1 127.0.0.2"
      yield* Effect.gen(function*() {
        const { connect, port } = yield* LiveServer
        for (const host of bind.split(" ")) {
          const client = yield* connect({ host, port })
          assert.strictEqual(yield* text(client, "PING"), "PONG")
          const shown = host.includes(":") ? `[${host}]` : host
          assert.include(yield* text(client, "CLIENT", "INFO"), `laddr=${shown}:${port} `)
        }
        const local = yield* connect({ path })
        const info = yield* text(local, "CLIENT", "INFO")
        assert.include(info, `addr=${path}:0 laddr=${path}:0 `)
        assert.include(info, "flags=U ")
      }).pipe(Effect.provide(liveServer({ config: { bind, unixsocket: path } })))
      assert.isFalse(Fs.existsSync(path), "the file goes with the server")
    }))

  it.live("the default is every IPv4 address, and every IPv6 address where there are any", () =>
    Effect.gen(function*() {
      const { connect, port } = yield* LiveServer
      assert.strictEqual(yield* text(yield* connect({ host: "127.0.0.1", port }), "PING"), "PONG")
      if (hasIpv6) assert.strictEqual(yield* text(yield* connect({ host: "::1", port }), "PING"), "PONG")
    }).pipe(Effect.provide(liveServer({ config: { bind: "* -::*" } }))))

  it.live("an optional address that the machine does not have is left out, any other ends the start", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        const { connect, log } = yield* LiveServer
        assert.strictEqual(yield* text(yield* connect(), "PING"), "PONG")
        assert.isTrue(log.some(({ text }) => /192\.0\.2\.1:\d+: Cannot assign requested address/.test(text)))
        assert.lengthOf((yield* SocketServers).addresses(), 1)
      }).pipe(Effect.provide(liveServer({ config: { bind: "127.0.0.1 -192.0.2.1" } })))
      assert.match(
        yield* failureOf({ config: { bind: "127.0.0.1 192.0.2.1" } }),
        /Could not listen on 192\.0\.2\.1:\d+: Cannot assign requested address$/
      )
    }))

  it.live("a port that is taken ends the start, and leaves nothing listening", () =>
    Effect.gen(function*() {
      const { port } = yield* LiveServer
      const other = yield* freePort("127.0.0.2")
      assert.match(
        yield* failureOf({ config: { port, bind: "127.0.0.1" } }),
        new RegExp(`Could not listen on 127.0.0.1:${port}: Address already in use$`)
      )
      assert.match(yield* failureOf({ config: { port, bind: "127.0.0.2 127.0.0.1" } }), /Address already in use$/)
      assert.isTrue(yield* refuses(port, "127.0.0.2"))
      assert.isTrue(yield* refuses(other, "127.0.0.2"))
    }).pipe(Effect.provide(liveServer())))

  it.live("a server without a port and without a Unix socket has nothing to do", () =>
    Effect.gen(function*() {
      assert.include(yield* failureOf({ config: { port: 0 } }), "Configured to not listen anywhere")
    }))
})

describe("the Unix socket", () => {
  it.live("has the permissions of unixsocketperm", () =>
    Effect.gen(function*() {
      const path = `${yield* temporaryDirectory}/s.sock`
      yield* Effect.sync(() => assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o700)).pipe(
        Effect.provide(liveServer({ config: { unixsocket: path, unixsocketperm: "700" } }))
      )
    }))

  it.live("takes the place of what an earlier server has left behind", () =>
    Effect.gen(function*() {
      const path = `${yield* temporaryDirectory}/s.sock`
      const left = Net.createServer()
      yield* Effect.callback<void>((resume) => void left.listen(path, () => resume(Effect.void)))
      yield* Effect.gen(function*() {
        const { connect } = yield* LiveServer
        assert.strictEqual(yield* text(yield* connect({ path }), "PING"), "PONG")
      }).pipe(Effect.provide(liveServer({ config: { port: 0, unixsocket: path } })))
      yield* Effect.callback<void>((resume) => void left.close(() => resume(Effect.void)))
    }))

  it.live("does not take the place of a file", () =>
    Effect.gen(function*() {
      const path = `${yield* temporaryDirectory}/precious`
      Fs.writeFileSync(path, "data")
      assert.match(yield* failureOf({ config: { unixsocket: path } }), /precious: Address already in use$/)
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "data")
    }))

  it.live("in a folder that does not exist ends the start", () =>
    Effect.gen(function*() {
      const path = `${yield* temporaryDirectory}/none/s.sock`
      assert.match(yield* failureOf({ config: { unixsocket: path } }), /Could not listen on .*s\.sock: /)
    }))
})

describe("admission", () => {
  it.live("one client more than maxclients is told so and closed", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const { counters } = yield* ServerStats
      const first = yield* connect()
      yield* call(first, "PING")
      const second = yield* connect()
      yield* call(second, "PING")
      const third = yield* connect()
      assert.strictEqual(
        yield* Effect.promise(() => third.untilClosed()),
        "-ERR max number of clients reached\r\n"
      )
      assert.strictEqual(counters.connectionsRejected, 1)
      first.close()
      const clients = yield* Clients
      yield* until(() => clients.size() === 1)
      assert.strictEqual(yield* text(yield* connect(), "PING"), "PONG")
    }).pipe(Effect.provide(liveServer({ config: { maxclients: 2 } }))))

  it.live("a client that is turned away does not keep its socket by keeping silent", () =>
    Effect.gen(function*() {
      const { connect, port } = yield* LiveServer
      yield* call(yield* connect(), "PING")
      // Half-open: it never ends its side, so that only the server can.
      const socket = Net.connect({ port, allowHalfOpen: true })
      yield* Effect.callback<void>((resume) => {
        socket.resume().once("end", () => resume(Effect.void))
      })
      socket.destroy()
    }).pipe(Effect.provide(liveServer({ config: { maxclients: 1 } }))))

  it.live("maxclients cannot be more than the operating system has files for", () =>
    Effect.gen(function*() {
      const client = yield* (yield* LiveServer).connect()
      assert.match(
        yield* text(client, "CONFIG", "SET", "maxclients", "4294967295"),
        /^ERR CONFIG SET failed \(possibly related to argument 'maxclients'\) - The operating system is not able to handle the specified number of clients, try with \d+$/
      )
      assert.strictEqual((yield* ServerConfig).values.maxclients, 100)
      assert.strictEqual(yield* text(client, "CONFIG", "SET", "maxclients", "50"), "OK")
    }).pipe(Effect.provide(liveServer({ config: { maxclients: 100 } }))))

  it.live("more clients than the operating system has files for are a warning at the start", () =>
    Effect.gen(function*() {
      const { values } = yield* ServerConfig
      const { log } = yield* LiveServer
      assert.isBelow(values.maxclients, 4294967295)
      assert.isTrue(log.some(({ level, text }) => level === "Warn" && text.includes("ulimit -n")))
    }).pipe(Effect.provide(liveServer({ config: { maxclients: 4294967295 } }))))

  const outside = Object.values(Os.networkInterfaces()).flat()
    .find((address) => address?.family === "IPv4" && !address.internal)?.address

  it.live.skipIf(outside === undefined)(
    "protected mode turns away who comes from elsewhere, until there is a password",
    () =>
      Effect.gen(function*() {
        const { connect, port } = yield* LiveServer
        const host = outside ?? ""
        const stranger = yield* connect({ host, port })
        assert.match(yield* Effect.promise(() => stranger.untilClosed()), /^-DENIED Redis is running in protected mode/)
        const local = yield* connect()
        yield* call(local, "CONFIG", "SET", "requirepass", "secret")
        const known = yield* connect({ host, port })
        assert.strictEqual(yield* text(known, "AUTH", "secret"), "OK")
        yield* call(local, "CONFIG", "SET", "requirepass", "", "protected-mode", "no")
        assert.strictEqual(yield* text(yield* connect({ host, port }), "PING"), "PONG")
      }).pipe(Effect.provide(liveServer({ config: { bind: "*" } })))
  )
})

describe("CONFIG SET port and bind", () => {
  it.live("a new port takes the place of the old one, and connected clients stay", () =>
    Effect.gen(function*() {
      const { connect, port } = yield* LiveServer
      const client = yield* connect()
      const next = yield* freePort("127.0.0.1")
      assert.strictEqual(yield* text(client, "CONFIG", "SET", "port", String(next)), "OK")
      assert.isTrue(yield* refuses(port))
      assert.strictEqual(yield* text(yield* connect({ port: next }), "PING"), "PONG")
      assert.strictEqual(yield* text(client, "PING"), "PONG")
    }).pipe(Effect.provide(liveServer())))

  it.live("a port that is taken is refused, and the old one is listened on again", () =>
    Effect.gen(function*() {
      const { connect, log } = yield* LiveServer
      const client = yield* connect()
      const taken = Net.createServer()
      const port = yield* Effect.callback<number>((resume) => {
        taken.listen(0, "127.0.0.1", () => {
          const address = taken.address()
          resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
        })
      })
      assert.strictEqual(
        yield* text(client, "CONFIG", "SET", "port", String(port)),
        "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs."
      )
      taken.close()
      assert.isTrue(log.some(({ text }) => text === `Could not listen on 127.0.0.1:${port}: Address already in use`))
      assert.strictEqual(yield* text(yield* connect(), "PING"), "PONG")
    }).pipe(Effect.provide(liveServer())))

  it.live("bind may change to addresses that exclude the former ones", () =>
    Effect.gen(function*() {
      const { connect, port } = yield* LiveServer
      const client = yield* connect()
      for (const bind of ["*", "127.0.0.1 127.0.0.2", "127.0.0.2 *", "127.0.0.1"]) {
        const reply = yield* text(client, "CONFIG", "SET", "bind", bind)
        if (bind === "127.0.0.2 *") {
          // Both at once is what does not work; the former addresses are back.
          assert.match(reply, /^ERR CONFIG SET failed .* - Failed to bind to specified addresses\.$/)
          assert.strictEqual(yield* text(yield* connect({ host: "127.0.0.2", port }), "PING"), "PONG")
        } else {
          assert.strictEqual(reply, "OK")
        }
        assert.strictEqual(yield* text(yield* connect(), "PING"), "PONG")
      }
      assert.isTrue(yield* refuses(port, "127.0.0.2"))
    }).pipe(Effect.provide(liveServer())))

  it.live("without any address nobody new comes in, until there is one", () =>
    Effect.gen(function*() {
      const { connect, port } = yield* LiveServer
      const client = yield* connect()
      assert.strictEqual(yield* text(client, "CONFIG", "SET", "bind", ""), "OK")
      assert.isTrue(yield* refuses(port))
      assert.strictEqual(yield* text(client, "CONFIG", "SET", "bind", "127.0.0.1"), "OK")
      assert.strictEqual(yield* text(yield* connect(), "PING"), "PONG")
    }).pipe(Effect.provide(liveServer())))

  it.live("a client that has ended its side meanwhile still gets the answer", () =>
    Effect.gen(function*() {
      const { connect } = yield* LiveServer
      const next = yield* freePort("127.0.0.1")
      const client = yield* connect()
      client.write(`CONFIG SET port ${next}\r\n`)
      client.end()
      assert.strictEqual(yield* Effect.promise(() => client.untilClosed()), "+OK\r\n")
    }).pipe(Effect.provide(liveServer())))
})

describe("the end", () => {
  const launched = (options: LiveOptions) =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const context = yield* Scope.provide(Layer.build(liveServer(options)), scope)
      return { context, stop: Scope.close(scope, Exit.void) }
    })

  it.live("closes idle clients and refuses new ones", () =>
    Effect.gen(function*() {
      const { context, stop } = yield* launched({})
      const { connect, port } = yield* Effect.provide(LiveServer, context)
      const clients = yield* Effect.all(Array.from({ length: 20 }, () => connect()))
      for (const client of clients) yield* call(client, "PING")
      yield* stop
      for (const client of clients) assert.strictEqual(yield* Effect.promise(() => client.untilClosed()), "")
      assert.isTrue(yield* refuses(port))
    }))

  it.live("lets replies leave that are on their way", () =>
    Effect.gen(function*() {
      const { context, stop } = yield* launched({})
      const { connect } = yield* Effect.provide(LiveServer, context)
      const size = 20 * 1024 * 1024
      const client = yield* connect()
      yield* call(client, "SETRANGE", "large", String(size - 1), "x")
      client.write("GET large\r\n")
      const stats = yield* Effect.provide(ServerStats, context)
      const before = stats.counters.bytesSent
      yield* until(() => stats.counters.bytesSent > before)
      yield* stop
      const reply = yield* Effect.promise(() => client.receive())
      assert.strictEqual(reply.raw.length, size + `$${size}\r\n\r\n`.length)
    }))

  it.live("does not wait for a client that does not read", () =>
    Effect.gen(function*() {
      const { context, stop } = yield* launched({})
      const { port } = yield* Effect.provide(LiveServer, context)
      const socket = Net.connect({ port })
      socket.pause()
      socket.on("error", () => undefined)
      socket.write("SETRANGE large 20000000 x\r\nGET large\r\nGET large\r\n")
      const stats = yield* Effect.provide(ServerStats, context)
      yield* until(() => stats.counters.bytesSent > 20_000_000)
      yield* stop
      socket.destroy()
    }))
})
