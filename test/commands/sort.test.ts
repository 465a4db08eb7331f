import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { errorText, isCommandError } from "../../src/protocol/CommandError.ts"
import { type Reply, SimpleString } from "../../src/protocol/Reply.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { Engine, engine } from "../support/Engine.ts"
import { makeSeededRandom } from "../support/random.ts"

type Step = readonly [request: string | ReadonlyArray<string>, reply: unknown]

const shown = (reply: Reply): unknown => {
  if (isCommandError(reply)) return `-${errorText(reply)}`
  return reply instanceof SimpleString ? `+${reply.text}` : reply
}

const table = (name: string, steps: ReadonlyArray<Step>) =>
  it.effect(name, () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      for (const [request, expected] of steps) {
        const words = typeof request === "string" ? request.split(" ") : request
        assert.deepStrictEqual(shown(yield* call(...words)), expected, words.join(" "))
      }
    }).pipe(Effect.provide(engine())))

const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value"
const syntaxError = "-ERR syntax error"
const notNumbers = "-ERR One or more scores can't be converted into double"

describe("SORT", () => {
  for (const [type, fill] of [["list", "RPUSH k"], ["set", "SADD k"], ["sorted set", "ZADD k 1"]] as const) {
    table(`orders the numbers of a ${type}`, [
      ...["10", "-3", "2", "1e1", "2.5"].map((number, index): Step => [
        `${fill} ${number}`,
        type === "list" ? index + 1 : 1
      ]),
      ["SORT k", ["-3", "2", "2.5", "10", "1e1"]],
      ["SORT k DESC", ["1e1", "10", "2.5", "2", "-3"]],
      ["SORT k LIMIT 1 2", ["2", "2.5"]],
      ["SORT k ALPHA", ["-3", "10", "1e1", "2", "2.5"]],
      ["SORT_RO k ALPHA DESC LIMIT 0 2", ["2.5", "2"]]
    ])
  }

  table("finds the wrong type behind the wrong syntax", [
    ["SET k v", "+OK"],
    ["SORT k FOO", syntaxError],
    ["SORT k LIMIT 0", syntaxError],
    ["SORT k LIMIT x 1", "-ERR value is not an integer or out of range"],
    ["SORT k", wrongType],
    ["SORT_RO k", wrongType],
    ["SORT_RO k STORE l", syntaxError],
    ["SORT missing", []],
    ["SORT missing STORE l", 0]
  ])

  table("cannot order by number what is none", [
    ["RPUSH k 1 x", 2],
    ["SORT k", notNumbers],
    ["SORT k STORE l", notNumbers],
    ["EXISTS l", 0],
    ["MSET w_1 nan w_x 2", "+OK"],
    ["SORT k BY w_*", notNumbers]
  ])

  table("orders by the bytes what has equal numbers", [
    ["RPUSH k b a c", 3],
    ["SORT k BY w_*", ["a", "b", "c"]],
    ["SORT k BY w_* DESC", ["c", "b", "a"]]
  ])

  table("looks up weights and values by pattern", [
    ["RPUSH k 1 2 3", 3],
    ["MSET w_1 30 w_2 20 w_3 10 name_1 one name_2 two", "+OK"],
    ["HSET h_1 f x g 1", 2],
    ["HSET h_2 f y", 1],
    ["SORT k BY w_*", ["3", "2", "1"]],
    ["SORT k BY w_* GET # GET name_*", ["3", null, "2", "two", "1", "one"]],
    ["SORT k GET h_*->f GET h_*->nosuch", ["x", null, "y", null, null, null]],
    ["SORT k BY h_*->f ALPHA", ["3", "1", "2"]],
    ["SORT k BY h_*->f ALPHA DESC", ["2", "1", "3"]],
    ["SORT k GET constant GET h_*", [null, null, null, null, null, null]]
  ])

  table("leaves a list and a sorted set in their own order where BY is a constant", [
    ["RPUSH l c a b", 3],
    ["ZADD z 3 c 1 a 2 b", 3],
    ["SORT l BY nosort", ["c", "a", "b"]],
    ["SORT l BY nosort DESC LIMIT 0 2", ["b", "a"]],
    ["SORT z BY nosort LIMIT 1 2", ["b", "c"]],
    ["SORT z BY nosort DESC LIMIT 1 2", ["b", "a"]],
    // A constant counts wherever it stands among several patterns.
    ["SORT l BY nosort BY w_*", ["c", "a", "b"]]
  ])

  table("stores the members of a set in an order that is always the same", [
    ["SADD s c a b", 3],
    ["SORT s BY nosort STORE l", 3],
    ["LRANGE l 0 -1", ["a", "b", "c"]]
  ])

  table("stores a list in place of what was there, or removes it", [
    ["RPUSH k 2 1", 2],
    ["SET l text EX 100", "+OK"],
    ["SORT k STORE l", 2],
    ["LRANGE l 0 -1", ["1", "2"]],
    ["TTL l", -1],
    ["SORT k STORE k", 2],
    ["LRANGE k 0 -1", ["1", "2"]],
    ["SORT k GET nosuch_* STORE l", 2],
    ["LRANGE l 0 -1", ["", ""]],
    ["SORT k LIMIT 5 1 STORE l", 0],
    ["EXISTS l", 0]
  ])

  table("takes options in any order and again: the last one counts", [
    ["RPUSH k 1 2 3", 3],
    ["SORT k DESC ASC LIMIT 0 1 LIMIT 1 2 DESC ALPHA ALPHA", ["2", "1"]]
  ])

  it.effect("orders as an array is ordered, whatever the elements", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const random = makeSeededRandom(1)
      for (let run = 0; run < 50; run++) {
        const numbers = Array.from({ length: 1 + random.integer(300) }, () => random.integer(1000) - 500)
        yield* call("DEL", "k")
        yield* call("RPUSH", "k", ...numbers.map(String))
        const expected = numbers.toSorted((a, b) => a - b).map(String)
        assert.deepStrictEqual(yield* call("SORT", "k"), expected)
        const start = random.integer(350)
        assert.deepStrictEqual(
          yield* call("SORT", "k", "LIMIT", String(start), "20"),
          expected.slice(start, start + 20)
        )
      }
    }).pipe(Effect.provide(engine())))

  it.effect("gives a sorted set the shape it is sorted in, and counts its memory", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const { usedBytes } = yield* Keyspace
      const empty = usedBytes()
      yield* call("ZADD", "k", "1", "1", "2", "2")
      assert.strictEqual(yield* call("OBJECT", "ENCODING", "k"), "listpack")
      yield* call("SORT_RO", "k")
      assert.strictEqual(yield* call("OBJECT", "ENCODING", "k"), "skiplist")
      yield* call("DEL", "k")
      assert.strictEqual(usedBytes(), empty)
    }).pipe(Effect.provide(engine())))

  it.effect("whoever waits for the destination is served", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("RPUSH", "k", "2", "1")
      const waiting = yield* Effect.forkChild(call("BLPOP", "l", "0"))
      yield* Effect.yieldNow
      assert.strictEqual(yield* call("SORT", "k", "STORE", "l"), 2)
      assert.deepStrictEqual(yield* Fiber.join(waiting), ["l", "1"])
    }).pipe(Effect.provide(engine())))
})
