/**
 * The stream commands against the reference: every option, every error, blocking readers, and random sequences with small nodes.
 */
import type { SeededRandom } from "../support/random.ts"
import {
  type Comparison,
  differential,
  differentialRandom,
  near,
  type Script,
  step,
  type StepInput
} from "./differential.ts"

const max = "18446744073709551615"
const maxInt64 = "9223372036854775807"

/** Times of consumers and deliveries: both servers have clocks of their own. */
const timesMasked: Comparison = {
  masked: /\b1[5-9]\d{11}\b/,
  reason: "times are each server's own"
}

/** Ids that the servers made of their own clocks. */
const idsMasked: Comparison = {
  masked: /\b1[5-9]\d{11}-\d+\b/,
  reason: "ids made of the time are each server's own"
}

const full = (key: string): StepInput => step(["XINFO", "STREAM", key, "FULL", "COUNT", "0"], { compare: timesMasked })

/** What can be seen of a stream, its nodes included. */
const inspect = (key: string): ReadonlyArray<StepInput> => [
  ["TYPE", key],
  ["OBJECT", "ENCODING", key],
  ["XLEN", key],
  ["XRANGE", key, "-", "+"],
  ["XREVRANGE", key, "+", "-"],
  ["XINFO", "STREAM", key],
  full(key),
  ["XINFO", "GROUPS", key]
]

const names =
  "XACK XADD XAUTOCLAIM XCLAIM XDEL XGROUP XINFO XLEN XPENDING XRANGE XREAD XREADGROUP XREVRANGE XSETID XTRIM".split(
    " "
  )

const subcommands = [
  ...["CREATE", "CREATECONSUMER", "DELCONSUMER", "DESTROY", "SETID", "HELP", "NONE"].map((name) => `XGROUP ${name}`),
  ...["CONSUMERS", "GROUPS", "STREAM", "HELP", "NONE"].map((name) => `XINFO ${name}`)
]

const arities: Script = {
  name: "wrong numbers of arguments",
  steps: [
    ...[...names, ...subcommands]
      .filter((name) => !name.endsWith("HELP"))
      .flatMap((name) => [name, `${name} s`, `${name} s a`, `${name} s a b`, `${name} s a b c`, `${name} s a b c d`]),
    "XGROUP HELP x",
    "XINFO HELP x",
    "xadd s * f",
    "xadd s * f v f",
    "XADD s MAXLEN 5 * f",
    "XADD s NOMKSTREAM *",
    "XADD s NOMKSTREAM NOMKSTREAM NOMKSTREAM",
    "EXISTS s"
  ]
}

const wrongTypes: Script = {
  name: "keys of other types",
  steps: [
    "SET s v",
    "XADD s * f v",
    "XADD s NOMKSTREAM * f v",
    "XADD s 0-0 f v",
    "XADD s bad f v",
    "XACK s g 1-1",
    "XACK s g bad",
    "XAUTOCLAIM s g c 0 0",
    "XAUTOCLAIM s g c bad 0",
    "XAUTOCLAIM s g c 0 bad",
    "XAUTOCLAIM s g c 0 0 COUNT 0",
    "XCLAIM s g c 0 1-1",
    "XCLAIM s g c bad 1-1",
    "XDEL s 1-1",
    "XDEL s bad",
    "XGROUP CREATE s g $",
    "XGROUP CREATE s g bad",
    "XGROUP CREATE s g $ BAD",
    "XGROUP CREATE s g $ MKSTREAM",
    "XGROUP CREATECONSUMER s g c",
    "XGROUP DELCONSUMER s g c",
    "XGROUP DESTROY s g",
    "XGROUP SETID s g $",
    "XINFO STREAM s",
    "XINFO STREAM s BAD",
    "XINFO GROUPS s",
    "XINFO CONSUMERS s g",
    "XLEN s",
    "XPENDING s g",
    "XPENDING s g - +",
    "XPENDING s g - + 1",
    "XRANGE s - +",
    "XRANGE s bad +",
    "XREVRANGE s + -",
    "XREAD STREAMS s 0",
    "XREAD STREAMS s bad",
    "XREAD BLOCK 1 STREAMS none s 0 0",
    "XREADGROUP GROUP g c STREAMS s >",
    "XSETID s 1-1",
    "XTRIM s MAXLEN 1",
    "XTRIM s BAD 1",
    "GET s"
  ]
}

const missingKeys: Script = {
  name: "keys and groups that do not exist",
  steps: [
    "XADD none NOMKSTREAM * f v",
    "XADD none NOMKSTREAM 1-1 f v",
    "XACK none g 1-1",
    "XACK none g bad",
    "XAUTOCLAIM none g c 0 0",
    "XCLAIM none g c 0 1-1",
    "XCLAIM none g c bad 1-1",
    "XDEL none 1-1",
    "XDEL none bad",
    "XGROUP CREATE none g $",
    "XGROUP CREATE none g bad",
    "XGROUP CREATECONSUMER none g c",
    "XGROUP DELCONSUMER none g c",
    "XGROUP DESTROY none g",
    "XGROUP SETID none g $",
    "XINFO STREAM none",
    "XINFO STREAM none BAD",
    "XINFO STREAM none FULL",
    "XINFO GROUPS none",
    "XINFO CONSUMERS none g",
    "XLEN none",
    "XPENDING none g",
    "XPENDING none g - + 1 c",
    "XRANGE none - +",
    "XRANGE none - + COUNT 0",
    "XREVRANGE none + -",
    "XREAD STREAMS none 0",
    "XREAD STREAMS none $",
    "XREAD STREAMS none +",
    "XREADGROUP GROUP g c STREAMS none >",
    "XREADGROUP GROUP g c BLOCK 1 STREAMS none >",
    "XSETID none 1-1",
    "XTRIM none MAXLEN 1",
    "EXISTS none",
    "XADD s 1-1 f v",
    "XACK s g 1-1",
    "XACK s g bad",
    "XAUTOCLAIM s g c 0 0",
    "XCLAIM s g c 0 1-1",
    "XCLAIM s g c bad bad",
    "XGROUP CREATECONSUMER s g c",
    "XGROUP DELCONSUMER s g c",
    "XGROUP DESTROY s g",
    "XGROUP SETID s g $",
    "XGROUP SETID s g bad",
    "XINFO GROUPS s",
    "XINFO CONSUMERS s g",
    "XPENDING s g",
    "XPENDING s g - + 1",
    "XREADGROUP GROUP g c STREAMS s >",
    "XREADGROUP GROUP g c STREAMS s bad",
    ["XREADGROUP", "GROUP", "a\0b\r\nc", "c", "STREAMS", "s", ">"],
    ["XINFO", "CONSUMERS", "s", "g\r\nh"],
    "XGROUP CREATE s g $",
    "XGROUP DELCONSUMER s g none",
    "XPENDING s g - + 1 none",
    "XINFO CONSUMERS s g"
  ]
}

const ids: Script = {
  name: "ids in all their forms",
  steps: [
    ...[
      "1-1",
      "1",
      "2-",
      "-2",
      "3-*",
      "3-*",
      "*-3",
      "3-5",
      "3-4",
      "+",
      "-",
      "$",
      "",
      "x",
      "4-x",
      "4-4-4",
      "4 -4",
      " 5-5",
      "+6-1",
      "007-008",
      "-01-1",
      "8-+1",
      "9--1",
      "1.5",
      `${max}-${max}`,
      `${max}0-1`,
      "0-0",
      "0",
      "0-*",
      "10-0",
      "10-*",
      "10-1",
      "x".repeat(127),
      "1".repeat(128),
      `11-${"0".repeat(100)}1`,
      `12-${"0".repeat(130)}1`
    ].flatMap((
      id
    ): ReadonlyArray<StepInput> => [["XADD", "s", id, "f", "v"], ["XADD", "t", "NOMKSTREAM", id, "f", "v"]]),
    ["XADD", "s", "13\0-7", "f", "v"],
    "XRANGE s - +",
    "XADD u 0-* f v",
    "XADD u 0-* f v",
    `XADD u 0-${max} f v`,
    "XADD u 0-* f v",
    "XADD u 1-* f v",
    `XADD u 9007199254740991-9007199254740991 f v`,
    "XADD u 9007199254740991-* f v",
    "XADD u 9007199254740992-* f v",
    `XADD u ${maxInt64}-${max} f v`,
    `XADD u ${maxInt64}-* f v`,
    `XADD u 9223372036854775808-0 f v`,
    "XADD u * f v",
    "XADD u * f w",
    `XADD u ${max}-5 f v`,
    `XADD u ${max}-${max} f v`,
    "XADD u * f v",
    "XADD u 5-5 f v",
    "XADD u 0-0 f v",
    ...inspect("u"),
    "XREAD STREAMS u 9223372036854775808-0",
    `XREAD STREAMS u ${max}-${max}`,
    "XREAD STREAMS u +",
    "XREAD STREAMS u $",
    `XDEL u ${max}-5 ${maxInt64}-${max}`,
    ...inspect("u")
  ]
}

const xadd: Script = {
  name: "XADD with its options",
  steps: [
    step("XADD auto * f v", { compare: idsMasked }),
    "XLEN auto",
    step("XADD auto * f v g w", { compare: idsMasked }),
    step("XRANGE auto - +", { compare: idsMasked }),
    "XADD s 1-1 a 1 b 2",
    "XADD s 1-2 a 1 b 3",
    "XADD s 1-3 b 1 a 3",
    "XADD s 1-4 a 1",
    "XADD s 1-5 a 1 b 3 c 4",
    ["XADD", "s", "1-6", "", "", "\xff\0", "\r\n"],
    ["XADD", "s", "1-7", "n", "12345", "n", "-1"],
    ["XADD", "s", "1-8", "n", maxInt64, "m", "0012"],
    ["XADD", "s", "1-9", "big", "x".repeat(5000)],
    ["XADD", "s", "1-10", "y".repeat(70), "x".repeat(100)],
    ["XADD", "s", "1-11", "y".repeat(70), "x".repeat(100_000)],
    ["XADD", "s", "1-12", "y".repeat(70), "x".repeat(100)],
    ...inspect("s"),
    "XADD s NOMKSTREAM 2-1 a 1",
    "XADD s nomkstream maxlen 3 2-2 a 1",
    "XADD s MAXLEN = 3 NOMKSTREAM 2-3 a 1",
    ...inspect("s"),
    "XADD s MAXLEN ~ 0 2-4 a 1",
    "XADD s MAXLEN 0 2-5 a 1",
    ...inspect("s"),
    "XADD s MINID 3-2 3-1 a 1",
    "XADD s MINID = 3-2 3-2 a 1",
    "XADD s MINID 3 3-3 a 1",
    "XADD s MINID ~ 4 4-1 a 1",
    "XADD s LIMIT 0 MAXLEN ~ 1 4-2 a 1",
    "XADD s LIMIT 10 MAXLEN ~ 1 4-3 a 1",
    "XADD s MAXLEN ~ 1 LIMIT 10 4-4 a 1",
    ...inspect("s"),
    "XADD s MAXLEN -1 5-1 a 1",
    "XADD s MAXLEN x 5-1 a 1",
    "XADD s MAXLEN ~ x 5-1 a 1",
    "XADD s MAXLEN ~ 5-1 a 1",
    "XADD s MAXLEN 1 MAXLEN 1 5-1 a 1",
    "XADD s MAXLEN 1 MINID 1 5-1 a 1",
    "XADD s MINID 1 MAXLEN 1 5-1 a 1",
    "XADD s MINID - 5-1 a 1",
    "XADD s MINID bad 5-1 a 1",
    "XADD s LIMIT 1 5-1 a 1",
    "XADD s LIMIT 0 5-1 a 1",
    "XADD s LIMIT -1 5-1 a 1",
    "XADD s LIMIT x 5-1 a 1",
    "XADD s MAXLEN 1 LIMIT 1 5-1 a 1",
    "XADD s MAXLEN 1 LIMIT 0 5-1 a 1",
    "XADD s MAXLEN = 1 LIMIT 1 5-1 a 1",
    "XADD s MAXLEN 10 LIMIT",
    "XADD s BAD 5-1 a 1",
    "XADD s 5-1 BAD a 1",
    step("XADD s * MAXLEN 10", { compare: idsMasked }),
    "XTRIM s MAXLEN 0"
  ]
}

const trimming: ReadonlyArray<Script> = [
  {
    name: "XTRIM with its options",
    steps: [
      "CONFIG SET stream-node-max-entries 4",
      ...Array.from({ length: 30 }, (_, i) => `XADD s ${i + 1}-1 f ${i}`),
      "XTRIM s MAXLEN ~ 27",
      "XTRIM s MAXLEN ~ 26",
      "XTRIM s MAXLEN 25",
      ...inspect("s"),
      "XTRIM s MAXLEN ~ 0 LIMIT 1",
      "XTRIM s MAXLEN ~ 0 LIMIT 5",
      "XTRIM s MAXLEN ~ 0 LIMIT 4",
      ...inspect("s"),
      "XTRIM s MINID ~ 12",
      "XTRIM s MINID = 12",
      "XTRIM s MINID 14-2",
      ...inspect("s"),
      "XDEL s 18-1 20-1 19-1",
      "XTRIM s MAXLEN = 6",
      ...inspect("s"),
      "XDEL s 28-1",
      "XTRIM s MINID 28-1",
      ...inspect("s"),
      "XTRIM s MINID 29-1",
      "XTRIM s MAXLEN 1",
      "XTRIM s LIMIT 5 MAXLEN ~ 0",
      "XTRIM s MAXLEN 0",
      "XTRIM s MAXLEN 0",
      ...inspect("s"),
      "XADD s 40-1 f v",
      ...inspect("s"),
      "XTRIM s",
      "XTRIM s LIMIT 1",
      "XTRIM s LIMIT 1 LIMIT 1",
      "XTRIM s LIMIT 0 LIMIT 0",
      "XTRIM s MAXLEN",
      "XTRIM s MAXLEN ~",
      "XTRIM s MAXLEN = ~",
      "XTRIM s MAXLEN ~ 1 BAD",
      "XTRIM s MAXLEN 1 2",
      "XTRIM s MAXLEN 1 MINID 1",
      "XTRIM s MAXLEN -1",
      "XTRIM s MAXLEN 1.5",
      "XTRIM s MINID +",
      "XTRIM s MINID bad",
      "XTRIM s MINID 1 LIMIT 1",
      "XTRIM s NOMKSTREAM MAXLEN 1",
      "XTRIM s BAD 1",
      `XTRIM s MAXLEN ${maxInt64}`,
      `XTRIM s MINID ${max}-${max}`,
      ...inspect("s"),
      "CONFIG SET stream-node-max-entries 100"
    ]
  },
  {
    name: "a tail whose entries are trimmed away by id goes on to be used",
    steps: [
      "CONFIG SET stream-node-max-entries 5",
      ...Array.from({ length: 7 }, (_, i) => `XADD s ${i + 1}-1 f ${i}`),
      "XDEL s 7-1",
      "XTRIM s MINID 7-1",
      ...inspect("s"),
      "XADD s 8-1 f v",
      ...inspect("s"),
      "XDEL s 8-1",
      ...inspect("s"),
      "XADD s 9-1 f v",
      "XADD s 10-1 f v",
      "XDEL s 9-1",
      ...inspect("s"),
      "CONFIG SET stream-node-max-entries 100"
    ]
  },
  {
    name: "nodes are split by bytes and by entries",
    steps: [
      ...[["0", "0"], ["300", "100"], ["500", "100"], ["400", "3"], ["4096", "100"], ["0", "1"], ["1000", "0"]].flatMap(
        ([bytes, entries], round): ReadonlyArray<StepInput> => [
          `CONFIG SET stream-node-max-bytes ${bytes}`,
          `CONFIG SET stream-node-max-entries ${entries}`,
          ...Array.from(
            { length: 150 },
            (_, i) => `XADD s${round} ${100 + i * i}-${i} f ${i} name ${"x".repeat(i % 7)}`
          ),
          `XINFO STREAM s${round}`,
          ...Array.from({ length: 150 }, (_, i) => `XADD s0 ${1000 * (round + 100) + i}-${i} f${i % 3} ${i * 100}`),
          "XINFO STREAM s0",
          `XTRIM s${round} MAXLEN ~ 20`,
          `XINFO STREAM s${round}`,
          `XADD s${round} MAXLEN ~ 3 999999-1 f v`,
          `XINFO STREAM s${round}`,
          `XRANGE s${round} - +`
        ]
      ),
      "XTRIM s0 MAXLEN ~ 0",
      "XINFO STREAM s0",
      "XRANGE s0 - +",
      "CONFIG SET stream-node-max-bytes 4096",
      "CONFIG SET stream-node-max-entries 100"
    ]
  }
]

const ranges: Script = {
  name: "XRANGE and XREVRANGE",
  steps: [
    "CONFIG SET stream-node-max-entries 3",
    ...Array.from({ length: 10 }, (_, i) => `XADD s ${1 + (i >> 1)}-${i} f ${i}`),
    "XDEL s 1-0 3-4 3-5 5-9",
    ...[
      "-",
      "+",
      "0",
      "1",
      "1-1",
      "2",
      "(2",
      "(2-2",
      "3",
      "4-7",
      "(4-7",
      "5",
      "9",
      "(0-0",
      `(${max}-${max}`,
      "(-",
      "(+",
      "("
    ]
      .flatMap((bound) => [
        `XRANGE s ${bound} +`,
        `XRANGE s - ${bound}`,
        `XREVRANGE s + ${bound}`,
        `XREVRANGE s ${bound} -`,
        `XRANGE s ${bound} 4 COUNT 2`,
        `XREVRANGE s ${bound} 2 COUNT 2`
      ]),
    ...["0", "1", "3", "-1", "-100", maxInt64, "x", "1.5", ""].flatMap((count): ReadonlyArray<StepInput> => [
      ["XRANGE", "s", "-", "+", "COUNT", count],
      ["XREVRANGE", "s", "+", "-", "count", count]
    ]),
    "XRANGE s - + COUNT 1 COUNT 2",
    "XRANGE s - + COUNT",
    "XRANGE s - + BAD 1",
    "XRANGE s - + COUNT 1 BAD",
    "XRANGE s bad + COUNT x",
    "XRANGE s - bad COUNT x",
    `XRANGE s (${max}-${max} (0-0`,
    `XREVRANGE s (0-0 (${max}-${max}`,
    `XREVRANGE s (0-0 bad`,
    `XREVRANGE s bad (${max}-${max}`,
    "XDEL s 1-1 2-2 2-3 4-6 4-7 5-8",
    "XRANGE s - +",
    "XREVRANGE s + -",
    ...inspect("s"),
    "CONFIG SET stream-node-max-entries 100"
  ]
}

const deletion: Script = {
  name: "XDEL",
  steps: [
    ...Array.from({ length: 6 }, (_, i) => `XADD s ${i + 1}-1 f ${i}`),
    "XDEL s 7-1",
    "XDEL s 0-1",
    "XDEL s 3-2",
    "XDEL s 3 3-1 3-1",
    "XDEL s 1-1 bad",
    "XDEL s -",
    "XDEL s +",
    "XDEL s 1-*",
    "XINFO STREAM s",
    "XDEL s 1-1",
    "XINFO STREAM s",
    "XDEL s 2-1 6-1",
    "XINFO STREAM s",
    "XDEL s 5-1 4-1",
    ...inspect("s"),
    "XDEL s 5-1",
    "EXISTS s",
    "XADD s 5-1 f v",
    "XADD s 6-1 f v",
    "XADD s 6-2 f v",
    ...inspect("s"),
    "COPY s t",
    "XADD s 6-3 f v",
    "XDEL t 6-2",
    ...inspect("s"),
    ...inspect("t"),
    "RENAME t u",
    ...inspect("u")
  ]
}

const setId: Script = {
  name: "XSETID",
  steps: [
    "XADD s 5-5 f v",
    "XADD s 6-5 f v",
    "XSETID s 6-4",
    "XSETID s 6-5",
    "XSETID s 7-0",
    "XINFO STREAM s",
    "XADD s 6-9 f v",
    "XSETID s 8 ENTRIESADDED 1",
    "XSETID s 8 ENTRIESADDED 2",
    "XSETID s 8 ENTRIESADDED 100 MAXDELETEDID 7-7",
    "XINFO STREAM s",
    "XSETID s 7-6",
    "XSETID s 8 MAXDELETEDID 9-1",
    "XSETID s 8 MAXDELETEDID 9-1 BAD",
    "XSETID s 8 MAXDELETEDID 0-0",
    "XSETID s 8 ENTRIESADDED -1",
    "XSETID s 8 ENTRIESADDED x",
    "XSETID s 8 ENTRIESADDED",
    "XSETID s 8 MAXDELETEDID",
    "XSETID s 8 MAXDELETEDID bad",
    "XSETID s 8 BAD",
    "XSETID s bad BAD",
    "XSETID s -",
    "XSETID s +",
    "XSETID s $",
    `XSETID s 9-1 ENTRIESADDED ${maxInt64}`,
    "XADD s 9-2 f v",
    "XGROUP CREATE s g 0",
    "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
    ...inspect("s"),
    "XADD s 9-3 f v",
    "XREADGROUP GROUP g c STREAMS s >",
    ...inspect("s"),
    "XTRIM s MAXLEN 0",
    "XSETID s 8-1",
    "XSETID s 7-7",
    "XSETID s 7-6",
    ...inspect("s"),
    "XGROUP CREATE empty g $ MKSTREAM",
    "XSETID empty 0-0",
    "XSETID empty 10-10 ENTRIESADDED 5 MAXDELETEDID 3-3",
    ...inspect("empty"),
    `XSETID empty ${max}-${max}`,
    "XADD empty * f v",
    `XADD empty ${max}-${max} f v`
  ]
}

const groups: Script = {
  name: "XGROUP",
  steps: [
    "XADD s 1-1 f v",
    "XADD s 2-1 f v",
    "XGROUP CREATE s g $",
    "XGROUP CREATE s g $",
    "XGROUP CREATE s h 0",
    "XGROUP create s i 1",
    "XGROUP CREATE s j 1-1 entriesread 1",
    "XGROUP CREATE s k 1-1 ENTRIESREAD 0 MKSTREAM",
    "XGROUP CREATE s l 1-1 ENTRIESREAD -1",
    `XGROUP CREATE s m 1-1 ENTRIESREAD ${maxInt64}`,
    "XGROUP CREATE s n 1-1 ENTRIESREAD -2",
    "XGROUP CREATE s n 1-1 ENTRIESREAD x",
    "XGROUP CREATE s n 1-1 ENTRIESREAD",
    "XGROUP CREATE s n 1-1 BAD",
    "XGROUP Create s n 1-1 MKSTREAM BAD",
    "XGROUP CREATE s n bad",
    "XGROUP CREATE s n -",
    "XGROUP CREATE s n +",
    "XGROUP CREATE s n (1",
    "XGROUP CREATE s n 1-1 MKSTREAM MKSTREAM MKSTREAM",
    "XGROUP CREATE s o 1-1 MKSTREAM MKSTREAM MKSTREAM MKSTREAM",
    "XGROUP CREATE s o 1-1 ENTRIESREAD 1 ENTRIESREAD 2",
    "XGROUP CREATE none o 1-1 ENTRIESREAD 1 ENTRIESREAD 2",
    "XGROUP CREATE none o bad MKSTREAM",
    "EXISTS none",
    "XGROUP CREATE new g $ MKSTREAM",
    "XGROUP CREATE new g $ MKSTREAM",
    "XGROUP CREATE newer g 5-5 MKSTREAM",
    "TYPE new",
    ...inspect("new"),
    ...inspect("newer"),
    ["XGROUP", "CREATE", "s", "", "$"],
    ["XGROUP", "CREATE", "s", "\xff\0", "$"],
    "XINFO GROUPS s",
    "XGROUP SETID s h $",
    "XGROUP SETID s i 0 ENTRIESREAD 0",
    "XGROUP SETID s j -",
    "XGROUP SETID s k +",
    "XGROUP SETID s l bad",
    "XGROUP SETID s l 1 ENTRIESREAD -5",
    "XGROUP SETID s l 1 ENTRIESREAD x",
    "XGROUP SETID s l 1 MKSTREAM",
    "XGROUP SETID s l 1 ENTRIESREAD 1 ENTRIESREAD 1",
    "XGROUP SETID none l 1 ENTRIESREAD 1 ENTRIESREAD 1",
    "XGROUP SETID s none 1 ENTRIESREAD 1 ENTRIESREAD 1",
    "XGROUP setid s l 1 BAD",
    "XINFO GROUPS s",
    "XGROUP CREATECONSUMER s g c",
    "XGROUP CREATECONSUMER s g c",
    "XGROUP CREATECONSUMER s g b",
    ["XGROUP", "CREATECONSUMER", "s", "g", ""],
    step("XINFO CONSUMERS s g", { compare: near(2000) }),
    "XGROUP SETID s g 0",
    "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
    "XREADGROUP GROUP g d STREAMS s >",
    full("s"),
    "XGROUP DELCONSUMER s g c",
    "XGROUP DELCONSUMER s g c",
    "XGROUP DELCONSUMER s g b",
    full("s"),
    "XPENDING s g",
    "XGROUP DESTROY s g",
    "XGROUP DESTROY s g",
    "XGROUP DESTROY s h",
    full("s"),
    "XINFO GROUPS s",
    ["XINFO", "STREAM", "s"]
  ]
}

const reading: Script = {
  name: "XREAD",
  steps: [
    "XADD s 1-1 f v",
    "XADD s 2-1 f v",
    "XADD t 3-1 g w",
    "XREAD STREAMS s 0",
    "XREAD streams s t 0 0",
    "XREAD COUNT 1 STREAMS s t 0 0",
    "XREAD COUNT 0 STREAMS s 0",
    "XREAD COUNT -5 STREAMS s 0",
    "XREAD STREAMS s t 2-1 3-0",
    "XREAD STREAMS s t 1 3",
    "XREAD STREAMS s t $ $",
    "XREAD STREAMS s t + +",
    "XREAD STREAMS s s 0 1-1",
    "XREAD STREAMS none s 0 0",
    "XREAD COUNT 1 COUNT 2 STREAMS s 0",
    "XREAD STREAMS s",
    "XREAD STREAMS s 0 0",
    "XREAD STREAMS",
    "XREAD COUNT 1 STREAMS",
    "XREAD COUNT STREAMS s 0",
    "XREAD COUNT x STREAMS s 0",
    "XREAD BLOCK x STREAMS s 0",
    "XREAD BLOCK -1 STREAMS s 0",
    "XREAD BLOCK 1.5 STREAMS s 0",
    `XREAD BLOCK ${maxInt64} STREAMS s 0`,
    "XREAD BLOCK 0 STREAMS s 0",
    "XREAD BLOCK 1 STREAMS s $",
    "XREAD BLOCK 1 STREAMS s none 2-1 0",
    "XREAD BAD STREAMS s 0",
    "XREAD s 0 BAD",
    "XREAD GROUP g c STREAMS s 0",
    "XREAD NOACK STREAMS s 0",
    "XREAD STREAMS s >",
    "XREAD STREAMS s -",
    "XREAD STREAMS s bad",
    "XREAD STREAMS s (1",
    "XREAD STREAMS s 1-*",
    "XGROUP CREATE empty g 0 MKSTREAM",
    "XREAD STREAMS empty 0",
    "XREAD STREAMS empty $",
    "XREAD STREAMS empty +",
    "XDEL s 2-1",
    "XREAD STREAMS s 1-1",
    "XREAD STREAMS s +",
    "XREAD STREAMS s 1-0"
  ]
}

const readingInGroups: Script = {
  name: "XREADGROUP, XACK and XPENDING",
  steps: [
    ...Array.from({ length: 6 }, (_, i) => `XADD s ${i + 1}-1 f ${i}`),
    "XGROUP CREATE s g 0",
    "XGROUP CREATE s h 3-1",
    "XREADGROUP GROUP g c COUNT 2 STREAMS s >",
    "XREADGROUP COUNT 1 GROUP g d STREAMS s >",
    "XREADGROUP GROUP g e COUNT 1 NOACK STREAMS s >",
    "XREADGROUP GROUP g c STREAMS s 0",
    "XREADGROUP GROUP g c COUNT 1 STREAMS s 0",
    "XREADGROUP GROUP g c STREAMS s 1-1",
    "XREADGROUP GROUP g c STREAMS s 2-1",
    "XREADGROUP GROUP g c BLOCK 0 STREAMS s 99",
    "XREADGROUP GROUP g new STREAMS s 0",
    "XREADGROUP GROUP h c COUNT 1 STREAMS s >",
    `XREADGROUP GROUP h c COUNT 1 STREAMS s ${max}-${max}`,
    full("s"),
    "XINFO GROUPS s",
    "XPENDING s g",
    step("XPENDING s g - + 10", { compare: near(2000) }),
    step("XPENDING s g - + 1", { compare: near(2000) }),
    step("XPENDING s g (1-1 + 10", { compare: near(2000) }),
    step("XPENDING s g - (2-1 10", { compare: near(2000) }),
    step("XPENDING s g - + 10 c", { compare: near(2000) }),
    step("XPENDING s g IDLE 0 - + 10 d", { compare: near(2000) }),
    step("XPENDING s g IDLE -5 - + 10 d", { compare: near(2000) }),
    "XPENDING s g IDLE 1000000 - + 10",
    "XPENDING s g IDLE 1000000 - + 10 c",
    step("XPENDING s g - + 10 c extra", { compare: near(2000) }),
    step("XPENDING s g - + 10 c extra more", { compare: near(2000) }),
    "XPENDING s g - + 10 c extra more most",
    "XPENDING s g - + 0",
    "XPENDING s g - + -1",
    "XPENDING s g -",
    "XPENDING s g - +",
    "XPENDING s g IDLE 0 -",
    "XPENDING s g IDLE 0 - +",
    "XPENDING s g IDLE x - + 1",
    "XPENDING s g IDLE x",
    "XPENDING s g IDLE x -",
    "XPENDING s g - + x",
    "XPENDING s g bad + x",
    "XPENDING s g bad + 1",
    "XPENDING s g - bad 1",
    `XPENDING s g (${max}-${max} + 1`,
    "XPENDING s g - (0 1",
    "XPENDING s g - (0-0 1",
    "XACK s g 1-1 1-1 9-9 4-1",
    "XACK s g bad",
    "XACK s g 2-1 bad",
    "XACK s g -",
    "XACK s none 2-1",
    "XPENDING s g",
    "XDEL s 2-1 5-1",
    "XREADGROUP GROUP g c STREAMS s 0",
    "XREADGROUP GROUP g c STREAMS s >",
    full("s"),
    "XGROUP SETID s g 0",
    "XREADGROUP GROUP g d STREAMS s >",
    full("s"),
    "XADD t 1-1 f v",
    "XGROUP CREATE t g 0",
    "XREADGROUP GROUP g c STREAMS s t > >",
    "XREADGROUP GROUP g c STREAMS s t 0 >",
    "XREADGROUP GROUP g c STREAMS s t > 0",
    "XREADGROUP GROUP g c NOACK STREAMS t 0",
    "XREADGROUP GROUP g c STREAMS s none > >",
    "XREADGROUP GROUP none c STREAMS s >",
    "XREADGROUP GROUP g c STREAMS s $",
    "XREADGROUP GROUP g c STREAMS s +",
    "XREADGROUP GROUP g c STREAMS s -",
    "XREADGROUP GROUP g c STREAMS s bad",
    "XREADGROUP GROUP g c STREAMS s t",
    "XREADGROUP GROUP g c STREAMS s",
    "XREADGROUP GROUP g c COUNT 1 STREAMS s",
    "XREADGROUP GROUP g STREAMS s >",
    "XREADGROUP GROUP g c COUNT STREAMS s >",
    "XREADGROUP COUNT 1 BLOCK 1 STREAMS s >",
    "XREADGROUP NOACK COUNT 1 STREAMS s >",
    "XREADGROUP GROUP g c BAD STREAMS s >",
    "XREADGROUP GROUP none c GROUP g c COUNT 5 STREAMS s >",
    "XREADGROUP GROUP g c BLOCK 1 STREAMS s >",
    "XREADGROUP GROUP g fresh BLOCK 1 STREAMS s >",
    "XREADGROUP GROUP g other STREAMS s >",
    full("s"),
    step("XINFO CONSUMERS s g", { compare: near(2000) }),
    "XINFO STREAM s FULL COUNT 1 BAD",
    "XINFO STREAM s FULL BAD",
    "XINFO STREAM s FULL COUNT",
    "XINFO STREAM s FULL COUNT x",
    "XINFO STREAM s BAD",
    "XINFO Stream s COUNT 1",
    step("XINFO STREAM s FULL", { compare: timesMasked }),
    step("XINFO STREAM s full count 1", { compare: timesMasked }),
    step("XINFO STREAM s FULL COUNT -1", { compare: timesMasked }),
    "COPY s copy",
    "XACK s g 3-1",
    "XGROUP DELCONSUMER copy g d",
    full("s"),
    full("copy")
  ]
}

const claiming: Script = {
  name: "XCLAIM and XAUTOCLAIM",
  steps: [
    ...Array.from({ length: 8 }, (_, i) => `XADD s ${i + 1}-1 f ${i}`),
    "XGROUP CREATE s g 0",
    "XREADGROUP GROUP g c COUNT 5 STREAMS s >",
    "XCLAIM s g d 0 1-1",
    "XCLAIM s g d 0 1-1 2-1 JUSTID",
    "XCLAIM s g d 1000000 3-1",
    "XCLAIM s g d -5 3-1 RETRYCOUNT 7",
    "XCLAIM s g d 0 3-1 RETRYCOUNT -7",
    "XCLAIM s g d 0 7-1",
    "XCLAIM s g d 0 7-1 FORCE",
    "XCLAIM s g d 0 8-1 FORCE JUSTID",
    "XCLAIM s g d 0 99-1 FORCE",
    "XCLAIM s g e 0 4-1 IDLE 5000000",
    "XCLAIM s g e 0 5-1 TIME 1000",
    full("s"),
    step("XPENDING s g IDLE 1000000 - + 10", { compare: near(2000) }),
    "XCLAIM s g e 0 5-1 TIME -1",
    `XCLAIM s g e 0 5-1 TIME ${maxInt64}`,
    "XCLAIM s g e 0 4-1 IDLE -1",
    `XCLAIM s g e 0 4-1 IDLE -${maxInt64}`,
    `XCLAIM s g e 0 4-1 RETRYCOUNT ${maxInt64}`,
    full("s"),
    "XCLAIM s g e 0 4-1",
    "XCLAIM s g e 0 4-1 TIME 5 IDLE 5 JUSTID FORCE RETRYCOUNT 1",
    "XCLAIM s g e 0 4-1 IDLE 5 TIME 5 LASTID 6-1",
    "XCLAIM s g e 0 4-1 LASTID 1-1 JUSTID",
    full("s"),
    "XCLAIM s g newcomer 0 99-99",
    "XCLAIM s g newcomer 1000000 1-1",
    "XCLAIM s g f x 1-1",
    "XCLAIM s g f 1.5 1-1",
    "XCLAIM s g f 0 1-1 bad",
    "XCLAIM s g f 0 bad",
    "XCLAIM s g f 0 1-1 FORCE 2-1",
    "XCLAIM s g f 0 1-1 IDLE x",
    "XCLAIM s g f 0 1-1 IDLE",
    "XCLAIM s g f 0 1-1 TIME x",
    "XCLAIM s g f 0 1-1 TIME",
    "XCLAIM s g f 0 1-1 RETRYCOUNT x",
    "XCLAIM s g f 0 1-1 RETRYCOUNT",
    "XCLAIM s g f 0 1-1 LASTID x",
    "XCLAIM s g f 0 1-1 LASTID",
    "XCLAIM s g f 0 -",
    ["XCLAIM", "s", "g", "f", "0", "a\0b"],
    ["XCLAIM", "s", "g", "f", "0", "a\r\nb"],
    "XDEL s 2-1 4-1",
    "XCLAIM s g d 0 1-1 2-1 3-1 4-1",
    "XCLAIM s g d 0 2-1 FORCE JUSTID",
    full("s"),
    "XAUTOCLAIM s g h 0 0 COUNT 1",
    "XAUTOCLAIM s g h 0 1-1 COUNT 2 JUSTID",
    "XAUTOCLAIM s g h 0 (1-1 COUNT 1",
    "XAUTOCLAIM s g h 1000000 -",
    "XAUTOCLAIM s g h 1000000 +",
    "XAUTOCLAIM s g h -1 -",
    full("s"),
    "XDEL s 1-1 5-1",
    "XAUTOCLAIM s g i 0 - COUNT 2",
    "XAUTOCLAIM s g i 0 - COUNT 1",
    "XAUTOCLAIM s g i 0 - COUNT 100 COUNT 200",
    full("s"),
    "XAUTOCLAIM s g i x -",
    "XAUTOCLAIM s g i 0 bad",
    `XAUTOCLAIM s g i 0 (${max}-${max}`,
    "XAUTOCLAIM s g i 0 - COUNT 0",
    "XAUTOCLAIM s g i 0 - COUNT -1",
    "XAUTOCLAIM s g i 0 - COUNT x",
    "XAUTOCLAIM s g i 0 - COUNT",
    `XAUTOCLAIM s g i 0 - COUNT ${maxInt64}`,
    "XAUTOCLAIM s g i 0 - COUNT 576460752303423487",
    "XAUTOCLAIM s g i 0 - COUNT 576460752303423488",
    "XAUTOCLAIM s g i 0 - BAD",
    "XAUTOCLAIM s g i 0 - JUSTID JUSTID",
    "XAUTOCLAIM s none i 0 -",
    "XAUTOCLAIM s g autonew 1000000 -",
    full("s"),
    ...Array.from({ length: 40 }, (_, i) => `XADD t ${i + 1}-1 f ${i}`),
    "XGROUP CREATE t g 0",
    "XREADGROUP GROUP g c STREAMS t >",
    ...Array.from({ length: 30 }, (_, i) => `XCLAIM t g c 0 ${i + 1}-1 TIME 99999999999999 JUSTID`),
    ...Array.from({ length: 5 }, (_, i) => `XCLAIM t g c 0 ${i + 34}-1 IDLE 5000000 JUSTID`),
    "XAUTOCLAIM t g d 3600000 - COUNT 3 JUSTID",
    "XAUTOCLAIM t g d 3600000 31-1 COUNT 3 JUSTID",
    "XAUTOCLAIM t g d 3600000 - COUNT 4",
    full("t")
  ]
}

/** What entries read and lag are, whatever happens to the stream. */
const counters: Script = {
  name: "entries read and lag",
  steps: [
    ...["g", "h"].flatMap((group) => [`XGROUP CREATE s ${group} 0 MKSTREAM`]),
    "XINFO GROUPS s",
    ...Array.from({ length: 5 }, (_, i) => `XADD s ${i + 1}-1 f ${i}`),
    "XINFO GROUPS s",
    "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
    "XREADGROUP GROUP h c COUNT 2 NOACK STREAMS s >",
    "XINFO GROUPS s",
    "XDEL s 3-1",
    "XINFO GROUPS s",
    "XREADGROUP GROUP g c COUNT 2 STREAMS s >",
    "XINFO GROUPS s",
    "XTRIM s MAXLEN 2",
    "XINFO GROUPS s",
    "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
    "XREADGROUP GROUP h c COUNT 1 STREAMS s >",
    "XINFO GROUPS s",
    "XADD s 6-1 f v",
    "XGROUP CREATE s i 4-1 ENTRIESREAD 3",
    "XGROUP CREATE s j 4-1",
    "XGROUP CREATE s k 3-1",
    "XGROUP CREATE s l 99-1",
    "XGROUP CREATE s m $",
    "XGROUP CREATE s n 0",
    "XINFO GROUPS s",
    ...["g", "h", "i", "j", "k", "l", "m", "n"].map((group) => `XREADGROUP GROUP ${group} c COUNT 1 STREAMS s >`),
    "XINFO GROUPS s",
    "XADD s 7-1 f v",
    ...["g", "h", "i", "j", "k", "l", "m", "n"].map((group) => `XREADGROUP GROUP ${group} c COUNT 1 STREAMS s >`),
    "XINFO GROUPS s",
    "XDEL s 7-1",
    "XINFO GROUPS s",
    "XTRIM s MAXLEN 0",
    "XINFO GROUPS s",
    "XADD s 8-1 f v",
    "XINFO GROUPS s",
    ...["g", "h", "i", "j", "k", "l", "m", "n"].map((group) => `XREADGROUP GROUP ${group} c STREAMS s >`),
    "XINFO GROUPS s"
  ]
}

const waits = (request: string, connection = "b"): StepInput => step(request, { connection, replies: 0 })

/** The reply to a request that has waited, and to a PING behind it. */
const served = (connection = "b"): StepInput => step("PING", { connection, replies: 2 })

// No script depends on whether the reader has come to wait when the next step runs: what it reads is the same before and after.
const blocking: Script = {
  name: "readers that wait",
  steps: [
    waits("XREAD BLOCK 0 STREAMS s 0"),
    "XADD s 1-1 f v",
    served(),
    waits("XREAD COUNT 1 BLOCK 0 STREAMS none s 0 1-1"),
    "XADD s 2-1 f v",
    served(),
    waits("XREAD BLOCK 100000 STREAMS s t 2-1 0"),
    "XADD t 1-1 f v",
    served(),
    "XGROUP CREATE s g 2-1",
    waits("XREADGROUP GROUP g c BLOCK 0 STREAMS s >"),
    "XADD s 3-1 f v",
    served(),
    full("s"),
    waits("XREADGROUP GROUP g c BLOCK 0 NOACK STREAMS s >"),
    "XADD s 4-1 f v",
    served(),
    full("s"),
    waits("XREADGROUP GROUP g c BLOCK 0 STREAMS s >"),
    "XGROUP DESTROY s g",
    served(),
    "XGROUP CREATE s g $",
    waits("XREADGROUP GROUP g c BLOCK 0 STREAMS s >"),
    "DEL s",
    served(),
    "XGROUP CREATE s g $ MKSTREAM",
    waits("XREADGROUP GROUP g c BLOCK 0 STREAMS s >"),
    "SET s v",
    served(),
    "DEL s",
    "XGROUP CREATE s g $ MKSTREAM",
    waits("XREADGROUP GROUP g c BLOCK 0 STREAMS s >"),
    "RENAME s u",
    served(),
    waits("XREAD BLOCK 0 STREAMS s 0"),
    "SET s v",
    "DEL s",
    "XGROUP CREATE s g $ MKSTREAM",
    "XADD s 7-1 f v",
    served(),
    "XADD other 1-1 f v",
    waits("XREAD BLOCK 0 STREAMS v 0"),
    "RENAME other v",
    served(),
    waits("XREAD BLOCK 0 STREAMS w 0", "c"),
    waits("XREAD BLOCK 0 STREAMS w 0", "d"),
    "XADD w 1-1 f v",
    served("c"),
    served("d"),
    step("XREAD BLOCK 1 STREAMS s 7-1", {}),
    step("XREAD BLOCK 1 STREAMS s $", {}),
    step("XREADGROUP GROUP g c BLOCK 1 STREAMS s >", {}),
    step("XREADGROUP GROUP g c BLOCK 1 STREAMS s >", {}),
    full("s")
  ]
}

differential("streams", [
  arities,
  wrongTypes,
  missingKeys,
  ids,
  xadd,
  ...trimming,
  ranges,
  deletion,
  setId,
  groups,
  reading,
  readingInGroups,
  claiming,
  counters,
  blocking
], { needsExactReference: "older servers differ in counters, errors and COUNT" })

const key = (random: SeededRandom): string => random.pick(["a", "b", "c"])
const group = (random: SeededRandom): string => random.pick(["g", "g", "h"])
const consumer = (random: SeededRandom): string => random.pick(["x", "y", "z"])

/** Few and far apart, so that they meet, and take integers of all sizes. The time of both servers is before them. */
const ms = (random: SeededRandom): number => 9_000_000_000_000 + random.pick([0, 0, 0, 1, 128, 5000, 20_000_000])

/** As far as `*` comes from the first one on before the stream goes. */
const id = (random: SeededRandom): string => `${ms(random)}-${random.integer(50)}`

/** One that a stream can begin with. */
const firstId = (random: SeededRandom): string => `${ms(random)}-${random.integer(3)}`

const someIds = (random: SeededRandom): ReadonlyArray<string> =>
  Array.from({ length: 1 + random.integer(6) }, () => id(random))

const bound = (random: SeededRandom): string =>
  random.pick(["-", "+", id(random), `(${id(random)}`, String(ms(random))])

const data = (random: SeededRandom): ReadonlyArray<string> =>
  random.pick([
    ["f", random.bytes(random.integer(20))],
    ["f", String(random.integer(100_000)), "g", random.bytes(random.integer(100))],
    ["f", String(random.integer(10)), "g", "w"],
    ["g", "v", "f", "w"],
    [random.bytes(3), "v"]
  ])

const trimOptions = (random: SeededRandom): ReadonlyArray<string> => {
  const strategy = random.pick([["MAXLEN", String(random.integer(60))], ["MINID", id(random)]])
  const operator = random.pick([[], ["="], ["~"], ["~"]])
  const limit = operator[0] === "~" && random.chance(0.3) ? ["LIMIT", String(random.integer(12))] : []
  return [strategy[0] ?? "", ...operator, strategy[1] ?? "", ...limit]
}

const masked = (request: ReadonlyArray<string>): StepInput => step(request, { compare: timesMasked })

differentialRandom({
  name: "random stream commands",
  commands: 3000,
  seeds: [31, 32],
  generators: [
    ...Array.from({ length: 5 }, () => (random: SeededRandom): StepInput => [
      "XADD",
      key(random),
      "NOMKSTREAM",
      ...random.chance(0.1) ? trimOptions(random) : [],
      random.chance(0.03) ? `${ms(random)}-*` : "*",
      ...data(random)
    ]),
    (
      random
    ) => ["XADD", key(random), ...random.chance(0.2) ? trimOptions(random) : [], firstId(random), ...data(random)],
    (random) => ["XDEL", key(random), ...someIds(random)],
    (random) => random.chance(0.3) ? ["XTRIM", key(random), ...trimOptions(random)] : ["XLEN", key(random)],
    (random) => ["XRANGE", key(random), bound(random), bound(random)],
    (random) => ["XREVRANGE", key(random), bound(random), bound(random), "COUNT", String(random.integer(10))],
    (random) => ["XREAD", "COUNT", String(random.integer(5)), "STREAMS", key(random), key(random), id(random), "+"],
    (random) => ["XGROUP", "CREATE", key(random), group(random), random.pick(["0", "$", id(random)])],
    (random) => ["XGROUP", "CREATE", key(random), group(random), "0", "ENTRIESREAD", String(random.integer(10) - 1)],
    (random) => ["XGROUP", "SETID", key(random), group(random), random.pick(["0", "$", id(random)])],
    (random) =>
      random.chance(0.2)
        ? [
          "XGROUP",
          ...random.pick([
            ["DESTROY", key(random), group(random)],
            ["DELCONSUMER", key(random), group(random), consumer(random)]
          ])
        ]
        : ["XGROUP", "CREATECONSUMER", key(random), group(random), consumer(random)],
    ...Array.from({ length: 3 }, () => (random: SeededRandom): StepInput => [
      "XREADGROUP",
      "GROUP",
      group(random),
      consumer(random),
      "COUNT",
      String(random.integer(6)),
      ...random.chance(0.1) ? ["NOACK"] : [],
      "STREAMS",
      key(random),
      ">"
    ]),
    (
      random
    ) => [
      "XREADGROUP",
      "GROUP",
      group(random),
      consumer(random),
      "STREAMS",
      key(random),
      random.pick(["0", id(random)])
    ],
    (random) => ["XACK", key(random), group(random), ...someIds(random)],
    (random) => [
      "XCLAIM",
      key(random),
      group(random),
      consumer(random),
      random.pick(["0", "0", "1000000"]),
      ...someIds(random),
      ...random.pick([[], ["JUSTID"], ["FORCE"], ["IDLE", "5000000"], ["RETRYCOUNT", "9"], ["LASTID", id(random)]])
    ],
    (random) => [
      "XAUTOCLAIM",
      key(random),
      group(random),
      consumer(random),
      random.pick(["0", "0", "1000000"]),
      bound(random),
      "COUNT",
      String(1 + random.integer(4)),
      ...random.chance(0.3) ? ["JUSTID"] : []
    ],
    (random) => ["XPENDING", key(random), group(random)],
    (random) => ["XINFO", "STREAM", key(random)],
    (random) => ["XINFO", "GROUPS", key(random)],
    (random) => masked(["XINFO", "STREAM", key(random), "FULL", "COUNT", String(random.integer(8))]),
    (random) => ["CONFIG", "SET", "stream-node-max-entries", random.pick(["0", "1", "3", "5", "5", "10", "100"])],
    // With less than an entry takes Valkey 8.1.1 writes where it must not, and crashes.
    (random) => ["CONFIG", "SET", "stream-node-max-bytes", random.pick(["0", "300", "700", "4096"])],
    (random) =>
      random.chance(0.1)
        ? ["XSETID", key(random), id(random), "ENTRIESADDED", String(random.integer(100)), "MAXDELETEDID", id(random)]
        : ["XLEN", key(random)],
    (random) => random.chance(0.2) ? ["COPY", key(random), key(random), "REPLACE"] : ["XLEN", key(random)],
    (random) => random.chance(0.2) ? ["DEL", key(random)] : ["XLEN", key(random)]
  ],
  inspect
}, { needsExactReference: "older servers differ in counters and errors" })
