import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"
import { Keyloom } from "../../src/index.ts"
import { Failure } from "../../src/protocol/CommandError.ts"
import { ok, type Reply, SimpleString } from "../../src/protocol/Reply.ts"
import { PersistenceState } from "../../src/services/PersistenceState.ts"
import { Engine, engine } from "../support/Engine.ts"

/** A directory that is gone with the test. */
const directory = Effect.acquireRelease(
  Effect.promise(() => Fs.mkdtemp(Path.join(Os.tmpdir(), "keyloom-"))),
  (path) => Effect.promise(() => Fs.rm(path, { recursive: true, force: true }))
)

const call = (request: string) => Effect.flatMap(Engine, (engine) => engine.call(...request.split(" ")))

/** Lets what is written in the background come to its end, which takes real time. */
const written = Effect.gen(function*() {
  const state = yield* PersistenceState
  for (let turn = 0; state.writing !== undefined && turn < 10_000; turn++) {
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))
  }
  assert.isUndefined(state.writing)
})

const started = new SimpleString("Background saving started")
const misconfigured = (reply: Reply): boolean => reply instanceof Failure && reply.code === "MISCONF"

describe("snapshots", () => {
  it.effect("an engine that is closed and opened again holds the same", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      const open = Keyloom.layer({ dir, save: [{ seconds: 60, changes: 1 }] })
      yield* Keyloom.call("HSET", "h", "f", "v").pipe(Effect.provide(Layer.fresh(open)))
      const again = Keyloom.layer({ dir, save: [{ seconds: 60, changes: 1 }] })
      assert.strictEqual(yield* Keyloom.call("HGET", "h", "f").pipe(Effect.provide(again)), "v")
    }))

  it.effect("an engine that appends to a file begins with it", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* Keyloom.call("RPUSH", "l", "a", "b").pipe(Effect.provide(Keyloom.layer({ dir, appendonly: true })))
      const again = Keyloom.layer({ dir, appendonly: "yes", appendfsync: "always" })
      assert.deepStrictEqual(yield* Keyloom.call("LRANGE", "l", "0", "-1").pipe(Effect.provide(again)), ["a", "b"])
    }))

  it.effect("an engine that is not asked for snapshots leaves no file", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* Keyloom.call("SET", "a", "b").pipe(Effect.provide(Keyloom.layer({ dir })))
      assert.deepStrictEqual(yield* Effect.promise(() => Fs.readdir(dir)), [])
    }))

  it.effect("a damaged file keeps the engine from starting, and stays as it is", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      const file = Path.join(dir, "dump.rdb")
      yield* Effect.promise(() => Fs.writeFile(file, "REDIS0011\xfa"))
      const exit = yield* Effect.exit(
        Keyloom.call("PING").pipe(
          Effect.provide(Keyloom.layer({ dir, save: [{ seconds: 60, changes: 1 }], loglevel: "nothing" }))
        )
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.include(String(exit), "at offset")
      assert.strictEqual(yield* Effect.promise(() => Fs.readFile(file, "utf8")), "REDIS0011\xfa")
    }))

  it.effect("BGSAVE writes what was there when it was answered", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* Effect.gen(function*() {
        for (let i = 0; i < 3000; i++) yield* call(`SET key:${i} ${"x".repeat(200)}`)
        const digest = yield* call("DEBUG DIGEST")
        assert.deepStrictEqual(yield* call("BGSAVE"), started)
        for (let i = 0; i < 3000; i++) yield* call(`APPEND key:${i} y`)
        yield* call("SET new 1")
        yield* written
        const state = yield* PersistenceState
        assert.strictEqual(state.save.lastStatus, "ok")
        assert.isAbove(state.save.lastKeptBytes, 0)
        assert.deepStrictEqual(yield* call("DEBUG RELOAD NOSAVE"), ok)
        assert.deepStrictEqual(yield* call("DEBUG DIGEST"), digest)
        assert.deepStrictEqual(yield* Effect.promise(() => Fs.readdir(dir)), ["dump.rdb"])
      }).pipe(Effect.provide(engine({ dir, "enable-debug-command": "yes" })))
    }))

  it.effect("save points count changes and seconds", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* Effect.gen(function*() {
        const state = yield* PersistenceState
        yield* call("SET a 1")
        yield* TestClock.adjust("2 minutes")
        yield* written
        assert.strictEqual(state.save.saves, 0)
        yield* call("SET b 1")
        yield* TestClock.adjust("1 second")
        yield* written
        assert.strictEqual(state.save.saves, 1)
        yield* TestClock.adjust("10 minutes")
        yield* written
        assert.strictEqual(state.save.saves, 1)
      }).pipe(Effect.provide(engine({ dir, save: [{ seconds: 60, changes: 2 }] })))
    }))

  it.effect("a failed save refuses writes until one succeeds, and leaves no file behind", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* Effect.gen(function*() {
        yield* call("SET a 1")
        yield* call("CONFIG SET rdb-key-save-delay 1000000")
        assert.deepStrictEqual(yield* call("BGSAVE"), started)
        yield* call("DEBUG FAIL-BACKGROUND")
        yield* written
        assert.isTrue(misconfigured(yield* call("SET a 2")))
        assert.isTrue(misconfigured(yield* call("PING")))
        assert.strictEqual(yield* call("GET a"), "1")
        assert.deepStrictEqual(yield* Effect.promise(() => Fs.readdir(dir)), [])
        yield* call("CONFIG SET stop-writes-on-bgsave-error no")
        assert.deepStrictEqual(yield* call("SET a 2"), ok)
        yield* call("CONFIG SET stop-writes-on-bgsave-error yes rdb-key-save-delay 0")
        assert.isTrue(misconfigured(yield* call("SET a 3")))
        assert.deepStrictEqual(yield* call("SAVE"), ok)
        assert.deepStrictEqual(yield* call("SET a 3"), ok)
      }).pipe(
        Effect.provide(engine({ dir, save: [{ seconds: 3600, changes: 1000 }], "enable-debug-command": "yes" }))
      )
    }))

  it.effect("BGSAVE CANCEL and FLUSHALL give a running save up", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* Effect.gen(function*() {
        yield* call("SET a 1")
        yield* call("CONFIG SET rdb-key-save-delay 1000000")
        for (const end of ["BGSAVE CANCEL", "FLUSHALL"]) {
          yield* call("SET a 1")
          assert.deepStrictEqual(yield* call("BGSAVE"), started)
          assert.deepStrictEqual(yield* call("BGSAVE"), new Failure("Background save already in progress"))
          yield* call(end)
          yield* written
          assert.deepStrictEqual(yield* Effect.promise(() => Fs.readdir(dir)), [])
        }
        assert.deepStrictEqual(
          yield* call("BGSAVE CANCEL"),
          new Failure("Background saving is currently not in progress or scheduled")
        )
      }).pipe(Effect.provide(engine({ dir })))
    }))
})
