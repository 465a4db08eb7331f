/**
 * The server's counters, in memory, and the fiber that turns some of them into rates.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { CommandClock } from "../services/CommandClock.ts"
import { Host } from "../services/Host.ts"
import { type CommandStats, type Counters, ServerStats } from "../services/ServerStats.ts"

export const layer: Layer.Layer<ServerStats> = Layer.sync(ServerStats, () => {
  const counters = noCounts()
  const commands = new Map<string, CommandStats>()
  const errors = new Map<string, number>()
  const rates = noRates()
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
    countError: (code) => {
      const name = errors.size < maxErrorCodes || errors.has(code) ? code : otherErrors
      errors.set(name, (errors.get(name) ?? 0) + 1)
    },
    reset: () => {
      Object.assign(counters, noCounts(), { usedMemoryPeak: counters.usedMemoryPeak })
      Object.assign(rates, noRates())
      // The Dispatcher holds on to these objects, so they are emptied, not replaced.
      for (const stats of commands.values()) Object.assign(stats, noCalls())
      errors.clear()
    }
  })
})

/** Keeps the rates. */
export const layerRates: Layer.Layer<never, never, CommandClock | Host | ServerStats> = Layer.effectDiscard(
  Effect.gen(function*() {
    const { counters, rates } = yield* ServerStats
    const { monotonicNanos } = yield* CommandClock
    const { eventLoop } = yield* Host
    const commands = new Rate()
    const input = new Rate()
    const output = new Rate()
    const cycles = new Rate()
    const cycleMicros = new Rate()
    const sample = Effect.sync(() => {
      const seconds = monotonicNanos() / 1e9
      const loop = eventLoop()
      rates.commandsPerSecond = commands.sample(counters.commandsProcessed, seconds)
      rates.inputBytesPerSecond = input.sample(counters.bytesReceived, seconds)
      rates.outputBytesPerSecond = output.sample(counters.bytesSent, seconds)
      rates.eventLoopCyclesPerSecond = cycles.sample(loop.cycles, seconds)
      rates.eventLoopMicrosPerCycle = cycleMicros.sample(loop.activeMicros, loop.cycles)
    })
    yield* sample.pipe(Effect.repeat(Schedule.spaced("1 second")), Effect.forkScoped)
  })
)

/** How fast one growing number has grown by another since the last sample. */
class Rate {
  #last: { readonly value: number; readonly base: number } | undefined = undefined

  /** A whole number; 0 also where somebody has set the counters back. */
  sample(value: number, base: number): number {
    const last = this.#last
    this.#last = { value, base }
    return last === undefined || base <= last.base
      ? 0
      : Math.max(0, Math.floor((value - last.value) / (base - last.base)))
  }
}

const noRates = (): ServerStats["Service"]["rates"] => ({
  commandsPerSecond: 0,
  inputBytesPerSecond: 0,
  outputBytesPerSecond: 0,
  eventLoopCyclesPerSecond: 0,
  eventLoopMicrosPerCycle: 0
})

/** Clients can make up error codes; those beyond this number are counted together. */
const maxErrorCodes = 128
const otherErrors = "ERRORSTATS_OVERFLOW"

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
  expiredFields: 0,
  expiredTimeCapReached: 0,
  expireCycleNanos: 0,
  evictedKeys: 0,
  evictedClients: 0,
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
