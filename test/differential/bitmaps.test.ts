/**
 * The commands of bitmaps, compared with the reference.
 */
import type { SeededRandom } from "../support/random.ts"
import { differential, differentialRandom, type Script, step, type StepInput } from "./differential.ts"

const max = "9223372036854775807"
const min = "-9223372036854775808"

/** What is no integer, or at an edge of 64 bits. */
const oddNumbers = [max, min, "9223372036854775808", "-9223372036854775809", "+1", "01", "1.0", "", "abc", " 1", "1\0"]

const commands = ["SETBIT", "GETBIT", "BITCOUNT", "BITPOS", "BITOP", "BITFIELD", "BITFIELD_RO"]

const arities: Script = {
  name: "wrong numbers of arguments",
  steps: commands.flatMap((command) => [0, 1, 2, 3, 4].map((count) => [command, ...Array<string>(count).fill("1")]))
}

const wrongTypes: Script = {
  name: "keys that hold something else, and which error comes first",
  steps: [
    "SADD s a",
    "SETBIT s 0 1",
    "SETBIT s x 1",
    "SETBIT s 0 2",
    "GETBIT s 0",
    "GETBIT s -1",
    "BITCOUNT s",
    "BITCOUNT s 0 -1",
    "BITCOUNT s 0 x",
    "BITCOUNT s 0 -1 BAD",
    "BITPOS s 1",
    "BITPOS s 2",
    "BITPOS s 0 0 x",
    "BITPOS s 0 0 -1 BIT",
    "BITOP AND d s",
    "BITOP AND d missing s",
    "BITOP NOT d s",
    "BITOP NOT d s s",
    "BITOP BAD d s",
    "BITOP OR s missing",
    "SADD s a",
    "BITFIELD s",
    "BITFIELD s GET u8 0",
    "BITFIELD s SET u8 0 1",
    "BITFIELD s SET u8 0 x",
    "BITFIELD_RO s GET u8 0",
    "BITFIELD_RO s SET u8 0 1",
    "EXISTS d",
    "SET src x",
    "BITOP AND s src",
    "TYPE s"
  ]
}

const bits: ReadonlyArray<Script> = [
  {
    name: "GETBIT and SETBIT: offsets and bits that are refused",
    steps: [
      ...[...oddNumbers, "-1", "4294967295", "4294967296", "4294967297", "#1"].flatMap((offset) => [
        ["GETBIT", "k", offset],
        ["SETBIT", "missing", offset, "2"],
        ["SETBIT", "missing", offset, "x"]
      ]),
      ...[...oddNumbers, "-1", "2", "10"].map((bit) => ["SETBIT", "k", "0", bit]),
      "EXISTS k",
      "EXISTS missing"
    ]
  },
  {
    name: "SETBIT grows strings, whatever the bit is, and leaves them raw",
    steps: [
      "SETBIT k 0 0",
      "OBJECT ENCODING k",
      "GET k",
      "SETBIT k 20 0",
      "GET k",
      "SETBIT k 7 1",
      "SETBIT k 7 1",
      "SETBIT k 7 0",
      "GETBIT k 7",
      "SETBIT k 100 1",
      "GETBIT k 100",
      "GETBIT k 101",
      "GETBIT k 104",
      "GETBIT k 4294967295",
      "GET k",
      "SETBIT k 10000 1",
      "BITCOUNT k",
      "STRLEN k",
      "SETBIT k 9000 1",
      "SETBIT k 70000 1",
      "GET k"
    ]
  },
  {
    name: "SETBIT of strings in every form, changed or not",
    steps: ["12345", "-1", "9223372036854775807", "abc", "x".repeat(64), "x".repeat(2000), "x".repeat(40_000)].flatMap((
      text
    ) =>
      ["0 0", "0 1", "1 1", "9 1", "9 0", "70 0", "500 1"].flatMap((offsetAndBit): ReadonlyArray<StepInput> => [
        ["SET", "k", text, "EX", "1000"],
        `GETBIT k ${offsetAndBit.split(" ")[0]}`,
        `SETBIT k ${offsetAndBit}`,
        "OBJECT ENCODING k",
        "GET k",
        step("TTL k", { compare: { near: 2 } })
      ])
    )
  },
  {
    name: "BITFIELD makes strings raw, and reading does not",
    steps: [
      "BITFIELD k GET u8 0",
      "BITFIELD k SET u8 0 49",
      "BITFIELD k INCRBY u8 0 0",
      "BITFIELD_RO k GET u8 0",
      "BITCOUNT k"
    ].flatMap((command) => ["SET k 12", command, "OBJECT ENCODING k", "GET k"])
  }
]

const positions = ["0", "1", "2", "5", "7", "8", "9", "15", "16", "17", "23", "24", "25", "31", "47", "48", "100"]
const someBytes = ["\xff\xf0\x00", "\x00\x0f\xff", "\x00\xff\xf0", "\xff\xff\xff", "\x00\x00\x00", "", "foobar"]

const ranges: ReadonlyArray<Script> = ["", "BYTE", "BIT"].flatMap((unit) =>
  ["BITCOUNT k", "BITPOS k 0", "BITPOS k 1"].map((command): Script => ({
    name: `${command} of every range ${unit}`,
    steps: someBytes.flatMap((bytes) => [
      ["SET", "k", bytes],
      command,
      ...positions.flatMap((start) =>
        ["", "-"].flatMap((sign): ReadonlyArray<StepInput> => [
          `${command} ${sign}${start}`,
          ...positions.flatMap((end) =>
            ["", "-"].map((endSign) => `${command} ${sign}${start} ${endSign}${end}${unit === "" ? "" : ` ${unit}`}`)
          )
        ])
      )
    ])
  }))
)

const search: ReadonlyArray<Script> = [
  {
    name: "BITCOUNT and BITPOS: arguments that are wrong, and edges of 64 bits",
    steps: [
      "SET k foobar",
      ...["BITCOUNT k", "BITPOS k 0", "BITPOS k 1", "BITCOUNT none", "BITPOS none 0", "BITPOS none 1"].flatMap(
        (command) => {
          const words = command.split(" ")
          return [
            words,
            ...["BIT", "byte", "bAD", ""].flatMap((unit) =>
              [...oddNumbers, "-9223372036854775807", "0", "-1"].flatMap((start) => [
                [...words, start],
                [...words, start, "0", unit],
                ...[...oddNumbers, "-9223372036854775807", "0", "-1"].flatMap((end) => [
                  [...words, start, end],
                  [...words, start, end, unit],
                  [...words, start, end, unit, "more"]
                ])
              ])
            )
          ]
        }
      ),
      ...[...oddNumbers, "2", "-1"].flatMap((bit) => [
        ["BITPOS", "k", bit],
        ["BITPOS", "k", bit, "x"],
        ["BITPOS", "k", bit, "0", "1", "BIT", "more"]
      ]),
      "SET n 12345",
      "BITCOUNT n",
      "BITPOS n 1 1",
      "BITPOS n 0 2 BIT"
    ]
  },
  {
    name: "BITCOUNT and BITPOS of long strings",
    steps: [
      "SETBIT zeros 800000 1",
      ["SET", "ones", "\xff".repeat(50_000) + "\x7f" + "\xff".repeat(50_000)],
      ["SET", "text", "abc".repeat(11_000)],
      ...["zeros", "ones", "text"].flatMap((key) =>
        [
          "",
          " 3",
          " 1 -1",
          " 13 -13",
          " 999 99999",
          " 13 -13 BIT",
          " 400001 -1 BIT",
          " 799999 800001 BIT",
          " 400007 400009 BIT"
        ]
          .flatMap((range) => [`BITCOUNT ${key}${range}`, `BITPOS ${key} 0${range}`, `BITPOS ${key} 1${range}`])
      )
    ]
  }
]

const bitop: Script = {
  name: "BITOP of strings of different lengths and forms",
  steps: [
    ...[
      "",
      "\x00",
      "\xff",
      "12345",
      "\xaa\x00\xff\x55",
      "abcdefghijklmnopqrstuvwxyz0123456789",
      "z".repeat(1500),
      "\x0f".repeat(40_001)
    ]
      .map((bytes, i) => ["SET", `k${i}`, bytes]),
    "SETBIT m 12345 1",
    "SETBIT s 77 1",
    ...["AND", "or", "Xor"].flatMap((operation) =>
      ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "m", "s", "missing"].flatMap((one, i, keys) => [
        `BITOP ${operation} d ${one}`,
        "GET d",
        "OBJECT ENCODING d",
        ...keys.slice(i).flatMap((
          other
        ) => [`BITOP ${operation} d ${one} ${other}`, "GET d", `BITOP ${operation} e d ${one} k4`, "GET e"])
      ])
    ),
    ...["k0", "k1", "k3", "k4", "k6", "k7", "m", "missing"].flatMap((
      key
    ) => [`BITOP NOT d ${key}`, "EXISTS d", "GET d"]),
    "BITOP NOT d k1 k2",
    "BITOP NAND d k1",
    ["BITOP", "", "d", "k1"],
    "SET d x EX 1000",
    "BITOP AND d k1",
    "TTL d",
    "BITOP OR k1 k1 k4",
    "GET k1",
    "BITOP XOR k4 k4 k4 k5",
    "GET k4"
  ]
}

const widths = [
  "i1",
  "u1",
  "i8",
  "u8",
  "i13",
  "u17",
  "i32",
  "u32",
  "i33",
  "u40",
  "i53",
  "u53",
  "i54",
  "u54",
  "i63",
  "u63",
  "i64"
]
const values = [
  "0",
  "1",
  "-1",
  "2",
  "127",
  "128",
  "-128",
  "-129",
  "255",
  "4294967296",
  "9007199254740991",
  "-9007199254740993",
  max,
  min
]

const bitfield: ReadonlyArray<Script> = [
  {
    name: "BITFIELD: encodings, offsets and words that are wrong",
    steps: [
      ...[
        "",
        "i",
        "u",
        "i0",
        "u0",
        "i64",
        "i65",
        "u63",
        "u64",
        "x8",
        "8",
        "I8",
        "U8",
        "i-1",
        "i08",
        "u8 ",
        "u8\0x",
        "i+8",
        max
      ].flatMap((type) => [
        ["BITFIELD", "k", "GET", type, "0"],
        ["BITFIELD_RO", "k", "GET", type, "0"],
        ["BITFIELD", "k", "SET", type, "x", "y"]
      ]),
      ...[...oddNumbers, "-1", "#-1", "#", "##1", "#1", "#01", "4294967295", "4294967296", "#536870911", "#536870912"]
        .flatMap((offset) => [
          ["BITFIELD", "k", "GET", "u8", offset],
          ["BITFIELD_RO", "k", "GET", "u8", offset]
        ]),
      // These overflow 64 bits when they are multiplied, and come out small.
      "BITFIELD k SET u8 #2305843009213693953 200",
      "BITFIELD k GET u8 #2305843009213693952 GET u8 #1",
      "BITFIELD k GET i64 #288230376151711744",
      "BITFIELD k GET u2 #4611686018427387904",
      ...oddNumbers.flatMap((value) => [
        ["BITFIELD", "k", "SET", "u8", "0", value],
        ["BITFIELD", "k", "INCRBY", "i8", "8", value]
      ]),
      "GET k",
      "BITFIELD k",
      "BITFIELD none",
      "BITFIELD k GET",
      "BITFIELD k GET u8",
      "BITFIELD k SET u8 0",
      "BITFIELD k INCRBY u8 0",
      "BITFIELD k OVERFLOW",
      "BITFIELD k OVERFLOW bad",
      "BITFIELD k OVERFLOW sat",
      "BITFIELD k OVERFLOW GET u8 0",
      "BITFIELD k bad u8 0",
      "BITFIELD k GET u8 0 GET",
      "BITFIELD k SET u8 0 1 GET u99 0",
      "BITFIELD k SET u8 0 1 OVERFLOW bad",
      "bitfield k get u8 0 set U8 0 1",
      "bitfield k get u8 0 overflow Fail set u8 0 300 incrby u8 0 1 overflow wRAP incrby u8 0 255",
      "BITFIELD none SET u8 0 1 BAD",
      "EXISTS none",
      "BITFIELD_RO k",
      "BITFIELD_RO none",
      "BITFIELD_RO none GET u8 3 GET i64 1000",
      "BITFIELD_RO k GET u8 0 SET u8 0 1",
      "BITFIELD_RO k INCRBY u8 0 x",
      "BITFIELD_RO k OVERFLOW sat GET u8 0",
      "BITFIELD_RO k OVERFLOW bad GET u8 0",
      "BITFIELD_RO k BAD"
    ]
  },
  ...["WRAP", "SAT", "FAIL"].map((overflow): Script => ({
    name: `BITFIELD SET and INCRBY of every width with ${overflow}`,
    steps: widths.flatMap((type) =>
      values.flatMap((value) =>
        ["0", "3"].flatMap((offset): ReadonlyArray<StepInput> => [
          `BITFIELD k OVERFLOW ${overflow} SET ${type} ${offset} ${value} GET ${type} ${offset}`,
          ...values.map((increment) =>
            `BITFIELD k OVERFLOW ${overflow} SET ${type} ${offset} ${value} INCRBY ${type} ${offset} ${increment} GET ${type} ${offset}`
          ),
          "GET k"
        ])
      )
    )
  })),
  {
    name: "BITFIELD SET of numbers so low that Redis takes them for large ones",
    steps: ["i1", "i8", "i32", "i62", "i63", "i64", "u8", "u63"].flatMap((type) =>
      ["0", "1", "127", "128", "129", "2147483647", "4611686018427387903", "4611686018427387904"].flatMap((above) =>
        ["WRAP", "SAT", "FAIL"].flatMap((overflow) => [
          `BITFIELD k OVERFLOW ${overflow} SET ${type} 5 ${String(BigInt(min) + BigInt(above))} GET ${type} 5`,
          "GET k"
        ])
      )
    )
  },
  {
    name: "BITFIELD grows strings as far as it writes, and reads zeros behind them",
    steps: [
      "BITFIELD k GET u8 0",
      "EXISTS k",
      "BITFIELD k OVERFLOW FAIL SET u8 100 1000",
      "STRLEN k",
      "BITFIELD k SET i5 29 0 GET u8 0 SET u63 1 1",
      "STRLEN k",
      "BITFIELD k GET i64 1000 SET u8 #3 7 GET u8 24 INCRBY u2 #4 3",
      "GET k",
      "BITFIELD k SET u8 20000 255",
      "STRLEN k",
      "GET k",
      "SET short ab",
      "BITFIELD short GET u8 12 GET i16 8 GET u4 15 GET u63 0"
    ]
  }
]

const introspection: Script = {
  name: "what COMMAND knows of their keys",
  needsExactReference: "flags of keys changed",
  steps: [
    "COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0",
    "COMMAND GETKEYSANDFLAGS BITFIELD k SET u8 0 1",
    "COMMAND GETKEYSANDFLAGS BITFIELD k OVERFLOW sat GET u8 0",
    "COMMAND GETKEYSANDFLAGS BITFIELD k GET u8",
    "COMMAND GETKEYSANDFLAGS BITFIELD k",
    "COMMAND GETKEYSANDFLAGS BITOP AND d a b"
  ]
}

differential("bitmaps", [arities, wrongTypes, ...bits, ...ranges, ...search, bitop, ...bitfield, introspection])

differential("bitmaps near the limit of a string's length", [{
  name: "offsets up to proto-max-bulk-len",
  steps: [
    "SETBIT k 8388607 1",
    "SETBIT k 8388608 1",
    "STRLEN k",
    "GETBIT k 8388608",
    "BITFIELD k GET u8 #1048575",
    "BITFIELD k GET u8 #1048576",
    "BITFIELD k SET u8 8388607 255",
    "STRLEN k",
    "BITCOUNT k",
    "BITPOS k 1",
    "BITPOS k 0 1048575"
  ]
}], { directives: ["--proto-max-bulk-len", "1048576"] })

const key = (random: SeededRandom): string => random.pick(["a", "b", "c", "d"])

const offset = (random: SeededRandom): string => String(random.integer(random.pick([16, 64, 200, 9000, 20_000])))

const position = (random: SeededRandom): string =>
  String(random.integer(random.pick([10, 100, 3000])) - random.pick([0, 20, 1000]))

const range = (random: SeededRandom): ReadonlyArray<string> =>
  random.pick([[], [position(random)], [position(random), position(random), ...random.pick([[], ["BIT"], ["BYTE"]])]])

const type = (random: SeededRandom): string =>
  `${random.pick(["i", "u"])}${1 + random.integer(random.pick([8, 33, 64]))}`

const number = (random: SeededRandom): string =>
  random.chance(0.2)
    ? random.pick(values)
    : String(random.integer(random.pick([4, 300, 2 ** 40])) - random.pick([0, 2, 200]))

const fieldOperation = (random: SeededRandom): ReadonlyArray<string> =>
  random.pick([
    ["GET", type(random), offset(random)],
    ["SET", type(random), offset(random), number(random)],
    ["INCRBY", type(random), `#${random.integer(20)}`, number(random)],
    ["OVERFLOW", random.pick(["WRAP", "SAT", "FAIL"])]
  ])

differentialRandom({
  name: "random commands of bitmaps",
  commands: 3000,
  seeds: [21, 22],
  generators: [
    (random) => ["SETBIT", key(random), offset(random), random.pick(["0", "1", "1"])],
    (random) => ["GETBIT", key(random), offset(random)],
    (random) => ["BITCOUNT", key(random), ...range(random)],
    (random) => ["BITPOS", key(random), random.pick(["0", "1"]), ...range(random)],
    (random) => {
      const sources = Array.from({ length: 1 + random.integer(4) }, () => key(random))
      return ["BITOP", random.pick(["AND", "OR", "XOR"]), key(random), ...sources]
    },
    (random) => ["BITOP", "NOT", key(random), key(random)],
    (
      random
    ) => [
      "BITFIELD",
      key(random),
      ...Array.from({ length: 1 + random.integer(4) }, () => fieldOperation(random)).flat()
    ],
    (random) => ["BITFIELD_RO", key(random), "GET", type(random), offset(random)],
    (random) => ["SET", key(random), random.bytes(random.integer(random.pick([8, 100, 2000])))],
    (random) => ["SET", key(random), String(random.integer(1_000_000))],
    (random) => ["APPEND", key(random), random.bytes(random.integer(40))],
    (random) => ["SETRANGE", key(random), String(random.integer(2000)), random.bytes(random.integer(40))],
    (random) => ["GETRANGE", key(random), String(random.integer(2000)), "-1"],
    (random) => ["COPY", key(random), key(random), "REPLACE"],
    (random) => ["DEL", key(random)]
  ],
  inspect: (key) => [["GET", key], ["STRLEN", key], ["OBJECT", "ENCODING", key]]
})
