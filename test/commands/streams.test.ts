import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import {
  Failure,
  noSuchKey,
  notInteger,
  syntaxFailure,
  WrongArity,
  wrongType
} from "../../src/protocol/CommandError.ts"
import { MapReply, nullArray, ok, type Reply, SimpleString } from "../../src/protocol/Reply.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
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

const invalidId = new Failure("Invalid stream ID specified as stream command argument")
const tooSmall = new Failure("The ID specified in XADD is equal or smaller than the target stream top item")
const noGroup = (text: string): Failure => new Failure(text, "NOGROUP")

/** `XADD s 1-0 f 1`, and so on. */
const additions = (count: number): ReadonlyArray<Step> =>
  Array.from({ length: count }, (_, i): Step => [`XADD s ${i + 1}-0 f ${i + 1}`, `${i + 1}-0`])

/** The entries that `additions` makes. */
const entries = (...numbers: ReadonlyArray<number>): ReadonlyArray<Reply> =>
  numbers.map((number) => [`${number}-0`, ["f", String(number)]])

/** Streams and their entries in turn, as XREAD answers them to a client of RESP3. */
const read = (...pairs: ReadonlyArray<Reply>): Reply => new MapReply(pairs)

describe("XADD", () => {
  answers("appends entries with ids that only grow", [
    ["XADD s 1-1 a 1", "1-1"],
    ["XADD s 1-1 a 1", tooSmall],
    ["XADD s 1-0 a 1", tooSmall],
    ["XADD s 0-0 a 1", new Failure("The ID specified in XADD must be greater than 0-0")],
    ["XADD s 1-* a 2 b 3", "1-2"],
    ["XADD s 5-* a 1", "5-0"],
    ["XADD s 4-* a 1", tooSmall],
    ["XADD s 6 a 1", "6-0"],
    ["XADD s bad a 1", invalidId],
    ["XADD s - a 1", invalidId],
    ["XLEN s", 4],
    ["TYPE s", new SimpleString("stream")],
    ["OBJECT ENCODING s", "stream"]
  ])

  it.effect("makes ids of the time, and counts where it stands still or goes back", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust(5000)
      assert.strictEqual(yield* call("XADD s * f v"), "5000-0")
      assert.strictEqual(yield* call("XADD s * f v"), "5000-1")
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* call("XADD s * f v"), "5001-0")
      assert.strictEqual(yield* call("XADD s 9000-7 f v"), "9000-7")
      assert.strictEqual(yield* call("XADD s * f v"), "9000-8")
    }).pipe(Effect.provide(engine())))

  answers("stores any bytes", [
    [["XADD", "s", "1-1", "", "", "\xff\0", "\r\n", "n", "12", "m", "012"], "1-1"],
    [["XADD", "s", "1-2", "large", Buffer.alloc(100_000, "x")], "1-2"],
    ["XRANGE s 1-1 1-1", [["1-1", ["", "", "\xff\0", "\r\n", "n", "12", "m", "012"]]]],
    ["XRANGE s 1-2 1-2", [["1-2", ["large", "x".repeat(100_000)]]]]
  ])

  answers("creates no stream where it is told not to, or is wrong", [
    ["XADD s NOMKSTREAM 1-1 a 1", null],
    ["XADD s 1-1 a", new WrongArity("xadd")],
    ["XADD s 1-1 a 1 b", new WrongArity("xadd")],
    ["XADD s NOMKSTREAM NOMKSTREAM NOMKSTREAM", new WrongArity("xadd")],
    ["XADD s MAXLEN x 1-1 a 1", notInteger],
    ["EXISTS s", 0],
    ["XADD s 1-1 a 1", "1-1"],
    ["XADD s nomkstream 1-2 a 1", "1-2"]
  ])

  answers("ends at the greatest id", [
    ["XADD s 18446744073709551615-18446744073709551614 f v", "18446744073709551615-18446744073709551614"],
    ["XADD s * f v", "18446744073709551615-18446744073709551615"],
    ["XADD s * f v", new Failure("The stream has exhausted the last possible ID, unable to add more items")]
  ])

  answers("refuses other types", [["SET s v", ok], ["XADD s 1-1 f v", wrongType], ["XLEN s", wrongType]])

  it.effect("refuses more than a stream can hold", () =>
    Effect.gen(function*() {
      const half = Buffer.alloc(270_000_000)
      assert.deepStrictEqual(
        yield* call(["XADD", "s", "1-1", "f", half, "g", half]),
        new Failure("Elements are too large to be stored")
      )
      assert.strictEqual(yield* call("EXISTS s"), 0)
    }).pipe(Effect.provide(engine())))
})

describe("trimming", () => {
  answers("by length leaves the newest entries", [
    ...additions(10),
    ["XTRIM s MAXLEN 8", 2],
    ["XTRIM s MAXLEN = 8", 0],
    ["XADD s MAXLEN 3 11-0 f 11", "11-0"],
    ["XRANGE s - +", entries(9, 10, 11)],
    ["XTRIM s MAXLEN 0", 3],
    ["EXISTS s", 1],
    ["XTRIM none MAXLEN 0", 0]
  ])

  answers("by id leaves those from this one on", [
    ...additions(6),
    ["XTRIM s MINID 3", 2],
    ["XADD s MINID 5-1 7-0 f 7", "7-0"],
    ["XRANGE s - +", entries(6, 7)]
  ])

  answers("takes whole nodes where it is approximate, as many as the limit allows", [
    ...additions(25),
    ["XTRIM s MAXLEN ~ 16", 0],
    ["XTRIM s MAXLEN ~ 15", 10],
    ["XTRIM s MAXLEN ~ 0 LIMIT 9", 0],
    ["XTRIM s LIMIT 10 MAXLEN ~ 0", 10],
    ["XTRIM s MINID ~ 24", 0],
    ["XTRIM s MINID ~ 26 LIMIT 0", 5]
  ], { "stream-node-max-entries": 10 })

  const both = new Failure("syntax error, MAXLEN and MINID options at the same time are not compatible")
  answers("says what is wrong with its options", [
    ["XTRIM s MAXLEN", new WrongArity("xtrim")],
    ["XTRIM s MAXLEN 1 2", syntaxFailure],
    ["XTRIM s NOMKSTREAM MAXLEN 1", syntaxFailure],
    ["XTRIM s MAXLEN 1 MINID 1", both],
    ["XTRIM s MAXLEN 1 MAXLEN 1", both],
    ["XTRIM s MAXLEN -1", new Failure("The MAXLEN argument must be >= 0.")],
    ["XTRIM s MAXLEN ~ 1 LIMIT -1", new Failure("The LIMIT argument must be >= 0.")],
    ["XTRIM s MINID bad", invalidId],
    ["XTRIM s LIMIT 0 LIMIT 0", new Failure("syntax error, XTRIM must be called with a trimming strategy")],
    [
      "XTRIM s LIMIT 1 LIMIT 1",
      new Failure("syntax error, LIMIT cannot be used without specifying a trimming strategy")
    ],
    ["XTRIM s MAXLEN 1 LIMIT 1", new Failure("syntax error, LIMIT cannot be used without the special ~ option")],
    ["XADD s LIMIT 0 1-1 f v", new Failure("syntax error, LIMIT cannot be used without the special ~ option")]
  ])
})

describe("XRANGE and XREVRANGE", () => {
  answers("answer the entries of an interval", [
    ...additions(4),
    ["XRANGE s - +", entries(1, 2, 3, 4)],
    ["XREVRANGE s + -", entries(4, 3, 2, 1)],
    ["XRANGE s 2 3", entries(2, 3)],
    ["XRANGE s (2 3-0", entries(3)],
    ["XRANGE s 2 (3-0", entries(2)],
    ["XREVRANGE s 3 (1-0 COUNT 1", entries(3)],
    ["XRANGE s - + count 2", entries(1, 2)],
    ["XRANGE s - + COUNT 0", nullArray],
    ["XRANGE s - + COUNT -1", nullArray],
    ["XRANGE s 3 2", []],
    ["XRANGE none - +", []],
    ["XRANGE none - + COUNT 0", []],
    ["XRANGE s bad + COUNT x", invalidId],
    ["XRANGE s - + COUNT x", notInteger],
    ["XRANGE s - + COUNT", syntaxFailure],
    ["XRANGE s (18446744073709551615-18446744073709551615 +", new Failure("invalid start ID for the interval")],
    ["XREVRANGE s (0-0 -", new Failure("invalid end ID for the interval")],
    // The start is looked at first, wherever it stands.
    [
      "XREVRANGE s (0-0 (18446744073709551615-18446744073709551615",
      new Failure("invalid start ID for the interval")
    ]
  ])

  answers("pass over what was deleted", [
    ...additions(5),
    ["XDEL s 1-0 3-0 3-0 9-9", 2],
    ["XDEL s 2-0 bad", invalidId],
    ["XRANGE s - +", entries(2, 4, 5)],
    ["XREVRANGE s + -", entries(5, 4, 2)],
    ["XDEL s 2 4 5", 3],
    ["XRANGE s - +", []],
    ["XLEN s", 0],
    ["XDEL none 1-1", 0]
  ])
})

describe("XREAD", () => {
  answers("answers what is behind an id in each stream that has something", [
    ...additions(3),
    ["XADD t 7-7 g w", "7-7"],
    ["XREAD COUNT 1 STREAMS s t 1 7-7", read("s", entries(2))],
    ["XREAD STREAMS s t 2 0", read("s", entries(3), "t", [["7-7", ["g", "w"]]])],
    ["XREAD STREAMS s t $ $", nullArray],
    ["XREAD STREAMS s +", read("s", entries(3))],
    ["XREAD STREAMS none 0", nullArray],
    [
      "XREAD STREAMS s 0 0",
      new Failure("Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified.")
    ],
    ["XREAD COUNT 1 BLOCK 1 s 0", syntaxFailure],
    ["XREAD BLOCK -1 STREAMS s 0", new Failure("timeout is negative")],
    [
      "XREAD NOACK STREAMS s 0",
      new Failure("The NOACK option is only supported by XREADGROUP. You called XREAD instead.")
    ]
  ])

  it.effect("answers pairs to clients of RESP2", () =>
    Effect.gen(function*() {
      const { client } = yield* Engine
      client.protocol = 2
      yield* call("XADD s 1-0 f 1")
      assert.deepStrictEqual(yield* call("XREAD STREAMS s 0"), [["s", entries(1)]])
    }).pipe(Effect.provide(engine())))
})

/** What a client gets that waits, once the requests of another one have run. */
const waiting = (
  name: string,
  request: string,
  before: ReadonlyArray<string>,
  during: ReadonlyArray<string>,
  reply: Reply
) =>
  it.effect(name, () =>
    Effect.gen(function*() {
      for (const request of before) yield* call(request)
      const waits = yield* Effect.forkChild(call(request), { startImmediately: true })
      for (const [index, request] of during.entries()) {
        yield* Effect.yieldNow
        assert.isUndefined(waits.pollUnsafe(), `before step ${index}`)
        yield* call(request)
      }
      assert.deepStrictEqual(yield* Fiber.join(waits), reply)
    }).pipe(Effect.provide(engine())))

describe("a client that waits", () => {
  waiting(
    "gets what is added next",
    "XREAD BLOCK 0 STREAMS t s 0 $",
    ["XADD s 1-0 f 1"],
    ["XADD s 2-0 f 2"],
    read("s", entries(2))
  )

  waiting(
    "is not served by what it does not want, nor by other types",
    "XREAD BLOCK 0 STREAMS s 5",
    [],
    ["XADD s 1-0 f 1", "XDEL s 1-0", "DEL s", "SET s v", "DEL s", "XADD s 6-0 f 6"],
    read("s", entries(6))
  )

  const group = ["XGROUP CREATE s g $ MKSTREAM"]
  waiting("gets new entries for its group", "XREADGROUP GROUP g c BLOCK 0 STREAMS s >", group, [
    "XGROUP CREATECONSUMER s g other",
    "XADD s 1-0 f 1"
  ], read("s", entries(1)))

  const gone = noGroup("No such key 's' or consumer group 'g' in XREADGROUP with GROUP option")
  const request = "XREADGROUP GROUP g c BLOCK 0 STREAMS s >"
  waiting("hears that its group is gone", request, group, ["XGROUP DESTROY s g"], gone)
  waiting("hears that its stream is gone", request, group, ["DEL s"], gone)
  waiting("hears that its key holds something else", request, group, ["SET s v"], wrongType)

  it.effect("hears when the time is up", () =>
    Effect.gen(function*() {
      const waits = yield* Effect.forkChild(call("XREAD BLOCK 1000 STREAMS s 0"), { startImmediately: true })
      yield* TestClock.adjust(999)
      assert.isUndefined(waits.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* Fiber.join(waits), nullArray)
    }).pipe(Effect.provide(engine())))
})

describe("XREADGROUP", () => {
  answers("gives each entry to one consumer, and shows it again what it has not acknowledged", [
    ...additions(4),
    ["XGROUP CREATE s g 0", ok],
    ["XREADGROUP GROUP g a COUNT 2 STREAMS s >", read("s", entries(1, 2))],
    ["XREADGROUP GROUP g b STREAMS s >", read("s", entries(3, 4))],
    ["XREADGROUP GROUP g b STREAMS s >", nullArray],
    ["XREADGROUP GROUP g a STREAMS s 0", read("s", entries(1, 2))],
    ["XREADGROUP GROUP g a STREAMS s 1-0", read("s", entries(2))],
    ["XACK s g 1-0 1-0 3-0 9-9", 2],
    ["XDEL s 2-0", 1],
    ["XREADGROUP GROUP g a STREAMS s 0", read("s", [["2-0", nullArray]])],
    ["XREADGROUP GROUP g b COUNT 1 STREAMS s 0", read("s", entries(4))],
    ["XPENDING s g", [2, "2-0", "4-0", [["a", "1"], ["b", "1"]]]]
  ])

  answers("leaves nothing pending with NOACK", [
    ...additions(2),
    ["XGROUP CREATE s g 0", ok],
    ["XREADGROUP GROUP g a NOACK STREAMS s >", read("s", entries(1, 2))],
    ["XPENDING s g", [0, null, null, nullArray]]
  ])

  answers("needs key and group", [
    [
      "XREADGROUP GROUP g a STREAMS s >",
      noGroup("No such key 's' or consumer group 'g' in XREADGROUP with GROUP option")
    ],
    ["XREADGROUP COUNT 1 BLOCK 1 STREAMS s >", new Failure("Missing GROUP option for XREADGROUP")],
    ["XADD s 1-1 f v", "1-1"],
    ["XACK s g 1-1", 0],
    ["XACK s g bad", 0],
    ["XPENDING s g", noGroup("No such key 's' or consumer group 'g'")],
    ["XINFO CONSUMERS s g", noGroup("No such consumer group 'g' for key name 's'")]
  ])
})

describe("pending entries", () => {
  it.effect("grow older, and younger with each delivery", () =>
    Effect.gen(function*() {
      for (const [request] of additions(3)) yield* call(request)
      yield* call("XGROUP CREATE s g 0")
      yield* TestClock.adjust(1000)
      yield* call("XREADGROUP GROUP g a COUNT 2 STREAMS s >")
      yield* TestClock.adjust(500)
      yield* call("XREADGROUP GROUP g b STREAMS s >")
      yield* TestClock.adjust(300)
      assert.deepStrictEqual(yield* call("XPENDING s g - + 10"), [
        ["1-0", "a", 800, 1],
        ["2-0", "a", 800, 1],
        ["3-0", "b", 300, 1]
      ])
      assert.deepStrictEqual(yield* call("XPENDING s g IDLE 301 - + 10"), [["1-0", "a", 800, 1], ["2-0", "a", 800, 1]])
      assert.deepStrictEqual(yield* call("XPENDING s g (1-0 + 1 a"), [["2-0", "a", 800, 1]])
      yield* call("XREADGROUP GROUP g a COUNT 1 STREAMS s 0")
      assert.deepStrictEqual(yield* call("XPENDING s g - + 1"), [["1-0", "a", 0, 2]])

      assert.deepStrictEqual(yield* call("XCLAIM s g c 801 2-0"), [])
      assert.deepStrictEqual(yield* call("XCLAIM s g c 800 2-0 9-9"), entries(2))
      assert.deepStrictEqual(yield* call("XCLAIM s g c 0 2-0 3-0 JUSTID IDLE 50"), ["2-0", "3-0"])
      assert.deepStrictEqual(yield* call("XPENDING s g - + 10 c"), [["2-0", "c", 50, 2], ["3-0", "c", 50, 1]])
      assert.deepStrictEqual(yield* call("XCLAIM s g c 0 2-0 TIME 1000 RETRYCOUNT 9"), entries(2))
      assert.deepStrictEqual(yield* call("XPENDING s g 2 2 10"), [["2-0", "c", 800, 9]])

      yield* call("XDEL s 1-0")
      assert.deepStrictEqual(yield* call("XAUTOCLAIM s g d 51 - COUNT 1"), ["2-0", [], ["1-0"]])
      assert.deepStrictEqual(yield* call("XAUTOCLAIM s g d 51 2-0 COUNT 1"), ["3-0", entries(2), []])
      assert.deepStrictEqual(yield* call("XAUTOCLAIM s g d 51 3-0"), ["0-0", [], []])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* call("XAUTOCLAIM s g d 51 3-0 JUSTID"), ["0-0", ["3-0"], []])
      assert.deepStrictEqual(yield* call("XINFO CONSUMERS s g"), [
        new MapReply(["name", "a", "pending", 0, "idle", 1, "inactive", 801]),
        new MapReply(["name", "b", "pending", 0, "idle", 301, "inactive", 301]),
        new MapReply(["name", "c", "pending", 0, "idle", 1, "inactive", 1]),
        new MapReply(["name", "d", "pending", 2, "idle", 0, "inactive", 0])
      ])
    }).pipe(Effect.provide(engine())))

  answers("that were never delivered are claimed by force", [
    ...additions(2),
    ["XGROUP CREATE s g 0", ok],
    ["XCLAIM s g c 1000 1-0", []],
    ["XCLAIM s g c 1000 1-0 FORCE", entries(1)],
    ["XCLAIM s g c 0 5-0 FORCE", []],
    ["XPENDING s g - + 5", [["1-0", "c", 0, 2]]],
    ["XCLAIM s g c 0 2-0 FORCE JUSTID LASTID 2-0", ["2-0"]],
    ["XREADGROUP GROUP g c STREAMS s >", nullArray],
    ["XCLAIM s g c x 1-0", new Failure("Invalid min-idle-time argument for XCLAIM")],
    ["XCLAIM s g c 0 1-0 IDLE x", new Failure("Invalid IDLE option argument for XCLAIM")],
    ["XCLAIM s g c 0 1-0 oops", new Failure("Unrecognized XCLAIM option 'oops'")],
    ["XAUTOCLAIM s g c 0 - COUNT 0", new Failure("COUNT must be > 0")]
  ])
})

describe("XGROUP", () => {
  const noKey = new Failure(
    "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."
  )
  const wrong = (name: string): Failure =>
    new Failure(`unknown subcommand or wrong number of arguments for '${name}'. Try XGROUP HELP.`)

  answers("manages groups and consumers", [
    ["XGROUP CREATE s g $", noKey],
    ["XGROUP DESTROY s g", noKey],
    ["XGROUP CREATE s g bad MKSTREAM", invalidId],
    ["EXISTS s", 0],
    ["XGROUP CREATE s g $ MKSTREAM", ok],
    ["XGROUP CREATE s g $", new Failure("Consumer Group name already exists", "BUSYGROUP")],
    ["XGROUP CREATE s h 0 ENTRIESREAD -2", new Failure("value for ENTRIESREAD must be positive or -1")],
    ["XGROUP CREATE s h 0 oops", wrong("CREATE")],
    ["XGROUP SeTiD s g 0 MKSTREAM", wrong("SeTiD")],
    ["XGROUP SETID s none 0", noGroup("No such consumer group 'none' for key name 's'")],
    ["XGROUP CREATECONSUMER s g c", 1],
    ["XGROUP CREATECONSUMER s g c", 0],
    ["XADD s 1-0 f 1", "1-0"],
    ["XREADGROUP GROUP g c STREAMS s >", read("s", entries(1))],
    ["XGROUP SETID s g 0", ok],
    ["XREADGROUP GROUP g d STREAMS s >", read("s", entries(1))],
    ["XGROUP DELCONSUMER s g c", 0],
    ["XGROUP DELCONSUMER s g d", 1],
    ["XGROUP DELCONSUMER s g d", 0],
    ["XPENDING s g", [0, null, null, nullArray]],
    ["XGROUP DESTROY s g", 1],
    ["XGROUP DESTROY s g", 0],
    ["XINFO GROUPS s", []]
  ])
})

describe("XINFO", () => {
  answers("shows a stream and its groups", [
    ["XINFO STREAM s", noSuchKey],
    ...additions(5),
    ["XDEL s 2-0", 1],
    ["XGROUP CREATE s g 0 ENTRIESREAD 0", ok],
    ["XREADGROUP GROUP g c COUNT 2 STREAMS s >", read("s", entries(1, 3))],
    [
      "XINFO STREAM s",
      new MapReply([
        "length",
        4,
        "radix-tree-keys",
        2,
        "radix-tree-nodes",
        6,
        "last-generated-id",
        "5-0",
        "max-deleted-entry-id",
        "2-0",
        "entries-added",
        5,
        "recorded-first-entry-id",
        "1-0",
        "groups",
        1,
        "first-entry",
        entries(1)[0] ?? null,
        "last-entry",
        entries(5)[0] ?? null
      ])
    ],
    [
      "XINFO STREAM s FULL COUNT 1",
      new MapReply([
        "length",
        4,
        "radix-tree-keys",
        2,
        "radix-tree-nodes",
        6,
        "last-generated-id",
        "5-0",
        "max-deleted-entry-id",
        "2-0",
        "entries-added",
        5,
        "recorded-first-entry-id",
        "1-0",
        "entries",
        entries(1),
        "groups",
        [
          new MapReply([
            "name",
            "g",
            "last-delivered-id",
            "3-0",
            "entries-read",
            null,
            "lag",
            null,
            "pel-count",
            2,
            "pending",
            [["1-0", "c", 0, 1]],
            "consumers",
            [new MapReply(["name", "c", "seen-time", 0, "active-time", 0, "pel-count", 2, "pending", [["1-0", 0, 1]]])]
          ])
        ]
      ])
    ],
    [
      "XINFO STREAM s FULL COUNT",
      new Failure("unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.")
    ],
    ["XINFO STREAM s FULL COUNT x", notInteger]
  ], { "stream-node-max-entries": 3 })
})

describe("XSETID", () => {
  answers("sets what replicas have to know", [
    ["XSETID s 1-1", noSuchKey],
    ...additions(3),
    ["XSETID s 2-0", new Failure("The ID specified in XSETID is smaller than the target stream top item")],
    [
      "XSETID s 9-0 ENTRIESADDED 2",
      new Failure("The entries_added specified in XSETID is smaller than the target stream length")
    ],
    [
      "XSETID s 9-0 MAXDELETEDID 9-1 oops",
      new Failure("The ID specified in XSETID is smaller than the provided max_deleted_entry_id")
    ],
    ["XSETID s 9-0 ENTRIESADDED -1", new Failure("entries_added must be positive")],
    ["XSETID s 9-0 oops", syntaxFailure],
    ["XSETID s 9-0 ENTRIESADDED 10 MAXDELETEDID 8-0", ok],
    ["XADD s 9-0 f v", tooSmall],
    ["XSETID s 7-0", new Failure("The ID specified in XSETID is smaller than current max_deleted_entry_id")]
  ])
})

describe("a stream as a value", () => {
  answers("is copied with its groups", [
    ...additions(3),
    ["XGROUP CREATE s g 0", ok],
    ["XREADGROUP GROUP g c COUNT 1 STREAMS s >", read("s", entries(1))],
    ["COPY s t", 1],
    ["XACK s g 1-0", 1],
    ["XDEL s 2-0", 1],
    ["XADD t 4-0 f 4", "4-0"],
    ["XRANGE s - +", entries(1, 3)],
    ["XRANGE t - +", entries(1, 2, 3, 4)],
    ["XPENDING t g", [1, "1-0", "1-0", [["c", "1"]]]]
  ])

  it.effect("counts in the memory of the keyspace, and gives it back", () =>
    Effect.gen(function*() {
      const { changes, usedBytes } = yield* Keyspace
      const empty = usedBytes()
      for (const [request] of additions(1000)) yield* call(request)
      yield* call("XGROUP CREATE s g 0")
      const full = usedBytes()
      yield* call("XREADGROUP GROUP g c STREAMS s >")
      assert.isAbove(usedBytes(), full + 1000 * 64)
      yield* call("XGROUP DESTROY s g")
      yield* call("XTRIM s MAXLEN 1")
      assert.isBelow(usedBytes(), empty + 6000)
      const before = changes()
      yield* call("XACK s g 1-0")
      yield* call("XTRIM s MAXLEN 1")
      yield* call("XDEL s 1-0")
      assert.strictEqual(changes(), before)
      yield* call("DEL s")
      assert.strictEqual(usedBytes(), empty)
    }).pipe(Effect.provide(engine())))
})
