/**
 * What this server counts about itself. Plain numbers, because the request path adds to them; CONFIG RESETSTAT sets them back.
 */
import * as Context from "effect/Context"
import type { Histogram } from "../data/Histogram.ts"

/** Counters of one command, as INFO commandstats and latencystats show them. */
export interface CommandStats {
  calls: number
  nanos: number
  /** Refused before they ran: wrong arity, no permission, out of memory ... */
  rejectedCalls: number
  /** Ran, and answered an error. */
  failedCalls: number
  latency: Histogram | undefined
}

export interface Counters {
  connectionsReceived: number
  connectionsRejected: number
  commandsProcessed: number
  bytesReceived: number
  bytesSent: number
  keyspaceHits: number
  keyspaceMisses: number
  expiredKeys: number
  /** Fields of hashes. */
  expiredFields: number
  expiredTimeCapReached: number
  expireCycleNanos: number
  evictedKeys: number
  evictedClients: number
  errorReplies: number
  lazyFreedObjects: number
  clientQueryBufferLimitDisconnections: number
  clientOutputBufferLimitDisconnections: number
  deniedAccessAuth: number
  readsProcessed: number
  writesProcessed: number
  usedMemoryPeak: number
  /** Share of volatile keys that are thought to be expired but still there, 0 to 100. */
  expiredStalePercentage: number
}

export class ServerStats extends Context.Service<ServerStats, {
  readonly counters: Counters
  /** By full command name, made when first asked for. */
  readonly command: (name: string) => CommandStats
  readonly commands: () => ReadonlyMap<string, CommandStats>
  /** How often each error code was answered, by code. */
  readonly errors: () => ReadonlyMap<string, number>
  readonly countError: (code: string) => void
  /** Sets everything back to zero but the peak of the memory, which is no count of events. */
  readonly reset: () => void
  /** Averages over the last second, kept by a background fiber. */
  readonly rates: {
    commandsPerSecond: number
    inputBytesPerSecond: number
    outputBytesPerSecond: number
    eventLoopCyclesPerSecond: number
    eventLoopMicrosPerCycle: number
  }
}>()("keyloom/services/ServerStats") {}
