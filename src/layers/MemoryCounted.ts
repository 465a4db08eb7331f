/**
 * Memory as the keyspace counts it, the limit that `maxmemory` sets, and the ceiling that V8's heap has.
 *
 * Eviction works until there is room, but not longer than `maxmemory-eviction-tenacity` allows at a time; a fiber goes on with it between the commands.
 */
import { Effect, Latch, Layer, Schedule } from "effect"
import * as V8 from "node:v8"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { Memory } from "../services/Memory.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import { Eviction } from "./Eviction.ts"

/** Above this share of V8's heap limit writes are refused: at the limit itself the process would end. */
const heapShare = 0.9

/** The heap is asked about itself again when the data has grown by this much. */
const heapCheckBytes = 16 * 1024 * 1024

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
    let heap = V8.getHeapStatistics()
    let dataAtHeapCheck = 0

    const usedBytes = () => keyspace.usedBytes() + clientBytes

    const checkHeap = () => {
      heap = V8.getHeapStatistics()
      dataAtHeapCheck = keyspace.usedBytes()
    }

    const isHeapFull = (): boolean => {
      if (keyspace.usedBytes() - dataAtHeapCheck > heapCheckBytes) checkHeap()
      return heap.used_heap_size > heap.heap_size_limit * heapShare
    }

    /** Evicts for a while. Answers whether there is room now, or will be when the rest is done. */
    const makeRoom = (): boolean => {
      const { maxmemory } = config.values
      if (maxmemory === 0 || usedBytes() <= maxmemory) return true
      const startedAt = clock.monotonicNanos()
      const limit = tenacityNanos(config.values["maxmemory-eviction-tenacity"])
      for (let evicted = 1; usedBytes() > maxmemory; evicted++) {
        if (!evictOne()) return false
        if (evicted % evictionsPerLook === 0 && clock.monotonicNanos() - startedAt > limit) {
          unfinished.openUnsafe()
          return true
        }
      }
      return true
    }

    yield* config.onChange(["maxmemory", "maxmemory-policy"], () => {
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
      Effect.forkScoped
    )

    yield* Effect.sync(() => {
      checkHeap()
      clientBytes = 0
      for (const { transport } of clients.all()) clientBytes += transport.outputBytes() + transport.queryBufferBytes()
      counters.usedMemoryPeak = Math.max(counters.usedMemoryPeak, usedBytes())
    }).pipe(Effect.repeat(Schedule.spaced("100 millis")), Effect.forkScoped)

    return Memory.of({
      usedBytes,
      isLimited: () => config.values.maxmemory > 0 || isHeapFull(),
      ensureRoom: () => makeRoom() && !isHeapFull(),
      heapLimitBytes: heap.heap_size_limit,
      heapUsedBytes: () => heap.used_heap_size
    })
  })
)

/** How many keys go between two looks at the clock. */
const evictionsPerLook = 16

/** The longest eviction for one command, in nanoseconds: Redis's scale from 0 (none) over 10 (half a millisecond) to 100 (no limit). */
const tenacityNanos = (tenacity: number): number => {
  if (tenacity <= 10) return tenacity * 50_000
  return tenacity < 100 ? 500_000 * 1.15 ** (tenacity - 10) : Infinity
}
