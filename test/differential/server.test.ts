/**
 * The server family beside the reference: everything but the texts and figures that are each server's own.
 */
import { builtIn } from "../../src/commands/index.ts"
import type { Command } from "../../src/services/CommandTable.ts"
import type { SeededRandom } from "../support/random.ts"
import { differential, differentialRandom, near, type Script, step, type StepInput } from "./differential.ts"

const needsExactReference = "older servers have other facts of commands, sections and fields"

/** Everything that is no container: of those there are subcommands that belong to later capabilities. */
const commands = builtIn.flatMap((command) =>
  command.subcommands === undefined ? [command] : [...command.subcommands.values()]
)

/** The commands of hashes that Redis got after Valkey had gone its own way. */
const isOfRedis = ({ facts }: Command): boolean => facts.group === "hash" && Number.parseFloat(facts.since) > 7.2

const commandNames = commands.filter((command) => !isOfRedis(command)).map(({ name }) => name)

const script = (name: string, ...steps: ReadonlyArray<StepInput>): Script => ({ name, steps })

/** What key specs say to people is each server's own, and here it is nothing. */
const notes = { masked: /"notes"[:,] "[^"]*", /, reason: "words for people" } as const

const figures = {
  masked: /usec(_per_call)?=[\d.]+|avg_ttl=\d+|,subexpiry=\d+/,
  reason: "durations, and what Redis 8.0 knows of hashes"
} as const

differential(
  "COMMAND INFO of what only Redis has",
  commands.filter(isOfRedis).map(({ name }) => script(name, step(`COMMAND INFO ${name}`, { compare: notes }))),
  { reference: "redis" }
)

differential("COMMAND", [
  ...commandNames.map((name) => ({
    name: `COMMAND INFO ${name}`,
    steps: [step(`COMMAND INFO ${name}`, { compare: notes })],
    needsExactReference: "flags and tips change between versions"
  })),
  script(
    "COMMAND INFO of what is no command",
    "COMMAND INFO nope",
    "COMMAND INFO get|key config|get|key config|nope |",
    ["COMMAND", "INFO", ""]
  ),
  script("COMMAND DOCS of what is no command", "COMMAND DOCS nope get|key"),
  script(
    "COMMAND LIST",
    step("COMMAND LIST FILTERBY PATTERN config|*", { compare: "unordered" }),
    step("COMMAND LIST FILTERBY pattern MEMORY*", { compare: "unordered" }),
    step("command list filterby PATTERN [gs]et", { compare: "unordered" }),
    "COMMAND LIST FILTERBY PATTERN nope",
    "COMMAND LIST FILTERBY ACLCAT nope",
    "COMMAND LIST FILTERBY MODULE nope",
    "COMMAND LIST FILTERBY PATTERN",
    "COMMAND LIST FILTERBY nope get",
    "COMMAND LIST FILTERBY PATTERN a FILTERBY PATTERN b",
    "COMMAND LIST nope"
  ),
  script(
    "COMMAND GETKEYS and GETKEYSANDFLAGS",
    ...["GETKEYS", "GETKEYSANDFLAGS"].flatMap((subcommand) =>
      [
        "GET k",
        "get k l",
        "GET",
        "SET k v",
        "SET k v GET",
        "SET k v NX get EX 10",
        "SETEX k 10 v",
        "MSET a 1 b 2",
        "MSET a 1 b",
        "MGET a b c",
        "DEL a b",
        "RENAME a b",
        "COPY a b REPLACE",
        "LCS a b",
        "MEMORY USAGE k",
        "MEMORY usage k SAMPLES 5",
        "MEMORY USAGE",
        "MEMORY DOCTOR",
        "MEMORY",
        "OBJECT ENCODING k",
        "OBJECT HELP",
        "CONFIG GET a",
        "CONFIG nope",
        "PING",
        "nope k"
      ].map((request) => `COMMAND ${subcommand} ${request}`)
    ),
    "COMMAND GETKEYS",
    ["COMMAND", "GETKEYS", "GET", "\0\r\n\xff"]
  ),
  script("subcommands that are none", "COMMAND nope", "COMMAND COUNT x", "CONFIG", "CONFIG nope x", "MEMORY nope")
], { needsExactReference })

differential("CONFIG", [
  script(
    "CONFIG GET",
    "CONFIG GET hz",
    "CONFIG GET HZ",
    "CONFIG GET hz hz Hz",
    "CONFIG GET nope",
    "CONFIG GET",
    step("CONFIG GET lfu-* maxmemory", { compare: "unordered" })
  ),
  script(
    "CONFIG SET",
    "CONFIG SET hz 20",
    "CONFIG GET hz",
    "CONFIG SET hz 10 lfu-decay-time 2",
    "CONFIG SET lfu-decay-time 1 hz nope",
    "CONFIG GET lfu-decay-time",
    "CONFIG SET lfu-decay-time 1",
    "CONFIG SET hz",
    "CONFIG SET hz 10 hz",
    "CONFIG SET hz 10 hz 11",
    "CONFIG SET hz 10 nope 1",
    "CONFIG SET nope 1 hz 10",
    "CONFIG SET maxmemory -1",
    "CONFIG SET maxmemory 1tb",
    "CONFIG SET maxmemory 0",
    "CONFIG SET maxmemory-policy nope",
    "CONFIG SET databases 1",
    "CONFIG SET dir /tmp",
    ["CONFIG", "SET", "latency-tracking-info-percentiles", "10.0 50.0 a"],
    ["CONFIG", "SET", "latency-tracking-info-percentiles", "10.0 101"],
    ["CONFIG", "SET", "hz", ""],
    "CONFIG REWRITE",
    "CONFIG REWRITE x",
    "CONFIG RESETSTAT",
    "CONFIG RESETSTAT x"
  )
], { needsExactReference })

differential("INFO", [
  script("sections that are short", "INFO modules", "INFO cluster", "INFO nope", "INFO CLUSTER modules nope", [
    "INFO",
    ""
  ]),
  script(
    "INFO keyspace",
    "INFO keyspace",
    "MSET a 1 b 2",
    "SET c 3 EX 1000",
    "SELECT 5",
    "SET d 4",
    step("INFO keyspace", { compare: figures })
  ),
  script(
    "INFO errorstats",
    "CONFIG RESETSTAT",
    "nope",
    "SET a",
    "SET a x",
    "INCR a",
    "CONFIG SET nope 1",
    "HELLO 9",
    "INFO errorstats",
    "CONFIG RESETSTAT",
    "INFO errorstats"
  ),
  ...["GET k", "SET k", "INCR k", "CLIENT GETNAME", "CONFIG RESETSTAT", "SET k v XX NX", "DEBUG nope"].map((request) =>
    script(
      `INFO commandstats after ${request}`,
      "SET k text",
      "CONFIG RESETSTAT",
      step("INFO commandstats", { compare: figures }),
      "CONFIG RESETSTAT",
      request,
      "CONFIG SET latency-tracking no",
      "INFO latencystats",
      "CONFIG SET latency-tracking yes"
    )
  )
], { needsExactReference })

differential("MEMORY, LOLWUT, SHUTDOWN and TIME", [
  script(
    "MEMORY USAGE",
    "MEMORY USAGE nope",
    "SET k v",
    step("MEMORY USAGE k", { compare: "typeOnly" }),
    step("MEMORY USAGE k SAMPLES 0", { compare: "typeOnly" }),
    step("MEMORY USAGE k samples 1 SAMPLES 2", { compare: "typeOnly" }),
    "MEMORY USAGE k SAMPLES -1",
    "MEMORY USAGE k SAMPLES x",
    "MEMORY USAGE k SAMPLES",
    "MEMORY USAGE k nope 1",
    "MEMORY USAGE",
    "MEMORY PURGE",
    "MEMORY PURGE x",
    "MEMORY",
    step("MEMORY STATS", { compare: "typeOnly" }),
    step("MEMORY DOCTOR", { compare: "typeOnly" }),
    step("MEMORY MALLOC-STATS", { compare: "typeOnly" }),
    step("MEMORY HELP", { compare: "typeOnly" })
  ),
  script(
    "LOLWUT",
    step("LOLWUT", { compare: "typeOnly" }),
    step("LOLWUT VERSION 5", { compare: "typeOnly" }),
    step("LOLWUT version 6 10 10", { compare: "typeOnly" }),
    "LOLWUT VERSION x"
  ),
  script(
    "SHUTDOWN that is refused",
    "SHUTDOWN nope",
    "SHUTDOWN SAVE NOSAVE",
    "SHUTDOWN NOSAVE NOW SAVE",
    "SHUTDOWN ABORT NOW",
    "SHUTDOWN FORCE ABORT",
    "SHUTDOWN ABORT",
    "shutdown abort abort"
  ),
  script("TIME", step("TIME", { compare: near(1_000_000) }), "TIME x")
], { needsExactReference })

differential("DEBUG", [
  script(
    "DEBUG PROTOCOL",
    ...["string", "integer", "double", "bignum", "null", "array", "set", "map", "verbatim", "true", "false", "NULL"]
      .map((type) => `DEBUG PROTOCOL ${type}`),
    "DEBUG PROTOCOL nope",
    "DEBUG PROTOCOL"
  ),
  // The push itself goes past the comparison; the reply behind it has to be the only one.
  script("DEBUG PROTOCOL push", "DEBUG PROTOCOL push", "PING"),
  script("DEBUG PROTOCOL attrib", "DEBUG PROTOCOL attrib", "PING"),
  script(
    "DEBUG DIGEST",
    "DEBUG DIGEST",
    "MSET a 1 b text c 18446744073709551616",
    ["SET", "d", "x".repeat(50_000)],
    "APPEND e ab",
    "APPEND e cd",
    "DEBUG DIGEST",
    "EXPIRE a 1000",
    "DEBUG DIGEST",
    "SELECT 3",
    "SET a 1",
    "DEBUG DIGEST",
    "SELECT 0",
    "DEBUG DIGEST-VALUE a b c d e nope",
    "DEBUG DIGEST-VALUE",
    "DEBUG DIGEST x"
  ),
  script(
    "DEBUG POPULATE",
    "SET key:1 mine",
    "DEBUG POPULATE 5",
    "DEBUG POPULATE 3 p 20",
    "DEBUG POPULATE 3 q 3",
    "DEBUG POPULATE 0",
    "DEBUG DIGEST",
    "DEBUG POPULATE -1",
    "DEBUG POPULATE x",
    "DEBUG POPULATE 1 k x",
    "DEBUG POPULATE 1 k -1",
    "DEBUG POPULATE 1 k 1 x"
  ),
  script(
    "DEBUG OBJECT",
    "MSET a 5 b 300 c -70000 d 5000000000 e text f 12345678901",
    "APPEND g 100",
    "APPEND g 0",
    ...["a", "b", "c", "d", "e", "f", "g"].map((key) =>
      step(`DEBUG OBJECT ${key}`, {
        compare: { masked: /0x[0-9a-f]+|lru:\d+|lfu_freq:\d+|lfu_access_time_minutes:\d+/, reason: "addresses, times" }
      })
    ),
    "DEBUG OBJECT nope",
    "DEBUG OBJECT",
    "DEBUG OBJECT a fast x"
  ),
  script(
    "the rest of DEBUG",
    "DEBUG SLEEP 0",
    "DEBUG SLEEP x",
    "DEBUG SLEEP",
    "DEBUG SET-ACTIVE-EXPIRE 0",
    "DEBUG SET-ACTIVE-EXPIRE 1",
    "DEBUG SET-ACTIVE-EXPIRE",
    ["DEBUG", "ERROR", "ERR some error"],
    ["DEBUG", "ERROR", "WORD"],
    ["DEBUG", "ERROR", "CODE two\r\nlines "],
    ["DEBUG", "ERROR", ""],
    "DEBUG LOG message",
    "DEBUG nope",
    ["DEBUG", "x".repeat(300)],
    ["debug", "n\xffpe"],
    "DEBUG HELP x",
    "DEBUG"
  )
], { needsExactReference })

const keys = ["a", "b", "{c}", "", "\0\xff", "key with spaces"]
const key = (random: SeededRandom): string => random.pick(keys)

differentialRandom({
  name: "digests and keys of random datasets",
  commands: 500,
  generators: [
    (random) => ["SET", key(random), random.bytes(random.integer(40))],
    (random) => ["SET", key(random), String(random.integer(1_000_000) - 500_000)],
    (random) => ["APPEND", key(random), random.bytes(random.integer(5))],
    (random) => ["DEL", key(random)],
    (random) => ["PEXPIRE", key(random), "10000000"],
    (random) => ["DEBUG", "DIGEST-VALUE", key(random), key(random)],
    () => "DEBUG DIGEST",
    (
      random
    ) => [
      "COMMAND",
      random.pick(["GETKEYS", "GETKEYSANDFLAGS"]),
      random.pick(commandNames).split("|")[0] ?? "",
      key(random),
      key(random)
    ]
  ]
}, { needsExactReference })
