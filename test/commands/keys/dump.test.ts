/**
 * DUMP and RESTORE with the clock in hand. All that real servers can be asked about is in `test/differential/dump.test.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { toBuffer } from "../../../src/data/ByteString.ts"
import { Failure } from "../../../src/protocol/CommandError.ts"
import { ok, type Reply } from "../../../src/protocol/Reply.ts"

import { Engine, engine } from "../../support/Engine.ts"

/** The bytes of a reply. */
const bytes = (reply: Reply): Buffer => {
  assert(typeof reply === "string" || Buffer.isBuffer(reply))
  return toBuffer(reply)
}

const versionOf = (payload: Buffer): number => payload.readUInt16LE(payload.length - 10)

describe("DUMP", () => {
  it.effect("writes the version that is configured, and a later one where fields expire", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SADD", "s", "a", "b")
      yield* call("HSET", "h", "f", "v")
      for (const [version, type] of [["11", 20], ["10", 2], ["12", 20]] as const) {
        yield* call("CONFIG", "SET", "rdb-version", version)
        const payload = bytes(yield* call("DUMP", "s"))
        assert.strictEqual(versionOf(payload), Number(version))
        assert.strictEqual(payload[0], type)
      }
      yield* call("CONFIG", "SET", "rdb-version", "10")
      assert.strictEqual(versionOf(bytes(yield* call("DUMP", "h"))), 10)
      yield* call("HEXPIRE", "h", "100", "FIELDS", "1", "f")
      assert.strictEqual(versionOf(bytes(yield* call("DUMP", "h"))), 12)
      assert.deepInclude(yield* call("CONFIG", "SET", "rdb-version", "9"), { _tag: "Failure" })
    }).pipe(Effect.provide(engine())))

  it.effect("compresses as rdbcompression says", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SET", "k", "a".repeat(1000))
      assert.isBelow(bytes(yield* call("DUMP", "k")).length, 50)
      yield* call("CONFIG", "SET", "rdbcompression", "no")
      assert.isAbove(bytes(yield* call("DUMP", "k")).length, 1000)
    }).pipe(Effect.provide(engine())))
})

describe("RESTORE", () => {
  it.effect("gives the key its time to live and the deadlines of its fields", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("HSET", "h", "a", "1", "b", "2")
      yield* call("HPEXPIRE", "h", "5000", "FIELDS", "1", "a")
      const payload = bytes(yield* call("DUMP", "h"))
      assert.strictEqual(yield* call("RESTORE", "copy", "9000", payload), ok)
      assert.strictEqual(yield* call("PTTL", "copy"), 9000)
      assert.deepStrictEqual(yield* call("HPTTL", "copy", "FIELDS", "2", "a", "b"), [5000, -1])
      yield* TestClock.adjust("5001 millis")
      assert.deepStrictEqual(yield* call("HKEYS", "copy"), ["b"])
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* call("EXISTS", "copy"), 0)
    }).pipe(Effect.provide(engine())))

  it.effect("makes no key whose time is over, and removes one that it replaces", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* TestClock.adjust("1 hour")
      yield* call("SET", "k", "v")
      const payload = bytes(yield* call("DUMP", "k"))
      assert.strictEqual(yield* call("RESTORE", "l", "1000", payload, "ABSTTL"), ok)
      assert.strictEqual(yield* call("RESTORE", "k", "3600000", payload, "ABSTTL", "REPLACE"), ok)
      assert.strictEqual(yield* call("DBSIZE"), 0)
      assert.strictEqual(yield* call("RESTORE", "k", "3600001", payload, "ABSTTL"), ok)
      assert.strictEqual(yield* call("PTTL", "k"), 1)
    }).pipe(Effect.provide(engine())))

  it.effect("lets a key have been used as it was elsewhere", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* TestClock.adjust("1 hour")
      yield* call("SET", "k", "v")
      const payload = bytes(yield* call("DUMP", "k"))
      yield* call("RESTORE", "a", "0", payload, "IDLETIME", "600")
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* call("OBJECT", "IDLETIME", "a"), 630)
      yield* call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu")
      yield* call("RESTORE", "b", "0", payload, "FREQ", "200")
      assert.strictEqual(yield* call("OBJECT", "FREQ", "b"), 200)
      yield* call("RESTORE", "c", "0", payload, "IDLETIME", "600")
      assert.strictEqual(yield* call("OBJECT", "FREQ", "c"), 5)
    }).pipe(Effect.provide(engine())))

  it.effect("refuses what is damaged, unless nobody is to look at checksums", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SET", "k", "value")
      const payload = Buffer.from(bytes(yield* call("DUMP", "k")))
      payload[3]! ^= 1
      const refused = new Failure("DUMP payload version or checksum are wrong")
      assert.deepStrictEqual(yield* call("RESTORE", "l", "0", payload), refused)
      yield* call("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", "1")
      assert.strictEqual(yield* call("RESTORE", "l", "0", payload), ok)
      assert.strictEqual(yield* call("GET", "l"), "v`lue")
      // Whoever does not look at them still looks at the data.
      assert.deepStrictEqual(yield* call("RESTORE", "m", "0", payload.subarray(1)), new Failure("Bad data format"))
      yield* call("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", "0")
      assert.deepStrictEqual(yield* call("RESTORE", "m", "0", payload), refused)
    }).pipe(Effect.provide(engine({ "enable-debug-command": "yes" }))))

  it.effect("looks closely at small values where it is told to", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("HSET", "h", "a", "1", "b", "2")
      const payload = Buffer.from(bytes(yield* call("DUMP", "h")))
      // The second field becomes the first one.
      payload[payload.indexOf("b")] = "a".charCodeAt(0)
      yield* call("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", "1")
      for (const [directive, expected] of [["no", ok], ["clients", badFormat], ["yes", badFormat]] as const) {
        yield* call("CONFIG", "SET", "sanitize-dump-payload", directive)
        assert.deepStrictEqual(yield* call("RESTORE", "t", "0", payload, "REPLACE"), expected, directive)
      }
    }).pipe(Effect.provide(engine({ "enable-debug-command": "yes" }))))
})

const badFormat = new Failure("Bad data format")
