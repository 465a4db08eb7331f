/**
 * Memory as the keyspace counts it, the limit that `maxmemory` sets, and the ceiling that V8's heap has.
 *
 * Eviction works until there is room, but not longer than `maxmemory-eviction-tenacity` allows at a time; a fiber goes on with it between the commands.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import { constants, type NodeGCPerformanceDetail, PerformanceObserver } from "node:perf_hooks"
import * as V8 from "node:v8"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { Memory } from "../services/Memory.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import { clientsLimitBytes } from "./clientLimits.ts"
import { Eviction } from "./Eviction.ts"

export const layer = Layer.effect(
  Memory,
  Effect.gen(function*() {
    const clients = yield* Clients
    const clock = yield* CommandClock
    const { evictOne } = yield* Eviction
    const keyspace = yield* Keyspace
    const config = yield* ServerConfig
    const { counters } = yield* ServerStats
    const unfinished = Latch.makeUnsafe(false)
    let clientBytes = 0
    let clientsReadAtMillis = -Infinity
    /** What lives in the heap beside the data, as it was after the last garbage collection; negative where much of the data lives outside of the heap. */
    let otherHeapBytes = 0
    /** Up to this size of the data the heap has room for certain: all that a write has to look at. */
    let roomyBytes = 0

    const usedBytes = () => keyspace.usedBytes() + clientBytes

    const readClients = (): void => {
      clientsReadAtMillis = clock.millis
      clientBytes = 0
      for (const client of clients.all()) clientBytes += client.bufferBytes
      const limit = clientsLimitBytes(config.values)
      // What is beyond the limit goes together with its clients: no key has to make room for it.
      if (limit > 0) clientBytes = Math.min(clientBytes, limit)
    }

    /** The most data that has been seen since the last collection. */
    let highBytes = 0

    const afterCollection = (): void => {
      const dataBytes = keyspace.usedBytes()
      // We are told of a collection a little later: what was deleted meanwhile is still in the heap, and no other thing than data.
      otherHeapBytes = heapUsedBytes() - Math.max(dataBytes, highBytes)
      highBytes = dataBytes
    }
    afterCollection()
    yield* Effect.acquireRelease(
      Effect.sync(() => observeCollections(afterCollection)),
      (observer) => Effect.sync(() => observer.disconnect())
    )

    /**
     * Whether one more write could end the process. What the heap reports includes garbage, which is no reason to refuse anything: V8 collects it when it
     * needs the room. So what the data has grown by since the last collection counts as well, and what has been deleted makes room at once.
     */
    const isHeapFull = (): boolean => {
      const dataBytes = keyspace.usedBytes()
      if (dataBytes <= roomyBytes) return false
      if (dataBytes > highBytes) highBytes = dataBytes
      const isFull = dataBytes + otherHeapBytes > fullHeapBytes && heapUsedBytes() > fullHeapBytes
      if (!isFull) roomyBytes = dataBytes + heapStepBytes
      return isFull
    }

    /** Evicts for a while. Answers whether there is room now, or will be when the rest is done. */
    const makeRoom = (): boolean => {
      const { maxmemory } = config.values
      // Clients that are paused must find everything as it was.
      if (maxmemory === 0 || usedBytes() <= maxmemory || clients.pausedMode() !== undefined) return true
      const startedAt = clock.monotonicNanos()
      const limit = tenacityNanos(config.values["maxmemory-eviction-tenacity"])
      if (clock.millis - clientsReadAtMillis >= clientsReadMillis) readClients()
      for (let evicted = 1; usedBytes() > maxmemory; evicted++) {
        if (!evictOne()) {
          // Nothing is refused because of buffers that are gone meanwhile.
          if (clock.millis !== clientsReadAtMillis) readClients()
          return usedBytes() <= maxmemory
        }
        if (evicted % evictionsPerLook === 0 && clock.monotonicNanos() - startedAt > limit) {
          unfinished.openUnsafe()
          return true
        }
      }
      return true
    }

    yield* config.onChange(["maxmemory", "maxmemory-policy"], () => {
      readClients()
      makeRoom()
      return undefined
    })

    yield* unfinished.await.pipe(
      Effect.andThen(Effect.sync(() => {
        unfinished.closeUnsafe()
        clock.refresh()
        makeRoom()
      })),
      Effect.andThen(Effect.yieldNow),
      Effect.catchCause((cause) => Effect.logError("eviction failed", cause)),
      Effect.forever,
      Effect.annotateLogs("module", "memory"),
      Effect.forkScoped
    )

    /** Looks at what no write tells: buffers of clients, and a heap that grows by other things than data. */
    const sample = Effect.suspend(() => {
      const isLimited = config.values.maxmemory > 0
      if (isLimited) {
        readClients()
        makeRoom()
      }
      if (heapUsedBytes() > fullHeapBytes) roomyBytes = 0
      counters.usedMemoryPeak = Math.max(counters.usedMemoryPeak, usedBytes())
      return Effect.sleep(isLimited ? "100 millis" : "1 second")
    })
    yield* sample.pipe(
      Effect.catchCause((cause) =>
        Effect.andThen(Effect.logError("memory sample failed", cause), Effect.sleep("1 second"))
      ),
      Effect.forever,
      Effect.annotateLogs("module", "memory"),
      Effect.forkScoped
    )

    return Memory.of({
      usedBytes: () => {
        readClients()
        return usedBytes()
      },
      isLimited: () => keyspace.usedBytes() > roomyBytes || config.values.maxmemory > 0,
      ensureRoom: () => makeRoom() && !isHeapFull(),
      heapLimitBytes,
      heapUsedBytes
    })
  })
)

/** How old the sum of the clients' buffers may be when keys are evicted: it takes a look at every client. */
const clientsReadMillis = 10

/** How many keys go between two looks at the clock. */
const evictionsPerLook = 16

/** The longest eviction for one command, in nanoseconds: Redis's scale from 0 (none) over 10 (half a millisecond) to 100 (no limit). */
const tenacityNanos = (tenacity: number): number => {
  if (tenacity <= 10) return tenacity * 50_000
  return tenacity < 100 ? 500_000 * 1.15 ** (tenacity - 10) : Infinity
}

/** V8 keeps two semi-spaces for new objects and a third of the same size in reserve, 64 MiB each unless a flag says otherwise. */
const youngGenerationBytes = (): number => {
  const flags = [...process.execArgv, ...(process.env["NODE_OPTIONS"] ?? "").split(" ")]
  const semiSpace = flags.map((flag) => /^--max[-_]semi[-_]space[-_]size=(\d+)$/.exec(flag)?.[1]).findLast(Boolean)
  return 3 * Number(semiSpace ?? 64) * 1024 * 1024
}

/** V8 ends the process when objects that have lived for a while need more than this; its own figure includes the young ones. */
const heapLimitBytes = (() => {
  const { heap_size_limit } = V8.getHeapStatistics()
  const oldBytes = heap_size_limit - youngGenerationBytes()
  // A worker thread has limits of its own, and less for young objects than the process.
  return oldBytes > heap_size_limit / 8 ? oldBytes : heap_size_limit / 2
})()

/** Above this writes are refused: the rest is for what one command, or a client that does not read, may still need. */
const fullHeapBytes = heapLimitBytes * 0.9

/** The heap is asked about itself again when the data has grown by this much. */
const heapStepBytes = Math.min(16 * 1024 * 1024, heapLimitBytes / 64)

const heapUsedBytes = (): number => V8.getHeapStatistics().used_heap_size

/** Calls `onCollection` soon after each collection of all garbage; those of young objects alone don't count. */
const observeCollections = (onCollection: () => void): PerformanceObserver => {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      // What entries of this type carry.
      const { kind } = (entry as unknown as { readonly detail: NodeGCPerformanceDetail }).detail
      if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) return onCollection()
    }
  })
  observer.observe({ entryTypes: ["gc"] })
  return observer
}
