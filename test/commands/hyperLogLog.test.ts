import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Failure, WrongArity, wrongType } from "../../src/protocol/CommandError.ts"
import { ok, type Reply, SimpleString } from "../../src/protocol/Reply.ts"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
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

const notHyperLogLog = new Failure("Key is not a valid HyperLogLog string value.", "WRONGTYPE")
const corrupt = new Failure("Corrupted HLL object detected", "INVALIDOBJ")
const sparse = new SimpleString("sparse")
const dense = new SimpleString("dense")

describe("PFADD and PFCOUNT", () => {
  answers("count different elements", [
    ["PFCOUNT k", 0],
    ["PFADD k", 1],
    ["PFADD k", 0],
    ["PFCOUNT k", 0],
    ["PFADD k a b c", 1],
    ["PFADD k c b a", 0],
    ["PFCOUNT k", 3],
    [["PFADD", "k", ""], 1],
    ["PFCOUNT k", 4]
  ])

  answers("count the union of several keys", [
    ["PFADD a 1 2 3", 1],
    ["PFADD b 3 4 5", 1],
    ["PFCOUNT a b missing a", 5],
    ["PFDEBUG TODENSE b", 1],
    ["PFCOUNT a b", 5],
    ["PFCOUNT missing other", 0]
  ])

  answers("keep the estimate in the value until it may have changed", [
    ["PFADD k a b c", 1],
    ["GETRANGE k 8 15", "\0\0\0\0\0\0\0\x80"],
    ["PFCOUNT k", 3],
    ["GETRANGE k 8 15", "\x03\0\0\0\0\0\0\0"],
    ["PFADD k a", 0],
    ["GETRANGE k 15 15", "\0"],
    ["SETRANGE k 8 7", 27],
    ["PFCOUNT k", 55],
    ["PFADD k d", 1],
    ["PFCOUNT k", 4]
  ])

  answers("make the value dense when its runs take more than hll-sparse-max-bytes", [
    ["PFADD k a b c d e d g h i j k", 1],
    ["PFDEBUG ENCODING k", sparse],
    ["CONFIG SET hll-sparse-max-bytes 30", ok],
    ["PFADD k new", 1],
    ["PFDEBUG ENCODING k", dense],
    ["STRLEN k", 12_304],
    ["PFCOUNT k", 11]
  ])

  answers("refuse other strings and other types", [
    ["SET k foo", ok],
    ["SET n 5", ok],
    ["SADD s a", 1],
    ["PFADD k a", notHyperLogLog],
    ["PFADD n a", notHyperLogLog],
    ["PFADD s a", wrongType],
    ["PFCOUNT k", notHyperLogLog],
    ["PFCOUNT missing k", notHyperLogLog],
    ["PFCOUNT s", wrongType],
    ["PFCOUNT", new WrongArity("pfcount")],
    ["PFADD", new WrongArity("pfadd")]
  ])

  answers("notice registers that are corrupt", [
    ["PFADD k a b c", 1],
    ["APPEND k hello", 32],
    ["PFCOUNT k", corrupt],
    ["PFCOUNT k missing", corrupt],
    ["PFMERGE d k", corrupt],
    ["PFDEBUG TODENSE k", corrupt],
    ["PFDEBUG GETREG k", corrupt],
    ["EXISTS d", 0]
  ])
})

describe("PFMERGE", () => {
  answers("adds what the sources hold to its target", [
    ["PFADD a 1 2 3", 1],
    ["PFADD b 3 4", 1],
    ["PFADD d 5", 1],
    ["EXPIRE d 100", 1],
    ["PFMERGE d a missing b", ok],
    ["PFCOUNT d", 5],
    ["TTL d", 100],
    ["PFMERGE new", ok],
    ["PFCOUNT new", 0],
    ["PFDEBUG ENCODING new", sparse]
  ])

  answers("is dense as soon as one source is", [
    ["PFADD a 1 2 3", 1],
    ["PFADD b 3 4", 1],
    ["PFDEBUG TODENSE b", 1],
    ["PFMERGE a b", ok],
    ["PFDEBUG ENCODING a", dense],
    ["PFCOUNT a", 4]
  ])

  answers("leaves everything as it was where a key is no HyperLogLog", [
    ["PFADD a 1", 1],
    ["SET k foo", ok],
    ["PFMERGE d a k", notHyperLogLog],
    ["PFMERGE k a", notHyperLogLog],
    ["EXISTS d", 0],
    ["GET k", "foo"]
  ])
})

describe("PFDEBUG and PFSELFTEST", () => {
  answers("show runs, form and registers", [
    ["PFADD k a b c", 1],
    ["PFDEBUG DECODE k", "Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603"],
    ["PFDEBUG todense k", 1],
    ["PFDEBUG TODENSE k", 0],
    ["PFDEBUG DECODE k", new Failure("HLL encoding is not sparse")],
    ["PFDEBUG ENCODING k", dense],
    ["PFDEBUG ENCODING missing", new Failure("The specified key does not exist")],
    ["PFDEBUG BAD k", new Failure("Unknown PFDEBUG subcommand 'BAD'")],
    ["PFDEBUG SIMD on", new SimpleString("disabled")],
    ["PFDEBUG SIMD off", new SimpleString("disabled")],
    ["PFDEBUG SIMD x", new Failure("Argument must be ON or OFF")]
  ])

  it.effect("GETREG makes the value dense and answers all registers", () =>
    Effect.gen(function*() {
      yield* call("PFADD k a b c")
      const registers = yield* call("PFDEBUG GETREG k")
      assert.isArray(registers)
      assert.deepStrictEqual(Object.entries(registers as ReadonlyArray<number>).filter(([, rank]) => rank > 0), [
        ["8436", 1],
        ["12711", 2],
        ["15780", 1]
      ])
      assert.deepStrictEqual(yield* call("PFDEBUG ENCODING k"), dense)
    }).pipe(Effect.provide(engine())))

  it.effect("PFSELFTEST finds nothing wrong", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* call("PFSELFTEST"), ok)
    }).pipe(Effect.provide(engine())), 60_000)
})

describe("HyperLogLogs", () => {
  /** A request, and by how much it raises hits, misses and changes: those of Valkey. */
  const counted: ReadonlyArray<readonly [string, number, number, number]> = [
    ["PFADD h", 0, 0, 1],
    ["PFADD h", 0, 0, 0],
    ["PFADD h a b c", 0, 0, 3],
    ["PFADD h a d", 0, 0, 1],
    ["PFADD h2 a b c", 0, 0, 4],
    ["PFCOUNT h", 1, 0, 1],
    ["PFCOUNT h", 1, 0, 0],
    ["PFCOUNT missing", 0, 1, 0],
    ["PFCOUNT h missing h2", 2, 1, 0],
    ["PFMERGE h h2 missing", 2, 1, 1],
    ["PFMERGE newest h", 1, 1, 1],
    ["PFDEBUG ENCODING h", 0, 0, 0],
    ["PFDEBUG TODENSE h", 0, 0, 1],
    ["PFDEBUG TODENSE h", 0, 0, 0],
    ["PFDEBUG GETREG newest", 0, 0, 1],
    ["PFDEBUG GETREG newest", 0, 0, 0],
    ["PFADD s a", 0, 0, 0],
    ["PFCOUNT s", 1, 0, 0]
  ]

  it.effect("count hits, misses and changes", () =>
    Effect.gen(function*() {
      yield* call("SADD s a")
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

  it.effect("account for the memory they take", () =>
    Effect.gen(function*() {
      const keyspace = yield* Keyspace
      const empty = keyspace.usedBytes()
      for (let i = 0; i < 30; i++) {
        yield* call(["PFADD", "a", ...Array.from({ length: 100 }, (_, j) => `${i}:${j}`)])
        yield* call("PFCOUNT a")
      }
      assert.deepStrictEqual(yield* call("PFDEBUG ENCODING a"), dense)
      yield* call("PFADD b x y z")
      yield* call("PFMERGE c b")
      yield* call("PFMERGE c a")
      assert.isAbove(keyspace.usedBytes(), empty + 2 * 12_304)
      yield* call("DEL a b c")
      assert.strictEqual(keyspace.usedBytes(), empty)
    }).pipe(Effect.provide(engine())))
})
