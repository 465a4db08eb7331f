/**
 * The registry of connected clients, and the pauses that CLIENT PAUSE and others put on them.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Client, ClientTransport } from "./Client.ts"

/** Which commands a pause holds back. */
export type PauseMode = "all" | "write"

export class Clients extends Context.Service<Clients, {
  /** Registers a new client under the next id; ids are never used again. */
  readonly add: (transport: ClientTransport) => Client
  /** Forgets a client whose connection has ended. */
  readonly remove: (client: Client) => void
  /** Ends a client's connection now and forgets it. Replies that have not left are lost; a command that waits is given up. */
  readonly disconnect: (client: Client) => void
  readonly get: (id: number) => Client | undefined
  /** In order of connection. */
  readonly all: () => Iterable<Client>
  readonly size: () => number

  /** What is held back now, if anything. */
  readonly pausedMode: () => PauseMode | undefined
  /** When the pause ends; 0 where nothing is held back. */
  readonly pausedUntilMillis: () => number
  /** Holds commands back until `untilMillis`. Of two pauses the later end and the stricter mode hold, as in Redis. */
  readonly pause: (mode: PauseMode, untilMillis: number) => void
  readonly unpause: () => void
  /** Holds writes back for as long as an effect runs, whatever CLIENT PAUSE and CLIENT UNPAUSE say meanwhile. One such effect runs after the other. */
  readonly holdingWrites: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Waits until nothing is held back: to the end of the pause, also when that is put off meanwhile, or to `unpause`. */
  readonly awaitUnpaused: Effect.Effect<void>
  /** `awaitUnpaused` for a client whose command is held back: meanwhile it counts as blocked. */
  readonly postpone: (client: Client) => Effect.Effect<void>
}>()("keyloom/services/Clients") {}
