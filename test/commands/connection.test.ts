import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as InProcessClient from "../../src/layers/InProcessClient.ts"
import { errorText, isCommandError } from "../../src/protocol/CommandError.ts"
import { MapReply, ok, pong, type Reply, SimpleString, Verbatim } from "../../src/protocol/Reply.ts"
import { Clients } from "../../src/services/Clients.ts"
import { ServerConfig } from "../../src/services/ServerConfig.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { Engine, engine } from "../support/Engine.ts"

/** An error as the client reads it, anything else as it is. */
const readable = (reply: Reply): unknown => isCommandError(reply) ? `-${errorText(reply)}` : reply

const table = (rows: ReadonlyArray<readonly [request: ReadonlyArray<string>, reply: unknown]>) =>
  Effect.gen(function*() {
    const { call } = yield* Engine
    for (const [request, expected] of rows) {
      assert.deepStrictEqual(readable(yield* call(...request)), expected, request.join(" "))
    }
  })

/** Another client of the same engine. */
const otherClient = Effect.map(InProcessClient.make, ({ call, client }) => ({
  call: (...args: ReadonlyArray<string>) => call(args),
  client
}))

const fieldsOf = (line: string): Record<string, string> =>
  Object.fromEntries(
    line.trimEnd().split(" ").map((field) => {
      const at = field.indexOf("=")
      return [field.slice(0, at), field.slice(at + 1)]
    })
  )

const verbatim = (reply: Reply): string => {
  assert.instanceOf(reply, Verbatim)
  return reply instanceof Verbatim ? reply.text : ""
}

/** The ids CLIENT LIST answers. */
const listed = (reply: Reply): ReadonlyArray<number> =>
  verbatim(reply).split("\n").filter((line) => line !== "").map((line) => Number(fieldsOf(line)["id"]))

const invalidName = "-ERR Client names cannot contain spaces, newlines or special characters."
const wrongPassword = "-WRONGPASS invalid username-password pair or user is disabled."
const syntaxError = "-ERR syntax error"

describe("PING, ECHO and QUIT", () => {
  it.effect("answer what they are given", () =>
    table([
      [["PING"], pong],
      [["PING", "hello"], "hello"],
      [["PING", ""], ""],
      [["PING", "a", "b"], "-ERR wrong number of arguments for 'ping' command"],
      [["ECHO", "a\0b\r\n\xff"], "a\0b\r\n\xff"],
      [["ECHO"], "-ERR wrong number of arguments for 'echo' command"],
      [["ECHO", "a", "b"], "-ERR wrong number of arguments for 'echo' command"]
    ]).pipe(Effect.provide(engine())))

  it.effect("QUIT, whatever follows it, closes the connection after its reply", () =>
    Effect.gen(function*() {
      const { call, client } = yield* Engine
      assert.isFalse(client.closesAfterReply)
      assert.strictEqual(yield* call("QUIT", "now"), ok)
      assert.isTrue(client.closesAfterReply)
    }).pipe(Effect.provide(engine())))
})

describe("AUTH", () => {
  it.effect("without a configured password refuses the form without a name, and accepts every password of the default user", () =>
    table([
      [
        ["AUTH", "secret"],
        "-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"
      ],
      [["AUTH", "default", "anything"], ok],
      [["AUTH", "Default", "anything"], wrongPassword],
      [["AUTH", "nobody", "anything"], wrongPassword],
      [["AUTH"], "-ERR wrong number of arguments for 'auth' command"],
      [["AUTH", "default", "a", "b"], syntaxError]
    ]).pipe(Effect.provide(engine())))

  it.effect("lets in who knows the password, and nobody else", () =>
    Effect.gen(function*() {
      const { call, client } = yield* Engine
      client.isAuthenticated = false
      yield* table([
        [["GET", "k"], "-NOAUTH Authentication required."],
        [["AUTH", ""], wrongPassword],
        [["AUTH", "s\xc3\xa9cre"], wrongPassword],
        [["AUTH", "s\xc3\xa9cret0"], wrongPassword],
        [["AUTH", "nobody", "s\xc3\xa9cret"], wrongPassword],
        [["GET", "k"], "-NOAUTH Authentication required."],
        [["AUTH", "s\xc3\xa9cret"], ok],
        [["GET", "k"], null],
        // A wrong password does not take away what a right one has given.
        [["AUTH", "wrong"], wrongPassword],
        [["GET", "k"], null]
      ])
      client.isAuthenticated = false
      assert.strictEqual(yield* call("AUTH", "default", "s\xc3\xa9cret"), ok)
      assert.isTrue(client.isAuthenticated)
      const { counters } = yield* ServerStats
      assert.strictEqual(counters.deniedAccessAuth, 5)
    }).pipe(Effect.provide(engine({ requirepass: "sécret" }))))

  it.effect("a password that is set later is asked of new connections only", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const config = yield* ServerConfig
      yield* config.set([["requirepass", "secret"]], { isLocal: true })
      assert.strictEqual(yield* call("PING"), pong)
      const clients = yield* Clients
      const { transport } = (yield* Engine).client
      assert.isFalse(clients.add(transport).isAuthenticated)
      yield* config.set([["requirepass", ""]], { isLocal: true })
      assert.isTrue(clients.add(transport).isAuthenticated)
    }).pipe(Effect.provide(engine())))
})

describe("HELLO", () => {
  const greeting = (protocol: 2 | 3, id = 1) =>
    new MapReply([
      "server",
      "redis",
      "version",
      "7.2.4",
      "proto",
      protocol,
      "id",
      id,
      "mode",
      "standalone",
      "role",
      "master",
      "modules",
      []
    ])

  it.effect("chooses the protocol and keeps it where none is given", () =>
    table([
      [["HELLO", "2"], greeting(2)],
      [["HELLO"], greeting(2)],
      [["HELLO", "3"], greeting(3)],
      [["HELLO"], greeting(3)]
    ]).pipe(Effect.provide(engine())))

  it.effect("looks at its arguments from left to right, and changes nothing when one is wrong", () =>
    Effect.gen(function*() {
      const { client } = yield* Engine
      yield* table([
        [["HELLO", "x"], "-ERR Protocol version is not an integer or out of range"],
        [["HELLO", "x", "FOO"], "-ERR Protocol version is not an integer or out of range"],
        [["HELLO", "1"], "-NOPROTO unsupported protocol version"],
        [["HELLO", "4"], "-NOPROTO unsupported protocol version"],
        [["HELLO", "9223372036854775807"], "-NOPROTO unsupported protocol version"],
        [["HELLO", "2", "Foo"], "-ERR Syntax error in HELLO option 'Foo'"],
        [["HELLO", "2", "auth"], "-ERR Syntax error in HELLO option 'auth'"],
        [["HELLO", "2", "AUTH", "default"], "-ERR Syntax error in HELLO option 'AUTH'"],
        [["HELLO", "2", "SetName"], "-ERR Syntax error in HELLO option 'SetName'"],
        [["HELLO", "2", "SETNAME", "a b", "FOO"], invalidName],
        [["HELLO", "2", "FOO", "SETNAME", "a b"], "-ERR Syntax error in HELLO option 'FOO'"],
        [["HELLO", "2", "AUTH", "nobody", "x", "FOO"], "-ERR Syntax error in HELLO option 'FOO'"],
        [["HELLO", "2", "SETNAME", "name", "AUTH", "nobody", "x"], wrongPassword]
      ])
      assert.strictEqual(client.protocol, 3)
      assert.strictEqual(client.name, "")
    }).pipe(Effect.provide(engine())))

  it.effect("names the client, and of repeated options the last one counts", () =>
    table([
      [["HELLO", "3", "SETNAME", "a", "AUTH", "default", "x", "SETNAME", "b"], greeting(3)],
      [["CLIENT", "GETNAME"], "b"],
      [["HELLO", "3", "setname", ""], greeting(3)],
      [["CLIENT", "GETNAME"], null]
    ]).pipe(Effect.provide(engine())))

  it.effect("asks for a password where one is set, and takes it in the same breath", () =>
    Effect.gen(function*() {
      const { client } = yield* Engine
      client.isAuthenticated = false
      client.protocol = 2
      const notAuthenticated =
        "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH " +
        "<user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time"
      yield* table([
        [["HELLO"], notAuthenticated],
        [["HELLO", "3", "SETNAME", "a"], notAuthenticated],
        [["HELLO", "4"], "-NOPROTO unsupported protocol version"],
        [["HELLO", "3", "AUTH", "default", "wrong"], wrongPassword]
      ])
      assert.strictEqual(client.protocol, 2)
      yield* table([
        [["HELLO", "3", "AUTH", "default", "secret"], greeting(3)],
        [["CLIENT", "GETNAME"], null]
      ])
    }).pipe(Effect.provide(engine({ requirepass: "secret" }))))
})

describe("RESET", () => {
  it.effect("makes the connection as new, but for the library behind it", () =>
    Effect.gen(function*() {
      const { call, client } = yield* Engine
      yield* call("CLIENT", "SETNAME", "name")
      yield* call("CLIENT", "SETINFO", "LIB-NAME", "lib")
      yield* call("CLIENT", "NO-TOUCH", "ON")
      yield* call("CLIENT", "NO-EVICT", "ON")
      yield* call("SELECT", "5")
      yield* call("CLIENT", "REPLY", "OFF")
      assert.deepStrictEqual(yield* call("RESET"), new SimpleString("RESET"))
      const { database, isAuthenticated, libraryName, name, noEvict, noTouch, protocol, replyMode } = client
      assert.deepStrictEqual(
        { database, isAuthenticated, libraryName, name, noEvict, noTouch, protocol, replyMode },
        {
          database: 0,
          isAuthenticated: true,
          libraryName: "lib",
          name: "",
          noEvict: false,
          noTouch: false,
          protocol: 2,
          replyMode: "on"
        }
      )
    }).pipe(Effect.provide(engine())))

  it.effect("forgets that the password was given", () =>
    table([
      [["GET", "k"], null],
      [["RESET"], new SimpleString("RESET")],
      [["GET", "k"], "-NOAUTH Authentication required."]
    ]).pipe(Effect.provide(engine({ requirepass: "secret" }))))
})

describe("CLIENT names and settings", () => {
  it.effect("names are one word", () =>
    table([
      [["CLIENT", "GETNAME"], null],
      [["CLIENT", "SETNAME", "someone~!"], ok],
      [["CLIENT", "GETNAME"], "someone~!"],
      [["CLIENT", "SETNAME", "a b"], invalidName],
      [["CLIENT", "SETNAME", "a\n"], invalidName],
      [["CLIENT", "SETNAME", "\n"], invalidName],
      [["CLIENT", "SETNAME", "\xe9"], invalidName],
      [["CLIENT", "GETNAME"], "someone~!"],
      // What comes behind a NUL is not looked at.
      [["CLIENT", "SETNAME", "a\0 b"], ok],
      [["CLIENT", "GETNAME"], "a\0 b"],
      [["CLIENT", "SETNAME", ""], ok],
      [["CLIENT", "GETNAME"], null]
    ]).pipe(Effect.provide(engine())))

  it.effect("SETINFO takes the library's name and version, one word each", () =>
    Effect.gen(function*() {
      const { client } = yield* Engine
      yield* table([
        [["CLIENT", "SETINFO", "lib-name", "redis-py(abc_v1)"], ok],
        [["CLIENT", "SETINFO", "LIB-VER", "1.2.3"], ok],
        [
          ["CLIENT", "SETINFO", "LIB-ver", "1 2"],
          "-ERR LIB-ver cannot contain spaces, newlines or special characters."
        ],
        [["CLIENT", "SETINFO", "Foo", "1 2"], "-ERR Unrecognized option 'Foo'"],
        [["CLIENT", "SETINFO", "lib-name"], "-ERR wrong number of arguments for 'client|setinfo' command"]
      ])
      assert.strictEqual(client.libraryName, "redis-py(abc_v1)")
      assert.strictEqual(client.libraryVersion, "1.2.3")
      yield* table([[["CLIENT", "SETINFO", "lib-name", ""], ok]])
      assert.strictEqual(client.libraryName, "")
    }).pipe(Effect.provide(engine())))

  it.effect("switches are on or off", () =>
    Effect.gen(function*() {
      const { client } = yield* Engine
      yield* table([
        [["CLIENT", "NO-TOUCH", "ON"], ok],
        [["CLIENT", "NO-EVICT", "on"], ok],
        [["CLIENT", "NO-TOUCH", "yes"], syntaxError],
        [["CLIENT", "NO-EVICT", ""], syntaxError],
        [["CLIENT", "CAPA", "foo", "Redirect"], ok]
      ])
      assert.deepStrictEqual([client.noTouch, client.noEvict, client.canRedirect], [true, true, true])
      yield* table([[["CLIENT", "NO-TOUCH", "off"], ok], [["CLIENT", "NO-EVICT", "OFF"], ok]])
      assert.deepStrictEqual([client.noTouch, client.noEvict], [false, false])
    }).pipe(Effect.provide(engine())))

  it.effect("REPLY sets the mode that the connection obeys", () =>
    Effect.gen(function*() {
      const { call, client } = yield* Engine
      for (
        const [action, mode] of [["SKIP", "skip-next"], ["ON", "on"], ["off", "off"], ["SKIP", "off"], [
          "on",
          "on"
        ]] as const
      ) {
        yield* call("CLIENT", "REPLY", action)
        assert.strictEqual(client.replyMode, mode, action)
      }
      yield* table([[["CLIENT", "REPLY", "maybe"], syntaxError]])
    }).pipe(Effect.provide(engine())))

  it.effect("has subcommands, and says so", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* table([
        [["CLIENT"], "-ERR wrong number of arguments for 'client' command"],
        [["CLIENT", "FOO"], "-ERR unknown subcommand 'FOO'. Try CLIENT HELP."],
        [["CLIENT", "ID", "1"], "-ERR wrong number of arguments for 'client|id' command"],
        [["CLIENT", "GETREDIR"], -1]
      ])
      const lines = yield* call("CLIENT", "HELP")
      assert.isTrue(Array.isArray(lines))
      assert.deepStrictEqual(
        Array.isArray(lines) && lines[0],
        new SimpleString("CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")
      )
    }).pipe(Effect.provide(engine())))
})

describe("CLIENT INFO and CLIENT LIST", () => {
  it.effect("show every field, in Redis's order", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("CLIENT", "SETNAME", "me\0 and more")
      yield* call("CLIENT", "SETINFO", "LIB-NAME", "lib")
      yield* call("CLIENT", "SETINFO", "LIB-VER", "1")
      yield* call("CLIENT", "CAPA", "redirect")
      yield* call("CLIENT", "NO-TOUCH", "on")
      yield* call("CLIENT", "NO-EVICT", "on")
      yield* call("SELECT", "3")
      yield* TestClock.adjust("2500 millis")
      const line = verbatim(yield* call("client", "info"))
      const fields = fieldsOf(line)
      assert.isTrue(line.endsWith("\n"))
      assert.deepStrictEqual(
        Object.keys(fields).join(" "),
        "id addr laddr fd name age idle flags capa db sub psub ssub multi watch qbuf qbuf-free argv-mem multi-mem rbs rbp obl oll omem " +
          "tot-mem events cmd user redir resp lib-name lib-ver tot-net-in tot-net-out tot-cmds"
      )
      const expected = {
        id: "1",
        name: "me",
        age: "2",
        idle: "0",
        flags: "eT",
        capa: "r",
        db: "3",
        multi: "-1",
        "argv-mem": "10",
        cmd: "client|info",
        user: "default",
        redir: "-1",
        resp: "3",
        "lib-name": "lib",
        "lib-ver": "1"
      }
      for (const [name, value] of Object.entries(expected)) assert.strictEqual(fields[name], value, name)
    }).pipe(Effect.provide(engine())))

  it.effect("an idle client grows idle, one that has said nothing has no command", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* otherClient
      yield* TestClock.adjust("10 seconds")
      const lines = verbatim(yield* call("CLIENT", "LIST")).split("\n").slice(0, 2).map(fieldsOf)
      assert.deepStrictEqual(lines.map(({ age, idle }) => [age, idle]), [["10", "0"], ["10", "10"]])
      assert.deepStrictEqual(lines.map(({ cmd }) => cmd), ["client|list", "NULL"])
      assert.deepStrictEqual(lines.map(({ "argv-mem": bytes }) => bytes), ["10", "0"])
    }).pipe(Effect.provide(engine())))

  it.effect("tells of a client that does not read what the socket has not taken", () =>
    Effect.gen(function*() {
      const { call, client } = yield* Engine
      const clients = yield* Clients
      clients.add({
        ...client.transport,
        address: "/tmp/s:0",
        fileDescriptor: 9,
        outputBytes: () => 500,
        queryBufferBytes: () => 20,
        argumentBytes: () => 0
      })
      const fields = fieldsOf(verbatim(yield* call("CLIENT", "LIST", "ID", "2")))
      const shown = ["fd", "flags", "qbuf", "obl", "oll", "omem", "events"].map((name) => fields[name])
      assert.deepStrictEqual(shown, ["9", "U", "20", "0", "1", "500", "rw"])
      assert.strictEqual(Number(fields["tot-mem"]), 16 * 1024 + 520)
    }).pipe(Effect.provide(engine())))

  it.effect("LIST shows those that all filters let through", () =>
    Effect.gen(function*() {
      const { call, client } = yield* Engine
      yield* TestClock.adjust("5 seconds")
      yield* otherClient
      yield* otherClient
      const address = client.transport.address
      const rows: ReadonlyArray<readonly [ReadonlyArray<string>, ReadonlyArray<number>]> = [
        [[], [1, 2, 3]],
        [["ID", "3", "1", "77"], [1, 3]],
        [["ID", "1", "ID", "2"], [1, 2]],
        [["id", "1", "2", "SKIPME", "yes"], [2]],
        [["ID", "9223372036854775807"], []],
        [["TYPE", "normal", "ID"], []],
        [["SKIPME", "YES"], [2, 3]],
        [["SKIPME", "YES", "SKIPME", "no"], [1, 2, 3]],
        [["TYPE", "NORMAL"], [1, 2, 3]],
        [["TYPE", "slave"], []],
        [["TYPE", "replica"], []],
        [["TYPE", "primary"], []],
        [["TYPE", "master"], []],
        [["TYPE", "pubsub"], []],
        [["USER", "default"], [1, 2, 3]],
        [["ADDR", address], [1, 2, 3]],
        [["ADDR", "1.2.3.4:5"], []],
        [["LADDR", "1.2.3.4:5"], []],
        [["LADDR", client.transport.localAddress, "ID", "2"], [2]],
        [["MAXAGE", "5"], [1]],
        [["MAXAGE", "6"], []],
        [["MAXAGE", "9223372036854775807"], []]
      ]
      for (const [filters, ids] of rows) {
        assert.deepStrictEqual(listed(yield* call("CLIENT", "LIST", ...filters)), ids, filters.join(" "))
      }
    }).pipe(Effect.provide(engine())))

  const filterErrors: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
    [["ID", "x"], syntaxError],
    [["ID", "1", "x"], syntaxError],
    [["ID", "1", "0"], "-ERR client-id should be greater than 0"],
    [["ID", "-9223372036854775808"], "-ERR client-id should be greater than 0"],
    [["ID", "9223372036854775808"], syntaxError],
    [["TYPE", "Foo"], "-ERR Unknown client type 'Foo'"],
    [["ID", "1", "TYPE"], syntaxError],
    [["USER", "Nobody"], "-ERR No such user 'Nobody'"],
    [["SKIPME", "maybe"], syntaxError],
    [["MAXAGE", "x"], "-ERR maxage is not an integer or out of range"],
    [["MAXAGE", "0"], "-ERR maxage should be greater than 0"],
    [["MAXAGE", "-9223372036854775808"], "-ERR maxage should be greater than 0"],
    [["MAXAGE", "9223372036854775808"], "-ERR maxage is not an integer or out of range"],
    // From left to right, the first one that is wrong.
    [["MAXAGE", "0", "TYPE", "foo"], "-ERR maxage should be greater than 0"],
    [["TYPE", "foo", "MAXAGE", "0"], "-ERR Unknown client type 'foo'"],
    [["SKIPME", "no", "foo", "bar"], syntaxError]
  ]

  it.effect.each(["LIST", "KILL"])(
    "%s says what is wrong with a filter",
    (subcommand) =>
      table(filterErrors.map(([filters, error]) => [["CLIENT", subcommand, ...filters], error])).pipe(
        Effect.provide(engine())
      )
  )

  it.effect("LIST knows no filter of one word", () =>
    table([
      [["CLIENT", "LIST", "ID"], syntaxError],
      [["CLIENT", "LIST", "TYPE"], syntaxError],
      [["CLIENT", "LIST", "foo"], syntaxError]
    ]).pipe(Effect.provide(engine())))
})

describe("CLIENT KILL", () => {
  it.effect("ends others at once and itself after the reply", () =>
    Effect.gen(function*() {
      const { call, client } = yield* Engine
      const clients = yield* Clients
      const closed: Array<string> = []
      const connect = (address: string) =>
        clients.add({ ...client.transport, address, close: () => closed.push(address) })
      connect("1.1.1.1:1")
      connect("2.2.2.2:2")
      connect("3.3.3.3:3")
      yield* table([
        [["CLIENT", "KILL", "9.9.9.9:9"], "-ERR No such client"],
        [["CLIENT", "KILL", "ID"], "-ERR No such client"],
        [["CLIENT", "KILL", "2.2.2.2:2"], ok],
        [["CLIENT", "KILL", "2.2.2.2:2"], "-ERR No such client"],
        [["CLIENT", "KILL", "ADDR", "9.9.9.9:9"], 0],
        [["CLIENT", "KILL", "ID", "1"], 0],
        [["CLIENT", "KILL", "TYPE", "normal", "ID"], 0],
        [["CLIENT", "KILL", "ID", "1", "2", "USER", "default"], 1],
        [["CLIENT", "KILL"], "-ERR wrong number of arguments for 'client|kill' command"]
      ])
      assert.deepStrictEqual(closed, ["2.2.2.2:2", "1.1.1.1:1"])
      assert.deepStrictEqual(listed(yield* call("CLIENT", "LIST")), [1, 4])
      assert.isFalse(client.closesAfterReply)
      assert.strictEqual(yield* call("CLIENT", "KILL", "SKIPME", "no"), 2)
      assert.isTrue(client.closesAfterReply)
      assert.deepStrictEqual(closed, ["2.2.2.2:2", "1.1.1.1:1", "3.3.3.3:3"])
      assert.strictEqual(clients.size(), 1)
    }).pipe(Effect.provide(engine())))

  it.effect("the old form may end the client that asks", () =>
    Effect.gen(function*() {
      const { call, client } = yield* Engine
      assert.strictEqual(yield* call("CLIENT", "KILL", client.transport.address), ok)
      assert.isTrue(client.closesAfterReply)
    }).pipe(Effect.provide(engine())))
})

describe("CLIENT PAUSE", () => {
  it.effect("looks at the mode before the timeout", () =>
    table([
      [["CLIENT", "PAUSE", "x", "foo"], "-ERR CLIENT PAUSE mode must be WRITE or ALL"],
      [["CLIENT", "PAUSE", "x"], "-ERR timeout is not an integer or out of range"],
      [["CLIENT", "PAUSE", "1.5"], "-ERR timeout is not an integer or out of range"],
      [["CLIENT", "PAUSE", "9223372036854775808"], "-ERR timeout is not an integer or out of range"],
      [["CLIENT", "PAUSE", "-1", "ALL"], "-ERR timeout is negative"],
      [["CLIENT", "PAUSE"], "-ERR wrong number of arguments for 'client|pause' command"],
      [["CLIENT", "PAUSE", "0", "write"], ok],
      // Redis reads a mode only where nothing follows it.
      [["CLIENT", "PAUSE", "0", "foo", "bar"], ok],
      [["GET", "k"], null]
    ]).pipe(Effect.provide(engine())))

  it.effect("a timeout that ends after the end of time is out of range", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("1 second")
      yield* table([
        [["CLIENT", "PAUSE", "9223372036854774808"], "-ERR timeout is out of range"],
        [["CLIENT", "PAUSE", "9223372036854774807", "WRITE"], ok]
      ])
    }).pipe(Effect.provide(engine())))

  it.effect("WRITE holds back what writes until its time is over", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("CLIENT", "PAUSE", "1000", "WRITE")
      assert.strictEqual(yield* call("GET", "k"), null)
      const waiting = yield* Effect.forkChild(call("SET", "k", "v"))
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(yield* call("GET", "k"), null)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(waiting), ok)
      assert.strictEqual(yield* call("GET", "k"), "v")
    }).pipe(Effect.provide(engine())))

  it.effect("UNPAUSE lets those that wait go on in the order in which they came", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const other = yield* otherClient
      yield* call("CLIENT", "PAUSE", "1000000", "WRITE")
      const first = yield* Effect.forkChild(call("APPEND", "k", "a"), { startImmediately: true })
      const second = yield* Effect.forkChild(other.call("APPEND", "k", "b"), { startImmediately: true })
      assert.strictEqual(yield* call("EXISTS", "k"), 0)
      assert.strictEqual(yield* call("CLIENT", "UNPAUSE"), ok)
      assert.strictEqual(yield* Fiber.join(first), 1)
      assert.strictEqual(yield* Fiber.join(second), 2)
      assert.strictEqual(yield* call("GET", "k"), "ab")
    }).pipe(Effect.provide(engine())))
})
