/**
 * How much memory clients may take: one by its replies (`client-output-buffer-limit`), and all together (`maxmemory-clients`); and what becomes of a client
 * that is over its limit.
 *
 * The hard limit is looked at when replies are added (`Connection`); the soft one, which is about time, and that of all together ten times a second
 * (`ClientsCron`).
 */
import * as Effect from "effect/Effect"
import type { Client } from "../services/Client.ts"
import type { Clients } from "../services/Clients.ts"
import type { ServerConfig } from "../services/ServerConfig.ts"
import type { ServerStats } from "../services/ServerStats.ts"

type Values = ServerConfig["Service"]["values"]
type OutputLimit = Values["client-output-buffer-limit"]["normal"]

/** A limit of 0 bytes is none. The stream from a master counts as a normal client, and a stranger gets next to nothing, as in Redis. */
export const outputLimitOf = (config: Values, { isAuthenticated, kind, wasAuthenticated }: Client): OutputLimit =>
  isAuthenticated || wasAuthenticated
    ? config["client-output-buffer-limit"][kind === "master" ? "normal" : kind]
    : strangersLimit

/** The first reply buffer of Redis and the 1024 bytes it allows a stranger beside it. */
const strangersLimit: OutputLimit = { hardBytes: 17 * 1024, softBytes: 0, softSeconds: 0 }

/** Ends the connection now; the replies that were too many are lost. */
export const closeForOutput = (
  client: Client,
  clients: Clients["Service"],
  { counters }: ServerStats["Service"]
): Effect.Effect<void> =>
  Effect.suspend(() => {
    counters.clientOutputBufferLimitDisconnections++
    const bytes = client.transport.outputBytes()
    clients.disconnect(client)
    return Effect.logWarning(
      `Client id=${client.id} addr=${client.transport.address} closed: its output buffer of ${bytes} bytes is over the limit`
    )
  })

/** What all clients together may hold in memory, in bytes (`maxmemory-clients`); 0 is no limit. */
export const clientsLimitBytes = ({ maxmemory, "maxmemory-clients": limit }: Values): number =>
  "bytes" in limit ? limit.bytes : Math.floor(maxmemory * limit.percent / 100)
