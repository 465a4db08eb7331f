/**
 * The hash commands against the reference: every option, every error, small and large hashes, and random sequences.
 *
 * What Valkey 8.1 does not have, times to live of fields, is compared with Redis 8.0.
 */
import type { SeededRandom } from "../support/random.ts"
import { differential, differentialRandom, type Script, step, type StepInput } from "./differential.ts"
import { onKeys } from "./generators/family.ts"
import { hashes } from "./generators/hashes.ts"
import type { Inspection } from "./inspection.ts"

const max = "9223372036854775807"
const min = "-9223372036854775808"

const long = "v".repeat(100)

const unordered = (request: string | ReadonlyArray<string>): StepInput => step(request, { compare: "unordered" })

/** What the reply is made of is chance. */
const byChance = (request: string | ReadonlyArray<string>): StepInput => step(request, { compare: "typeOnly" })

const shapeOf = (key: string): ReadonlyArray<StepInput> => [`OBJECT ENCODING ${key}`, `HLEN ${key}`, `HGETALL ${key}`]

const pairs = (count: number, value = "v"): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, i) => [`f${i}`, `${value}${i}`]).flat()

const classicNames =
  "HDEL HEXISTS HGET HGETALL HINCRBY HINCRBYFLOAT HKEYS HLEN HMGET HMSET HRANDFIELD HSCAN HSET HSETNX HSTRLEN HVALS"
    .split(" ")

const classic: ReadonlyArray<Script> = [
  {
    name: "wrong numbers of arguments",
    steps: [
      ...classicNames.flatMap((name) => [name, ...name === "HRANDFIELD" ? [] : [`${name} missing`]]),
      "hset k f",
      "HSET k f v g",
      "HSET k f v g w h",
      "hmset k f",
      "HMSET k f v g",
      "HSETNX k f",
      "HSETNX k f v w",
      "HGET k f g",
      "HEXISTS k f g",
      "HSTRLEN k f g",
      "HLEN k l",
      "HGETALL k l",
      "HKEYS k l",
      "HVALS k l",
      "HINCRBY k f",
      "HINCRBY k f 1 2",
      "HINCRBYFLOAT k f",
      "HINCRBYFLOAT k f 1 2",
      "EXISTS k"
    ]
  },
  {
    name: "keys that are missing",
    steps: [
      ...classicNames.slice(0, 3).map((name) => `${name} k f`),
      "HGETALL k",
      "HKEYS k",
      "HVALS k",
      "HLEN k",
      "HMGET k a b a",
      "HRANDFIELD k",
      "HRANDFIELD k 0",
      "HRANDFIELD k 5",
      "HRANDFIELD k -5 WITHVALUES",
      "HSCAN k 0",
      "HSCAN k 0 COUNT 5",
      "HSCAN k x",
      "HSTRLEN k f",
      "EXISTS k"
    ]
  },
  {
    name: "a key of another type",
    steps: [
      "SET s v",
      "HDEL s f",
      "HEXISTS s f",
      "HGET s f",
      "HGETALL s",
      "HINCRBY s f 1",
      "HINCRBY s f x",
      "HINCRBYFLOAT s f 1",
      "HINCRBYFLOAT s f x",
      "HINCRBYFLOAT s f inf",
      "HKEYS s",
      "HLEN s",
      "HMGET s f g",
      "HMSET s f v",
      "HMSET s f",
      "HRANDFIELD s",
      "HRANDFIELD s 0",
      "HRANDFIELD s x",
      "HRANDFIELD s 1 BAD",
      "HSCAN s 0",
      "HSCAN s x",
      "HSET s f v",
      "HSET s f",
      "HSETNX s f v",
      "HSTRLEN s f",
      "HVALS s",
      "HSET h f v",
      "GET h",
      "APPEND h v",
      "LPUSH h v",
      "SET h w NX",
      "SET h w",
      "TYPE h"
    ]
  },
  {
    name: "HSET, HMSET and HSETNX say what is new",
    steps: [
      "HSET h a 1 b 2 a 3",
      "HSET h a 1 c 2",
      "HMSET h a 1 d 2",
      "HSETNX h a x",
      "HSETNX h e x",
      "HSETNX new a x",
      ["HSET", "h", "", "empty", "bin\0\xff\r\n", "\xff\xfe"],
      "HGETALL h",
      ["HGET", "h", ""],
      ["HGET", "h", "bin\0\xff\r\n"],
      ["HSTRLEN", "h", "bin\0\xff\r\n"],
      ["HEXISTS", "h", ""],
      "HMGET h a b missing a",
      "HGETALL new",
      "TYPE h",
      "OBJECT ENCODING h"
    ]
  },
  {
    name: "texts that look like numbers",
    steps: [
      "0",
      "-0",
      "+1",
      "007",
      "1.0",
      "-1",
      "127",
      "128",
      "4095",
      "4096",
      "-4097",
      max,
      min,
      "9223372036854775808",
      " 1"
    ]
      .flatMap((text): ReadonlyArray<StepInput> => [
        ["HSET", "h", text, text],
        ["HGET", "h", text],
        ["HSTRLEN", "h", text],
        ["HEXISTS", "h", text],
        "HGETALL h"
      ])
  },
  {
    name: "HDEL deletes the key with its last field",
    steps: [
      "HSET h a 1 b 2 c 3",
      "HDEL h a x a",
      "HDEL h b c d",
      "EXISTS h",
      "HDEL h a",
      "HSET h a 1",
      "EXPIRE h 100",
      "HDEL h a a",
      "HSET h a 1",
      "TTL h"
    ]
  },
  {
    name: "a hash becomes a table with many fields or long ones, and stays one",
    steps: [
      ["HSET", "many", ...pairs(128)],
      "OBJECT ENCODING many",
      "HSET many f0 w",
      "OBJECT ENCODING many",
      "HSET many f128 w",
      "OBJECT ENCODING many",
      unordered("HGETALL many"),
      "HDEL many f128",
      "OBJECT ENCODING many",
      ["HSET", "twice", ...Array.from({ length: 129 }, () => ["f", "v"]).flat()],
      ...shapeOf("twice"),
      ["HSET", "value", "f", "v".repeat(64)],
      "OBJECT ENCODING value",
      ["HSET", "value", "g", "v".repeat(65)],
      "OBJECT ENCODING value",
      unordered("HGETALL value"),
      ["HSET", "field", "f".repeat(65), "v"],
      ...shapeOf("field"),
      ["HSETNX", "nx", "a", long],
      ...shapeOf("nx"),
      ["HSET", "over", "f", long, "f", "v"],
      ...shapeOf("over"),
      ["HINCRBY", "counter", "f".repeat(65), "1"],
      ...shapeOf("counter"),
      "CONFIG SET hash-max-listpack-entries 2 hash-max-listpack-value 3",
      "HSET small a 1 b 2",
      "OBJECT ENCODING small",
      "HINCRBY small c 1",
      "OBJECT ENCODING small",
      "HSET tiny a abc",
      "OBJECT ENCODING tiny",
      "HINCRBY tiny a2 1000",
      "OBJECT ENCODING tiny",
      "HSET float a 1",
      "HINCRBYFLOAT float a 0.55",
      "OBJECT ENCODING float",
      "CONFIG SET hash-max-listpack-entries 0",
      "HSET none a 1",
      "OBJECT ENCODING none",
      "CONFIG SET hash-max-listpack-entries 128 hash-max-listpack-value 64",
      "COPY small copied",
      "OBJECT ENCODING copied",
      unordered("HGETALL copied")
    ]
  },
  {
    name: "HINCRBY counts in integers of 64 bits",
    steps: [
      "HINCRBY h n 5",
      "HINCRBY h n -10",
      ...["x", "1.5", "", " 1", "+1", "01", "9223372036854775808"].map((text) => ["HINCRBY", "h", "n", text]),
      `HSET h max ${max} min ${min} text abc float 1.5 spaced`.split(" ").concat(" 1"),
      "HINCRBY h max 1",
      "HINCRBY h max -1",
      "HINCRBY h min -1",
      `HINCRBY h min ${max}`,
      `HINCRBY h min ${min}`,
      "HINCRBY h text 1",
      "HINCRBY h float 1",
      "HINCRBY h spaced 1",
      `HINCRBY h fresh ${min}`,
      "HGETALL h",
      "HINCRBY none x y",
      "EXISTS none"
    ]
  },
  {
    name: "HINCRBYFLOAT counts in long doubles",
    steps: [
      ...["0.1", "0.2", "-0.3", "1e10", "5.0e3", "1e-20", "3", "-1e10"].map((text) => `HINCRBYFLOAT h n ${text}`),
      ...["x", "", " 1", "1 ", "nan", "inf", "-inf", "infinity", "1e5000", "0x10"].map((
        text
      ) => ["HINCRBYFLOAT", "h", "n", text]),
      `HSET h text abc huge 1e4932 int 10 inf inf max ${max}`,
      "HINCRBYFLOAT h text 1",
      "HINCRBYFLOAT h huge 1e4932",
      "HINCRBYFLOAT h inf 1",
      "HINCRBYFLOAT h int 0.5",
      "HINCRBYFLOAT h max 0.5",
      "HINCRBYFLOAT h fresh 1.50",
      "HGETALL h",
      "HINCRBYFLOAT none x y",
      "EXISTS none"
    ]
  },
  {
    name: "HRANDFIELD",
    steps: [
      "HSET h a 1 b 2 c 3",
      byChance("HRANDFIELD h"),
      unordered("HRANDFIELD h 3"),
      unordered("HRANDFIELD h 10"),
      "HRANDFIELD h 10",
      "HRANDFIELD h 10 withvalues",
      "HRANDFIELD h 0",
      "HRANDFIELD h 0 WITHVALUES",
      "HRANDFIELD h -0",
      "HSET one a 1",
      "HRANDFIELD one",
      "HRANDFIELD one -3",
      "HRANDFIELD one -3 WITHVALUES",
      "HRANDFIELD one 1 WITHVALUES",
      "HRANDFIELD h x",
      "HRANDFIELD h x BAD",
      "HRANDFIELD h 1 BAD",
      "HRANDFIELD h 1 WITHVALUES BAD",
      "HRANDFIELD h 1 WITHVALUES WITHVALUES",
      `HRANDFIELD h ${min}`,
      `HRANDFIELD h ${min} BAD`,
      `HRANDFIELD h ${max}`,
      `HRANDFIELD h ${max} WITHVALUES`,
      `HRANDFIELD h -${max} WITHVALUES`,
      "HRANDFIELD missing 4611686018427387904 WITHVALUES",
      "HRANDFIELD h 4611686018427387903 WITHVALUES",
      "HRANDFIELD h 4611686018427387904 WITHVALUES",
      ["HSET", "big", ...pairs(500)],
      unordered("HRANDFIELD big 500"),
      unordered("HRANDFIELD big 1000 WITHVALUES")
    ]
  },
  {
    name: "HSCAN",
    steps: [
      "HSET h a 1 b 2 ab 3",
      "HSCAN h 0",
      "HSCAN h 0 NOVALUES",
      "HSCAN h 0 MATCH a*",
      "HSCAN h 0 MATCH a* NOVALUES COUNT 1",
      "HSCAN h 0 COUNT 1",
      "HSCAN h 5",
      "HSCAN h 0 COUNT 0",
      "HSCAN h 0 COUNT -1",
      "HSCAN h 0 COUNT x",
      "HSCAN h 0 COUNT",
      "HSCAN h 0 MATCH",
      "HSCAN h 0 BAD",
      "HSCAN h 0 NOSCORES",
      "HSCAN h 0 TYPE hash",
      "HSCAN h 0 NOVALUES NOVALUES",
      "HSCAN h x",
      "HSCAN h -1",
      "HSCAN h 18446744073709551616",
      "HSCAN missing 0 BAD",
      "HSCAN missing 0 COUNT x",
      "SET s v",
      "HSCAN s 0 BAD",
      "HSCAN s 0 COUNT 0",
      ["HSET", "big", ...pairs(300)],
      unordered("HSCAN big 0 COUNT 10000"),
      unordered("HSCAN big 0 COUNT 10000 NOVALUES MATCH f1*")
    ]
  },
  {
    name: "values beyond the limit of a text",
    steps: [
      ["HSET", "h", "f", "x".repeat(100_000), "g", "1"],
      "HSTRLEN h f",
      "HGET h f",
      "HMGET h f g",
      "OBJECT ENCODING h",
      "COPY h i",
      "HSET h f 2",
      "HSTRLEN i f",
      "HSTRLEN h f"
    ]
  },
  {
    name: "RENAME, COPY and MOVE take a hash along",
    steps: [
      "HSET h a 1 b 2",
      "RENAME h i",
      "EXISTS h",
      "HGETALL i",
      "COPY i j",
      "HSET j a 2",
      "HGET i a",
      "MOVE j 1",
      "EXISTS j",
      "SELECT 1",
      "HGETALL j"
    ]
  }
]

differential("hash commands", classic)

differentialRandom({ name: "random hash commands", generators: onKeys(["h1", "h2", "h3"], hashes) })

differentialRandom(
  {
    name: "random commands on hashes with low thresholds",
    generators: onKeys(["h1", "h2", "h3"], hashes),
    seeds: [3, 4]
  },
  { directives: ["--hash-max-listpack-entries", "4", "--hash-max-listpack-value", "16"] }
)

/** The last moment a field can expire, in milliseconds, and one of many that are long after any test run. */
const lastMoment = "70368744177663"
const future = "33177117420000"

const expiringNames =
  "HEXPIRE HEXPIREAT HEXPIRETIME HGETDEL HGETEX HPERSIST HPEXPIRE HPEXPIREAT HPEXPIRETIME HPTTL HSETEX HTTL".split(" ")

/** Commands with FIELDS behind so many arguments. */
const withFields: ReadonlyArray<readonly [name: string, arguments_: string]> = [
  ["HEXPIRE", " 100"],
  ["HPEXPIRE", " 100000"],
  ["HEXPIREAT", " 33177117420"],
  ["HPEXPIREAT", ` ${future}`],
  ["HTTL", ""],
  ["HPTTL", ""],
  ["HEXPIRETIME", ""],
  ["HPEXPIRETIME", ""],
  ["HPERSIST", ""],
  ["HGETEX", ""],
  ["HGETEX", " EX 100"],
  ["HGETEX", " PERSIST"],
  ["HGETDEL", ""]
]

const fieldLists = [
  "FIELDS 1 a",
  "fields 2 a b",
  "FIELDS 0 a",
  "FIELDS -1 a",
  "FIELDS x a",
  "FIELDS 2 a",
  "FIELDS 1 a b",
  `FIELDS ${max} a`,
  "FIELDS 9223372036854775808 a",
  "FIELDS 01 a",
  "BAD 1 a",
  "1 a b",
  "FIELDS 1 a FIELDS 1 b",
  "FIELDS FIELDS 1 a"
]

/** Fields of times to live that are seconds or milliseconds, close to their ends. */
const times = [
  "0",
  "-1",
  "x",
  "",
  "1.5",
  max,
  "9223372036854775808",
  "70368744177",
  "70368744178",
  lastMoment,
  "70368744177664",
  "281474976710655"
]

const deadlinesOf = (key: string): ReadonlyArray<StepInput> => [
  `OBJECT ENCODING ${key}`,
  `HLEN ${key}`,
  `HGETALL ${key}`,
  step(`HPEXPIRETIME ${key} FIELDS 4 a b c d`, { compare: { near: 5000 } })
]

/** Some milliseconds pass. It travels alone, because requests of one batch see the same time. */
const passing = step("DEBUG SLEEP 0.003", { replies: 1 })

const expiring: ReadonlyArray<Script> = [
  {
    name: "wrong numbers of arguments",
    steps: expiringNames.flatMap((name) => [
      name,
      `${name} h`,
      `${name} h FIELDS`,
      `${name} h FIELDS 1`,
      `${name} h 1 FIELDS`,
      `${name} h 1 FIELDS 1`,
      // One more word, and Redis 8.0.2 reads beyond the end of HGETEX.
      `${name} h EX 10`,
      `${name} h EX 10 FIELDS 1`
    ])
  },
  ...withFields.map(([name, words]): Script => ({
    name: `${name}${words} with every form of FIELDS`,
    steps: ["missing", "s", "h"].flatMap((key) =>
      fieldLists.flatMap((list): ReadonlyArray<StepInput> => [
        "FLUSHALL",
        "SET s v",
        "HSET h a 1 b 2 c 3",
        step(`${name} ${key}${words} ${list}`, { compare: { near: 1000 } }),
        "EXISTS h missing",
        ...deadlinesOf("h")
      ])
    )
  })),
  ...["HEXPIRE", "HPEXPIRE", "HEXPIREAT", "HPEXPIREAT"].map((name): Script => ({
    name: `${name} with every time`,
    steps: times.flatMap((time): ReadonlyArray<StepInput> => [
      "HSET h a 1 b 2",
      [name, "h", time, "FIELDS", "1", "a"],
      [name, "h", time, "BAD", "1", "a"],
      [name, "h", time, "FIELDS", "0", "a"],
      [name, "missing", time, "FIELDS", "1", "a"],
      ...deadlinesOf("h"),
      "DEL h"
    ])
  })),
  {
    name: "HEXPIRE with every condition",
    steps: ["", "NX ", "XX ", "GT ", "LT ", "nx ", "BAD ", "NX XX ", "GT NX "].flatMap((condition) =>
      ["100", "300", "0"].flatMap((seconds): ReadonlyArray<StepInput> => [
        "HSET h a 1 b 2 c 3",
        "HEXPIRE h 200 FIELDS 1 a",
        "HEXPIRE h 100 FIELDS 1 b",
        `HEXPIRE h ${seconds} ${condition}FIELDS 5 a b c missing a`,
        ...deadlinesOf("h"),
        "DEL h"
      ])
    )
  },
  {
    name: "a deadline that is equal is neither later nor earlier",
    steps: [
      "HSET h a 1",
      `HPEXPIREAT h ${future} FIELDS 1 a`,
      `HPEXPIREAT h ${future} GT FIELDS 1 a`,
      `HPEXPIREAT h ${future} LT FIELDS 1 a`,
      "HPEXPIRETIME h FIELDS 1 a",
      "HEXPIRETIME h FIELDS 1 a",
      "HPEXPIREAT h 33177117420001 FIELDS 1 a",
      "HEXPIRETIME h FIELDS 1 a",
      step("HTTL h FIELDS 1 a", { compare: { near: 2 } }),
      step("HPTTL h FIELDS 1 a", { compare: { near: 2000 } })
    ]
  },
  {
    name: "fields of a small hash are ordered by their deadlines",
    steps: [
      "HSET h a 1 b 2 c 3 d 4",
      `HPEXPIREAT h ${future} FIELDS 2 c d`,
      ...deadlinesOf("h"),
      "HPEXPIREAT h 33177117420001 FIELDS 1 c",
      ...deadlinesOf("h"),
      `HPEXPIREAT h ${future} FIELDS 2 a c`,
      ...deadlinesOf("h"),
      "HSET h e 5",
      "HSET h a 6",
      ...deadlinesOf("h"),
      "HINCRBY h d 1",
      "HINCRBYFLOAT h c 0.5",
      "HINCRBY h f 1",
      ...deadlinesOf("h"),
      "HPERSIST h FIELDS 3 c e missing",
      ...deadlinesOf("h"),
      "HSETNX h d 1",
      "HSETNX h g 1",
      "HMSET h d 1 h 2",
      ...deadlinesOf("h"),
      "HSCAN h 0",
      "HKEYS h",
      "HVALS h",
      "HRANDFIELD h 100 WITHVALUES",
      "HDEL h a b c d e f g h",
      "EXISTS h"
    ]
  },
  {
    name: "the commands about times to live change the shape, also where they do nothing else",
    steps: [
      "HPERSIST h FIELDS 1 a",
      "HTTL h FIELDS 1 a",
      "HGETEX h FIELDS 1 a",
      "HGETEX h EX 10 FIELDS 1 x",
      "HGETEX h PERSIST FIELDS 1 x",
      "HEXPIRE h 10 FIELDS 1 x",
      "HEXPIRE h 10 XX FIELDS 1 a",
      "HEXPIRE h 0 FIELDS 1 x",
      "HGETDEL h FIELDS 1 x",
      "HSETEX h FIELDS 1 a 1",
      "HSETEX h KEEPTTL FIELDS 1 a 1",
      "HSETEX h FXX EX 10 FIELDS 1 x 1",
      "HSETEX h EX 10 FIELDS 1 x 1"
    ].flatMap((request) => ["DEL h", "HSET h a 1", request, "OBJECT ENCODING h"])
  },
  {
    name: "large hashes have fields with deadlines as well",
    steps: [
      "CONFIG SET hash-max-listpack-entries 3",
      "HSET h a 1 b 2 c 3",
      "HEXPIRE h 100 FIELDS 2 a b",
      "OBJECT ENCODING h",
      "HSET h d 4",
      "OBJECT ENCODING h",
      step("HTTL h FIELDS 5 a b c d e", { compare: { near: 2 } }),
      unordered("HGETALL h"),
      "HSET h a 5",
      "HINCRBY h b 5",
      step("HTTL h FIELDS 5 a b c d e", { compare: { near: 2 } }),
      "HPERSIST h FIELDS 2 b a",
      "HEXPIRE h 0 FIELDS 2 a x",
      unordered("HGETALL h"),
      "HSETEX big EX 100 FIELDS 4 a 1 b 2 c 3 d 4",
      "OBJECT ENCODING big",
      step("HTTL big FIELDS 5 a b c d e", { compare: { near: 2 } }),
      "HGETEX big EX 0 FIELDS 4 a b c d",
      "EXISTS big",
      "CONFIG SET hash-max-listpack-entries 512",
      ["HSETEX", "long", "EX", "100", "FIELDS", "1", "a", long],
      "OBJECT ENCODING long",
      "HSET gone a 1",
      ["HSETEX", "gone", "EX", "0", "FIELDS", "1", "b", long],
      ...shapeOf("gone")
    ]
  },
  {
    name: "HGETEX with every option",
    steps: [
      "EX 100",
      "ex 100",
      "PX 100000",
      `PXAT ${future}`,
      "EXAT 33177117420",
      "PERSIST",
      "EX 0",
      "PXAT 1",
      "EX",
      "EX x",
      "EX -1",
      "EX 1.5",
      `EX ${max}`,
      "EX 70368744177",
      "EXAT 70368744177",
      "EXAT 70368744178",
      `PXAT ${lastMoment}`,
      `PX ${lastMoment}`,
      "PXAT 70368744177664",
      "KEEPTTL",
      "BAD",
      "EX 10 EX 10",
      "EX 10 PX 10",
      "EX 10 PERSIST",
      "PERSIST PERSIST",
      "PERSIST EX 10"
    ].flatMap((option) =>
      ["h", "missing", "s"].flatMap((key): ReadonlyArray<StepInput> => [
        "FLUSHALL",
        "SET s v",
        "HSET h a 1 b 2 c 3",
        "HEXPIRE h 1000 FIELDS 1 b",
        `HGETEX ${key} ${option} FIELDS 5 a b x c a`,
        `HGETEX ${key} ${option} FIELDS 0 a`,
        ...deadlinesOf("h")
      ])
    )
  },
  {
    name: "HGETDEL",
    steps: [
      "HSET h a 1 b 2 c 3 d 4",
      "HEXPIRE h 100 FIELDS 2 b c",
      "HGETDEL h FIELDS 3 b x b",
      ...deadlinesOf("h"),
      "HGETDEL h FIELDS 4 a c d b",
      "EXISTS h"
    ]
  },
  {
    name: "HSETEX with every pair of options",
    steps: [
      "FNX",
      "FXX",
      "EX 100",
      "PX 100000",
      `PXAT ${future}`,
      "EXAT 33177117420",
      "KEEPTTL",
      "EX 0",
      "BAD",
      "PERSIST"
    ]
      .flatMap((first, _, options) =>
        ["", ...options].flatMap((second): ReadonlyArray<StepInput> => [
          "DEL h",
          "HSET h a 1 b 2",
          "HEXPIRE h 1000 FIELDS 1 b",
          ["HSETEX", "h", ...`${first} ${second}`.trim().split(" "), "FIELDS", "2", "b", "x", "c", "y"],
          ["HSETEX", "h", ...`${first} ${second}`.trim().split(" "), "FIELDS", "1", "b", "z"],
          ["HSETEX", "h", ...`${first} ${second}`.trim().split(" "), "FIELDS", "1", "d", "z"],
          ...deadlinesOf("h")
        ])
      )
  },
  {
    name: "HSETEX with what is wrong",
    steps: [
      ...times.flatMap((time): ReadonlyArray<StepInput> => [
        ["HSETEX", "h", "EX", time, "FIELDS", "1", "a", "1"],
        ["HSETEX", "h", "PX", time, "FIELDS", "1", "a", "1"],
        // A time that is too long only because it counts from now is told when all has been read, in Redis at once.
        ...time === lastMoment || time === "70368744177" ? [] : [["HSETEX", "h", "PX", time, "BAD", "1", "a", "1"]],
        ["HSETEX", "h", "EXAT", time, "FIELDS", "0", "a", "1"],
        ["HSETEX", "h", "PXAT", time, "FIELDS", "2", "a", "1"],
        "DEL h"
      ]),
      "HSETEX h EX x PX 1 FIELDS 1 a 1",
      "HSETEX h EX 1 EX x FIELDS 1 a 1",
      "HSETEX h FNX FXX FNX FIELDS 1 a 1",
      "HSETEX h KEEPTTL KEEPTTL FIELDS 1 a 1",
      "HSETEX h FIELDS 1 a 1 b",
      "HSETEX h FIELDS 2 a 1",
      "HSETEX h FIELDS 1 a 1 b 2",
      "HSETEX h FIELDS 0 a 1",
      "HSETEX h FIELDS -1 a 1",
      "HSETEX h FIELDS x a 1",
      "HSETEX h FIELDS 2147483647 a 1",
      "HSETEX h FIELDS 2147483648 a 1",
      `HSETEX h FIELDS ${max} a 1`,
      "HSETEX h FIELDS 1 a 1 EX 10",
      "HSETEX h FIELDS 1 a 1 FNX",
      "HSETEX h FIELDS 1 a 1 EX",
      "HSETEX h a 1 FIELDS 1",
      "HSETEX h EX 10 FNX EX",
      "HSETEX h FNX KEEPTTL x y",
      "SET s v",
      "HSETEX s FIELDS 1 a 1",
      "HSETEX s BAD 1 a 1",
      "HSETEX s FIELDS 0 a 1",
      "HSETEX s EX x FIELDS 1 a 1",
      "HSETEX s FXX FIELDS 1 a 1",
      "EXISTS h"
    ]
  },
  {
    name: "RENAME, COPY and MOVE take the times to live of fields along",
    steps: [
      "HSET h a 1 b 2 c 3",
      "HEXPIRE h 100 FIELDS 2 b c",
      "COPY h copy",
      "HEXPIRE copy 200 FIELDS 1 a",
      "HPERSIST h FIELDS 1 b",
      ...deadlinesOf("h"),
      ...deadlinesOf("copy"),
      "RENAME h i",
      ...deadlinesOf("i"),
      "MOVE i 1",
      "SELECT 1",
      ...deadlinesOf("i"),
      "HSET set a 1",
      "HEXPIRE set 100 FIELDS 1 a",
      "SET set v",
      "HSET set a 1",
      "DEL set",
      "HSET set a 1",
      ...deadlinesOf("set")
    ]
  },
  {
    name: "a field that has expired is absent for who looks at it, and removed by it",
    steps: [
      "DEBUG SET-ACTIVE-EXPIRE 0",
      ...[
        "HGET h b",
        "HMGET h b c a",
        "HEXISTS h b",
        "HSTRLEN h b",
        "HGETALL h",
        "HKEYS h",
        "HVALS h",
        "HSCAN h 0",
        "HRANDFIELD h",
        "HRANDFIELD h 10",
        "HRANDFIELD h -1 WITHVALUES",
        "HTTL h FIELDS 3 a b c",
        "HPEXPIRETIME h FIELDS 3 a b c",
        "HPERSIST h FIELDS 3 a b c",
        "HEXPIRE h 100 FIELDS 2 a b",
        "HEXPIRE h 100 NX FIELDS 2 a b",
        "HEXPIRE h 100 XX FIELDS 2 a b",
        "HEXPIRE h 100 LT FIELDS 2 a b",
        "HEXPIRE h 0 FIELDS 2 a b",
        "HGETEX h FIELDS 3 b a b",
        "HGETEX h EX 100 FIELDS 3 b a b",
        "HGETEX h PERSIST FIELDS 3 b a b",
        "HGETDEL h FIELDS 3 b a b",
        "HSET h b 1",
        "HSETNX h b 1",
        "HINCRBY h b 1",
        "HINCRBYFLOAT h b 1",
        "HDEL h b",
        "HSETEX h FNX FIELDS 1 b 5",
        "HSETEX h FXX FIELDS 1 b 5",
        "HSETEX h FXX FIELDS 3 a b 5 5 c 5",
        "HSETEX h FIELDS 1 b 5",
        "HSETEX h KEEPTTL FIELDS 1 b 5",
        "HSETEX h EX 10 FIELDS 1 b 5",
        "COPY h i",
        "RENAME h i",
        "HLEN h",
        "SORT l BY nosort GET h->b",
        "OBJECT ENCODING h"
      ].flatMap((request) =>
        ["HSET h a 1 b 2 c 3", "HSET h b 2 c 3"].flatMap((made): ReadonlyArray<StepInput> => [
          "DEL h i l",
          "RPUSH l 1",
          made,
          "HPEXPIRE h 1 FIELDS 2 b c",
          passing,
          request === "HRANDFIELD h" || request.startsWith("HRANDFIELD h -") ? byChance(request) : request,
          "HLEN h",
          "EXISTS h",
          "HGETALL h",
          "HGETALL i",
          step("HTTL h FIELDS 3 a b c", { compare: { near: 1 } }),
          "HGETEX h FIELDS 2 c b",
          "HLEN h",
          "EXISTS h"
        ])
      ),
      "DEBUG SET-ACTIVE-EXPIRE 1"
    ]
  },
  {
    name: "INFO counts hashes with deadlines, and fields that have expired",
    steps: [
      "CONFIG RESETSTAT",
      "HSET h a 1 b 2",
      "HSET i a 1 b 2",
      "HSET j a 1 b 2",
      "HEXPIRE h 100 FIELDS 1 a",
      "HEXPIRE i 100 FIELDS 2 a b",
      "INFO keyspace",
      "HEXPIRE i 0 FIELDS 1 a",
      "HGETEX j EX 0 FIELDS 1 a",
      "HSETEX j EX 0 FIELDS 2 a 1 b 2",
      "INFO keyspace",
      "DEL h",
      "INFO keyspace",
      step("INFO stats", {
        compare: { masked: /[^]*(?=expired_subkeys)|(?<=expired_subkeys:\d+)[^]*/, reason: "all else" }
      })
    ]
  }
]

differential("times to live of fields", expiring, { reference: "redis" })

const fields = ["a", "b", "c", "d", "1", "22"]

const someFields = (random: SeededRandom): ReadonlyArray<string> => {
  const list = Array.from({ length: 1 + random.integer(4) }, () => random.pick(fields))
  return ["FIELDS", String(list.length), ...list]
}

const somePairs = (random: SeededRandom): ReadonlyArray<string> =>
  Array.from({ length: 1 + random.integer(3) }, () => [random.pick(fields), String(random.integer(100))]).flat()

/** A moment that is long after the test or long before it, so that both servers agree on what has expired. */
const moment = (random: SeededRandom): string => random.chance(0.15) ? "1" : `331771174200${10 + random.integer(8)}`

const lastingFor = (random: SeededRandom): ReadonlyArray<string> =>
  random.pick([[], ["PXAT", moment(random)], ["PXAT", moment(random)], ["KEEPTTL"]])

const key = (random: SeededRandom): string => random.pick(["h1", "h2", "h3"])

/** Small hashes answer in the order of their deadlines. */
const randomExpiring = (wholeOrder: (request: ReadonlyArray<string>) => StepInput) => [
  (random: SeededRandom) => ["HSET", key(random), ...somePairs(random)],
  (random: SeededRandom) => ["HDEL", key(random), random.pick(fields)],
  (random: SeededRandom) => ["HINCRBY", key(random), random.pick(fields), "1"],
  (random: SeededRandom) => ["HSETNX", key(random), random.pick(fields), "1"],
  (random: SeededRandom) => wholeOrder([random.pick(["HGETALL", "HKEYS", "HVALS"]), key(random)]),
  (random: SeededRandom) => [
    "HPEXPIREAT",
    key(random),
    moment(random),
    ...random.pick([[], [], ["NX"], ["XX"], ["GT"], ["LT"]]),
    ...someFields(random)
  ],
  (random: SeededRandom) => ["HPEXPIREAT", key(random), moment(random), ...someFields(random)],
  (random: SeededRandom) => ["HPERSIST", key(random), ...someFields(random)],
  (random: SeededRandom) => [random.pick(["HPEXPIRETIME", "HEXPIRETIME"]), key(random), ...someFields(random)],
  (random: SeededRandom) => [
    "HGETEX",
    key(random),
    ...random.pick([[], ["PERSIST"], ["PXAT", moment(random)]]),
    ...someFields(random)
  ],
  (random: SeededRandom) => ["HGETDEL", key(random), ...someFields(random)],
  (random: SeededRandom) => {
    const list = somePairs(random)
    const condition = random.pick([[], [], ["FNX"], ["FXX"]])
    return ["HSETEX", key(random), ...condition, ...lastingFor(random), "FIELDS", String(list.length / 2), ...list]
  },
  (random: SeededRandom) => ["COPY", key(random), key(random), "REPLACE"],
  (random: SeededRandom) => ["RENAME", key(random), key(random)],
  (random: SeededRandom) => ["OBJECT", "ENCODING", key(random)]
]

const inspectDeadlines: Inspection = (key, _, encoding) => [
  ["OBJECT", "ENCODING", key],
  step(["HGETALL", key], { compare: encoding === "hashtable" ? "unordered" : "exact" }),
  ["HPEXPIRETIME", key, "FIELDS", String(fields.length), ...fields]
]

differentialRandom({
  name: "random commands about times to live of fields",
  generators: randomExpiring((request) => request),
  inspect: inspectDeadlines
}, { reference: "redis" })

differentialRandom({
  name: "random commands about times to live of fields in tables",
  generators: randomExpiring(unordered),
  inspect: inspectDeadlines,
  seeds: [3, 4]
}, { directives: ["--hash-max-listpack-entries", "3"], reference: "redis" })
