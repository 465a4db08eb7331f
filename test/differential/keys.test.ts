import type { SeededRandom } from "../support/random.ts"
import {
  type CommandGenerator,
  differential,
  differentialRandom,
  near,
  type Script,
  step,
  type StepInput
} from "./differential.ts"

const needsExactReference = "older servers have other error texts, and other ways with SCAN and with keys that expire"

/** What is left of a time to live depends on when each server was asked. */
const seconds = (request: string) => step(request, { compare: near(1) })
const millis = (request: string) => step(request, { compare: near(500) })
const unordered = (request: string) => step(request, { compare: "unordered" })

/** Every argument count and some nonsense, for each command. */
const wrongArguments: ReadonlyArray<Script> = [
  ["COPY", "COPY a", "COPY a b c", "COPY a b DB", "COPY a b REPLACE DB", "COPY a b DB x", "COPY a b DB 16 FOO"],
  ["COPY a b FOO DB 16", "COPY a b DB -1", "COPY a b DB 2147483648", "COPY a a", "COPY a a DB 0", "COPY a a DB 1"],
  ["DEL", "UNLINK", "EXISTS", "TOUCH", "TYPE", "TYPE a b", "RANDOMKEY a", "DBSIZE a", "KEYS", "KEYS a b"],
  ...["EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"].map((command) => [
    `${command}`,
    `${command} a`,
    `${command} a x`,
    `${command} a 1.5`,
    `${command} a +1`,
    `${command} a 10 FOO`,
    `${command} a 10 NX FOO`,
    `${command} a x NX XX`,
    `${command} a x NX GT`,
    `${command} a x LT NX`,
    `${command} a x GT LT`,
    `${command} a x GT LT FOO`,
    `${command} a x XX`,
    `${command} a 9223372036854775808`,
    `${command} a -9223372036854775809`,
    `${command} a 9223372036854775807`,
    `${command} a 9223372036854775`,
    `${command} a 9223372036854776`,
    `${command} a -9223372036854775`,
    `${command} a -9223372036854776`,
    `${command} a -9223372036854775808`
  ]),
  ["TTL", "TTL a b", "PTTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST", "PERSIST a b"],
  ["RENAME", "RENAME a", "RENAME a b c", "RENAME a b", "RENAME a a", "RENAMENX a b", "RENAMENX a a", "RENAMENX a"],
  ["MOVE", "MOVE a", "MOVE a x", "MOVE a 16", "MOVE a -1", "MOVE a 0", "MOVE a 2147483648", "MOVE a 1"],
  ["SWAPDB", "SWAPDB 0", "SWAPDB x y", "SWAPDB 0 x", "SWAPDB 0 16", "SWAPDB 16 0", "SWAPDB -1 0", "SWAPDB 0 0"],
  ["SWAPDB 2147483648 x", "SWAPDB 99 x", "SWAPDB 0 9223372036854775808"],
  [
    "SELECT",
    "SELECT x",
    "SELECT 16",
    "SELECT -1",
    "SELECT 2147483648",
    "SELECT -2147483649",
    "SELECT 1 2",
    "SELECT 01"
  ],
  ["FLUSHDB FOO", "FLUSHDB SYNC SYNC", "FLUSHDB SYNC ASYNC", "FLUSHDB async", "FLUSHDB Sync", "FLUSHDB"],
  ["FLUSHALL FOO", "FLUSHALL SYNC SYNC", "FLUSHALL ASYNC SYNC", "FLUSHALL async", "FLUSHALL Sync", "FLUSHALL"],
  ["OBJECT", "OBJECT FOO", "OBJECT FOO a", "OBJECT ENCODING", "OBJECT ENCODING a b", "OBJECT FREQ", "OBJECT IDLETIME"],
  ["OBJECT REFCOUNT", "OBJECT HELP a", "OBJECT ENCODING a", "OBJECT FREQ a", "OBJECT IDLETIME a", "OBJECT REFCOUNT a"],
  ["SCAN", "SCAN x", "SCAN -1", "SCAN 18446744073709551616", "SCAN 0 COUNT x"],
  ["SCAN 0 COUNT 0", "SCAN 0 COUNT -1 FOO", "SCAN 0 COUNT", "SCAN 0 MATCH", "SCAN 0 TYPE", "SCAN 0 TYPE foo COUNT 0"],
  [
    "SCAN 0 COUNT 0 TYPE foo",
    "SCAN 0 NOVALUES",
    "SCAN 0 NOSCORES",
    "SCAN 0 NOVALUES FOO",
    "SCAN 0 FOO",
    "SCAN 0 MATCH a b"
  ],
  ["SCAN 0 COUNT 9223372036854775808", "SCAN 1.5", "SCAN 00", "SCAN +0", "SCAN -0", "SCAN 0x1"]
].map((steps) => ({ name: `refused: ${steps[0]} ...`, steps: ["SET a 1 EX 1000", ...steps, "DEL a", ...steps] }))

differential("keys: wrong arguments", wrongArguments, { needsExactReference })

differential("keys", [
  {
    name: "EXISTS, TOUCH, DEL and UNLINK count",
    steps: [
      "MSET a 1 b 2 c 3 d 4",
      "EXISTS a b a x",
      "TOUCH a a x",
      "DEL a a x",
      "UNLINK b c b x",
      "EXISTS a b c d",
      "DBSIZE"
    ]
  },
  { name: "TYPE", steps: ["TYPE a", "SET a 1", "TYPE a", "APPEND a x", "TYPE a"] },
  {
    name: "names of any bytes",
    steps: [
      ["SET", "\x00\xff\r\n", "1"],
      ["SET", "", "2"],
      ["EXISTS", "", "\x00\xff\r\n", "\x00"],
      ["RENAME", "", "\x00"],
      unordered("KEYS *"),
      ["KEYS", ""],
      ["SET", "", "3"],
      unordered("KEYS *"),
      unordered("KEYS **"),
      ["KEYS", ""],
      step(["SCAN", "0", "MATCH", "", "COUNT", "100"], { compare: "unordered" }),
      step(["SCAN", "0", "MATCH", "**", "COUNT", "100"], { compare: "unordered" }),
      ["EXPIRE", "a", "1", "\xff\r\nNX"],
      ["SCAN", "0", "TYPE", "\xff\r\n"]
    ]
  },
  {
    name: "EXPIRE and its conditions",
    steps: [
      "SET k v",
      "EXPIRE k 100 XX",
      "EXPIRE k 100 GT",
      "EXPIRE k 100 XX LT",
      "TTL k",
      "EXPIRE k 100 NX",
      "EXPIRE k 200 NX",
      "EXPIRE k 200 XX",
      seconds("TTL k"),
      "EXPIRE k 100 GT",
      "EXPIRE k 300 LT",
      "EXPIRE k 300 GT XX",
      "EXPIRE k 50 LT LT XX",
      seconds("TTL k"),
      millis("PTTL k"),
      "EXPIRE k -1 GT",
      "EXPIRE k 0 LT",
      "EXISTS k",
      "SET k v",
      "EXPIRE k -1 LT",
      "EXISTS k"
    ]
  },
  {
    name: "absolute times come back as they were given",
    steps: [
      "MSET a 1 b 2",
      "EXPIREAT a 33177117420",
      "EXPIRETIME a",
      "PEXPIRETIME a",
      "PEXPIREAT b 33177117420499",
      "EXPIRETIME b",
      "PEXPIREAT b 33177117420500 GT",
      "EXPIRETIME b",
      "PEXPIRETIME b",
      "PEXPIREAT b 9007199254740991",
      "PEXPIRETIME b",
      "EXPIREAT b 1",
      "EXISTS b",
      "PEXPIREAT a 1",
      "DBSIZE"
    ]
  },
  {
    name: "a time to live is set, shown and taken away",
    steps: [
      "TTL k",
      "PTTL k",
      "EXPIRETIME k",
      "PEXPIRETIME k",
      "PERSIST k",
      "SET k v",
      "TTL k",
      "PTTL k",
      "EXPIRETIME k",
      "PEXPIRETIME k",
      "PERSIST k",
      "PEXPIRE k 100000",
      seconds("TTL k"),
      seconds("EXPIRETIME k"),
      millis("PTTL k"),
      millis("PEXPIRETIME k"),
      "PERSIST k",
      "TTL k",
      "PEXPIRE missing 100"
    ]
  },
  {
    name: "RENAME and RENAMENX",
    steps: [
      "SET a 1 EX 1000",
      "SET b 2 EX 2000",
      "RENAMENX a b",
      "RENAME a b",
      "GET b",
      seconds("TTL b"),
      "GET a",
      "RENAMENX b a",
      seconds("TTL a"),
      "RENAME a a",
      "RENAMENX a a",
      "SET c 3",
      "RENAME c a",
      "TTL a",
      "RENAME missing a",
      "GET a"
    ]
  },
  {
    name: "COPY",
    steps: [
      "SET a 1 EX 1000",
      "COPY a b",
      "COPY a b",
      "SET b 2",
      "COPY a b REPLACE",
      "GET b",
      seconds("TTL b"),
      "COPY a a DB 3 replace REPLACE",
      "COPY a b db 1 DB 3",
      "COPY missing x",
      "COPY missing x REPLACE",
      "SELECT 3",
      "GET a",
      seconds("TTL b"),
      "APPEND a x",
      "COPY a c",
      "APPEND c y",
      "GET a",
      "GET c",
      "OBJECT ENCODING c",
      "SELECT 0"
    ]
  },
  {
    name: "MOVE, SWAPDB and FLUSHDB",
    steps: [
      "SET a 1 EX 1000",
      "MOVE a 1",
      "MOVE a 1",
      "SET a 2",
      "MOVE a 1",
      "SWAPDB 0 1",
      "GET a",
      seconds("TTL a"),
      "SELECT 1",
      "GET a",
      "DBSIZE",
      "FLUSHDB",
      "DBSIZE",
      "SELECT 0",
      "DBSIZE",
      "FLUSHALL",
      "DBSIZE"
    ]
  },
  {
    name: "every connection has its own database, and SWAPDB is seen by all",
    steps: [
      step("SELECT 2", { connection: "other" }),
      step("SET k other", { connection: "other" }),
      "GET k",
      "SWAPDB 0 2",
      "GET k",
      step("GET k", { connection: "other" }),
      step("DBSIZE", { connection: "other" })
    ]
  },
  {
    name: "KEYS and SCAN with patterns",
    steps: [
      "MSET foo 1 foobar 2 bar 3 baz 4 [x] 5 a*b 6",
      ...["*", "foo*", "ba[rz]", "ba[^r]", "?oo", "\\[x\\]", "a\\*b", "a*b", "[", "nothing", "f*o*r", "**"].flatMap(
        (pattern): Array<StepInput> => [
          step(["KEYS", pattern], { compare: "unordered" }),
          step(["SCAN", "0", "COUNT", "1000", "MATCH", pattern], { compare: "unordered" })
        ]
      )
    ]
  },
  {
    name: "SCAN with TYPE, and with options given twice",
    steps: [
      "MSET a 1 b 2 c 3",
      unordered("SCAN 0 COUNT 100 TYPE string"),
      unordered("SCAN 0 count 100 type STRING match a"),
      "SCAN 0 COUNT 100 TYPE list",
      "SCAN 0 COUNT 100 TYPE zset",
      "SCAN 0 COUNT 100 TYPE stream",
      "SCAN 0 COUNT 100 TYPE hash",
      "SCAN 0 COUNT 100 TYPE set",
      "SCAN 0 COUNT 100 TYPE none",
      "SCAN 0 MATCH a MATCH b COUNT 1 COUNT 100",
      "SCAN 0 COUNT 9223372036854775807 MATCH x",
      "SCAN 0 COUNT 100 TYPE list TYPE string MATCH c"
    ]
  },
  {
    // Which keys such a cursor leads to depends on the hash table; that it is accepted does not.
    name: "SCAN with a cursor out of thin air",
    steps: ["7", "007", "+7", " 7", "-01", "18446744073709551615", "9223372036854775808"].map((cursor) =>
      step(["SCAN", cursor], { compare: "typeOnly" })
    )
  },
  { name: "RANDOMKEY", steps: ["RANDOMKEY", "SET k v", "RANDOMKEY"] },
  {
    name: "OBJECT ENCODING and REFCOUNT",
    steps: [
      ...["12", "-1", "9223372036854775807", "9223372036854775808", "012", "abc", "x".repeat(40), "x".repeat(41)]
        .flatMap(
          (
            value
          ): Array<StepInput> => [
            ["SET", "k", value],
            "OBJECT ENCODING k",
            "OBJECT REFCOUNT k",
            "RENAME k k2",
            "OBJECT ENCODING k2"
          ]
        ),
      "SET k abc",
      "APPEND k d",
      "OBJECT ENCODING k",
      "COPY k l",
      "OBJECT ENCODING l",
      "OBJECT IDLETIME l",
      "OBJECT FREQ l",
      step("OBJECT HELP", { compare: { ignored: "the summaries are our own" } })
    ]
  }
], { needsExactReference })

differential("keys under an LFU policy", [
  {
    name: "OBJECT FREQ",
    steps: [
      "OBJECT FREQ k",
      "SET k v",
      "OBJECT FREQ k",
      "OBJECT IDLETIME k",
      "OBJECT IDLETIME missing",
      "TYPE k",
      "EXISTS k",
      "OBJECT FREQ k",
      "RENAME k l",
      "OBJECT FREQ l",
      "MOVE l 1",
      "SELECT 1",
      "OBJECT FREQ l"
    ]
  }
], { needsExactReference, directives: ["--maxmemory-policy", "allkeys-lfu"] })

const names = ["a", "b", "c", "d", "e"]

/** Far from one another and from everything relative, so that the time the test takes makes no difference. */
const moments = [1, 4e9, 5e9, 6e9, 7e9]
const durations = [-100, 0, 1000, 2000]

const condition = (random: SeededRandom, conditions: ReadonlyArray<string>): ReadonlyArray<string> =>
  random.pick(conditions).split(" ").filter((word) => word !== "")

const generators: ReadonlyArray<CommandGenerator> = [
  (random) => ["SET", random.pick(names), String(random.integer(100))],
  // Not from 32 to 41 bytes: whether these are raw or embstr depends in Valkey on deadlines the key had earlier.
  (random) => ["SET", random.pick(names), random.bytes(random.integer(32))],
  (random) => ["SET", random.pick(names), random.bytes(42 + random.integer(20))],
  (random) => ["APPEND", random.pick(names), "x"],
  (random) => ["SET", random.pick(names), "v", "EX", "1000"],
  (random) => ["GET", random.pick(names)],
  (random) => [random.pick(["DEL", "UNLINK", "EXISTS", "TOUCH"]), random.pick(names), random.pick(names)],
  (random) => [random.pick(["RENAME", "RENAMENX"]), random.pick(names), random.pick(names)],
  (random) => ["COPY", random.pick(names), random.pick(names), ...(random.chance(0.5) ? ["REPLACE"] : [])],
  (random) => ["COPY", random.pick(names), random.pick(names), "DB", String(random.integer(3))],
  (random) => ["MOVE", random.pick(names), String(random.integer(3))],
  (random) => ["SWAPDB", String(random.integer(3)), String(random.integer(3))],
  (random) => ["PERSIST", random.pick(names)],
  (random) => [random.pick(["TYPE", "OBJECT ENCODING"]), random.pick(names)].join(" "),
  (random) => {
    const [command, unit] = random.pick([["EXPIRE", 1], ["PEXPIRE", 1000]] as const)
    return [command, random.pick(names), String(random.pick(durations) * unit), ...condition(random, ["", "NX", "XX"])]
  },
  (random) => {
    const [command, unit] = random.pick([["EXPIREAT", 1], ["PEXPIREAT", 1000]] as const)
    const conditions = ["", "NX", "XX", "GT", "LT", "XX GT", "XX LT"]
    return [command, random.pick(names), String(random.pick(moments) * unit), ...condition(random, conditions)]
  },
  (random) => seconds(`${random.pick(["TTL", "EXPIRETIME"])} ${random.pick(names)}`),
  (random) => millis(`${random.pick(["PTTL", "PEXPIRETIME"])} ${random.pick(names)}`),
  () => unordered("KEYS *"),
  () => unordered("SCAN 0 COUNT 1000"),
  () => "DBSIZE",
  (random) => random.chance(0.2) ? "FLUSHDB" : "DBSIZE"
]

differentialRandom({ name: "keys, random commands", generators, commands: 3000, seeds: [1, 2, 3] }, {
  needsExactReference
})
