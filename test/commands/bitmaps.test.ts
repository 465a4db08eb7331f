import { assert, describe, it } from "@effect/vitest"
import type { Buffer } from "node:buffer"
import { Effect } from "effect"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import { Failure, notInteger, syntaxFailure, WrongArity } from "../../src/protocol/CommandError.ts"
import { ok, type Reply } from "../../src/protocol/Reply.ts"
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

const badOffset = new Failure("bit offset is not an integer or out of range")
const badBit = new Failure("bit is not an integer or out of range")

describe("SETBIT and GETBIT", () => {
  answers("count from the most significant bit of the first byte", [
    ["SETBIT k 1 1", 0],
    ["SETBIT k 7 1", 0],
    ["GET k", "A"],
    ["SETBIT k 7 0", 1],
    ["GET k", "@"],
    ["GETBIT k 1", 1],
    ["GETBIT k 7", 0],
    ["GETBIT k 100", 0],
    ["GETBIT missing 0", 0]
  ])

  answers("let a string grow with zeros, whatever the bit is", [
    ["SETBIT k 20 0", 0],
    ["GET k", "\0\0\0"],
    ["SETBIT k 7999 1", 0],
    ["STRLEN k", 1000],
    ["SETBIT k 79999 0", 0],
    ["STRLEN k", 10_000],
    ["BITCOUNT k", 1],
    ["GETBIT k 7999", 1]
  ])

  answers("see the digits of a number", [
    ["SET k 1", ok],
    ["OBJECT ENCODING k", "int"],
    ["GETBIT k 2", 1],
    ["OBJECT ENCODING k", "int"],
    ["SETBIT k 6 1", 0],
    ["GET k", "3"],
    ["OBJECT ENCODING k", "raw"],
    ["INCR k", 4]
  ])

  answers("keep the time to live", [
    ["SET k a EX 100", ok],
    ["SETBIT k 0 1", 0],
    ["TTL k", 100]
  ])

  answers("refuse offsets outside of the longest string, and bits that are none", [
    ...["-1", "abc", "4294967296", "1.0", "#1", ""].flatMap((offset): ReadonlyArray<Step> => [
      [["GETBIT", "k", offset], badOffset],
      [["SETBIT", "k", offset, "1"], badOffset],
      [["SETBIT", "k", offset, "2"], badOffset]
    ]),
    ...["2", "-1", "x", ""].map((bit): Step => [["SETBIT", "k", "0", bit], badBit]),
    ["EXISTS k", 0],
    ["SETBIT k 0", new WrongArity("setbit")],
    ["GETBIT k", new WrongArity("getbit")]
  ])

  answers("take proto-max-bulk-len for the longest string", [
    ["SETBIT k 8388607 1", 0],
    ["SETBIT k 8388608 1", badOffset],
    ["BITFIELD k GET u8 8388608", badOffset]
  ], { "proto-max-bulk-len": "1048576" })
})

describe("BITCOUNT and BITPOS", () => {
  answers("look at all of a string, or at a range in bytes or bits", [
    ["SET k foobar", ok],
    ["BITCOUNT k", 26],
    ["BITCOUNT k 0 0", 4],
    ["BITCOUNT k 1", 22],
    ["BITCOUNT k 1 1 BYTE", 6],
    ["BITCOUNT k 5 30 bit", 17],
    ["BITCOUNT k -2 -1", 7],
    ["BITCOUNT k -1 -2", 0],
    ["BITCOUNT k 100", 0],
    ["BITCOUNT missing", 0],
    [["SET", "k", "\xff\xf0\x00"], ok],
    ["BITPOS k 0", 12],
    ["BITPOS k 1", 0],
    ["BITPOS k 1 2", -1],
    ["BITPOS k 0 1 1", 12],
    ["BITPOS k 0 0 0", -1],
    ["BITPOS k 0 13 -1 BIT", 13],
    ["BITPOS k 1 7 15 BIT", 7]
  ])

  answers("BITPOS finds a zero behind the string unless the end is given", [
    [["SET", "k", "\xff\xff"], ok],
    ["BITPOS k 0", 16],
    ["BITPOS k 0 1", 16],
    ["BITPOS k 0 0 -1", -1],
    ["BITPOS k 0 5", -1],
    ["BITPOS missing 0", 0],
    ["BITPOS missing 1", -1],
    [["SET", "empty", ""], ok],
    ["BITPOS empty 0", -1]
  ])

  answers("refuse what is wrong, in Redis's order", [
    ["BITCOUNT k x", notInteger],
    ["BITCOUNT k 0 x", notInteger],
    ["BITCOUNT k x 0 BAD", notInteger],
    ["BITCOUNT k 0 x BAD", syntaxFailure],
    ["BITCOUNT k x 0 BIT more", syntaxFailure],
    ["BITPOS k x", notInteger],
    ["BITPOS k 2 x", new Failure("The bit argument must be 1 or 0.")],
    ["BITPOS k 1 0 -1 BAD", syntaxFailure],
    ["BITPOS k 1 x 0 BIT more", syntaxFailure],
    ["BITPOS k", new WrongArity("bitpos")]
  ])
})

describe("BITOP", () => {
  answers("combines strings as if the shorter ones ended in zeros", [
    [["MSET", "a", "\xff\x0f\xaa", "b", "\x0f\xff"], ok],
    ["BITOP AND d a b", 3],
    ["GET d", "\x0f\x0f\0"],
    ["BITOP or d a b", 3],
    ["GET d", "\xff\xff\xaa"],
    ["BITOP XOR d a b a", 3],
    ["GET d", "\x0f\xff\0"],
    ["BITOP NOT d b", 2],
    ["GET d", "\xf0\0"],
    ["BITOP AND a a missing", 3],
    ["GET a", "\0\0\0"],
    ["OBJECT ENCODING a", "raw"]
  ])

  answers("forgets what its target held, also if the result is empty", [
    ["SET d x EX 100", ok],
    ["SET a a", ok],
    ["BITOP OR d a", 1],
    ["TTL d", -1],
    ["BITOP OR d missing", 0],
    ["EXISTS d", 0]
  ])

  answers("refuses other operations, and a second source for NOT", [
    ["BITOP NAND d a", syntaxFailure],
    ["BITOP NOT d a b", new Failure("BITOP NOT must be called with a single source key.")],
    ["BITOP AND d", new WrongArity("bitop")]
  ])
})

describe("BITFIELD and BITFIELD_RO", () => {
  answers("set, get and increment in one step", [
    ["BITFIELD k SET u8 0 255 GET i8 0 INCRBY u4 4 1 GET u8 0", [0, -1, 0, 240]],
    ["BITFIELD k SET u8 #1 7 GET u8 8", [0, 7]],
    ["BITFIELD_RO k GET u8 0 GET u16 0 GET i64 100", [240, 61_447, 0]],
    ["BITFIELD k", []],
    ["BITFIELD missing GET u8 0", [0]],
    ["EXISTS missing", 0],
    ["BITFIELD k SET i64 0 -9223372036854775808 GET u63 0", [-1_150_951_179_769_872_384n, 4_611_686_018_427_387_904n]]
  ])

  answers("wrap, saturate or fail where a number does not fit", [
    ["BITFIELD k SET u8 0 250 INCRBY u8 0 10", [0, 4]],
    ["BITFIELD k OVERFLOW SAT SET u8 0 250 INCRBY u8 0 10 INCRBY u8 0 -300", [4, 255, 0]],
    ["BITFIELD k OVERFLOW FAIL SET u8 0 250 INCRBY u8 0 10 OVERFLOW WRAP INCRBY u8 0 10", [0, null, 4]],
    ["BITFIELD k OVERFLOW FAIL INCRBY i8 0 127 GET i8 0", [null, 4]]
  ])

  answers("refuse what is wrong before anything happens", [
    ["BITFIELD k SET u8 0 1 BAD", syntaxFailure],
    ["BITFIELD k GET u8", syntaxFailure],
    ["BITFIELD k SET u8 0", syntaxFailure],
    [
      "BITFIELD k GET u64 0",
      new Failure("Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.")
    ],
    ["BITFIELD k GET u8 -1", badOffset],
    ["BITFIELD k SET u8 0 x", notInteger],
    ["BITFIELD k OVERFLOW bad", new Failure("Invalid OVERFLOW type specified")],
    ["BITFIELD_RO k SET u8 0 1", new Failure("BITFIELD_RO only supports the GET subcommand")],
    ["EXISTS k", 0]
  ])
})

describe("bitmaps", () => {
  /** A request, and by how much it raises hits, misses and changes: those of Valkey. */
  const counted: ReadonlyArray<readonly [string, number, number, number]> = [
    ["SETBIT k 7 1", 0, 0, 1],
    ["SETBIT k 7 1", 0, 0, 0],
    ["SETBIT k 7 0", 0, 0, 1],
    ["SETBIT k 100 0", 0, 0, 1],
    ["SETBIT s 0 0", 0, 0, 0],
    ["GETBIT k 0", 1, 0, 0],
    ["GETBIT missing 0", 0, 1, 0],
    ["BITCOUNT k", 1, 0, 0],
    ["BITCOUNT missing", 0, 1, 0],
    ["BITPOS k 1", 1, 0, 0],
    ["BITPOS missing 1", 0, 1, 0],
    ["BITOP AND d k missing k", 2, 1, 1],
    ["BITOP AND d missing", 0, 1, 1],
    ["BITOP AND d missing", 0, 1, 0],
    ["BITFIELD k GET u8 0", 1, 0, 0],
    ["BITFIELD missing GET u8 0", 0, 1, 0],
    ["BITFIELD k SET u8 0 1 INCRBY u8 0 1 SET u8 0 2", 0, 0, 2],
    ["BITFIELD k SET u8 0 2", 0, 0, 0],
    ["BITFIELD k SET u8 1000 0 SET u8 8 0", 0, 0, 2],
    ["BITFIELD k OVERFLOW FAIL SET u8 0 256", 0, 0, 0],
    ["BITFIELD new SET u8 0 0", 0, 0, 1],
    ["BITFIELD_RO k GET u8 0", 1, 0, 0]
  ]

  it.effect("count hits, misses and changes", () =>
    Effect.gen(function*() {
      yield* call("SET s abc")
      const { counters } = yield* ServerStats
      const keyspace = yield* Keyspace
      for (const [request, ...expected] of counted) {
        const before = { ...counters, changes: keyspace.changes() }
        yield* call(request)
        assert.deepStrictEqual(
          [
            counters.keyspaceHits - before.keyspaceHits,
            counters.keyspaceMisses - before.keyspaceMisses,
            keyspace.changes() - before.changes
          ],
          expected,
          request
        )
      }
    }).pipe(Effect.provide(engine())))

  it.effect("account for the memory their strings take", () =>
    Effect.gen(function*() {
      const keyspace = yield* Keyspace
      const empty = keyspace.usedBytes()
      for (
        const request of [
          "SETBIT k 1 1",
          "SETBIT k 800 1",
          "SETBIT k 80000 1",
          "BITFIELD k SET u8 200000 1",
          "SET s abc",
          "SETBIT s 0 0",
          "BITOP OR s s k",
          "BITOP NOT t s"
        ]
      ) yield* call(request)
      const full = keyspace.usedBytes()
      assert.isAbove(full, empty + 75_000)
      yield* call("DEL k s t")
      assert.strictEqual(keyspace.usedBytes(), empty)
    }).pipe(Effect.provide(engine())))

  it.effect("refuse to take other values for strings", () =>
    Effect.gen(function*() {
      yield* call("SADD s a")
      for (
        const request of [
          "SETBIT s 0 1",
          "GETBIT s 0",
          "BITCOUNT s",
          "BITPOS s 1",
          "BITOP AND d missing s",
          "BITFIELD s",
          "BITFIELD s SET u8 0 1",
          "BITFIELD_RO s GET u8 0"
        ]
      ) assert.propertyVal(yield* call(request), "_tag", "WrongType", request)
      assert.strictEqual(yield* call("BITOP OR s missing"), 0)
      assert.strictEqual(yield* call("EXISTS s"), 0)
    }).pipe(Effect.provide(engine())))
})
