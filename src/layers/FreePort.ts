/**
 * A TCP port nobody listens on, for who wants a server and does not care where.
 *
 * The operating system chooses it; it is free again when this answers, so that somebody else may be quicker: who uses it has to be ready for that.
 */
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import { ListenFailed } from "./SocketServers.ts"

export const freePort = (host: string): Effect.Effect<number, ListenFailed> =>
  Effect.callback((resume) => {
    const server = Net.createServer()
    server.once("error", (cause) => resume(new ListenFailed({ address: host, cause })))
    server.listen({ host, port: 0 }, () => {
      const address = server.address()
      // A server that listens on TCP has an address and a port; text is for Unix sockets.
      const port = typeof address === "object" && address !== null ? address.port : 0
      server.close(() => resume(Effect.succeed(port)))
    })
    return Effect.sync(() => void server.close())
  })
