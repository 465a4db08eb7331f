/**
 * ioredis used as its users use it, over both protocols: values, keys, pipelines, scanning, introspection, errors.
 *
 * How it connects, authenticates and comes back is in ioredisConnections.test.ts.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Redis, type RedisOptions, ReplyError } from "ioredis"
import { allBytes, bytesOf, fieldOf, rejection, useKeyloom } from "./server.ts"

for (const protocol of [2, 3] as const) {
  describe(`ioredis with RESP${protocol}`, () => {
    const server = useKeyloom()
    let redis: Redis
    const open = (options: Omit<RedisOptions, "replyMapping"> = {}): Redis =>
      new Redis({ host: server().host, port: server().port, protocol, connectionName: "tests-of-ioredis", ...options })
    beforeAll(() => {
      redis = open()
    })
    afterAll(async () => {
      await redis.quit()
    })

    it("describes itself to the server", async () => {
      const info = String(await redis.client("INFO"))
      assert.strictEqual(fieldOf(info, "resp"), String(protocol))
      assert.strictEqual(fieldOf(info, "name"), "tests-of-ioredis")
      assert.strictEqual(fieldOf(info, "lib-name"), "ioredis")
      assert.match(fieldOf(info, "lib-ver"), /^6\./)
      assert.strictEqual(await redis.client("GETNAME"), "tests-of-ioredis")
      assert.include(String(await redis.client("LIST", "ID", await redis.client("ID"))), "name=tests-of-ioredis")
    })

    describe("values", () => {
      it("are set and read as text", async () => {
        assert.strictEqual(await redis.set("greeting", "grüße"), "OK")
        assert.strictEqual(await redis.get("greeting"), "grüße")
        assert.strictEqual(await redis.strlen("greeting"), 7)
        assert.strictEqual(await redis.get("nothing"), null)
      })

      it("come to a callback as well as to a promise", async () => {
        await redis.set("called", "back")
        const reply = await new Promise((resolve, reject) => {
          void redis.get("called", (error, value) => error ? reject(error) : resolve(value))
        })
        assert.strictEqual(reply, "back")
      })

      it("carry all bytes, also in keys", async () => {
        assert.strictEqual(await redis.set(allBytes, allBytes), "OK")
        assert.deepStrictEqual(await redis.getBuffer(allBytes), allBytes)
        assert.deepStrictEqual(await redis.mgetBuffer(allBytes, "nothing"), [allBytes, null])
        assert.deepStrictEqual(await redis.getrangeBuffer(allBytes, 128, 255), allBytes.subarray(128))
        assert.deepStrictEqual(await redis.getdelBuffer(allBytes), allBytes)
        assert.strictEqual(await redis.exists(allBytes), 0)
      })

      it("of a megabyte and of twenty come back as they went", async () => {
        for (const length of [1_000_000, 20_000_000]) {
          const value = bytesOf(length)
          assert.strictEqual(await redis.set("large", value), "OK")
          assert.strictEqual(await redis.strlen("large"), length)
          const read = await redis.getBuffer("large")
          // The comparison of an assertion would print twenty megabytes.
          assert.isTrue(read?.equals(value))
        }
        assert.strictEqual(await redis.unlink("large"), 1)
      })

      it("are written with every option of SET", async () => {
        assert.strictEqual(await redis.set("options", "a", "EX", 100, "NX"), "OK")
        assert.strictEqual(await redis.set("options", "b", "NX"), null)
        assert.strictEqual(await redis.set("options", "b", "PX", 50_000, "XX", "GET"), "a")
        assert.strictEqual(await redis.set("options", "c", "KEEPTTL"), "OK")
        assert.isAtMost(await redis.pttl("options"), 50_000)
        assert.strictEqual(await redis.set("options", "d", "GET"), "c")
        assert.strictEqual(await redis.ttl("options"), -1)
      })

      it("are counted up and down", async () => {
        assert.strictEqual(await redis.incr("counter"), 1)
        assert.strictEqual(await redis.incrby("counter", 41), 42)
        assert.strictEqual(await redis.decr("counter"), 41)
        assert.strictEqual(await redis.decrby("counter", 41), 0)
        assert.strictEqual(await redis.incrbyfloat("counter", 0.5), "0.5")
        assert.strictEqual(await redis.incrbyfloat("counter", "3.0e3"), "3000.5")
      })

      it("of 64 bits are exact for who asks for numbers as strings", async () => {
        const exact = open({ stringNumbers: true })
        await exact.set("edge", "9223372036854775806")
        assert.strictEqual(String(await exact.incr("edge")), "9223372036854775807")
        assert.match(String(await rejection(exact.incr("edge"))), /ERR increment or decrement would overflow/)
        await exact.quit()
      })

      it("are written and read many at a time", async () => {
        assert.strictEqual(await redis.mset({ "many:a": 1, "many:b": "zwei" }), "OK")
        assert.strictEqual(await redis.mset(new Map([["many:c", "3"]])), "OK")
        assert.deepStrictEqual(await redis.mget(["many:a", "nothing", "many:b", "many:c"]), ["1", null, "zwei", "3"])
        assert.strictEqual(await redis.msetnx("many:c", "4", "many:d", "4"), 0)
        assert.strictEqual(await redis.exists("many:a", "many:d", "many:a"), 2)
      })

      it("are changed in parts", async () => {
        assert.strictEqual(await redis.append("parts", "Hello"), 5)
        assert.strictEqual(await redis.setrange("parts", 7, "World"), 12)
        assert.strictEqual(await redis.get("parts"), "Hello\0\0World")
        assert.strictEqual(await redis.getrange("parts", -5, -1), "World")
        assert.strictEqual(await redis.getset("parts", "ohmytext"), "Hello\0\0World")
        await redis.set("parts:other", "mynewtext")
        assert.strictEqual(await redis.lcs("parts", "parts:other"), "mytext")
        assert.strictEqual(await redis.lcs("parts", "parts:other", "LEN"), 6)
        assert.deepStrictEqual(
          await redis.lcs("parts", "parts:other", "IDX", "MINMATCHLEN", 4, "WITHMATCHLEN"),
          ["matches", [[[4, 7], [5, 8], 4]], "len", 6]
        )
      })
    })

    describe("keys", () => {
      it("expire", async () => {
        await redis.set("short", "v")
        assert.strictEqual(await redis.expire("short", 100), 1)
        assert.strictEqual(await redis.expire("short", 200, "LT"), 0)
        assert.isAtLeast(await redis.ttl("short"), 99)
        assert.strictEqual(await redis.expireat("short", 33_177_117_420), 1)
        assert.strictEqual(await redis.expiretime("short"), 33_177_117_420)
        assert.strictEqual(await redis.pexpireat("short", 33_177_117_420_123), 1)
        assert.strictEqual(await redis.pexpiretime("short"), 33_177_117_420_123)
        assert.strictEqual(await redis.persist("short"), 1)
        assert.strictEqual(await redis.ttl("short"), -1)
        assert.strictEqual(await redis.getex("short", "PX", 60_000), "v")
        assert.isAtMost(await redis.pttl("short"), 60_000)
        assert.strictEqual(await redis.pexpire("short", -1), 1)
        assert.strictEqual(await redis.ttl("short"), -2)
      })

      it("are gone when their time has come", async () => {
        await redis.psetex("soon", 1, "v")
        // Nothing but the server's clock ends this.
        while (await redis.get("soon") !== null);
        assert.strictEqual(await redis.exists("soon"), 0)
      })

      it("are renamed, copied, typed and removed", async () => {
        await redis.set("name:1", "v")
        assert.strictEqual(await redis.rename("name:1", "name:2"), "OK")
        assert.strictEqual(await redis.copy("name:2", "name:3"), 1)
        assert.strictEqual(await redis.renamenx("name:2", "name:3"), 0)
        assert.strictEqual(await redis.type("name:3"), "string")
        assert.strictEqual(await redis.touch("name:2", "name:3"), 2)
        assert.deepStrictEqual((await redis.keys("name:?")).sort(), ["name:2", "name:3"])
        assert.strictEqual(await redis.object("ENCODING", "name:3"), "embstr")
        assert.isAbove(Number(await redis.memory("USAGE", "name:3")), 0)
        assert.strictEqual(await redis.del("name:2", "name:3"), 2)
        assert.strictEqual(await redis.type("name:3"), "none")
      })

      it("live in databases apart", async () => {
        const third = open({ db: 3 })
        await third.set("here", "v")
        assert.strictEqual(await redis.exists("here"), 0)
        assert.strictEqual(await third.move("here", 4), 1)
        assert.strictEqual(await third.select(4), "OK")
        assert.strictEqual(await third.get("here"), "v")
        assert.strictEqual(await third.swapdb(4, 5), "OK")
        assert.strictEqual(await third.dbsize(), 0)
        await third.select(5)
        assert.strictEqual(await third.randomkey(), "here")
        assert.strictEqual(await third.flushdb("ASYNC"), "OK")
        assert.strictEqual(await third.dbsize(), 0)
        await third.quit()
      })

      it("get the prefix of the client before their names", async () => {
        const prefixed = open({ keyPrefix: "prefix:" })
        await prefixed.mset("a", 1, "b", 2)
        await prefixed.rename("a", "c")
        assert.deepStrictEqual(await prefixed.mget("b", "c"), ["2", "1"])
        assert.strictEqual(await redis.exists("prefix:b", "prefix:c"), 2)
        await prefixed.quit()
      })

      it("are streamed over by SCAN, all ten thousand of them, each once", async () => {
        const scanner = open({ db: 7 })
        const expected = Array.from({ length: 10_000 }, (_, index) => `scan:${index}`)
        await scanner.mset(Object.fromEntries(expected.map((key) => [key, "v"])))
        const found: Array<string> = []
        for await (const keys of scanner.scanStream({ count: 100 })) found.push(...keys)
        assert.deepStrictEqual(found.sort(), expected.sort())
        const matching: Array<Buffer> = []
        for await (const keys of scanner.scanBufferStream({ match: "scan:99?", type: "string", count: 1000 })) {
          matching.push(...keys)
        }
        assert.strictEqual(matching.length, 10)
        assert.isTrue(matching.every((key) => Buffer.isBuffer(key)))
        for await (const keys of scanner.scanStream({ type: "hash", count: 1000 })) assert.deepStrictEqual(keys, [])
        await scanner.quit()
      })
    })

    describe("many requests at a time", () => {
      it("in a pipeline of ten thousand get their replies in order", async () => {
        const pipeline = redis.pipeline()
        for (let index = 0; index < 5000; index++) pipeline.set(`pipe:${index}`, index).get(`pipe:${index}`)
        const replies = await pipeline.exec()
        assert.strictEqual(replies?.length, 10_000)
        assert.deepStrictEqual(
          replies,
          Array.from({ length: 10_000 }, (_, index) => [null, index % 2 === 0 ? "OK" : String((index - 1) / 2)])
        )
      })

      it("in a pipeline fail one by one", async () => {
        const replies = await redis.pipeline([["set", "text", "a"], ["incr", "text"], ["get", "text"]]).exec()
        assert.deepStrictEqual(replies?.map(([error, reply]) => error?.message ?? reply), [
          "OK",
          "ERR value is not an integer or out of range",
          "a"
        ])
      })

      it("sent without waiting are all answered", async () => {
        const replies = await Promise.all(
          Array.from({ length: 10_000 }, (_, index) => redis.set(`many:${index}`, index))
        )
        assert.isTrue(replies.every((reply) => reply === "OK"))
        assert.strictEqual(await redis.get("many:9999"), "9999")
      })

      it("are put into pipelines by themselves when asked to", async () => {
        const automatic = open({ enableAutoPipelining: true })
        await automatic.ping()
        const readsBefore = Number(fieldOf(await redis.info("stats"), "total_reads_processed"))
        const replies = await Promise.all(Array.from({ length: 1000 }, (_, index) => automatic.incrby("auto", index)))
        assert.strictEqual(replies.at(-1), 999 * 500)
        const reads = Number(fieldOf(await redis.info("stats"), "total_reads_processed")) - readsBefore
        assert.isBelow(reads, 100)
        await automatic.quit()
      })

      it("of two clients are told apart", async () => {
        const other = redis.duplicate()
        assert.notStrictEqual(await other.client("ID"), await redis.client("ID"))
        const replies = await Promise.all(
          Array.from({ length: 1000 }, (_, index) => [redis.echo(`a${index}`), other.echo(`b${index}`)]).flat()
        )
        assert.deepStrictEqual(replies, Array.from({ length: 1000 }, (_, index) => [`a${index}`, `b${index}`]).flat())
        await other.quit()
      })
    })

    describe("errors", () => {
      const failures: ReadonlyArray<readonly [string, ReadonlyArray<string>, string]> = [
        ["an unknown command", ["nope", "a"], "ERR unknown command 'nope', with args beginning with: 'a' "],
        ["too few arguments", ["get"], "ERR wrong number of arguments for 'get' command"],
        ["an unknown subcommand", ["client", "nope"], "ERR unknown subcommand 'nope'. Try CLIENT HELP."],
        ["a wrong option", ["set", "k", "v", "nope"], "ERR syntax error"],
        ["a time to live that is none", ["set", "k", "v", "ex", "0"], "ERR invalid expire time in 'set' command"],
        ["a database that is none", ["select", "16"], "ERR DB index is out of range"],
        ["a value that is no directive's", ["config", "set", "maxmemory-samples", "x"], "ERR CONFIG SET failed"]
      ]
      for (const [what, [name = "", ...args], message] of failures) {
        it(`for ${what} come with the server's words`, async () => {
          const error = await rejection(redis.call(name, ...args))
          assert.instanceOf(error, ReplyError)
          assert.strictEqual(error.name, "ReplyError")
          assert.isTrue(error.message.startsWith(message), error.message)
          // What ioredis says of the command that failed, without a type.
          assert.deepStrictEqual((error as Error & { readonly command?: unknown }).command, { name, args })
        })
      }

      it("leave the connection as it was", async () => {
        await rejection(redis.call("nope"))
        assert.strictEqual(await redis.ping(), "PONG")
        assert.strictEqual(await redis.ping("still here"), "still here")
      })
    })

    describe("the server", () => {
      it("tells about its commands", async () => {
        const count = await redis.command("COUNT")
        const commands = await redis.call("COMMAND") as ReadonlyArray<unknown>
        assert.strictEqual(commands.length, Number(count))
        const names: unknown = await redis.command("LIST")
        assert.includeMembers(names as Array<string>, ["getex", "client|kill"])
        assert.deepStrictEqual(await redis.command("GETKEYS", "MSET", "a", "1", "b", "2"), ["a", "b"])
        const [get] = await redis.command("INFO", "get") as ReadonlyArray<ReadonlyArray<unknown>>
        assert.deepStrictEqual(get?.slice(0, 6), ["get", 2, ["readonly", "fast"], 1, 1, 1])
      })

      it("lets its configuration be read and changed", async () => {
        assert.deepStrictEqual(await redis.config("GET", "maxmemory-samples"), ["maxmemory-samples", "5"])
        assert.strictEqual(await redis.config("SET", "maxmemory-samples", "7", "timeout", "600"), "OK")
        assert.deepStrictEqual(await redis.config("GET", "maxmemory-samples"), ["maxmemory-samples", "7"])
        assert.strictEqual(await redis.config("SET", "maxmemory-samples", "5", "timeout", "0"), "OK")
        assert.strictEqual(await redis.config("RESETSTAT"), "OK")
      })

      it("tells about itself by INFO", async () => {
        const info = await redis.info()
        assert.strictEqual(fieldOf(info, "redis_version"), "7.2.4")
        assert.strictEqual(fieldOf(info, "loading"), "0")
        assert.strictEqual(fieldOf(info, "tcp_port"), String(server().port))
        assert.strictEqual(fieldOf(info, "role"), "master")
        assert.match(await redis.info("server", "clients"), /# Server[^#]*# Clients/)
      })

      it("knows the time", async () => {
        const [seconds, microseconds] = (await redis.time()).map(Number)
        assert.isAbove(seconds ?? 0, 1_700_000_000)
        assert.isBelow(microseconds ?? Infinity, 1_000_000)
      })

      it("keeps its replies to itself under CLIENT REPLY OFF", async () => {
        const silent = open({ lazyConnect: true })
        await silent.connect()
        // Three requests, and one reply: that to ON. It is the first that ioredis waits for.
        const first = silent.client("REPLY", "OFF")
        const others = Promise.allSettled([silent.set("unanswered", "v"), silent.client("REPLY", "ON")])
        assert.strictEqual(await first, "OK")
        assert.strictEqual(await redis.get("unanswered"), "v")
        silent.disconnect()
        assert.deepStrictEqual((await others).map(({ status }) => status), ["rejected", "rejected"])
      })
    })
  })
}

describe("ioredis with the replies of RESP3 as they are", () => {
  const server = useKeyloom()
  let redis: Redis<"resp3">
  beforeAll(() => {
    redis = new Redis({ host: server().host, port: server().port, replyMapping: "resp3" })
  })
  afterAll(async () => {
    await redis.quit()
  })

  it("gets maps as objects", async () => {
    const policy: unknown = await redis.config("GET", "maxmemory-policy")
    assert.deepEqual({ ...policy as object }, { "maxmemory-policy": "noeviction" })
    const hello: unknown = await redis.call("HELLO")
    assert.include({ ...hello as object }, { server: "redis", version: "7.2.4", proto: 3, mode: "standalone" })
  })

  it("gets doubles as numbers, and each of the other types", async () => {
    const replies = await Promise.all(
      ["double", "true", "false", "null", "bignum", "verbatim", "map", "set"].map((type) =>
        redis.call("DEBUG", "PROTOCOL", type)
      )
    )
    assert.deepEqual(JSON.parse(JSON.stringify(replies.slice(0, 4))), [Number("3.141"), true, false, null])
    assert.strictEqual(String(replies[4]), "1234567999999999999999999999999999999")
    assert.include(String(replies[5]), "This is a verbatim")
    assert.deepEqual({ ...replies[6] as object }, { 0: false, 1: true, 2: false })
    assert.deepEqual([...replies[7] as Iterable<unknown>], [0, 1, 2])
  })
})
