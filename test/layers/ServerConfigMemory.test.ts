import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Redacted } from "effect"
import * as ServerConfigMemory from "../../src/layers/ServerConfigMemory.ts"
import { directiveNames, directives, knownNames } from "../../src/services/config/directives.ts"
import { NotApplied, ServerConfig } from "../../src/services/ServerConfig.ts"
import { valkeyReplies } from "../services/config/valkeyReplies.ts"

const local = { isLocal: true }
const remote = { isLocal: false }

/** `pairs` as CONFIG SET takes them: `OK`, or the error it answers. */
const set = (pairs: ReadonlyArray<readonly [string, string]>, caller = local) =>
  Effect.gen(function*() {
    const config = yield* ServerConfig
    return yield* config.set(pairs, caller).pipe(
      Effect.match({ onFailure: (error) => error.message, onSuccess: () => "OK" })
    )
  })

const hidden = directiveNames.filter((name) => directives[name].mutability === "hidden") as ReadonlyArray<string>

const get = (...patterns: ReadonlyArray<string>) => Effect.map(ServerConfig, (config) => config.get(patterns))

const refused = (name: string, reason: string) =>
  `CONFIG SET failed (possibly related to argument '${name}') - ${reason}`

const test = (
  name: string,
  body: Effect.Effect<void, unknown, ServerConfig>,
  given: ServerConfigMemory.GivenValues = {}
) => it.effect(name, () => body.pipe(Effect.provide(ServerConfigMemory.layer(given))))

describe("CONFIG SET", () => {
  for (const [name, outcomes] of valkeyReplies) {
    test(
      `${name} takes, shows and refuses what Valkey does`,
      Effect.gen(function*() {
        for (const [value, outcome] of outcomes) {
          const config = yield* ServerConfig
          const byDefault = config.get([name])
          if (typeof outcome === "string") {
            assert.strictEqual(yield* set([[name, value]]), "OK", `'${value}'`)
            assert.deepStrictEqual(yield* get(name), [[name, outcome]], `'${value}'`)
            assert.strictEqual(yield* set(byDefault), "OK")
          } else {
            assert.strictEqual(yield* set([[name, value]]), refused(name, outcome.reason), `'${value}'`)
            assert.deepStrictEqual(yield* get(name), byDefault)
          }
        }
      })
    )
  }

  test(
    "is done when it returns, where nothing has to wait",
    Effect.gen(function*() {
      const config = yield* ServerConfig
      const outcome = config.set([["maxmemory", "1kb"]], remote)
      assert.strictEqual(config.values.maxmemory, 1024)
      assert.isTrue(Exit.isExit(outcome))
    })
  )

  test(
    "changes all of its directives or none",
    Effect.gen(function*() {
      assert.strictEqual(
        yield* set([["maxmemory", "10000001"], ["maxmemory-clients", "200%"], [
          "client-query-buffer-limit",
          "invalid"
        ]]),
        refused("maxmemory-clients", "percentage argument must be less or equal to 100")
      )
      assert.deepStrictEqual(yield* get("maxmemory"), [["maxmemory", "0"]])
      assert.strictEqual(yield* set([["maxmemory", "1"], ["hz", "20"]]), "OK")
      assert.deepStrictEqual(yield* get("hz", "maxmemory"), [["hz", "20"], ["maxmemory", "1"]])
    })
  )

  test(
    "answers the first argument that cannot be set, before it looks at values",
    Effect.gen(function*() {
      const unknown = "Unknown option or number of arguments for CONFIG SET - 'nosuch'"
      assert.strictEqual(yield* set([["nosuch", "1"], ["databases", "3"]]), unknown)
      assert.strictEqual(
        yield* set([["Databases", "3"], ["nosuch", "1"]]),
        refused("Databases", "can't set immutable config")
      )
      assert.strictEqual(yield* set([["hz", "x"], ["HZ", "6"], ["foo", "1"]]), refused("HZ", "duplicate parameter"))
      assert.strictEqual(yield* set([["HZ", "x"], ["nosuch", "1"]]), unknown)
      assert.strictEqual(
        yield* set([["MaxMemory", "x"]]),
        refused("maxmemory", "argument must be a memory value")
      )
    })
  )

  test(
    "of dir is protected by default",
    Effect.gen(function*() {
      assert.strictEqual(yield* set([["dir", "/tmp"]]), refused("dir", "can't set protected config"))
    })
  )

  test(
    "of dir is open to local connections under enable-protected-configs local",
    Effect.gen(function*() {
      assert.strictEqual(yield* set([["dir", "/tmp"]], remote), refused("dir", "can't set protected config"))
      assert.strictEqual(yield* set([["dir", "/tmp"]], local), "OK")
      assert.deepStrictEqual(yield* get("dir"), [["dir", "/tmp"]])
    }),
    { "enable-protected-configs": "local" }
  )
})

describe("CONFIG GET", () => {
  test(
    "shows a name as it was written, and a match in lower case, each once",
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* get("MAXMEMORY", "maxmemory"), [["MAXMEMORY", "0"]])
      assert.deepStrictEqual(yield* get("maxmemory-sampleS", "MAXMEMORY-s*"), [["maxmemory-sampleS", "5"]])
      assert.deepStrictEqual(yield* get("[m]axmemory", "?axmemory"), [["maxmemory", "0"]])
      assert.deepStrictEqual(yield* get("nosuch*", "nosuch"), [])
    })
  )

  test(
    "shows all directives, in the order of the table, with their former names",
    Effect.gen(function*() {
      const shown = (yield* get("*")).map(([name]) => name)
      const isShown = (name: string) => !hidden.includes(name)
      assert.deepStrictEqual(shown, [...knownNames.keys()].filter(isShown))
      assert.deepStrictEqual(
        shown.filter((name) => (directiveNames as ReadonlyArray<string>).includes(name)),
        directiveNames.filter(isShown)
      )
      // Who knows their names sees them.
      assert.deepStrictEqual(yield* get("key-load-delay"), [["key-load-delay", "0"]])
    })
  )

  test(
    "shows a directive by each of its names",
    Effect.gen(function*() {
      assert.strictEqual(yield* set([["list-max-ziplist-SIZE", "5"]]), "OK")
      assert.deepStrictEqual(yield* get("list-max-listpack-size", "List-Max-Ziplist-Size"), [
        ["list-max-listpack-size", "5"],
        ["List-Max-Ziplist-Size", "5"]
      ])
      assert.deepStrictEqual(yield* get("hash-max-*-value"), [
        ["hash-max-listpack-value", "64"],
        ["hash-max-ziplist-value", "64"]
      ])
      // Two names are no duplicates: the second one counts.
      assert.strictEqual(yield* set([["zset-max-ziplist-entries", "1"], ["zset-max-listpack-entries", "2"]]), "OK")
      assert.deepStrictEqual(yield* get("zset-max-listpack-entries"), [["zset-max-listpack-entries", "2"]])
    })
  )

  test(
    "shows the password",
    Effect.gen(function*() {
      assert.strictEqual(yield* set([["requirepass", "hunter2"]]), "OK")
      assert.deepStrictEqual(yield* get("requirepass"), [["requirepass", "hunter2"]])
    })
  )
})

describe("onChange", () => {
  test(
    "is called once for a change of several of its directives, with the new values in place",
    Effect.scoped(Effect.gen(function*() {
      const config = yield* ServerConfig
      const seen: Array<readonly [number, number]> = []
      yield* config.onChange(["hz", "timeout"], () => {
        seen.push([config.values.hz, config.values.timeout])
        return undefined
      })
      yield* set([["hz", "20"], ["timeout", "5"], ["maxmemory", "1"]])
      yield* set([["hz", "20"]])
      yield* set([["maxmemory", "2"]])
      assert.deepStrictEqual(seen, [[20, 5]])
    }))
  )

  test(
    "puts everything back when one of them cannot be applied",
    Effect.scoped(Effect.gen(function*() {
      const config = yield* ServerConfig
      const applied: Array<string> = []
      yield* config.onChange(["hz"], () => {
        applied.push(`hz ${config.values.hz}`)
        return undefined
      })
      yield* config.onChangeEffect(
        ["port"],
        Effect.suspend(() => {
          applied.push(`port ${config.values.port}`)
          return config.values.port === 1
            ? Effect.fail(new NotApplied({ reason: "Unable to listen on this port. Check server logs." }))
            : Effect.void
        })
      )
      assert.strictEqual(
        yield* set([["hz", "20"], ["port", "1"], ["maxmemory", "5"]]),
        refused("port", "Unable to listen on this port. Check server logs.")
      )
      assert.deepStrictEqual(applied, ["hz 20", "port 1", "hz 10", "port 6379"])
      assert.strictEqual(config.values.maxmemory, 0)
    }))
  )

  test(
    "puts the values back when applying them is a defect",
    Effect.scoped(Effect.gen(function*() {
      const config = yield* ServerConfig
      yield* config.onChange(["hz"], () => {
        throw new Error("bug")
      })
      assert.isTrue(Exit.hasDies(yield* Effect.exit(config.set([["hz", "20"]], local))))
      assert.strictEqual(config.values.hz, 10)
    }))
  )

  test(
    "lets changes wait for one that is being applied",
    Effect.scoped(Effect.gen(function*() {
      const config = yield* ServerConfig
      const started = yield* Deferred.make<void>()
      const mayFail = yield* Deferred.make<void>()
      yield* config.onChangeEffect(
        ["port"],
        Effect.suspend(() =>
          config.values.port === 6379 ? Effect.void : Deferred.succeed(started, undefined).pipe(
            Effect.andThen(Deferred.await(mayFail)),
            Effect.andThen(Effect.fail(new NotApplied({ reason: "no" })))
          )
        )
      )
      const first = yield* Effect.forkChild(set([["port", "7000"], ["hz", "20"]]))
      yield* Deferred.await(started)
      const second = yield* Effect.forkChild(set([["maxmemory", "1"]]), { startImmediately: true })
      assert.strictEqual(config.values.maxmemory, 0)
      yield* Deferred.succeed(mayFail, undefined)
      assert.strictEqual(yield* Fiber.join(first), refused("port", "no"))
      assert.strictEqual(yield* Fiber.join(second), "OK")
      assert.deepStrictEqual([config.values.port, config.values.hz, config.values.maxmemory], [6379, 10, 1])
    }))
  )

  test(
    "ends with its scope",
    Effect.gen(function*() {
      const config = yield* ServerConfig
      yield* Effect.scoped(config.onChange(["hz"], () => new NotApplied({ reason: "no" })))
      assert.strictEqual(yield* set([["hz", "20"]]), "OK")
    })
  )
})

describe("layer", () => {
  test(
    "takes typed values and texts",
    Effect.gen(function*() {
      const { values } = yield* ServerConfig
      assert.strictEqual(values.maxmemory, 100 * 1024 * 1024)
      assert.strictEqual(values.port, 0)
      assert.deepStrictEqual(values.bind, ["127.0.0.1", "::1"])
      assert.strictEqual(values.requirepass === undefined ? "" : Redacted.value(values.requirepass), "p\xc3\xa4ss")
      assert.strictEqual(values["client-output-buffer-limit"].pubsub.hardBytes, 1024)
      assert.strictEqual(values["client-output-buffer-limit"].replica.softSeconds, 60)
    }),
    {
      maxmemory: "100mb",
      port: 0,
      bind: ["127.0.0.1", "::1"],
      requirepass: "päss",
      "client-output-buffer-limit": "pubsub 1kb 0 0"
    }
  )

  it.effect("fails on a value out of range", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(ServerConfig, ServerConfigMemory.layer({ port: 70000 })))
      assert.strictEqual(error.message, "options: 'port': argument must be between 0 and 65535 inclusive")
    }))

  it.effect("gives every server values of its own", () =>
    Effect.gen(function*() {
      const make = Effect.scoped(Effect.provide(ServerConfig, ServerConfigMemory.layer(), { local: true }))
      const [one, other] = [yield* make, yield* make]
      yield* one.set([["hz", "20"]], local)
      assert.deepStrictEqual([one.values.hz, other.values.hz], [20, 10])
    }))

  test(
    "has no file to rewrite",
    Effect.gen(function*() {
      const config = yield* ServerConfig
      assert.strictEqual(
        (yield* Effect.flip(config.rewrite)).message,
        "The server is running without a config file"
      )
    })
  )
})
