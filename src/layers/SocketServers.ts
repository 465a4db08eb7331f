/**
 * Where clients come in: one listener for each `bind` address, and one for `unixsocket`.
 *
 * CONFIG SET port and bind open the new listeners before the old ones close; clients that are connected stay. What happens on a connection is `Connection`'s.
 */
import { NodeSocket, NodeSocketServer } from "@effect/platform-node"
import { Context, Data, Effect, Exit, FileSystem, Layer, Option, Scope } from "effect"
import type { Socket, SocketServer } from "effect/socket"
import type * as Net from "node:net"
import { Clients } from "../services/Clients.ts"
import { NotApplied, ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import * as Connection from "./Connection.ts"
import { isLoopback } from "./SocketTransport.ts"

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
    const reason = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return `Could not listen on ${this.address}: ${reason}`
  }
}

/** What one listener needs to know; `name` is for messages. */
interface Endpoint {
  readonly name: string
  readonly options: Parameters<typeof NodeSocketServer.make>[0]
  /** An address that this machine need not have (`-` before it in `bind`). */
  readonly isOptional: boolean
}

export const layer = Layer.effect(
  SocketServers,
  Effect.gen(function*() {
    const { onChangeEffect, values: config } = yield* ServerConfig
    const fs = yield* FileSystem.FileSystem
    const layerScope = yield* Effect.scope
    const admit = yield* admission
    const serve = yield* Connection.make
    // Node's socket comes with every connection, which the type of `run` does not say.
    const handler = (socket: Socket.Socket) =>
      Effect.flatMap(
        Effect.serviceOption(NodeSocket.NetSocket),
        Option.match({ onNone: () => Effect.void, onSome: (net) => admit(net, serve(net, socket)) })
      )

    /** Listens on all of these, or, when one of them fails, on none. The scope stops the listening, not the connections. */
    const listen = Effect.fnUntraced(function*(endpoints: ReadonlyArray<Endpoint>) {
      const scope = yield* Scope.fork(layerScope)
      const servers = yield* Effect.forEach(endpoints, ({ isOptional, name, options }) =>
        NodeSocketServer.make(options).pipe(
          Scope.provide(scope),
          Effect.mapError(({ reason }) => new ListenFailed({ address: name, cause: reason.cause })),
          Effect.map((server) => [server]),
          Effect.catchTag("ListenFailed", (error) => isOptional && isUnavailable(error) ? Effect.succeed([]) : error)
        )).pipe(Effect.onError(() => Scope.close(scope, Exit.void)))
      return { scope, servers: servers.flat() }
    })

    const accept = ({ servers }: { readonly servers: ReadonlyArray<SocketServer.SocketServer["Service"]> }) =>
      Effect.forEach(servers, (server) => Effect.forkIn(server.run(handler), layerScope), { discard: true })

    let tcp = yield* listen(tcpEndpoints(config))
    const unix = yield* listen(unixEndpoints(config))
    yield* accept(tcp)
    yield* accept(unix)
    if (config.unixsocket !== undefined) {
      const path = config.unixsocket
      if (config.unixsocketperm !== 0) yield* Effect.orDie(fs.chmod(path, config.unixsocketperm))
      yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(path, { force: true })))
    }

    const rebind = (reason: string) =>
      Effect.gen(function*() {
        const next = yield* listen(tcpEndpoints(config))
        yield* accept(next)
        const { scope } = tcp
        tcp = next
        // Closing waits for the old listener's connections to end, which is not to be waited for.
        yield* Effect.forkIn(Scope.close(scope, Exit.void), layerScope)
      }).pipe(Effect.catchTag("ListenFailed", (error) =>
        Effect.andThen(Effect.logWarning(error.message), new NotApplied({ reason }))))

    yield* onChangeEffect(["port"], rebind("Unable to listen on this port. Check server logs."))
    yield* onChangeEffect(["bind"], rebind("Failed to bind to specified addresses."))

    return SocketServers.of({ addresses: () => [...tcp.servers, ...unix.servers].map(({ address }) => address) })
  })
)

const tcpEndpoints = ({ bind, port, "tcp-backlog": backlog }: ServerConfig["Service"]["values"]): Array<Endpoint> =>
  port === 0 ? [] : (bind.length === 0 ? ["*"] : bind).map((address) => {
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

const unixEndpoints = ({ unixsocket, "tcp-backlog": backlog }: ServerConfig["Service"]["values"]): Array<Endpoint> =>
  unixsocket === undefined
    ? []
    : [{ name: unixsocket, isOptional: false, options: { path: unixsocket, backlog, ...socketOptions } }]

/** A client that has sent its last request still gets its replies. */
const socketOptions = { allowHalfOpen: true, noDelay: true } as const

const isUnavailable = ({ cause }: ListenFailed): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "EADDRNOTAVAIL" || cause.code === "EAFNOSUPPORT")

/** Who may come in: not too many, and nobody from elsewhere while there is no password. */
const admission = Effect.gen(function*() {
  const clients = yield* Clients
  const { values: config } = yield* ServerConfig
  const { counters } = yield* ServerStats
  return <E, R>(net: Net.Socket, serve: Effect.Effect<void, E, R>) =>
    Effect.suspend(() => {
      const isFull = clients.size() >= config.maxclients
      if (isFull || config["protected-mode"] && config.requirepass === undefined && !isLoopback(net.remoteAddress)) {
        counters.connectionsRejected++
        net.end(isFull ? tooManyClients : protectedMode)
        return Effect.void
      }
      counters.connectionsReceived++
      const keepAliveSeconds = config["tcp-keepalive"]
      if (keepAliveSeconds > 0) net.setKeepAlive(true, keepAliveSeconds * 1000)
      return serve
    })
})

const tooManyClients = "-ERR max number of clients reached\r\n"
const protectedMode =
  "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. " +
  "In this mode connections are only accepted from the loopback interface. Set a password (requirepass), or turn the mode off " +
  "(CONFIG SET protected-mode no from this machine, or protected-mode no in the configuration file) once the server cannot be " +
  "reached from the internet.\r\n"
