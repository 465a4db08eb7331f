/**
 * A server with sockets within the test's own process, so that a test can look at its clients and counters, and give it commands that misbehave.
 *
 * Its clock is the test's: under `it.live` the real one.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Context, Effect, Layer, Logger, type LogLevel, References, type Scope } from "effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { builtIn } from "../../src/commands/index.ts"
import { freePort } from "../../src/layers/FreePort.ts"
import * as Server from "../../src/layers/Server.ts"
import { type GivenValues, layer as configLayer } from "../../src/layers/ServerConfigMemory.ts"
import type { Command } from "../../src/services/CommandTable.ts"
import { type Address, connect, type RespClient } from "../support/RespClient.ts"

export interface LogLine {
  readonly level: LogLevel.LogLevel
  readonly text: string
}

export class LiveServer extends Context.Service<LiveServer, {
  readonly port: number
  /** A client that is closed with the test. */
  readonly connect: (address?: Address) => Effect.Effect<RespClient, unknown, Scope.Scope>
  readonly log: ReadonlyArray<LogLine>
}>()("keyloom/test/LiveServer") {}

export interface LiveOptions {
  readonly config?: GivenValues
  readonly commands?: ReadonlyArray<Command>
}

/** A server on a free port of 127.0.0.1, unless the configuration says otherwise. */
export const liveServer = ({ commands = [], config = {} }: LiveOptions = {}) =>
  Layer.unwrap(Effect.gen(function*() {
    const port = Number(config.port ?? (yield* Effect.orDie(freePort("127.0.0.1"))))
    const log: Array<LogLine> = []
    const logger = Logger.make<unknown, void>(({ cause, logLevel, message }) => {
      const words = [...(Array.isArray(message) ? message : [message]), ...cause.reasons.map(String)]
      log.push({ level: logLevel, text: words.join(" ") })
    })
    const live = Layer.succeed(LiveServer, {
      port,
      log,
      connect: (address = { port }) =>
        Effect.acquireRelease(
          Effect.tryPromise({ try: () => connect(address), catch: (error) => error }),
          (client) => Effect.sync(() => client.close())
        )
    })
    // Two servers in one test share nothing, not even what is built from the same layer.
    return Layer.fresh(live.pipe(
      Layer.provideMerge(Server.layer([...builtIn, ...commands])),
      Layer.provideMerge(configLayer({ bind: "127.0.0.1", port, ...config })),
      Layer.provideMerge(NodeFileSystem.layer),
      Layer.provide(Logger.layer([logger])),
      Layer.provide(Layer.succeed(References.MinimumLogLevel, "Trace"))
    ))
  }))

/** Waits, turn by turn of the event loop, until this is so; a test that waits in vain ends by its time limit. */
export const until = (isSo: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => isSo() ? Effect.void : Effect.andThen(nextTurn, until(isSo)))

/** Waits for everything that can happen without a timer to have happened. */
export const nextTurn: Effect.Effect<void> = Effect.callback((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** A folder for the test, with a name short enough for the path of a Unix socket in it. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-"))),
  (directory) => Effect.sync(() => Fs.rmSync(directory, { recursive: true, force: true }))
)
