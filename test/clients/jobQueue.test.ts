/**
 * A job queue on lists, as workers have run it for years: BLMOVE to a list of one's own, LREM when the job is done, and a reaper that gives back what a worker
 * has left behind. Through ioredis and node-redis at the same time.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Redis } from "ioredis"
import { createClient } from "redis"
import { useKeyloom } from "./server.ts"

describe("a job queue on lists", () => {
  const server = useKeyloom()
  let producer: Redis
  const open = () => createClient({ socket: { host: server().host, port: server().port } })
  const ioredis = () => new Redis({ host: server().host, port: server().port })

  beforeAll(() => {
    producer = ioredis()
  })
  afterAll(() => producer.disconnect())

  it("gives every job to exactly one of many workers, in order of arrival", async () => {
    const jobs = Array.from({ length: 2000 }, (_, number) => `job:${number}`)
    const done: Array<string> = []
    const workOnJobs = async (take: () => Promise<string | null>, finish: (job: string) => Promise<unknown>) => {
      for (let job = await take(); job !== null && job !== "stop"; job = await take()) {
        done.push(job)
        await finish(job)
      }
    }
    const clients = Array.from({ length: 4 }, ioredis)
    const nodeClients = await Promise.all(Array.from({ length: 4 }, async () => await open().connect()))
    const workers = [
      ...clients.map((client, worker) =>
        workOnJobs(
          () => client.blmove("jobs", `working:${worker}`, "LEFT", "RIGHT", 0),
          (job) => client.lrem(`working:${worker}`, 1, job)
        )
      ),
      ...nodeClients.map((client, worker) =>
        workOnJobs(
          () => client.blMove("jobs", `working:n${worker}`, "LEFT", "RIGHT", 0),
          (job) => client.lRem(`working:n${worker}`, 1, job)
        )
      )
    ]
    for (let start = 0; start < jobs.length; start += 10) await producer.rpush("jobs", ...jobs.slice(start, start + 10))
    await producer.rpush("jobs", ...workers.map(() => "stop"))
    await Promise.all(workers)
    assert.deepStrictEqual([...done].sort(), [...jobs].sort())
    // A worker that has taken a job earlier than another tells of it earlier, or nearly so: each comes over a connection of its own.
    const places = done.map((job) => jobs.indexOf(job))
    assert.isTrue(places.every((place, index) => Math.abs(place - index) <= 64))
    assert.deepStrictEqual(await producer.keys("working:*").then((keys) => keys.length), 8, "each has its stop left")
    for (const client of clients) client.disconnect()
    for (const client of nodeClients) client.destroy()
  }, 30_000)

  it("gives a job back that a worker has left behind", async () => {
    await producer.rpush("fragile", "job")
    const worker = ioredis()
    assert.strictEqual(await worker.blmove("fragile", "broken", "LEFT", "RIGHT", 1), "job")
    worker.disconnect()
    assert.strictEqual(await producer.lmove("broken", "fragile", "LEFT", "RIGHT"), "job")
    assert.deepStrictEqual(await producer.blpop("fragile", 1), ["fragile", "job"])
    assert.strictEqual(await producer.exists("broken", "fragile"), 0)
  })

  it("serves urgent jobs first, and nothing to a worker that has gone", async () => {
    const gone = ioredis()
    const waiting = gone.blpop("urgent", "normal", 0).catch(() => undefined)
    while (!String(await producer.client("LIST")).includes("cmd=blpop")) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    gone.disconnect()
    await waiting
    while (String(await producer.client("LIST")).includes("cmd=blpop")) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    await producer.rpush("normal", "n1", "n2")
    await producer.rpush("urgent", "u1")
    const client = await open().connect()
    assert.deepStrictEqual(await client.blPop(["urgent", "normal"], 1), { key: "urgent", element: "u1" })
    assert.deepStrictEqual(await client.blPop(["urgent", "normal"], 1), { key: "normal", element: "n1" })
    assert.deepStrictEqual(await client.blmPop(1, ["urgent", "normal"], "LEFT", { COUNT: 5 }), ["normal", ["n2"]])
    client.destroy()
  })
})
