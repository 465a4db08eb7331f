import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Redis } from "ioredis"
import { useKeyloom } from "./server.ts"

describe("ioredis", () => {
  const server = useKeyloom()
  let redis: Redis
  beforeAll(() => {
    redis = new Redis({ host: server().host, port: server().port, connectionName: "tests-of-ioredis" })
  })
  afterAll(async () => {
    await redis.quit()
  })

  it("sets and gets strings", async () => {
    assert.strictEqual(await redis.set("greeting", "grüße"), "OK")
    assert.strictEqual(await redis.get("greeting"), "grüße")
    assert.strictEqual(await redis.get("nothing"), null)
    assert.strictEqual(await redis.strlen("greeting"), 7)
  })

  it("carries all bytes in buffers", async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, code) => code))
    await redis.set("bytes", bytes)
    assert.isTrue(bytes.equals(await redis.getBuffer("bytes") ?? Buffer.alloc(0)))
  })

  it("counts", async () => {
    assert.strictEqual(await redis.incr("counter"), 1)
    assert.strictEqual(await redis.incrby("counter", 41), 42)
    assert.strictEqual(await redis.incrbyfloat("counter", 0.5), "42.5")
  })

  it("gives a pipeline's replies in order, errors among them", async () => {
    const replies = await redis.pipeline().set("text", "a").incr("text").get("text").exec()
    assert.deepStrictEqual(replies?.map(([error, reply]) => error?.message ?? reply), [
      "OK",
      "ERR value is not an integer or out of range",
      "a"
    ])
  })

  it("pipelines 10,000 commands by itself", async () => {
    const replies = await Promise.all(Array.from({ length: 10_000 }, (_, index) => redis.set(`many:${index}`, index)))
    assert.isTrue(replies.every((reply) => reply === "OK"))
    assert.strictEqual(await redis.get("many:9999"), "9999")
  })

  it("streams over keys by SCAN", async () => {
    await redis.mset("scan:1", 1, "scan:2", 2, "scan:3", 3)
    const found = new Set<string>()
    for await (const keys of redis.scanStream({ match: "scan:*", count: 2 })) for (const key of keys) found.add(key)
    assert.deepStrictEqual([...found].sort(), ["scan:1", "scan:2", "scan:3"])
  })

  it("sets times to live", async () => {
    await redis.set("short", "v", "EX", 100)
    assert.isAtLeast(await redis.ttl("short"), 99)
    assert.strictEqual(await redis.persist("short"), 1)
    assert.strictEqual(await redis.ttl("short"), -1)
  })

  it("is told apart by its name", async () => {
    assert.strictEqual(await redis.client("GETNAME"), "tests-of-ioredis")
    assert.match(String(await redis.client("LIST")), /name=tests-of-ioredis/)
  })

  it("connects again after its connection was killed", async () => {
    const victim = redis.duplicate({ connectionName: "victim" })
    const id = await victim.client("ID")
    await redis.client("KILL", "ID", id)
    assert.strictEqual(await victim.ping(), "PONG")
    assert.notStrictEqual(await victim.client("ID"), id)
    await victim.quit()
  })

  it("keeps databases apart", async () => {
    const other = redis.duplicate({ db: 3 })
    await other.set("here", "v")
    assert.strictEqual(await redis.exists("here"), 0)
    assert.strictEqual(await other.dbsize(), 1)
    await other.quit()
  })
})

describe("ioredis with a password", () => {
  const server = useKeyloom({ directives: ["--requirepass", "secret"] })

  it("authenticates", async () => {
    const redis = new Redis({ host: server().host, port: server().port, password: "secret" })
    assert.strictEqual(await redis.ping(), "PONG")
    await redis.quit()
  })

  it("is refused without it", async () => {
    const redis = new Redis({ host: server().host, port: server().port, enableReadyCheck: false })
    // Its own handshake is refused as well, which it tells whoever listens, or else prints.
    redis.on("error", () => {})
    const error: unknown = await redis.ping().catch((reason: unknown) => reason)
    assert.match(String(error), /NOAUTH/)
    redis.disconnect()
  })
})
