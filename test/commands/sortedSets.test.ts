import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import * as InProcessClient from "../../src/layers/InProcessClient.ts"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import { Failure, notFloat, notInteger, syntaxFailure, WrongArity, wrongType } from "../../src/protocol/CommandError.ts"
import { Double, nullArray, ok, type Reply } from "../../src/protocol/Reply.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { Engine, engine } from "../support/Engine.ts"

type Step = readonly [request: string | ReadonlyArray<string>, reply: Reply]

/** A string is split at spaces. */
const words = (request: Step[0]): ReadonlyArray<string> => typeof request === "string" ? request.split(" ") : request

const call = (request: Step[0]) => Effect.flatMap(Engine, (engine) => engine.call(...words(request)))

/** In-process clients begin with RESP3. */
const useProtocol = (protocol: 2 | 3) => Effect.map(Engine, ({ client }) => client.protocol = protocol)

/** Requests and the replies they get in RESP2, one after the other, on an engine of their own. */
const answers = (name: string, steps: ReadonlyArray<Step>, options: GivenValues = {}) =>
  it.effect(name, () =>
    Effect.gen(function*() {
      yield* useProtocol(2)
      for (const [request, reply] of steps) assert.deepStrictEqual(yield* call(request), reply, String(request))
    }).pipe(Effect.provide(engine(options))))

/** The same with compact sorted sets, and with large ones. */
const answersInBothShapes = (name: string, steps: ReadonlyArray<Step>) => {
  answers(`${name} (listpack)`, steps)
  answers(`${name} (skiplist)`, steps, { "zset-max-listpack-entries": "0" })
}

const one = new Double(1)
const two = new Double(2)
const three = new Double(3)

describe("ZADD", () => {
  answersInBothShapes("adds members and gives others new scores", [
    ["ZADD k 1 a 2 b", 2],
    ["ZADD k 3 a 3 c", 1],
    ["ZADD k CH 3 a 4 c 5 d", 2],
    ["ZRANGE k 0 -1", ["b", "a", "c", "d"]],
    ["ZADD k 1.5 a 1.25 a", 0],
    ["ZSCORE k a", new Double(1.25)]
  ])

  answersInBothShapes("with NX only adds, with XX only moves", [
    ["ZADD k 1 a", 1],
    ["ZADD k NX CH 2 a 2 b", 1],
    ["ZADD k XX CH 3 b 3 c", 1],
    ["ZRANGE k 0 -1 WITHSCORES", ["a", one, "b", three]],
    ["ZADD missing XX 1 a", 0],
    ["EXISTS missing", 0]
  ])

  answersInBothShapes("with GT or LT moves in one direction, and adds all the same", [
    ["ZADD k 2 a 2 b", 2],
    ["ZADD k GT CH 1 a 3 b 2 c", 2],
    ["ZADD k LT CH 1 a 4 b 3 c", 1],
    ["ZRANGE k 0 -1 WITHSCORES", ["a", one, "c", two, "b", three]]
  ])

  answersInBothShapes("with INCR adds to the score and answers it, or null where an option keeps it", [
    ["ZADD k INCR 1 a", one],
    ["ZADD k INCR 1 a", two],
    ["ZADD k NX INCR 1 a", null],
    ["ZADD k XX INCR 1 b", null],
    ["ZADD k GT INCR -1 a", null],
    ["ZINCRBY k 1 a", three],
    ["ZADD k inf a", 0],
    ["ZINCRBY k -inf a", new Failure("resulting score is not a number (NaN)")],
    ["ZSCORE k a", new Double(Infinity)]
  ])

  answers("refuses what does not fit together before it looks at scores, and scores before it looks at the key", [
    ["SET s v", ok],
    ["ZADD s 1 a 2", syntaxFailure],
    ["ZADD s NX XX x a", new Failure("XX and NX options at the same time are not compatible")],
    ["ZADD s GT LT x a", new Failure("GT, LT, and/or NX options at the same time are not compatible")],
    ["ZADD s NX GT x a", new Failure("GT, LT, and/or NX options at the same time are not compatible")],
    ["ZADD s INCR x a y b", new Failure("INCR option supports a single increment-element pair")],
    ["ZADD s 1 a x b", notFloat],
    ["ZADD s 1 a", wrongType],
    ["ZADD k 1 a x b", notFloat],
    ["EXISTS k", 0]
  ])

  answers("counts changes, and does not count what stays as it is", [
    ["ZADD k 1 a 2 b", 2],
    ["OBJECT ENCODING k", "listpack"],
    ["ZADD k 1 a", 0]
  ])

  it.effect("tells the keyspace of its memory and of its changes", () =>
    Effect.gen(function*() {
      const { changes, usedBytes } = yield* Keyspace
      yield* call("ZADD k 1 a")
      const [bytes, count] = [usedBytes(), changes()]
      yield* call("ZADD k 1 a")
      assert.strictEqual(changes(), count)
      yield* call("ZADD k 2 a 3 b")
      assert.strictEqual(changes(), count + 2)
      assert.isAbove(usedBytes(), bytes)
      yield* call("ZREM k a b")
      assert.strictEqual(yield* call("EXISTS k"), 0)
      assert.isBelow(usedBytes(), bytes)
    }).pipe(Effect.provide(engine())))
})

describe("single members", () => {
  answersInBothShapes("have scores and ranks from both ends", [
    ["ZADD k 1 a 2 b 2 c", 3],
    ["ZSCORE k b", two],
    ["ZSCORE k x", null],
    ["ZMSCORE k a x c", [one, null, two]],
    ["ZMSCORE missing a b", [null, null]],
    ["ZRANK k c", 2],
    ["ZREVRANK k c", 0],
    ["ZRANK k b WITHSCORE", [1, two]],
    ["ZRANK k x", null],
    ["ZRANK k x WITHSCORE", nullArray],
    ["ZREVRANK missing x WITHSCORE", nullArray],
    ["ZRANK k b BAD", syntaxFailure],
    ["ZRANK k b WITHSCORE x", new WrongArity("zrank")],
    ["ZCARD k", 3],
    ["ZREM k a x c", 2],
    ["ZREM k b", 1],
    ["ZCARD k", 0]
  ])
})

describe("ranges", () => {
  answersInBothShapes("by rank take negative ranks and both directions", [
    ["ZADD k 1 a 2 b 3 c", 3],
    ["ZRANGE k 0 -1", ["a", "b", "c"]],
    ["ZRANGE k -2 9 WITHSCORES", ["b", two, "c", three]],
    ["ZRANGE k 0 0 REV", ["c"]],
    ["ZREVRANGE k 1 2", ["b", "a"]],
    ["ZRANGE k 2 1", []],
    ["ZRANGE k x 1", notInteger],
    ["ZRANGE missing 0 -1", []]
  ])

  answersInBothShapes("by score take open and infinite bounds, and limits", [
    ["ZADD k 1 a 2 b 3 c 4 d", 4],
    ["ZRANGEBYSCORE k (1 3", ["b", "c"]],
    ["ZRANGE k 2 +inf BYSCORE LIMIT 1 1", ["c"]],
    ["ZRANGE k (4 -inf BYSCORE REV LIMIT 0 2 WITHSCORES", ["c", three, "b", two]],
    ["ZREVRANGEBYSCORE k 3 2", ["c", "b"]],
    ["ZRANGEBYSCORE k -inf inf LIMIT 2 -1", ["c", "d"]],
    ["ZRANGEBYSCORE k -inf inf LIMIT -1 2", []],
    ["ZCOUNT k (1 (4", 2],
    ["ZCOUNT k x 1", new Failure("min or max is not a float")],
    [["ZCOUNT", "k", "", " 2"], 2]
  ])

  answersInBothShapes("by member compare bytes", [
    [["ZADD", "k", "0", "", "0", "a", "0", "a\0", "0", "b", "0", "\xff"], 5],
    ["ZRANGEBYLEX k - [a", ["", "a"]],
    ["ZRANGE k (a + BYLEX", ["a\0", "b", "\xff"]],
    ["ZREVRANGEBYLEX k (b [a", ["a\0", "a"]],
    ["ZLEXCOUNT k - +", 5],
    ["ZLEXCOUNT k + -", 0],
    ["ZLEXCOUNT k a +", new Failure("min or max not valid string range item")],
    ["ZRANGEBYLEX k - + LIMIT 1 2", ["a", "a\0"]]
  ])

  answers("refuse options that do not belong together", [
    ["ZADD k 1 a", 1],
    [
      "ZRANGE k 0 1 LIMIT 0 1",
      new Failure("syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX")
    ],
    ["ZRANGE k 0 1 LIMIT 0 -1", ["a"]],
    ["ZRANGE k - + BYLEX WITHSCORES", new Failure("syntax error, WITHSCORES not supported in combination with BYLEX")],
    ["ZRANGE k 0 1 BYSCORE BYLEX", syntaxFailure],
    ["ZRANGESTORE d k 0 1 WITHSCORES", syntaxFailure]
  ])

  answersInBothShapes("are removed", [
    ["ZADD k 1 a 2 b 3 c 4 d 5 e", 5],
    ["ZREMRANGEBYRANK k 0 0", 1],
    ["ZREMRANGEBYSCORE k (4 inf", 1],
    ["ZREMRANGEBYSCORE k 9 8", 0],
    ["ZRANGE k 0 -1", ["b", "c", "d"]],
    ["ZADD l 0 a 0 b", 2],
    ["ZREMRANGEBYLEX l [b +", 1],
    ["ZREMRANGEBYLEX l - +", 1],
    ["EXISTS l", 0]
  ])

  answers("are stored, and nothing removes the destination", [
    ["ZADD k 1 a 2 b 3 c", 3],
    ["SET d v", ok],
    ["ZRANGESTORE d k 1 2", 2],
    ["ZRANGE d 0 -1", ["b", "c"]],
    ["ZRANGESTORE d k 5 6", 0],
    ["EXISTS d", 0]
  ])

  it.effect("and what is popped are nested pairs in RESP3, but for a single pair", () =>
    Effect.gen(function*() {
      yield* useProtocol(3)
      yield* call("ZADD k 1 a 2 b 3 c")
      assert.deepStrictEqual(yield* call("ZRANGE k 0 1 WITHSCORES"), [["a", one], ["b", two]])
      assert.deepStrictEqual(yield* call("ZUNION 1 k WITHSCORES"), [["a", one], ["b", two], ["c", three]])
      assert.deepStrictEqual(yield* call("ZPOPMIN k"), ["a", one])
      assert.deepStrictEqual(yield* call("ZPOPMIN k 1"), [["b", two]])
      assert.deepStrictEqual(yield* call("ZRANDMEMBER k 1 WITHSCORES"), [["c", three]])
    }).pipe(Effect.provide(engine())))
})

describe("combinations", () => {
  answersInBothShapes("add, choose and weigh scores", [
    ["ZADD a 1 x 2 y", 2],
    ["ZADD b 10 y 20 z", 2],
    ["SADD s y w", 2],
    ["ZUNION 2 a b", ["x", "y", "z"]],
    ["ZUNION 2 a b WEIGHTS 2 1 WITHSCORES", ["x", two, "y", new Double(14), "z", new Double(20)]],
    ["ZINTER 2 a b WITHSCORES AGGREGATE MAX", ["y", new Double(10)]],
    ["ZINTER 3 a b s WITHSCORES", ["y", new Double(13)]],
    ["ZDIFF 2 a b WITHSCORES", ["x", one]],
    ["ZINTERCARD 2 a b", 1],
    ["ZINTERCARD 2 a a LIMIT 1", 1],
    ["ZUNIONSTORE d 2 a s AGGREGATE MIN", 3],
    ["ZRANGE d 0 -1 WITHSCORES", ["w", one, "x", one, "y", one]],
    ["ZINTERSTORE a 2 a b", 1],
    ["ZDIFFSTORE d 2 a a", 0],
    ["EXISTS d", 0]
  ])

  answers("of infinities are nothing rather than not a number", [
    ["ZADD a inf x", 1],
    ["ZADD b -inf x", 1],
    ["ZUNION 2 a b WITHSCORES", ["x", new Double(0)]],
    ["ZUNION 1 a WEIGHTS 0 WITHSCORES", ["x", new Double(0)]]
  ])

  answers("look at their sources before they look at their options", [
    ["SET s v", ok],
    ["ZADD k 1 a", 1],
    ["ZUNION 0 k", new Failure("at least 1 input key is needed for 'zunion' command")],
    ["ZUNION 3 k", syntaxFailure],
    ["ZUNION 1 s BAD", wrongType],
    ["ZUNION 1 k BAD", syntaxFailure],
    ["ZUNION 1 k WEIGHTS x", new Failure("weight value is not a float")],
    ["ZINTERCARD 1 k LIMIT -1", new Failure("LIMIT can't be negative")]
  ])

  it.effect("of many sources do not ask each of them for each member", () =>
    Effect.gen(function*() {
      yield* call(["ZADD", "first", ...Array.from({ length: 200 }, (_, i) => [`${i}`, `m${i}`]).flat()])
      for (let i = 0; i < 60; i++) yield* call(["ZADD", `k${i}`, "1", `m${2 * i}`])
      const others = Array.from({ length: 60 }, (_, i) => `k${i}`)
      const difference = yield* call(["ZDIFF", "61", "first", ...others])
      assert.deepStrictEqual(
        difference,
        Array.from({ length: 200 }, (_, i) => `m${i}`).filter((_, i) => i >= 120 || i % 2 === 1)
      )
    }).pipe(Effect.provide(engine())))
})

describe("popping", () => {
  answersInBothShapes("takes members from either end", [
    ["ZADD k 1 a 2 b 3 c 4 d 5 e", 5],
    ["ZPOPMIN k", ["a", one]],
    ["ZPOPMAX k 2", ["e", new Double(5), "d", new Double(4)]],
    ["ZPOPMIN k 0", []],
    ["ZPOPMIN k -1", new Failure("value is out of range, must be positive")],
    ["ZMPOP 2 missing k MAX", ["k", [["c", three]]]],
    ["ZMPOP 1 k MIN COUNT 10", ["k", [["b", two]]]],
    ["ZMPOP 1 k MIN", nullArray],
    ["EXISTS k", 0],
    ["ZMPOP 0 k MIN", new Failure("numkeys should be greater than 0")],
    ["ZMPOP 1 k MIN COUNT 0", new Failure("count should be greater than 0")],
    ["ZMPOP 1 k MIN COUNT 1 COUNT 1", syntaxFailure]
  ])

  answers("does not wait where there is something", [
    ["ZADD k 1 a 2 b 3 c", 3],
    ["BZPOPMIN missing k 0", ["k", "a", one]],
    ["BZPOPMAX k 0", ["k", "c", three]],
    ["BZMPOP 0 2 missing k MIN COUNT 5", ["k", [["b", two]]]],
    ["SET k v", ok],
    ["BZPOPMIN k 0", wrongType],
    ["BZPOPMIN k -1", new Failure("timeout is negative")],
    ["BZPOPMIN k x", new Failure("timeout is not a float or out of range")],
    ["BZMPOP x 0 k MIN", new Failure("numkeys should be greater than 0")]
  ])

  /** What a second client gets for a request that waits while `meanwhile` happens. */
  const waiting = (request: string, meanwhile: Effect.Effect<unknown, never, Engine>) =>
    Effect.gen(function*() {
      const other = yield* InProcessClient.make
      const fiber = yield* Effect.forkChild(other.call(words(request)))
      yield* Effect.yieldNow
      yield* meanwhile
      return yield* Fiber.join(fiber)
    })

  it.effect("waits for a member, whichever key gets it first", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* waiting("BZPOPMAX k l 0", call("ZADD l 1 a 2 b")), ["l", "b", two])
      assert.deepStrictEqual(yield* call("ZRANGE l 0 -1"), ["a"])
      const reply = yield* waiting("BZMPOP 5 1 k MIN COUNT 2", call("ZADD k 3 c 1 a 2 b"))
      assert.deepStrictEqual(reply, ["k", [["a", one], ["b", two]]])
    }).pipe(Effect.scoped, Effect.provide(engine())))

  it.effect("is not woken by another type, and ends with its time", () =>
    Effect.gen(function*() {
      const meanwhile = Effect.andThen(call("SET k v"), TestClock.adjust("1100 millis"))
      assert.deepStrictEqual(yield* waiting("BZPOPMIN k 1.1", meanwhile), nullArray)
    }).pipe(Effect.scoped, Effect.provide(engine())))
})

describe("ZRANDMEMBER", () => {
  for (const entries of ["128", "0"]) {
    it.effect(`chooses different members, or the same again for a negative count, ${entries}`, () =>
      Effect.gen(function*() {
        yield* useProtocol(2)
        yield* call("ZADD k 1 a 2 b 3 c 4 d 5 e")
        for (let count = 1; count <= 6; count++) {
          const members = yield* call(`ZRANDMEMBER k ${count}`)
          assert.strictEqual(new Set(members as ReadonlyArray<string>).size, Math.min(count, 5))
        }
        const many = (yield* call("ZRANDMEMBER k -200")) as ReadonlyArray<string>
        assert.strictEqual(many.length, 200)
        assert.deepStrictEqual([...new Set(many)].sort(), ["a", "b", "c", "d", "e"])
        const pairs = (yield* call("ZRANDMEMBER k 3 WITHSCORES")) as ReadonlyArray<Reply>
        assert.strictEqual(pairs.length, 6)
        for (let i = 0; i < 6; i += 2) {
          assert.deepStrictEqual(pairs[i + 1], new Double("abcde".indexOf(String(pairs[i])) + 1))
        }
      }).pipe(Effect.provide(engine({ "zset-max-listpack-entries": entries }))))
  }

  answers("answers nothing for a missing key or a count of 0", [
    ["ZRANDMEMBER k", null],
    ["ZRANDMEMBER k 5", []],
    ["ZADD k 1 a", 1],
    ["ZRANDMEMBER k", "a"],
    ["ZRANDMEMBER k 0", []],
    ["ZRANDMEMBER k x", notInteger],
    ["ZRANDMEMBER k 1 x", syntaxFailure]
  ])
})

describe("ZSCAN", () => {
  answers("shows a compact sorted set at once", [
    ["ZADD k 1 a 0.1 b", 2],
    ["ZSCAN k 0", ["0", ["b", "0.1", "a", "1"]]],
    ["ZSCAN k 0 NOSCORES MATCH a", ["0", ["a"]]],
    ["ZSCAN missing 0", ["0", []]],
    ["ZSCAN k 0 COUNT 0", syntaxFailure]
  ])

  answers("shows scores with 17 digits where the sorted set is large", [
    ["ZADD k 0.1 a", 1],
    ["ZSCAN k 0", ["0", ["a", "0.10000000000000001"]]],
    ["ZADD k 1e20 a", 0],
    ["ZSCAN k 0", ["0", ["a", "1e+20"]]],
    ["ZADD k 0.00001 a", 0],
    ["ZSCAN k 0", ["0", ["a", "1.0000000000000001e-05"]]],
    ["ZADD k -inf a", 0],
    ["ZSCAN k 0", ["0", ["a", "-inf"]]],
    ["ZADD k 123456 a", 0],
    ["ZSCAN k 0", ["0", ["a", "123456"]]],
    ["ZADD k 10000000000000000 a", 0],
    ["ZSCAN k 0", ["0", ["a", "10000000000000000"]]]
  ], { "zset-max-listpack-entries": "0" })
})
