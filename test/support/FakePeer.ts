/**
 * A server that says what a test lets it say: what has come is waited for, and answered by hand.
 */
import { Effect, type Scope } from "effect"
import * as Net from "node:net"

export interface FakePeer {
  readonly port: number
  /** The next connection that is made. */
  readonly accept: Effect.Effect<FakeConnection>
}

export interface FakeConnection {
  /** All requests so far, as soon as this many have come: words, one per char code. */
  readonly requests: (count: number) => Effect.Effect<ReadonlyArray<ReadonlyArray<string>>>
  readonly answer: (bytes: string) => Effect.Effect<void>
  readonly close: Effect.Effect<void>
  /** Ends when the other side has ended the connection. */
  readonly closed: Effect.Effect<void>
}

/** It listens until the scope closes. */
export const fakePeer: Effect.Effect<FakePeer, never, Scope.Scope> = Effect.gen(function*() {
  const arrived: Array<Net.Socket> = []
  const waiting: Array<(socket: Net.Socket) => void> = []
  const sockets = new Set<Net.Socket>()
  const server = yield* Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const server = Net.createServer((socket) => {
        sockets.add(socket)
        const waiter = waiting.shift()
        if (waiter === undefined) arrived.push(socket)
        else waiter(socket)
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
  )
  const address = server.address()
  if (address === null || typeof address === "string") return yield* Effect.die("a TCP server has a port")
  return {
    port: address.port,
    accept: Effect.map(
      Effect.promise(() =>
        new Promise<Net.Socket>((resolve) => {
          const socket = arrived.shift()
          if (socket === undefined) waiting.push(resolve)
          else resolve(socket)
        })
      ),
      connectionOver
    )
  }
})

const connectionOver = (socket: Net.Socket): FakeConnection => {
  let received = ""
  let onMore = (): void => {}
  const ended = new Promise<void>((resolve) => {
    socket.once("close", () => resolve())
  })
  socket.on("error", () => {})
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1")
    onMore()
  })
  return {
    requests: (count) =>
      Effect.promise(() =>
        new Promise((resolve) => {
          onMore = () => {
            const requests = requestsIn(received)
            if (requests.length >= count) resolve(requests)
          }
          onMore()
        })
      ),
    answer: (bytes) => Effect.sync(() => void socket.write(bytes, "latin1")),
    close: Effect.sync(() => void socket.destroy()),
    closed: Effect.promise(() => ended)
  }
}

/** The complete requests among these bytes. */
const requestsIn = (bytes: string): ReadonlyArray<ReadonlyArray<string>> => {
  const requests: Array<ReadonlyArray<string>> = []
  let at = 0
  const number = (): number => {
    const end = bytes.indexOf("\r\n", at)
    const value = end < 0 ? NaN : Number(bytes.slice(at + 1, end))
    at = end + 2
    return value
  }
  while (at < bytes.length) {
    const words: Array<string> = []
    const count = number()
    for (let i = 0; i < count; i++) {
      const length = number()
      if (!(at + length + 2 <= bytes.length)) return requests
      words.push(bytes.slice(at, at + length))
      at += length + 2
    }
    requests.push(words)
  }
  return requests
}
