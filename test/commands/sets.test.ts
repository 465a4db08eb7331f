import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import { Failure, notInteger, syntaxFailure, WrongArity, wrongType } from "../../src/protocol/CommandError.ts"
import { ok, type Reply, SetReply } from "../../src/protocol/Reply.ts"
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

const set = (...members: ReadonlyArray<string>): SetReply => new SetReply(members)

/** The members of a reply of SetReply or an array, sorted. */
const membersOf = (reply: Reply): ReadonlyArray<Reply> =>
  (reply instanceof SetReply ? reply.members : Array.isArray(reply) ? [...reply] : []).toSorted()

const letters = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => `m${index}`)

const notPositive = new Failure("value is out of range, must be positive")

describe("SADD and SREM", () => {
  answers("count what they have changed, and the last member takes the key with it", [
    ["SADD k a b a", 2],
    ["SADD k b c", 1],
    ["SADD k a", 0],
    ["SMEMBERS k", set("a", "b", "c")],
    ["SCARD k", 3],
    ["SREM k a x", 1],
    ["SREM k b c", 2],
    ["EXISTS k", 0],
    ["SREM k a", 0],
    ["SADD", new WrongArity("sadd")],
    ["SADD k", new WrongArity("sadd")]
  ])

  answers("keep members of any bytes and lengths", [
    [["SADD", "k", "", "\0", "\r\n\xff", "x".repeat(100_000)], 4],
    [["SMISMEMBER", "k", "", "\0", "\r\n\xff", "x".repeat(100_000), "x"], [1, 1, 1, 1, 0]],
    [["SREM", "k", "x".repeat(100_000)], 1],
    ["SCARD k", 3]
  ])

  answers("keep integers in order, but not what only looks like one", [
    ["SADD k 10 9 -1", 3],
    ["SMEMBERS k", set("-1", "9", "10")],
    ["SISMEMBER k 09", 0],
    ["SADD k 09", 1],
    ["SADD k 1", 1],
    ["SMEMBERS k", set("-1", "9", "10", "09", "1")]
  ])

  answers("leave the time to live alone", [
    ["SADD k a", 1],
    ["EXPIRE k 100", 1],
    ["SADD k b", 1],
    ["SREM k a", 1],
    ["TTL k", 100]
  ])

  it.effect("account for the memory of what they add and remove", () =>
    Effect.gen(function*() {
      const { usedBytes } = yield* Keyspace
      yield* call("SADD k a")
      const small = usedBytes()
      yield* call(["SADD", "k", ...letters(1000)])
      const large = usedBytes()
      assert.isAtLeast(large - small, 1000 * 40)
      assert.isAtMost(large - small, 1000 * 60)
      yield* call(["SREM", "k", ...letters(1000)])
      assert.isBelow(usedBytes() - small, 1500)
      yield* call("SREM k a")
      assert.strictEqual(usedBytes(), yield* Effect.map(Keyspace, ({ overheadBytes }) => overheadBytes()))
    }).pipe(Effect.provide(engine())))
})

describe("SMOVE", () => {
  answers("moves what is there, making and removing sets as needed", [
    ["SADD a x y", 2],
    ["SMOVE a b x", 1],
    ["SMOVE a b x", 0],
    ["SMOVE a b y", 1],
    ["EXISTS a", 0],
    ["SMEMBERS b", set("x", "y")],
    ["SMOVE b b x", 1],
    ["SMOVE b b z", 0],
    ["SMOVE a b x", 0]
  ])

  answers("looks at the types only if there is a source", [
    ["SET s v", ok],
    ["SADD a x", 1],
    ["SMOVE missing s x", 0],
    ["SMOVE a s x", wrongType],
    ["SMOVE s a x", wrongType],
    ["SMEMBERS a", set("x")]
  ])
})

describe("SISMEMBER, SMISMEMBER, SCARD and SMEMBERS", () => {
  answers("answer for a missing key as for an empty set", [
    ["SISMEMBER k a", 0],
    ["SMISMEMBER k a b", [0, 0]],
    ["SCARD k", 0],
    ["SMEMBERS k", set()]
  ])

  answers("refuse a key of another type", [
    ["SET s v", ok],
    ["SISMEMBER s a", wrongType],
    ["SMISMEMBER s a b", wrongType],
    ["SCARD s", wrongType],
    ["SMEMBERS s", wrongType],
    ["SADD s a", wrongType],
    ["SREM s a", wrongType]
  ])
})

describe("SPOP", () => {
  answers("of a missing key answers nothing, of the last members takes the key with them", [
    ["SPOP k", null],
    ["SPOP k 3", set()],
    ["SADD k a", 1],
    ["SPOP k 0", set()],
    ["SPOP k", "a"],
    ["EXISTS k", 0],
    ["SADD k 1 2 3", 3],
    ["SPOP k 3", set("1", "2", "3")],
    ["EXISTS k", 0]
  ])

  answers("reads its count before it looks at the key", [
    ["SET s v", ok],
    ["SPOP s -1", notPositive],
    ["SPOP s x", notPositive],
    ["SPOP missing 9223372036854775808", notPositive],
    ["SPOP s 1 2", syntaxFailure],
    ["SPOP s 0", wrongType],
    ["SPOP s", wrongType]
  ])

  it.effect.each([5, 100, 300])("takes different members away, of a set of %i", (size) =>
    Effect.gen(function*() {
      for (const count of [1, size >> 1, size - 1]) {
        yield* call("DEL k")
        yield* call(["SADD", "k", ...letters(size)])
        const popped = membersOf(yield* call(`SPOP k ${count}`))
        assert.strictEqual(popped.length, count)
        const left = membersOf(yield* call("SMEMBERS k"))
        assert.deepStrictEqual([...popped, ...left].toSorted(), letters(size).toSorted())
      }
    }).pipe(Effect.provide(engine())))
})

describe("SRANDMEMBER", () => {
  answers(
    "answers all members where there are no more than asked for, and as many as asked for where they may repeat",
    [
      ["SRANDMEMBER k", null],
      ["SRANDMEMBER k 2", []],
      ["SRANDMEMBER k -2", []],
      ["SADD k a", 1],
      ["SRANDMEMBER k", "a"],
      ["SRANDMEMBER k 0", []],
      ["SRANDMEMBER k 2", ["a"]],
      ["SRANDMEMBER k -3", ["a", "a", "a"]],
      ["SADD k b 1", 2],
      ["SRANDMEMBER k 9223372036854775807", ["a", "b", "1"]],
      ["SCARD k", 3]
    ]
  )

  answers("refuses a count that it cannot serve", [
    ["SRANDMEMBER k x", notInteger],
    ["SRANDMEMBER k 1 2", syntaxFailure],
    [
      "SRANDMEMBER k -9223372036854775808",
      new Failure("value is out of range, value must between -16777216 and 9223372036854775807")
    ],
    ["SET s v", ok],
    ["SRANDMEMBER s", wrongType],
    ["SRANDMEMBER s 0", wrongType]
  ])
})

describe("SINTER, SUNION and SDIFF", () => {
  const given: ReadonlyArray<Step> = [["SADD a 1 2 3 4", 4], ["SADD b 3 4 5", 3], ["SADD c 4 6", 2], ["SET s v", ok]]

  answers("answer what the sets have in common, all together, and the first alone", [
    ...given,
    ["SINTER a b", set("3", "4")],
    ["SINTER a b c", set("4")],
    ["SINTER a missing", set()],
    ["SUNION a b c", set("1", "2", "3", "4", "5", "6")],
    ["SUNION missing a", set("1", "2", "3", "4")],
    ["SDIFF a b", set("1", "2")],
    ["SDIFF a b c", set("1", "2")],
    ["SDIFF a missing", set("1", "2", "3", "4")],
    ["SDIFF missing a", set()],
    ["SDIFF a b a", set()],
    ["SINTER missing s", wrongType],
    ["SUNION a s", wrongType],
    ["SDIFF missing s", wrongType]
  ])

  answers("store it, in place of whatever was there", [
    ...given,
    ["SINTERSTORE d a b", 2],
    ["SMEMBERS d", set("3", "4")],
    ["EXPIRE d 100", 1],
    ["SUNIONSTORE d a c", 5],
    ["TTL d", -1],
    ["SDIFFSTORE s a b", 2],
    ["SMEMBERS s", set("1", "2")],
    ["SDIFFSTORE d a a", 0],
    ["EXISTS d", 0],
    ["SINTERSTORE a a b", 2],
    ["SMEMBERS a", set("3", "4")],
    ["SUNIONSTORE a missing", 0],
    ["EXISTS a", 0]
  ])

  answers("of an error leave the destination alone", [
    ...given,
    ["SINTERSTORE a b s", wrongType],
    ["SUNIONSTORE a s", wrongType],
    ["SDIFFSTORE a missing s", wrongType],
    ["SCARD a", 4]
  ])
})

describe("SINTERCARD", () => {
  const tooMany = new Failure("Number of keys can't be greater than number of args")
  const noKeys = new Failure("numkeys should be greater than 0")

  answers("counts what the sets have in common, up to a limit", [
    ["SADD a 1 2 3", 3],
    ["SADD b 2 3 4", 3],
    ["SINTERCARD 1 a", 3],
    ["SINTERCARD 2 a b", 2],
    ["SINTERCARD 2 a b LIMIT 1", 1],
    ["SINTERCARD 2 a b LIMIT 0", 2],
    ["SINTERCARD 2 a b LIMIT 9", 2],
    ["SINTERCARD 2 a b LIMIT 9 limit 1", 1],
    ["SINTERCARD 2 a missing", 0]
  ])

  answers("reads all arguments first", [
    ["SET s v", ok],
    ["SINTERCARD 0 s", noKeys],
    ["SINTERCARD x s", noKeys],
    ["SINTERCARD 2 s", tooMany],
    ["SINTERCARD 1 s LIMIT -1", new Failure("LIMIT can't be negative")],
    ["SINTERCARD 1 s LIMIT x", new Failure("LIMIT can't be negative")],
    ["SINTERCARD 1 s LIMIT", syntaxFailure],
    ["SINTERCARD 1 s b", syntaxFailure],
    ["SINTERCARD 1 s", wrongType],
    ["SINTERCARD 2 missing s", wrongType],
    ["SINTERCARD 1", new WrongArity("sintercard")]
  ])
})

describe("SSCAN", () => {
  answers("answers all of a compact set at once", [
    ["SADD k 1 2 12 a", 4],
    ["SSCAN k 0", ["0", ["1", "2", "12", "a"]]],
    ["SSCAN k 5 COUNT 1", ["0", ["1", "2", "12", "a"]]],
    ["SSCAN k 0 MATCH 1*", ["0", ["1", "12"]]]
  ])

  answers("reads its options when it has found a set, and the cursor before", [
    ["SSCAN k x", new Failure("invalid cursor")],
    ["SSCAN k 0 BAD", ["0", []]],
    ["SET s v", ok],
    ["SSCAN s 0 BAD", wrongType],
    ["SADD k a", 1],
    ["SSCAN k 0 BAD", syntaxFailure],
    ["SSCAN k 0 COUNT 0", syntaxFailure],
    ["SSCAN k 0 COUNT x", notInteger],
    ["SSCAN k 0 NOVALUES", new Failure("NOVALUES option can only be used in HSCAN")],
    ["SSCAN k 0 NOSCORES", new Failure("NOSCORES option can only be used in ZSCAN")]
  ])

  it.effect("goes through a large set in steps of about COUNT, and finds every member that stays", () =>
    Effect.gen(function*() {
      yield* call(["SADD", "k", ...letters(1000)])
      const seen = new Set<string>()
      let cursor = "0"
      do {
        const reply = yield* call(`SSCAN k ${cursor} COUNT 20`)
        // The reply of SSCAN is a cursor and a list of members.
        const [next, found] = reply as [string, ReadonlyArray<string>]
        assert.isAtMost(found.length, 40)
        for (const member of found) seen.add(member)
        yield* call(`SREM k m${900 + seen.size % 100}`)
        yield* call(`SADD k other${seen.size}`)
        cursor = next
      } while (cursor !== "0")
      for (const member of letters(900)) assert.isTrue(seen.has(member), member)
    }).pipe(Effect.provide(engine())))
})
