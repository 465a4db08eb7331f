/**
 * An event log on a stream: consumer groups share the work, and what a consumer has taken and not acknowledged is claimed by another one. Through ioredis and
 * node-redis.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Redis } from "ioredis"
import { createClient } from "redis"
import { useKeyloom } from "./server.ts"

const log = "events"
const events = 3000

describe("an event log on a stream", () => {
  const server = useKeyloom()
  const open = () => createClient({ RESP: 2, socket: { host: server().host, port: server().port } })
  let ioredis: Redis
  let nodeRedis: ReturnType<typeof open>
  beforeAll(async () => {
    ioredis = new Redis({ host: server().host, port: server().port })
    nodeRedis = open()
    await nodeRedis.connect()
  })
  afterAll(async () => {
    ioredis.disconnect()
    await nodeRedis.close()
  })

  /** The `n` of every entry that XREADGROUP or XREAD has answered to ioredis. */
  const numbersOf = (reply: unknown): ReadonlyArray<readonly [id: string, n: number]> =>
    // The shape of these replies in RESP2: streams with entries with fields.
    (reply as ReadonlyArray<[string, ReadonlyArray<[string, ReadonlyArray<string>]>]> | null ?? [])
      .flatMap(([, entries]) => entries.map(([id, fields]) => [id, Number(fields[1])] as const))

  it("gives every event to one consumer of each group, also when one of them fails", async () => {
    await nodeRedis.xGroupCreate(log, "billing", "$", { MKSTREAM: true })
    await nodeRedis.xGroupCreate(log, "audit", "$")
    const seen: Array<number> = []
    const left: Array<number> = []
    const consume = async (consumer: string, isFaulty: boolean) => {
      const client = new Redis({ host: server().host, port: server().port })
      while (seen.length + left.length < events) {
        const reply = await client.xreadgroup(
          "GROUP",
          "billing",
          consumer,
          "COUNT",
          20,
          "BLOCK",
          100,
          "STREAMS",
          log,
          ">"
        )
        for (const [id, n] of numbersOf(reply)) {
          // The faulty one loses every seventh.
          if (isFaulty && n % 7 === 0) left.push(n)
          else {
            seen.push(n)
            assert.strictEqual(await client.xack(log, "billing", id), 1)
          }
        }
      }
      client.disconnect()
    }
    const consumers = [consume("a", false), consume("b", true), consume("c", false)]
    for (let n = 0; n < events; n++) {
      if (n % 2 === 0) await ioredis.xadd(log, "*", "n", n)
      else await nodeRedis.xAdd(log, "*", { n: String(n) })
    }
    await Promise.all(consumers)
    assert.strictEqual(await ioredis.xlen(log), events)
    assert.strictEqual(new Set([...seen, ...left]).size, events, "nothing twice, nothing lost")

    const pending = await nodeRedis.xPending(log, "billing")
    assert.strictEqual(pending.pending, left.length)
    assert.deepStrictEqual(
      pending.consumers,
      left.length === 0 ? null : [{ name: "b", deliveriesCounter: left.length }]
    )
    const claimed: Array<number> = []
    let cursor = "0-0"
    do {
      const { messages, nextId } = await nodeRedis.xAutoClaim(log, "billing", "rescuer", 0, cursor, { COUNT: 50 })
      for (const message of messages) {
        if (message === null) continue
        claimed.push(Number(message.message["n"]))
        await nodeRedis.xAck(log, "billing", message.id)
      }
      cursor = nextId
    } while (cursor !== "0-0")
    assert.deepStrictEqual(claimed, [...left].sort((a, b) => a - b))
    assert.strictEqual((await nodeRedis.xPending(log, "billing")).pending, 0)
  }, 60_000)

  it("is read from the beginning by a group of its own, and trimmed", async () => {
    const read: Array<number> = []
    for (;;) {
      const reply = await ioredis.xreadgroup("GROUP", "audit", "auditor", "COUNT", 500, "NOACK", "STREAMS", log, ">")
      if (reply === null) break
      read.push(...numbersOf(reply).map(([, n]) => n))
    }
    assert.deepStrictEqual(read, Array.from({ length: events }, (_, n) => n))
    const groups = await nodeRedis.xInfoGroups(log)
    assert.deepStrictEqual(groups.map(({ lag, name, pending }) => [name, pending, lag]), [
      ["audit", 0, 0],
      ["billing", 0, 0]
    ])
    assert.strictEqual(await nodeRedis.xTrim(log, "MAXLEN", 100), events - 100)
    assert.strictEqual((await ioredis.xrange(log, "-", "+")).length, 100)
  }, 30_000)

  it("wakes who waits for the next event", async () => {
    const reader = new Redis({ host: server().host, port: server().port })
    const next = reader.xread("BLOCK", 0, "STREAMS", log, "$")
    while (!String(await ioredis.client("LIST")).includes("cmd=xread ")) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    await nodeRedis.xAdd(log, "*", { n: "-1" })
    assert.deepStrictEqual(numbersOf(await next).map(([, n]) => n), [-1])
    reader.disconnect()
  })
})
