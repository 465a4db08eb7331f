/**
 * Who may come in: not more clients than `maxclients`, and nobody from elsewhere while there is no password (`protected-mode`).
 *
 * It also keeps `maxclients` below what the operating system allows, as Redis does.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as Net from "node:net"
import { Clients } from "../services/Clients.ts"
import { NotApplied, ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import { isLoopback } from "./SocketTransport.ts"

/** Makes what stands before a connection: it serves the socket, or answers why not and closes it. */
export const make = Effect.gen(function*() {
  const clients = yield* Clients
  const { values: config } = yield* ServerConfig
  const { counters } = yield* ServerStats
  yield* limitClientsByFiles

  const refuse = (net: Net.Socket, reply: string) =>
    Effect.sync(() => {
      counters.connectionsRejected++
      net.write(reply)
      net.destroySoon()
    })

  return <E, R>(net: Net.Socket, isUnix: boolean, serve: Effect.Effect<void, E, R>): Effect.Effect<void, E, R> =>
    Effect.suspend(() => {
      const isLocal = isUnix || isLoopback(net.remoteAddress)
      if (clients.size() >= config.maxclients) return refuse(net, tooManyClients)
      if (config["protected-mode"] && config.requirepass === undefined && !isLocal) {
        return refuse(net, protectedMode)
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

/** Every client takes one of the files that the process may have open. Where that number cannot be known, nothing is limited. */
const limitClientsByFiles = Effect.gen(function*() {
  const { onChange, set, values: config } = yield* ServerConfig
  const maxOpenFiles = yield* readMaxOpenFiles
  const maxClients = Math.max(1, maxOpenFiles - reservedFiles)
  if (config.maxclients > maxClients) {
    yield* Effect.logWarning(
      `maxclients is ${maxClients} instead of ${config.maxclients}: this process may have ${maxOpenFiles} files open (ulimit -n), ` +
        `and keeps ${reservedFiles} of them for itself`
    )
    // The value is in range and nothing is registered yet that could refuse it.
    yield* Effect.orDie(set([["maxclients", String(maxClients)]], { isLocal: true }))
  }
  yield* onChange(["maxclients"], () =>
    config.maxclients <= maxClients ? undefined : new NotApplied({
      reason: `The operating system is not able to handle the specified number of clients, try with ${maxClients}`
    }))
})

/** For files, listeners and pipes; the number is Redis's. */
const reservedFiles = 32

/** Node has raised the soft limit to the hard one when it started. Only Linux says in a file what it is. */
const readMaxOpenFiles = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const limits = yield* Effect.orElseSucceed(fs.readFileString("/proc/self/limits"), () => "")
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? Infinity : Number(soft)
})
