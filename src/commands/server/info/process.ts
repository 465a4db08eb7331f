/**
 * INFO about the server as a program: what it is, where and since when it runs, and the processor time it has taken.
 */
import { accessClock } from "../../../data/AccessClock.ts"
import { toText } from "../../../data/ByteString.ts"
import * as Utf8 from "../../../data/Utf8.ts"
import type { CpuTimes } from "../../../services/Host.ts"
import { keyloomVersion, redisVersion, serverName } from "../../../services/Versions.ts"
import { type Field, fixed, type Section } from "./Section.ts"

export const server: Section = {
  title: "Server",
  isDefault: true,
  fields: ({ clock, config: { configFile, values: config }, host, lifecycle }) => {
    const uptimeSeconds = Math.max(0, Math.floor((clock.millis - lifecycle.startedAtMillis) / 1000))
    return [
      ["redis_version", redisVersion],
      ["server_name", serverName],
      ["keyloom_version", keyloomVersion],
      ["redis_git_sha1", "00000000"],
      ["redis_git_dirty", 0],
      // The mode by both of the names under which tools look for it, Valkey's and Redis's.
      ["server_mode", "standalone"],
      ["redis_mode", "standalone"],
      ["os", host.operatingSystem],
      ["arch_bits", host.archBits],
      ["multiplexing_api", "libuv"],
      ["node_version", host.nodeVersion],
      ["v8_version", host.v8Version],
      ["process_id", lifecycle.processId],
      ["process_supervised", "no"],
      ["run_id", lifecycle.runId],
      ["tcp_port", config.port],
      ["server_time_usec", clock.currentMicros()],
      ["uptime_in_seconds", uptimeSeconds],
      ["uptime_in_days", Math.floor(uptimeSeconds / (24 * 60 * 60))],
      ["hz", config.hz],
      ["configured_hz", config.hz],
      ["lru_clock", accessClock(clock.millis)],
      ["executable", pathText(host.executable)],
      ["config_file", pathText(configFile ?? "")],
      ["io_threads_active", 0],
      ["availability_zone", config["availability-zone"]],
      ...listeners(config)
    ]
  }
}

interface Listening {
  readonly bind: ReadonlyArray<string>
  readonly port: number
  readonly unixsocket: string | undefined
}

const listeners = ({ bind, port, unixsocket }: Listening): ReadonlyArray<Field> => {
  const descriptions: Array<string> = []
  if (port !== 0) descriptions.push(`name=tcp${bind.map((address) => `,bind=${address}`).join("")},port=${port}`)
  if (unixsocket !== undefined) descriptions.push(`name=unix,bind=${pathText(unixsocket)}`)
  return descriptions.map((description, i) => [`listener${i}`, description])
}

/** A reply carries a path as its bytes. */
const pathText = (path: string): string => toText(Utf8.encode(path))

export const cpu: Section = {
  title: "CPU",
  isDefault: true,
  fields: ({ host }) => {
    const { mainThread, process } = host.cpu()
    return [
      ...cpuFields("", process),
      // The server has no child processes.
      ...cpuFields("_children", { systemMicros: 0, userMicros: 0 }),
      ...cpuFields("_main_thread", mainThread)
    ]
  }
}

const cpuFields = (suffix: string, { systemMicros, userMicros }: CpuTimes): ReadonlyArray<Field> => [
  [`used_cpu_sys${suffix}`, fixed(systemMicros / 1e6, 6)],
  [`used_cpu_user${suffix}`, fixed(userMicros / 1e6, 6)]
]
