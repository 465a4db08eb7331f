/**
 * INFO about the data: how many keys there are, and where else they are.
 *
 * Of replication and cluster there is only what holds without them.
 */
import type { AppendFigures, Loading, Writing } from "../../../services/PersistenceState.ts"
import { type Field, fixed, type Section } from "./Section.ts"

export const persistence: Section = {
  title: "Persistence",
  isDefault: true,
  fields: ({ clock, keyspace, persistence }) => {
    const { append, loading, save, writing } = persistence
    const saving = writing?.kind === "save" ? writing : undefined
    const rewriting = writing?.kind === "rewrite" ? writing : undefined
    const secondsOf = (running: Writing | undefined): number =>
      running === undefined ? -1 : Math.floor((clock.millis - running.startedAtMillis) / 1000)
    return [
      ["loading", loading === undefined ? 0 : 1],
      ["async_loading", 0],
      ["current_cow_peak", writing?.keptBytes ?? 0],
      ["current_cow_size", writing?.keptBytes ?? 0],
      // The figure is the present one.
      ["current_cow_size_age", 0],
      ["current_fork_perc", fixed(writing === undefined ? 0 : percentage(writing.writtenKeys, writing.totalKeys))],
      ["current_save_keys_processed", writing?.writtenKeys ?? 0],
      ["current_save_keys_total", writing?.totalKeys ?? 0],
      ["rdb_changes_since_last_save", keyspace.changes() - save.changesBefore],
      ["rdb_bgsave_in_progress", saving === undefined ? 0 : 1],
      ["rdb_last_save_time", save.lastSaveAt],
      ["rdb_last_bgsave_status", save.lastStatus],
      ["rdb_last_bgsave_time_sec", save.lastSeconds],
      ["rdb_current_bgsave_time_sec", secondsOf(saving)],
      ["rdb_saves", save.saves],
      ["rdb_last_cow_size", save.lastKeptBytes],
      ["rdb_last_load_keys_expired", save.keysExpiredOnLoad],
      ["rdb_last_load_keys_loaded", save.keysLoaded],
      ["aof_enabled", append.isEnabled ? 1 : 0],
      ["aof_rewrite_in_progress", rewriting === undefined ? 0 : 1],
      ["aof_rewrite_scheduled", append.isRewriteScheduled ? 1 : 0],
      ["aof_last_rewrite_time_sec", append.lastRewriteSeconds],
      ["aof_current_rewrite_time_sec", secondsOf(rewriting)],
      ["aof_last_bgrewrite_status", append.lastRewriteStatus],
      ["aof_rewrites", append.rewrites],
      ["aof_last_write_status", append.writeError === undefined ? "ok" : "err"],
      ["aof_last_cow_size", append.lastKeptBytes],
      ["module_fork_in_progress", 0],
      ["module_fork_last_cow_size", 0],
      ...(append.isEnabled ? appendFields(append) : []),
      ...(loading === undefined ? [] : loadingFields(loading, clock.millis))
    ]
  }
}

const percentage = (part: number, whole: number): number => whole === 0 ? 0 : part * 100 / whole

const appendFields = (append: AppendFigures): ReadonlyArray<Field> => [
  ["aof_current_size", append.currentBytes],
  ["aof_base_size", append.baseBytes],
  ["aof_pending_rewrite", append.isRewriteScheduled ? 1 : 0],
  ["aof_buffer_length", append.bufferBytes],
  ["aof_pending_bio_fsync", append.pendingFsyncs],
  ["aof_delayed_fsync", append.delayedFsyncs]
]

const loadingFields = (
  { loadedBytes, startedAtMillis, totalBytes }: Loading,
  nowMillis: number
): ReadonlyArray<Field> => {
  const elapsed = Math.max(0, Math.floor((nowMillis - startedAtMillis) / 1000))
  const bytesPerSecond = loadedBytes / Math.max(elapsed, 1)
  const eta = loadedBytes === 0 ? 1 : Math.max(0, Math.round((totalBytes - loadedBytes) / bytesPerSecond))
  return [
    ["loading_start_time", Math.floor(startedAtMillis / 1000)],
    ["loading_total_bytes", totalBytes],
    ["loading_rdb_used_mem", 0],
    ["loading_loaded_bytes", loadedBytes],
    ["loading_loaded_perc", fixed(percentage(loadedBytes, totalBytes))],
    ["loading_eta_seconds", eta]
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
