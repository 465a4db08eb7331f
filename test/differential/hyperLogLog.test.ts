/**
 * The commands of HyperLogLogs, compared with the reference: GET shows that the values are the same to the last byte.
 */
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"
import { differential, differentialRandom, type Script, type StepInput } from "./differential.ts"

const arities: Script = {
  name: "wrong numbers of arguments",
  steps: [
    "PFADD",
    "PFCOUNT",
    "PFMERGE",
    "PFDEBUG",
    "PFDEBUG k",
    "PFDEBUG GETREG k l",
    "PFDEBUG SIMD on off",
    "PFSELFTEST x"
  ]
}

const header = (form: string, estimate: string, registers: string): string => `HYLL${form}\0\0\0${estimate}${registers}`

const noEstimate = "\0\0\0\0\0\0\0\x80"
const one = "\x01\0\0\0\0\0\0\0"

/** Values that are no HyperLogLog, or have registers that are wrong, or that no elements can make. */
const oddValues: ReadonlyArray<string> = [
  "",
  "foo",
  "12345",
  "HYLL",
  header("\x01", noEstimate, ""),
  header("\x01", one, ""),
  header("\x01", noEstimate, "\x7f"),
  header("\x01", noEstimate, "\x7f\xfe"),
  header("\x01", noEstimate, "\x7f\xff\x00"),
  header("\x01", noEstimate, "\x7f\xff\x80"),
  header("\x01", noEstimate, "\x7f\xff\x7f\xff"),
  header("\x01", noEstimate, "\x7f\xf0\x80\x80\x80"),
  header("\x01", noEstimate, "\x83\x7f\xfb"),
  header("\x01", noEstimate, "\x83\x7f\xfa\x40\x00"),
  header("\x01", noEstimate, "\xff".repeat(4096)),
  header("\x01", noEstimate, "\xfc".repeat(16384)),
  header("\x01", noEstimate, "\xfc".repeat(16385)),
  header("\x01", noEstimate, "\x00".repeat(16384)),
  header("\x01", noEstimate, "\x00".repeat(40_000)),
  header("\x01", noEstimate, "\x3f".repeat(256)),
  header("\x01", noEstimate, `${"\x3f".repeat(100)}\x40`),
  header("\x01", one, "\x7f\xff"),
  header("\x01", "\xff\xff\xff\xff\xff\xff\xff\x7f", "\x7f\xff"),
  header("\x01", "\x01\0\0\0\0\0\x20\0", "\x7f\xff"),
  header("\x02", noEstimate, "\x7f\xff"),
  header("\xff", noEstimate, "\x7f\xff"),
  `XYLL\x01\0\0\0${noEstimate}\x7f\xff`,
  `HYLL\x01abc${noEstimate}\x7f\xff`,
  header("\0", noEstimate, ""),
  header("\0", noEstimate, "\0".repeat(12287)),
  header("\0", noEstimate, "\0".repeat(12289)),
  header("\0", noEstimate, "\0".repeat(12288)),
  header("\0", one, "\0".repeat(12288)),
  header("\0", noEstimate, "\xff".repeat(12288)),
  // Registers that are 51, 50, 49 and 52: the highest that a hash makes, and one more.
  ...[51, 50, 49, 52].map((rank) => {
    const four = rank | rank << 6 | rank << 12 | rank << 18
    return header("\0", noEstimate, String.fromCharCode(four & 255, four >> 8 & 255, four >> 16).repeat(4096))
  })
]

const odd: Script = {
  name: "values that are no HyperLogLog, or corrupt",
  steps: oddValues.flatMap((value) => [
    ["SET", "k", value],
    "PFCOUNT k",
    "GET k",
    "PFCOUNT k",
    "OBJECT ENCODING k",
    "PFCOUNT k good",
    "PFCOUNT none k",
    "PFDEBUG ENCODING k",
    "PFDEBUG DECODE k",
    "PFADD k",
    "GET k",
    ...["a", "b", "c", "d"].flatMap((element) => [`PFADD k ${element} ${element}2 ${element}3`, "GET k"]),
    ["SET", "k", value],
    "PFMERGE d k",
    "EXISTS d",
    "PFMERGE k k",
    "GET k",
    ["SET", "k", value],
    "PFADD good x y z",
    "PFMERGE k good",
    "GET k",
    "PFMERGE good k",
    "GET good",
    "DEL good d",
    ["SET", "k", value],
    "PFDEBUG TODENSE k",
    "PFDEBUG TODENSE k",
    "GET k",
    ["SET", "k", value],
    "PFDEBUG GETREG k",
    "PFDEBUG GETREG k",
    "GET k",
    "PFDEBUG BAD k"
  ])
}

const wrongTypes: Script = {
  name: "keys that hold something else",
  steps: [
    "SADD s a",
    "SET i 123",
    "PFADD h a",
    ...["s", "i"].flatMap((key) => [
      `PFADD ${key} a`,
      `PFADD ${key}`,
      `PFCOUNT ${key}`,
      `PFCOUNT h ${key}`,
      `PFMERGE d ${key}`,
      `PFMERGE ${key} h`,
      `PFDEBUG GETREG ${key}`,
      `PFDEBUG DECODE ${key}`,
      `PFDEBUG BAD ${key}`,
      `OBJECT ENCODING ${key}`
    ]),
    "EXISTS d",
    "PFDEBUG ENCODING missing",
    "PFDEBUG BAD missing",
    "PFDEBUG BAD h",
    "pfdebug Encoding h"
  ]
}

const text = (random: SeededRandom): string => random.bytes(random.integer(random.pick([4, 9, 20, 40])))

const elements = (random: SeededRandom, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, () => text(random))

const growth = (maxSparseBytes: number, step: number, count: number): Script => ({
  name: `PFADD up to ${step * count} elements, dense from ${maxSparseBytes} bytes on`,
  steps: [
    `CONFIG SET hll-sparse-max-bytes ${maxSparseBytes}`,
    "PFADD k",
    "GET k",
    "PFCOUNT k",
    "GET k",
    "OBJECT ENCODING k",
    ...Array.from({ length: count }, (_, i): ReadonlyArray<StepInput> => [
      ["PFADD", "k", ...elements(makeSeededRandom(i), step)],
      "GET k",
      ...i % 3 === 0 ? ["PFCOUNT k", "GET k"] : [],
      "STRLEN k",
      "PFDEBUG ENCODING k",
      ...i % 10 === 0 ? ["PFDEBUG DECODE k"] : []
    ]).flat(),
    "PFDEBUG GETREG k",
    "CONFIG SET hll-sparse-max-bytes 3000"
  ]
})

const add: ReadonlyArray<Script> = [
  {
    name: "PFADD and PFCOUNT",
    steps: [
      "PFCOUNT k",
      "PFCOUNT k l",
      "PFADD k",
      "PFADD k",
      "PFCOUNT k",
      ["PFADD", "k", ""],
      ["PFADD", "k", ""],
      "PFCOUNT k",
      "PFADD k a b c a b c",
      "PFADD k c",
      "PFCOUNT k",
      "PFADD l a b x y",
      "PFCOUNT l",
      "PFCOUNT k l",
      "PFCOUNT k l missing k",
      "GET k",
      "GET l",
      "SET copy x",
      "COPY k copy REPLACE",
      "PFADD copy new elements",
      "PFCOUNT k copy",
      "GET k",
      "EXPIRE k 1000",
      "PFADD k z",
      "PERSIST k"
    ]
  },
  {
    name: "elements of every length",
    steps: Array.from({ length: 70 }, (_, length) => [
      ["PFADD", "k", "\xff".repeat(length)],
      ["PFADD", "k", makeSeededRandom(length).bytes(length), "a".repeat(length * 1000)],
      "GET k"
    ]).flat()
  },
  growth(3000, 1, 150),
  growth(3000, 30, 60),
  growth(0, 1, 5),
  growth(16, 1, 5),
  growth(30, 1, 30),
  growth(500, 7, 60),
  growth(100_000, 500, 60)
]

const merge: ReadonlyArray<Script> = [0, 100, 3000, 20_000].map((maxSparseBytes): Script => ({
  name: `PFMERGE, dense from ${maxSparseBytes} bytes on`,
  steps: [
    `CONFIG SET hll-sparse-max-bytes ${maxSparseBytes}`,
    "PFMERGE none",
    "GET none",
    "PFMERGE none missing other",
    "GET none",
    ...[0, 1, 3, 10, 100, 400, 3000].flatMap((count, i) => [
      ["PFADD", `k${i}`, ...elements(makeSeededRandom(i), count)],
      ...i % 2 === 0 ? [`PFCOUNT k${i}`] : []
    ]),
    ...[0, 1, 2, 3, 4, 5, 6].flatMap((i) =>
      [0, 1, 2, 3, 4, 5, 6].flatMap((j) => [
        `PFMERGE d k${i} missing k${j}`,
        "GET d",
        "PFCOUNT d",
        `PFCOUNT k${i} k${j}`,
        `PFMERGE e${i} k${j}`,
        `GET e${i}`,
        "DEL d"
      ])
    ),
    "PFMERGE k3 k4",
    "PFMERGE k3",
    "GET k3",
    "OBJECT ENCODING k3",
    "CONFIG SET hll-sparse-max-bytes 3000"
  ]
}))

const config: Script = {
  name: "hll-sparse-max-bytes",
  steps: [
    "CONFIG GET hll-sparse-max-bytes",
    ...["0", "1", "3kb", "16mb", "9223372036854775807", "9223372036854775808", "-1", "x", ""].flatMap((value) => [
      ["CONFIG", "SET", "hll-sparse-max-bytes", value],
      "CONFIG GET hll-sparse-max-bytes"
    ]),
    "CONFIG SET hll-sparse-max-bytes 3000"
  ]
}

const selfTest: Script = { name: "PFSELFTEST", protocols: [2], steps: ["PFSELFTEST"] }

differential("HyperLogLogs", [arities, odd, wrongTypes, ...add, ...merge, config, selfTest])

const key = (random: SeededRandom): string => random.pick(["a", "b", "c", "d", "e"])

const keys = (random: SeededRandom): ReadonlyArray<string> =>
  Array.from({ length: random.integer(4) }, () => key(random))

differentialRandom({
  name: "random commands of HyperLogLogs",
  commands: 1500,
  seeds: [31, 32, 33],
  generators: [
    (random) => ["PFADD", key(random), ...elements(random, random.integer(4))],
    (random) => ["PFADD", key(random), ...elements(random, random.integer(random.pick([20, 100, 1000])))],
    (random) => ["PFCOUNT", key(random), ...keys(random)],
    (random) => ["PFCOUNT", key(random)],
    (random) => ["PFMERGE", key(random), ...keys(random)],
    (random) => ["PFDEBUG", random.pick(["ENCODING", "DECODE"]), key(random)],
    (random) => random.chance(0.1) ? ["PFDEBUG", random.pick(["TODENSE", "GETREG"]), key(random)] : "DBSIZE",
    // Registers and headers that no elements make.
    (random) => random.chance(0.5) ? ["SETRANGE", key(random), String(random.integer(200)), random.bytes(1)] : "DBSIZE",
    (random) => random.chance(0.1) ? ["APPEND", key(random), random.bytes(1 + random.integer(3))] : "DBSIZE",
    (random) => ["GET", key(random)],
    (random) => ["OBJECT", "ENCODING", key(random)],
    (random) => ["CONFIG", "SET", "hll-sparse-max-bytes", random.pick(["30", "200", "1000", "3000", "20000"])],
    (random) => ["COPY", key(random), key(random), "REPLACE"],
    (random) => ["DEL", key(random)]
  ],
  inspect: (key) => [["GET", key], ["PFCOUNT", key], ["OBJECT", "ENCODING", key]]
})
