import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import {
  type CommandError,
  Failure,
  InvalidExpireTime,
  notFloat,
  notInteger,
  overflow,
  syntaxFailure,
  WrongArity,
  wrongType
} from "../../src/protocol/CommandError.ts"
import { MapReply, ok, type Reply, SimpleString } from "../../src/protocol/Reply.ts"
import { Clients } from "../../src/services/Clients.ts"
import { CommandClock } from "../../src/services/CommandClock.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { Engine, engine } from "../support/Engine.ts"

type Step = readonly [request: string | ReadonlyArray<string | Buffer>, reply: Reply]

/** A string is split at spaces. */
const call = (request: Step[0]) =>
  Effect.flatMap(Engine, (engine) => engine.call(...(typeof request === "string" ? request.split(" ") : request)))

/** Some milliseconds pass. */
const later = (millis: number) => TestClock.adjust(millis)

const run = (steps: ReadonlyArray<Step>) =>
  Effect.gen(function*() {
    for (const [request, reply] of steps) assert.deepStrictEqual(yield* call(request), reply, String(request))
  })

/** Requests and the replies they get, one after the other, on an engine of their own. */
const answers = (name: string, steps: ReadonlyArray<Step>, options: GivenValues = {}) =>
  it.effect(name, () => run(steps).pipe(Effect.provide(engine(options))))

const map = (...pairs: ReadonlyArray<Reply>): MapReply => new MapReply(pairs)

/** Everything is a table. */
const tables: GivenValues = { "hash-max-listpack-entries": 0 }

const max = "9223372036854775807"
const min = "-9223372036854775808"

describe("HSET, HMSET and HSETNX", () => {
  answers("set fields and say which are new", [
    ["HSET h a 1 b 2", 2],
    ["HSET h a 3 c 4 c 5", 1],
    ["HMSET h a 6 d 7", ok],
    ["HSETNX h a x", 0],
    ["HSETNX h e x", 1],
    ["HSETNX new a x", 1],
    ["HGETALL h", map("a", "6", "b", "2", "c", "5", "d", "7", "e", "x")],
    ["TYPE new", new SimpleString("hash")]
  ])

  answers("need a value for each field", [
    ["HSET h a", new WrongArity("hset")],
    ["HSET h a 1 b", new WrongArity("hset")],
    ["HMSET h a 1 b", new WrongArity("hmset")],
    ["EXISTS h", 0]
  ])

  answers("keep any bytes, and big values", [
    [["HSET", "h", "", "", "\0\xff\r\n", "\x80", "big", Buffer.alloc(100_000, "x")], 3],
    [["HGET", "h", ""], ""],
    [["HGET", "h", "\0\xff\r\n"], "\x80"],
    ["HGET h big", Buffer.alloc(100_000, "x")],
    ["HSTRLEN h big", 100_000]
  ])
})

describe("the commands of hashes", () => {
  answers(
    "refuse what is no hash",
    [
      ["SET s v", ok],
      ...[
        ..."HDEL HEXISTS HGET HSTRLEN HMGET".split(" ").map((name) => `${name} s f`),
        ..."HGETALL HKEYS HVALS HLEN HRANDFIELD".split(" ").map((name) => `${name} s`),
        ..."HSET HMSET HSETNX".split(" ").map((name) => `${name} s f v`),
        "HINCRBY s f 1",
        "HINCRBYFLOAT s f 1",
        "HSCAN s 0",
        "HRANDFIELD s 5",
        "HEXPIRE s x BAD 0 f",
        "HTTL s BAD 0 f",
        "HPERSIST s BAD 0 f",
        "HGETEX s BAD 0 f",
        "HGETDEL s BAD 0 f",
        "HSETEX s FIELDS 1 f v"
      ].map((request): Step => [request, wrongType])
    ]
  )

  answers("find nothing where there is no key", [
    ["HGET h a", null],
    ["HMGET h a b", [null, null]],
    ["HEXISTS h a", 0],
    ["HSTRLEN h a", 0],
    ["HLEN h", 0],
    ["HDEL h a", 0],
    ["HGETALL h", map()],
    ["HKEYS h", []],
    ["HVALS h", []],
    ["HRANDFIELD h", null],
    ["HRANDFIELD h 3", []],
    ["HSCAN h 0 BAD", ["0", []]],
    ["HTTL h FIELDS 2 a b", [-2, -2]],
    ["HEXPIRE h 10 FIELDS 2 a b", [-2, -2]],
    ["HPERSIST h FIELDS 1 a", [-2]],
    ["HGETEX h EX 10 FIELDS 1 a", [null]],
    ["HGETDEL h FIELDS 1 a", [null]],
    ["EXISTS h", 0]
  ])

  answers("read fields", [
    ["HSET h a 1 b 22 c 333", 3],
    ["HGET h b", "22"],
    ["HMGET h c x a c", ["333", null, "1", "333"]],
    ["HEXISTS h a", 1],
    ["HSTRLEN h c", 3],
    ["HLEN h", 3],
    ["HKEYS h", ["a", "b", "c"]],
    ["HVALS h", ["1", "22", "333"]]
  ])

  answers("delete the key with its last field", [
    ["HSET h a 1 b 2", 2],
    ["HDEL h a x a", 1],
    ["HDEL h b a", 1],
    ["EXISTS h", 0]
  ])

  it.effect("account for all memory they take and give back", () =>
    Effect.gen(function*() {
      const keyspace = yield* Keyspace
      const empty = keyspace.usedBytes()
      for (let i = 0; i < 1000; i++) yield* call(`HSETEX h EX ${i + 1} FIELDS 1 f${i} v${i}`)
      assert.isAbove(keyspace.usedBytes() - empty, 1000 * 100)
      yield* call("COPY h i")
      yield* call("HGETDEL h FIELDS 2 f1 f2")
      yield* call("HPERSIST h FIELDS 2 f3 f4")
      yield* call("RENAME h j")
      yield* later(1_001_000)
      yield* call("HDEL j f3 f4")
      assert.strictEqual(yield* call("DBSIZE"), 0)
      assert.strictEqual(keyspace.usedBytes(), empty)
    }).pipe(Effect.provide(engine())))
})

describe("HINCRBY and HINCRBYFLOAT", () => {
  answers("add to a field, which is 0 where it is missing", [
    ["HINCRBY h n 5", 5],
    ["HINCRBY h n -10", -5],
    ["HINCRBYFLOAT h n 0.1", "-4.9"],
    ["HINCRBYFLOAT h f 0.1", "0.1"],
    ["HINCRBYFLOAT h f 0.2", "0.3"],
    [`HINCRBY h max ${max}`, BigInt(max)],
    ["HINCRBY h max 1", overflow],
    [`HINCRBY h min ${min}`, BigInt(min)],
    ["HINCRBY h min -1", overflow]
  ])

  answers("refuse what is no number, and leave nothing behind", [
    ["HINCRBY h n x", notInteger],
    ["HINCRBYFLOAT h n x", notFloat],
    ["HINCRBYFLOAT h n inf", new Failure("value is NaN or Infinity")],
    ["EXISTS h", 0],
    ["HSET h text abc huge 1e4932", 2],
    ["HINCRBY h text 1", new Failure("hash value is not an integer")],
    ["HINCRBYFLOAT h text 1", new Failure("hash value is not a float")],
    ["HINCRBYFLOAT h huge 1e4932", new Failure("increment would produce NaN or Infinity")]
  ])
})

describe("HRANDFIELD", () => {
  for (const [size, options] of [["small", {}], ["large", tables]] as const) {
    it.effect(`chooses fields of a ${size} hash, different ones unless the count is negative`, () =>
      Effect.gen(function*() {
        yield* call("HSET h a 1 b 2 c 3 d 4 e 5")
        const names = ["a", "b", "c", "d", "e"]
        const sizeOf = (reply: Reply) => Array.isArray(reply) ? new Set(reply).size : -1
        for (let i = 0; i < 20; i++) {
          assert.include(names, yield* call("HRANDFIELD h"))
          assert.strictEqual(sizeOf(yield* call("HRANDFIELD h 3")), 3)
          const many = yield* call("HRANDFIELD h -20")
          assert.isTrue(Array.isArray(many) && many.length === 20 && many.every((name) => names.includes(String(name))))
        }
        assert.strictEqual(sizeOf(yield* call("HRANDFIELD h 100")), 5)
        assert.deepStrictEqual(yield* call("HRANDFIELD h 0"), [])
      }).pipe(Effect.provide(engine(options))))
  }

  it.effect("answers an array for each pair in RESP3, and all in one in RESP2", () =>
    Effect.gen(function*() {
      const { client } = yield* Engine
      yield* call("HSET h a 1")
      client.protocol = 3
      assert.deepStrictEqual(yield* call("HRANDFIELD h -2 WITHVALUES"), [["a", "1"], ["a", "1"]])
      client.protocol = 2
      assert.deepStrictEqual(yield* call("HRANDFIELD h -2 WITHVALUES"), ["a", "1", "a", "1"])
    }).pipe(Effect.provide(engine())))

  answers("refuses what it does not understand", [
    ["HRANDFIELD h x", notInteger],
    ["HRANDFIELD h 1 BAD", syntaxFailure],
    ["HRANDFIELD h 1 WITHVALUES WITHVALUES", syntaxFailure],
    [`HRANDFIELD h ${max} WITHVALUES`, new Failure("value is out of range")],
    ["HRANDFIELD h -16777217", new Failure("value is out of range")],
    ["HRANDFIELD h -16777216", []],
    [
      `HRANDFIELD h ${min}`,
      new Failure("value is out of range, value must between -9223372036854775807 and 9223372036854775807")
    ]
  ])
})

describe("HSCAN", () => {
  answers("goes through the fields, with their values unless told otherwise", [
    ["HSET h a 1 b 2 ab 3", 3],
    ["HSCAN h 0", ["0", ["a", "1", "b", "2", "ab", "3"]]],
    ["HSCAN h 0 NOVALUES MATCH a*", ["0", ["a", "ab"]]],
    ["HSCAN h 0 COUNT 0", syntaxFailure],
    ["HSCAN h 0 NOSCORES", new Failure("NOSCORES option can only be used in ZSCAN")],
    ["HSCAN h x", new Failure("invalid cursor")]
  ])
})

describe("OBJECT ENCODING of a hash", () => {
  answers("follows its size, its longest text, and whether fields may expire", [
    ["HSET h a 1 b 2", 2],
    ["OBJECT ENCODING h", "listpack"],
    ["HSET h c 3", 1],
    ["OBJECT ENCODING h", "hashtable"],
    ["HSET long a 1234", 1],
    ["OBJECT ENCODING long", "hashtable"],
    ["HSET twice a 1 a 2 a 3", 1],
    ["OBJECT ENCODING twice", "hashtable"],
    ["HSET expiring a 1", 1],
    ["HEXPIRE expiring 10 FIELDS 1 x", [-2]],
    ["OBJECT ENCODING expiring", "listpackex"],
    ["HSET expiring b 2 c 3", 2],
    ["OBJECT ENCODING expiring", "hashtable"]
  ], { "hash-max-listpack-entries": 2, "hash-max-listpack-value": 3 })
})

const fieldsMissing = new Failure("Mandatory argument FIELDS is missing or not at the right position")
const countMismatch = new Failure("The `numfields` parameter must match the number of arguments")
const notPositive = new Failure("Number of fields must be a positive integer")
const negativeTime = new Failure("invalid expire time, must be >= 0")

describe("the times to live of fields", () => {
  for (const [shape, options] of [["small", {}], ["large", tables]] as const) {
    it.effect(`are set, told, kept and taken away in a ${shape} hash`, () =>
      Effect.gen(function*() {
        yield* later(1_000_000)
        yield* run([
          ["HSET h a 1 b 2 c 3", 3],
          ["HEXPIRE h 10 FIELDS 2 a x", [1, -2]],
          ["HPEXPIRE h 1500 FIELDS 1 b", [1]],
          ["HTTL h FIELDS 4 a b c x", [10, 2, -1, -2]],
          ["HPTTL h FIELDS 2 a b", [10_000, 1500]],
          ["HEXPIRETIME h FIELDS 2 a b", [1010, 1002]],
          ["HPEXPIRETIME h FIELDS 2 a b", [1_010_000, 1_001_500]],
          ["HEXPIREAT h 1100 FIELDS 1 a", [1]],
          ["HPEXPIREAT h 1200000 FIELDS 1 c", [1]],
          ["HPTTL h FIELDS 3 a b c", [100_000, 1500, 200_000]],
          // What counts keeps its time, what is set loses it.
          ["HINCRBY h a 1", 2],
          ["HINCRBYFLOAT h b 0.5", "2.5"],
          ["HSET h c 4", 0],
          ["HPTTL h FIELDS 3 a b c", [100_000, 1500, -1]],
          ["HPERSIST h FIELDS 3 a c x", [1, -1, -2]],
          ["HPTTL h FIELDS 3 a b c", [-1, 1500, -1]],
          // A time that has passed removes the field.
          ["HEXPIRE h 0 FIELDS 2 b b", [2, -2]],
          ["HPEXPIREAT h 1000000 FIELDS 1 a", [2]],
          ["HGETALL h", map("c", "4")],
          ["HEXPIREAT h 1 FIELDS 1 c", [2]],
          ["EXISTS h", 0]
        ])
        const { counters } = yield* ServerStats
        assert.strictEqual(counters.expiredFields, 3)
      }).pipe(Effect.provide(engine(options))))
  }

  answers("are set only on a condition", [
    ["HSET h a 1 b 2", 2],
    ["HEXPIRE h 100 XX FIELDS 1 a", [0]],
    ["HEXPIRE h 100 GT FIELDS 1 a", [0]],
    ["HEXPIRE h 100 NX FIELDS 1 a", [1]],
    ["HEXPIRE h 200 NX FIELDS 1 a", [0]],
    ["HEXPIRE h 100 GT FIELDS 1 a", [0]],
    ["HEXPIRE h 100 LT FIELDS 2 a b", [0, 1]],
    ["HEXPIRE h 200 gt FIELDS 1 a", [1]],
    ["HEXPIRE h 50 lt FIELDS 1 a", [1]],
    ["HEXPIRE h 60 xx FIELDS 1 a", [1]],
    ["HTTL h FIELDS 2 a b", [60, 100]]
  ])

  answers("have limits, and errors of their own", [
    ["HSET h a 1", 1],
    ["HPEXPIREAT h 70368744177663 FIELDS 1 a", [1]],
    ["HPEXPIRETIME h FIELDS 1 a", [70368744177663]],
    ["HPEXPIREAT h 70368744177664 FIELDS 1 a", new InvalidExpireTime("hpexpireat")],
    ["HEXPIREAT h 70368744178 FIELDS 1 a", new InvalidExpireTime("hexpireat")],
    [`HEXPIRE h ${max} FIELDS 1 a`, new InvalidExpireTime("hexpire")],
    ["HEXPIRE h -1 BAD 1 a", negativeTime],
    ["HEXPIRE h x FIELDS 0 a", notInteger],
    ["HEXPIRE h 1 BAD FIELDS 1 a", fieldsMissing],
    ["HEXPIRE h 1 FIELDS 0 a", new Failure("Parameter `numFields` should be greater than 0")],
    ["HEXPIRE h 1 FIELDS 2 a", countMismatch],
    ["HEXPIRE h 1 FIELDS 1", new WrongArity("hexpire")],
    ["HTTL h BAD 1 a", fieldsMissing],
    ["HTTL h FIELDS x a", notPositive],
    ["HTTL h FIELDS 1 a b", countMismatch],
    ["HPERSIST h FIELDS 0 a", notPositive]
  ])

  answers("go along with RENAME, MOVE and COPY, and with nothing else", [
    ["HSET h a 1 b 2", 2],
    ["HEXPIRE h 100 FIELDS 1 a", [1]],
    ["COPY h c", 1],
    ["HPERSIST c FIELDS 1 a", [1]],
    ["RENAME h i", ok],
    ["HTTL i FIELDS 2 a b", [100, -1]],
    ["MOVE i 1", 1],
    ["SELECT 1", ok],
    ["HTTL i FIELDS 2 a b", [100, -1]],
    ["DEL i", 1],
    ["HSET i a 1", 1],
    ["HTTL i FIELDS 1 a", [-1]]
  ])
})

describe("HGETEX, HGETDEL and HSETEX", () => {
  answers("return values and change times to live", [
    ["HSET h a 1 b 2 c 3", 3],
    ["HGETEX h EX 100 FIELDS 3 a x a", ["1", null, "1"]],
    ["HGETEX h FIELDS 1 a", ["1"]],
    ["HTTL h FIELDS 2 a b", [100, -1]],
    ["HGETEX h PERSIST FIELDS 2 a b", ["1", "2"]],
    ["HTTL h FIELDS 2 a b", [-1, -1]],
    ["HGETEX h PX 0 FIELDS 2 a a", ["1", null]],
    ["HGETDEL h FIELDS 3 b x b", ["2", null, null]],
    ["HGETDEL h FIELDS 1 c", ["3"]],
    ["EXISTS h", 0]
  ])

  answers("set fields with a time to live", [
    ["HSETEX h EX 100 FIELDS 2 a 1 b 2", 1],
    ["HTTL h FIELDS 2 a b", [100, 100]],
    ["HSETEX h FIELDS 1 a 3", 1],
    ["HSETEX h KEEPTTL FIELDS 2 b 4 c 5", 1],
    ["HTTL h FIELDS 3 a b c", [-1, 100, -1]],
    ["HSETEX h FNX FIELDS 2 x 1 a 1", 0],
    ["HSETEX h FXX FIELDS 2 x 1 a 1", 0],
    ["HEXISTS h x", 0],
    ["HSETEX h PX 5000 FXX FIELDS 1 a 6", 1],
    ["HPTTL h FIELDS 1 a", [5000]],
    ["HSETEX h EXAT 0 FIELDS 3 a 1 b 1 c 1", 1],
    ["EXISTS h", 0],
    ["HSETEX none PX 0 FIELDS 1 a 1", 1],
    ["EXISTS none", 0]
  ])

  const lasting = "Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"

  answers(
    "refuse what they do not understand",
    [
      ["HGETEX h EX x FIELDS 0 a", notInteger],
      ["HGETEX h EX -1 FIELDS 1 a", negativeTime],
      ["HGETEX h EX 1 PX 1 FIELDS 1 a", fieldsMissing],
      ["HGETEX h KEEPTTL FIELDS 1 a", fieldsMissing],
      ["HGETEX h FIELDS 2 a", countMismatch],
      ["HGETDEL h BAD 1 a", fieldsMissing],
      ["HGETDEL h FIELDS 0 a", notPositive],
      ["HSETEX h FNX FXX FIELDS 1 a 1", new Failure("Only one of FXX or FNX arguments can be specified")],
      ["HSETEX h FNX FNX FIELDS 1 a 1", new Failure("Only one of FXX or FNX arguments can be specified")],
      ["HSETEX h EX 1 KEEPTTL FIELDS 1 a 1", new Failure(lasting)],
      ["HSETEX h PERSIST FIELDS 1 a 1", new Failure("unknown argument: PERSIST")],
      ["HSETEX h EX x BAD 1 a 1", notInteger],
      ["HSETEX h FIELDS 0 a 1", new Failure("invalid number of fields")],
      ["HSETEX h FIELDS 2147483648 a 1", new Failure("invalid number of fields")],
      ["HSETEX h FIELDS 2 a 1", new WrongArity("hsetex")],
      ["HSETEX h FIELDS 1 a 1 b 2", new WrongArity("hsetex")]
    ] satisfies ReadonlyArray<readonly [string, CommandError]>
  )
})

/** With the expiry cycle off, a field that has expired stays until somebody comes across it. */
const withoutCycle: GivenValues = { "enable-debug-command": "yes" }

describe("a field that has expired", () => {
  const cases: ReadonlyArray<readonly [request: string, reply: Reply, sizeAfter: number]> = [
    ["HGET h b", null, 2],
    ["HMGET h a b c", ["1", null, null], 1],
    ["HEXISTS h b", 0, 2],
    ["HSTRLEN h b", 0, 2],
    ["HGETALL h", map("a", "1"), 3],
    ["HKEYS h", ["a"], 3],
    ["HVALS h", ["1"], 3],
    ["HSCAN h 0", ["0", ["a", "1"]], 3],
    ["HRANDFIELD h", "a", 1],
    ["HRANDFIELD h 10 WITHVALUES", [["a", "1"]], 1],
    ["HTTL h FIELDS 2 a b", [-1, -2], 3],
    ["HPEXPIRETIME h FIELDS 1 b", [-2], 3],
    ["HPERSIST h FIELDS 1 b", [-2], 3],
    ["HGETEX h EX 100 FIELDS 2 a b", ["1", null], 2],
    ["HGETDEL h FIELDS 1 b", [null], 2],
    ["HSETNX h b 5", 1, 3],
    ["HINCRBY h b 5", 5, 3],
    ["HINCRBYFLOAT h b 0.5", "0.5", 3],
    ["HSETEX h FXX FIELDS 1 b 5", 0, 2],
    ["HSETEX h FNX FIELDS 1 b 5", 1, 3],
    // These do not look whether it has expired, as in Redis.
    ["HLEN h", 3, 3],
    ["HSET h b 5", 0, 3],
    ["HDEL h b", 1, 2],
    ["HEXPIRE h 100 FIELDS 1 b", [1], 3]
  ]
  for (const [shape, options] of [["small", {}], ["large", tables]] as const) {
    for (const [request, reply, sizeAfter] of cases) {
      it.effect(`is absent from a ${shape} hash for ${request}`, () =>
        Effect.gen(function*() {
          yield* call("DEBUG SET-ACTIVE-EXPIRE 0")
          yield* call("HSET h a 1 b 2 c 3")
          yield* call("HPEXPIRE h 100 FIELDS 2 b c")
          yield* later(100)
          // At its very deadline it is still there.
          assert.deepStrictEqual(yield* call("HMGET h b c"), ["2", "3"])
          yield* later(1)
          assert.deepStrictEqual(yield* call(request), reply)
          assert.strictEqual(yield* call("HLEN h"), sizeAfter)
        }).pipe(Effect.provide(engine({ ...withoutCycle, ...options }))))
    }
  }

  for (
    const [request, reply] of [
      ["HGET h b", null],
      ["HMGET h a b", [null, null]],
      ["HRANDFIELD h", null],
      ["HRANDFIELD h 5", []],
      ["HGETEX h FIELDS 2 a b", [null, null]],
      ["HGETDEL h FIELDS 2 a b", [null, null]]
    ] as const
  ) {
    it.effect(`takes the key with it when it is the last one that ${request} comes across`, () =>
      Effect.gen(function*() {
        yield* call("DEBUG SET-ACTIVE-EXPIRE 0")
        yield* call("HSETEX h PX 100 FIELDS 1 b 2")
        yield* call("EXPIRE h 1000")
        yield* later(101)
        assert.strictEqual(yield* call("EXISTS h"), 1)
        assert.deepStrictEqual(yield* call(request), reply)
        assert.strictEqual(yield* call("EXISTS h"), 0)
        const { counters } = yield* ServerStats
        assert.strictEqual(counters.expiredFields, 1)
        // Whoever makes the hash anew makes it without the time to live it had.
        yield* call("HSET h b 1")
        assert.strictEqual(yield* call("TTL h"), -1)
      }).pipe(Effect.provide(engine(withoutCycle))))
  }

  it.effect("makes room for a new hash when HINCRBY finds nothing else", () =>
    Effect.gen(function*() {
      yield* call("DEBUG SET-ACTIVE-EXPIRE 0")
      yield* call("HSETEX h PX 100 FIELDS 1 b 2")
      yield* call("EXPIRE h 1000")
      yield* later(101)
      assert.strictEqual(yield* call("HINCRBY h b 7"), 7)
      assert.strictEqual(yield* call("TTL h"), -1)
      assert.deepStrictEqual(yield* call("HGETALL h"), map("b", "7"))
    }).pipe(Effect.provide(engine(withoutCycle))))

  it.effect("is absent, but stays, while clients are paused", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      const clock = yield* CommandClock
      yield* call("HSETEX h PX 100 FIELDS 1 a 1")
      yield* call("HSET h b 2")
      clients.pause("write", clock.refresh() + 10_000)
      yield* later(200)
      assert.strictEqual(yield* call("HGET h a"), null)
      assert.deepStrictEqual(yield* call("HKEYS h"), ["b"])
      assert.strictEqual(yield* call("HLEN h"), 2)
      yield* later(10_000)
      assert.strictEqual(yield* call("HLEN h"), 1)
    }).pipe(Effect.provide(engine())))
})
