/**
 * node-redis used as its users use it, over both protocols: values, keys, pipelines, scanning, introspection, errors.
 *
 * How it connects, authenticates and comes back is in nodeRedisConnections.test.ts.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createClient, ErrorReply, RESP_TYPES, SimpleError } from "redis"
import { allBytes, bytesOf, fieldOf, rejection, useKeyloom } from "./server.ts"

for (const RESP of [2, 3] as const) {
  describe(`node-redis with RESP${RESP}`, () => {
    const server = useKeyloom()
    const open = (database = 0) =>
      createClient({
        RESP,
        socket: { host: server().host, port: server().port },
        name: "tests-of-node-redis",
        database
      })
    const binary = () => redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
    let redis: ReturnType<typeof open>
    beforeAll(async () => {
      redis = open()
      await redis.connect()
    })
    afterAll(async () => {
      await redis.close()
    })

    it("describes itself to the server", async () => {
      const info = await redis.clientInfo()
      assert.strictEqual(info.name, "tests-of-node-redis")
      assert.strictEqual(info.libName, "node-redis")
      assert.match(info.libVer ?? "", /^6\./)
      assert.strictEqual(info.resp, RESP)
      assert.strictEqual(await redis.clientGetName(), "tests-of-node-redis")
      assert.include((await redis.clientList()).map(({ name }) => name), "tests-of-node-redis")
    })

    describe("values", () => {
      it("are set and read as text", async () => {
        assert.strictEqual(await redis.set("greeting", "grüße"), "OK")
        assert.strictEqual(await redis.get("greeting"), "grüße")
        assert.strictEqual(await redis.strLen("greeting"), 7)
        assert.strictEqual(await redis.get("nothing"), null)
      })

      it("carry all bytes, also in keys", async () => {
        assert.strictEqual(await redis.set(allBytes, allBytes), "OK")
        assert.deepStrictEqual(await binary().get(allBytes), allBytes)
        assert.deepStrictEqual(await binary().mGet([allBytes, "nothing"]), [allBytes, null])
        assert.deepStrictEqual(await binary().getRange(allBytes, 128, 255), allBytes.subarray(128))
        assert.deepStrictEqual(await binary().getDel(allBytes), allBytes)
        assert.strictEqual(await redis.exists(allBytes), 0)
      })

      it("of a megabyte and of twenty come back as they went", async () => {
        for (const length of [1_000_000, 20_000_000]) {
          const value = bytesOf(length)
          assert.strictEqual(await redis.set("large", value), "OK")
          const read = await binary().get("large")
          // The comparison of an assertion would print twenty megabytes.
          assert.isTrue(read?.equals(value))
        }
        assert.strictEqual(await redis.unlink("large"), 1)
      })

      it("are written with every option of SET", async () => {
        assert.strictEqual(
          await redis.set("options", "a", { condition: "NX", expiration: { type: "EX", value: 100 } }),
          "OK"
        )
        assert.strictEqual(await redis.set("options", "b", { condition: "NX" }), null)
        assert.strictEqual(await redis.set("options", "b", { condition: "XX", GET: true, expiration: "KEEPTTL" }), "a")
        assert.isAtLeast(await redis.ttl("options"), 99)
        await redis.set("options", "c", { expiration: { type: "PXAT", value: 33_177_117_420_123 } })
        assert.strictEqual(await redis.pExpireTime("options"), 33_177_117_420_123)
      })

      it("are counted up and down", async () => {
        assert.strictEqual(await redis.incr("counter"), 1)
        assert.strictEqual(await redis.incrBy("counter", 41), 42)
        assert.strictEqual(await redis.decrBy("counter", 42), 0)
        assert.strictEqual(await redis.decr("counter"), -1)
        assert.strictEqual(await redis.incrByFloat("counter", 1.5), "0.5")
      })

      it("of 64 bits are exact for who asks for numbers as strings", async () => {
        await redis.set("edge", "9223372036854775806")
        const exact = redis.withTypeMapping({ [RESP_TYPES.NUMBER]: String })
        assert.strictEqual(String(await exact.incr("edge")), "9223372036854775807")
      })

      it("are written and read many at a time", async () => {
        assert.strictEqual(await redis.mSet({ "many:a": "1", "many:b": "zwei" }), "OK")
        assert.deepStrictEqual(await redis.mGet(["many:a", "nothing", "many:b"]), ["1", null, "zwei"])
        // Its type says "OK", which the server never answers.
        assert.strictEqual(Number(await redis.mSetNX([["many:b", "3"], ["many:c", "3"]])), 0)
        assert.strictEqual(await redis.exists(["many:a", "many:c", "many:a"]), 2)
      })

      it("are changed in parts", async () => {
        assert.strictEqual(await redis.append("parts", "Hello"), 5)
        assert.strictEqual(await redis.setRange("parts", 7, "World"), 12)
        assert.strictEqual(await redis.get("parts"), "Hello\0\0World")
        assert.strictEqual(await redis.getRange("parts", -5, -1), "World")
        assert.strictEqual(await redis.getSet("parts", "ohmytext"), "Hello\0\0World")
        await redis.set("parts:other", "mynewtext")
        assert.strictEqual(await redis.lcs("parts", "parts:other"), "mytext")
        assert.strictEqual(await redis.lcsLen("parts", "parts:other"), 6)
        const index = await redis.lcsIdxWithMatchLen("parts", "parts:other", { MINMATCHLEN: 4 })
        assert.deepEqual({ ...index }, { matches: [[[4, 7], [5, 8], 4]], len: 6 })
      })
    })

    describe("keys", () => {
      it("expire", async () => {
        await redis.set("short", "v")
        assert.strictEqual(await redis.expire("short", 100, "NX"), 1)
        assert.strictEqual(await redis.expire("short", 200, "LT"), 0)
        assert.isAtLeast(await redis.ttl("short"), 99)
        assert.strictEqual(await redis.expireAt("short", new Date(33_177_117_420_000)), 1)
        assert.strictEqual(await redis.expireTime("short"), 33_177_117_420)
        assert.strictEqual(await redis.persist("short"), 1)
        assert.strictEqual(await redis.ttl("short"), -1)
        assert.strictEqual(await redis.getEx("short", { type: "PX", value: 60_000 }), "v")
        assert.isAtMost(await redis.pTTL("short"), 60_000)
        assert.strictEqual(await redis.pExpire("short", -1), 1)
        assert.strictEqual(await redis.ttl("short"), -2)
      })

      it("are renamed, copied, typed and removed", async () => {
        await redis.set("name:1", "v")
        assert.strictEqual(await redis.rename("name:1", "name:2"), "OK")
        assert.strictEqual(await redis.copy("name:2", "name:3", { REPLACE: true }), 1)
        assert.strictEqual(await redis.renameNX("name:2", "name:3"), 0)
        assert.strictEqual(await redis.type("name:3"), "string")
        assert.strictEqual(await redis.touch(["name:2", "name:3"]), 2)
        assert.deepStrictEqual((await redis.keys("name:?")).sort(), ["name:2", "name:3"])
        assert.strictEqual(String(await redis.objectEncoding("name:3")), "embstr")
        assert.strictEqual(await redis.objectRefCount("name:3"), 1)
        assert.isAbove(await redis.memoryUsage("name:3") ?? 0, 0)
        assert.strictEqual(await redis.del(["name:2", "name:3"]), 2)
      })

      it("live in databases apart", async () => {
        const third = await open(3).connect()
        await third.set("here", "v")
        assert.strictEqual(await redis.exists("here"), 0)
        assert.strictEqual(await third.move("here", 4), 1)
        await third.select(4)
        assert.strictEqual(await third.get("here"), "v")
        assert.strictEqual(await third.swapDb(4, 5), "OK")
        assert.strictEqual(await third.dbSize(), 0)
        await third.select(5)
        assert.strictEqual(String(await third.randomKey()), "here")
        assert.strictEqual(await third.flushDb("ASYNC"), "OK")
        assert.strictEqual(await third.dbSize(), 0)
        await third.close()
      })

      it("are iterated over by SCAN, all ten thousand of them, each once", async () => {
        const scanner = await open(7).connect()
        const expected = Array.from({ length: 10_000 }, (_, index) => `scan:${index}`)
        await scanner.mSet(expected.map((key) => [key, "v"] as const).flat())
        const found: Array<string> = []
        for await (const keys of scanner.scanIterator({ COUNT: 100 })) found.push(...keys)
        assert.deepStrictEqual(found.sort(), expected.sort())
        const matching: Array<string> = []
        for await (const keys of scanner.scanIterator({ MATCH: "scan:99?", TYPE: "string", COUNT: 1000 })) {
          matching.push(...keys)
        }
        assert.deepStrictEqual(matching.sort(), Array.from({ length: 10 }, (_, index) => `scan:99${index}`))
        await scanner.close()
      })
    })

    describe("many requests at a time", () => {
      it("sent without waiting are all answered, in their order", async () => {
        const replies = await Promise.all(
          Array.from({ length: 5000 }, (_, index) => [
            redis.set(`many:${index}`, index),
            redis.get(`many:${index}`)
          ]).flat()
        )
        assert.deepStrictEqual(
          replies,
          Array.from({ length: 10_000 }, (_, index) => index % 2 === 0 ? "OK" : String((index - 1) / 2))
        )
      })

      it("go into a pipeline, which fails when one of them does", async () => {
        const replies: unknown = await redis.multi().set("text", "a").append("text", "b").get("text").execAsPipeline()
        assert.deepStrictEqual(replies, ["OK", 2, "ab"])
        const error = await rejection(redis.multi().incr("text").get("text").execAsPipeline())
        assert.match(String(error), /ERR value is not an integer or out of range/)
      })
    })

    describe("errors", () => {
      const failures: ReadonlyArray<readonly [string, ReadonlyArray<string>, string]> = [
        ["an unknown command", ["nope", "a"], "ERR unknown command 'nope', with args beginning with: 'a' "],
        ["too few arguments", ["get"], "ERR wrong number of arguments for 'get' command"],
        ["an unknown subcommand", ["client", "nope"], "ERR unknown subcommand 'nope'. Try CLIENT HELP."],
        ["a wrong option", ["set", "k", "v", "nope"], "ERR syntax error"],
        ["a directive that there is none of", ["config", "set", "nope", "1"], "ERR Unknown option or number of"]
      ]
      for (const [what, request, message] of failures) {
        it(`for ${what} come with the server's words`, async () => {
          const error = await rejection(redis.sendCommand(request))
          assert.instanceOf(error, ErrorReply)
          assert.instanceOf(error, SimpleError)
          assert.isTrue(error.message.startsWith(message), error.message)
        })
      }

      it("leave the connection as it was", async () => {
        await redis.set("text", "a")
        assert.match((await rejection(redis.incr("text"))).message, /^ERR value is not an integer or out of range$/)
        assert.strictEqual(await redis.ping(), "PONG")
        assert.strictEqual(await redis.echo("still here"), "still here")
      })
    })

    describe("the server", () => {
      it("shakes hands", async () => {
        const hello = await redis.hello()
        assert.include({ ...hello }, {
          server: "redis",
          version: "7.2.4",
          proto: RESP,
          mode: "standalone",
          role: "master"
        })
        assert.strictEqual(hello.id, await redis.clientId())
      })

      it("tells about its commands", async () => {
        assert.strictEqual((await redis.command()).length, await redis.commandCount())
        assert.includeMembers(await redis.commandList({ FILTERBY: { type: "PATTERN", value: "getr*" } }), ["getrange"])
        assert.deepStrictEqual(await redis.commandGetKeys(["MSET", "a", "1", "b", "2"]), ["a", "b"])
        const keysAndFlags = await redis.commandGetKeysAndFlags(["GET", "a"])
        assert.deepEqual(JSON.parse(JSON.stringify(keysAndFlags)), [{ key: "a", flags: ["RO", "access"] }])
        const [get, unknown] = await redis.commandInfo(["get", "nope"])
        assert.strictEqual(get?.arity, 2)
        assert.sameMembers([...get?.flags ?? []].map(String), ["readonly", "fast"])
        assert.sameMembers([...get?.categories ?? []].map(String), ["@read", "@string", "@fast"])
        assert.strictEqual(unknown, null)
      })

      it("lets its configuration be read and changed", async () => {
        assert.deepEqual({ ...await redis.configGet("maxmemory-policy") }, { "maxmemory-policy": "noeviction" })
        assert.strictEqual(await redis.configSet({ "maxmemory-samples": "7", "timeout": "600" }), "OK")
        assert.deepEqual({ ...await redis.configGet(["maxmemory-samples", "timeout"]) }, {
          "maxmemory-samples": "7",
          "timeout": "600"
        })
        assert.strictEqual(await redis.configSet({ "maxmemory-samples": "5", "timeout": "0" }), "OK")
        assert.strictEqual(await redis.configResetStat(), "OK")
      })

      it("tells about itself by INFO", async () => {
        const info = await redis.info()
        assert.strictEqual(fieldOf(info, "redis_version"), "7.2.4")
        assert.strictEqual(fieldOf(info, "tcp_port"), String(server().port))
        assert.match(await redis.info("commandstats"), /^cmdstat_info:calls=\d+,/m)
      })

      it("tells about its memory, ratios as numbers", async () => {
        const stats = await redis.memoryStats()
        assert.isAbove(stats["total.allocated"], 0)
        assert.isNumber(stats["dataset.percentage"])
        assert.isAbove(stats["dataset.percentage"], 0)
        assert.isString(await redis.memoryDoctor())
        assert.strictEqual(await redis.memoryPurge(), "OK")
      })

      it("knows the time", async () => {
        const [seconds, microseconds] = (await redis.time()).map(Number)
        assert.isAbove(seconds ?? 0, 1_700_000_000)
        assert.isBelow(microseconds ?? Infinity, 1_000_000)
        assert.match(await redis.LOLWUT(), /Redis ver\. 7\.2\.4/)
      })

      it("pauses writes, and lets them go on", async () => {
        const writer = await redis.duplicate().connect()
        await redis.clientPause(3_600_000, "WRITE")
        const write = writer.set("paused", "v")
        assert.strictEqual(await redis.get("paused"), null)
        await redis.clientUnpause()
        assert.strictEqual(await write, "OK")
        assert.strictEqual(await redis.clientNoEvict(true), "OK")
        assert.strictEqual(await redis.clientNoTouch(false), "OK")
        await writer.close()
      })
    })

    it("answers callbacks through the interface of version 3", async () => {
      const legacy = redis.legacy()
      const reply = await new Promise((resolve, reject) => {
        legacy.sendCommand("ECHO", "old", (error, value) => error ? reject(error) : resolve(value))
      })
      assert.strictEqual(reply, "old")
    })
  })
}

describe("node-redis with RESP3", () => {
  const server = useKeyloom()

  it("gets every type of reply as itself", async () => {
    const redis = await createClient({ RESP: 3, socket: { host: server().host, port: server().port } }).connect()
    const types = ["double", "true", "false", "null", "bignum", "verbatim", "map", "set", "array", "integer"]
    const replies: ReadonlyArray<unknown> = await Promise.all(
      types.map((type) => redis.sendCommand(["DEBUG", "PROTOCOL", type]))
    )
    assert.deepStrictEqual(replies.slice(0, 5), [
      Number("3.141"),
      true,
      false,
      null,
      1234567999999999999999999999999999999n
    ])
    assert.match(String(replies[5]), /^This is a verbatim/)
    assert.deepEqual({ ...replies[6] as object }, { 0: false, 1: true, 2: false })
    assert.deepEqual(replies.slice(7), [[0, 1, 2], [0, 1, 2], 12345])
    await redis.close()
  })
})
