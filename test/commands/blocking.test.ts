import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as InProcessClient from "../../src/layers/InProcessClient.ts"
import { Failure, isCommandError, wrongType } from "../../src/protocol/CommandError.ts"
import { nullArray, ok, type Reply } from "../../src/protocol/Reply.ts"
import { engine } from "../support/Engine.ts"

/** A client of its own; a request is split at spaces. */
const connect = Effect.map(InProcessClient.make, ({ call, client }) => {
  const send = (request: string) => call(request.split(" "))
  return {
    client,
    call: send,
    /** The reply when it comes; the command has begun to wait, or has its reply already. */
    wait: (request: string) => Effect.forkChild(send(request), { startImmediately: true })
  }
})

type Waiting = Fiber.Fiber<Reply>

const isWaiting = (fiber: Waiting): boolean => fiber.pollUnsafe() === undefined

const text = (reply: Reply): string => {
  assert.isString(reply)
  return String(reply)
}

const infoField = (reply: Reply, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(String(Object(reply).text ?? reply))?.[1]

/** A test with an engine of its own, in which four clients wait and one acts. */
const scenario = (
  name: string,
  run: (
    clients: Record<"a" | "b" | "c" | "d" | "main", Effect.Success<typeof connect>>
  ) => Effect.Effect<void>
): void => {
  it.effect(name, () =>
    Effect.gen(function*() {
      const clients = {
        a: yield* connect,
        b: yield* connect,
        c: yield* connect,
        d: yield* connect,
        main: yield* connect
      }
      yield* run(clients)
    }).pipe(Effect.provide(engine())))
}

describe("who waits for a list", () => {
  scenario("is served in the order of arrival, an element each", ({ a, b, c, main }) =>
    Effect.gen(function*() {
      const first = yield* a.wait("BLPOP k 0")
      const second = yield* b.wait("BRPOP k 0")
      const third = yield* c.wait("BLPOP k 0")
      assert.strictEqual(yield* main.call("RPUSH k 1 2"), 2)
      assert.deepStrictEqual(yield* Fiber.join(first), ["k", "1"])
      assert.deepStrictEqual(yield* Fiber.join(second), ["k", "2"])
      assert.isTrue(isWaiting(third))
      assert.strictEqual(yield* main.call("EXISTS k"), 0)
      yield* main.call("RPUSH k 3")
      assert.deepStrictEqual(yield* Fiber.join(third), ["k", "3"])
    }))

  scenario("gets the reply before any later command sees the element", ({ a, main }) =>
    Effect.gen(function*() {
      const waiting = yield* a.wait("BLPOP k 0")
      yield* main.call("RPUSH k 1")
      assert.isNull(yield* main.call("LPOP k"))
      assert.deepStrictEqual(yield* Fiber.join(waiting), ["k", "1"])
    }))

  scenario("of several keys takes the first that has something", ({ a, b, main }) =>
    Effect.gen(function*() {
      const first = yield* a.wait("BLPOP k l m 0")
      const second = yield* b.wait("BRPOP l k k 0")
      yield* main.call("RPUSH l 1")
      assert.deepStrictEqual(yield* Fiber.join(first), ["l", "1"])
      yield* main.call("RPUSH m x")
      yield* main.call("RPUSH k 2 3")
      assert.deepStrictEqual(yield* Fiber.join(second), ["k", "3"])
      assert.deepStrictEqual(yield* main.call("LRANGE k 0 -1"), ["2"])
      assert.strictEqual(infoField(yield* main.call("INFO clients"), "total_blocking_keys"), "0")
    }))

  scenario("by BLMPOP takes as many as it wants", ({ a, main }) =>
    Effect.gen(function*() {
      const waiting = yield* a.wait("BLMPOP 0 2 k l RIGHT COUNT 2")
      yield* main.call("RPUSH l 1 2 3")
      assert.deepStrictEqual(yield* Fiber.join(waiting), ["l", ["3", "2"]])
      assert.deepStrictEqual(yield* main.call("LRANGE l 0 -1"), ["1"])
    }))

  scenario("does not hear of another database", ({ a, main }) =>
    Effect.gen(function*() {
      yield* a.call("SELECT 1")
      const waiting = yield* a.wait("BLPOP k 0")
      yield* main.call("RPUSH k 1")
      assert.isTrue(isWaiting(waiting))
      yield* main.call("MOVE k 1")
      assert.deepStrictEqual(yield* Fiber.join(waiting), ["k", "1"])
    }))

  scenario("is passed over by a client that does not wait", ({ a, b, main }) =>
    Effect.gen(function*() {
      const waiting = yield* a.wait("BLPOP k 0")
      yield* main.call("RPUSH other 1")
      assert.deepStrictEqual(yield* b.call("BLPOP other 0"), ["other", "1"])
      assert.isTrue(isWaiting(waiting))
      yield* Fiber.interrupt(waiting)
    }))
})

describe("what wakes who waits", () => {
  for (
    const [name, commands] of [
      ["RPUSH and LPUSH", ["LPUSH k 1"]],
      ["RENAME", ["RPUSH other 1", "RENAME other k"]],
      ["RENAMENX", ["RPUSH other 1", "RENAMENX other k"]],
      ["COPY", ["RPUSH other 1", "COPY other k"]],
      ["MOVE", ["SELECT 1", "RPUSH k 1", "MOVE k 0"]],
      ["SWAPDB", ["SELECT 1", "RPUSH k 1", "SWAPDB 1 0"]],
      ["LMOVE", ["RPUSH other 1", "LMOVE other k LEFT LEFT"]],
      ["RPOPLPUSH", ["RPUSH other 1", "RPOPLPUSH other k"]],
      ["SORT with STORE", ["RPUSH other 1", "SORT other STORE k"]]
    ] as const
  ) {
    scenario(name, ({ a, b, main }) =>
      Effect.gen(function*() {
        const waiting = yield* a.wait("BLPOP k 0")
        const next = yield* b.wait("BLPOP k 0")
        for (const command of commands) {
          assert.isTrue(isWaiting(waiting))
          const reply = yield* main.call(command)
          assert.isFalse(isCommandError(reply), command)
        }
        assert.deepStrictEqual(yield* Fiber.join(waiting), ["k", "1"])
        assert.isTrue(isWaiting(next))
        yield* Fiber.interrupt(next)
      }))
  }

  scenario(
    "a key of another type does not, nor one that a command has left empty",
    ({ a, main }) =>
      Effect.gen(function*() {
        const waiting = yield* a.wait("BLPOP k 0")
        yield* main.call("SET k v")
        assert.isTrue(isWaiting(waiting))
        yield* main.call("SADD s m")
        yield* main.call("RENAME s k")
        assert.isTrue(isWaiting(waiting))
        yield* main.call("DEL k")
        yield* main.call("RPUSH k 1")
        assert.deepStrictEqual(yield* Fiber.join(waiting), ["k", "1"])
      })
  )

  scenario("a list finds another key of the wrong type before it", ({ a, main }) =>
    Effect.gen(function*() {
      const waiting = yield* a.wait("BLPOP s k 0")
      yield* main.call("SET s v")
      assert.isTrue(isWaiting(waiting))
      yield* main.call("RPUSH k 1")
      assert.strictEqual(yield* Fiber.join(waiting), wrongType)
      assert.strictEqual(yield* main.call("LLEN k"), 1)
    }))

  scenario("moves that set off others run in one step", ({ a, b, c, d, main }) =>
    Effect.gen(function*() {
      const first = yield* a.wait("BLMOVE k l LEFT LEFT 0")
      const second = yield* b.wait("BLMOVE l m LEFT LEFT 0")
      const third = yield* c.wait("BRPOPLPUSH m n 0")
      const last = yield* d.wait("BLPOP n 0")
      yield* main.call("RPUSH k 1")
      assert.strictEqual(yield* main.call("EXISTS k l m n"), 0)
      for (const fiber of [first, second, third]) assert.strictEqual(yield* Fiber.join(fiber), "1")
      assert.deepStrictEqual(yield* Fiber.join(last), ["n", "1"])
    }))

  scenario("two that move to each other do so once", ({ a, b, main }) =>
    Effect.gen(function*() {
      const there = yield* a.wait("BRPOPLPUSH k l 0")
      const back = yield* b.wait("BRPOPLPUSH l k 0")
      yield* main.call("RPUSH k 1")
      assert.strictEqual(yield* Fiber.join(there), "1")
      assert.strictEqual(yield* Fiber.join(back), "1")
      assert.deepStrictEqual(yield* main.call("LRANGE k 0 -1"), ["1"])
    }))

  scenario("a move that fails leaves its element to the next", ({ a, b, main }) =>
    Effect.gen(function*() {
      yield* main.call("SET s v")
      const failing = yield* a.wait("BLMOVE k s LEFT LEFT 0")
      const next = yield* b.wait("BLPOP k 0")
      yield* main.call("RPUSH k 1")
      assert.strictEqual(yield* Fiber.join(failing), wrongType)
      assert.deepStrictEqual(yield* Fiber.join(next), ["k", "1"])
    }))
})

describe("clients that wait for keys of different types", () => {
  scenario("are each served by their own", ({ a, b, c, d, main }) =>
    Effect.gen(function*() {
      const sorted = yield* a.wait("BZPOPMIN k 0")
      const stream = yield* b.wait("XREAD BLOCK 0 STREAMS k $")
      const list = yield* c.wait("BLPOP k 0")
      const other = yield* d.wait("BZMPOP 0 1 k MAX")
      yield* main.call("RPUSH k 1")
      assert.deepStrictEqual(yield* Fiber.join(list), ["k", "1"])
      assert.isTrue(isWaiting(sorted))
      yield* main.call("ZADD k 1 low 2 high")
      assert.deepInclude(yield* Fiber.join(sorted), "low")
      yield* Fiber.join(other)
      assert.isTrue(isWaiting(stream))
      assert.strictEqual(yield* main.call("EXISTS k"), 0)
      yield* main.call("XADD k 1-1 f v")
      assert.isFalse(isCommandError(yield* Fiber.join(stream)))
    }))

  scenario("several readers of a stream are all served", ({ a, b, main }) =>
    Effect.gen(function*() {
      const first = yield* a.wait("XREAD BLOCK 0 STREAMS k $")
      const second = yield* b.wait("XREAD BLOCK 0 STREAMS k 0")
      yield* main.call("XADD k 1-1 f v")
      assert.deepStrictEqual(yield* Fiber.join(first), yield* Fiber.join(second))
    }))

  scenario("a consumer hears that its group is gone", ({ a, b, c, d, main }) =>
    Effect.gen(function*() {
      yield* main.call("XGROUP CREATE k g $ MKSTREAM")
      const deleted = yield* a.wait("XREADGROUP GROUP g x BLOCK 0 STREAMS k >")
      yield* main.call("DEL k")
      const reply = yield* Fiber.join(deleted)
      assert.isTrue(isCommandError(reply))
      yield* main.call("XGROUP CREATE k g $ MKSTREAM")
      const overwritten = yield* b.wait("XREADGROUP GROUP g x BLOCK 0 STREAMS k >")
      yield* main.call("SET k v")
      assert.strictEqual(yield* Fiber.join(overwritten), wrongType)
      yield* main.call("DEL k")
      yield* main.call("XGROUP CREATE k g $ MKSTREAM")
      const expired = yield* c.wait("XREADGROUP GROUP g x BLOCK 0 STREAMS k >")
      const patient = yield* d.wait("XREAD BLOCK 0 STREAMS k $")
      yield* main.call("PEXPIRE k 100")
      yield* TestClock.adjust(5000)
      assert.isTrue(isCommandError(yield* Fiber.join(expired)))
      assert.isTrue(isWaiting(patient))
      yield* Fiber.interrupt(patient)
    }))
})

describe("waiting ends", () => {
  scenario("when the time is up, to the millisecond", ({ a, b, c, d }) =>
    Effect.gen(function*() {
      const short = yield* a.wait("BLPOP k 0.1")
      const move = yield* b.wait("BLMOVE k l LEFT LEFT 0.1004")
      const long = yield* c.wait("BLMPOP 100 1 k LEFT")
      const endless = yield* d.wait("BRPOP k 0")
      yield* TestClock.adjust(99)
      assert.isTrue(isWaiting(short))
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(short), nullArray)
      assert.isTrue(isWaiting(move))
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(move), nullArray)
      yield* TestClock.adjust("99 seconds")
      assert.isTrue(isWaiting(long))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(long), nullArray)
      assert.isTrue(isWaiting(endless))
      yield* Fiber.interrupt(endless)
    }))

  scenario("with the time that is left, also after others were served", ({ a, b, main }) =>
    Effect.gen(function*() {
      const first = yield* a.wait("BLPOP k 1")
      const second = yield* b.wait("BLPOP k 1")
      yield* TestClock.adjust(600)
      yield* main.call("RPUSH k 1")
      assert.deepStrictEqual(yield* Fiber.join(first), ["k", "1"])
      yield* TestClock.adjust(399)
      assert.isTrue(isWaiting(second))
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(second), nullArray)
      yield* main.call("RPUSH k 2")
      assert.strictEqual(yield* main.call("LLEN k"), 1)
    }))

  scenario("by CLIENT UNBLOCK", ({ a, b, main }) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* main.call(`CLIENT UNBLOCK ${a.client.id}`), 0)
      const timedOut = yield* a.wait("BLPOP k 0")
      const refused = yield* b.wait("BLMOVE k l LEFT LEFT 100")
      assert.strictEqual(yield* main.call(`CLIENT UNBLOCK ${a.client.id}`), 1)
      assert.strictEqual(yield* Fiber.join(timedOut), nullArray)
      assert.strictEqual(yield* main.call(`CLIENT UNBLOCK ${b.client.id} ERROR`), 1)
      assert.deepStrictEqual(
        yield* Fiber.join(refused),
        new Failure("client unblocked via CLIENT UNBLOCK", "UNBLOCKED")
      )
      assert.strictEqual(yield* main.call(`CLIENT UNBLOCK ${b.client.id} TIMEOUT`), 0)
      yield* main.call("RPUSH k 1")
      assert.strictEqual(yield* main.call("LLEN k"), 1)
    }))

  scenario(
    "when its fiber is interrupted, and nothing is taken for it any more",
    ({ a, b, main }) =>
      Effect.gen(function*() {
        const gone = yield* a.wait("BLPOP k l 0")
        const next = yield* b.wait("BLPOP k 10")
        yield* Fiber.interrupt(gone)
        assert.isUndefined(a.client.blocked)
        yield* main.call("RPUSH l 1")
        assert.strictEqual(yield* main.call("LLEN l"), 1)
        yield* main.call("RPUSH k 1")
        assert.deepStrictEqual(yield* Fiber.join(next), ["k", "1"])
        assert.strictEqual(yield* a.call("PING"), yield* b.call("PING"))
      })
  )
})

describe("INFO clients", () => {
  scenario("counts who waits, for how many keys, and for how long", ({ a, b, c, main }) =>
    Effect.gen(function*() {
      const fields = [
        "blocked_clients",
        "clients_in_timeout_table",
        "total_blocking_keys",
        "total_blocking_keys_on_nokey"
      ]
      const counts = Effect.map(main.call("INFO clients"), (info) =>
        fields.map((field) => Number(infoField(info, field))))
      assert.deepStrictEqual(yield* counts, [0, 0, 0, 0])
      const first = yield* a.wait("BLPOP k l 0")
      const second = yield* b.wait("BLPOP l 5")
      yield* main.call("XGROUP CREATE s g $ MKSTREAM")
      const third = yield* c.wait("XREADGROUP GROUP g x BLOCK 5000 STREAMS s >")
      assert.deepStrictEqual(yield* counts, [3, 2, 3, 1])
      yield* main.call("RPUSH k 1")
      yield* Fiber.join(first)
      assert.deepStrictEqual(yield* counts, [2, 2, 2, 1])
      yield* TestClock.adjust(5000)
      yield* Fiber.join(second)
      yield* Fiber.join(third)
      assert.deepStrictEqual(yield* counts, [0, 0, 0, 0])
    }))

  scenario("and CLIENT LIST marks who waits", ({ a, main }) =>
    Effect.gen(function*() {
      const waiting = yield* a.wait("BLPOP k 0")
      const line = text(
        yield* main.call(`CLIENT LIST ID ${a.client.id}`).pipe(
          Effect.map((reply) => String(Object(reply).text ?? reply))
        )
      )
      assert.match(line, / flags=b /)
      assert.match(line, / cmd=blpop /)
      yield* Fiber.interrupt(waiting)
      assert.strictEqual(yield* a.call("SET x y"), ok)
    }))
})
