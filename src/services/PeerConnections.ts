/**
 * Connections to other servers that speak the protocol, for who has a few requests for one of them: MIGRATE.
 *
 * A connection that has been used well is kept for some seconds, because whoever moves one key often moves the next one as well.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

export interface PeerAddress {
  readonly host: string
  readonly port: number
}

/** The other server, for as long as nobody else talks to it over this connection. */
export interface Peer {
  /** The database that is selected there, `undefined` where that is not known: whoever selects one says so here. */
  database: number | undefined
  readonly write: (bytes: ReadonlyArray<Buffer>) => Effect.Effect<void, PeerFailure>
  /** The next line that comes, without its end: a reply, where only replies of one line are to be expected. */
  readonly readLine: Effect.Effect<string, PeerFailure>
}

/** What could not be done, or not in time. */
export class PeerFailure extends Data.TaggedError("PeerFailure")<{
  /** "finding": the name of the host leads nowhere. */
  readonly action: "finding" | "connecting" | "writing" | "reading"
  readonly isTimeout: boolean
  readonly cause?: unknown
}> {}

export class PeerConnections extends Context.Service<PeerConnections, {
  /** Connections that are kept for the next time. */
  readonly keptCount: () => number
  /**
   * Talks to a server, over a connection that has been kept or over a new one. Connecting, and each 64 KB that are written and each line that is read, may
   * take this long.
   *
   * It goes on when whoever wanted it is gone: what has been sent cannot be taken back. A connection is not used again after a failure.
   */
  readonly talk: <A>(
    address: PeerAddress,
    timeoutMillis: number,
    talk: (peer: Peer) => Effect.Effect<A, PeerFailure>
  ) => Effect.Effect<A, PeerFailure>
}>()("keyloom/services/PeerConnections") {}
