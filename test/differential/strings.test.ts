/**
 * The string commands against the reference: every option, every error, and random sequences of them.
 */
import { differential, differentialRandom, near, type Script, step, type StepInput } from "./differential.ts"
import { findReference } from "../support/referenceServers.ts"
import type { SeededRandom } from "../support/random.ts"

const max = "9223372036854775807"
const min = "-9223372036854775808"

/** Long after any test run, in seconds: a deadline that both servers understand alike. */
const future = "33177117420"

const names =
  "APPEND DECR DECRBY GET GETDEL GETEX GETRANGE GETSET INCR INCRBY INCRBYFLOAT LCS MGET MSET MSETNX PSETEX SET SETEX SETNX SETRANGE STRLEN SUBSTR"
    .split(" ")

const arities: Script = {
  name: "wrong numbers of arguments",
  steps: [
    ...names,
    "append k v w",
    "Decr k 1",
    "GET k l",
    "DECRBY k 1 2",
    "GETDEL k v",
    "GETRANGE k 1 2 3",
    "GETSET k",
    "incr k 1",
    "INCRBYFLOAT k 1 2",
    "MSET a 1 b",
    "MSETNX a 1 b",
    "PSETEX k 1",
    "SETEX k 1 v EX",
    "SETNX k v NX",
    "SETRANGE k 1 v 2",
    "STRLEN k l",
    "SUBSTR k 1"
  ]
}

const set: ReadonlyArray<Script> = [
  {
    name: "SET stores any bytes",
    steps: [
      "SET k v",
      "GET k",
      ["SET", "k", "\r\n\0\xff\x80"],
      "GET k",
      "STRLEN k",
      ["SET", "k", ""],
      "GET k",
      ["SET", "", "empty key"],
      ["GET", ""],
      ["SET", "big", "x".repeat(100_000)],
      "GET big",
      "GETRANGE big 99990 -1"
    ]
  },
  {
    name: "SET keeps what looks like a number",
    steps: [
      "0",
      "-0",
      "+1",
      "007",
      "1.0",
      "1e5",
      max,
      min,
      "9223372036854775808",
      "9007199254740993",
      "-9007199254740993"
    ]
      .flatMap((text) => [["SET", "k", text], "GET k", "STRLEN k", "OBJECT ENCODING k", "INCRBY k 0", "GET k"])
  },
  {
    name: "SET with conditions",
    needsExactReference: "IFEQ is new in it",
    steps: [
      "SET k v XX",
      "SET k v XX GET",
      "SET k v NX",
      "SET k w NX",
      "SET k w NX GET",
      "SET k w xx gEt",
      "SET k x XX",
      "SET new x NX GET",
      "GET new",
      "SET k y IFEQ no",
      "SET k y IFEQ no GET",
      "SET k y IFEQ x",
      "SET k z IFEQ y GET",
      "SET none z IFEQ y",
      "SET none z IFEQ y GET",
      "SET k 10",
      "SET k 11 IFEQ 10",
      "SET k 12 IFEQ 011",
      "GET k",
      "APPEND k 0",
      "SET k 5 IFEQ 110",
      "GET k"
    ]
  },
  {
    name: "SET with every pair of options",
    needsExactReference: "IFEQ is new in it",
    steps: [
      "NX",
      "XX",
      "IFEQ v",
      "GET",
      "EX 100",
      "PX 100000",
      `EXAT ${future}`,
      `PXAT ${future}000`,
      "KEEPTTL",
      "PERSIST",
      "BAD"
    ]
      .flatMap((first, _, options) =>
        options.flatMap((second): ReadonlyArray<StepInput> => [
          "SET k v EX 1000",
          `SET k v ${first} ${second}`,
          "GET k",
          step("TTL k", { compare: near(2) }),
          "DEL k",
          `SET k v ${second} ${first}`,
          "EXISTS k",
          "DEL k"
        ])
      )
  },
  {
    name: "SET with options that are incomplete or wrong",
    steps: [
      "SET k v EX",
      "SET k v PX",
      "SET k v EXAT",
      "SET k v PXAT",
      "SET k v IFEQ",
      "SET k v GET IFEQ",
      "SET k v EX NX",
      "SET k v EX 10 20",
      "SET k v EX abc BAD",
      "SET k v NXX",
      ["SET", "k", "v", ""],
      "EXISTS k"
    ]
  },
  {
    name: "times that are refused",
    steps: [
      "0",
      "-1",
      "abc",
      "1.5",
      "",
      "+5",
      "05",
      max,
      min,
      "9223372036854775808",
      "9223372036854775",
      "9223372036854776",
      "9223372036854770000"
    ]
      .flatMap((time) => [
        ["SET", "k", "v", "EX", time],
        ["SET", "k", "v", "PX", time],
        ["SET", "k", "v", "EXAT", time],
        ["SET", "k", "v", "PXAT", time],
        ["SETEX", "k", time, "v"],
        ["PSETEX", "k", time, "v"],
        ["GETEX", "k", "EX", time],
        ["GETEX", "k", "PX", time],
        ["GETEX", "k", "EXAT", time],
        ["GETEX", "k", "PXAT", time],
        ["GETEX", "missing", "EX", time],
        ["SET", "k", "v", "GET", "EX", time],
        "EXISTS k"
      ])
  },
  {
    name: "deadlines that have passed",
    steps: [
      "SET k v PXAT 1",
      "EXISTS k",
      "SET k v",
      "SET k v EXAT 1",
      "EXISTS k",
      "SET k v",
      "SET k w PXAT 1 GET",
      "EXISTS k",
      "SET k v",
      "SET k w PXAT 1 NX",
      "SET k w PXAT 1 XX GET",
      "GET k",
      "SET k w PXAT 1 XX",
      "SET k v",
      "GETEX k PXAT 1",
      "GET k",
      "SET k v",
      "GETEX k EXAT 1",
      "GETEX k EXAT 1",
      "DBSIZE"
    ]
  },
  {
    name: "SETEX, PSETEX, SETNX, GETSET",
    steps: [
      "SETEX k 100 v",
      step("TTL k", { compare: near(1) }),
      "PSETEX k 100000 w",
      step("PTTL k", { compare: near(1000) }),
      "GET k",
      "SETNX k x",
      "SETNX new x",
      step("GETSET k y", {}),
      "TTL k",
      "GETSET none y",
      "GET none"
    ]
  },
  {
    name: "what keeps a time to live and what does not",
    steps: [
      "SET k 1",
      "INCR k",
      "INCRBYFLOAT k 1.5",
      "APPEND k 5",
      "SETRANGE k 0 7",
      "SET k 1 KEEPTTL",
      "GETEX k",
      "SETNX k v",
      "GETEX k PERSIST",
      "GETSET k 1",
      "MSET k 2",
      "MSETNX k 3",
      "SET k 1"
    ].flatMap((command): ReadonlyArray<StepInput> => [
      "EXPIRE k 1000",
      command,
      step("TTL k", { compare: near(2) }),
      "SETNX k 1"
    ])
  }
]

const get: ReadonlyArray<Script> = [
  {
    name: "GETDEL and GETEX",
    steps: [
      "GETDEL k",
      "SET k v",
      "GETDEL k",
      "EXISTS k",
      "GETEX k",
      "GETEX k PERSIST",
      "GETEX k BAD",
      "SET k v",
      "GETEX k",
      "TTL k",
      "GETEX k EX 100",
      step("TTL k", { compare: near(1) }),
      "GETEX k PX 200000",
      step("TTL k", { compare: near(1) }),
      `GETEX k EXAT ${future}`,
      "EXPIRETIME k",
      `GETEX k PXAT ${future}123`,
      "PEXPIRETIME k",
      "GETEX k EX 10 EX 300",
      step("TTL k", { compare: near(1) }),
      "GETEX k PERSIST PERSIST",
      "TTL k",
      "GETEX k EX",
      "GETEX k EX 1 PX 1",
      "GETEX k EX 1 PERSIST",
      "GETEX k PERSIST EX 1",
      "GETEX k KEEPTTL",
      "GETEX k NX",
      "GETEX k GET"
    ]
  },
  {
    name: "GETRANGE and SUBSTR",
    steps: [
      ["SET", "k", "This is a string"],
      "SET n -1234",
      ["SET", "empty", ""],
      ...["GETRANGE", "SUBSTR"].flatMap((command) =>
        ["k", "n", "empty", "missing"].flatMap((key) =>
          ["0", "3", "-1", "-3", "15", "16", "-16", "-17", "100", "-100", max, min].flatMap((start, _, positions) =>
            positions.map((end) => `${command} ${key} ${start} ${end}`)
          )
        )
      ),
      "GETRANGE k a 1",
      "GETRANGE k 1 b",
      "SUBSTR missing 1 1.5",
      "GETRANGE k 9223372036854775808 1"
    ]
  },
  {
    name: "MGET, MSET, MSETNX",
    steps: [
      "MSET a 1 b two a three",
      "MGET a b missing a",
      "MSETNX a 1 c 2",
      "MGET a c",
      "MSETNX c 1 c 2 d 3",
      "MGET c d",
      "MGET missing",
      "STRLEN a",
      "STRLEN missing"
    ]
  }
]

const numbers = [
  "0",
  "1",
  "-1",
  "10",
  max,
  min,
  "9223372036854775806",
  "-9223372036854775807",
  "9007199254740991",
  "9007199254740992",
  "-9007199254740991",
  "-9007199254740993",
  "9223372036854775808",
  "-9223372036854775809",
  "01",
  "+1",
  " 1",
  "1 ",
  "1.0",
  "1e1",
  "abc",
  "",
  "-",
  "-0",
  "0x10",
  "1\0"
]

const floats = [
  "0",
  "-0",
  "0.1",
  "-0.1",
  "0.2",
  ".5",
  "5.",
  "3.0e3",
  "1e-5",
  "1e17",
  "1e18",
  "1e100",
  "1e4000",
  "-1e4000",
  "1e4932",
  "1.18973149535723176502e4932",
  "1e5000",
  "1e-4950",
  "1e-6000",
  "123456789.123456789",
  "17179869184.0000000001",
  "9223372036854775807",
  "0x10",
  "0x1p-3",
  "inf",
  "-inf",
  "+Infinity",
  "nan",
  "abc",
  "",
  " 1",
  "1 ",
  "1,5",
  "1e",
  "+1",
  "--1",
  "1\0"
]

const counters: ReadonlyArray<Script> = [
  {
    name: "INCR, DECR, INCRBY, DECRBY at every pair of edges",
    steps: numbers.flatMap((value) =>
      numbers.flatMap((increment) => [
        ["SET", "k", value],
        ["INCRBY", "k", increment],
        ["SET", "k", value],
        ["DECRBY", "k", increment],
        "INCR k",
        "DECR k",
        "DECR k",
        "GET k"
      ])
    )
  },
  {
    name: "counters of keys that do not exist",
    steps: numbers.flatMap((increment) => [
      ["INCRBY", "k", increment],
      "GET k",
      "OBJECT ENCODING k",
      "DEL k",
      ["DECRBY", "k", increment],
      "GET k",
      "DEL k"
    ])
  },
  {
    name: "INCRBYFLOAT of every pair of numbers",
    steps: floats.flatMap((value) =>
      floats.flatMap((increment) => [
        ["SET", "k", value],
        ["INCRBYFLOAT", "k", increment],
        "GET k"
      ])
    )
  },
  {
    name: "INCRBYFLOAT of keys that do not exist",
    steps: floats.flatMap((increment) => [["INCRBYFLOAT", "k", increment], "OBJECT ENCODING k", "DEL k"])
  }
]

const writes: ReadonlyArray<Script> = [
  {
    name: "APPEND and SETRANGE",
    steps: [
      "APPEND k 12",
      "OBJECT ENCODING k",
      "APPEND k 3",
      "OBJECT ENCODING k",
      ["APPEND", "k", ""],
      "INCR k",
      "OBJECT ENCODING k",
      "SETRANGE k 1 99",
      "OBJECT ENCODING k",
      "GET k",
      "SETRANGE k 6 end",
      "GET k",
      ["APPEND", "none", ""],
      "EXISTS none",
      "STRLEN none",
      ["SETRANGE", "missing", "5", ""],
      ["SETRANGE", "missing", max, ""],
      "EXISTS missing",
      "SETRANGE missing 5 x",
      "GET missing",
      "OBJECT ENCODING missing",
      ["SETRANGE", "k", "1", ""],
      "SETRANGE k -1 v",
      ["SETRANGE", "k", "-1", ""],
      "SETRANGE k abc v",
      "SETRANGE k 1.5 v",
      `SETRANGE k ${max} v`,
      `SETRANGE k ${min} v`,
      "SETRANGE k 9223372036854775808 v",
      "SETRANGE k 536870911 vv",
      "SETRANGE none 536870912 v",
      "STRLEN k"
    ]
  },
  {
    name: "OBJECT ENCODING around the length that is embedded",
    needsExactReference: "Redis embeds other lengths",
    steps: [1, 5, 30].flatMap((keyLength) =>
      [0, 1, 3, 10, 11, 12, 28, 32, 33, 35, 36, 37, 40, 41, 42, 44, 45].flatMap((length): ReadonlyArray<StepInput> => {
        const key = "k".repeat(keyLength)
        const value = "v".repeat(length)
        return [
          ["SET", key, value],
          ["OBJECT", "ENCODING", key],
          ["SET", key, value, "EX", "1000"],
          ["OBJECT", "ENCODING", key],
          ["APPEND", key, "x"],
          ["OBJECT", "ENCODING", key],
          ["SET", key, value, "KEEPTTL"],
          ["OBJECT", "ENCODING", key],
          ["SET", key, value],
          ["EXPIRE", key, "1000"],
          ["OBJECT", "ENCODING", key],
          ["DEL", key]
        ]
      })
    )
  }
]

const lcs: Script = {
  name: "LCS",
  steps: [
    ["MSET", "a", "ohmytext", "b", "mynewtext", "c", "", "d", "\0\xff\0\xff", "e", "\xff\0\0\xff\xff", "n", "12345"],
    ...["a", "b", "c", "d", "e", "n", "missing"].flatMap((one, _, keys) =>
      keys.flatMap((other) =>
        [
          "",
          " LEN",
          " IDX",
          " IDX WITHMATCHLEN",
          " IDX MINMATCHLEN 2",
          " WITHMATCHLEN MINMATCHLEN 4 IDX",
          " MINMATCHLEN 3 LEN"
        ]
          .map((options) => `LCS ${one} ${other}${options}`)
      )
    ),
    "LCS a b LEN IDX",
    "LCS a b IDX LEN",
    "LCS a b IDX MINMATCHLEN -5",
    `LCS a b IDX MINMATCHLEN ${max}`,
    "LCS a b IDX IDX WITHMATCHLEN WITHMATCHLEN",
    "LCS a b MINMATCHLEN 1 MINMATCHLEN 4 IDX",
    "LCS a b MINMATCHLEN",
    "LCS a b MINMATCHLEN x",
    "LCS a b MINMATCHLEN x BAD",
    "LCS a b BAD",
    "lcs a b len",
    "SETRANGE big 16000 x",
    "LCS big big LEN",
    "LCS big big"
  ]
}

differential("strings", [arities, ...set, ...get, ...counters, ...writes, lcs])

differential("strings near the limit of their length", [{
  name: "APPEND, SETRANGE and LCS beyond proto-max-bulk-len",
  steps: [
    "SETRANGE k 1048575 x",
    "SETRANGE k 1048576 x",
    "SETRANGE k 1048575 y",
    "SETRANGE none 1048576 x",
    "APPEND k x",
    ["APPEND", "k", ""],
    "STRLEN k",
    "SET short 1",
    ["APPEND", "short", "x".repeat(1048575)],
    "APPEND short x",
    "GETRANGE short -3 -1",
    "SETRANGE a 511 x",
    "SETRANGE b 509 x",
    "LCS a b LEN",
    "APPEND b x",
    "LCS a b LEN",
    "LCS a b IDX",
    "LCS a b",
    "EXISTS none"
  ]
}], { directives: ["--proto-max-bulk-len", "1048576"] })

/** An older Redis does not know IFEQ. */
const isExact = findReference()?.isExact === true

const key = (random: SeededRandom): string => random.pick(["a", "b", "c", "d", "{k}"])

const anyNumber = (random: SeededRandom): string =>
  random.pick([random.pick(numbers), String(random.integer(2000) - 1000), String(random.integer(10))])

/**
 * Not between 29 and 44 bytes: there an older Redis embeds other lengths, and Valkey's encoding depends on whether the key has had a time to live since it was
 * set, ours on whether it has one now.
 */
const value = (random: SeededRandom): string =>
  random.pick([
    anyNumber(random),
    random.pick(floats),
    random.bytes(random.integer(29)),
    random.bytes(45 + random.integer(20)),
    "abcab".repeat(random.pick([0, 1, 2, 3, 4, 5, 9, 10, 11])),
    random.bytes(45 + random.integer(70_000))
  ])

const position = (random: SeededRandom): string =>
  random.chance(0.1) ? random.pick(numbers) : String(random.integer(80) - 30)

/** A short time would end at another moment on each server. */
const refusedTimes = ["0", "-1", min, max, "9223372036854775808", "1.5", "abc", ""]

const option = (random: SeededRandom): ReadonlyArray<string> =>
  random.pick([
    ["NX"],
    ["XX"],
    ["GET"],
    ...isExact ? [["IFEQ", anyNumber(random)]] : [],
    ["KEEPTTL"],
    ["PERSIST"],
    ["EX", random.chance(0.2) ? random.pick(refusedTimes) : "1000"],
    ["PX", random.chance(0.2) ? random.pick(refusedTimes) : "1000000"],
    ["EXAT", random.pick([future, "1", "abc"])],
    ["PXAT", random.pick([`${future}000`, "1", ""])],
    ["BAD"]
  ])

const options = (random: SeededRandom): ReadonlyArray<string> =>
  Array.from({ length: random.pick([0, 0, 1, 1, 1, 2, 2, 3]) }, () => option(random)).flat()

const many = (random: SeededRandom, make: (random: SeededRandom) => ReadonlyArray<string>): ReadonlyArray<string> =>
  Array.from({ length: 1 + random.integer(4) }, () => make(random)).flat()

differentialRandom({
  name: "random string commands",
  commands: 3000,
  seeds: [11, 12],
  generators: [
    (random) => ["SET", key(random), value(random), ...options(random)],
    (random) => ["SET", key(random), anyNumber(random), ...options(random)],
    (random) => ["GETEX", key(random), ...options(random)],
    (random) => [random.pick(["GET", "GETDEL", "STRLEN", "INCR", "DECR"]), key(random)],
    (random) => [random.pick(["INCR", "DECR"]), key(random)],
    (random) => [random.pick(["INCRBY", "DECRBY"]), key(random), anyNumber(random)],
    (random) => ["INCRBYFLOAT", key(random), random.chance(0.5) ? random.pick(floats) : anyNumber(random)],
    (random) => [random.pick(["APPEND", "SETNX", "GETSET"]), key(random), value(random)],
    (random) => ["SETRANGE", key(random), position(random), value(random)],
    (random) => [random.pick(["GETRANGE", "SUBSTR"]), key(random), position(random), position(random)],
    (random) => [random.pick(["SETEX", "PSETEX"]), key(random), random.pick(["1000000", "0", "x"]), value(random)],
    (random) => ["MGET", ...many(random, (random) => [key(random)])],
    (random) => [random.pick(["MSET", "MSETNX"]), ...many(random, (random) => [key(random), anyNumber(random)])],
    (random) => ["OBJECT", "ENCODING", key(random)],
    (random) => ["LCS", key(random), key(random), ...random.pick([["LEN"], ["IDX"], [], ["IDX", "WITHMATCHLEN"]])],
    (random) => ["DEL", key(random)]
  ],
  inspect: (key) => [["GET", key], ["OBJECT", "ENCODING", key], step(["TTL", key], { compare: near(2) })]
})
