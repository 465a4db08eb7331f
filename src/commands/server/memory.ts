/**
 * MEMORY: what the memory is used for, by key and in all.
 */
import { Double, MapReply, ok, type Reply, Verbatim } from "../../protocol/Reply.ts"
import { syntaxFailure } from "../../protocol/CommandError.ts"
import type { Command, CommandFacts } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import { container, subcommand } from "../Command.ts"
import { diagnosis } from "./memoryDoctor.ts"
import { memoryFigures, ratio } from "./memoryFigures.ts"

const perShard: Pick<CommandFacts, "group" | "tips"> = {
  group: "server",
  tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"]
}

const usage = subcommand("USAGE", {
  summary: "Returns how many bytes a key and its value take.",
  since: "4.0.0",
  group: "server",
  complexity: "O(1)",
  flags: ["readonly"],
  args: {
    key: Arg.key("RO"),
    // Redis estimates a value with many members from some of them. Here every value knows its size, so that all of them are counted in any case.
    count: Arg.count.refine((count) => count >= 0, syntaxFailure).after("SAMPLES").optional()
  },
  run: ({ database, keyspace }, { key }) =>
    database.inspect(key) === undefined ? null : keyspace.entryBytes(database, key)
})

const stats = subcommand("STATS", {
  summary: "Returns how much memory is used, and for what.",
  since: "4.0.0",
  ...perShard,
  complexity: "O(1)",
  flags: [],
  args: {},
  run: (context) => {
    const { heap, ...figures } = memoryFigures(context)
    const { resident, used } = figures
    const pairs: ReadonlyArray<readonly [name: string, value: Reply]> = [
      ["peak.allocated", figures.peak],
      ["total.allocated", used],
      ["startup.allocated", 0],
      ["replication.backlog", 0],
      ["clients.slaves", 0],
      ["clients.normal", figures.clientBuffers],
      ["cluster.links", 0],
      ["aof.buffer", 0],
      ["overhead.total", figures.overhead],
      ["keys.count", figures.keys],
      ["keys.bytes-per-key", Math.floor(ratio(figures.dataset, figures.keys))],
      ["dataset.bytes", figures.dataset],
      ["dataset.percentage", new Double(figures.datasetPercentage)],
      ["peak.percentage", new Double(figures.peakPercentage)],
      ["allocator.allocated", heap.allocatedBytes],
      ["allocator.active", heap.activeBytes],
      ["allocator.resident", heap.residentBytes],
      ["allocator-fragmentation.ratio", new Double(ratio(heap.activeBytes, heap.allocatedBytes))],
      ["allocator-fragmentation.bytes", heap.activeBytes - heap.allocatedBytes],
      ["allocator-rss.ratio", new Double(ratio(heap.residentBytes, heap.activeBytes))],
      ["allocator-rss.bytes", heap.residentBytes - heap.activeBytes],
      ["rss-overhead.ratio", new Double(ratio(resident, heap.residentBytes))],
      ["rss-overhead.bytes", resident - heap.residentBytes],
      ["fragmentation", new Double(ratio(resident, used))],
      ["fragmentation.bytes", resident - used]
    ]
    return new MapReply(pairs.flat())
  }
})

const doctor = subcommand("DOCTOR", {
  summary: "Returns a report about problems with the memory.",
  since: "4.0.0",
  ...perShard,
  complexity: "O(1)",
  flags: [],
  args: {},
  run: (context) => {
    const heapUse = ratio(context.memory.heapUsedBytes(), context.memory.heapLimitBytes)
    return new Verbatim(diagnosis({ ...memoryFigures(context), heapUse, clients: context.clients.size() }))
  }
})

const mallocStats = subcommand("MALLOC-STATS", {
  summary: "Returns the figures of the memory allocator, which is V8.",
  since: "4.0.0",
  ...perShard,
  complexity: "O(1)",
  flags: ["loading"],
  args: {},
  run: ({ host }) => {
    const spaces = host.heapSpaces()
    const columns = ["space", "size", "used", "available", "physical"]
    const rows = spaces.map(({ availableBytes, name, physicalBytes, sizeBytes, usedBytes }) => [
      name,
      ...[sizeBytes, usedBytes, availableBytes, physicalBytes].map(String)
    ])
    const width = Math.max(...spaces.map(({ name }) => name.length))
    const line = ([name = "", ...bytes]: ReadonlyArray<string>) =>
      `${name.padEnd(width)}${bytes.map((figure) => figure.padStart(14)).join("")}\n`
    return new Verbatim(
      `___ Begin V8 ${host.v8Version} statistics, in bytes ___\n${[columns, ...rows].map(line).join("")}`
    )
  }
})

const purge = subcommand("PURGE", {
  summary: "Gives back memory that is not used any more: collects all garbage at once.",
  since: "4.0.0",
  group: "server",
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  complexity: "Depends on how much memory is in use.",
  flags: ["loading"],
  args: {},
  run: ({ host }) => {
    host.collectGarbage()
    return ok
  }
})

export const memory: Command = container("MEMORY", {
  summary: "A container for commands about memory.",
  since: "4.0.0",
  group: "server",
  complexity: "Depends on subcommand.",
  flags: [],
  help: { since: "4.0.0" },
  subcommands: [doctor, mallocStats, purge, stats, usage]
})
