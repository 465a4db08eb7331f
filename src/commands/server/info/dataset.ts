/**
 * INFO about the data: how many keys there are, and where else they are.
 *
 * Of persistence, replication and cluster there is only what holds without them.
 */
import type { Section } from "./Section.ts"

export const persistence: Section = {
  title: "Persistence",
  isDefault: true,
  fields: ({ keyspace }) => [
    ["loading", 0],
    ["async_loading", 0],
    ["rdb_changes_since_last_save", keyspace.changes()],
    ["rdb_bgsave_in_progress", 0],
    ["rdb_saves", 0],
    ["aof_enabled", 0],
    ["aof_rewrite_in_progress", 0],
    ["aof_rewrite_scheduled", 0]
  ]
}

export const replication: Section = {
  title: "Replication",
  isDefault: true,
  fields: () => [
    ["role", "master"],
    ["connected_slaves", 0],
    ["master_failover_state", "no-failover"],
    ["master_repl_offset", 0],
    ["second_repl_offset", -1],
    ["repl_backlog_active", 0]
  ]
}

export const cluster: Section = {
  title: "Cluster",
  isDefault: true,
  fields: () => [["cluster_enabled", 0]]
}

/** There are none: embedders bring commands of their own without a module. */
export const modules: Section = {
  title: "Modules",
  isDefault: true,
  fields: () => []
}

export const keyspace: Section = {
  title: "Keyspace",
  isDefault: true,
  fields: ({ keyspace }) =>
    keyspace.databases.filter(({ size }) => size > 0).map((database) => {
      const { averageTtlMillis, index, size, volatileHashes, volatileSize } = database
      const averageTtl = volatileSize === 0 ? 0 : Math.trunc(averageTtlMillis)
      const fields = `keys=${size},expires=${volatileSize},avg_ttl=${averageTtl},subexpiry=${volatileHashes}`
      return [`db${index}`, fields] as const
    })
}
