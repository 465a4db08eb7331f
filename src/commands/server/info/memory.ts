/**
 * INFO about memory: what the data takes, what the process takes for it, and how much there may be of both.
 */
import { formatMemorySize } from "../../../data/MemorySize.ts"
import { memoryFigures, ratio } from "../memoryFigures.ts"
import { type Field, fixed, type Section } from "./Section.ts"

export const memory: Section = {
  title: "Memory",
  isDefault: true,
  fields: (context) => {
    const { config: { values: config }, host, memory, stats: { counters } } = context
    const figures = memoryFigures(context)
    const { heap, resident, used } = figures
    return [
      ...withHuman("used_memory", used),
      ...withHuman("used_memory_rss", resident),
      ...withHuman("used_memory_peak", figures.peak),
      ["used_memory_peak_perc", `${fixed(figures.peakPercentage)}%`],
      ["used_memory_overhead", figures.overhead],
      // Only data and buffers are counted, and at the start there are none.
      ["used_memory_startup", 0],
      ["used_memory_dataset", figures.dataset],
      ["used_memory_dataset_perc", `${fixed(figures.datasetPercentage)}%`],
      ["allocator_allocated", heap.allocatedBytes],
      ["allocator_active", heap.activeBytes],
      ["allocator_resident", heap.residentBytes],
      ...withHuman("total_system_memory", host.totalMemoryBytes),
      ...withHuman("maxmemory", config.maxmemory),
      ["maxmemory_policy", config["maxmemory-policy"]],
      ...withHuman("heap_used", memory.heapUsedBytes()),
      ...withHuman("heap_limit", memory.heapLimitBytes),
      ["allocator_frag_ratio", fixed(ratio(heap.activeBytes, heap.allocatedBytes))],
      ["allocator_frag_bytes", heap.activeBytes - heap.allocatedBytes],
      ["allocator_rss_ratio", fixed(ratio(heap.residentBytes, heap.activeBytes))],
      ["allocator_rss_bytes", heap.residentBytes - heap.activeBytes],
      ["rss_overhead_ratio", fixed(ratio(resident, heap.residentBytes))],
      ["rss_overhead_bytes", resident - heap.residentBytes],
      ["mem_fragmentation_ratio", fixed(ratio(resident, used))],
      ["mem_fragmentation_bytes", resident - used],
      ["mem_not_counted_for_evict", 0],
      ["mem_replication_backlog", 0],
      ["mem_total_replication_buffers", 0],
      ["mem_clients_slaves", 0],
      ["mem_clients_normal", figures.clientBuffers],
      ["mem_cluster_links", 0],
      ["mem_aof_buffer", 0],
      ["mem_allocator", `v8-${host.v8Version}`],
      ["active_defrag_running", 0],
      // The garbage collector frees, and what waits for it cannot be counted.
      ["lazyfree_pending_objects", 0],
      ["lazyfreed_objects", counters.lazyFreedObjects]
    ]
  }
}

const withHuman = (name: string, bytes: number): ReadonlyArray<Field> => [
  [name, bytes],
  [`${name}_human`, formatMemorySize(bytes)]
]
