/**
 * The list commands against the reference: every option, every error, and random sequences of them.
 */
import { type CommandGenerator, differential, differentialRandom, type Script, type StepInput } from "./differential.ts"
import { onKeys } from "./generators/family.ts"
import { lists } from "./generators/lists.ts"
import type { SeededRandom } from "../support/random.ts"

const max = "9223372036854775807"
const min = "-9223372036854775808"

const names =
  "BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH LINDEX LINSERT LLEN LMOVE LMPOP LPOP LPOS LPUSH LPUSHX LRANGE LREM LSET LTRIM RPOP RPOPLPUSH RPUSH RPUSHX"
    .split(" ")

const all = (key: string): ReadonlyArray<StepInput> => [`LRANGE ${key} 0 -1`, `LLEN ${key}`, `OBJECT ENCODING ${key}`]

const numbers = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => String(index))

const notIntegers = ["x", "", "1.5", " 1", "+1", "01", "9223372036854775808", "-9223372036854775809"]

const errors: ReadonlyArray<Script> = [
  {
    name: "wrong numbers of arguments",
    steps: [
      ...names.flatMap((name) => [name, `${name} k`.replace(/^([LR]POP|LLEN) k$/, "$1 k 1 2")]),
      "LINDEX k 1 2",
      "LINSERT k BEFORE a",
      "LINSERT k BEFORE a b c",
      "LMOVE a b LEFT",
      "LMOVE a b LEFT RIGHT 0",
      "LMPOP 1 k",
      "LPOS k",
      "LRANGE k 0",
      "LRANGE k 0 1 2",
      "LREM k 0",
      "LREM k 0 a b",
      "LSET k 0",
      "LSET k 0 a b",
      "LTRIM k 0",
      "LTRIM k 0 1 2",
      "LPOP k x 2",
      "RPOP missing 1 2",
      "RPOPLPUSH a",
      "RPOPLPUSH a b c",
      "BLPOP k",
      "BLMOVE a b LEFT RIGHT",
      "BLMOVE a b LEFT RIGHT 0 1",
      "BLMPOP 0 1 k",
      "BRPOPLPUSH a b",
      "BRPOPLPUSH a b 0 1"
    ]
  },
  {
    name: "a key of another type",
    steps: [
      "SET s v",
      "RPUSH k a",
      "LPUSH s a",
      "RPUSH s a",
      "LPUSHX s a",
      "RPUSHX s a",
      "LPOP s",
      "LPOP s 0",
      "LPOP s 1",
      "LPOP s -1",
      "LPOP s x",
      "RPOP s",
      "LLEN s",
      "LINDEX s 0",
      "LINDEX s x",
      "LSET s 0 a",
      "LSET s x a",
      "LRANGE s 0 1",
      "LRANGE s x 1",
      "LTRIM s 0 1",
      "LTRIM s 0 x",
      "LREM s 0 a",
      "LREM s x a",
      "LINSERT s BEFORE a b",
      "LINSERT s BETWEEN a b",
      "LPOS s a",
      "LPOS s a RANK 0",
      "LPOS s a COUNT -1",
      "LMOVE s k LEFT LEFT",
      "LMOVE k s LEFT LEFT",
      "LMOVE missing s LEFT LEFT",
      "LMOVE s s LEFT LEFT",
      "RPOPLPUSH s k",
      "RPOPLPUSH k s",
      "LMPOP 1 s LEFT",
      "LMPOP 2 missing s LEFT",
      "LMPOP 2 k s LEFT",
      "RPUSH k a",
      "LMPOP 2 s k LEFT",
      "BLPOP s 0",
      "BLPOP missing s k 0",
      "BRPOP s k 0",
      "BLMPOP 0 2 s k LEFT",
      "BLMPOP 0 2 missing s RIGHT COUNT 2",
      "BLMOVE s k LEFT LEFT 0",
      "BLMOVE k s LEFT LEFT 0",
      "BRPOPLPUSH s k 0",
      "BRPOPLPUSH k s 0",
      "LRANGE k 0 -1",
      "GET k",
      "INCR k",
      "SADD k a",
      "APPEND k a"
    ]
  },
  {
    name: "missing keys",
    steps: [
      "LPUSHX k a",
      "RPUSHX k a b",
      "LPOP k",
      "LPOP k 0",
      "LPOP k 1",
      "RPOP k",
      "RPOP k 5",
      "LLEN k",
      "LINDEX k 0",
      "LINDEX k x",
      "LSET k 0 a",
      "LSET k x a",
      "LRANGE k 0 -1",
      "LTRIM k 0 -1",
      "LREM k 0 a",
      "LINSERT k BEFORE a b",
      "LPOS k a",
      "LPOS k a COUNT 0",
      "LPOS k a RANK 2 MAXLEN 1",
      "LMOVE k d LEFT RIGHT",
      "RPOPLPUSH k d",
      "LMPOP 2 k l LEFT",
      "LMPOP 2 k l RIGHT COUNT 2",
      "EXISTS k d"
    ]
  },
  {
    name: "numbers that are none, or out of range",
    steps: [
      "RPUSH k a b c",
      ...notIntegers.flatMap((text): ReadonlyArray<StepInput> => [
        ["LINDEX", "k", text],
        ["LSET", "k", text, "v"],
        ["LRANGE", "k", text, "1"],
        ["LRANGE", "k", "0", text],
        ["LTRIM", "k", text, "1"],
        ["LTRIM", "missing", "0", text],
        ["LREM", "k", text, "a"],
        ["LPOP", "k", text],
        ["RPOP", "missing", text],
        ["LPOS", "k", "a", "RANK", text],
        ["LPOS", "k", "a", "COUNT", text],
        ["LPOS", "k", "a", "MAXLEN", text],
        ["LMPOP", text, "k", "LEFT"],
        ["LMPOP", "1", "k", "LEFT", "COUNT", text],
        ["BLMPOP", "0", text, "k", "LEFT"],
        ["BLMPOP", "0", "1", "k", "LEFT", "COUNT", text]
      ]),
      "LPOP k -1",
      `LPOP k ${min}`,
      `LREM k ${min} a`,
      `LREM k -${max} a`,
      `LPOS k b RANK ${min}`,
      `LPOS k b RANK -${max}`,
      `LPOS k b RANK ${max}`,
      `LPOS k b COUNT ${max}`,
      `LPOS k b MAXLEN ${max}`,
      `LPOS k b COUNT ${min}`,
      `LINDEX k ${max}`,
      `LINDEX k ${min}`,
      "LINDEX k 3",
      "LINDEX k -4",
      "LSET k 3 v",
      "LSET k -4 v",
      `LRANGE k ${min} ${max}`,
      `LRANGE k ${max} ${min}`,
      "LMPOP 0 k LEFT",
      "LMPOP -1 k LEFT",
      "LMPOP 1 k LEFT COUNT 0",
      "LMPOP 1 k LEFT COUNT -1",
      `LPOP k ${max}`,
      "EXISTS k"
    ]
  },
  {
    name: "options that are none",
    steps: [
      "RPUSH k a b c",
      "LINSERT k BETWEEN a b",
      "LINSERT missing BETWEEN a b",
      "LPOS k a RANK",
      "LPOS k a COUNT",
      "LPOS k a BAD",
      "LPOS k a BAD 1",
      "LPOS k a RANK 1 BAD",
      "LPOS k a RANK 0 BAD",
      "LPOS k a RANK 1 RANK -1",
      "LPOS k a COUNT 1 COUNT 0 MAXLEN 1 MAXLEN 0",
      "LMOVE k l UP DOWN",
      "LMOVE k l LEFT DOWN",
      "LMOVE missing l UP LEFT",
      "LMPOP 1 k UP",
      "LMPOP 2 k LEFT",
      "LMPOP 2 k l",
      "LMPOP 3 k LEFT COUNT 1",
      "LMPOP 1 k LEFT COUNT",
      "LMPOP 1 k LEFT BAD 1",
      "LMPOP 1 k LEFT COUNT 1 COUNT 1",
      "LMPOP 1 k LEFT COUNT 1 BAD",
      `LMPOP ${max} k LEFT`,
      "BLMPOP x 1 k UP",
      "BLMPOP x 1 k LEFT BAD",
      "BLMPOP x 0 k LEFT",
      "BLMPOP x 1 k LEFT",
      "BLMPOP -1 1 k LEFT",
      "BLMPOP 0 2 k LEFT",
      "BLMPOP 0 1 k LEFT COUNT 1 COUNT 1",
      "BLMOVE k l UP LEFT x",
      "BLMOVE k l LEFT LEFT x",
      "BLMOVE k l LEFT LEFT -1",
      "LRANGE k 0 -1"
    ]
  },
  {
    name: "timeouts",
    steps: [
      "RPUSH k a b c d e f g h",
      ...[
        "x",
        "",
        "-1",
        "-0.0001",
        "-0.002",
        "nan",
        "1e400",
        "-1e400",
        "1e5000",
        "1e-400",

        "inf",
        "9223372036854775807",
        "1e16",
        "0x10000000000000000"
      ].flatMap(
        (timeout): ReadonlyArray<StepInput> => [
          ["BLPOP", "k", timeout],
          ["BRPOP", "missing", "k", timeout],
          ["BRPOPLPUSH", "k", "k", timeout],
          ["BLMOVE", "k", "k", "LEFT", "RIGHT", timeout],
          ["BLMPOP", timeout, "1", "k", "LEFT"]
        ]
      ),
      "BLPOP k 0.0001",
      "BRPOP k 1e3",
      "BLPOP k 0x1",
      "BRPOP missing 0.001",
      "BLPOP missing 0.01",
      "BRPOPLPUSH missing k 0.001",
      "BLMOVE missing k LEFT LEFT 0.001",
      "BLMPOP 0.001 2 missing missing LEFT COUNT 2",
      "LRANGE k 0 -1"
    ]
  }
]

const basics: ReadonlyArray<Script> = [
  {
    name: "pushes and pops at both ends",
    steps: [
      "RPUSH k a b c",
      "LPUSH k 1 2 3",
      "LPUSHX k x y",
      "RPUSHX k z",
      ...all("k"),
      "LPOP k",
      "RPOP k",
      "LPOP k 2",
      "RPOP k 2",
      "LPOP k 0",
      "RPOP k 100",
      "EXISTS k",
      ["RPUSH", "k", "", "\0\r\n\xff", "007", max, min, "-0", "12345678901234567890"],
      "LRANGE k 0 -1",
      "LPOP k 3",
      "RPOP k 1",
      "lpop k",
      "TYPE k",
      "TTL k"
    ]
  },
  {
    name: "positions and ranges",
    steps: [
      ["RPUSH", "k", ...numbers(20)],
      ...[0, 1, 10, 19, 20, -1, -20, -21].flatMap((index) => [`LINDEX k ${index}`, `LSET k ${index} v${index}`]),
      ...[[0, -1], [0, 0], [5, 7], [-3, -1], [-100, 3], [18, 100], [20, 30], [7, 5], [-1, -3], [-100, -90]].map(
        ([start, stop]) => `LRANGE k ${start} ${stop}`
      )
    ]
  },
  {
    name: "LTRIM",
    steps: [[0, -1], [0, 0], [1, -2], [-3, -1], [-100, 100], [5, 4], [20, 30], [-1, -5], [3, 3], [-21, -20]].flatMap(
      ([start, stop]) => ["DEL k", ["RPUSH", "k", ...numbers(20)], `LTRIM k ${start} ${stop}`, ...all("k")]
    )
  },
  {
    name: "LREM from both sides",
    steps: ["0", "1", "2", "-1", "-2", "100", "-100"].flatMap((count): ReadonlyArray<StepInput> => [
      "DEL k",
      ["RPUSH", "k", "a", "b", "a", "12", "a", "", "12", "a"],
      `LREM k ${count} a`,
      "LRANGE k 0 -1",
      `LREM k ${count} 12`,
      ["LREM", "k", count, ""],
      `LREM k ${count} none`,
      ...all("k")
    ])
  },
  {
    name: "LINSERT",
    steps: [
      "RPUSH k a b a 1",
      "LINSERT k before a x",
      "LINSERT k AFTER a y",
      "LINSERT k AFTER 1 z",
      "LINSERT k BEFORE 01 z",
      "LINSERT k BEFORE none z",
      ["LINSERT", "k", "BEFORE", "z", ""],
      ...all("k")
    ]
  },
  {
    name: "LPOS",
    steps: [
      ["RPUSH", "k", "a", "b", "c", "1", "2", "3", "c", "c", "", "1"],
      ...["a", "c", "1", "01", "none", ""].flatMap((element): ReadonlyArray<StepInput> =>
        [
          [],
          ["RANK", "1"],
          ["RANK", "2"],
          ["RANK", "-1"],
          ["RANK", "-2"],
          ["rank", "4"],
          ["COUNT", "0"],
          ["COUNT", "1"],
          ["COUNT", "2"],
          ["RANK", "2", "COUNT", "2"],
          ["COUNT", "0", "RANK", "-1"],
          ["RANK", "-2", "COUNT", "2"],
          ["MAXLEN", "3"],
          ["MAXLEN", "7", "COUNT", "0"],
          ["MAXLEN", "4", "COUNT", "0", "RANK", "-1"],
          ["MAXLEN", "1", "RANK", "-1"]
        ].map((options) => ["LPOS", "k", element, ...options])
      )
    ]
  },
  {
    name: "LMOVE and RPOPLPUSH",
    steps: [
      ...["LEFT LEFT", "LEFT RIGHT", "RIGHT LEFT", "right right"].flatMap((sides) => [
        "DEL a b",
        "RPUSH a 1 2 3",
        "EXPIRE a 100",
        `LMOVE a b ${sides}`,
        `LMOVE a b ${sides}`,
        `LMOVE a a ${sides}`,
        ...all("a"),
        ...all("b"),
        `LMOVE a b ${sides}`,
        "EXISTS a",
        `LMOVE a b ${sides}`,
        `LMOVE b b ${sides}`,
        ...all("b"),
        `BLMOVE b a ${sides} 0`,
        `BLMOVE b b ${sides} 0`
      ]),
      "RPOPLPUSH b a",
      "RPOPLPUSH a a",
      "BRPOPLPUSH a b 0",
      ...all("a"),
      ...all("b")
    ]
  },
  {
    name: "LMPOP, BLMPOP, BLPOP and BRPOP take from the first list that is there",
    steps: [
      "RPUSH a 1 2 3 4 5 6",
      "RPUSH b 7 8 9",
      "LMPOP 2 a b LEFT",
      "LMPOP 2 missing a right COUNT 2",
      "LMPOP 1 a LEFT count 100",
      "LMPOP 2 a b LEFT COUNT 2",
      "BLMPOP 0 2 a b RIGHT",
      "EXISTS a b",
      "RPUSH b 1 2 3 4 5",
      "BLPOP a b 0",
      "BRPOP b a 0",
      "BLPOP b b 0",
      "BLMPOP 0 3 a b b LEFT COUNT 10",
      "EXISTS b"
    ]
  },
  {
    name: "a list with a time to live keeps it until it is empty",
    steps: [
      "RPUSH k a b c",
      "EXPIRE k 100",
      "RPUSH k d",
      "LSET k 0 x",
      "LTRIM k 0 2",
      "TTL k",
      "LPOP k 3",
      "RPUSH k a",
      "TTL k"
    ]
  }
]

/** The same on lists of every shape: a chunk holds few elements or bytes, large elements stand alone, and inner chunks are compressed. */
const shapes: ReadonlyArray<readonly [fill: string, depth: string]> = [
  ["-2", "0"],
  ["-1", "1"],
  ["1", "0"],
  ["3", "1"],
  ["16", "2"],
  ["0", "0"],
  ["-6", "0"],
  ["100000", "0"]
]

const conversions: ReadonlyArray<Script> = shapes.map(([fill, depth]) => ({
  name: `lists of list-max-listpack-size ${fill} and list-compress-depth ${depth}`,
  steps: [
    `CONFIG SET list-max-listpack-size ${fill} list-compress-depth ${depth}`,
    ...[1, 2, 3, 4, 16, 17, 100].flatMap((count): ReadonlyArray<StepInput> => [
      ["RPUSH", "k", ...numbers(count)],
      "OBJECT ENCODING k",
      "COPY k l REPLACE",
      "OBJECT ENCODING l",
      `LPOP l ${Math.floor(count / 2)}`,
      "OBJECT ENCODING l",
      "LPOP l",
      "OBJECT ENCODING l"
    ]),
    ...[10, 100, 1000, 4070, 4080, 4090, 8170, 8180, 8190, 20_000, 70_000].flatMap((
      bytes
    ): ReadonlyArray<StepInput> => [
      "DEL e",
      ["RPUSH", "e", "x".repeat(bytes)],
      "OBJECT ENCODING e",
      "LSET e 0 y",
      "OBJECT ENCODING e",
      ["LPUSH", "e", "a", "x".repeat(bytes)],
      ["LINSERT", "k", "AFTER", "50", "x".repeat(bytes)],
      ["LSET", "k", "30", "y".repeat(bytes)],
      ["LPOS", "k", "y".repeat(bytes)],
      "LINDEX k 51",
      ...all("e"),
      "LTRIM e 1 1",
      "OBJECT ENCODING e"
    ]),
    "LREM k 0 1",
    "LRANGE k 10 90",
    "LRANGE k -10 -1",
    "LTRIM k 5 -5",
    ...all("k"),
    "RPOP k 60",
    ...all("k"),
    "LTRIM k 0 0",
    ...all("k")
  ]
}))

const longText: CommandGenerator = (random) => [
  random.pick(["LPUSH", "RPUSH"]),
  random.pick(keys),
  element(random),
  element(random)
]

const element = (random: SeededRandom): string => random.pick(["z", "zz", "compressible "]).repeat(random.integer(700))

const keys = ["l1", "l2", "l3"]

/** Lists longer than those of the family's own generators. */
const longLists: ReadonlyArray<CommandGenerator> = [
  ...onKeys(keys, lists),
  longText,
  (random) => ["RPUSH", random.pick(keys), ...numbers(random.integer(100) + 1)],
  (random) => ["LSET", random.pick(keys), String(random.integer(100)), element(random)],
  (random) => ["LINSERT", random.pick(keys), "BEFORE", String(random.integer(100)), element(random)],
  (random) => ["LREM", random.pick(keys), "0", String(random.integer(100))],
  (random) => ["LRANGE", random.pick(keys), String(random.integer(300)), String(random.integer(300))]
]

differential("list errors", errors)
differential("lists", basics)
differential("shapes of lists", conversions)

differentialRandom({ name: "random list commands", generators: onKeys(keys, lists) })

for (const [fill, depth] of [["4", "0"], ["-1", "1"], ["2", "1"]] as const) {
  differentialRandom(
    { name: `random list commands with list-max-listpack-size ${fill}`, generators: longLists, seeds: [5, 6] },
    { directives: ["--list-max-listpack-size", fill, "--list-compress-depth", depth] }
  )
}
