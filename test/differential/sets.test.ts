/**
 * The set commands against the reference: every option, every error, and random sequences of them.
 */
import { differential, differentialRandom, type Script, step, type StepInput } from "./differential.ts"
import type { SeededRandom } from "../support/random.ts"

const max = "9223372036854775807"
const min = "-9223372036854775808"

const names =
  "SADD SCARD SDIFF SDIFFSTORE SINTER SINTERCARD SINTERSTORE SISMEMBER SMEMBERS SMISMEMBER SMOVE SPOP SRANDMEMBER SREM SSCAN SUNION SUNIONSTORE"
    .split(" ")

const unordered = (request: string | ReadonlyArray<string>): StepInput => step(request, { compare: "unordered" })

/** What the reply is made of is chance. */
const byChance = (request: string | ReadonlyArray<string>): StepInput => step(request, { compare: "typeOnly" })

const integers = (from: number, to: number): ReadonlyArray<string> =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index))

const letters = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => `m${index}`)

const shapeOf = (key: string): ReadonlyArray<StepInput> => [`OBJECT ENCODING ${key}`, `SCARD ${key}`, `TYPE ${key}`]

const arities: Script = {
  name: "wrong numbers of arguments",
  steps: [
    ...names.flatMap((name) => [name, `${name} k`]),
    "SCARD k l",
    "SDIFFSTORE d",
    "SINTERCARD 1",
    "SISMEMBER k m n",
    "SMEMBERS k l",
    "SMISMEMBER k",
    "SMOVE a b",
    "SMOVE a b m n",
    "SPOP k 1 2",
    "SPOP k x 2",
    "SRANDMEMBER k 1 2",
    "SRANDMEMBER k x 2",
    "SSCAN k"
  ]
}

const wrongTypes: Script = {
  name: "a key of another type",
  steps: [
    "SET s v",
    "SADD k 1",
    "SADD s m",
    "SREM s m",
    "SCARD s",
    "SISMEMBER s m",
    "SMISMEMBER s m n",
    "SMEMBERS s",
    "SPOP s",
    "SPOP s 0",
    "SPOP s 1",
    "SPOP s -1",
    "SPOP s x",
    "SRANDMEMBER s",
    "SRANDMEMBER s 0",
    "SRANDMEMBER s x",
    "SSCAN s 0",
    "SSCAN s x",
    "SSCAN s 0 BAD",
    "SMOVE s k m",
    "SMOVE k s 1",
    "SMOVE missing s 1",
    "SMOVE s missing 1",
    "SMOVE s s 1",
    "SMEMBERS k",
    ...["SINTER", "SUNION", "SDIFF"].flatMap((name) => [
      `${name} s`,
      `${name} k s`,
      `${name} missing s`,
      `${name} s missing`,
      `${name}STORE d missing s`,
      `${name}STORE s k`,
      "TYPE s",
      "SET s v"
    ]),
    "SINTERCARD 1 s",
    "SINTERCARD 2 missing s",
    "SINTERCARD 2 missing s LIMIT -1",
    "SUNIONSTORE s missing",
    "EXISTS s"
  ]
}

const members: ReadonlyArray<Script> = [
  {
    name: "SADD, SREM and the questions about members",
    steps: [
      "SADD k a b c a",
      "SADD k a",
      "SADD k d a",
      "SMEMBERS k",
      "SCARD k",
      "SISMEMBER k a",
      "SISMEMBER k x",
      "SMISMEMBER k a x b",
      "SISMEMBER missing a",
      "SMISMEMBER missing a b",
      "SCARD missing",
      "SMEMBERS missing",
      "SREM k x",
      "SREM k a x d",
      "SREM missing a",
      "SMEMBERS k",
      "SREM k b c x b",
      "EXISTS k",
      ["SADD", "k", "", "\0", "\r\n\xff", "x".repeat(64)],
      "SMEMBERS k",
      ["SISMEMBER", "k", ""],
      ...shapeOf("k"),
      ["SREM", "k", ""],
      "EXPIRE k 1000",
      "SADD k more",
      "PERSIST k"
    ]
  },
  {
    name: "what is an integer and what only looks like one",
    steps: ["0", "-0", "+1", "007", "1.0", max, min, "9223372036854775808", "-9223372036854775809", "1 ", "", "12345"]
      .flatMap((text) => [
        "DEL k",
        ["SADD", "k", text, "1"],
        ...shapeOf("k"),
        ["SISMEMBER", "k", text],
        "SMEMBERS k",
        ["SADD", "k", "0", text],
        "SMEMBERS k",
        ["SREM", "k", text],
        "SMEMBERS k",
        ...shapeOf("k")
      ])
  },
  {
    name: "integers are in order, and go on so in the listpack",
    steps: [
      `SADD k 5 -5 100000 3 ${max} -40000 ${min} 0 9007199254740993`,
      "SMEMBERS k",
      ...shapeOf("k"),
      "SREM k 3 4",
      "SMEMBERS k",
      "SSCAN k 0",
      "SADD k x",
      "SMEMBERS k",
      "SADD k 3",
      "SMEMBERS k",
      "SREM k x",
      ...shapeOf("k")
    ]
  },
  {
    name: "SMOVE",
    steps: [
      "SADD a x y 1",
      "SADD b y 2",
      "SMOVE a b x",
      "SMOVE a b x",
      "SMOVE a b missing",
      "SMOVE a b y",
      "SMEMBERS a",
      "SMEMBERS b",
      "SMOVE a a 1",
      "SMOVE a a 2",
      "SMOVE a new 1",
      "EXISTS a",
      ...shapeOf("new"),
      "SMOVE missing b x",
      "SMOVE missing missing x",
      "SMOVE new new 1",
      "SMOVE new b 1",
      "SMEMBERS b",
      "KEYS *"
    ]
  }
]

/** The conversions, at every threshold and one below and above it. */
const conversions: ReadonlyArray<Script> = [
  {
    name: "integers: 512 and one more",
    steps: [
      ["SADD", "k", ...integers(1, 512)],
      ...shapeOf("k"),
      "SADD k 512",
      ...shapeOf("k"),
      "SADD k 513",
      ...shapeOf("k"),
      ["SREM", "k", ...integers(1, 510)],
      ...shapeOf("k"),
      ["SADD", "hinted", ...integers(1, 512), "1"],
      ...shapeOf("hinted"),
      "SADD grown 1",
      ["SADD", "grown", ...integers(1, 1).concat(Array.from({ length: 512 }, () => "1"))],
      ...shapeOf("grown"),
      ["SADD", "wide", ...integers(1, 200)],
      ...shapeOf("wide"),
      "SADD wide x",
      ...shapeOf("wide")
    ]
  },
  {
    name: "texts: 128 and one more, by numbers of members and of arguments",
    steps: [
      ["SADD", "k", ...letters(128)],
      ...shapeOf("k"),
      "SADD k m0",
      ...shapeOf("k"),
      "SADD k m128",
      ...shapeOf("k"),
      ["SADD", "hinted", ...letters(128), "m0"],
      ...shapeOf("hinted"),
      "SADD repeated a",
      ["SADD", "repeated", ...Array.from({ length: 129 }, () => "a")],
      ...shapeOf("repeated"),
      ["SADD", "integers", ...integers(1, 127)],
      "SADD integers x",
      ...shapeOf("integers"),
      ["SADD", "more", ...integers(1, 128)],
      "SADD more x",
      ...shapeOf("more"),
      unordered("SMEMBERS more")
    ]
  },
  {
    name: "texts: 64 bytes and one more",
    steps: [
      ["SADD", "k", "x".repeat(64)],
      ...shapeOf("k"),
      ["SADD", "k", "x".repeat(65)],
      ...shapeOf("k"),
      ["SADD", "long", "x".repeat(65)],
      ...shapeOf("long"),
      "SADD integers 1",
      ["SADD", "integers", "x".repeat(65)],
      ...shapeOf("integers"),
      ["SADD", "huge", "x".repeat(100_000), "y".repeat(40_000)],
      ...shapeOf("huge"),
      unordered("SMEMBERS huge"),
      ["SREM", "huge", "x".repeat(100_000)],
      "SMEMBERS huge"
    ]
  },
  {
    name: "thresholds that are changed count from the next change on",
    steps: [
      "SADD i 1 2 3",
      "SADD l a b c",
      "CONFIG SET set-max-intset-entries 2 set-max-listpack-entries 3 set-max-listpack-value 2",
      "SADD i 3",
      ...shapeOf("i"),
      "SADD i 4",
      ...shapeOf("i"),
      "SADD l c",
      ...shapeOf("l"),
      "SADD l d",
      ...shapeOf("l"),
      "SADD n 1",
      "SADD n 2",
      ...shapeOf("n"),
      "SADD n 3",
      ...shapeOf("n"),
      "SADD w 123",
      "SADD w x",
      ...shapeOf("w"),
      "SADD v 12",
      "SADD v -1",
      "SADD v x",
      ...shapeOf("v"),
      "SADD v -12",
      ...shapeOf("v"),
      "CONFIG SET set-max-listpack-entries 0",
      "SADD none x",
      ...shapeOf("none"),
      "SADD none2 1",
      "SADD none2 x",
      ...shapeOf("none2"),
      "CONFIG SET set-max-intset-entries 0",
      "SADD none3 1",
      ...shapeOf("none3"),
      "SINTERSTORE d none3",
      ...shapeOf("d"),
      "SUNIONSTORE d none3 none3",
      ...shapeOf("d"),
      "CONFIG SET set-max-intset-entries 512 set-max-listpack-entries 128 set-max-listpack-value 64",
      "SINTERSTORE d none3",
      ...shapeOf("d"),
      "SINTERSTORE d l",
      ...shapeOf("d")
    ]
  }
]

const algebra: ReadonlyArray<Script> = [
  {
    name: "intersection, union and difference of compact sets",
    steps: [
      "SADD i 1 2 3 4",
      "SADD j 3 4 5 6",
      "SADD l a 1 b 3",
      "SADD m b c 3 4 d",
      ...["SINTER", "SUNION", "SDIFF"].flatMap((name) =>
        ["i", "l", "i i", "i j", "j i", "i missing", "missing i", "missing", "l m", "m l", "i l", "l i", "i j l m"]
          .flatMap((keys): ReadonlyArray<StepInput> => [
            unordered(`${name} ${keys}`),
            `${name}STORE d ${keys}`,
            ...shapeOf("d"),
            unordered("SMEMBERS d")
          ])
      ),
      "SINTER i j",
      "SUNION i j",
      "SDIFF i j",
      "SUNION",
      "SINTERSTORE i i j",
      "SMEMBERS i",
      "SUNIONSTORE i i l",
      unordered("SMEMBERS i"),
      "SDIFFSTORE i i l",
      unordered("SMEMBERS i")
    ]
  },
  {
    name: "a result takes the place of what was there, with its time to live",
    steps: [
      "SADD a 1 2",
      "SET d v EX 1000",
      "SINTERSTORE d a",
      "TTL d",
      "TYPE d",
      "SUNIONSTORE d missing",
      "EXISTS d",
      "SDIFFSTORE d a a",
      "EXISTS d",
      "SINTERSTORE d a missing",
      "EXISTS d"
    ]
  },
  {
    name: "large sets, and the shape of what is stored",
    steps: [
      ["SADD", "big", ...integers(1, 600)],
      ["SADD", "texts", ...letters(300)],
      ["SADD", "few", "1", "599", "m1", "m299", "zz"],
      ["SADD", "numbers", "5", "598"],
      ["SADD", "half", ...integers(1, 300)],
      ...["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"].flatMap((name) =>
        [
          "big",
          "texts",
          "big half",
          "half big",
          "big few",
          "few big",
          "texts few",
          "few texts",
          "numbers big",
          "big numbers",
          "texts big few numbers",
          "big half numbers few",
          "numbers few",
          "few numbers"
        ].flatMap((keys): ReadonlyArray<StepInput> => [`${name} d ${keys}`, ...shapeOf("d"), unordered("SMEMBERS d")])
      ),
      unordered("SINTER big few"),
      unordered("SUNION texts few"),
      unordered("SDIFF texts few"),
      unordered("SDIFF few big texts")
    ]
  },
  {
    name: "SINTERCARD",
    steps: [
      "SADD a 1 2 3 x y",
      "SADD b 2 3 x",
      "SINTERCARD 1 a",
      "SINTERCARD 2 a b",
      "SINTERCARD 2 a b LIMIT 0",
      "SINTERCARD 2 a b limit 2",
      "SINTERCARD 2 a b LIMIT 3",
      "SINTERCARD 2 a b LIMIT 10",
      "SINTERCARD 2 a b LIMIT 1 LIMIT 2",
      "SINTERCARD 2 a missing",
      "SINTERCARD 2 a a",
      "SINTERCARD 3 a b",
      "SINTERCARD 0 a",
      "SINTERCARD -1 a",
      "SINTERCARD x a",
      "SINTERCARD 1.5 a",
      `SINTERCARD ${max} a`,
      "SINTERCARD 9223372036854775808 a",
      "SINTERCARD 1 a b",
      "SINTERCARD 1 a LIMIT",
      "SINTERCARD 1 a LIMIT -1",
      "SINTERCARD 1 a LIMIT x",
      "SINTERCARD 1 a BAD 1",
      "SINTERCARD 2 a LIMIT 1",
      "SINTERCARD 3 a LIMIT 1",
      "COMMAND GETKEYS SINTERCARD 2 a b LIMIT 1",
      "COMMAND GETKEYS SINTERCARD 3 a b"
    ]
  }
]

const chance: ReadonlyArray<Script> = [
  {
    name: "SPOP and its errors",
    steps: [
      "SPOP missing",
      "SPOP missing 0",
      "SPOP missing 5",
      "SPOP missing -1",
      "SPOP missing x",
      "SADD k a",
      "SPOP k",
      "EXISTS k",
      "SADD k 1 2 3",
      "SPOP k 0",
      "SPOP k -1",
      "SPOP k 1.5",
      "SPOP k 9223372036854775808",
      unordered("SPOP k 3"),
      "EXISTS k",
      "SADD k a b c",
      unordered(`SPOP k ${max}`),
      "EXISTS k"
    ]
  },
  {
    name: "SPOP of some: how many are left, and in which shape",
    steps: [integers(1, 10), letters(10), integers(1, 600), letters(600), letters(128), integers(1, 512)].flatMap((
      all
    ) =>
      [0.1, 0.5, 0.8, 0.84, 0.9, 0.95].flatMap((share): ReadonlyArray<StepInput> => [
        "DEL k",
        ["SADD", "k", ...all],
        byChance("SPOP k"),
        byChance(`SPOP k ${Math.floor((all.length - 1) * share)}`),
        ...shapeOf("k")
      ])
    )
  },
  {
    name: "SPOP that leaves few, after the thresholds were lowered",
    steps: [
      ["SADD", "l", ...letters(100)],
      ["SADD", "i", ...integers(1, 500)],
      "CONFIG SET set-max-intset-entries 5 set-max-listpack-entries 5",
      byChance("SPOP l 90"),
      ...shapeOf("l"),
      byChance("SPOP i 480"),
      ...shapeOf("i"),
      "CONFIG SET set-max-intset-entries 512 set-max-listpack-entries 128"
    ]
  },
  {
    name: "SRANDMEMBER and its errors",
    steps: [
      "SRANDMEMBER missing",
      "SRANDMEMBER missing 0",
      "SRANDMEMBER missing 5",
      "SRANDMEMBER missing -5",
      "SRANDMEMBER missing x",
      "SADD k a",
      "SRANDMEMBER k",
      "SRANDMEMBER k 0",
      "SRANDMEMBER k 1",
      "SRANDMEMBER k 2",
      "SRANDMEMBER k -3",
      "SRANDMEMBER k -1",
      "SRANDMEMBER k 1.5",
      "SRANDMEMBER k 9223372036854775808",
      "SADD k b c 1 2",
      "SRANDMEMBER k 5",
      `SRANDMEMBER k ${max}`,
      "SADD i 5 3 1",
      "SRANDMEMBER i 3",
      byChance("SRANDMEMBER i 2"),
      byChance("SRANDMEMBER i -2"),
      byChance("SRANDMEMBER k -200"),
      ["SADD", "h", ...letters(200)],
      byChance("SRANDMEMBER h 3"),
      byChance("SRANDMEMBER h 150"),
      unordered("SRANDMEMBER h 200")
    ]
  }
]

const scan: Script = {
  name: "SSCAN",
  steps: [
    "SSCAN missing 0",
    "SSCAN missing 5 MATCH",
    "SSCAN missing 0 BAD",
    "SSCAN missing x",
    "SSCAN missing -1",
    "SSCAN missing 18446744073709551616",
    "SADD i 1 2 3 12 13",
    "SADD l a b ab 1 ba",
    ["SADD", "l", ""],
    ["SADD", "h", ...letters(200)],
    "SSCAN i 0",
    "SSCAN i 7",
    "SSCAN i 0 MATCH 1*",
    "SSCAN i 0 COUNT 1",
    "SSCAN l 0 MATCH a*",
    "SSCAN l 0 MATCH *",
    "SSCAN l 0 MATCH **",
    "SSCAN l 0 match ?b count 1",
    "SSCAN l 0 MATCH a MATCH b",
    "SSCAN l 0 COUNT 0",
    "SSCAN l 0 COUNT -1",
    "SSCAN l 0 COUNT x",
    "SSCAN l 0 COUNT",
    "SSCAN l 0 MATCH",
    "SSCAN l 0 BAD",
    "SSCAN l 0 TYPE set",
    "SSCAN l 0 NOVALUES",
    "SSCAN l 0 noscores",
    "SSCAN l 0 MATCH a NOVALUES COUNT 0",
    "SSCAN l x BAD",
    unordered("SSCAN h 0 COUNT 1000"),
    unordered("SSCAN h 0 COUNT 1000 MATCH m1*")
  ]
}

const directives = ["--set-max-intset-entries", "8", "--set-max-listpack-entries", "6", "--set-max-listpack-value", "4"]

differential("sets", [arities, wrongTypes, ...members, ...conversions, ...algebra, ...chance, scan], {
  needsExactReference: "an older Redis has no listpacks for sets"
})

const key = (random: SeededRandom): string => random.pick(["a", "b", "c", "d", "{k}"])

const member = (random: SeededRandom): string =>
  random.pick([
    String(random.integer(12)),
    String(random.integer(400) - 200),
    random.pick([max, min, "007", "-0", "1e3", "9007199254740993", "70000", "-3000000000"]),
    random.pick(["a", "b", "c", "d", "e"]),
    random.bytes(random.integer(7)),
    "x".repeat(random.pick([3, 4, 5, 63, 64, 65, 300]))
  ])

const few = (random: SeededRandom, make: (random: SeededRandom) => string): ReadonlyArray<string> =>
  Array.from({ length: random.pick([1, 1, 1, 2, 3, 5, 9]) }, () => make(random))

/** Small integers alone: sets of these stay what the first thresholds let them be. */
const integer = (random: SeededRandom): string => String(random.integer(12))

const generators = [
  (random: SeededRandom) => ["SADD", key(random), ...few(random, member)],
  (random: SeededRandom) => ["SADD", key(random), ...few(random, integer)],
  (random: SeededRandom) => ["SADD", key(random), ...few(random, integer)],
  (random: SeededRandom) => ["SREM", key(random), ...few(random, member)],
  (random: SeededRandom) => ["SREM", key(random), ...few(random, integer)],
  (random: SeededRandom) => ["SMOVE", key(random), key(random), member(random)],
  (random: SeededRandom) => ["SISMEMBER", key(random), member(random)],
  (random: SeededRandom) => ["SMISMEMBER", key(random), ...few(random, member)],
  (random: SeededRandom) => ["SCARD", key(random)],
  (random: SeededRandom) => unordered(["SMEMBERS", key(random)]),
  (random: SeededRandom) => unordered([random.pick(["SINTER", "SUNION", "SDIFF"]), ...few(random, key)]),
  (random: SeededRandom) => [
    random.pick(["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"]),
    key(random),
    ...few(random, key)
  ],
  (random: SeededRandom) => {
    const keys = few(random, key)
    return ["SINTERCARD", String(keys.length), ...keys, ...random.pick([[], ["LIMIT", integer(random)]])]
  },
  // All of them, so that chance has no part in it.
  (random: SeededRandom) => unordered(["SPOP", key(random), random.pick(["1000", "0"])]),
  (random: SeededRandom) => unordered(["SRANDMEMBER", key(random), random.pick(["1000", "0", "x"])]),
  (random: SeededRandom) =>
    unordered(["SSCAN", key(random), "0", "COUNT", "1000", "MATCH", random.pick(["*", "1*", "?"])]),
  (random: SeededRandom) => ["OBJECT", "ENCODING", key(random)],
  (random: SeededRandom) => ["COPY", key(random), key(random), "REPLACE"],
  (random: SeededRandom) => random.chance(0.3) ? ["SET", key(random), "v"] : ["DEL", key(random)]
]

differentialRandom({ name: "random set commands", commands: 3000, seeds: [21, 22], generators }, {
  needsExactReference: "an older Redis has no listpacks for sets"
})

differentialRandom({ name: "random set commands with low thresholds", commands: 3000, seeds: [31, 32], generators }, {
  needsExactReference: "an older Redis has no listpacks for sets",
  directives
})
