import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Random, Tracer } from "effect"
import { TestClock } from "effect/testing"
import { Command, type EngineOptions, Keyloom, Waiting } from "../../src/index.ts"

/** A Tracer that keeps every span that has been made. */
const recorder = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return {
    spans,
    tracer,
    /** Of the commands, without what the test itself is in. */
    commands: () => spans.filter(({ kind }) => kind === "server")
  }
}

const namesOf = (spans: ReadonlyArray<Tracer.NativeSpan>) => spans.map(({ name }) => name)

/** Runs a test in an app that has a Tracer of its own. */
const traced = <A, E>(
  options: EngineOptions,
  test: (recorded: ReturnType<typeof recorder>) => Effect.Effect<A, E, Keyloom>
) =>
  Effect.suspend(() => {
    const recorded = recorder()
    return test(recorded).pipe(
      Effect.provide(Keyloom.layer(options)),
      Effect.provideService(Tracer.Tracer, recorded.tracer)
    )
  })

/** A command that answers after half a second. */
const late = (name: string, flags: ReadonlyArray<"blocking">) =>
  Command.make(name, {
    summary: "Answers late.",
    since: "1.0.0",
    group: "generic",
    complexity: "O(1)",
    flags,
    args: {},
    run: () => new Waiting(Effect.as(Effect.sleep("500 millis"), 1))
  })

describe("TelemetrySpans", () => {
  it.effect("makes no spans unless told to", () =>
    traced({}, ({ spans }) =>
      Effect.gen(function*() {
        yield* Keyloom.call("SET", "k", "v")
        assert.deepStrictEqual(namesOf(spans), [])
      })))

  it.effect("makes a command a child of the span it is called in", () =>
    traced({ "otel-traces": "all" }, ({ commands, spans }) =>
      Effect.gen(function*() {
        yield* Keyloom.call("GET", "k").pipe(Effect.withSpan("request"))
        yield* Keyloom.call("SELECT", 2)
        yield* Keyloom.call("client", "getname")
        const [get, select, getname] = commands()
        const request = spans.find(({ name }) => name === "request")
        assert.strictEqual(Option.getOrUndefined(get!.parent), request)
        assert.isTrue(Option.isNone(select!.parent))
        assert.deepStrictEqual(Object.fromEntries(get!.attributes), {
          "db.system.name": "redis",
          "db.operation.name": "GET",
          "db.namespace": "0"
        })
        assert.strictEqual(getname!.name, "CLIENT GETNAME")
        assert.strictEqual(getname!.attributes.get("db.namespace"), "2")
      })))

  it.effect("names the code of a failure, and nothing of what the client has sent", () =>
    traced({ "otel-traces": "all" }, ({ commands }) =>
      Effect.gen(function*() {
        yield* Keyloom.call("SET", "private", "text")
        yield* Effect.flip(Keyloom.call("INCR", "private"))
        yield* Effect.flip(Keyloom.call("GET", "private", "private"))
        yield* Effect.flip(Keyloom.call("PRIVATE", "text"))
        const [, ...failed] = commands()
        assert.deepStrictEqual(namesOf(failed), ["INCR", "GET", "_OTHER"])
        for (const { attributes, status } of failed) {
          assert.strictEqual(attributes.get("db.response.status_code"), "ERR")
          assert.strictEqual(attributes.get("error.type"), "ERR")
          assert.isTrue(status._tag === "Ended" && status.exit._tag === "Failure")
          assert.notInclude(
            JSON.stringify([[...attributes], status], (_, value) => typeof value === "bigint" ? 0 : value)
              .toLowerCase(),
            "private"
          )
        }
      })))

  it.effect("uses the Tracer of who calls rather than the engine's own", () =>
    traced({ "otel-traces": "all" }, ({ commands }) =>
      Effect.gen(function*() {
        const callers = recorder()
        yield* Keyloom.call("PING").pipe(Effect.provideService(Tracer.Tracer, callers.tracer))
        assert.deepStrictEqual(namesOf(callers.commands()), ["PING"])
        assert.deepStrictEqual(namesOf(commands()), [])
      })))

  it.effect("leaves a trace alone that is not sampled", () =>
    traced({ "otel-traces": "all" }, ({ commands }) =>
      Effect.gen(function*() {
        yield* Keyloom.call("PING").pipe(Effect.withSpan("request", { sampled: false }))
        assert.deepStrictEqual(namesOf(commands()), [])
      })))

  it.effect("samples as many commands as otel-sample-ratio says", () =>
    traced({ "otel-traces": "sampled", "otel-sample-ratio": 0.25 }, ({ commands }) =>
      Effect.gen(function*() {
        for (let i = 0; i < 1000; i++) yield* Keyloom.call("PING")
        assert.approximately(commands().length, 250, 60)
        const before = commands().length
        yield* Keyloom.call("CONFIG", "SET", "otel-sample-ratio", 0)
        for (let i = 0; i < 100; i++) yield* Keyloom.call("PING")
        assert.isAtMost(commands().length, before + 1)
      })).pipe(Random.withSeed("spans")))

  it.effect("keeps of slow commands only those that took the threshold, and no blocking ones", () =>
    traced({
      "otel-traces": "slow",
      "otel-slow-threshold": 500,
      commands: [late("LATE", []), late("BLOCKED", ["blocking"])]
    }, ({ commands }) =>
      Effect.gen(function*() {
        const run = Effect.fnUntraced(function*(name: string) {
          const fiber = yield* Effect.forkChild(Keyloom.call(name))
          yield* TestClock.adjust("500 millis")
          assert.strictEqual(yield* Fiber.join(fiber), 1)
        })
        yield* run("BLOCKED")
        yield* Keyloom.call("PING")
        yield* run("LATE")
        assert.deepStrictEqual(namesOf(commands()), ["LATE"])
        const { status } = commands()[0]!
        assert.isTrue(status._tag === "Ended" && status.endTime - status.startTime === 500_000_000n)
        yield* Keyloom.call("CONFIG", "SET", "otel-slow-threshold", 501)
        yield* run("LATE")
        assert.strictEqual(commands().length, 1)
      })))

  it.effect("tells a command that was held back once", () =>
    traced({ "otel-traces": "all" }, ({ commands }) =>
      Effect.gen(function*() {
        yield* Keyloom.call("CLIENT", "PAUSE", 1000, "WRITE")
        const fiber = yield* Effect.forkChild(Keyloom.call("SET", "k", "v"))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(namesOf(commands()), ["CLIENT PAUSE", "SET"])
      })))

  it.effect("follows otel-traces while the engine runs", () =>
    traced({}, ({ commands }) =>
      Effect.gen(function*() {
        yield* Keyloom.call("CONFIG", "SET", "otel-traces", "all")
        yield* Keyloom.call("PING")
        yield* Keyloom.call("CONFIG", "SET", "otel-traces", "off")
        yield* Keyloom.call("PING")
        assert.deepStrictEqual(namesOf(commands()).filter((name) => name === "PING"), ["PING"])
      })))

  it.effect("needs no Tracer when the engine is built, only when it is called", () => {
    const callers = recorder()
    return Effect.gen(function*() {
      yield* Keyloom.call("ECHO", "x").pipe(Effect.provideService(Tracer.Tracer, callers.tracer))
      assert.deepStrictEqual(namesOf(callers.commands()), ["ECHO"])
    }).pipe(Effect.provide(Keyloom.layer({ "otel-traces": "all" })))
  })
})
