import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import {
  Failure,
  noSuchKey,
  notInteger,
  outOfRange,
  syntaxFailure,
  WrongArity,
  wrongType
} from "../../src/protocol/CommandError.ts"
import { nullArray, ok, type Reply } from "../../src/protocol/Reply.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { Engine, engine } from "../support/Engine.ts"

type Step = readonly [request: string | ReadonlyArray<string>, reply: Reply]

/** A string is split at spaces. */
const call = (request: Step[0]) =>
  Effect.flatMap(Engine, (engine) => engine.call(...(typeof request === "string" ? request.split(" ") : request)))

/** Requests and the replies they get, one after the other, on an engine of their own. */
const answers = (name: string, steps: ReadonlyArray<Step>, options: GivenValues = {}) =>
  it.effect(name, () =>
    Effect.gen(function*() {
      for (const [request, reply] of steps) assert.deepStrictEqual(yield* call(request), reply, String(request))
    }).pipe(Effect.provide(engine(options))))

const numbers = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => String(index))

const notPositive = new Failure("value is out of range, must be positive")

describe("LPUSH and RPUSH", () => {
  answers("make a list and add to either end", [
    ["RPUSH k a b", 2],
    ["LPUSH k c d", 4],
    ["LRANGE k 0 -1", ["d", "c", "a", "b"]],
    ["LLEN k", 4],
    ["LPUSH k", new WrongArity("lpush")]
  ])

  answers("keep any bytes, and integers as they are", [
    [["RPUSH", "k", "", "\0\r\n\xff", "007", "-0", "12", "9223372036854775807", "x".repeat(5000)], 7],
    ["LRANGE k 0 -1", ["", "\0\r\n\xff", "007", "-0", "12", "9223372036854775807", "x".repeat(5000)]]
  ])

  answers("with X add only to a list that is there", [
    ["LPUSHX k a", 0],
    ["RPUSHX k a", 0],
    ["EXISTS k", 0],
    ["RPUSH k a", 1],
    ["LPUSHX k b c", 3],
    ["RPUSHX k d", 4],
    ["LRANGE k 0 -1", ["c", "b", "a", "d"]]
  ])
})

describe("LPOP and RPOP", () => {
  answers("take one element, or as many as they are told", [
    ["RPUSH k a b c d e", 5],
    ["LPOP k", "a"],
    ["RPOP k", "e"],
    ["RPOP k 2", ["d", "c"]],
    ["LPOP k 0", []],
    ["LPOP k 10", ["b"]],
    ["EXISTS k", 0]
  ])

  answers("tell a missing key, a wrong count and a wrong type apart", [
    ["LPOP k", null],
    ["LPOP k 1", nullArray],
    ["RPOP k 0", nullArray],
    ["LPOP k -1", notPositive],
    ["LPOP k x", notPositive],
    ["LPOP k x 1", new WrongArity("lpop")],
    ["SET s v", ok],
    ["RPOP s", wrongType],
    ["RPOP s 0", wrongType]
  ])
})

describe("LRANGE, LINDEX and LLEN", () => {
  answers("count positions from both ends", [
    [["RPUSH", "k", ...numbers(5)], 5],
    ["LRANGE k 1 -2", ["1", "2", "3"]],
    ["LRANGE k -100 100", numbers(5)],
    ["LRANGE k 3 1", []],
    ["LRANGE k 5 9", []],
    ["LRANGE missing 0 -1", []],
    ["LINDEX k 0", "0"],
    ["LINDEX k -1", "4"],
    ["LINDEX k 5", null],
    ["LINDEX k -6", null],
    ["LLEN missing", 0]
  ])

  answers("look at the key before the index, but not before a range", [
    ["LINDEX missing x", null],
    ["SET s v", ok],
    ["LINDEX s x", wrongType],
    ["LRANGE missing x 0", notInteger],
    ["LRANGE s 0 x", notInteger],
    ["RPUSH k a", 1],
    ["LINDEX k x", notInteger],
    ["LINDEX k", new WrongArity("lindex")],
    ["LINDEX k 0 1", new WrongArity("lindex")]
  ])
})

describe("LSET, LINSERT, LREM and LTRIM", () => {
  answers("LSET replaces an element that is there", [
    ["RPUSH k a b c", 3],
    ["LSET k 1 x", ok],
    ["LSET k -1 y", ok],
    ["LSET k 3 z", outOfRange],
    ["LSET k x z", notInteger],
    ["LSET missing x z", noSuchKey],
    ["LRANGE k 0 -1", ["a", "x", "y"]]
  ])

  answers("LINSERT puts an element beside the first equal one", [
    ["RPUSH k a b a", 3],
    ["LINSERT k BEFORE a x", 4],
    ["LINSERT k after a y", 5],
    ["LINSERT k BEFORE none z", -1],
    ["LINSERT missing BEFORE a z", 0],
    ["LINSERT missing BESIDE a z", syntaxFailure],
    ["LRANGE k 0 -1", ["x", "a", "y", "b", "a"]]
  ])

  answers("LREM removes from the side its sign says", [
    ["RPUSH k a b a c a", 5],
    ["LREM k -1 a", 1],
    ["LRANGE k 0 -1", ["a", "b", "a", "c"]],
    ["LREM k 1 a", 1],
    ["LREM k 0 none", 0],
    ["LRANGE k 0 -1", ["b", "a", "c"]],
    ["LREM k x a", notInteger],
    ["RPUSH k2 a a", 2],
    ["LREM k2 0 a", 2],
    ["EXISTS k2", 0]
  ])

  answers("LTRIM keeps what lies between, or nothing", [
    [["RPUSH", "k", ...numbers(10)], 10],
    ["LTRIM k 2 -3", ok],
    ["LRANGE k 0 -1", ["2", "3", "4", "5", "6", "7"]],
    ["LTRIM k 4 2", ok],
    ["EXISTS k", 0],
    ["LTRIM k 0 0", ok]
  ])
})

describe("LPOS", () => {
  answers("finds an element by rank, count and length", [
    ["RPUSH k a b c 1 2 3 c c", 8],
    ["LPOS k c", 2],
    ["LPOS k c RANK 2", 6],
    ["LPOS k c RANK -1", 7],
    ["LPOS k c COUNT 0", [2, 6, 7]],
    ["LPOS k c COUNT 2 RANK -1", [7, 6]],
    ["LPOS k c COUNT 0 MAXLEN 3", [2]],
    ["LPOS k c MAXLEN 2", null],
    ["LPOS k none", null],
    ["LPOS k none COUNT 1", []],
    ["LPOS missing a COUNT 1", []]
  ])

  answers("says which of its options is wrong", [
    [
      "LPOS k a RANK 0",
      new Failure(
        "RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list"
      )
    ],
    ["LPOS k a COUNT -1", new Failure("COUNT can't be negative")],
    ["LPOS k a MAXLEN x", new Failure("MAXLEN can't be negative")],
    ["LPOS k a RANK x", notInteger],
    [
      "LPOS k a RANK -9223372036854775808",
      new Failure("value is out of range, value must between -9223372036854775807 and 9223372036854775807")
    ],
    ["LPOS k a RANK", syntaxFailure],
    ["LPOS k a BAD 1", syntaxFailure]
  ])
})

describe("LMOVE, RPOPLPUSH and LMPOP", () => {
  answers("LMOVE takes from one end and adds to another, also of the same list", [
    ["RPUSH a 1 2 3", 3],
    ["LMOVE a b LEFT RIGHT", "1"],
    ["RPOPLPUSH a b", "3"],
    ["LRANGE b 0 -1", ["3", "1"]],
    ["LMOVE b b RIGHT LEFT", "1"],
    ["LRANGE b 0 -1", ["1", "3"]],
    ["LMOVE a b LEFT LEFT", "2"],
    ["EXISTS a", 0],
    ["LMOVE a b LEFT LEFT", null],
    ["SET s v", ok],
    ["LMOVE a s LEFT LEFT", null],
    ["LMOVE b s LEFT LEFT", wrongType],
    ["LMOVE s b LEFT LEFT", wrongType],
    ["LMOVE b b UP LEFT", syntaxFailure],
    ["LRANGE b 0 -1", ["2", "1", "3"]]
  ])

  answers("LMPOP takes from the first list that is there", [
    ["RPUSH b 1 2 3", 3],
    ["LMPOP 2 a b RIGHT COUNT 2", ["b", ["3", "2"]]],
    ["LMPOP 1 b LEFT", ["b", ["1"]]],
    ["LMPOP 2 a b LEFT", nullArray],
    ["LMPOP 0 a LEFT", new Failure("numkeys should be greater than 0")],
    ["LMPOP 1 a LEFT COUNT 0", new Failure("count should be greater than 0")],
    ["LMPOP 2 a LEFT", syntaxFailure],
    ["LMPOP 1 a LEFT COUNT 1 COUNT 2", syntaxFailure]
  ])
})

describe("Blocking commands that need not wait", () => {
  answers("answer at once, and check their timeout first or last", [
    ["RPUSH k 1 2 3 4 5 6", 6],
    ["BLPOP a k 0", ["k", "1"]],
    ["BRPOP k 0", ["k", "6"]],
    ["BLMPOP 0 2 a k LEFT COUNT 2", ["k", ["2", "3"]]],
    ["BLMOVE k l RIGHT LEFT 0", "5"],
    ["BRPOPLPUSH k l 0", "4"],
    ["LRANGE l 0 -1", ["4", "5"]],
    ["EXISTS k", 0],
    ["BLPOP l x", new Failure("timeout is not a float or out of range")],
    ["BLPOP l -1", new Failure("timeout is negative")],
    ["BLPOP l inf", new Failure("timeout is out of range")],
    ["BLMPOP x 1 l UP", syntaxFailure],
    ["BLMPOP x 1 l LEFT", new Failure("timeout is not a float or out of range")]
  ])
})

describe("The shape of a list", () => {
  answers("follows list-max-listpack-size in both directions", [
    ["RPUSH k 1 2 3 4", 4],
    ["OBJECT ENCODING k", "listpack"],
    ["RPUSH k 5", 5],
    ["OBJECT ENCODING k", "quicklist"],
    ["COPY k l", 1],
    ["LTRIM k 0 2", ok],
    ["OBJECT ENCODING k", "quicklist"],
    ["RPOP k", "3"],
    ["OBJECT ENCODING k", "listpack"],
    ["OBJECT ENCODING l", "quicklist"],
    ["LRANGE l 0 -1", ["1", "2", "3", "4", "5"]]
  ], { "list-max-listpack-size": 4 })

  it.effect("is accounted for, until the last element has gone", () =>
    Effect.gen(function*() {
      const keyspace = yield* Keyspace
      const before = keyspace.usedBytes()
      yield* call(["RPUSH", "k", ...numbers(5000)])
      yield* call(["LPUSH", "k", "x".repeat(100_000)])
      assert.isAbove(keyspace.usedBytes() - before, 115_000)
      yield* call("LSET k 0 small")
      assert.isBelow(keyspace.usedBytes() - before, 50_000)
      yield* call("LPOP k 5001")
      assert.strictEqual(keyspace.usedBytes(), before)
    }).pipe(Effect.provide(engine())))
})
