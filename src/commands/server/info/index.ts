/**
 * INFO: figures about the server, in sections that people and exporters read. Names, order and formats are Valkey's.
 */
import { Verbatim } from "../../../protocol/Reply.ts"
import type { Command } from "../../../services/CommandTable.ts"
import * as Arg from "../../Arg.ts"
import { make } from "../../Command.ts"
import { clients } from "./clients.ts"
import { cluster, keyspace, modules, persistence, replication } from "./dataset.ts"
import { memory } from "./memory.ts"
import { cpu, server } from "./process.ts"
import { type Section, sectionText } from "./Section.ts"
import { commandStats, errorStats, latencyStats, stats } from "./stats.ts"

const sections: ReadonlyArray<Section> = [
  server,
  clients,
  memory,
  persistence,
  stats,
  replication,
  cpu,
  modules,
  commandStats,
  errorStats,
  latencyStats,
  cluster,
  keyspace
]

export const info: Command = make("INFO", {
  summary: "Returns information and statistics about the server.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1)",
  flags: ["loading", "stale", "sentinel"],
  categories: ["dangerous"],
  tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
  args: { section: Arg.text.many().optional() },
  run: (context, { section: names = ["default"] }) => {
    const asked = new Set(names.map((name) => name.toLowerCase()))
    const isWanted = ({ isDefault, title }: Section): boolean =>
      asked.has("all") || asked.has("everything") || asked.has(title.toLowerCase()) ||
      isDefault && asked.has("default")
    const texts = sections.filter(isWanted).map((section) => sectionText(section, context))
    return new Verbatim(texts.join("\r\n"))
  }
})
