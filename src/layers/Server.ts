/**
 * The engine with its doors open: listeners, the care for connected clients, and the line that tools wait for.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Command } from "../services/CommandTable.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import * as ClientsCron from "./ClientsCron.ts"
import * as Engine from "./Engine.ts"
import * as Loading from "./Loading.ts"
import * as SocketServers from "./SocketServers.ts"

/** The address is ours and clients can connect: by this line a supervisor knows that nobody else has taken the port. */
const initialized = Layer.effectDiscard(Effect.logInfo("Server initialized"))

const announcement = Layer.effectDiscard(Effect.gen(function*() {
  const { values: config } = yield* ServerConfig
  if (config.port !== 0) yield* Effect.logInfo("Ready to accept connections tcp")
  if (config.unixsocket !== undefined) yield* Effect.logInfo("Ready to accept connections unix")
}))

/** With `loads` it begins with the dataset that its files hold, and opens its doors before that is read. */
export const layer = (commands: ReadonlyArray<Command>, loads = true) =>
  announcement.pipe(
    Layer.provideMerge(loads ? Loading.layer : Layer.empty),
    Layer.provideMerge(initialized),
    Layer.provideMerge(SocketServers.layer),
    Layer.provideMerge(loads ? Loading.layerAwaited : Layer.empty),
    Layer.provideMerge(ClientsCron.layer),
    Layer.provideMerge(Engine.layer(commands))
  )
