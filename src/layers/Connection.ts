/**
 * One connected client: a fiber that pulls what has arrived, runs all requests in it, and writes their replies at once.
 *
 * It reads no further while its replies are not taken (backpressure), and after a bounded number of requests it lets the other connections have their turn.
 * When the socket ends, so does the fiber; what it has run by then stays done, as in Redis.
 */
import { Effect } from "effect"
import { Socket } from "effect/socket"
import type * as Net from "node:net"
import { ReplyWriter } from "../protocol/ReplyWriter.ts"
import { RequestParser } from "../protocol/RequestParser.ts"
import type { Client } from "../services/Client.ts"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import { Waiting } from "../services/Waiting.ts"
import { Dispatcher } from "./Dispatcher.ts"
import { Session } from "./Session.ts"
import { transportOf } from "./SocketTransport.ts"

/** Makes the handler for accepted sockets. */
export const make = Effect.gen(function*() {
  const clients = yield* Clients
  const clock = yield* CommandClock
  const dispatcher = yield* Dispatcher
  const { values: config } = yield* ServerConfig
  const { counters } = yield* ServerStats
  const limits = {
    get protoMaxBulkLen() {
      return config["proto-max-bulk-len"]
    }
  }

  /** Writes what the session has gathered. Waits until the socket has room again, or ends the client that does not read. */
  const flush = Effect.fnUntraced(function*(
    client: Client,
    { writer }: Session,
    net: Net.Socket,
    socket: Socket.Writer
  ) {
    const { length } = writer
    const { hardBytes, softBytes, softSeconds } = config["client-output-buffer-limit"][limitClassOf(client)]
    if (hardBytes > 0 && length + net.writableLength > hardBytes) return yield* tooSlow(client)
    client.bytesSent += length
    counters.bytesSent += length
    counters.writesProcessed++
    // There is at least one piece, since there is something to write.
    const [first, ...rest] = writer.take() as [Uint8Array, ...Array<Uint8Array>]
    const write = socket.writeAll([first, ...rest])
    if (softBytes > 0 && softSeconds > 0 && length + net.writableLength > softBytes) {
      yield* write.pipe(Effect.timeoutOrElse({ duration: `${softSeconds} seconds`, orElse: () => tooSlow(client) }))
    } else {
      yield* write
    }
    // The kernel has taken every byte, so the buffer is ours again.
    if (net.writableLength === 0) writer.reuse()
  })

  const tooSlow = Effect.fnUntraced(function*(client: Client) {
    counters.clientOutputBufferLimitDisconnections++
    yield* Effect.logWarning(`Client id=${client.id} closed for overcoming of output buffer limits.`)
    client.transport.close()
    return yield* closed
  })

  return Effect.fnUntraced(function*(net: Net.Socket, socket: Socket.Socket) {
    const pull = yield* Socket.readerBytes(socket)
    const output = yield* socket.writer
    const parser = new RequestParser(limits)
    const writer = new ReplyWriter()
    const client = yield* Effect.acquireRelease(
      Effect.sync(() => clients.add(transportOf(net, parser, writer))),
      (client) => Effect.sync(() => clients.remove(client))
    )
    const session = new Session(client, dispatcher, parser, writer)

    while (true) {
      const pieces = yield* pull
      const now = clock.refresh()
      client.lastInteractionMillis = now
      counters.readsProcessed++
      for (const piece of pieces) {
        client.bytesReceived += piece.length
        counters.bytesReceived += piece.length
        // A net.Socket reads Buffers.
        parser.push(piece as Buffer)
      }
      if (parser.bufferedBytes + parser.partialBytes > config["client-query-buffer-limit"]) {
        counters.clientQueryBufferLimitDisconnections++
        yield* Effect.logWarning(`Closing client id=${client.id} that reached max query buffer length`)
        return
      }
      let stop = session.run()
      while (true) {
        if (writer.length > 0) yield* flush(client, session, net, output)
        if (stop === "NeedsInput") break
        if (stop === "Ends") return
        if (stop === "TurnIsOver") yield* Effect.yieldNow
        else if (stop === "Postponed") yield* clients.awaitUnpaused
        else session.answer(yield* untilClosed(net, stop))
        clock.refresh()
        stop = session.run()
      }
    }
  }, Effect.scoped, Effect.catchTag("SocketError", () => Effect.void))
})

/** The stream from a master counts as a normal client. */
const limitClassOf = ({ kind }: Client): "normal" | "replica" | "pubsub" => kind === "master" ? "normal" : kind

const closed = Effect.fail(
  new Socket.SocketError({ reason: new Socket.SocketCloseError({ code: 1000 }) })
)

/** What a waiting command comes to; a client that goes away meanwhile ends the waiting. */
const untilClosed = (net: Net.Socket, { effect }: Waiting) =>
  Effect.raceFirst(
    effect,
    Effect.callback<never, Socket.SocketError>((resume) => {
      const onClose = () => resume(closed)
      net.once("close", onClose)
      return Effect.sync(() => net.off("close", onClose))
    })
  )
