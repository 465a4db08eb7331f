/**
 * Connections to other servers over TCP, which wait for ten seconds to be used again.
 */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import { Buffer } from "node:buffer"
import { type Peer, type PeerAddress, PeerConnections, PeerFailure } from "../services/PeerConnections.ts"

/** An open connection, and the scope that it ends with. */
interface Connection {
  readonly pull: Effect.Effect<ReadonlyArray<Uint8Array>, Socket.SocketError>
  readonly writer: Socket.Writer
  readonly scope: Scope.Closeable
  /** What has arrived and is not read, as a latin1 text. */
  received: string
  database: number | undefined
}

/** A connection that waits, and the fiber that closes it when that is too long. */
interface Idle {
  readonly connection: Connection
  readonly closing: Fiber.Fiber<void>
}

export const layer: Layer.Layer<PeerConnections> = Layer.effect(
  PeerConnections,
  Effect.gen(function*() {
    const layerScope = yield* Effect.scope
    /** By address, the one that has waited longest first: a Map keeps the order of insertion. */
    const idle = new Map<string, Idle>()

    const open = Effect.fnUntraced(function*({ host, port }: PeerAddress, timeoutMillis: number) {
      // Nobody can listen there, as nobody does on a port that refuses.
      if (!(port > 0 && port <= maxPort)) return yield* new PeerFailure({ action: "connecting", isTimeout: false })
      const scope = yield* Scope.fork(layerScope)
      const socket = yield* NodeSocket.makeNet({ host, port, noDelay: true })
      return yield* Effect.gen(function*() {
        const pull = yield* Socket.readerBytes(socket)
        const writer = yield* socket.writer
        const connection: Connection = { pull, writer, scope, received: "", database: undefined }
        return connection
      }).pipe(
        Scope.provide(scope),
        Effect.mapError((cause) =>
          new PeerFailure({ action: isUnknownName(cause) ? "finding" : "connecting", isTimeout: false, cause })
        ),
        Effect.timeoutOrElse({
          duration: timeoutMillis,
          orElse: () => Effect.fail(new PeerFailure({ action: "connecting", isTimeout: true }))
        }),
        Effect.onError(() => Scope.close(scope, Exit.void))
      )
    })

    const close = ({ scope }: Connection): Effect.Effect<void> => Scope.close(scope, Exit.void)

    const take = (name: string): Effect.Effect<Connection | undefined> =>
      Effect.suspend(() => {
        const waiting = idle.get(name)
        if (waiting === undefined) return Effect.succeed(undefined)
        idle.delete(name)
        return Effect.as(Fiber.interrupt(waiting.closing), waiting.connection)
      })

    const keep = Effect.fnUntraced(function*(name: string, connection: Connection) {
      // Who has talked at the same time has kept one already.
      if (idle.has(name)) return yield* close(connection)
      for (const [longest, waiting] of idle) {
        if (idle.size < maxIdle) break
        idle.delete(longest)
        yield* Fiber.interrupt(waiting.closing)
        yield* close(waiting.connection)
      }
      const closing = yield* Effect.sleep(idleTime).pipe(
        Effect.andThen(Effect.suspend(() => {
          idle.delete(name)
          return close(connection)
        })),
        Effect.forkIn(layerScope)
      )
      idle.set(name, { connection, closing })
    })

    return PeerConnections.of({
      keptCount: () => idle.size,
      talk: (address, timeoutMillis, talk) => {
        const name = `${address.host}:${address.port}`
        return Effect.uninterruptibleMask((restore) =>
          Effect.gen(function*() {
            const connection = (yield* take(name)) ?? (yield* restore(open(address, timeoutMillis)))
            const peer = peerOver(connection, timeoutMillis)
            const answer = yield* Effect.onError(restore(talk(peer)), () => close(connection))
            connection.database = peer.database
            yield* keep(name, connection)
            return answer
          })
        ).pipe(Effect.forkIn(layerScope), Effect.flatMap(Fiber.join))
      }
    })
  })
)

const peerOver = (connection: Connection, timeoutMillis: number): Peer => {
  const within = <A>(action: "writing" | "reading", effect: Effect.Effect<A, unknown>): Effect.Effect<A, PeerFailure> =>
    effect.pipe(
      Effect.mapError((cause) => new PeerFailure({ action, isTimeout: false, cause })),
      Effect.timeoutOrElse({
        duration: timeoutMillis,
        orElse: () => Effect.fail(new PeerFailure({ action, isTimeout: true }))
      })
    )
  const line = Effect.gen(function*() {
    for (;;) {
      const end = connection.received.indexOf("\n")
      if (end >= 0) {
        const line = connection.received.slice(0, end).replace(/\r$/, "")
        connection.received = connection.received.slice(end + 1)
        return line
      }
      if (connection.received.length > maxLineBytes) return yield* Effect.fail("a line without an end")
      for (const bytes of yield* connection.pull) connection.received += Buffer.from(bytes).latin1Slice()
    }
  })
  return {
    database: connection.database,
    write: Effect.fnUntraced(function*(chunks) {
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length; at += writeBytes) {
          yield* within("writing", connection.writer.write(chunk.subarray(at, at + writeBytes)))
        }
      }
    }),
    readLine: within("reading", line)
  }
}

/** Node says so by the name of the function that looks names up. */
const isUnknownName = ({ reason }: Socket.SocketError): boolean =>
  "cause" in reason && reason.cause instanceof Error && "syscall" in reason.cause &&
  reason.cause.syscall === "getaddrinfo"

const maxPort = 65_535
/** How long a connection waits, and how many may: Redis's numbers. */
const idleTime = "10 seconds"
const maxIdle = 64
/** What is written at a time. */
const writeBytes = 64 * 1024
/** Longer than any reply of one line. */
const maxLineBytes = 64 * 1024
