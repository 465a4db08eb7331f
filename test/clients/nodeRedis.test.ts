import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createClient } from "redis"
import { useKeyloom } from "./server.ts"

for (const RESP of [2, 3] as const) {
  describe(`node-redis with RESP${RESP}`, () => {
    const server = useKeyloom()
    const open = () =>
      createClient({ RESP, socket: { host: server().host, port: server().port }, name: "tests-of-node-redis" })
    let redis: ReturnType<typeof open>
    beforeAll(async () => {
      redis = open()
      await redis.connect()
    })
    afterAll(async () => {
      await redis.close()
    })

    it("sets and gets strings", async () => {
      assert.strictEqual(await redis.set("greeting", "grüße"), "OK")
      assert.strictEqual(await redis.get("greeting"), "grüße")
      assert.strictEqual(await redis.get("nothing"), null)
    })

    it("sets with options", async () => {
      assert.strictEqual(
        await redis.set("once", "a", { condition: "NX", expiration: { type: "EX", value: 100 } }),
        "OK"
      )
      assert.strictEqual(await redis.set("once", "b", { condition: "NX" }), null)
      assert.isAtLeast(await redis.ttl("once"), 99)
      assert.strictEqual(await redis.getDel("once"), "a")
    })

    it("counts", async () => {
      assert.strictEqual(await redis.incr("counter"), 1)
      assert.strictEqual(await redis.incrBy("counter", 41), 42)
    })

    it("gets many values at a time", async () => {
      await redis.mSet({ a: "1", b: "2" })
      assert.deepStrictEqual(await redis.mGet(["a", "nothing", "b"]), ["1", null, "2"])
    })

    it("pipelines 10,000 commands by itself", async () => {
      const replies = await Promise.all(Array.from({ length: 10_000 }, (_, index) => redis.set(`many:${index}`, index)))
      assert.isTrue(replies.every((reply) => reply === "OK"))
    })

    it("iterates over keys by SCAN", async () => {
      await redis.mSet({ "scan:1": "1", "scan:2": "2", "scan:3": "3" })
      const found = new Set<string>()
      for await (const keys of redis.scanIterator({ MATCH: "scan:*", COUNT: 2 })) for (const key of keys) found.add(key)
      assert.deepStrictEqual([...found].sort(), ["scan:1", "scan:2", "scan:3"])
    })

    it("reads configuration and information", async () => {
      assert.deepEqual({ ...await redis.configGet("maxmemory-policy") }, { "maxmemory-policy": "noeviction" })
      assert.match(await redis.info("server"), /redis_version:7\.2\.4/)
    })

    it("describes itself to the server", async () => {
      const info = await redis.clientInfo()
      assert.strictEqual(info.name, "tests-of-node-redis")
      assert.strictEqual(info.libName, "node-redis")
    })

    it("fails where the command does", async () => {
      await redis.set("text", "a")
      const error: unknown = await redis.incr("text").catch((reason: unknown) => reason)
      assert.match(String(error), /ERR value is not an integer or out of range/)
    })
  })
}
