/**
 * Reads the command line, runs the server until a signal or SHUTDOWN ends it, and says what kept it from starting.
 */
// By module: the whole package brings HTTP, workers and what else is installed beside it, which costs half of the time to start.
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { text } from "node:stream/consumers"
import { builtIn } from "./commands/index.ts"
import * as Server from "./layers/Server.ts"
import * as ServerConfigFile from "./layers/ServerConfigFile.ts"
import * as ServerLog from "./layers/ServerLog.ts"
import { systemErrorText } from "./layers/systemErrorText.ts"
import { type CommandLine, parseCommandLine } from "./services/config/CommandLine.ts"
import { Lifecycle } from "./services/Lifecycle.ts"
import { ServerConfig } from "./services/ServerConfig.ts"
import { keyloomVersion } from "./services/Versions.ts"

const usage = `Usage: keyloom [/path/to/redis.conf] [--directive value ...] [-]
       keyloom -                  read the configuration from standard input
       keyloom check-rdb FILE
       keyloom check-aof [--fix | --truncate-to-timestamp SECONDS] FILE
       keyloom --help | -h
       keyloom --version | -v

Examples:
       keyloom                    run with the embedded defaults
       keyloom /etc/redis.conf    run with the directives of a file
       keyloom --port 7000 --maxmemory 1gb --maxmemory-policy allkeys-lru
       keyloom /etc/redis.conf --loglevel verbose -

Every directive can also be set by the environment: KEYLOOM_MAXMEMORY=1gb.
Flags win over the environment, the environment over the file.
`

const serve = (commandLine: Extract<CommandLine, { readonly _tag: "Run" }>) =>
  Effect.gen(function*() {
    const { awaitShutdown } = yield* Lifecycle
    yield* awaitShutdown
    yield* Effect.logWarning("User requested shutdown...")
  }).pipe(
    Effect.onInterrupt(() => Effect.logWarning(`Received ${signals[0] ?? "a signal"} scheduling shutdown...`)),
    Effect.provide(
      Server.layer(builtIn).pipe(
        Layer.provideMerge(pidFile),
        Layer.provideMerge(greeting),
        Layer.provideMerge(defects),
        Layer.provideMerge(ServerLog.layer),
        Layer.provideMerge(ServerConfigFile.layer({
          commandLine,
          environment: process.env,
          stdin: Effect.promise(() => text(process.stdin))
        }))
      )
    )
  )

/** The first words of the log and, when everything else has been closed in order, the last ones. */
const greeting = Layer.effectDiscard(Effect.gen(function*() {
  const { configFile, values: config, warnings } = yield* ServerConfig
  yield* Effect.logInfo(`Keyloom ${keyloomVersion} starts, pid=${process.pid}`)
  if (config["always-show-logo"]) yield* Effect.logInfo(logo(config.port))
  yield* Effect.logInfo(
    configFile === undefined ? "No config file: using the embedded defaults" : `Configuration loaded from ${configFile}`
  )
  for (const warning of warnings) yield* Effect.logWarning(warning)
  yield* Effect.addFinalizer((exit) =>
    isOrderly(exit) ? Effect.logWarning("Keyloom is now ready to exit, bye bye...") : Effect.void
  )
}))

const logo = (port: number): string => `

    _|_|_|_    Keyloom ${keyloomVersion}, node ${process.version}
    _|_|_|_
    _|_|_|_    Port: ${port}
    _|_|_|_    PID: ${process.pid}
`

/** A defect outside of all fibers, in somebody's callback, is logged, and the server lives on. */
const defects = Layer.effectDiscard(Effect.gen(function*() {
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  const onDefect = (defect: unknown) => void runFork(Effect.logError("uncaught exception", Cause.die(defect)))
  yield* Effect.acquireRelease(
    Effect.sync(() => process.on("uncaughtException", onDefect)),
    () => Effect.sync(() => process.off("uncaughtException", onDefect))
  )
}))

/** A file that names this process for as long as it runs; there before the first client is. */
const pidFile = Layer.effectDiscard(Effect.gen(function*() {
  const { values: { pidfile } } = yield* ServerConfig
  const fs = yield* FileSystem.FileSystem
  if (pidfile === undefined) return
  yield* Effect.acquireRelease(
    fs.writeFileString(pidfile, `${process.pid}\n`),
    () => Effect.ignore(fs.remove(pidfile))
  ).pipe(Effect.catch((error) => Effect.logWarning(`Can't write the pid file ${pidfile}: ${systemErrorText(error)}`)))
}))

const program = (commandLine: CommandLine) => {
  switch (commandLine._tag) {
    case "Help":
      return Effect.sync(() => void process.stdout.write(usage))
    case "Version":
      return Effect.sync(() =>
        void process.stdout.write(`Keyloom server v=${keyloomVersion} node=${process.version}\n`)
      )
    case "Check":
      // Imported only here: a server does not need it.
      return Effect.promise(() => import("./checkProgram.ts")).pipe(
        Effect.flatMap(({ check }) => check(commandLine.tool, commandLine.args))
      )
    case "Run":
      return serve(commandLine)
  }
}

/** The end of a server: by SHUTDOWN or by a signal. */
const isOrderly = (exit: Exit.Exit<unknown, unknown>): boolean => Exit.isSuccess(exit) || Exit.hasInterrupts(exit)

/** The first signal ends the server in order, which is NodeRuntime's part; a second one ends it at once. */
const signals: Array<string> = []
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    signals.push(signal)
    if (signals.length > 1) process.exit(1)
  })
}
// A server outlives the terminal it was started from.
process.on("SIGHUP", () => undefined)

program(parseCommandLine(process.argv.slice(2))).pipe(
  Effect.provide(Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)),
  // An error that is foreseen is one line; its stack would tell an operator nothing.
  Effect.catch((error) =>
    Effect.sync(() => {
      // Who starts servers tells this mistake from others by Redis's words.
      const what = error._tag === "ConfigError" ? "FATAL CONFIG FILE ERROR: " : ""
      process.stderr.write(`keyloom: ${what}${error.message}\n`)
      process.exitCode = 1
    })
  ),
  NodeRuntime.runMain({
    // Nothing that is still open (a client that does not read, a terminal) holds up the end.
    teardown: (exit) => process.exit(isOrderly(exit) ? Number(process.exitCode ?? 0) : 1)
  })
)
