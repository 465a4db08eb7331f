import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import * as Fs from "node:fs"
import { type GivenValues, layer as configLayer } from "../../src/layers/ServerConfigMemory.ts"
import * as ServerLog from "../../src/layers/ServerLog.ts"
import { ServerConfig } from "../../src/services/ServerConfig.ts"
import { temporaryDirectory } from "./liveServer.ts"

/** Runs with a log in a file, and gives what is in the file afterwards. */
const logged = <E>(config: GivenValues, effect: Effect.Effect<unknown, E, ServerConfig>) =>
  Effect.gen(function*() {
    const dir = yield* temporaryDirectory
    yield* Effect.provide(
      effect,
      Layer.provideMerge(ServerLog.layer, configLayer({ dir, logfile: "k.log", ...config }))
    )
    return Fs.readFileSync(`${dir}/k.log`, "utf8")
  })

const everyLevel = Effect.all([
  Effect.logTrace("trace"),
  Effect.logDebug("debug"),
  Effect.logInfo("info"),
  Effect.logWarning("warning"),
  Effect.logError("error")
])

const words = (log: string): Array<string> =>
  log.split("\n").filter((line) => line !== "").map((line) => line.split(" ").at(-1) ?? "")

describe("levels", () => {
  it.effect.each(
    [
      ["debug", ["trace", "debug", "info", "warning", "error"]],
      ["verbose", ["debug", "info", "warning", "error"]],
      ["notice", ["info", "warning", "error"]],
      ["warning", ["warning", "error"]],
      ["nothing", []]
    ] as const
  )("%s shows %s", ([loglevel, shown]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(words(yield* logged({ loglevel }, everyLevel)), [...shown])
    }))

  it.effect("a change of loglevel holds from the next line on", () =>
    Effect.gen(function*() {
      const log = yield* logged(
        { loglevel: "warning" },
        Effect.gen(function*() {
          const { set } = yield* ServerConfig
          yield* everyLevel
          yield* set([["loglevel", "verbose"]], { isLocal: true })
          yield* everyLevel
        })
      )
      assert.deepStrictEqual(words(log), ["warning", "error", "debug", "info", "warning", "error"])
    }))
})

describe("lines", () => {
  it.effect("for people are those of Redis, with the module in brackets", () =>
    Effect.gen(function*() {
      const log = yield* logged(
        { loglevel: "debug" },
        Effect.all([
          Effect.logInfo("Ready to accept connections tcp"),
          Effect.logDebug("b").pipe(Effect.annotateLogs({ module: "network", fd: 7 })),
          Effect.logWarning("two", "parts"),
          Effect.logTrace("d")
        ])
      )
      const start = String.raw`^${process.pid}:M \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} `
      const lines = log.split("\n")
      assert.match(lines[0] ?? "", new RegExp(String.raw`${start}\* Ready to accept connections tcp$`))
      assert.match(lines[1] ?? "", new RegExp(String.raw`${start}- \[network\] b fd=7$`))
      assert.match(lines[2] ?? "", new RegExp(String.raw`${start}# two parts$`))
      assert.match(lines[3] ?? "", new RegExp(String.raw`${start}\. d$`))
      assert.deepStrictEqual(lines.slice(4), [""])
    }))

  it.effect("for programs are one JSON object each, whatever the text holds", () =>
    Effect.gen(function*() {
      const log = yield* logged(
        { "log-format": "json" },
        Effect.all([
          Effect.logInfo("line\nbreak \"quoted\"").pipe(Effect.annotateLogs({ module: "network" })),
          Effect.logError("bad", Cause.die(new Error("boom")))
        ])
      )
      const [first, second, ...rest] = log.split("\n")
      const { time, ...line } = JSON.parse(first ?? "") as Record<string, unknown>
      assert.deepStrictEqual(line, {
        level: "notice",
        pid: process.pid,
        message: "line\nbreak \"quoted\"",
        module: "network"
      })
      assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      const error = JSON.parse(second ?? "") as Record<string, unknown>
      assert.strictEqual(error["level"], "warning")
      assert.include(String(error["cause"]), "Error: boom")
      assert.deepStrictEqual(rest, [""])
    }))

  it.effect("a defect is shown with its stack", () =>
    Effect.gen(function*() {
      const log = yield* logged({}, Effect.logError("command 'x' failed", Cause.die(new Error("boom"))))
      assert.match(log, /# command 'x' failed\n.*Error: boom\n +at /)
    }))

  it.effect("the format can be changed while the server runs", () =>
    Effect.gen(function*() {
      const log = yield* logged(
        {},
        Effect.gen(function*() {
          const { set } = yield* ServerConfig
          yield* Effect.logInfo("a")
          yield* set([["log-format", "json"]], { isLocal: true })
          yield* Effect.logInfo("b")
        })
      )
      assert.match(log, /\* a\n\{.*"message":"b".*\}\n$/)
    }))
})

describe("logfile", () => {
  it.effect("is relative to dir, and is added to", () =>
    Effect.gen(function*() {
      const dir = yield* temporaryDirectory
      Fs.mkdirSync(`${dir}/logs`)
      Fs.writeFileSync(`${dir}/logs/k.log`, "before\n")
      yield* Effect.provide(
        Effect.logInfo("after"),
        Layer.provide(ServerLog.layer, configLayer({ dir, logfile: "logs/k.log" }))
      )
      assert.match(Fs.readFileSync(`${dir}/logs/k.log`, "utf8"), /^before\n.* \* after\n$/)
    }))

  it.effect("may be moved away while the server runs: what follows is in a new file", () =>
    Effect.gen(function*() {
      const dir = yield* temporaryDirectory
      const path = `${dir}/k.log`
      yield* Effect.gen(function*() {
        yield* Effect.logInfo("old")
        Fs.renameSync(path, `${path}.1`)
        yield* Effect.logInfo("new")
      }).pipe(Effect.provide(Layer.provide(ServerLog.layer, configLayer({ logfile: path }))))
      assert.deepStrictEqual(words(Fs.readFileSync(`${path}.1`, "utf8")), ["old"])
      assert.deepStrictEqual(words(Fs.readFileSync(path, "utf8")), ["new"])
    }))

  it.effect("that cannot be written any more does not disturb the server", () =>
    Effect.gen(function*() {
      const dir = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        Fs.rmSync(dir, { recursive: true })
        yield* Effect.logInfo("nowhere")
      }).pipe(Effect.provide(Layer.provide(ServerLog.layer, configLayer({ dir, logfile: "k.log" }))))
    }))

  it.effect("that cannot be opened is a failure that names it", () =>
    Effect.gen(function*() {
      const dir = yield* temporaryDirectory
      const exit = yield* Effect.exit(
        Effect.provide(Effect.void, Layer.provide(ServerLog.layer, configLayer({ dir, logfile: "none/k.log" })))
      )
      assert.isTrue(Exit.isFailure(exit))
      if (!Exit.isFailure(exit)) return
      assert.strictEqual(
        (Cause.squash(exit.cause) as Error).message,
        `Can't open the log file ${dir}/none/k.log: No such file or directory`
      )
    }))
})
