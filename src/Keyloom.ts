/**
 * A Keyloom inside of an app: the engine as a Layer, with or without a port, and its commands as Effects.
 *
 * ```ts
 * const program = Effect.gen(function*() {
 *   yield* Keyloom.call("SET", "greeting", "hello", "EX", 60)
 *   return yield* Keyloom.call("GET", "greeting")
 * })
 * Effect.runPromise(program.pipe(Effect.provide(Keyloom.layer())))
 * ```
 *
 * @see docs/embedding.md
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { NetAddress } from "effect/net"
import { builtIn } from "./commands/index.ts"
import * as Engine from "./layers/Engine.ts"
import { freePort } from "./layers/FreePort.ts"
import * as InProcessClient from "./layers/InProcessClient.ts"
import {
  type Argument,
  type KeyloomError,
  ofArgument,
  ofReply,
  toBytes,
  toText,
  type Value
} from "./layers/PlainValue.ts"
import * as Loading from "./layers/Loading.ts"
import * as Server from "./layers/Server.ts"
import type { Reply } from "./protocol/Reply.ts"
import { type GivenValues, layer as layerConfig } from "./layers/ServerConfigMemory.ts"
import type { LoadFailed } from "./layers/loadRdb.ts"
import { type ListenFailed, type NowhereToListen, SocketServers } from "./layers/SocketServers.ts"
import type { Command } from "./services/CommandTable.ts"
import { Lifecycle } from "./services/Lifecycle.ts"
import { type ConfigError, ServerConfig } from "./services/ServerConfig.ts"

/** Runs commands. */
export interface KeyloomClient {
  /**
   * Runs one command: its name, then its arguments. Text is UTF-8, maps of RESP3 are `Map`s, and its sets `Set`s.
   *
   * Fails where the command does, with Redis's code and words. The command runs each time the Effect does.
   */
  readonly call: (name: string, ...args: ReadonlyArray<Argument>) => Effect.Effect<Value, KeyloomError>
  /** As `call`, with the strings of the reply as bytes. */
  readonly callBytes: (name: string, ...args: ReadonlyArray<Argument>) => Effect.Effect<Value, KeyloomError>
}

/** Directives of redis.conf by name, as values or as text (`maxmemory: "100mb"`), and what else an app can say. */
export type EngineOptions = Omit<GivenValues, "port" | "unixsocket"> & {
  /** Commands of the app's own. Of two with the same name the last one counts, so that Keyloom's can be replaced. */
  readonly commands?: ReadonlyArray<Command>
}

export type ServerOptions = Omit<GivenValues, "port"> & Pick<EngineOptions, "commands"> & {
  /** `"auto"` is any port that is free, and 0 none, as in redis.conf; 6379 unless given. */
  readonly port?: number | "auto"
}

/**
 * A Redis-compatible engine in this process.
 *
 * **Details** All who share the service are one client to the engine, with one selected database and one name: `client` makes another one.
 */
export class Keyloom extends Context.Service<
  Keyloom,
  KeyloomClient & {
    /** A client of its own, with its own SELECT and name, for as long as the scope is open. */
    readonly client: Effect.Effect<KeyloomClient, never, Scope.Scope>
    /** Where clients connect, for example `redis://127.0.0.1:6379`; `undefined` where nobody listens on TCP. */
    readonly url: () => string | undefined
    /** The TCP port, 0 where nobody listens on one. */
    readonly port: () => number
    /** Waits until a client has said SHUTDOWN, which ends nothing by itself: the app decides. */
    readonly awaitShutdown: Effect.Effect<void>
  }
>()("keyloom/Keyloom") {
  /**
   * An engine without a port.
   *
   * **Details** Each call of this function is another engine, and each use of the Layer it returns the same one. Time, chance, log and spans are those of
   * the Effect runtime it is built in, so that `TestClock` moves its time.
   */
  static readonly layer = (options: EngineOptions = {}): Layer.Layer<Keyloom, ConfigError | LoadFailed> =>
    Layer.effect(Keyloom, openEngine(options))

  /**
   * An engine that listens as well; on loopback only, unless `bind` says otherwise.
   *
   * Fails with ListenFailed where an address cannot be listened on, and with NowhereToListen where there is neither a port nor a Unix socket.
   */
  static readonly layerServer = (
    options: ServerOptions = {}
  ): Layer.Layer<Keyloom, ConfigError | ListenFailed | LoadFailed | NowhereToListen> =>
    Layer.effect(Keyloom, openServer(options))

  /** `call` of the service in the context. */
  static override readonly call = (
    name: string,
    ...args: ReadonlyArray<Argument>
  ): Effect.Effect<Value, KeyloomError, Keyloom> => Keyloom.use((keyloom) => keyloom.call(name, ...args))

  /** `callBytes` of the service in the context. */
  static readonly callBytes = (
    name: string,
    ...args: ReadonlyArray<Argument>
  ): Effect.Effect<Value, KeyloomError, Keyloom> => Keyloom.use((keyloom) => keyloom.callBytes(name, ...args))

  /**
   * The same for apps without Effect: an engine behind promises, to be closed by `await using` or `close`. It listens if `port` or `unixsocket` is given.
   *
   * Rejects with ConfigError or ListenFailed.
   */
  static readonly open = async (options: ServerOptions = {}): Promise<OpenKeyloom> => {
    const { port, unixsocket, ...engineOptions } = options
    const runtime = ManagedRuntime.make(
      port === undefined && unixsocket === undefined
        ? Keyloom.layer(engineOptions)
        : Keyloom.layerServer({ port: 0, ...options })
    )
    const keyloom = Context.get(await runtime.context(), Keyloom)
    return {
      call: (name, ...args) => runtime.runPromise(keyloom.call(name, ...args)),
      callBytes: (name, ...args) => runtime.runPromise(keyloom.callBytes(name, ...args)),
      url: keyloom.url,
      port: keyloom.port,
      close: () => runtime.dispose(),
      [Symbol.asyncDispose]: () => runtime.dispose()
    }
  }
}

/** A Keyloom behind promises; those of `call` and `callBytes` reject with KeyloomError. */
export interface OpenKeyloom extends AsyncDisposable {
  readonly call: (name: string, ...args: ReadonlyArray<Argument>) => Promise<Value>
  readonly callBytes: (name: string, ...args: ReadonlyArray<Argument>) => Promise<Value>
  readonly url: () => string | undefined
  readonly port: () => number
  readonly close: () => Promise<void>
}

const openEngine = ({ commands = [], ...directives }: EngineOptions) => {
  const engine = Layer.provideMerge(
    isPersistent(directives) ? Loading.layer : Layer.empty,
    Engine.layer([...builtIn, ...commands])
  )
  return Effect.flatMap(
    buildApart(engine, { ...directives, port: 0 }),
    (context) => serviceOf(context, () => [])
  )
}

/** An app that asks for no files does not want to begin with one that happens to be there. */
const isPersistent = ({ appendonly, save }: GivenValues): boolean =>
  appendonly === true || appendonly === "yes" || save !== undefined && save.length > 0

const openServer = Effect.fnUntraced(function*({ commands = [], port = 6379, ...given }: ServerOptions) {
  const directives = { bind: ["127.0.0.1"], ...given }
  const server = Server.layer([...builtIn, ...commands], isPersistent(given)).pipe(Layer.provide(NodeFileSystem.layer))
  const listenOn = (port: number) => buildApart(server, { ...directives, port })
  const context = yield* port === "auto"
    ? firstHost(directives).pipe(
      Effect.flatMap(freePort),
      Effect.flatMap(listenOn),
      Effect.retry({ times: maxPortsTried - 1, while: isTakenMeanwhile })
    )
    : listenOn(port)
  return yield* serviceOf(context, Context.get(context, SocketServers).addresses)
})

/** Builds an engine that shares nothing with others, although they are made of the same parts; a failure leaves nothing behind. */
const buildApart = Effect.fnUntraced(function*<A, E>(engine: Layer.Layer<A, E, ServerConfig>, directives: GivenValues) {
  const layer = engine.pipe(
    Layer.provide(minimumLogLevel),
    Layer.provideMerge(layerConfig({ loglevel: "warning", ...directives }))
  )
  const scope = yield* Scope.fork(yield* Effect.scope)
  return yield* Layer.buildWithMemoMap(layer, Layer.makeMemoMapUnsafe(), scope).pipe(
    Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
  )
})

/** What `loglevel` lets through to the app's log. */
const minimumLogLevel = Layer.effect(
  References.MinimumLogLevel,
  Effect.map(ServerConfig, ({ values }) => logLevels[values.loglevel])
)

const logLevels = { debug: "All", verbose: "Debug", notice: "Info", warning: "Warn", nothing: "None" } as const

/** The service over what has been built. */
const serviceOf = (
  context: Context.Context<Exclude<Effect.Services<typeof InProcessClient.make>, Scope.Scope> | Lifecycle>,
  addresses: SocketServers["Service"]["addresses"]
) => {
  const client = Effect.provideContext(InProcessClient.make, context)
  const tcp = () => addresses().find((address) => address._tag !== "UnixPathAddress")
  return Effect.map(client, (shared) =>
    Keyloom.of({
      ...clientOf(shared),
      client: Effect.map(client, clientOf),
      url: () => {
        const address = tcp()
        return address === undefined
          ? undefined
          : `redis://${reachable(NetAddress.formatIp(address.address))}:${address.port}`
      },
      port: () => tcp()?.port ?? 0,
      awaitShutdown: Context.get(context, Lifecycle).awaitShutdown
    }))
}

const clientOf = ({ callWith }: InProcessClient.InProcessClient): KeyloomClient => ({
  call: (name, ...args) => callWith([name, ...args].map(ofArgument), asText),
  callBytes: (name, ...args) => callWith([name, ...args].map(ofArgument), asBytes)
})

const asText = (reply: Reply) => ofReply(reply, toText)
const asBytes = (reply: Reply) => ofReply(reply, toBytes)

/** All addresses of a machine are no address to connect to. */
const reachable = (host: string): string => {
  if (host === "0.0.0.0") return "127.0.0.1"
  return host.includes(":") ? `[${host === "::" ? "::1" : host}]` : host
}

/** The host that the first word of `bind` means. */
const firstHost = (directives: GivenValues) =>
  Effect.map(ServerConfig, ({ values: { bind: [first = "*"] } }) => {
    const host = first.startsWith("-") ? first.slice(1) : first
    return host === "*" ? "0.0.0.0" : host === "::*" ? "::" : host
  }).pipe(Effect.provide(layerConfig({ ...directives, port: 0 })))

const isTakenMeanwhile = (error: ConfigError | ListenFailed | LoadFailed | NowhereToListen): boolean =>
  error._tag === "ListenFailed" && error.cause instanceof Error && "code" in error.cause &&
  error.cause.code === "EADDRINUSE"

const maxPortsTried = 10
