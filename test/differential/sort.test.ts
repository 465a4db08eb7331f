/**
 * SORT and SORT_RO against the reference: every option, every error, every type, and random sequences of them.
 */
import { differential, differentialRandom, type Script, type StepInput } from "./differential.ts"
import { onKeys } from "./generators/family.ts"
import { lists } from "./generators/lists.ts"
import { sets } from "./generators/sets.ts"
import { sort } from "./generators/sort.ts"
import { sortedSets } from "./generators/sortedSets.ts"

/** The same elements as a list, a set of each encoding, and a sorted set of each. */
const ofEveryType = (elements: ReadonlyArray<string>): ReadonlyArray<StepInput> => [
  ["RPUSH", "list", ...elements],
  ["SADD", "set", ...elements],
  ["ZADD", "zset", ...elements.flatMap((element, index) => [String(index), element])],
  "CONFIG SET list-max-listpack-size 2 set-max-listpack-entries 1 set-max-intset-entries 1 zset-max-listpack-entries 1",
  ["RPUSH", "long", ...elements],
  ["SADD", "large", ...elements],
  ["ZADD", "ranked", ...elements.flatMap((element, index) => [String(index), element])],
  "CONFIG SET list-max-listpack-size -2 set-max-listpack-entries 128 set-max-intset-entries 512 zset-max-listpack-entries 128"
]

const sortables = ["list", "set", "zset", "long", "large", "ranked"]

const onEveryType = (...options: ReadonlyArray<string>): ReadonlyArray<StepInput> =>
  options.flatMap((option) =>
    sortables.flatMap((key): ReadonlyArray<StepInput> => [
      `SORT ${key}${option}`,
      `SORT_RO ${key}${option}`,
      `SORT ${key}${option} STORE to`,
      "LRANGE to 0 -1",
      "OBJECT ENCODING to"
    ])
  )

const numbers = ["3", "-1", "10", "2", "2.5", "1e3", "0x10", "inf", "-inf", "7", "1", "100", "-7", "0"]
const texts = ["banana", "Apple", "cherry", "apple", "", "\xe9clair", "b", "B", "a b", "zz", "10", "9"]

/** What the reference's strtod makes of a text, as an element and as the weight of one. */
const number = (text: string): ReadonlyArray<StepInput> => [
  "DEL list weight_a",
  ["RPUSH", "list", text, "5"],
  "SORT list",
  "SORT list DESC",
  ["SET", "weight_a", text],
  "DEL list",
  "RPUSH list a b",
  "SORT list BY weight_*",
  "SORT list BY weight_* DESC"
]

const weights: ReadonlyArray<StepInput> = [
  "MSET w_1 30 w_2 20 w_3 10 w_4 20 w_10 x",
  "SET w_5 1.5",
  "HSET h_1 f 3 g c",
  "HSET h_2 f 1 g b",
  "HSET h_3 f 2 g a",
  "HSET h_4 g d",
  "SET h_5 text",
  "MSET o_1 one o_2 two o_3 three",
  "RPUSH o_4 list"
]

const scripts: ReadonlyArray<Script> = [
  {
    name: "wrong arguments",
    steps: [
      "SORT",
      "SORT_RO",
      "RPUSH l 3 1 2",
      "SET s text",
      ...["SORT", "SORT_RO"].flatMap((command) =>
        [
          "k",
          "l FOO",
          "s FOO",
          "s",
          "s LIMIT 0",
          "l LIMIT 0",
          "l LIMIT",
          "l LIMIT a 1",
          "l LIMIT 1 b",
          "l LIMIT a b",
          "l LIMIT 1.5 2",
          "l LIMIT 0 9223372036854775808",
          "l BY",
          "l GET",
          "l STORE",
          "l STORE s STORE",
          "l ALPHA ALPHA",
          "l ASC DESC",
          "l DESC ASC",
          "l desc Desc",
          "l LIMIT 0 1 LIMIT 1 1",
          "l BY a* BY b*",
          "l BY nosort BY b*",
          "l BY b* BY nosort",
          "l ASC LIMIT 0 1 DESC ALPHA GET # ASC",
          "s BY nosort",
          "l STORE x LIMIT a b"
        ].map((rest) => `${command} ${rest}`)
      ),
      "SORT_RO l STORE x",
      "HSET hash f v",
      "XADD stream 1-1 f v",
      "SORT hash",
      "SORT stream",
      "SORT hash STORE l",
      "LRANGE l 0 -1"
    ]
  },
  {
    name: "numbers",
    steps: [
      ...ofEveryType(numbers),
      ...onEveryType("", " ASC", " DESC", " LIMIT 0 5", " LIMIT 5 5 DESC", " ALPHA", " DESC ALPHA LIMIT 2 -1")
    ]
  },
  {
    name: "texts, bytewise",
    steps: [...ofEveryType(texts), ...onEveryType(" ALPHA", " DESC ALPHA", " ALPHA LIMIT 1 3", "")]
  },
  {
    name: "every corner of LIMIT",
    steps: [
      ...ofEveryType(["3", "1", "2"]),
      ...["-1", "0", "1", "2", "3", "4", "-9223372036854775808", "9223372036854775807"].flatMap((offset) =>
        ["-2", "-1", "0", "1", "3", "9", "-9223372036854775808", "9223372036854775807"].flatMap((count) => [
          `SORT list LIMIT ${offset} ${count}`,
          `SORT list BY nosort LIMIT ${offset} ${count}`,
          `SORT list BY nosort DESC LIMIT ${offset} ${count} GET #`,
          `SORT zset BY nosort LIMIT ${offset} ${count}`,
          `SORT ranked BY nosort DESC LIMIT ${offset} ${count}`,
          `SORT set BY nosort LIMIT ${offset} ${count}`,
          `SORT missing LIMIT ${offset} ${count}`
        ])
      )
    ]
  },
  {
    name: "what is a number",
    steps: [
      "1.5",
      " 1",
      "	\n\v\f\r 1",
      "1 ",
      "",
      " ",
      "+1",
      "-",
      "+",
      ".",
      ".5",
      "5.",
      "1e",
      "1e5",
      "1E+2",
      "0x",
      "0x1p3",
      "nan",
      "NaN",
      "-nan",
      "nan(1)",
      "inf",
      "-Infinity",
      "infinit",
      "1e400",
      "-1e400",
      "1e-400",
      "1e-310",
      "0e-999",
      "9223372036854775807",
      "9007199254740993",
      "1_000",
      "5\0abc",
      "\0",
      "5 6",
      "0b1",
      "²"
    ].flatMap(number)
  },
  {
    name: "equal numbers are ordered by their bytes, equal weights too",
    steps: [
      "RPUSH list 1.0 1 01 1e0 +1",
      "SORT list",
      "SORT list DESC",
      "RPUSH l b a c",
      "SORT l BY missing_*",
      "SORT l BY missing_* DESC",
      "SORT l BY missing_* ALPHA",
      "SORT l BY missing_* ALPHA DESC",
      "SORT l BY *",
      "SORT l BY # ALPHA",
      "SORT l BY w_* LIMIT 0 2"
    ]
  },
  {
    name: "BY and GET",
    steps: [
      ...weights,
      ...ofEveryType(["1", "2", "3", "4", "5"]),
      ...onEveryType(
        " BY w_*",
        " BY w_* DESC",
        " BY w_* ALPHA LIMIT 0 3",
        " BY h_*->f",
        " BY h_*->g ALPHA",
        " BY h_*->g",
        " BY w_* GET #",
        " GET o_*",
        " GET # GET o_* GET h_*->f GET h_*->missing",
        " GET o_*->f GET h_*",
        " GET constant",
        " BY w_* GET # GET # DESC LIMIT 1 2",
        " BY nosort GET w_* ALPHA GET #"
      ).filter((request) =>
        typeof request !== "string" || !/(set|large).*BY nosort/.test(request) || request.includes("STORE")
      ),
      "SORT list BY w_*_*",
      "RPUSH list 10",
      "SORT list BY w_*",
      "SORT list BY w_* ALPHA",
      "SORT list BY w_* STORE to",
      "LRANGE to 0 -1"
    ]
  },
  {
    name: "what has a meaning in patterns",
    steps: [
      "RPUSH l 2 1",
      ["MSET", "w", "1", "w_1x", "4", "w_2x", "3", "a->b1", "8", "a->b2", "7", "1->", "6", "2->", "5", "1\0*", "9"],
      "HSET h1 f 1 f* 2 x->y 3",
      ["HSET", "h1\0", "f\0g", "4"],
      ...["w_*x", "*->", "h*->f", "h*->f*", "h*->x->y", "a->b*", "a->*->b", "*", "**", "#", "#x", "", "*->*"].flatMap(
        (pattern): ReadonlyArray<StepInput> => [
          ["SORT", "l", "GET", pattern],
          ["SORT", "l", "BY", pattern],
          ["SORT", "l", "BY", pattern, "ALPHA"]
        ]
      ),
      ...["#\0", "\0*", "*\0", "*\0*", "h*\0->f\0g", "h*->f\0g", "h*->\0", "w\0_*x"].flatMap(
        (pattern): ReadonlyArray<StepInput> => [["SORT", "l", "GET", pattern], ["SORT", "l", "BY", pattern]]
      )
    ]
  },
  {
    name: "nothing is sorted where BY is a constant",
    steps: [
      ...ofEveryType(["3", "1", "x", "2"]),
      ...["list", "long", "zset", "ranked"].flatMap((key) => [
        `SORT ${key} BY nosort`,
        `SORT ${key} BY nosort DESC`,
        `SORT ${key} BY nosort ALPHA LIMIT 1 2`,
        `SORT ${key} BY nosort DESC LIMIT 1 2 GET # GET w_*`,
        `SORT ${key} BY nosort BY w_*`,
        `SORT ${key} BY w_* BY nosort DESC`
      ]),
      "SORT set BY nosort",
      "SORT set BY nosort DESC LIMIT 1 2",
      ...["set", "large"].flatMap((key) => [
        `SORT ${key} BY nosort STORE to`,
        "LRANGE to 0 -1",
        `SORT ${key} BY nosort DESC LIMIT 1 2 STORE to`,
        "LRANGE to 0 -1",
        `SORT ${key} BY nosort BY w_* STORE to`,
        "LRANGE to 0 -1"
      ])
    ]
  },
  {
    name: "STORE replaces what is there, and removes it when there is nothing to store",
    steps: [
      "RPUSH l 3 1 2",
      "SET to text EX 1000",
      "SORT l STORE to",
      "TTL to",
      "TYPE to",
      "OBJECT ENCODING to",
      "SORT l STORE l",
      "LRANGE l 0 -1",
      "SORT l STORE to STORE other",
      "LRANGE other 0 -1",
      "SORT missing STORE to",
      "EXISTS to",
      "SORT missing STORE to",
      "SORT l LIMIT 0 0 STORE other",
      "EXISTS other",
      "SORT l GET missing_* STORE other",
      "LRANGE other 0 -1",
      "EXPIRE l 1000",
      "SORT l DESC STORE l",
      "TTL l",
      ["RPUSH", "big", ...Array.from({ length: 300 }, (_, index) => `${(index * 7919) % 300}${"x".repeat(100)}`)],
      "SORT big STORE to",
      "SORT big ALPHA STORE to",
      "OBJECT ENCODING to",
      "LRANGE to 0 -1",
      ["RPUSH", "huge", "b".repeat(40_000), "a".repeat(40_000), "c"],
      "SORT huge ALPHA",
      "SORT huge ALPHA DESC STORE to",
      "LRANGE to 0 -1",
      "OBJECT ENCODING to",
      "DEBUG DIGEST-VALUE to"
    ]
  },
  {
    name: "keys of a request",
    steps: [
      "SORT a",
      "SORT_RO a",
      "SORT a STORE b",
      "SORT a STORE b STORE c",
      "SORT a BY STORE LIMIT STORE x STORE d",
      "SORT a GET STORE GET x",
      "SORT a STORE",
      "SORT a foo STORE b",
      "SORT_RO a BY w_* GET x_*"
    ].flatMap((request) => [`COMMAND GETKEYS ${request}`, `COMMAND GETKEYSANDFLAGS ${request}`])
  }
]

differential("sort", scripts, { needsExactReference: "older servers leave what is sorted in other encodings" })

differentialRandom({
  name: "sort, random commands",
  generators: [
    ...onKeys(["a", "b", "c", "d"], sort),
    ...onKeys(["a", "b", "c", "d"], [...lists, ...sets, ...sortedSets])
  ],
  commands: 2000,
  seeds: [5, 6]
}, {
  needsExactReference: "older servers have other encodings",
  directives: ["--list-max-listpack-size", "4", "--zset-max-listpack-entries", "6", "--zset-max-listpack-value", "30"]
})
