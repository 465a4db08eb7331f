/**
 * The server's counters, in memory, and the fiber that turns some of them into rates.
 */
import { Effect, Layer, Schedule } from "effect"
import { CommandClock } from "../services/CommandClock.ts"
import { type CommandStats, type Counters, ServerStats } from "../services/ServerStats.ts"

export const layer: Layer.Layer<ServerStats> = Layer.sync(ServerStats, () => {
  const counters = noCounts()
  const commands = new Map<string, CommandStats>()
  const errors = new Map<string, number>()
  const rates = { commandsPerSecond: 0, inputBytesPerSecond: 0, outputBytesPerSecond: 0 }
  return ServerStats.of({
    counters,
    rates,
    command: (name) => {
      let stats = commands.get(name)
      if (stats === undefined) commands.set(name, stats = noCalls())
      return stats
    },
    commands: () => commands,
    errors: () => errors,
    countError: (code) => void errors.set(code, (errors.get(code) ?? 0) + 1),
    reset: () => {
      Object.assign(counters, noCounts())
      // The Dispatcher holds on to these objects, so they are emptied, not replaced.
      for (const stats of commands.values()) Object.assign(stats, noCalls())
      errors.clear()
    }
  })
})

/** Keeps the rates. */
export const layerRates: Layer.Layer<never, never, CommandClock | ServerStats> = Layer.effectDiscard(
  Effect.gen(function*() {
    const { counters, rates } = yield* ServerStats
    const { monotonicNanos } = yield* CommandClock
    const read = () => ({ nanos: monotonicNanos(), ...counters })
    let last = read()
    const sample = Effect.sync(() => {
      const now = read()
      const seconds = (now.nanos - last.nanos) / 1e9
      if (seconds <= 0) return
      const perSecond = (name: "commandsProcessed" | "bytesReceived" | "bytesSent") =>
        Math.max(0, Math.round((now[name] - last[name]) / seconds))
      rates.commandsPerSecond = perSecond("commandsProcessed")
      rates.inputBytesPerSecond = perSecond("bytesReceived")
      rates.outputBytesPerSecond = perSecond("bytesSent")
      last = now
    })
    yield* sample.pipe(Effect.repeat(Schedule.spaced("1 second")), Effect.forkScoped)
  })
)

const noCalls = (): CommandStats => ({ calls: 0, nanos: 0, rejectedCalls: 0, failedCalls: 0, latency: undefined })

const noCounts = (): Counters => ({
  connectionsReceived: 0,
  connectionsRejected: 0,
  commandsProcessed: 0,
  bytesReceived: 0,
  bytesSent: 0,
  keyspaceHits: 0,
  keyspaceMisses: 0,
  expiredKeys: 0,
  expiredTimeCapReached: 0,
  expireCycleNanos: 0,
  evictedKeys: 0,
  evictedClients: 0,
  evictionExceededNanos: 0,
  errorReplies: 0,
  lazyFreedObjects: 0,
  clientQueryBufferLimitDisconnections: 0,
  clientOutputBufferLimitDisconnections: 0,
  deniedAccessAuth: 0,
  readsProcessed: 0,
  writesProcessed: 0,
  usedMemoryPeak: 0,
  expiredStalePercentage: 0
})
