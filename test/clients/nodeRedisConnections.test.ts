/**
 * How node-redis connects, authenticates, pools and comes back: what happens between it and the server around the commands.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createClient, createClientPool, SocketClosedUnexpectedlyError } from "redis"
import { type RunningServer, startKeyloom } from "../support/referenceServers.ts"
import { fieldOf, nextEvent, rejection, useKeyloom } from "./server.ts"

type ClientKillFilter = Exclude<Parameters<ReturnType<typeof createClient>["clientKill"]>[0], ReadonlyArray<unknown>>

for (const RESP of [2, 3] as const) {
  describe(`node-redis with RESP${RESP} connects`, () => {
    const server = useKeyloom()
    const open = (reconnectStrategy: false | number = 1) =>
      createClient({ RESP, socket: { host: server().host, port: server().port, reconnectStrategy } })

    it("with the events that it promises", async () => {
      const redis = open()
      const events: Array<string> = []
      for (const event of ["connect", "ready", "end"]) redis.on(event, () => events.push(event))
      await redis.connect()
      assert.isTrue(redis.isReady)
      await redis.close()
      assert.isFalse(redis.isOpen)
      assert.deepStrictEqual(events, ["connect", "ready", "end"])
    })

    it("by the Unix socket", async () => {
      const redis = await createClient({ RESP, socket: { path: server().unixSocket, tls: false } }).connect()
      assert.strictEqual((await redis.clientInfo()).addr, `${server().unixSocket}:0`)
      await redis.close()
    })

    it("by a URL with a database", async () => {
      const redis = await createClient({ RESP, url: `redis://${server().host}:${server().port}/4` }).connect()
      assert.strictEqual((await redis.clientInfo()).db, 4)
      await redis.close()
    })

    it("while commands wait, which then run in their order", async () => {
      const redis = open()
      const connected = redis.connect()
      const replies = await Promise.all([redis.set("early", 1), redis.incr("early"), redis.get("early")])
      assert.deepStrictEqual(replies, ["OK", 2, "2"])
      await connected
      await redis.close()
    })

    it("in a pool, which has as many connections as it may", async () => {
      const pool = createClientPool(
        { RESP, socket: { host: server().host, port: server().port }, name: "pooled" },
        { minimum: 2, maximum: 10 }
      )
      await pool.connect()
      const counts = await Promise.all(Array.from({ length: 1000 }, () => pool.incr("pooled")))
      assert.deepStrictEqual(counts.toSorted((a, b) => a - b), Array.from({ length: 1000 }, (_, index) => index + 1))
      const names = (await pool.clientList()).map(({ name }) => name).filter((name) => name === "pooled")
      assert.strictEqual(names.length, 10)
      const id = await pool.execute(async (client) => [await client.clientId(), await client.clientId()])
      assert.strictEqual(id[0], id[1])
      await pool.close()
    })

    it("again after it was killed, with its name and database", async () => {
      const redis = await open().connect()
      const victim = createClient({
        RESP,
        database: 2,
        name: "victim",
        socket: { host: server().host, port: server().port, reconnectStrategy: 1 }
      })
      const failed = nextEvent(victim, "error")
      await victim.connect()
      const id = await victim.clientId()
      const readyAgain = nextEvent(victim, "ready")
      assert.strictEqual(await redis.clientKill({ filter: "ID", id }), 1)
      assert.instanceOf((await failed)[0], SocketClosedUnexpectedlyError)
      await readyAgain
      const info = await victim.clientInfo()
      assert.notStrictEqual(info.id, id)
      assert.strictEqual(info.name, "victim")
      assert.strictEqual(info.db, 2)
      await Promise.all([victim.close(), redis.close()])
    })

    it("and kills by each of the filters", async () => {
      const redis = await open().connect()
      const ofServer = `${server().host}:${server().port}` as const
      const filters: ReadonlyArray<(address: `${string}:${number}`) => Array<ClientKillFilter>> = [
        (address) => [{ filter: "ADDR", address }],
        () => [{ filter: "USER", username: "default" }, { filter: "LADDR", localAddress: ofServer }],
        () => [{ filter: "TYPE", type: "normal" }, { filter: "SKIPME", skipMe: true }]
      ]
      for (const filterOf of filters) {
        const victim = open(false)
        const failed = nextEvent(victim, "error")
        await victim.connect()
        const [host = "", port] = (await victim.clientInfo()).addr.split(":")
        assert.strictEqual(await redis.clientKill(filterOf(`${host}:${Number(port)}`)), 1)
        assert.instanceOf((await failed)[0], SocketClosedUnexpectedlyError)
      }
      await redis.close()
    })

    it("as a duplicate, which is another client", async () => {
      const redis = await open().connect()
      const other = await redis.duplicate().connect()
      assert.notStrictEqual(await other.clientId(), await redis.clientId())
      await Promise.all([other.close(), redis.close()])
    })

    it("and QUIT ends it", async () => {
      const redis = await open(false).connect()
      const failed = nextEvent(redis, "error")
      assert.strictEqual(String(await redis.sendCommand(["QUIT"])), "OK")
      assert.instanceOf((await failed)[0], SocketClosedUnexpectedlyError)
    })

    it("although it has a password where none is asked for", async () => {
      const redis = createClient({
        RESP,
        password: "superfluous",
        socket: { host: server().host, port: server().port, reconnectStrategy: false }
      })
      redis.on("error", () => {})
      // HELLO with AUTH logs the default user in with any password; AUTH alone says that there is none to give.
      if (RESP === 2) {
        assert.match((await rejection(redis.connect())).message, /without any password configured for the default user/)
      } else {
        await redis.connect()
        assert.strictEqual(await redis.ping(), "PONG")
        await redis.close()
      }
    })
  })

  describe(`node-redis with RESP${RESP} and a password`, () => {
    const server = useKeyloom({ directives: ["--requirepass", "s3cret"] })
    const open = (credentials: { readonly username?: string; readonly password?: string }) =>
      createClient({
        RESP,
        ...credentials,
        socket: { host: server().host, port: server().port, reconnectStrategy: false }
      })

    it("authenticates", async () => {
      for (const credentials of [{ password: "s3cret" }, { username: "default", password: "s3cret" }]) {
        const redis = await open(credentials).connect()
        assert.strictEqual((await redis.clientInfo()).user, "default")
        await redis.close()
      }
      const url = `redis://default:s3cret@${server().host}:${server().port}/2`
      const redis = await createClient({ RESP, url }).connect()
      assert.strictEqual((await redis.clientInfo()).db, 2)
      await redis.close()
    })

    it("is refused with a wrong one, and with a wrong name", async () => {
      for (const credentials of [{ password: "wrong" }, { username: "nobody", password: "s3cret" }]) {
        const redis = open(credentials)
        redis.on("error", () => {})
        const error = await rejection(redis.connect())
        assert.match(error.message, /WRONGPASS invalid username-password pair or user is disabled\./)
      }
    })

    it("is refused without one", async () => {
      const redis = open({})
      redis.on("error", () => {})
      const error = await rejection(redis.connect().then(() => redis.get("k")))
      assert.match(error.message, RESP === 2 ? /^NOAUTH Authentication required\.$/ : /^NOAUTH HELLO must be called/)
      if (redis.isOpen) redis.destroy()
    })
  })
}

describe("node-redis and a server that comes and goes", () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startKeyloom()
  })
  afterAll(() => server.stop())

  it("connects again, and sends what it was asked meanwhile", async () => {
    const redis = createClient({ socket: { host: server.host, port: server.port, reconnectStrategy: 20 }, database: 1 })
    redis.on("error", () => {})
    await redis.connect()
    await redis.set("k", "of the first server")
    const reconnecting = nextEvent(redis, "reconnecting")
    await server.stop()
    await reconnecting
    const pending = redis.set("k", "of the second server")
    server = await startKeyloom({ directives: ["--port", String(server.port)] })
    assert.strictEqual(await pending, "OK")
    assert.strictEqual(await redis.get("k"), "of the second server")
    assert.strictEqual(fieldOf(await redis.info("keyspace"), "db1"), "keys=1,expires=0,avg_ttl=0,subexpiry=0")
    await redis.close()
  })
})
