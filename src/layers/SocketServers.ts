/**
 * Where clients come in: one listener for each `bind` address, and one for `unixsocket`.
 *
 * CONFIG SET port and bind leave alone the listeners that stay, and all clients that are connected. When the server ends, nobody new comes in, what runs comes to
 * its end, and replies that are on their way get a moment to leave. Who may come in is `Admission`'s matter, what happens on a connection `Connection`'s.
 */
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type * as SocketServer from "effect/socket/SocketServer"
import type * as Net from "node:net"
import { NotApplied, ServerConfig } from "../services/ServerConfig.ts"
import * as Admission from "./Admission.ts"
import * as Connection from "./Connection.ts"
import { systemErrorText } from "./systemErrorText.ts"

/** The addresses that are listened on now. */
export class SocketServers extends Context.Service<SocketServers, {
  readonly addresses: () => ReadonlyArray<SocketServer.SocketServer["Service"]["address"]>
}>()("keyloom/layers/SocketServers") {}

/** An address cannot be listened on. */
export class ListenFailed extends Data.TaggedError("ListenFailed")<{
  readonly address: string
  readonly cause: unknown
}> {
  override get message(): string {
    return `Could not listen on ${this.address}: ${systemErrorText(this.cause)}`
  }
}

/** Neither a port nor a Unix socket is configured. */
export class NowhereToListen extends Data.TaggedError("NowhereToListen") {
  override get message(): string {
    return "Configured to not listen anywhere, exiting."
  }
}

export const layer = Layer.effect(
  SocketServers,
  Effect.gen(function*() {
    const { onChangeEffect, values: config } = yield* ServerConfig
    const fs = yield* FileSystem.FileSystem
    const admit = yield* Admission.make
    const serve = yield* Connection.make
    const sockets = new OpenSockets()
    const connections = yield* Scope.make()
    /** By the name of their endpoint. */
    const listeners = new Map<string, Listener>()

    /** Stops listening at once, and answers when the last of the listener's connections has ended. */
    const stop = (name: string, { scope }: Listener) => {
      listeners.delete(name)
      return Effect.forkDetach(Scope.close(scope, Exit.void), { startImmediately: true })
    }

    yield* Effect.addFinalizer(() =>
      Effect.gen(function*() {
        for (const [name, listener] of listeners) yield* stop(name, listener)
        yield* Scope.close(connections, Exit.void)
        yield* Effect.raceFirst(sockets.whenAllClosed, Effect.sleep(farewellDuration))
        sockets.destroyAll()
      })
    )

    const listen = Effect.fnUntraced(function*({ isOptional, name, options }: Endpoint) {
      const scope = yield* Scope.make()
      const server = yield* NodeSocketServer.make(options).pipe(
        Scope.provide(scope),
        Effect.mapError(({ reason }) => new ListenFailed({ address: name, cause: reason.cause })),
        Effect.onError(() => Scope.close(scope, Exit.void)),
        Effect.catchTag(
          "ListenFailed",
          (error) => isUnavailable(error, isOptional) ? Effect.as(Effect.logWarning(error.message), undefined) : error
        )
      )
      if (server === undefined) return
      listeners.set(name, { scope, address: server.address })
      // Connections outlive the listener that let them in.
      yield* Effect.forkIn(
        server.run(Connection.withNetSocket((net, socket) => {
          sockets.add(net)
          const unixPath = "path" in options ? options.path : undefined
          return admit(net, unixPath !== undefined, serve(net, socket, unixPath))
        })),
        connections
      )
    })

    /** Listens on the configured TCP addresses and no others. What is in the way goes first: `*` and `127.0.0.1` exclude each other. */
    const listenOnTcp = Effect.suspend(() => {
      const endpoints = tcpEndpoints(config)
      const obsolete = [...listeners].filter(([name, { address }]) =>
        address._tag !== "UnixPathAddress" && !endpoints.some((endpoint) => endpoint.name === name)
      )
      return Effect.forEach(obsolete, ([name, listener]) => stop(name, listener), { discard: true }).pipe(
        Effect.andThen(
          Effect.forEach(endpoints.filter(({ name }) => !listeners.has(name)), listen, { discard: true })
        )
      )
    })

    const listenOnUnix = Effect.fnUntraced(function*(path: string) {
      yield* removeSocketFile(fs, path)
      yield* listen({
        name: path,
        isOptional: false,
        options: { path, backlog: config["tcp-backlog"], ...socketOptions }
      })
      if (config.unixsocketperm === 0) return
      yield* fs.chmod(path, config.unixsocketperm).pipe(
        Effect.mapError((cause) => new ListenFailed({ address: path, cause }))
      )
    })

    yield* Effect.tapError(
      listenOnTcp,
      () => Effect.logWarning(`Failed listening on port ${config.port} (tcp), aborting.`)
    )
    if (config.unixsocket !== undefined) yield* listenOnUnix(config.unixsocket)
    if (config.port === 0 && listeners.size === 0) return yield* new NowhereToListen()

    // A change that fails is taken back by applying the former values again.
    const relisten = (reason: string) =>
      Effect.catchTag(
        listenOnTcp,
        "ListenFailed",
        (error) => Effect.andThen(Effect.logWarning(error.message), new NotApplied({ reason }))
      )
    yield* onChangeEffect(["port"], relisten("Unable to listen on this port. Check server logs."))
    yield* onChangeEffect(["bind"], relisten("Failed to bind to specified addresses."))

    return SocketServers.of({ addresses: () => [...listeners.values()].map(({ address }) => address) })
  }).pipe(Effect.annotateLogs("module", "network"))
)

interface Listener {
  readonly address: SocketServer.SocketServer["Service"]["address"]
  readonly scope: Scope.Closeable
}

/** What one listener needs to know. */
interface Endpoint {
  readonly name: string
  readonly options: Parameters<typeof NodeSocketServer.make>[0]
  /** An address that this machine need not have (`-` before it in `bind`). */
  readonly isOptional: boolean
}

const tcpEndpoints = ({ bind, port, "tcp-backlog": backlog }: ServerConfig["Service"]["values"]): Array<Endpoint> =>
  port === 0 ? [] : bind.map((address) => {
    const isOptional = address.startsWith("-")
    const plain = isOptional ? address.slice(1) : address
    const host = plain === "*" ? "0.0.0.0" : plain === "::*" ? "::" : plain
    return {
      name: `${plain}:${port}`,
      isOptional,
      // A listener on :: takes IPv6 only, so that 0.0.0.0 can be listened on beside it.
      options: { host, port, backlog, ipv6Only: host.includes(":"), ...socketOptions }
    }
  })

/** A client that has sent its last request still gets its replies. */
const socketOptions = { allowHalfOpen: true, noDelay: true } as const

/** How long replies that are on their way when the server ends may take to leave. A client that does not read must not hold it up. */
const farewellDuration = "500 millis"

/** What an earlier server has left behind. Only a socket: a file of that name is somebody's data. */
const removeSocketFile = (fs: FileSystem.FileSystem, path: string) =>
  fs.stat(path).pipe(
    Effect.flatMap(({ type }) => type === "Socket" ? fs.remove(path) : Effect.void),
    // Where it cannot be removed, listening fails and says why.
    Effect.ignore
  )

/** Redis goes on without an optional address that the machine does not have, and without any of a family it does not speak. */
const isUnavailable = ({ cause }: ListenFailed, isOptional: boolean): boolean => {
  const code = codeOf(cause)
  return code === "EAFNOSUPPORT" || code === "EPROTONOSUPPORT" || isOptional && code === "EADDRNOTAVAIL"
}

const codeOf = (cause: unknown): unknown => cause instanceof Error && "code" in cause ? cause.code : undefined

/** The sockets of all clients, also of those whose connection has ended but whose last replies have not left. */
class OpenSockets {
  readonly #sockets = new Set<Net.Socket>()
  readonly #allClosed = Latch.makeUnsafe(true)

  readonly whenAllClosed: Effect.Effect<unknown> = this.#allClosed.await

  add(socket: Net.Socket): void {
    this.#sockets.add(socket)
    this.#allClosed.closeUnsafe()
    socket.once("close", () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#allClosed.openUnsafe()
    })
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
