import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import {
  Failure,
  InvalidExpireTime,
  notFloat,
  notInteger,
  overflow,
  stringTooLong,
  syntaxFailure,
  WrongArity
} from "../../src/protocol/CommandError.ts"
import { MapReply, ok, type Reply } from "../../src/protocol/Reply.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { Engine, engine } from "../support/Engine.ts"

type Step = readonly [request: string | ReadonlyArray<string | Buffer>, reply: Reply]

/** A string is split at spaces. */
const call = (request: Step[0]) =>
  Effect.flatMap(Engine, (engine) => engine.call(...(typeof request === "string" ? request.split(" ") : request)))

/** Requests and the replies they get, one after the other, on an engine of their own. */
const answers = (name: string, steps: ReadonlyArray<Step>, options: GivenValues = {}) =>
  it.effect(name, () =>
    Effect.gen(function*() {
      for (const [request, reply] of steps) assert.deepStrictEqual(yield* call(request), reply, String(request))
    }).pipe(Effect.provide(engine(options))))

const max = "9223372036854775807"
const min = "-9223372036854775808"

describe("SET", () => {
  answers("stores and replaces any bytes", [
    ["SET k v", ok],
    ["GET k", "v"],
    [["SET", "k", "\r\n\0\xff"], ok],
    ["GET k", "\r\n\0\xff"],
    [["SET", "k", ""], ok],
    ["GET k", ""],
    ["STRLEN k", 0]
  ])

  answers(
    "keeps texts that look like numbers as they are",
    ["0", "-0", "+1", "007", "1.0", max, min, "9223372036854775808", "9007199254740993"].flatMap(
      (text): ReadonlyArray<Step> => [[["SET", "n", text], ok], ["GET n", text], ["STRLEN n", text.length]]
    )
  )

  answers("holds values above the limit of a text", [
    [["SET", "k", Buffer.alloc(100_000, "x")], ok],
    ["STRLEN k", 100_000],
    ["GETRANGE k 99998 -1", "xx"],
    ["GET k", Buffer.alloc(100_000, "x")]
  ])

  answers("with NX sets only what is missing, with XX only what is there", [
    ["SET k v XX", null],
    ["EXISTS k", 0],
    ["SET k v NX", ok],
    ["SET k w nx", null],
    ["GET k", "v"],
    ["SET k w xx", ok],
    ["GET k", "w"],
    ["SET k x NX NX", null]
  ])

  answers("with IFEQ sets only what equals the comparison value", [
    ["SET k v IFEQ v", null],
    ["SET k 10", ok],
    ["SET k w IFEQ 11", null],
    ["SET k w IFEQ 10", ok],
    ["SET k x IFEQ W", null],
    ["SET k x ifeq w GET", "w"],
    ["SET k y IFEQ w GET", "x"],
    ["GET k", "x"],
    ["SET missing y IFEQ w GET", null],
    ["EXISTS missing", 0]
  ])

  answers("with GET returns what was there, set or not", [
    ["SET k v GET", null],
    ["SET k w GET", "v"],
    ["SET k x NX GET", "w"],
    ["SET new x XX GET", null],
    ["SET k x XX GET", "w"],
    ["GET k", "x"]
  ])

  answers("refuses options that contradict each other or are incomplete", [
    ...[
      "NX XX",
      "XX NX",
      "NX IFEQ v",
      "IFEQ v XX",
      "IFEQ v IFEQ v",
      "IFEQ",
      "EX",
      "PXAT",
      "EX 1 PX 1",
      "EX 1 KEEPTTL",
      "KEEPTTL PXAT 1",
      "PERSIST",
      "BAD",
      "GET 1",
      "EX abc BAD"
    ].map((options): Step => [`SET k v ${options}`, syntaxFailure]),
    ["SET k", new WrongArity("set")],
    ["EXISTS k", 0]
  ])

  answers("forgets the time to live, unless told to keep it", [
    ["SET k 1 EX 100", ok],
    ["SET k 2 KEEPTTL", ok],
    ["TTL k", 100],
    ["SET k 3", ok],
    ["TTL k", -1],
    ["SET new 1 KEEPTTL", ok],
    ["TTL new", -1]
  ])

  answers("takes times to live and deadlines, in seconds and milliseconds", [
    ["SET k v EX 10", ok],
    ["PTTL k", 10_000],
    ["SET k v PX 1500", ok],
    ["PTTL k", 1500],
    ["SET k v EXAT 20", ok],
    ["PTTL k", 20_000],
    ["SET k v PXAT 2500", ok],
    ["PTTL k", 2500],
    ["SET k v EX 1 EX 7", ok],
    ["TTL k", 7]
  ])

  answers("refuses times that are no positive integers within 64 bits", [
    ["SET k v EX abc", notInteger],
    ["SET k v PX 1.5", notInteger],
    ["SET k v EX 9223372036854775808", notInteger],
    ...[
      "EX 0",
      "PX 0",
      "EX -1",
      "EXAT 0",
      "PXAT -5",
      "EX 9223372036854776",
      "EXAT 9223372036854776",
      `EX ${min}`,
      `EXAT ${max}`
    ].map((options): Step => [`SET k v ${options}`, new InvalidExpireTime("set")]),
    ["EXISTS k", 0],
    [`SET k v PXAT ${max}`, ok],
    ["EXISTS k", 1]
  ])

  it.effect("with a deadline that has passed deletes the key", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_000_000)
      assert.deepStrictEqual(yield* call("SET k v"), ok)
      assert.deepStrictEqual(yield* call("SET k w PXAT 999999 GET"), "v")
      assert.deepStrictEqual(yield* call("EXISTS k"), 0)
      assert.deepStrictEqual(yield* call("SET k w EXAT 1000"), ok)
      assert.deepStrictEqual(yield* call("EXISTS k"), 0)
      assert.deepStrictEqual(yield* call("SET k w PX 1 NX"), ok)
      // A relative time that would lead beyond 64 bits is refused, an absolute one just below is not.
      assert.deepStrictEqual(yield* call(`SET k w PX ${max}`), new InvalidExpireTime("set"))
    }).pipe(Effect.provide(engine())))

  it.effect("lets the key go when its time has come", () =>
    Effect.gen(function*() {
      yield* call("SET k v EX 10")
      yield* TestClock.adjust("9 seconds")
      assert.deepStrictEqual(yield* call("GET k"), "v")
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* call("GET k"), null)
      assert.deepStrictEqual(yield* call("SET k w XX"), null)
    }).pipe(Effect.provide(engine())))
})

describe("SETNX, SETEX, PSETEX, GETSET", () => {
  answers("SETNX says whether it has set the key", [
    ["SETNX k v", 1],
    ["SETNX k w", 0],
    ["GET k", "v"],
    ["SETNX k", new WrongArity("setnx")]
  ])
  answers("SETEX and PSETEX set a time to live", [
    ["SETEX k 10 v", ok],
    ["PTTL k", 10_000],
    ["PSETEX k 10 w", ok],
    ["PTTL k", 10],
    ["GET k", "w"],
    ["SETEX k 0 v", new InvalidExpireTime("setex")],
    ["PSETEX k -1 v", new InvalidExpireTime("psetex")],
    ["SETEX k abc v", notInteger],
    ["PSETEX k 1.0 v", notInteger],
    ["GET k", "w"]
  ])
  answers("GETSET returns the old string and forgets the time to live", [
    ["GETSET k 1", null],
    ["EXPIRE k 100", 1],
    ["GETSET k 2", "1"],
    ["TTL k", -1],
    ["GET k", "2"]
  ])
})

describe("GETDEL and GETEX", () => {
  answers("GETDEL returns the string once", [
    ["GETDEL k", null],
    ["SET k v", ok],
    ["GETDEL k", "v"],
    ["EXISTS k", 0]
  ])
  answers("GETEX sets, keeps and removes the time to live", [
    ["GETEX k EX 10", null],
    ["SET k v", ok],
    ["GETEX k EX 10", "v"],
    ["TTL k", 10],
    ["GETEX k", "v"],
    ["TTL k", 10],
    ["GETEX k PERSIST", "v"],
    ["TTL k", -1],
    ["GETEX k PXAT 5000", "v"],
    ["PTTL k", 5000]
  ])
  answers("GETEX looks at the syntax, then at the key, then at the time", [
    ["GETEX missing EX abc", null],
    ["GETEX missing EX", syntaxFailure],
    ["SET k v", ok],
    ["GETEX k EX abc", notInteger],
    ["GETEX k PX 0", new InvalidExpireTime("getex")],
    ["GETEX k EX 1 PERSIST", syntaxFailure],
    ["GETEX k KEEPTTL", syntaxFailure],
    ["GETEX k NX", syntaxFailure],
    ["TTL k", -1]
  ])
  it.effect("GETEX with a deadline that has passed returns the string and deletes the key", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(10_000)
      yield* call("SET k v")
      assert.deepStrictEqual(yield* call("GETEX k EXAT 10"), "v")
      assert.deepStrictEqual(yield* call("EXISTS k"), 0)
    }).pipe(Effect.provide(engine())))
})

describe("INCR, DECR, INCRBY, DECRBY", () => {
  answers("count from zero", [
    ["INCR k", 1],
    ["INCRBY k 41", 42],
    ["DECR k", 41],
    ["DECRBY k 50", -9],
    ["GET k", "-9"],
    ["DECRBY other 0", 0],
    ["GET other", "0"],
    ["OBJECT ENCODING k", "int"]
  ])
  answers("are exact up to the edges of 64 bits, and not beyond", [
    ["SET k 9007199254740991", ok],
    ["INCR k", 9007199254740992n],
    ["INCR k", 9007199254740993n],
    ["GET k", "9007199254740993"],
    ["DECRBY k 2", 9007199254740991],
    [`INCRBY a ${max}`, 9223372036854775807n],
    ["INCR a", overflow],
    [`DECRBY a ${max}`, 0],
    [`INCRBY a ${min}`, -9223372036854775808n],
    ["DECR a", overflow],
    [`INCRBY a ${max}`, -1],
    [`DECRBY a ${min}`, new Failure("decrement would overflow")],
    ["GET a", "-1"]
  ])
  answers("refuse what is no integer", [
    ["SET k abc", ok],
    ["INCR k", notInteger],
    ["SET k 1.5", ok],
    ["DECR k", notInteger],
    [["SET", "k", " 1"], ok],
    ["INCRBY k 1", notInteger],
    ["INCRBY other 1.5", notInteger],
    ["DECRBY other 9223372036854775808", notInteger],
    ["EXISTS other", 0]
  ])
  answers("keep the time to live", [
    ["SET k 1 EX 100", ok],
    ["INCR k", 2],
    ["INCRBYFLOAT k 0.5", "2.5"],
    ["APPEND k 1", 4],
    ["SETRANGE k 0 3", 4],
    ["TTL k", 100]
  ])
  answers("count on from bytes that were changed in place", [
    ["SET k 1", ok],
    ["APPEND k 2", 2],
    ["OBJECT ENCODING k", "raw"],
    ["INCR k", 13],
    ["OBJECT ENCODING k", "int"]
  ])
})

describe("INCRBYFLOAT", () => {
  answers("adds as a long double does", [
    ["INCRBYFLOAT k 0.1", "0.1"],
    ["INCRBYFLOAT k 0.2", "0.3"],
    ["INCRBYFLOAT k -0.3", "0"],
    ["SET k 10.50", ok],
    ["INCRBYFLOAT k 0.1", "10.6"],
    ["SET k 5.0e3", ok],
    ["INCRBYFLOAT k 2.0e2", "5200"],
    ["GET k", "5200"],
    ["OBJECT ENCODING k", "embstr"],
    ["INCR k", 5201]
  ])
  answers("refuses what is no number, and sums that are infinite", [
    ["SET k abc", ok],
    ["INCRBYFLOAT k 1", notFloat],
    ["INCRBYFLOAT k abc", notFloat],
    ["INCRBYFLOAT new abc", notFloat],
    ["INCRBYFLOAT new nan", notFloat],
    [["INCRBYFLOAT", "new", " 1"], notFloat],
    ["INCRBYFLOAT new inf", new Failure("increment would produce NaN or Infinity")],
    ["EXISTS new", 0]
  ])
})

describe("MGET, MSET, MSETNX", () => {
  answers("MGET answers null for what is missing", [
    ["MSET a 1 b two", ok],
    ["MGET a missing b a", ["1", null, "two", "1"]],
    ["MGET", new WrongArity("mget")]
  ])
  answers("MSET sets the last of equal keys, forgets times to live, and needs pairs", [
    ["SET a 1 EX 10", ok],
    ["MSET a 2 b 1 b 2", ok],
    ["MGET a b", ["2", "2"]],
    ["TTL a", -1],
    ["MSET a", new WrongArity("mset")],
    ["MSET a 1 b", new WrongArity("mset")]
  ])
  answers("MSETNX sets all or nothing", [
    ["MSETNX a 1 b 2 a 3", 1],
    ["MGET a b", ["3", "2"]],
    ["MSETNX c 1 b 9", 0],
    ["MGET c b", [null, "2"]],
    ["MSETNX a 1 b", new WrongArity("msetnx")]
  ])
})

describe("APPEND and SETRANGE", () => {
  answers("APPEND answers the new length", [
    ["APPEND k 12", 2],
    ["OBJECT ENCODING k", "int"],
    ["APPEND k 3", 3],
    ["OBJECT ENCODING k", "raw"],
    [["APPEND", "k", ""], 3],
    ["GET k", "123"],
    ["APPEND k \xff\0", 5],
    ["GET k", "123\xff\0"]
  ])
  answers("APPEND builds large values", [
    [["APPEND", "k", Buffer.alloc(40_000, "a")], 40_000],
    [["APPEND", "k", Buffer.alloc(40_000, "b")], 80_000],
    ["GETRANGE k 39999 40000", "ab"],
    ["STRLEN k", 80_000]
  ])
  answers("SETRANGE fills with zeros, and does nothing when there is nothing to set", [
    [["SETRANGE", "k", "0", ""], 0],
    [["SETRANGE", "k", "5", ""], 0],
    ["EXISTS k", 0],
    ["SETRANGE k 2 ab", 4],
    ["GET k", "\0\0ab"],
    ["OBJECT ENCODING k", "raw"],
    ["SETRANGE k 3 xyz", 6],
    ["GET k", "\0\0axyz"],
    ["SET n 1234", ok],
    [["SETRANGE", "n", "9", ""], 4],
    ["OBJECT ENCODING n", "int"],
    ["SETRANGE n 1 x", 4],
    ["GET n", "1x34"]
  ])
  answers("SETRANGE refuses offsets that are none", [
    ["SETRANGE k -1 v", new Failure("offset is out of range")],
    ["SETRANGE k abc v", notInteger],
    [`SETRANGE k ${max} v`, stringTooLong],
    [["SETRANGE", "k", max, ""], 0],
    ["EXISTS k", 0]
  ])
  answers("neither makes a string longer than proto-max-bulk-len", [
    ["SETRANGE k 1048575 x", 1048576],
    ["SETRANGE k 1048575 y", 1048576],
    ["SETRANGE k 1048576 x", stringTooLong],
    ["APPEND k x", stringTooLong],
    [["APPEND", "k", ""], 1048576],
    ["STRLEN k", 1048576]
  ], { "proto-max-bulk-len": 1024 * 1024 })
})

describe("GETRANGE, SUBSTR, STRLEN", () => {
  const table: ReadonlyArray<readonly [start: string, end: string, reply: string]> = [
    ["0", "3", "This"],
    ["0", "-1", "This is a string"],
    ["-3", "-1", "ing"],
    ["5", "3", ""],
    ["-1", "-5", ""],
    ["-100", "-50", "T"],
    ["0", "-100", "T"],
    ["-100", "3", "This"],
    ["10", "100", "string"],
    ["16", "20", ""],
    ["15", "15", "g"],
    [min, max, "This is a string"],
    [max, max, ""],
    [max, min, ""]
  ]
  for (const command of ["GETRANGE", "SUBSTR"]) {
    answers(`${command} counts from both ends`, [
      [["SET", "k", "This is a string"], ok],
      ...table.map(([start, end, reply]): Step => [[command, "k", start, end], reply]),
      [`${command} missing 0 -1`, ""],
      [`${command} missing a -1`, notInteger],
      [`${command} k 0 1.5`, notInteger]
    ])
  }
  answers("work on integers and on empty strings", [
    ["SET n -123", ok],
    ["GETRANGE n 0 1", "-1"],
    ["STRLEN n", 4],
    [["SET", "empty", ""], ok],
    ["GETRANGE empty 0 -1", ""],
    ["GETRANGE empty -1 -1", ""],
    ["STRLEN missing", 0]
  ])
})

describe("LCS", () => {
  const strings: Step = ["MSET a ohmytext b mynewtext", ok]
  answers("answers the subsequence, its length, or where it is", [
    strings,
    ["LCS a b", "mytext"],
    ["LCS a b LEN", 6],
    ["LCS a b IDX", new MapReply(["matches", [[[4, 7], [5, 8]], [[2, 3], [0, 1]]], "len", 6])],
    ["LCS a b IDX MINMATCHLEN 4", new MapReply(["matches", [[[4, 7], [5, 8]]], "len", 6])],
    [
      "LCS a b IDX MINMATCHLEN -1 WITHMATCHLEN",
      new MapReply(["matches", [[[4, 7], [5, 8], 4], [[2, 3], [0, 1], 2]], "len", 6])
    ],
    ["LCS a missing", ""],
    ["LCS missing b LEN", 0],
    ["LCS missing missing IDX", new MapReply(["matches", [], "len", 0])]
  ])
  answers("refuses contradictions", [
    strings,
    ["LCS a b LEN IDX", new Failure("If you want both the length and indexes, please just use IDX.")],
    ["LCS a b MINMATCHLEN", syntaxFailure],
    ["LCS a b MINMATCHLEN x", notInteger],
    ["LCS a b BAD", syntaxFailure],
    ["LCS a", new WrongArity("lcs")]
  ])
  answers("refuses a table above proto-max-bulk-len, also for the length alone", [
    [["SETRANGE", "a", "511", "x"], 512],
    [["SETRANGE", "b", "509", "x"], 510],
    ["LCS a b LEN", 510],
    ["APPEND b x", 511],
    ["LCS a b LEN", new Failure("Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len")]
  ], { "proto-max-bulk-len": 1024 * 1024 })
  answers("refuses a table that no memory has room for", [
    ["SETRANGE a 5000000 x", 5000001],
    ["SETRANGE b 5000000 x", 5000001],
    ["LCS a b", new Failure("Insufficient memory, failed allocating transient memory for LCS")]
  ], { "proto-max-bulk-len": 2 ** 52 })
})

describe("statistics", () => {
  /** As Valkey 8.1 counts them, one after the other. */
  const counted: ReadonlyArray<
    readonly [request: string, hits: number, misses: number, expiredKeys: number, changes: number]
  > = [
    ["SET k v GET", 0, 1, 0, 1],
    ["SET k v GET", 1, 0, 0, 1],
    ["SET k v NX", 0, 0, 0, 0],
    ["SET k v IFEQ w", 0, 0, 0, 0],
    ["GETEX missing", 0, 1, 0, 0],
    ["GETEX k EX 100", 1, 0, 0, 1],
    ["GETEX k PERSIST", 1, 0, 0, 1],
    ["GETSET k 1", 1, 0, 0, 1],
    ["GETSET new 1", 0, 1, 0, 1],
    ["MGET k missing", 1, 1, 0, 0],
    ["LCS k missing", 1, 1, 0, 0],
    ["STRLEN k", 1, 0, 0, 0],
    ["GETRANGE missing 0 1", 0, 1, 0, 0],
    ["INCR k", 0, 0, 0, 1],
    ["INCRBYFLOAT k 1", 0, 0, 0, 1],
    ["APPEND k 1", 0, 0, 0, 1],
    ["SETRANGE k 0 1", 0, 0, 0, 1],
    ["SETNX k 1", 0, 0, 0, 0],
    ["MSETNX k 1 z 2", 0, 0, 0, 0],
    ["MSET k 1 z 2", 0, 0, 0, 2],
    ["GETDEL z", 1, 0, 0, 1],
    ["GETDEL z", 0, 1, 0, 0],
    ["SET k v PXAT 1", 0, 0, 1, 1],
    ["SET k v PXAT 1", 0, 0, 0, 0],
    ["SET k v", 0, 0, 0, 1],
    ["GETEX k PXAT 1", 1, 0, 1, 1]
  ]

  it.effect("count hits, misses, expired keys and changes", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1000)
      const { counters } = yield* ServerStats
      const keyspace = yield* Keyspace
      for (const [request, ...expected] of counted) {
        const before = { ...counters, changes: keyspace.changes() }
        yield* call(request)
        assert.deepStrictEqual(
          [
            counters.keyspaceHits - before.keyspaceHits,
            counters.keyspaceMisses - before.keyspaceMisses,
            counters.expiredKeys - before.expiredKeys,
            keyspace.changes() - before.changes
          ],
          expected,
          request
        )
      }
    }).pipe(Effect.provide(engine())))
})
