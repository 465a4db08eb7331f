/**
 * The sorted set commands against the reference: every option, every error, and random sequences of them.
 */
import { differential, differentialRandom, type Script, step, type StepInput } from "./differential.ts"
import type { SeededRandom } from "../support/random.ts"

const maxInteger = "9223372036854775807"
const minInteger = "-9223372036854775808"

const names =
  "BZMPOP BZPOPMAX BZPOPMIN ZADD ZCARD ZCOUNT ZDIFF ZDIFFSTORE ZINCRBY ZINTER ZINTERCARD ZINTERSTORE ZLEXCOUNT ZMPOP ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANGESTORE ZRANK ZREM ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNION ZUNIONSTORE"
    .split(" ")

const unordered = (request: string | ReadonlyArray<string>): StepInput => step(request, { compare: "unordered" })

/** What the reply is made of is chance. */
const byChance = (request: string | ReadonlyArray<string>): StepInput => step(request, { compare: "typeOnly" })

/** All that a sorted set holds. */
const shown = (key: string): ReadonlyArray<StepInput> => [`OBJECT ENCODING ${key}`, `ZRANGE ${key} 0 -1 WITHSCORES`]

/** Each script once with compact sorted sets, and once with large ones. */
const inBothShapes = (scripts: ReadonlyArray<Script>): ReadonlyArray<Script> =>
  [128, 0].flatMap((entries) =>
    scripts.map(({ name, steps }) => ({
      name: `${name}, ${entries === 0 ? "skiplist" : "listpack"}`,
      steps: [
        `CONFIG SET zset-max-listpack-entries ${entries}`,
        ...steps,
        "CONFIG SET zset-max-listpack-entries 128"
      ]
    }))
  )

const arities: Script = {
  name: "wrong numbers of arguments",
  steps: [
    ...names.flatMap((name) => [name, `${name} k`, `${name} k l`]).filter((request) =>
      !["ZCARD k", "ZPOPMAX k", "ZPOPMIN k", "ZRANDMEMBER k", "BZPOPMIN k l"].includes(request)
    ),
    "ZCARD k l",
    "ZADD k 1",
    "ZADD k 1 a 2",
    "ZADD k NX 1",
    "ZADD k NX XX CH",
    "ZADD k nx",
    "ZCOUNT k 1",
    "ZCOUNT k 1 2 3",
    "ZINCRBY k 1",
    "ZINCRBY k 1 a b",
    "ZSCORE k a b",
    "ZRANK k a WITHSCORE x",
    "ZRANK k a WITHSCORES",
    "ZREVRANK k a x",
    "ZREVRANK k a WITHSCORE WITHSCORE",
    "ZPOPMIN k 1 2",
    "ZPOPMIN k x 2",
    "ZRANDMEMBER k 1 WITHSCORES x",
    "ZRANDMEMBER k 1 x",
    "ZRANDMEMBER k x y",
    "ZRANGE k 0",
    "ZREMRANGEBYRANK k 0",
    "ZLEXCOUNT k - + x",
    "BZMPOP 0 1 k",
    "ZMPOP 1 k",
    "ZSCAN k"
  ]
}

const wrongTypes: Script = {
  name: "a key of another type",
  steps: [
    "SET s v",
    "SADD set 1",
    "ZADD s 1 a",
    "ZADD s x a",
    "ZADD s XX 1 a",
    "ZADD s NX XX 1 a",
    "ZINCRBY s 1 a",
    "ZINCRBY s x a",
    "ZREM s a",
    "ZCARD s",
    "ZCARD set",
    "ZSCORE s a",
    "ZMSCORE s a b",
    "ZRANK s a",
    "ZRANK s a WITHSCORE",
    "ZREVRANK s a",
    "ZREVRANK s a BAD",
    "ZCOUNT s 0 1",
    "ZCOUNT s x 1",
    "ZLEXCOUNT s - +",
    "ZLEXCOUNT s a +",
    "ZREMRANGEBYRANK s 0 1",
    "ZREMRANGEBYRANK s x 1",
    "ZREMRANGEBYSCORE s 0 1",
    "ZREMRANGEBYSCORE s x 1",
    "ZREMRANGEBYLEX s - +",
    "ZREMRANGEBYLEX s a +",
    "ZRANGE s 0 1",
    "ZRANGE s x 1",
    "ZRANGE s 0 1 BAD",
    "ZRANGEBYSCORE s 0 1",
    "ZREVRANGEBYLEX s + -",
    "ZRANGESTORE d s 0 1",
    "ZRANGESTORE s set 0 1",
    "ZUNION 1 s",
    "ZUNION 1 s BAD",
    "ZUNION 2 missing s WEIGHTS 1",
    "ZUNION 3 missing s",
    "ZINTER 2 missing s",
    "ZDIFF 2 missing s",
    "ZDIFFSTORE d 1 s BAD",
    "ZINTERCARD 1 s LIMIT -1",
    "ZUNIONSTORE s 1 set",
    ...shown("s"),
    "SET s v",
    "ZPOPMIN s",
    "ZPOPMIN s x",
    "ZPOPMAX s 0",
    "ZMPOP 2 missing s MIN",
    "ZMPOP 1 s MAX COUNT 0",
    "BZPOPMIN s 0",
    "BZPOPMIN missing s 0",
    "BZPOPMAX s x",
    "BZMPOP 0 1 s MIN",
    "BZMPOP x 1 s MIN",
    "BZMPOP x 0 s MIN",
    "BZMPOP x 1 s BAD",
    "BZMPOP x 1 s MIN COUNT 0",
    "ZRANDMEMBER s",
    "ZRANDMEMBER s 0",
    "ZSCAN s 0",
    "ZSCAN s x",
    "ZSCAN s 0 BAD"
  ]
}

const missing: Script = {
  name: "a key that is not there",
  steps: [
    "ZADD k XX 1 a",
    "ZADD k XX INCR 1 a",
    "ZREM k a",
    "ZCARD k",
    "ZSCORE k a",
    "ZMSCORE k a b",
    "ZRANK k a",
    "ZRANK k a WITHSCORE",
    "ZREVRANK k a WITHSCORE",
    "ZCOUNT k 0 1",
    "ZLEXCOUNT k - +",
    "ZREMRANGEBYRANK k 0 1",
    "ZREMRANGEBYSCORE k 0 1",
    "ZREMRANGEBYLEX k - +",
    "ZRANGE k 0 1",
    "ZRANGE k 0 1 WITHSCORES",
    "ZRANGEBYSCORE k 0 1",
    "ZREVRANGEBYLEX k + -",
    "SET d v",
    "ZRANGESTORE d k 0 1",
    "EXISTS d",
    "SET d v",
    "ZUNIONSTORE d 2 k l",
    "EXISTS d",
    "ZUNION 1 k",
    "ZINTER 1 k WITHSCORES",
    "ZDIFF 1 k",
    "ZINTERCARD 2 k l",
    "ZPOPMIN k",
    "ZPOPMIN k 0",
    "ZPOPMAX k 2",
    "ZMPOP 1 k MIN",
    "BZPOPMIN k 0.01",
    "BZMPOP 0.01 2 k l MAX COUNT 2",
    "ZRANDMEMBER k",
    "ZRANDMEMBER k 0",
    "ZRANDMEMBER k -2 WITHSCORES",
    "ZSCAN k 0",
    "ZSCAN k 0 BAD"
  ]
}

const adding: ReadonlyArray<Script> = [
  {
    name: "ZADD adds, moves and counts",
    steps: [
      "ZADD k 1 a",
      "ZADD k 1 a 2 b 3 c",
      "ZADD k CH 1 a 3 b 4 d",
      "ZADD k 5 a 6 a 7 a",
      "ZADD k CH 5 a 6 a 6 a",
      "ZADD k ch 1 x 2 x 1 x",
      "ZADD k 0 zero -0 negative",
      ...shown("k"),
      ["ZADD", "k", "1", "", "1", "\0\xff\r\n", "1", "\xfe"],
      ["ZSCORE", "k", ""],
      ["ZRANK", "k", "\xfe"],
      ...shown("k")
    ]
  },
  {
    name: "ZADD with every pair of options",
    steps: ["NX", "XX", "GT", "LT", "CH", "INCR", "BAD"].flatMap((first, _, options) =>
      options.flatMap((second): ReadonlyArray<StepInput> => [
        "DEL k",
        "ZADD k 5 a 5 b",
        `ZADD k ${first} ${second} 7 a`,
        `ZADD k ${first} ${second} 3 a`,
        `ZADD k ${first} ${second} 3 new`,
        `ZADD k ${first} ${second} 7 a 1 b 5 c`,
        ...shown("k")
      ])
    )
  },
  {
    name: "ZADD with three options",
    steps: [
      "ZADD k 5 a",
      "ZADD k XX GT CH 7 a",
      "ZADD k XX GT INCR 0 a",
      "ZADD k XX GT INCR -1 a",
      "ZADD k XX LT INCR -1 a",
      "ZADD k NX GT LT 1 a",
      "ZADD k NX XX GT 1 a",
      "ZADD k INCR CH XX 1 a",
      "ZADD k NX INCR CH 1 a",
      "ZADD k NX INCR CH 1 b",
      ...shown("k")
    ]
  },
  {
    name: "scores of all kinds",
    steps: [
      "inf",
      "-inf",
      "+Infinity",
      "1e3",
      "-1.5",
      ".5",
      "5.",
      "0x10",
      "1e400",
      "-1e400",
      "1e-400",
      "nan",
      "-nan",
      "",
      " 1",
      "1 ",
      "1a",
      "--1",
      "0.1",
      "-0",
      "1e-7",
      "123456789012345678",
      "9007199254740993",
      maxInteger,
      "9223372036854775808",
      "4611686018427387904",
      "4611686018427387905",
      "1e17",
      "1e20",
      "1e21",
      "3.0000000000000004",
      "5e-324",
      "1.7976931348623157e308",
      "0.30000000000000004"
    ].flatMap((score): ReadonlyArray<StepInput> => [
      "DEL k",
      ["ZADD", "k", score, "a"],
      "ZSCORE k a",
      "ZADD k 1 b",
      ["ZINCRBY", "k", score, "b"],
      "ZRANGE k 0 -1 WITHSCORES",
      ["ZADD", "k", "INCR", score, "c"]
    ])
  },
  {
    name: "infinities do not add up",
    steps: [
      "ZADD k inf a -inf b",
      "ZINCRBY k -inf a",
      "ZADD k INCR inf b",
      "ZADD k INCR inf a",
      "ZINCRBY k 1 b",
      "ZINCRBY k inf c",
      ...shown("k")
    ]
  },
  {
    name: "ZINCRBY",
    steps: ["ZINCRBY k 1 a", "ZINCRBY k 1.5 a", "ZINCRBY k -2.5 a", "ZINCRBY k 0.1 b", "ZINCRBY k 0.2 b", ...shown("k")]
  },
  {
    name: "integers as members",
    steps: [
      ...[
        "0",
        "-0",
        "007",
        "12",
        "-1",
        "4095",
        "4096",
        "65536",
        "16777216",
        "4294967296",
        maxInteger,
        minInteger,
        "9223372036854775808"
      ].map((member) => `ZADD k 1 ${member}`),
      "ZSCORE k 12",
      "ZSCORE k 012",
      "ZRANK k 4096",
      ...shown("k"),
      "ZREM k 12 13 -0",
      "ZRANGEBYLEX k [1 [7",
      ...shown("k")
    ]
  }
]

const reading: ReadonlyArray<Script> = [
  {
    name: "ZSCORE, ZMSCORE, ZRANK and ZREVRANK",
    steps: [
      "ZADD k 1 a 2 b 2 bb 2.5 c inf d",
      ...["a", "b", "bb", "c", "d", "e", ""].flatMap((member): ReadonlyArray<StepInput> => [
        ["ZSCORE", "k", member],
        ["ZRANK", "k", member],
        ["ZREVRANK", "k", member],
        ["ZRANK", "k", member, "WITHSCORE"],
        ["ZREVRANK", "k", member, "withscore"]
      ]),
      "ZMSCORE k a x d a",
      "ZCARD k"
    ]
  },
  {
    name: "ZRANGE and ZREVRANGE by rank",
    steps: [
      "ZADD k 1 a 2 b 2 c 3 d 4 e",
      ...["0", "1", "4", "5", "-1", "-2", "-5", "-6", maxInteger, minInteger, "x"].flatMap((start, _, all) =>
        all.flatMap((stop): ReadonlyArray<StepInput> => [
          `ZRANGE k ${start} ${stop}`,
          `ZRANGE k ${start} ${stop} REV`,
          `ZREVRANGE k ${start} ${stop} WITHSCORES`,
          `ZRANGE k ${start} ${stop} WITHSCORES`
        ])
      )
    ]
  },
  {
    name: "ranges by score",
    steps: [
      "ZADD k -inf a 1 b 2 c 2 d 3.5 e inf f",
      ...[
        "-inf",
        "(-inf",
        "0",
        "1",
        "(1",
        "2",
        "(2",
        "3",
        "(3.5",
        "+inf",
        "(inf",
        "x",
        "(",
        "((1",
        "",
        "1e400",
        " 2",
        "nan"
      ]
        .flatMap((min, _, all) =>
          all.flatMap((max): ReadonlyArray<StepInput> => [
            ["ZRANGEBYSCORE", "k", min, max],
            ["ZREVRANGEBYSCORE", "k", max, min, "WITHSCORES"],
            ["ZCOUNT", "k", min, max]
          ])
        )
    ]
  },
  {
    name: "ranges by member",
    steps: [
      ["ZADD", "k", "0", "", "0", "a", "0", "ab", "0", "b", "0", "\xff", "0", "12"],
      ...["-", "+", "[", "(", "[a", "(a", "[ab", "(ab", "[b", "[c", "[1", "(\xff", "[\xff\xff", "a", "", "++", "--"]
        .flatMap((min, _, all) =>
          all.flatMap((max): ReadonlyArray<StepInput> => [
            ["ZRANGEBYLEX", "k", min, max],
            ["ZREVRANGEBYLEX", "k", max, min],
            ["ZLEXCOUNT", "k", min, max]
          ])
        )
    ]
  },
  {
    name: "LIMIT",
    steps: [
      "ZADD k 1 a 2 b 2 c 3 d 4 e",
      "ZADD l 0 a 0 b 0 c 0 d 0 e",
      ...["0", "1", "2", "3", "5", maxInteger].flatMap((offset) =>
        ["0", "1", "2", "-1", "-5", "100", maxInteger, minInteger].flatMap((count): ReadonlyArray<StepInput> => [
          `ZRANGEBYSCORE k 2 4 LIMIT ${offset} ${count}`,
          `ZREVRANGEBYSCORE k 3 -inf WITHSCORES LIMIT ${offset} ${count}`,
          `ZRANGE k 1 (4 BYSCORE LIMIT ${offset} ${count}`,
          `ZRANGE k (4 1 BYSCORE REV LIMIT ${offset} ${count} WITHSCORES`,
          `ZRANGEBYLEX l [b [d LIMIT ${offset} ${count}`,
          `ZREVRANGEBYLEX l + [b LIMIT ${offset} ${count}`,
          `ZRANGE l + - BYLEX REV LIMIT ${offset} ${count}`,
          `ZRANGE l 0 -1 LIMIT ${offset} ${count}`,
          `ZREVRANGE l 0 -1 LIMIT ${offset} ${count}`,
          `ZRANGESTORE d k 2 3 BYSCORE LIMIT ${offset} ${count}`
        ])
      ),
      "ZRANGEBYSCORE k 1 2 LIMIT x 1",
      "ZRANGEBYSCORE k 1 2 LIMIT 1 x",
      "ZRANGEBYSCORE k 1 2 LIMIT 1",
      "ZRANGEBYSCORE k x 2 LIMIT 1",
      "ZRANGEBYSCORE k 1 2 LIMIT 0 1 LIMIT 1 1"
    ]
  },
  {
    name: "ZRANGE with every pair of options",
    steps: [
      "ZADD k 1 a 1 b 1 c",
      ...["BYSCORE", "BYLEX", "REV", "WITHSCORES", "LIMIT 1 1", "LIMIT 0 -1", "BAD"].flatMap((first, _, options) =>
        options.flatMap((second): ReadonlyArray<StepInput> => [
          `ZRANGE k 0 1 ${first} ${second}`,
          `ZRANGE k [a [b ${first} ${second}`,
          `ZRANGE k 1 0 ${first} ${second}`,
          `ZREVRANGE k 0 1 ${first} ${second}`,
          `ZRANGEBYSCORE k 1 1 ${first} ${second}`,
          `ZREVRANGEBYSCORE k 1 1 ${first} ${second}`,
          `ZRANGEBYLEX k - + ${first} ${second}`,
          `ZREVRANGEBYLEX k + - ${first} ${second}`,
          `ZRANGESTORE d k 0 1 ${first} ${second}`,
          `ZRANGESTORE d k - + ${first} ${second}`,
          ...shown("d")
        ])
      )
    ]
  },
  {
    name: "ZSCAN",
    steps: [
      "ZADD k 1 a 2.5 b 0.1 c inf d 1e20 e -0 f 1e-7 g 123456789012345678 h 0.30000000000000004 i -1e-5 j 1e16 l 1e17 m",
      unordered("ZSCAN k 0 COUNT 100"),
      unordered("ZSCAN k 0 NOSCORES COUNT 100"),
      unordered("ZSCAN k 0 MATCH [a-c] COUNT 100"),
      unordered("ZSCAN k 0 COUNT 100 MATCH * NOSCORES"),
      "ZSCAN k 0 COUNT 0",
      "ZSCAN k 0 COUNT x",
      "ZSCAN k 0 COUNT",
      "ZSCAN k 0 MATCH",
      "ZSCAN k 0 NOVALUES",
      "ZSCAN k 0 TYPE zset",
      "ZSCAN k x",
      "ZSCAN k -1",
      "ZSCAN k 0 BAD"
    ]
  },
  {
    name: "ZRANDMEMBER",
    steps: [
      "ZADD k 1 a",
      "ZRANDMEMBER k",
      "ZRANDMEMBER k 1",
      "ZRANDMEMBER k 1 WITHSCORES",
      "ZRANDMEMBER k 5 WITHSCORES",
      "ZRANDMEMBER k -3 WITHSCORES",
      "ZRANDMEMBER k 0",
      "ZRANDMEMBER k 0 WITHSCORES",
      "ZRANDMEMBER k x",
      `ZRANDMEMBER k ${maxInteger}`,
      "ZRANDMEMBER k 9223372036854775808",
      "ZADD k 2 b 3 c 4 d",
      byChance("ZRANDMEMBER k"),
      byChance("ZRANDMEMBER k 2"),
      byChance("ZRANDMEMBER k -2 WITHSCORES"),
      "ZRANDMEMBER k 4",
      "ZRANDMEMBER k 10 WITHSCORES"
    ]
  }
]

const removing: ReadonlyArray<Script> = [
  {
    name: "ZREM",
    steps: ["ZADD k 1 a 2 b 3 c", "ZREM k x", "ZREM k a x a", ...shown("k"), "ZREM k b c d", "EXISTS k", "ZREM k b"]
  },
  {
    name: "parts are removed",
    steps: [
      "RANK 0 0",
      "RANK 1 -2",
      "RANK -2 10",
      "RANK 3 1",
      "RANK 5 9",
      `RANK ${minInteger} ${maxInteger}`,
      "RANK x 1",
      "RANK 0 -1",
      "SCORE 2 3",
      "SCORE (2 +inf",
      "SCORE -inf (2",
      "SCORE 3 1",
      "SCORE x 1",
      "SCORE -inf inf",
      "LEX - +",
      "LEX [b (d",
      "LEX (b +",
      "LEX + -",
      "LEX b c"
    ].flatMap((range) => ["DEL k", "ZADD k 1 a 2 b 2 c 3 d 4 e", `ZREMRANGEBY${range}`, ...shown("k")])
  },
  {
    name: "ZPOPMIN, ZPOPMAX and ZMPOP",
    steps: [
      "ZADD k 1 a 2 b 2 c 3 d 4 e 5 f 6 g 7 h",
      "ZPOPMIN k",
      "ZPOPMAX k",
      "ZPOPMIN k 1",
      "ZPOPMAX k 2",
      "ZPOPMIN k 0",
      "ZPOPMIN k -1",
      "ZPOPMIN k x",
      "ZPOPMIN k 9223372036854775808",
      ...shown("k"),
      "ZMPOP 1 k MIN",
      "ZMPOP 2 missing k MAX COUNT 10",
      "EXISTS k",
      "ZADD k 1 a 2 b 3 c",
      "ZPOPMAX k 100",
      "ZMPOP 0 k MIN",
      "ZMPOP -1 k MIN",
      "ZMPOP x k MIN",
      "ZMPOP 2 k MIN",
      "ZMPOP 3 k MIN",
      "ZMPOP 1 k MID",
      "ZMPOP 1 k MIN COUNT",
      "ZMPOP 1 k MIN COUNT 0",
      "ZMPOP 1 k MIN COUNT x",
      "ZMPOP 1 k MIN COUNT 1 COUNT 2",
      "ZMPOP 1 k MIN BAD"
    ]
  },
  {
    name: "blocking commands that have something at once",
    steps: [
      "ZADD k 1 a 2 b 3 c 4 d 5 e 6 f",
      "BZPOPMIN k 0",
      "BZPOPMAX missing k 0",
      "BZMPOP 0 2 missing k MIN",
      "BZMPOP 1 1 k MAX COUNT 2",
      "BZPOPMIN k -1",
      "BZPOPMIN k x",
      "BZPOPMIN k inf",
      "BZPOPMIN k 1e20",
      "BZMPOP -1 1 k MIN",
      "BZMPOP 0 0 k MIN",
      "BZMPOP 0 x k MIN",
      "BZMPOP 0 1 k BAD",
      "BZMPOP 0 1 k MIN COUNT 0",
      "BZMPOP 0 1 k MIN BAD",
      ...shown("k"),
      "BZPOPMIN k l m 0",
      "EXISTS k"
    ]
  }
]

const combining: ReadonlyArray<Script> = [
  {
    name: "unions, intersections and differences",
    steps: [
      "ZADD a 1 x 2 y 3 z",
      "ZADD b 10 y 20 z 30 w",
      "ZADD c inf z -inf y 0.5 v",
      "SADD s x y 7",
      "SADD i 7 8 9",
      "ZADD n 1.5 7 2.5 8",
      ...["1 a", "2 a b", "2 a a", "3 a b c", "2 a s", "3 s i n", "2 s missing", "1 i", "3 c c c", "2 missing a"]
        .flatMap(
          (keys) =>
            ["ZUNION", "ZINTER", "ZDIFF"].flatMap((name): ReadonlyArray<StepInput> => [
              `${name} ${keys}`,
              `${name} ${keys} WITHSCORES`,
              `${name}STORE d ${keys}`,
              ...shown("d")
            ]).concat([`ZINTERCARD ${keys}`, `ZINTERCARD ${keys} LIMIT 1`, `ZINTERCARD ${keys} LIMIT 0`])
        )
    ]
  },
  {
    name: "weights and aggregates",
    steps: [
      "ZADD a 1 x 2 y -3 z 0 zero",
      "ZADD b 10 y inf z -inf w inf zero",
      "SADD s x y w",
      ...["1 1", "2 3", "0 1", "-1 inf", "inf -inf", "0.1 0.2", "-inf 0"].flatMap((weights) =>
        ["SUM", "MIN", "MAX", "min"].flatMap((aggregate): ReadonlyArray<StepInput> => [
          `ZUNION 2 a b WEIGHTS ${weights} AGGREGATE ${aggregate} WITHSCORES`,
          `ZINTER 2 a b WITHSCORES AGGREGATE ${aggregate} WEIGHTS ${weights}`,
          `ZUNIONSTORE d 2 b s AGGREGATE ${aggregate} WEIGHTS ${weights}`,
          ...shown("d"),
          `ZINTERSTORE d 2 a s WEIGHTS ${weights} AGGREGATE ${aggregate}`,
          ...shown("d")
        ])
      )
    ]
  },
  {
    name: "a destination among the sources, and one of another type",
    steps: [
      "ZADD a 1 x 2 y",
      "ZADD b 3 y",
      "EXPIRE a 1000",
      "ZUNIONSTORE a 2 a b",
      ...shown("a"),
      "TTL a",
      "ZINTERSTORE a 2 a b",
      ...shown("a"),
      "ZDIFFSTORE a 2 a a",
      "EXISTS a",
      "SET a v",
      "ZUNIONSTORE a 1 b",
      ...shown("a"),
      "ZRANGESTORE b b 0 -1",
      ...shown("b"),
      "ZRANGESTORE b b 5 6",
      "EXISTS b"
    ]
  },
  {
    name: "combinations that are wrong",
    steps: [
      "ZADD a 1 x",
      ...["ZUNION", "ZINTER", "ZDIFF", "ZINTERCARD", "ZUNIONSTORE d", "ZINTERSTORE d", "ZDIFFSTORE d"].flatMap((name) =>
        [
          "0 a",
          "-1 a",
          "x a",
          "2 a",
          `${maxInteger} a`,
          "9223372036854775808 a",
          "1 a b",
          "1 a WEIGHTS",
          "1 a WEIGHTS x",
          "1 a WEIGHTS 1 2",
          "1 a WEIGHTS nan",
          "2 a b WEIGHTS 1",
          "1 a AGGREGATE",
          "1 a AGGREGATE AVG",
          "1 a AGGREGATE SUM AGGREGATE MAX",
          "1 a WEIGHTS 2 WEIGHTS 3",
          "1 a WITHSCORES",
          "1 a WITHSCORES WITHSCORES",
          "1 a WITHSCORE",
          "1 a LIMIT",
          "1 a LIMIT -1",
          "1 a LIMIT x",
          "1 a LIMIT 1 LIMIT 0"
        ].map((rest) => `${name} ${rest}`)
      )
    ]
  }
]

const shapes: ReadonlyArray<Script> = [
  {
    name: "the number of members and their length decide the shape",
    steps: [
      "CONFIG SET zset-max-listpack-entries 3 zset-max-listpack-value 5",
      "ZADD k 1 a 2 b 3 c",
      ...shown("k"),
      "ZADD k 4 a",
      ...shown("k"),
      "ZADD k 5 d",
      ...shown("k"),
      "ZREM k a b c",
      ...shown("k"),
      "ZADD l 1 12345",
      "OBJECT ENCODING l",
      "ZADD l 1 123456",
      ...shown("l"),
      "ZADD m 1 a 2 b 3 c 4 d",
      "OBJECT ENCODING m",
      // What is expected counts, not what comes of it.
      "ZADD n 1 a",
      "ZADD n XX 1 a 1 a 1 a 1 a",
      ...shown("n"),
      "ZADD o 1 a",
      "ZADD o XX 1 longer",
      ...shown("o"),
      "ZADD p 1 a 2 a 3 a 4 a",
      ...shown("p"),
      "ZUNIONSTORE q 1 m",
      "OBJECT ENCODING q",
      "ZREM m a",
      "ZUNIONSTORE q 1 m",
      ...shown("q"),
      "ZRANGESTORE q k 0 -1",
      ...shown("q"),
      "ZUNIONSTORE q 1 l",
      ...shown("q"),
      "ZRANGESTORE q m 0 1",
      ...shown("q"),
      "ZDIFFSTORE q 2 m k",
      ...shown("q"),
      "ZINCRBY r 1 longer",
      "OBJECT ENCODING r",
      "CONFIG SET zset-max-listpack-entries 128 zset-max-listpack-value 64"
    ]
  },
  {
    name: "a thousand members",
    steps: [
      ["ZADD", "k", ...Array.from({ length: 1000 }, (_, i) => [String((i * 37) % 1000 / 4), `m${i}`]).flat()],
      "ZCARD k",
      "ZRANGE k 0 -1 WITHSCORES",
      "ZRANGE k 100 120 REV",
      "ZRANGEBYSCORE k 20 30 WITHSCORES",
      "ZCOUNT k (20 (200",
      "ZRANK k m500",
      "ZREVRANK k m500",
      "ZREMRANGEBYRANK k 100 899",
      "ZRANGE k 0 -1 WITHSCORES",
      "ZREMRANGEBYSCORE k -inf 10",
      "ZPOPMAX k 20",
      "ZRANGE k 0 -1 WITHSCORES",
      "ZUNIONSTORE d 2 k k",
      "ZRANGE d 0 -1 WITHSCORES",
      "COPY k c",
      "ZREMRANGEBYRANK k 0 10",
      "ZADD c 0 first",
      "ZRANGE k 0 -1",
      "ZRANGE c 0 -1"
    ]
  }
]

differential("sorted sets", [
  arities,
  ...inBothShapes([wrongTypes, missing, ...adding, ...reading, ...removing, ...combining]),
  ...shapes
])

const key = (random: SeededRandom): string => random.pick(["a", "b", "c", "d"])
const member = (random: SeededRandom): string =>
  random.chance(0.05) ? "x".repeat(random.integer(12)) : random.pick(["m", "n", "", "1"]) + String(random.integer(12))
const score = (random: SeededRandom): string =>
  random.pick(["0", "1", "-1", "2.5", "inf", "-inf", "1e10", "0.1", "3"].concat(String(random.integer(8))))
const scoreBound = (random: SeededRandom): string => `${random.chance(0.3) ? "(" : ""}${score(random)}`
const memberBound = (random: SeededRandom): string =>
  random.chance(0.2) ? random.pick(["-", "+"]) : `${random.pick(["[", "("])}${member(random)}`
const index = (random: SeededRandom): string => String(random.integer(16) - 8)
const limit = (random: SeededRandom): ReadonlyArray<string> =>
  random.chance(0.4) ? ["LIMIT", String(random.integer(4)), String(random.integer(6) - 1)] : []
const maybe = (random: SeededRandom, ...words: ReadonlyArray<string>): ReadonlyArray<string> =>
  random.chance(0.4) ? words : []
const several = <A>(random: SeededRandom, most: number, make: () => A): ReadonlyArray<A> =>
  Array.from({ length: 1 + random.integer(most) }, make)

const sources = (random: SeededRandom): ReadonlyArray<string> => {
  const keys = several(random, 3, () => random.chance(0.1) ? "s" : key(random))
  const weights = random.chance(0.3) ? ["WEIGHTS", ...keys.map(() => score(random))] : []
  return [String(keys.length), ...keys, ...weights, ...maybe(random, "AGGREGATE", random.pick(["SUM", "MIN", "MAX"]))]
}

const plainSources = (random: SeededRandom): ReadonlyArray<string> => {
  const keys = several(random, 3, () => random.chance(0.1) ? "s" : key(random))
  return [String(keys.length), ...keys]
}

/** Members with one score only, so that ranges by member mean something. */
const flatKey = "lex"

differentialRandom({
  name: "random commands on sorted sets",
  commands: 1500,
  seeds: [1, 2, 3],
  generators: [
    (random) => ["ZADD", key(random), ...several(random, 4, () => [score(random), member(random)]).flat()],
    (random) => ["ZADD", key(random), score(random), member(random)],
    (random) => [
      "ZADD",
      key(random),
      ...several(random, 2, () => random.pick(["NX", "XX", "GT", "LT", "CH", "INCR"])),
      score(random),
      member(random)
    ],
    (random) => ["ZINCRBY", key(random), score(random), member(random)],
    (random) => ["ZADD", flatKey, "0", member(random)],
    (random) => ["ZADD", flatKey, "0", member(random)],
    (random) => ["SADD", "s", member(random)],
    (random) => ["ZREM", key(random), ...several(random, 3, () => member(random))],
    (random) => ["ZSCORE", key(random), member(random)],
    (random) => [random.pick(["ZRANK", "ZREVRANK"]), key(random), member(random), ...maybe(random, "WITHSCORE")],
    (
      random
    ) => ["ZRANGE", key(random), index(random), index(random), ...maybe(random, "WITHSCORES"), ...maybe(random, "REV")],
    (random) => ["ZRANGEBYSCORE", key(random), scoreBound(random), scoreBound(random), ...limit(random)],
    (
      random
    ) => ["ZREVRANGEBYSCORE", key(random), scoreBound(random), scoreBound(random), "WITHSCORES", ...limit(random)],
    (
      random
    ) => [
      random.pick(["ZRANGEBYLEX", "ZREVRANGEBYLEX"]),
      flatKey,
      memberBound(random),
      memberBound(random),
      ...limit(random)
    ],
    (random) => ["ZLEXCOUNT", flatKey, memberBound(random), memberBound(random)],
    (random) => ["ZCOUNT", key(random), scoreBound(random), scoreBound(random)],
    (random) => ["ZREMRANGEBYRANK", key(random), index(random), index(random)],
    (random) => ["ZREMRANGEBYSCORE", key(random), scoreBound(random), scoreBound(random)],
    (random) => ["ZREMRANGEBYLEX", flatKey, memberBound(random), memberBound(random)],
    (random) => [random.pick(["ZPOPMIN", "ZPOPMAX"]), key(random), ...maybe(random, String(random.integer(3)))],
    (random) => ["ZMPOP", "2", key(random), key(random), random.pick(["MIN", "MAX"]), ...maybe(random, "COUNT", "2")],
    (random) => ["BZMPOP", "0.001", "1", key(random), random.pick(["MIN", "MAX"])],
    (random) => ["ZUNIONSTORE", key(random), ...sources(random)],
    (random) => ["ZINTERSTORE", key(random), ...sources(random)],
    (random) => ["ZDIFFSTORE", key(random), ...plainSources(random)],
    (random) => [random.pick(["ZUNION", "ZINTER"]), ...sources(random), ...maybe(random, "WITHSCORES")],
    (random) => ["ZDIFF", ...plainSources(random), ...maybe(random, "WITHSCORES")],
    (random) => ["ZINTERCARD", ...plainSources(random), ...maybe(random, "LIMIT", "1")],
    (random) => ["ZRANGESTORE", key(random), key(random), index(random), index(random), ...maybe(random, "REV")],
    (random) => ["OBJECT", "ENCODING", key(random)],
    (random) => ["COPY", key(random), key(random), "REPLACE"],
    (random) => [
      "CONFIG",
      "SET",
      "zset-max-listpack-entries",
      random.pick(["2", "8", "128"]),
      "zset-max-listpack-value",
      random.pick(["4", "64"])
    ]
  ]
})
