/**
 * What the memory is used for: the figures that INFO memory, MEMORY STATS and MEMORY DOCTOR have in common. All are bytes, percentages or ratios.
 *
 * `used` is what the data and the buffers of the clients take, as counted. The allocator is V8, whose figures cover everything in the process that is
 * written in JavaScript; resident memory is all of the process.
 */
import type { CommandContext } from "../../services/CommandContext.ts"
import type { HeapFigures } from "../../services/Host.ts"

export interface MemoryFigures {
  readonly used: number
  readonly peak: number
  readonly peakPercentage: number
  /** Tables and buffers: what is used for other things than keys and values. */
  readonly overhead: number
  readonly dataset: number
  readonly datasetPercentage: number
  readonly clientBuffers: number
  readonly keys: number
  readonly resident: number
  readonly heap: HeapFigures
}

export const memoryFigures = (
  { clients, host, keyspace, memory, stats: { counters } }: CommandContext
): MemoryFigures => {
  const used = memory.usedBytes()
  // The peak is looked for from time to time only, and must not be below what is used.
  if (used > counters.usedMemoryPeak) counters.usedMemoryPeak = used
  let clientBuffers = 0
  for (const client of clients.all()) clientBuffers += client.bufferBytes
  const overhead = Math.min(used, keyspace.overheadBytes() + clientBuffers)
  const dataset = used - overhead
  return {
    used,
    peak: counters.usedMemoryPeak,
    peakPercentage: share(used, counters.usedMemoryPeak),
    overhead,
    dataset,
    datasetPercentage: share(dataset, used),
    clientBuffers,
    keys: keyspace.databases.reduce((sum, { size }) => sum + size, 0),
    resident: host.residentBytes(),
    heap: host.heap()
  }
}

const share = (part: number, whole: number): number => whole === 0 ? 0 : part * 100 / whole

export const ratio = (part: number, whole: number): number => whole === 0 ? 0 : part / whole
