/**
 * The host as Node knows it. Nothing is measured here; the operating system and V8 keep count anyway.
 */
import * as Layer from "effect/Layer"
import * as Os from "node:os"
import * as V8 from "node:v8"
import * as Vm from "node:vm"
import { Host } from "../services/Host.ts"

export const layer: Layer.Layer<Host> = Layer.sync(Host, () =>
  Host.of({
    operatingSystem: `${Os.type()} ${Os.release()} ${Os.machine()}`,
    archBits: process.arch.endsWith("64") || process.arch === "s390x" ? 64 : 32,
    nodeVersion: process.versions.node,
    v8Version: process.versions.v8,
    executable: process.argv[1] ?? process.execPath,
    totalMemoryBytes: Os.totalmem(),

    cpu: () => {
      const all = process.cpuUsage()
      const main = process.threadCpuUsage()
      return {
        process: { userMicros: all.user, systemMicros: all.system },
        mainThread: { userMicros: main.user, systemMicros: main.system }
      }
    },
    eventLoop: () => ({
      cycles: performance.nodeTiming.uvMetricsInfo.loopCount,
      activeMicros: Math.round(performance.eventLoopUtilization().active * 1000)
    }),
    residentBytes: () => process.memoryUsage.rss(),
    heap: () => {
      const heap = V8.getHeapStatistics()
      return {
        allocatedBytes: heap.used_heap_size + heap.external_memory,
        activeBytes: heap.total_heap_size + heap.external_memory,
        residentBytes: heap.total_physical_size + heap.external_memory
      }
    },
    heapSpaces: () =>
      V8.getHeapSpaceStatistics().map((space) => ({
        name: space.space_name,
        sizeBytes: space.space_size,
        usedBytes: space.space_used_size,
        availableBytes: space.space_available_size,
        physicalBytes: space.physical_space_size
      })),

    collectGarbage: () => garbageCollector()(),
    halt: (millis) => void Atomics.wait(neverNotified, 0, 0, millis)
  }))

/** V8 shows its collector to contexts that are made while this flag is set. */
const garbageCollector = (): () => void => {
  V8.setFlagsFromString("--expose-gc")
  try {
    // With the flag set `gc` is a function without parameters that have to be given.
    return Vm.runInNewContext("gc") as () => void
  } finally {
    V8.setFlagsFromString("--no-expose-gc")
  }
}

const neverNotified = new Int32Array(new SharedArrayBuffer(4))
