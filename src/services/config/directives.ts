/**
 * The directives of this server: one line each, from which everything else about them follows.
 *
 * Names, ranges, defaults and what can change while the server runs are those of Valkey 8.1. A directive enters the table together with what it
 * configures; until then it is unknown, so that nobody is told that something works which does not.
 */
import { Result, Schema } from "effect"
import {
  addresses,
  directory,
  type Format,
  fraction,
  integer,
  maxInt32,
  memory,
  memoryOrPercent,
  noSnapshots,
  octal,
  oneOf,
  optionalPath,
  outputBufferLimits,
  path,
  percentiles,
  secret,
  yesNo
} from "./DirectiveFormat.ts"

/**
 * - `mutable`: CONFIG SET changes it.
 * - `immutable`: only the start of the server decides it.
 * - `protected`: CONFIG SET changes it where `enable-protected-configs` allows the client to.
 */
export type Mutability = "mutable" | "immutable" | "protected"

export interface Directive<T> extends Format<T> {
  readonly default: T
  readonly mutability: Mutability
  /** The typed value of these words, or Redis's words for what is wrong with them. */
  readonly decode: (words: ReadonlyArray<string>) => Result.Result<T, string>
  /** The words CONFIG GET shows. */
  readonly encode: (value: T) => ReadonlyArray<string>
}

const directive = <T>(
  format: Format<T>,
  byDefault: NoInfer<T>,
  mutability: Mutability = "mutable"
): Directive<T> => {
  const decode = Schema.decodeResult(format.schema)
  return {
    ...format,
    default: byDefault,
    mutability,
    decode: (words) => Result.mapError(decode(words), (error) => error.message),
    encode: Schema.encodeSync(format.schema)
  }
}

const protectedAction = oneOf(["no", "yes", "local"])

const megabyte = 1024 * 1024

const table = {
  // Where clients come from.
  "bind": directive(addresses, ["*", "-::*"]),
  "port": directive(integer(0, 65535), 6379),
  "unixsocket": directive(optionalPath, undefined, "immutable"),
  "unixsocketperm": directive(octal(0o777), 0, "immutable"),
  "tcp-backlog": directive(integer(0, maxInt32), 511, "immutable"),
  "tcp-keepalive": directive(integer(0, maxInt32, { unit: "seconds" }), 300),
  "timeout": directive(integer(0, maxInt32, { unit: "seconds" }), 0),
  "maxclients": directive(integer(1, 4294967295), 10000),
  "protected-mode": directive(yesNo, true),
  "requirepass": directive(secret, undefined),

  // What one client may take.
  "client-output-buffer-limit": directive(outputBufferLimits, {
    normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
    replica: { hardBytes: 256 * megabyte, softBytes: 64 * megabyte, softSeconds: 60 },
    pubsub: { hardBytes: 32 * megabyte, softBytes: 8 * megabyte, softSeconds: 60 }
  }),
  "client-query-buffer-limit": directive(memory(1048576n, "int64"), 1024 * megabyte),
  "proto-max-bulk-len": directive(memory(1048576n, "int64"), 512 * megabyte),

  // The process.
  "loglevel": directive(oneOf(["debug", "verbose", "notice", "warning", "nothing"]), "notice"),
  "logfile": directive(path, "", "immutable"),
  "log-format": directive(oneOf(["human", "json"]), "human"),
  "pidfile": directive(optionalPath, undefined, "immutable"),
  // A program starts with the directory it is started in.
  "dir": directive(directory, "/", "protected"),
  "save": directive(noSnapshots, ""),
  "hz": directive(integer(0, maxInt32, { nearest: [1, 500] }), 10),
  "enable-debug-command": directive(protectedAction, "no", "immutable"),
  "enable-protected-configs": directive(protectedAction, "no", "immutable"),

  // Keys and the memory they take.
  "databases": directive(integer(1, maxInt32), 16, "immutable"),
  "maxmemory": directive(memory(0n, "uint64"), 0),
  "maxmemory-policy": directive(
    oneOf([
      "volatile-lru",
      "volatile-lfu",
      "volatile-random",
      "volatile-ttl",
      "allkeys-lru",
      "allkeys-lfu",
      "allkeys-random",
      "noeviction"
    ]),
    "noeviction"
  ),
  "maxmemory-samples": directive(integer(1, 64), 5),
  "maxmemory-eviction-tenacity": directive(integer(0, 100), 10),
  "maxmemory-clients": directive(memoryOrPercent, { bytes: 0 }),
  "lfu-log-factor": directive(integer(0, maxInt32), 10),
  "lfu-decay-time": directive(integer(0, maxInt32, { unit: "minutes" }), 1),
  "active-expire-effort": directive(integer(1, 10), 1),
  "lazyfree-lazy-eviction": directive(yesNo, true),
  "lazyfree-lazy-expire": directive(yesNo, true),
  "lazyfree-lazy-server-del": directive(yesNo, true),
  "lazyfree-lazy-user-del": directive(yesNo, true),
  "lazyfree-lazy-user-flush": directive(yesNo, true),

  // What can be observed. The last three are ours.
  "latency-tracking": directive(yesNo, true),
  "latency-tracking-info-percentiles": directive(percentiles, [50, 99, 99.9]),
  "otel-traces": directive(oneOf(["off", "slow", "sampled", "all"]), "off"),
  "otel-sample-ratio": directive(fraction(0, 1), 0.01),
  "otel-slow-threshold": directive(integer(0, maxInt32, { unit: "milliseconds" }), 10)
}

export type DirectiveName = keyof typeof table

/** The typed value of every directive. */
export type ConfigValues = {
  readonly [K in DirectiveName]: (typeof table)[K]["default"]
}

export type Directives = {
  readonly [K in DirectiveName]: Directive<ConfigValues[K]>
}

export const directives: Directives = table

// What the keys of the table are, in its order.
export const directiveNames = Object.keys(table) as ReadonlyArray<DirectiveName>

const names = new Map<string, DirectiveName>(directiveNames.map((name) => [name, name]))

/** The directive called `name`, in upper or lower case. */
export const directiveNamed = (name: string): DirectiveName | undefined => names.get(name.toLowerCase())

/** What Valkey 8.1 still reads in a file, with one word, and does nothing with. */
export const obsoleteDirectives: ReadonlySet<string> = new Set(["dynamic-hz"])
