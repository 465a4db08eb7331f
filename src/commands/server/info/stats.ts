/**
 * INFO about what has happened so far: in all, by command, and by error.
 */
import type { CommandStats } from "../../../services/ServerStats.ts"
import { type Field, fixed, type Section } from "./Section.ts"

export const stats: Section = {
  title: "Stats",
  isDefault: true,
  fields: ({ host, peers, persistence, stats }) => {
    const { counters, rates } = stats
    const eventLoop = host.eventLoop()
    let commandNanos = 0
    for (const { nanos } of stats.commands().values()) commandNanos += nanos
    return [
      ["total_connections_received", counters.connectionsReceived],
      ["total_commands_processed", counters.commandsProcessed],
      ["instantaneous_ops_per_sec", rates.commandsPerSecond],
      ["total_net_input_bytes", counters.bytesReceived],
      ["total_net_output_bytes", counters.bytesSent],
      ["total_net_repl_input_bytes", 0],
      ["total_net_repl_output_bytes", 0],
      ["instantaneous_input_kbps", fixed(rates.inputBytesPerSecond / 1024)],
      ["instantaneous_output_kbps", fixed(rates.outputBytesPerSecond / 1024)],
      ["instantaneous_input_repl_kbps", fixed(0)],
      ["instantaneous_output_repl_kbps", fixed(0)],
      ["rejected_connections", counters.connectionsRejected],
      ["sync_full", 0],
      ["sync_partial_ok", 0],
      ["sync_partial_err", 0],
      ["expired_subkeys", counters.expiredFields],
      ["expired_keys", counters.expiredKeys],
      ["expired_stale_perc", fixed(counters.expiredStalePercentage)],
      ["expired_time_cap_reached_count", counters.expiredTimeCapReached],
      ["expire_cycle_cpu_milliseconds", Math.floor(counters.expireCycleNanos / 1e6)],
      ["evicted_keys", counters.evictedKeys],
      ["evicted_clients", counters.evictedClients],
      ["evicted_scripts", 0],
      ["keyspace_hits", counters.keyspaceHits],
      ["keyspace_misses", counters.keyspaceMisses],
      ["pubsub_channels", 0],
      ["pubsub_patterns", 0],
      ["pubsubshard_channels", 0],
      // A snapshot is opened without a fork; what it takes is not measured. Nor is there anything to defragment: V8's heap is not ours to arrange.
      ["latest_fork_usec", 0],
      ["total_forks", persistence.snapshots],
      ["migrate_cached_sockets", peers.keptCount()],
      ["slave_expires_tracked_keys", 0],
      ["active_defrag_hits", 0],
      ["active_defrag_misses", 0],
      ["active_defrag_key_hits", 0],
      ["active_defrag_key_misses", 0],
      ["total_active_defrag_time", 0],
      ["current_active_defrag_time", 0],
      ["tracking_total_keys", 0],
      ["tracking_total_items", 0],
      ["tracking_total_prefixes", 0],
      ["unexpected_error_replies", 0],
      ["total_error_replies", counters.errorReplies],
      ["dump_payload_sanitizations", 0],
      ["total_reads_processed", counters.readsProcessed],
      ["total_writes_processed", counters.writesProcessed],
      ["client_query_buffer_limit_disconnections", counters.clientQueryBufferLimitDisconnections],
      ["client_output_buffer_limit_disconnections", counters.clientOutputBufferLimitDisconnections],
      ["eventloop_cycles", eventLoop.cycles],
      ["eventloop_duration_sum", eventLoop.activeMicros],
      ["eventloop_duration_cmd_sum", Math.floor(commandNanos / 1000)],
      ["instantaneous_eventloop_cycles_per_sec", rates.eventLoopCyclesPerSecond],
      ["instantaneous_eventloop_duration_usec", rates.eventLoopMicrosPerCycle],
      ["acl_access_denied_auth", counters.deniedAccessAuth],
      // Who is let in may do everything.
      ["acl_access_denied_cmd", 0],
      ["acl_access_denied_key", 0],
      ["acl_access_denied_channel", 0]
    ]
  }
}

export const commandStats: Section = {
  title: "Commandstats",
  isDefault: false,
  fields: ({ stats }) =>
    [...stats.commands()]
      .filter(([, { calls, failedCalls, rejectedCalls }]) => calls > 0 || failedCalls > 0 || rejectedCalls > 0)
      .map(([name, command]) => [`cmdstat_${safe(name)}`, commandLine(command)] as const)
}

const commandLine = ({ calls, failedCalls, nanos, rejectedCalls }: CommandStats): string => {
  const micros = Math.floor(nanos / 1000)
  const perCall = calls === 0 ? 0 : micros / calls
  return `calls=${calls},usec=${micros},usec_per_call=${
    fixed(perCall)
  },rejected_calls=${rejectedCalls},failed_calls=${failedCalls}`
}

export const errorStats: Section = {
  title: "Errorstats",
  isDefault: true,
  fields: ({ stats }) =>
    [...stats.errors()].sort(([a], [b]) => a < b ? -1 : 1)
      .map(([code, count]) => [`errorstat_${safe(code)}`, `count=${count}`] as const)
}

export const latencyStats: Section = {
  title: "Latencystats",
  isDefault: false,
  fields: ({ config: { values: config }, stats }) => {
    if (!config["latency-tracking"]) return []
    const fields: Array<Field> = []
    for (const [name, { latency }] of stats.commands()) {
      if (latency === undefined) continue
      const percentiles = config["latency-tracking-info-percentiles"].map((percentile) =>
        `p${Number(percentile.toFixed(6))}=${fixed(latency.valueAtPercentile(percentile) / 1000, 3)}`
      )
      fields.push([`latency_percentiles_usec_${safe(name)}`, percentiles.join(",")])
    }
    return fields
  }
}

/** A name that cannot break the lines of INFO: an embedder, or a client in its errors, may have chosen it. */
const safe = (name: string): string => name.replace(/[#:\n\r]/g, "_")
