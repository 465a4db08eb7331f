/**
 * How ioredis connects, authenticates, waits and comes back: what happens between it and the server around the commands.
 */
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { Redis, type RedisOptions } from "ioredis"
import { once } from "node:events"
import { type RunningServer, startKeyloom } from "../support/referenceServers.ts"
import { fieldOf, rejection, useKeyloom } from "./server.ts"

/** Without the option that changes the type of the client. */
type Options = Omit<RedisOptions, "replyMapping">

for (const protocol of [2, 3] as const) {
  describe(`ioredis with RESP${protocol} connects`, () => {
    const server = useKeyloom()
    const open = (options: Options = {}): Redis =>
      new Redis({ protocol, host: server().host, port: server().port, ...options })

    it("and is ready after the server has said that it is not loading", async () => {
      const redis = open()
      const states: Array<string> = []
      for (const state of ["connect", "ready"] as const) redis.on(state, () => states.push(state))
      await once(redis, "ready")
      assert.deepStrictEqual(states, ["connect", "ready"])
      await redis.quit()
    })

    it("when it is told to, and not before", async () => {
      const redis = open({ lazyConnect: true })
      assert.strictEqual(redis.status, "wait")
      await redis.connect()
      assert.strictEqual(redis.status, "ready")
      await redis.quit()
    })

    it("by the Unix socket", async () => {
      const redis = new Redis(server().unixSocket, { protocol })
      assert.strictEqual(await redis.ping(), "PONG")
      assert.strictEqual(fieldOf(String(await redis.client("INFO")), "addr"), `${server().unixSocket}:0`)
      await redis.quit()
    })

    it("by a URL with a database", async () => {
      const redis = new Redis(`redis://${server().host}:${server().port}/4`, { protocol })
      assert.strictEqual(fieldOf(String(await redis.client("INFO")), "db"), "4")
      await redis.quit()
    })

    it("while commands wait, which then run in their order", async () => {
      const redis = open()
      const replies = await Promise.all([redis.set("early", 1), redis.incr("early"), redis.get("early")])
      assert.deepStrictEqual(replies, ["OK", 2, "2"])
      await redis.quit()
    })

    it("as one of fifty at a time", async () => {
      const clients = Array.from({ length: 50 }, () => open())
      await Promise.all(clients.map((client) => client.incr("connected")))
      const [first] = clients
      assert.strictEqual(await first?.get("connected"), "50")
      assert.isAtLeast(Number(fieldOf(String(await first?.info("clients")), "connected_clients")), 50)
      await Promise.all(clients.map((client) => client.quit()))
    })

    it("again after it was killed, with its name and database", async () => {
      const redis = open()
      const victim = open({ db: 2, connectionName: "victim" })
      const id = await victim.client("ID")
      const readyAgain = once(victim, "ready")
      assert.strictEqual(await redis.client("KILL", "ID", id), 1)
      await readyAgain
      const info = String(await victim.client("INFO"))
      assert.notStrictEqual(fieldOf(info, "id"), String(id))
      assert.strictEqual(fieldOf(info, "name"), "victim")
      assert.strictEqual(fieldOf(info, "db"), "2")
      await Promise.all([victim.quit(), redis.quit()])
    })

    it("again after it has ended its own connection, and sends what was not answered", async () => {
      const redis = open()
      const own = fieldOf(String(await redis.client("INFO")), "addr")
      const id = await redis.client("ID")
      assert.strictEqual(await redis.client("KILL", own), "OK")
      assert.strictEqual(await redis.set("resent", "v"), "OK")
      assert.notStrictEqual(await redis.client("ID"), id)
      await redis.quit()
    })

    it("no more after QUIT", async () => {
      const redis = open()
      assert.strictEqual(await redis.quit(), "OK")
      await once(redis, "end")
      assert.match(String(await rejection(redis.ping())), /Connection is closed/)
    })

    it("although it has a password where none is asked for", async () => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
      const redis = open({ password: "superfluous" })
      redis.on("error", () => {})
      // HELLO with AUTH logs the default user in with any password; AUTH alone says that there is none to give.
      assert.strictEqual(await redis.ping(), "PONG")
      if (protocol === 2) assert.match(String(warn.mock.calls[0]), /does not require a password/)
      warn.mockRestore()
      await redis.quit()
    })
  })

  describe(`ioredis with RESP${protocol} and a password`, () => {
    const server = useKeyloom({ directives: ["--requirepass", "s3cret"] })
    const open = (options: Options): Redis =>
      new Redis({ protocol, host: server().host, port: server().port, ...options })

    it("authenticates", async () => {
      const redis = open({ password: "s3cret" })
      assert.strictEqual(await redis.ping(), "PONG")
      const named = open({ username: "default", password: "s3cret", db: 1 })
      assert.strictEqual(fieldOf(String(await named.client("INFO")), "user"), "default")
      const byUrl = new Redis(`redis://default:s3cret@${server().host}:${server().port}/2`, { protocol })
      assert.strictEqual(fieldOf(String(await byUrl.client("INFO")), "db"), "2")
      await Promise.all([redis, named, byUrl].map((client) => client.quit()))
    })

    it("is refused with a wrong one", async () => {
      const redis = open({ password: "wrong", lazyConnect: true, retryStrategy: () => null })
      const failed = once(redis, "error")
      assert.match((await rejection(redis.connect())).message, /Connection is closed/)
      assert.match(String(await failed), /WRONGPASS invalid username-password pair or user is disabled\./)
    })

    it("is refused without one, until it authenticates", async () => {
      const redis = open({ enableReadyCheck: false, disableClientInfo: true, protocol: 2 })
      redis.on("error", () => {})
      assert.match((await rejection(redis.get("k"))).message, /^NOAUTH Authentication required\.$/)
      assert.match((await rejection(redis.auth("wrong"))).message, /^WRONGPASS/)
      assert.strictEqual(await redis.auth("s3cret"), "OK")
      assert.strictEqual(await redis.get("k"), null)
      await redis.quit()
    })
  })
}

describe("ioredis and a server that comes and goes", () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startKeyloom()
  })
  afterAll(() => server.stop())

  it("connects again, and sends what it was asked meanwhile", async () => {
    const redis = new Redis({
      host: server.host,
      port: server.port,
      db: 1,
      retryStrategy: () => 20,
      maxRetriesPerRequest: null
    })
    const errors: Array<string> = []
    redis.on("error", (error) => errors.push(error.message))
    await redis.set("k", "of the first server")
    const closed = once(redis, "close")
    await server.stop()
    await closed
    const pending = redis.set("k", "of the second server")
    server = await startKeyloom({ directives: ["--port", String(server.port)] })
    assert.strictEqual(await pending, "OK")
    assert.strictEqual(await redis.get("k"), "of the second server")
    assert.isTrue(errors.every((message) => message.includes("ECONNREFUSED")), errors.join("\n"))
    await redis.quit()
  })

  it("is disconnected by SHUTDOWN, after its last reply", async () => {
    // By its socket: the port that it was given above is not the one that its starter has chosen.
    const redis = new Redis(server.unixSocket, { retryStrategy: () => null })
    const pipeline = redis.pipeline().set("k", "v").get("k")
    const replies = pipeline.exec()
    const down = rejection(redis.shutdown("NOSAVE"))
    assert.deepStrictEqual(await replies, [[null, "OK"], [null, "v"]])
    assert.match((await down).message, /Connection is closed/)
    assert.strictEqual(await server.exited, 0)
    redis.disconnect()
  })
})
