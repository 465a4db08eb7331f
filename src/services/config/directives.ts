/**
 * The directives of this server: one line each, from which everything else about them follows.
 *
 * Names, ranges, defaults and what can change while the server runs are those of Valkey 8.1. A directive enters the table together with what it
 * configures; until then it is unknown, so that nobody is told that something works which does not.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  addresses,
  directory,
  fileName,
  type Format,
  fraction,
  integer,
  maxInt32,
  maxInt64,
  memory,
  memoryOrPercent,
  octal,
  oneOf,
  optionalPath,
  outputBufferLimits,
  path,
  percentiles,
  savePoints,
  secret,
  text,
  yesNo
} from "./DirectiveFormat.ts"

/**
 * - `mutable`: CONFIG SET changes it.
 * - `immutable`: only the start of the server decides it.
 * - `protected`: CONFIG SET changes it where `enable-protected-configs` allows the client to.
 * - `hidden`: CONFIG SET changes it, and CONFIG GET shows it only by its whole name: it is there for tests.
 */
export type Mutability = "mutable" | "immutable" | "protected" | "hidden"

export interface Directive<T> extends Format<T> {
  /** One or two sentences for docs/configuration.md, without what the format says already. */
  readonly summary: string
  readonly default: T
  readonly mutability: Mutability
  /** The typed value of these words, or Redis's words for what is wrong with them. */
  readonly decode: (words: ReadonlyArray<string>) => Result.Result<T, string>
  /** The words CONFIG GET shows. */
  readonly encode: (value: T) => ReadonlyArray<string>
}

const directive = <T>(
  summary: string,
  format: Format<T>,
  byDefault: NoInfer<T>,
  mutability: Mutability = "mutable"
): Directive<T> => {
  const decode = Schema.decodeResult(format.schema)
  return {
    ...format,
    summary,
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
  "bind": directive(
    "Addresses to listen on, at most 16: `*` is every IPv4 address, `::*` every IPv6 one; with `-` in front it may be missing.",
    addresses,
    ["*", "-::*"]
  ),
  "port": directive("The TCP port; 0 listens on none.", integer(0, 65535), 6379),
  "unixsocket": directive(
    "The path of a Unix socket to listen on; none when it is empty.",
    optionalPath,
    undefined,
    "immutable"
  ),
  "unixsocketperm": directive(
    "The permissions of the Unix socket; 0 leaves them as the system makes them.",
    octal(0o777),
    0,
    "immutable"
  ),
  "tcp-backlog": directive(
    "How many connections may wait to be accepted; the system has a limit of its own.",
    integer(0, maxInt32),
    511,
    "immutable"
  ),
  "tcp-keepalive": directive(
    "A silent connection is probed after this time; 0 turns probing off.",
    integer(0, maxInt32, { unit: "seconds" }),
    300
  ),
  "timeout": directive(
    "A client that has been silent for this long is disconnected; 0 lets it stay.",
    integer(0, maxInt32, { unit: "seconds" }),
    0
  ),
  "maxclients": directive("How many clients may be connected at the same time.", integer(1, 4294967295), 10000),
  "protected-mode": directive("While there is no password, only clients of this machine are let in.", yesNo, true),
  "requirepass": directive("The password of the default user; empty when there is none.", secret, undefined),

  // What one client may take.
  "client-output-buffer-limit": directive(
    "What may wait to be read by a client, by class: a hard limit, and a soft one that holds for some seconds; 0 is no limit.",
    outputBufferLimits,
    {
      normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
      replica: { hardBytes: 256 * megabyte, softBytes: 64 * megabyte, softSeconds: 60 },
      pubsub: { hardBytes: 32 * megabyte, softBytes: 8 * megabyte, softSeconds: 60 }
    }
  ),
  "client-query-buffer-limit": directive(
    "What may wait of a client's requests before the client is disconnected.",
    memory(1048576n, "int64"),
    1024 * megabyte
  ),
  "proto-max-bulk-len": directive(
    "The longest argument of a request, and the longest string.",
    memory(1048576n, "int64"),
    512 * megabyte
  ),

  // The process.
  "loglevel": directive(
    "How much the log shows, from everything to nothing.",
    oneOf(["debug", "verbose", "notice", "warning", "nothing"]),
    "notice"
  ),
  "logfile": directive(
    "The file of the log, relative to `dir`; standard output when it is empty.",
    path,
    "",
    "immutable"
  ),
  "log-format": directive(
    "How a line of the log is written: for people, or as a JSON object. Keyloom's own.",
    oneOf(["human", "json"]),
    "human"
  ),
  "always-show-logo": directive(
    "Whether the log begins with a drawing that shows version, port and process id.",
    yesNo,
    false,
    "immutable"
  ),
  "hide-user-data-from-log": directive(
    "Whether the log leaves out what clients have sent, when it tells of one that has broken the protocol.",
    yesNo,
    true
  ),
  "availability-zone": directive(
    "The name of the place where this server runs, which HELLO and INFO tell the clients.",
    text,
    ""
  ),
  "pidfile": directive(
    "A file that holds the process id for as long as the server runs; none when it is empty.",
    optionalPath,
    undefined,
    "immutable"
  ),
  // A program starts with the directory it is started in.
  "dir": directive(
    "The directory that relative names of files start from. The program begins with the one it is started in.",
    directory,
    "/",
    "protected"
  ),
  "save": directive(
    "When snapshots are written: pairs of seconds and changes, each a limit that must have been reached since the last one; none when it is empty.",
    savePoints,
    [{ seconds: 3600, changes: 1 }, { seconds: 300, changes: 100 }, { seconds: 60, changes: 10000 }]
  ),
  "dbfilename": directive(
    "The name of the snapshot's file, in `dir`.",
    fileName,
    "dump.rdb"
  ),
  "rdbchecksum": directive(
    "Whether a snapshot ends with a checksum, and one that is there is looked at.",
    yesNo,
    true,
    "immutable"
  ),
  "rdb-save-incremental-fsync": directive(
    "Whether a snapshot is brought to the disk every four megabytes while it is written, rather than as a whole at its end.",
    yesNo,
    true
  ),
  "stop-writes-on-bgsave-error": directive(
    "Whether writes are refused after a snapshot in the background has failed, while there are save points.",
    yesNo,
    true
  ),
  "rdb-version-check": directive(
    "Whether files of a version newer than what is known are refused, or read as far as they can be.",
    oneOf(["strict", "relaxed"]),
    "strict"
  ),
  "rdb-key-save-delay": directive(
    "Slows snapshots down for tests: a pause behind each key.",
    integer(0, maxInt32, { unit: "microseconds" }),
    0,
    "hidden"
  ),
  "key-load-delay": directive(
    "Slows loading down for tests: a pause behind each key or command.",
    integer(0, maxInt32, { unit: "microseconds" }),
    0,
    "hidden"
  ),
  "loading-process-events-interval-bytes": directive(
    "How much of a file is loaded, at most, before commands have a turn; time limits it as well.",
    integer(1024, maxInt32),
    2 * megabyte,
    "hidden"
  ),
  "rdbcompression": directive(
    "Whether strings that become shorter by it are compressed in snapshots, and by DUMP.",
    yesNo,
    true
  ),
  "rdb-version": directive(
    "The format of snapshots and of what DUMP answers: 10 is understood by Redis 7.0, 11 from 7.2 on. Where fields of hashes expire it is 12. Keyloom's own.",
    integer(10, 12),
    11
  ),
  "sanitize-dump-payload": directive(
    "Whether members and fields that come twice are also looked for in small values of files and of RESTORE; `clients` leaves the files out.",
    oneOf(["no", "yes", "clients"]),
    "no"
  ),
  "hz": directive(
    "How often in a second the expiry cycle looks for expired keys; drawn into the range from 1 to 500.",
    integer(0, maxInt32, { nearest: [1, 500] }),
    10
  ),
  "enable-debug-command": directive(
    "Who may use DEBUG: nobody, everybody, or clients of this machine.",
    protectedAction,
    "no",
    "immutable"
  ),
  "enable-protected-configs": directive(
    "Who may change protected directives by CONFIG SET: nobody, everybody, or clients of this machine.",
    protectedAction,
    "no",
    "immutable"
  ),

  // The file to which commands are appended.
  "appendonly": directive(
    "Whether every change is appended to a file, so that the next start can repeat them.",
    yesNo,
    false
  ),
  "appendfilename": directive(
    "What the names of the append-only files begin with.",
    fileName,
    "appendonly.aof",
    "immutable"
  ),
  "appenddirname": directive(
    "The directory of the append-only files, in `dir`.",
    fileName,
    "appendonlydir",
    "immutable"
  ),
  "appendfsync": directive(
    "When what was appended is brought to the disk: before its reply, every second, or when the system does it.",
    oneOf(["always", "everysec", "no"]),
    "everysec"
  ),
  "no-appendfsync-on-rewrite": directive(
    "Whether nothing is brought to the disk while a snapshot or a rewrite keeps it busy.",
    yesNo,
    false
  ),
  "auto-aof-rewrite-percentage": directive(
    "The append-only file is rewritten when it has grown by this much since the last time; 0 never does.",
    integer(0, maxInt32),
    100
  ),
  "auto-aof-rewrite-min-size": directive(
    "A smaller append-only file is not rewritten, however much it has grown.",
    memory(0n, "int64"),
    64 * megabyte
  ),
  "aof-use-rdb-preamble": directive(
    "Whether a rewrite writes a snapshot in the format of RDB, which is smaller and loaded faster, or commands.",
    yesNo,
    true
  ),
  "aof-load-truncated": directive(
    "Whether a file that ends within a command, as after a crash, is cut behind the last whole one, or ends the start.",
    yesNo,
    true
  ),
  "aof-timestamp-enabled": directive(
    "Whether the append-only file says when its commands were run, so that it can be cut at a time. Redis before 7.0 does not understand that.",
    yesNo,
    false
  ),
  "aof-rewrite-incremental-fsync": directive(
    "Whether a rewrite is brought to the disk every four megabytes while it is written, rather than as a whole at its end.",
    yesNo,
    true
  ),
  "aof-disable-auto-gc": directive(
    "Whether files stay that a rewrite has replaced.",
    yesNo,
    false,
    "hidden"
  ),

  // Keys and the memory they take.
  "databases": directive("How many databases there are.", integer(1, maxInt32), 16, "immutable"),
  "maxmemory": directive(
    "How much memory data and client buffers may take before keys are evicted or writes refused; 0 is no limit but the heap's.",
    memory(0n, "uint64"),
    0
  ),
  "maxmemory-policy": directive(
    "Which keys go when memory runs out: the least recently or least frequently used, random ones, those that expire soonest, or none.",
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
  "maxmemory-samples": directive(
    "How many keys are compared to find one to evict: more choose better and take longer.",
    integer(1, 64),
    5
  ),
  "maxmemory-eviction-tenacity": directive(
    "How long one command may be held up by evictions: 10 is half a millisecond, 100 as long as it takes.",
    integer(0, 100),
    10
  ),
  "maxmemory-clients": directive(
    "How much memory all clients together may take before the largest are disconnected; a percentage is of `maxmemory`, 0 is no limit.",
    memoryOrPercent,
    { bytes: 0 }
  ),
  "lfu-log-factor": directive(
    "The higher it is, the more uses it takes to raise a key's frequency counter.",
    integer(0, maxInt32),
    10
  ),
  "lfu-decay-time": directive(
    "A key's frequency counter loses one for every time this long without use; 0 never lets it decay.",
    integer(0, maxInt32, { unit: "minutes" }),
    1
  ),
  "active-expire-effort": directive(
    "How hard the expiry cycle works: up to a quarter of the time at 1, nearly a half at 10.",
    integer(1, 10),
    1
  ),
  "lazyfree-lazy-eviction": directive(
    "Accepted without effect: memory is given back by the garbage collector, whatever this says.",
    yesNo,
    true
  ),
  "lazyfree-lazy-expire": directive("As `lazyfree-lazy-eviction`.", yesNo, true),
  "lazyfree-lazy-server-del": directive("As `lazyfree-lazy-eviction`.", yesNo, true),
  "lazyfree-lazy-user-del": directive(
    "Whether large values that DEL removes count as lazily freed; that takes the same time either way.",
    yesNo,
    true
  ),
  "lazyfree-lazy-user-flush": directive(
    "Whether keys that FLUSHALL and FLUSHDB remove count as lazily freed; they take the same time either way.",
    yesNo,
    true
  ),

  // When aggregates leave their compact shapes.
  "hash-max-listpack-entries": directive(
    "A hash with more fields than this leaves its compact shape.",
    integer(0, maxInt64),
    512
  ),
  "hash-max-listpack-value": directive(
    "A hash with a longer field or value leaves its compact shape.",
    memory(0n, "int64"),
    64
  ),
  "list-max-listpack-size": directive(
    "How much a chunk of a list holds: elements where positive, else -1 for 4 KB, -2 for 8 KB, up to -5 for 64 KB.",
    integer(-maxInt32 - 1, maxInt32),
    -2
  ),
  "list-compress-depth": directive(
    "How many chunks at each end of a list are not compressed; 0 compresses none.",
    integer(0, maxInt32),
    0
  ),
  "set-max-intset-entries": directive(
    "A set of integers with more members than this is no sorted array any more.",
    integer(0, maxInt64),
    512
  ),
  "set-max-listpack-entries": directive(
    "A set with more members than this leaves its compact shape.",
    integer(0, maxInt64),
    128
  ),
  "set-max-listpack-value": directive(
    "A set with a longer member leaves its compact shape.",
    integer(0, maxInt64),
    64
  ),
  "zset-max-listpack-entries": directive(
    "A sorted set with more members than this leaves its compact shape.",
    integer(0, maxInt64),
    128
  ),
  "zset-max-listpack-value": directive(
    "A sorted set with a longer member leaves its compact shape.",
    memory(0n, "int64"),
    64
  ),
  "stream-node-max-bytes": directive(
    "How much one node of a stream holds; 0 is no limit.",
    memory(0n, "int64"),
    4096
  ),
  "stream-node-max-entries": directive(
    "How many entries one node of a stream holds; 0 is no limit.",
    integer(0, maxInt64),
    100
  ),
  "hll-sparse-max-bytes": directive(
    "A HyperLogLog that would take more bytes than this with its registers in runs becomes one of 12 KB.",
    memory(0n, "int64"),
    3000
  ),

  // What can be observed. The last three are ours.
  "latency-tracking": directive(
    "Whether a histogram of latencies is kept for each command, for INFO latencystats.",
    yesNo,
    true
  ),
  "latency-tracking-info-percentiles": directive("The percentiles that INFO latencystats shows.", percentiles, [
    50,
    99,
    99.9
  ]),
  "otel-traces": directive(
    "Which commands become OpenTelemetry spans: none, slow ones, a random sample, or all. Keyloom's own.",
    oneOf(["off", "slow", "sampled", "all"]),
    "off"
  ),
  "otel-sample-ratio": directive(
    "The share of commands that `otel-traces sampled` keeps. Keyloom's own.",
    fraction(0, 1),
    0.01
  ),
  "otel-slow-threshold": directive(
    "What takes at least this long is slow to `otel-traces slow`. Keyloom's own.",
    integer(0, maxInt32, { unit: "milliseconds" }),
    10
  )
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

/** What directives were called before: those names are read, shown and set as well. */
const formerNames: Readonly<Record<string, DirectiveName>> = {
  "hash-max-ziplist-entries": "hash-max-listpack-entries",
  "hash-max-ziplist-value": "hash-max-listpack-value",
  "list-max-ziplist-size": "list-max-listpack-size",
  "zset-max-ziplist-entries": "zset-max-listpack-entries",
  "zset-max-ziplist-value": "zset-max-listpack-value"
}

/** The former names of a directive. */
export const formerNamesOf = (name: DirectiveName): ReadonlyArray<string> =>
  Object.keys(formerNames).filter((former) => formerNames[former] === name)

/** Every name that is known, in lower case, with the directive it belongs to: in the order of the table, former names behind the present one. */
export const knownNames: ReadonlyMap<string, DirectiveName> = new Map(
  directiveNames.flatMap((name) => [name, ...formerNamesOf(name)].map((known) => [known, name] as const))
)

/** The directive called `name`, in upper or lower case. */
export const directiveNamed = (name: string): DirectiveName | undefined => knownNames.get(name.toLowerCase())

/** What Valkey 8.1 still reads in a file, with one word, and does nothing with. */
export const obsoleteDirectives: ReadonlySet<string> = new Set([
  "dynamic-hz",
  "list-max-ziplist-entries",
  "list-max-ziplist-value"
])
