/**
 * The public door: what an app sees of a Keyloom inside of it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Redis } from "ioredis"
import {
  Arg,
  Command,
  CommandError,
  ConfigError,
  isString,
  Keyloom,
  KeyloomError,
  ListenFailed,
  Reply,
  StringValue,
  type Value
} from "../src/index.ts"

const facts = { summary: "A test.", since: "1.0.0", group: "generic", complexity: "O(1)", flags: [] } as const

/** A command that answers the same whatever happens. */
const answering = (name: string, reply: Reply.Reply) => Command.make(name, { ...facts, args: {}, run: () => reply })

describe("Keyloom.layer", () => {
  it.effect("runs commands", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Keyloom.call("SET", "k", "v"), "OK")
      assert.strictEqual(yield* Keyloom.call("get", "k"), "v")
      assert.isNull(yield* Keyloom.call("GET", "missing"))
      assert.deepStrictEqual(yield* Keyloom.call("MGET", "k", "missing"), ["v", null])
    }).pipe(Effect.provide(Keyloom.layer())))

  it.effect("runs a command each time its Effect is run", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Keyloom.call("INCR", "n").pipe(Effect.repeat({ times: 4 })), 5)
    }).pipe(Effect.provide(Keyloom.layer())))

  it.effect("expires keys when a test moves its clock", () =>
    Effect.gen(function*() {
      yield* Keyloom.call("SET", "k", "v", "EX", 3600)
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual(yield* Keyloom.call("TTL", "k"), 60)
      yield* TestClock.adjust("1 hour")
      assert.isNull(yield* Keyloom.call("GET", "k"))
      assert.strictEqual(yield* Keyloom.call("DBSIZE"), 0)
    }).pipe(Effect.provide(Keyloom.layer())))

  it.effect("gives each app its own engine, also two in one runtime", () =>
    Effect.gen(function*() {
      const context = yield* Layer.build(Layer.mergeAll(
        Layer.effect(First, Keyloom).pipe(Layer.provide(Keyloom.layer({ maxmemory: "100mb" }))),
        Layer.effect(Second, Keyloom).pipe(Layer.provide(Keyloom.layer()))
      ))
      const first = Context.get(context, First)
      const second = Context.get(context, Second)
      yield* first.call("SET", "k", "v")
      yield* first.call("CLIENT", "SETNAME", "one")
      assert.isNull(yield* second.call("GET", "k"))
      assert.strictEqual(yield* second.call("DBSIZE"), 0)
      assert.isNull(yield* second.call("CLIENT", "GETNAME"))
      assert.deepStrictEqual(yield* first.call("CONFIG", "GET", "maxmemory"), new Map([["maxmemory", "104857600"]]))
      assert.deepStrictEqual(yield* second.call("CONFIG", "GET", "maxmemory"), new Map([["maxmemory", "0"]]))
      assert.strictEqual(yield* second.call("CLIENT", "ID"), 1)
    }))

  it.effect("shares the engine where the same Layer is used twice", () => {
    const layer = Keyloom.layer()
    return Effect.gen(function*() {
      const context = yield* Layer.build(Layer.mergeAll(
        Layer.effect(First, Keyloom).pipe(Layer.provide(layer)),
        Layer.effect(Second, Keyloom).pipe(Layer.provide(layer))
      ))
      yield* Context.get(context, First).call("SET", "k", "v")
      assert.strictEqual(yield* Context.get(context, Second).call("GET", "k"), "v")
    })
  })

  it.effect("fails with what is wrong with an option", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Layer.build(Keyloom.layer({ "maxmemory-samples": 1000 })))
      assert.instanceOf(error, ConfigError)
      assert.strictEqual(error.directive, "maxmemory-samples")
    }))

  it.effect("listens nowhere", () =>
    Effect.gen(function*() {
      const { port, url } = yield* Keyloom
      assert.strictEqual(url(), undefined)
      assert.strictEqual(port(), 0)
      assert.deepStrictEqual(yield* Keyloom.call("CONFIG", "GET", "port"), new Map([["port", "0"]]))
    }).pipe(Effect.provide(Keyloom.layer())))
})

class First extends Context.Service<First, Keyloom["Service"]>()("keyloom/test/First") {}
class Second extends Context.Service<Second, Keyloom["Service"]>()("keyloom/test/Second") {}

describe("arguments", () => {
  it.effect("are texts, numbers and bytes", () =>
    Effect.gen(function*() {
      const bytes = Uint8Array.of(0, 255, 13, 10)
      yield* Keyloom.call("SET", "number", 1.5)
      yield* Keyloom.call("SET", "bigint", 9223372036854775807n)
      yield* Keyloom.call("SET", bytes, bytes)
      assert.deepStrictEqual(yield* Keyloom.call("MGET", "number", "bigint"), ["1.5", "9223372036854775807"])
      bytes.fill(0)
      assert.deepStrictEqual(
        yield* Keyloom.callBytes("GET", Uint8Array.of(0, 255, 13, 10)),
        Uint8Array.of(0, 255, 13, 10)
      )
    }).pipe(Effect.provide(Keyloom.layer())))

  it.effect("are UTF-8 in the server", () =>
    Effect.gen(function*() {
      yield* Keyloom.call("SET", "grüße", "😀 und ein längerer Text")
      assert.strictEqual(yield* Keyloom.call("GET", Buffer.from("grüße")), "😀 und ein längerer Text")
      assert.strictEqual(yield* Keyloom.call("STRLEN", "grüße"), Buffer.byteLength("😀 und ein längerer Text"))
      assert.deepStrictEqual(yield* Keyloom.call("KEYS", "gr*e"), ["grüße"])
    }).pipe(Effect.provide(Keyloom.layer())))

  it.effect("may be large", () =>
    Effect.gen(function*() {
      const text = "ü".repeat(100_000)
      yield* Keyloom.call("SET", "k", text)
      assert.strictEqual(yield* Keyloom.call("STRLEN", "k"), 200_000)
      assert.strictEqual(yield* Keyloom.call("GET", "k"), text)
      const bytes = yield* Keyloom.callBytes("GET", "k")
      assert.isTrue(bytes instanceof Uint8Array && bytes.length === 200_000)
      if (bytes instanceof Uint8Array) bytes.fill(0)
      assert.strictEqual(yield* Keyloom.call("GET", "k"), text)
    }).pipe(Effect.provide(Keyloom.layer())))
})

describe("replies", () => {
  const replies = [
    ["SIMPLE", new Reply.SimpleString("fine"), "fine"],
    ["INTEGER", 42, 42],
    ["BIGINT", 2n ** 63n - 1n, 2n ** 63n - 1n],
    ["DOUBLE", new Reply.Double(1.5), 1.5],
    ["BIGNUMBER", new Reply.BigNumber("123456789012345678901234567890"), 123456789012345678901234567890n],
    ["BOOLEAN", true, true],
    ["NULL", null, null],
    ["NULLARRAY", Reply.nullArray, null],
    ["VERBATIM", new Reply.Verbatim("text"), "text"],
    ["ARRAY", ["a", [1, null]], ["a", [1, null]]],
    [
      "MAP",
      new Reply.MapReply(["a", 1, "b", new Reply.MapReply(["c", 2])]),
      new Map<Value, Value>([
        ["a", 1],
        ["b", new Map([["c", 2]])]
      ])
    ],
    ["SET3", new Reply.SetReply(["a", "b"]), new Set(["a", "b"])],
    ["ATTRIBUTED", new Reply.Attributed(["ttl", 1], "a"), "a"]
  ] as const

  it.effect.each(replies)("%s is a plain value", ([name, reply, expected]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Keyloom.call(name), expected)
    }).pipe(Effect.provide(Keyloom.layer({ commands: [answering(name, reply)] }))))

  it.effect("shows failures among several answers as values", () =>
    Effect.gen(function*() {
      const answers = yield* Keyloom.call("MIXED")
      assert.deepStrictEqual(answers, [
        1,
        new KeyloomError({
          code: "WRONGTYPE",
          message: "Operation against a key holding the wrong kind of value"
        })
      ])
    }).pipe(Effect.provide(Keyloom.layer({ commands: [answering("MIXED", [1, CommandError.wrongType])] }))))
})

describe("failures", () => {
  it.effect("carry Redis's code and words", () =>
    Effect.gen(function*() {
      yield* Keyloom.call("SET", "k", "text")
      const error = yield* Effect.flip(Keyloom.call("INCR", "k"))
      assert.instanceOf(error, KeyloomError)
      assert.strictEqual(error.code, "ERR")
      assert.strictEqual(error.message, "value is not an integer or out of range")
    }).pipe(Effect.provide(Keyloom.layer())))

  it.effect("can be caught by their tag", () =>
    Effect.gen(function*() {
      const code = Keyloom.call("NOPE").pipe(Effect.catchTag("KeyloomError", ({ code }) => Effect.succeed(code)))
      assert.strictEqual(yield* code, "ERR")
    }).pipe(Effect.provide(Keyloom.layer())))
})

describe("clients", () => {
  it.effect("have a database and a name of their own", () =>
    Effect.gen(function*() {
      const { client } = yield* Keyloom
      const one = yield* client
      const other = yield* client
      yield* one.call("SELECT", 1)
      yield* one.call("SET", "k", "v")
      yield* one.call("CLIENT", "SETNAME", "one")
      assert.isNull(yield* other.call("GET", "k"))
      assert.isNull(yield* other.call("CLIENT", "GETNAME"))
      assert.isNull(yield* Keyloom.call("GET", "k"))
      assert.strictEqual(yield* one.call("GET", "k"), "v")
    }).pipe(Effect.scoped, Effect.provide(Keyloom.layer())))

  it.effect("are gone with their scope", () =>
    Effect.gen(function*() {
      const { client } = yield* Keyloom
      const count = Effect.map(Keyloom.call("CLIENT", "LIST"), (list) => String(list).trim().split("\n").length)
      assert.strictEqual(yield* count, 1)
      yield* Effect.scoped(Effect.gen(function*() {
        yield* client
        assert.strictEqual(yield* count, 2)
      }))
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(Keyloom.layer())))

  it.effect("need no password, as the code that they belong to has given it", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Keyloom.call("PING"), "PONG")
    }).pipe(Effect.provide(Keyloom.layer({ requirepass: "secret" }))))
})

describe("commands of the app's own", () => {
  const compareAndSet = Command.make("COMPARESET", {
    summary: "Sets a string if it is what is expected.",
    since: "1.0.0",
    group: "string",
    complexity: "O(1)",
    flags: ["write", "denyoom", "fast"],
    args: { key: Arg.key("RW", "ACCESS", "UPDATE"), expected: Arg.bytes, value: Arg.bytes },
    run: ({ database }, { expected, key, value }) => {
      const current = database.find(key)
      if (current === undefined) return 0
      if (!isString(current)) return CommandError.wrongType
      if (!StringValue.equals(current, expected)) return 0
      database.update(key, StringValue.encode(value))
      return 1
    }
  })

  it.effect("run like all others, and are described by COMMAND", () =>
    Effect.gen(function*() {
      yield* Keyloom.call("SET", "k", "a")
      assert.strictEqual(yield* Keyloom.call("COMPARESET", "k", "b", "c"), 0)
      assert.strictEqual(yield* Keyloom.call("compareset", "k", "a", "c"), 1)
      assert.strictEqual(yield* Keyloom.call("GET", "k"), "c")
      const error = yield* Effect.flip(Keyloom.call("COMPARESET", "k"))
      assert.strictEqual(error.message, "wrong number of arguments for 'compareset' command")
      assert.deepStrictEqual(yield* Keyloom.call("COMMAND", "GETKEYS", "COMPARESET", "k", "a", "b"), ["k"])
    }).pipe(Effect.provide(Keyloom.layer({ commands: [compareAndSet] }))))

  it.effect("can take the place of Keyloom's", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Keyloom.call("PING"), "mine")
    }).pipe(Effect.provide(Keyloom.layer({ commands: [answering("PING", "mine")] }))))
})

describe("Keyloom.layerServer", () => {
  it.live("serves clients over TCP from the engine it shares with the app", () =>
    Effect.gen(function*() {
      const { port, url } = yield* Keyloom
      yield* Keyloom.call("SET", "k", "v")
      assert.strictEqual(url(), `redis://127.0.0.1:${port()}`)
      const redis = new Redis(url() ?? "")
      assert.strictEqual(yield* Effect.promise(() => redis.get("k")), "v")
      yield* Effect.promise(() => redis.set("k", "w"))
      assert.strictEqual(yield* Keyloom.call("GET", "k"), "w")
      yield* Effect.promise(() => redis.quit())
      assert.deepStrictEqual(yield* Keyloom.call("CONFIG", "GET", "port"), new Map([["port", String(port())]]))
    }).pipe(Effect.provide(Keyloom.layerServer({ port: "auto" }))))

  it.effect("expires keys for its clients too when a test moves its clock", () =>
    Effect.gen(function*() {
      const { url } = yield* Keyloom
      // Left open on purpose: the server ends without waiting for its clients.
      const redis = yield* Effect.acquireRelease(
        Effect.sync(() => new Redis(url() ?? "", { retryStrategy: () => null })),
        (redis) => Effect.sync(() => redis.disconnect())
      )
      yield* Effect.promise(() => redis.set("k", "v", "EX", 60))
      yield* TestClock.adjust("61 seconds")
      assert.isNull(yield* Effect.promise(() => redis.get("k")))
    }).pipe(Effect.provide(Keyloom.layerServer({ port: "auto" }))))

  it.live("finds a port for each of two servers", () =>
    Effect.gen(function*() {
      const one = Context.get(yield* Layer.build(Keyloom.layerServer({ port: "auto" })), Keyloom)
      const other = Context.get(yield* Layer.build(Keyloom.layerServer({ port: "auto", bind: "* -::*" })), Keyloom)
      assert.notStrictEqual(one.port(), other.port())
      assert.isAbove(other.port(), 0)
      assert.strictEqual(other.url(), `redis://127.0.0.1:${other.port()}`)
      const error = yield* Effect.flip(Layer.build(Keyloom.layerServer({ port: one.port() })))
      assert.instanceOf(error, ListenFailed)
    }))

  it.live("tells the app of a SHUTDOWN, and goes on until the app ends it", () =>
    Effect.gen(function*() {
      const { awaitShutdown, url } = yield* Keyloom
      const waiting = yield* Effect.forkChild(awaitShutdown)
      const redis = new Redis(url() ?? "", { retryStrategy: () => null })
      redis.on("error", () => {})
      redis.shutdown("NOSAVE").catch(() => {})
      yield* Fiber.join(waiting)
      assert.strictEqual(yield* Keyloom.call("PING"), "PONG")
      redis.disconnect()
    }).pipe(Effect.provide(Keyloom.layerServer({ port: "auto" }))))
})

describe("Keyloom.open", () => {
  it("is the same behind promises", async () => {
    await using keyloom = await Keyloom.open()
    assert.strictEqual(await keyloom.call("SET", "k", "v"), "OK")
    assert.deepStrictEqual(await keyloom.callBytes("GET", "k"), Uint8Array.of(0x76))
    const error: unknown = await keyloom.call("INCR", "k").catch((error: unknown) => error)
    assert.instanceOf(error, KeyloomError)
    assert.strictEqual(keyloom.url(), undefined)
  })

  it("listens where a port is given", async () => {
    const keyloom = await Keyloom.open({ port: "auto" })
    const redis = new Redis(keyloom.port(), { retryStrategy: () => null })
    await redis.set("k", "v")
    assert.strictEqual(await keyloom.call("GET", "k"), "v")
    await redis.quit()
    await keyloom.close()
  })

  it("rejects with what keeps it from opening", async () => {
    const error: unknown = await Keyloom.open({ databases: 0 }).catch((error: unknown) => error)
    assert.instanceOf(error, ConfigError)
  })
})
