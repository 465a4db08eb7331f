/**
 * The geo commands against the reference: every option, every error, and random searches.
 */
import { differential, differentialRandom, near, type Script, step, type StepInput } from "./differential.ts"
import { inspectValue } from "./inspection.ts"
import type { SeededRandom } from "../support/random.ts"

const names =
  "GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEORADIUSBYMEMBER GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH GEOSEARCHSTORE"
    .split(" ")

const sicily: StepInput = "GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania"

const arities: Script = {
  name: "wrong numbers of arguments",
  steps: [
    ...names.flatMap((name) => [name, `${name} k`, `${name} k a`, `${name} k a b`, `${name} k a b c`]),
    "GEOADD k 1 2 a 3",
    "GEOADD k 1 2 a 3 4",
    "GEOADD k NX XX CH",
    "GEOADD k NX XX 1 2 a",
    "GEOADD k CH CH CH",
    "GEOADD k NX 1 2",
    "GEOADD k 1 2 a NX",
    "GEODIST k a b m x",
    "GEOPOS k",
    "GEOHASH k",
    "GEORADIUS k 1 2 3",
    "GEORADIUSBYMEMBER k a 3",
    "GEOSEARCH k FROMLONLAT 1 2 BYRADIUS 3",
    "GEOSEARCHSTORE d k FROMLONLAT 1 2 BYRADIUS 3"
  ]
}

const wrongTypes: Script = {
  name: "a key of another type",
  steps: [
    "SET s v",
    "GEOADD s 1 2 a",
    "GEOADD s x 2 a",
    "GEOADD s 200 2 a",
    "GEOPOS s",
    "GEOPOS s a",
    "GEOHASH s a",
    "GEODIST s a b",
    "GEODIST s a b x",
    "GEORADIUS s x 2 3 m",
    "GEORADIUS_RO s 1 2 3 m BAD",
    "GEORADIUSBYMEMBER s a 3 m",
    "GEORADIUSBYMEMBER_RO s a x y",
    "GEOSEARCH s BAD BAD BAD BAD BAD",
    "GEOSEARCHSTORE d s BAD BAD BAD BAD BAD"
  ]
}

const missing: Script = {
  name: "a key that is not there",
  steps: [
    "GEOADD k XX 1 2 a",
    "EXISTS k",
    "GEOPOS k",
    "GEOPOS k a b",
    "GEOHASH k a",
    "GEODIST k a b",
    "GEODIST k a b x",
    "GEORADIUS k 1 2 3 m",
    "GEORADIUS k x 2 3 m",
    "GEORADIUS k 1 2 3 m STORE d",
    "GEORADIUS k 1 2 3 m COUNT 0",
    "GEORADIUS k 1 2 3 m STORE d WITHDIST",
    "GEORADIUSBYMEMBER k a x y",
    "GEORADIUSBYMEMBER k a x y BAD",
    "GEORADIUSBYMEMBER_RO k a 1 m STORE d",
    "GEOSEARCH k FROMMEMBER a BYRADIUS 1 m",
    "GEOSEARCH k FROMMEMBER a BYRADIUS x m",
    "GEOSEARCH k FROMMEMBER a FROMLONLAT 1 2 BYRADIUS 1 m",
    "GEOSEARCH k FROMLONLAT 1 2 FROMMEMBER a BYRADIUS 1 m",
    "SET d v",
    "GEOSEARCHSTORE d k FROMMEMBER a BYBOX 1 1 m",
    "EXISTS d",
    "SET d v",
    "GEORADIUS k 1 2 3 m STOREDIST d",
    "EXISTS d"
  ]
}

const positions: Script = {
  name: "positions are stored and shown",
  steps: [
    sicily,
    "GEOADD k NX 1 2 Palermo",
    "GEOADD k XX CH 13.5 38 Palermo 1 2 new",
    "GEOADD k CH 13.5 38 Palermo 2 3 new",
    "GEOADD k nx ch 5 5 x",
    "GEOADD k 0 0 zero -180 -85.05112878 southwest 180 85.05112878 northeast 180 -85.05112878 se -180 85.05112878 nw",
    "GEOADD k 179.9999999 85.0511287 a -0.0000001 -0.0000001 b 1e-7 1e-7 c",
    "ZRANGE k 0 -1 WITHSCORES",
    "GEOPOS k Palermo Catania missing zero southwest northeast se nw a b c",
    "GEOHASH k Palermo Catania missing zero southwest northeast se nw a b c",
    "GEOPOS k",
    "GEOHASH k",
    ...[
      "180.0001 0",
      "-180.1 0",
      "0 85.06",
      "0 -86",
      "inf 0",
      "0 -inf",
      "1e30 0",
      "x 0",
      "0 x",
      "nan 0",
      " 1 0",
      "300 x"
    ]
      .map((position) => ["GEOADD", "k", ...position.split(/ (?=\S+$)/), "m"]),
    "GEOADD k 1 2 a 200 3 b",
    "GEOADD k 1 2 a x 3 b",
    "ZADD weird -1 a 4503599627370496 b 9007199254740992 c 1e19 d 1e30 e inf f -inf g 0.5 h 1.7 i -5e18 j 1e16 k -1e300 l",
    "GEOPOS weird a b c d e f g h i j k l",
    "GEOHASH weird a b c d e f g h i j k l"
  ]
}

const distances: Script = {
  name: "distances",
  steps: [
    sicily,
    "GEOADD k 13.361389 38.2 Same 13.361389 38.115556 Here 0 0 zero 180 0 far -180 0 west 0 85 pole 1 85 polar",
    ...["m", "km", "ft", "mi", "M", "Km", "FT", "mI", "x", ""].map((
      unit
    ) => ["GEODIST", "k", "Palermo", "Catania", unit]),
    ...["Palermo", "Catania", "Same", "Here", "zero", "far", "west", "pole", "polar", "missing"].flatMap((a, _, all) =>
      all.map((b) => `GEODIST k ${a} ${b}`)
    )
  ]
}

const options = [
  "WITHDIST",
  "WITHCOORD",
  "WITHHASH",
  "ASC",
  "DESC",
  "COUNT 1",
  "COUNT 2 ANY",
  "ANY",
  "STORE d",
  "STOREDIST d",
  "STOREDIST",
  "BAD"
]

const searching: ReadonlyArray<Script> = [
  {
    name: "searches with every pair of options",
    steps: [
      sicily,
      "GEOADD k 12.758489 38.788135 edge1 17.241510 38.788135 edge2 15 37 center",
      ...options.flatMap((first) =>
        options.flatMap((second): ReadonlyArray<StepInput> => [
          `GEORADIUS k 15 37 200 km ${first} ${second}`,
          "ZRANGE d 0 -1 WITHSCORES",
          `GEORADIUS_RO k 15 37 100 mi ${first} ${second}`,
          `GEORADIUSBYMEMBER k center 200 km ${first} ${second}`,
          `GEORADIUSBYMEMBER_RO k center 200000 m ${first} ${second}`,
          `GEOSEARCH k FROMLONLAT 15 37 BYBOX 400 400 km ${first} ${second}`,
          `GEOSEARCH k ${first} FROMMEMBER center ${second} BYRADIUS 500000 ft`,
          `GEOSEARCHSTORE d k ${first} FROMMEMBER center ${second} BYRADIUS 200 km`,
          "ZRANGE d 0 -1 WITHSCORES",
          "OBJECT ENCODING d"
        ])
      )
    ]
  },
  {
    name: "searches with three options",
    steps: [
      sicily,
      "GEORADIUS k 15 37 200 km WITHCOORD WITHDIST WITHHASH ASC",
      "GEOSEARCH k FROMLONLAT 15 37 BYRADIUS 200 km DESC WITHHASH WITHDIST WITHCOORD COUNT 5",
      "GEOSEARCH k ANY FROMLONLAT 15 37 COUNT 1 BYRADIUS 200 km WITHDIST",
      "GEORADIUS k 15 37 200 km STORE a STOREDIST b",
      "ZRANGE b 0 -1 WITHSCORES",
      "EXISTS a"
    ]
  },
  {
    name: "searches that are wrong",
    steps: [
      sicily,
      ...[
        "FROMMEMBER Palermo",
        "FROMMEMBER missing BYRADIUS 1 m",
        "FROMMEMBER missing BAD BAD BAD",
        "BYRADIUS 1 m",
        "BYRADIUS 1 m ASC ASC",
        "FROMMEMBER Palermo ASC ASC ASC",
        "FROMMEMBER Palermo FROMLONLAT 1 2 BYRADIUS 1 m",
        "FROMLONLAT 1 2 FROMMEMBER Palermo BYRADIUS 1 m",
        "FROMMEMBER Palermo BYRADIUS 1 m BYBOX 1 1 m",
        "FROMMEMBER Palermo BYBOX 1 1 m BYRADIUS 1 m",
        "FROMMEMBER Palermo FROMMEMBER Catania BYRADIUS 1 m",
        "FROMMEMBER Palermo BYRADIUS 1 m BYRADIUS 500 km",
        "FROMMEMBER Palermo BYBOX 1 1 m BYBOX 500 500 km",
        "FROMLONLAT 1 2 FROMLONLAT 15 37 BYRADIUS 500 km",
        "FROMMEMBER Palermo BYRADIUS -1 m",
        "FROMMEMBER Palermo BYRADIUS x m",
        "FROMMEMBER Palermo BYRADIUS 1 x",
        "FROMMEMBER Palermo BYRADIUS x x",
        "FROMMEMBER Palermo BYRADIUS -1 x",
        "FROMMEMBER Palermo BYRADIUS inf m",
        "FROMMEMBER Palermo BYRADIUS nan m",
        "FROMMEMBER Palermo BYBOX -1 1 m",
        "FROMMEMBER Palermo BYBOX 1 -1 m",
        "FROMMEMBER Palermo BYBOX x 1 m",
        "FROMMEMBER Palermo BYBOX 1 x m",
        "FROMMEMBER Palermo BYBOX x -1 x",
        "FROMMEMBER Palermo BYBOX 1 1 x",
        "FROMMEMBER Palermo BYBOX 1 1",
        "FROMMEMBER Palermo ASC BYBOX 1 1",
        "FROMMEMBER Palermo ASC DESC BYRADIUS 1",
        "FROMLONLAT 200 1 BYRADIUS 1 m",
        "FROMLONLAT x 1 BYRADIUS 1 m",
        "FROMLONLAT 1 x BYRADIUS 1 m",
        "FROMLONLAT 1 2 BYRADIUS 1 m COUNT",
        "FROMLONLAT 1 2 BYRADIUS 1 m COUNT 0",
        "FROMLONLAT 1 2 BYRADIUS 1 m COUNT -1",
        "FROMLONLAT 1 2 BYRADIUS 1 m COUNT x",
        "FROMLONLAT 1 2 BYRADIUS 1 m ANY",
        "FROMLONLAT 1 2 BYRADIUS 1 m STORE d",
        "BYPOLYGON 3 1 1 2 2 3 1"
      ].flatMap((
        rest
      ) => [
        `GEOSEARCH k ${rest}`,
        `GEOSEARCHSTORE d k ${rest}`,
        `geosearch missing ${rest}`,
        "ZRANGE d 0 -1 WITHSCORES"
      ]),
      ...[
        "1 2 x m",
        "1 2 -1 m",
        "1 2 1 x",
        "x 2 x x",
        "200 2 x x",
        "1 2 1 m COUNT 0",
        "1 2 1 m STORE",
        "1 2 1 m STORE d WITHDIST",
        "1 2 1 m FROMMEMBER Palermo"
      ].flatMap((rest) => [`GEORADIUS k ${rest}`, `GEORADIUS_RO k ${rest}`]),
      ...["Palermo x m", "missing 1 m", "missing x m", "Palermo -1 m", "Palermo 1 x", "Palermo 1 m STORE d WITHHASH"]
        .flatMap((rest) => [`GEORADIUSBYMEMBER k ${rest}`, `GEORADIUSBYMEMBER_RO k ${rest}`])
    ]
  },
  {
    name: "edges of the map",
    steps: [
      "GEOADD k 179.9 0 a -179.9 0 b 180 85 c -180 85 d 0 85 e 0 -85 f 180 -85 g 90 0 h -90 0 i 0 0 j",
      ...[
        "0 0",
        "180 0",
        "-180 0",
        "180 85.05112878",
        "-180 -85.05112878",
        "0 85",
        "0 -85",
        "179.95 0",
        "90 80",
        "1 67"
      ]
        .flatMap((from) =>
          ["0", "1", "30000", "1000000", "5000000", "10000000", "20000000", "30000000", "1e300", "inf"].flatMap(
            (size): ReadonlyArray<StepInput> => [
              `GEOSEARCH k FROMLONLAT ${from} BYRADIUS ${size} m ASC WITHDIST`,
              `GEOSEARCH k FROMLONLAT ${from} BYRADIUS ${size} m`,
              `GEOSEARCH k FROMLONLAT ${from} BYBOX ${size} ${size} m`,
              `GEOSEARCH k FROMLONLAT ${from} BYBOX 1000 ${size} km`,
              `GEOSEARCH k FROMLONLAT ${from} BYBOX ${size} 1000 km WITHDIST WITHHASH`,
              `GEOSEARCH k FROMLONLAT ${from} BYRADIUS ${size} m COUNT 3 ANY`
            ]
          )
        )
    ]
  },
  {
    name: "a sorted set with any scores",
    steps: [
      "ZADD k -1 a 4503599627370496 b 9007199254740992 c 1e19 d inf e -inf f 0.5 g 1.7 h 3479099956230698 i",
      "GEODIST k a b",
      "GEODIST k a i",
      "GEOSEARCH k FROMMEMBER i BYRADIUS 30000 km WITHHASH WITHDIST WITHCOORD",
      "GEOSEARCH k FROMMEMBER a BYRADIUS 30000 km WITHHASH WITHDIST",
      "GEOSEARCH k FROMMEMBER c BYRADIUS 30000 km WITHHASH WITHDIST"
    ]
  }
]

differential("geo", [
  arities,
  ...[128, 0].flatMap((entries) =>
    [wrongTypes, missing, positions, distances, ...searching].map(({ name, steps }) => ({
      name: `${name}, ${entries === 0 ? "skiplist" : "listpack"}`,
      steps: [`CONFIG SET zset-max-listpack-entries ${entries}`, ...steps, "CONFIG SET zset-max-listpack-entries 128"]
    }))
  )
])

const decimal = (random: SeededRandom, limit: number): string => String((random.next() * 2 - 1) * limit)
const position = (random: SeededRandom): ReadonlyArray<string> =>
  random.chance(0.2)
    ? [decimal(random, 180), decimal(random, 85.05)]
    : [String(13 + random.next() * 3), String(37 + random.next() * 2)]
const member = (random: SeededRandom): string => `m${random.integer(300)}`
const size = (random: SeededRandom): string => String(random.next() * 10 ** random.integer(8))
const unit = (random: SeededRandom): string => random.pick(["m", "m", "km", "ft", "mi"])
const from = (random: SeededRandom): ReadonlyArray<string> =>
  random.chance(0.5) ? ["FROMMEMBER", member(random)] : ["FROMLONLAT", ...position(random)]
const by = (random: SeededRandom): ReadonlyArray<string> =>
  random.chance(0.5)
    ? ["BYRADIUS", size(random), unit(random)]
    : ["BYBOX", size(random), size(random), unit(random)]
const maybe = (random: SeededRandom, ...words: ReadonlyArray<string>): ReadonlyArray<string> =>
  random.chance(0.4) ? words : []

/** The last digits of a sine depend on the C library, and in that on the processor. */
const storedDistances = step("ZRANGE e 0 -1 WITHSCORES", { compare: near(1e-6) })

differentialRandom({
  name: "random positions and searches",
  commands: 1500,
  seeds: [1, 2, 3],
  generators: [
    (random) => [
      "GEOADD",
      "k",
      ...Array.from({ length: 1 + random.integer(5) }, () => [...position(random), member(random)]).flat()
    ],
    (random) => ["GEOPOS", "k", member(random), member(random)],
    (random) => ["GEOHASH", "k", member(random)],
    (random) => ["GEODIST", "k", member(random), member(random), unit(random)],
    (
      random
    ) => ["GEOSEARCH", "k", ...from(random), ...by(random), ...maybe(random, "WITHDIST"), ...maybe(random, "ASC")],
    (random) => [
      "GEOSEARCH",
      "k",
      ...from(random),
      ...by(random),
      ...maybe(random, "COUNT", "5", "ANY"),
      ...maybe(random, "WITHCOORD", "WITHHASH")
    ],
    (random) => ["GEORADIUS", "k", ...position(random), size(random), unit(random), ...maybe(random, "DESC")],
    (random) => ["GEORADIUSBYMEMBER_RO", "k", member(random), size(random), "m", ...maybe(random, "WITHDIST")],
    (random) => ["GEOSEARCHSTORE", "d", "k", ...from(random), ...by(random)],
    (random) => ["GEOSEARCHSTORE", "e", "k", ...from(random), ...by(random), "STOREDIST"],
    () => storedDistances,
    (random) => ["ZREM", "k", member(random)]
  ],
  inspect: (key, type, encoding) => key === "e" ? [storedDistances] : inspectValue(key, type, encoding)
})
