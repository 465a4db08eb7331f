/**
 * MIGRATE beside another server that answers late, not at all, or only in part: what real servers say to each other is in `test/differential/migrate.test.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as InProcessClient from "../../../src/layers/InProcessClient.ts"
import { Failure } from "../../../src/protocol/CommandError.ts"
import { ok, type Reply, SimpleString } from "../../../src/protocol/Reply.ts"
import { engine } from "../../support/Engine.ts"
import { type FakePeer, fakePeer } from "../../support/FakePeer.ts"

const connect = Effect.map(InProcessClient.make, ({ call }) => {
  const send = (request: string) => call(request.split(" "))
  return {
    call: send,
    /** The reply when it comes. */
    wait: (request: string) => Effect.forkChild(send(request), { startImmediately: true })
  }
})

type Client = Effect.Success<typeof connect>

/** A test with an engine, two clients of it, and the other server. */
const scenario = (
  name: string,
  run: (parties: { readonly main: Client; readonly other: Client; readonly peer: FakePeer }) => Effect.Effect<void>
): void => {
  it.effect(name, () =>
    Effect.gen(function*() {
      yield* run({ main: yield* connect, other: yield* connect, peer: yield* fakePeer })
    }).pipe(Effect.provide(engine())))
}

const isWaiting = (fiber: Fiber.Fiber<Reply>): boolean => fiber.pollUnsafe() === undefined

const timedOut = new Failure("error or timeout reading to target instance", "IOERR")

describe("MIGRATE", () => {
  scenario(
    "removes a key when the other server has said that it has it",
    ({ main, other, peer }) =>
      Effect.gen(function*() {
        yield* main.call("SET k v")
        const migrating = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port} k 3 1000`)
        const connection = yield* peer.accept
        const [select, restore] = yield* connection.requests(2)
        assert.deepStrictEqual(select, ["SELECT", "3"])
        assert.deepStrictEqual(restore?.slice(0, 3), ["RESTORE", "k", "0"])
        assert.strictEqual(yield* other.call("GET k"), "v")
        yield* connection.answer("+OK\r\n")
        yield* connection.answer("+OK\r\n")
        assert.strictEqual(yield* Fiber.join(migrating), ok)
        assert.strictEqual(yield* other.call("EXISTS k"), 0)
      })
  )

  scenario("holds writes back until it has its answer", ({ main, other, peer }) =>
    Effect.gen(function*() {
      yield* main.call("SET k v")
      const migrating = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port} k 0 1000`)
      const connection = yield* peer.accept
      yield* connection.requests(2)
      const writing = yield* other.wait("APPEND k w")
      // CLIENT UNPAUSE is about other pauses.
      yield* main.call("CLIENT UNPAUSE")
      assert.isTrue(isWaiting(writing))
      yield* connection.answer("+OK\r\n+OK\r\n")
      assert.strictEqual(yield* Fiber.join(migrating), ok)
      assert.strictEqual(yield* Fiber.join(writing), 1)
      assert.strictEqual(yield* main.call("GET k"), "w")
    }))

  scenario("gives up when its time is over, and keeps the key", ({ main, other, peer }) =>
    Effect.gen(function*() {
      yield* main.call("SET k v")
      const migrating = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port} k 0 0`)
      const connection = yield* peer.accept
      yield* connection.requests(2)
      yield* TestClock.adjust("999 millis")
      assert.isTrue(isWaiting(migrating))
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* Fiber.join(migrating), timedOut)
      // What may still come over this connection belongs to nobody.
      yield* connection.closed
      assert.strictEqual(yield* other.call("SET l v"), ok)
      assert.strictEqual(yield* other.call("GET k"), "v")
    }))

  scenario("removes only those keys that the other server has", ({ main, peer }) =>
    Effect.gen(function*() {
      yield* main.call("MSET a 1 b 2 c 3")
      const migrating = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port}  0 1000 KEYS a b c`)
      const connection = yield* peer.accept
      yield* connection.requests(4)
      yield* connection.answer("+OK\r\n+OK\r\n-BUSYKEY Target key name already exists.\r\n+OK\r\n")
      assert.deepStrictEqual(
        yield* Fiber.join(migrating),
        new Failure("Target instance replied with error: BUSYKEY Target key name already exists.")
      )
      assert.deepStrictEqual(yield* main.call("MGET a b c"), [null, "2", null])
    }))

  scenario(
    "does not try again when the connection ends after the first answer",
    ({ main, peer }) =>
      Effect.gen(function*() {
        yield* main.call("MSET a 1 b 2")
        const migrating = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port}  0 1000 KEYS a b`)
        const connection = yield* peer.accept
        yield* connection.requests(3)
        yield* connection.answer("+OK\r\n+OK\r\n")
        yield* connection.close
        assert.deepStrictEqual(yield* Fiber.join(migrating), timedOut)
        assert.deepStrictEqual(yield* main.call("MGET a b"), [null, "2"])
      })
  )

  scenario(
    "uses a connection again for ten seconds, and the database that is selected there",
    ({ main, peer }) =>
      Effect.gen(function*() {
        yield* main.call("MSET a 1 b 2 c 3")
        const first = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port} a 2 1000`)
        const connection = yield* peer.accept
        yield* connection.requests(2)
        yield* connection.answer("+OK\r\n+OK\r\n")
        yield* Fiber.join(first)
        yield* TestClock.adjust("9 seconds")
        const second = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port} b 2 1000`)
        const requests = yield* connection.requests(3)
        assert.deepStrictEqual(requests.map(([name]) => name), ["SELECT", "RESTORE", "RESTORE"])
        yield* connection.answer("+OK\r\n")
        yield* Fiber.join(second)
        yield* TestClock.adjust("10 seconds")
        yield* connection.closed
        const third = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port} c 2 1000`)
        yield* (yield* peer.accept).answer("+OK\r\n+OK\r\n")
        assert.strictEqual(yield* Fiber.join(third), ok)
      })
  )

  scenario("makes a new connection where the one it has kept was closed", ({ main, peer }) =>
    Effect.gen(function*() {
      yield* main.call("MSET a 1 b 2")
      const first = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port} a 0 1000`)
      const connection = yield* peer.accept
      yield* connection.answer("+OK\r\n+OK\r\n")
      yield* Fiber.join(first)
      yield* connection.close
      yield* connection.closed
      const second = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port} b 0 1000`)
      yield* (yield* peer.accept).answer("+OK\r\n+OK\r\n")
      assert.strictEqual(yield* Fiber.join(second), ok)
      assert.strictEqual(yield* main.call("DBSIZE"), 0)
    }))

  scenario("leaves out what has expired meanwhile", ({ main, peer }) =>
    Effect.gen(function*() {
      yield* main.call("SET k v PX 100")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(
        yield* main.call(`MIGRATE 127.0.0.1 ${peer.port} k 0 1000`),
        new SimpleString("NOKEY")
      )
    }))

  scenario(
    "waits for another one, and finds no key that this has taken",
    ({ main, other, peer }) =>
      Effect.gen(function*() {
        yield* main.call("MSET a 1 b 2")
        const first = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port}  0 1000 KEYS a b`)
        const connection = yield* peer.accept
        yield* connection.requests(3)
        const second = yield* other.wait(`MIGRATE 127.0.0.1 ${peer.port} b 0 1000`)
        assert.isTrue(isWaiting(second))
        yield* connection.answer("+OK\r\n+OK\r\n+OK\r\n")
        assert.strictEqual(yield* Fiber.join(first), ok)
        assert.deepStrictEqual(yield* Fiber.join(second), new SimpleString("NOKEY"))
      })
  )

  scenario("goes on when its client is gone", ({ main, other, peer }) =>
    Effect.gen(function*() {
      yield* main.call("SET k v")
      const migrating = yield* main.wait(`MIGRATE 127.0.0.1 ${peer.port} k 0 1000`)
      const connection = yield* peer.accept
      yield* connection.requests(2)
      yield* Fiber.interrupt(migrating)
      const writing = yield* other.wait("SET l v")
      yield* connection.answer("+OK\r\n+OK\r\n")
      assert.strictEqual(yield* Fiber.join(writing), ok)
      assert.strictEqual(yield* other.call("EXISTS k"), 0)
    }))
})
