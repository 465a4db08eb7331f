/**
 * One connected client: a fiber that pulls what has arrived, runs all requests in it, and writes their replies at once.
 *
 * After a bounded number of requests the other connections have their turn, and while too many of its replies have not been taken no more is read from it.
 * When the client ends its side, it still gets the replies to what it has sent; when the socket is gone, so is the fiber, and what it has run stays done.
 */
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Socket from "effect/socket/Socket"
import type * as Net from "node:net"
import { internal } from "../protocol/CommandError.ts"
import type { Reply } from "../protocol/Reply.ts"
import { ReplyWriter } from "../protocol/ReplyWriter.ts"
import { RequestParser } from "../protocol/RequestParser.ts"
import { AppendOnlyFile } from "../services/AppendOnlyFile.ts"
import type { Client } from "../services/Client.ts"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import { Dispatcher } from "./Dispatcher.ts"
import { closeForOutput, outputLimitOf } from "./clientLimits.ts"
import { Session } from "./Session.ts"
import { transportOf } from "./SocketTransport.ts"

/** Replies that wait for a client without a limit of its own before no more is read from it, in bytes. Who sends a long pipeline before reading needs some. */
export const maxWaitingOutputBytes = 64 * 1024 * 1024

/** What a client may have sent ahead before it has authenticated, in bytes: as much as Redis allows. */
export const maxUnauthenticatedQueryBytes = 1024 * 1024

/** A connection with what belongs to it. */
interface Peer {
  readonly net: Net.Socket
  /** Fails at the end of what the client sends, and when the socket is gone. */
  readonly pull: Effect.Effect<ReadonlyArray<Uint8Array>, Socket.SocketError>
  readonly client: Client
  readonly parser: RequestParser
  readonly writer: ReplyWriter
  readonly session: Session
  /** Has arrived, but is not with the parser yet: the requests of its batch are ranges of the bytes before. */
  readonly arrived: Array<Buffer>
}

/** Makes the handler for accepted sockets. */
export const make = Effect.gen(function*() {
  const appendOnlyFile = yield* AppendOnlyFile
  const clients = yield* Clients
  const clock = yield* CommandClock
  const dispatcher = yield* Dispatcher
  const { values: config } = yield* ServerConfig
  const stats = yield* ServerStats
  const { counters } = stats
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  const limits = {
    get protoMaxBulkLen() {
      return config["proto-max-bulk-len"]
    }
  }

  /** Pulls, runs and answers until the client or the socket has come to its end. */
  const converse = Effect.fnUntraced(function*(peer: Peer) {
    const { arrived, client, net, parser, session, writer } = peer
    while (true) {
      if (isFlooded(peer)) yield* drained(net)
      if (arrived.length === 0 && !receive(peer, yield* peer.pull)) return yield* tooMuchInput(client)
      for (const bytes of arrived) parser.push(bytes)
      arrived.length = 0
      let stop = session.run()
      while (true) {
        if (stop === "NeedsInput") {
          if (writer.length > 0) sendAtTurnEnd(peer)
          break
        }
        if (writer.length > 0) send(peer)
        if (isFlooded(peer)) yield* drained(net)
        if (stop === "Ends") return yield* logFailure(peer)
        if (stop === "TurnIsOver") yield* Effect.yieldNow
        else if (stop === "Postponed") yield* Effect.raceFirst(clients.postpone(client), readAhead(peer, true))
        else session.answer(yield* Effect.raceFirst(survive(stop.effect), readAhead(peer, false)))
        // Somebody may have ended the connection meanwhile.
        if (net.destroyed) return
        clock.refresh()
        stop = session.run()
      }
    }
  })

  /** Says who has broken the protocol and how, for those who look for a client's mistake. */
  const logFailure = ({ client, parser, session: { failure } }: Peer) => {
    if (failure === undefined) return Effect.void
    const sample = config["hide-user-data-from-log"] ? "*redacted*" : parser.failureSample
    const who = `id=${client.id} addr=${client.transport.address}`
    return Effect.logDebug(`Protocol error (${failure.reason}) from client: ${who}. Query buffer: ${sample}`)
  }

  /** Takes what has arrived. False when it is more than may wait to be run. */
  const receive = ({ arrived, client }: Peer, pieces: ReadonlyArray<Uint8Array>): boolean => {
    client.lastInteractionMillis = clock.refresh()
    counters.readsProcessed++
    for (const piece of pieces) {
      client.bytesReceived += piece.length
      counters.bytesReceived += piece.length
      // A net.Socket without an encoding reads Buffers.
      arrived.push(piece as Buffer)
    }
    const waiting = client.transport.queryBufferBytes()
    return waiting <= config["client-query-buffer-limit"] &&
      (waiting <= maxUnauthenticatedQueryBytes || client.isAuthenticated)
  }

  const tooMuchInput = (client: Client) =>
    Effect.suspend(() => {
      counters.clientQueryBufferLimitDisconnections++
      clients.disconnect(client)
      return Effect.logWarning(
        `Client id=${client.id} addr=${client.transport.address} closed: it has reached the limit of its query buffer`
      )
    })

  /** Connections whose replies leave when this turn of the event loop ends. */
  let replied: Array<Peer> = []

  /**
   * Sends the replies together with those of all others that are served in this turn, as Redis does before it sleeps: the first write wakes the process
   * of the clients, and the others find it awake, which costs the kernel much less.
   */
  const sendAtTurnEnd = (peer: Peer): void => {
    if (replied.length === 0) setImmediate(sendAll)
    replied.push(peer)
  }

  const sendAll = (): void => {
    const peers = replied
    replied = []
    for (const peer of peers) if (peer.writer.length > 0) send(peer)
  }

  /** Hands the replies to the socket, or ends the client that leaves too many of them untaken. */
  const send = ({ client, net, writer }: Peer): void => {
    // A destroyed socket would neither take the replies nor say that it has not.
    if (net.destroyed) return writer.reset()
    // Nobody may learn of a change that a crash could undo.
    if (appendOnlyFile.isPending) appendOnlyFile.flush()
    const { length } = writer
    const { hardBytes } = outputLimitOf(config, client)
    if (hardBytes > 0 && length + net.writableLength >= hardBytes) {
      return void runFork(closeForOutput(client, clients, stats))
    }
    client.lastInteractionMillis = clock.millis
    client.bytesSent += length
    counters.bytesSent += length
    counters.writesProcessed++
    const pieces = writer.take()
    if (pieces.length === 1) {
      net.write(pieces[0]!)
    } else {
      net.cork()
      for (const piece of pieces) net.write(piece)
      net.uncork()
    }
    // The kernel has taken every byte, so that the buffer is ours again.
    if (net.writableLength === 0) writer.reuse()
  }

  /** Whether so much waits for the client that nothing more of it should be run or read. A client with a limit of its own is ended by that. */
  const isFlooded = ({ client, net }: Peer): boolean =>
    net.writableLength > maxWaitingOutputBytes && outputLimitOf(config, client).hardBytes === 0

  /** Reads on while a command waits; fails when its client is gone. Somebody who waits for an event, or until a pause ends, is gone with the end of input. */
  const readAhead = (peer: Peer, endsWithInput: boolean): Effect.Effect<never, Socket.SocketError> =>
    peer.pull.pipe(
      Effect.flatMap((pieces) => receive(peer, pieces) ? Effect.void : Effect.andThen(tooMuchInput(peer.client), gone)),
      Effect.forever,
      Effect.catchTag("SocketError", (error) => {
        const isGone = peer.net.destroyed || endsWithInput || peer.client.blocked !== undefined
        return isGone ? Effect.fail(error) : Effect.never
      })
    )

  return Effect.fnUntraced(
    function*(net: Net.Socket, socket: Socket.Socket, unixPath: string | undefined) {
      const pull = yield* Socket.readerBytes(socket)
      const arrived: Array<Buffer> = []
      const parser = new RequestParser(limits)
      const writer = new ReplyWriter()
      const client = yield* Effect.acquireRelease(
        Effect.sync(() => clients.add(transportOf(net, unixPath, parser, arrived, writer))),
        (client) => Effect.sync(() => clients.remove(client))
      )
      yield* Effect.logDebug(`Client id=${client.id} addr=${client.transport.address} connected`)
      const session = new Session(client, dispatcher, parser, writer)
      const peer: Peer = { net, pull, client, parser, writer, session, arrived }
      yield* converse(peer).pipe(Effect.catchTag("SocketError", () => Effect.void))
      if (writer.length > 0) send(peer)
      // It stays a client, which can be killed or time out, until it has its last reply.
      yield* finished(net)
      yield* Effect.logDebug(`Client id=${client.id} disconnected`)
    },
    Effect.scoped,
    Effect.catchDefect((defect) => Effect.logError("connection failed", Cause.die(defect)))
  )
})

/** A handler for `SocketServer.run`, with Node's socket, which comes with every connection although the type of `run` does not say so. */
export const withNetSocket =
  <E, R>(handler: (net: Net.Socket, socket: Socket.Socket) => Effect.Effect<void, E, R>) => (socket: Socket.Socket) =>
    Effect.flatMap(
      Effect.serviceOption(NodeSocket.NetSocket),
      Option.match({ onNone: () => Effect.void, onSome: (net) => handler(net, socket) })
    )

/** A defect in a command that waits costs its client an error, as one in any other command does. */
const survive = (effect: Effect.Effect<Reply>): Effect.Effect<Reply> =>
  Effect.catchDefect(
    effect,
    (defect) => Effect.as(Effect.logError("a waiting command failed", Cause.die(defect)), internal)
  )

const gone = Effect.fail(new Socket.SocketError({ reason: new Socket.SocketCloseError({ code: 1000 }) }))

/** Waits until the kernel has taken all that was written. */
const drained = (net: Net.Socket): Effect.Effect<void, Socket.SocketError> =>
  Effect.callback((resume) => {
    const onDrain = () => resume(Effect.void)
    const onClose = () => resume(gone)
    net.once("drain", onDrain)
    net.once("close", onClose)
    return Effect.sync(() => {
      net.off("drain", onDrain)
      net.off("close", onClose)
    })
  })

/** Ends our side, and waits until the last reply has left or the socket is gone. */
const finished = (net: Net.Socket): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const onEnd = () => resume(Effect.void)
    if (net.destroyed || net.writableFinished) return onEnd()
    net.once("finish", onEnd)
    net.once("close", onEnd)
    net.end()
    return Effect.sync(() => {
      net.off("finish", onEnd)
      net.off("close", onEnd)
    })
  })
