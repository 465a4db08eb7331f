/**
 * One value of each type of the format, in each encoding that there was, as bytes and as what it means.
 */
import { Buffer } from "node:buffer"
import * as Listpack from "../../../src/data/Listpack.ts"
import * as StreamId from "../../../src/data/stream/StreamId.ts"
import { StreamLog } from "../../../src/data/stream/StreamLog.ts"
import { ValueType } from "../../../src/protocol/rdb/RdbFormat.ts"
import { bytesOf, defaultLimits, double, hex, int64, length, type Part, string } from "./rdbFile.ts"

export interface Sample {
  readonly title: string
  readonly type: number
  readonly payload: Buffer
  /** As `describeValue` has it; `undefined` for a value without elements. */
  readonly value: unknown
}

/** A ziplist of entries, each given as encoding and data. */
export const ziplist = (...entries: ReadonlyArray<Buffer>): Buffer => {
  const parts: Array<Buffer> = []
  let tail = 10
  let previous = 0
  let at = 10
  for (const entry of entries) {
    const before = previous < 254 ? bytesOf(previous) : bytesOf(0xfe, uint32(previous))
    parts.push(before, entry)
    previous = before.length + entry.length
    tail = at
    at += previous
  }
  return bytesOf(uint32(at + 1), uint32(tail), entries.length & 0xff, entries.length >> 8, ...parts, 0xff)
}

/** An entry of a ziplist that is a short text. */
export const short = (text: string): Buffer => bytesOf(text.length, text)

export const listpack = (...texts: ReadonlyArray<string>): Buffer => Buffer.from(Listpack.from(texts), "latin1")

/** A listpack of these entries as they are. */
export const rawListpack = (...entries: ReadonlyArray<string>): Buffer =>
  Buffer.from(Listpack.wrap(hex(entries.join("")).toString("latin1"), entries.length), "latin1")

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

export const rawId = (ms: number, seq = 0): Buffer => Buffer.from(StreamId.toKey({ ms, seq }), "latin1")

const log = new StreamLog({ ...defaultLimits, "stream-node-max-entries": 2 })
for (const ms of [1, 2, 3]) log.append({ ms, seq: ms }, ["field", `value ${ms}`])
log.append({ ms: 4, seq: 0 }, ["other", "a", "another", "12"])
log.delete({ ms: 3, seq: 3 })

/** The nodes of a stream of four entries, of which one is deleted. */
export const nodes: ReadonlyArray<readonly [id: Buffer, listpack: Buffer]> = (() => {
  const list: Array<readonly [Buffer, Buffer]> = []
  log.forEachNode(({ ms }, text) => {
    list.push([rawId(Number(ms), Number(ms)), Buffer.from(text, "latin1")])
  })
  return list
})()

const nodeParts = bytesOf(length(nodes.length), ...nodes.flatMap(([id, text]) => [string(id), string(text)]))
const entries = [
  ["1-1", "field", "value 1"],
  ["2-2", "field", "value 2"],
  ["4-0", "other", "a", "another", "12"]
]

/** A group in which two entries are pending, of two consumers. `entriesRead` and the times a consumer was active are there in later versions. */
const group = (entriesRead: ReadonlyArray<Part>, isWithActiveTime: boolean): Buffer =>
  bytesOf(
    length(1),
    string("group"),
    length(2),
    length(2),
    ...entriesRead,
    length(2),
    [rawId(1, 1), int64(1000), length(3), rawId(2, 2), int64(2000), length(1)],
    length(3),
    [string("alice"), int64(5000), ...(isWithActiveTime ? [int64(4000)] : []), length(1), rawId(1, 1)],
    [string("bob"), int64(6000), ...(isWithActiveTime ? [int64(6000)] : []), length(1), rawId(2, 2)],
    [string("carol"), int64(7000), ...(isWithActiveTime ? [int64(-1)] : []), length(0)]
  )

const groupContents = (
  entriesRead: number | undefined,
  activeAtMillis: ReadonlyArray<number | undefined>
): unknown => ({
  name: "group",
  lastId: "2-2",
  entriesRead,
  pending: [["1-1", "alice", 1000, 3], ["2-2", "bob", 2000, 1]],
  consumers: [
    { name: "alice", seenAtMillis: 5000, activeAtMillis: activeAtMillis[0], pendingCount: 1, ids: ["1-1"] },
    { name: "bob", seenAtMillis: 6000, activeAtMillis: activeAtMillis[1], pendingCount: 1, ids: ["2-2"] },
    { name: "carol", seenAtMillis: 7000, activeAtMillis: activeAtMillis[2], pendingCount: 0, ids: [] }
  ]
})

const streamContents = (maxDeletedId: string, entriesAdded: number, ...groups: ReadonlyArray<unknown>): unknown => [
  "stream",
  "stream",
  { entries, size: 3, firstId: "1-1", lastId: "9-0", maxDeletedId, entriesAdded, groups }
]

const streamTotals = (isWithHistory: boolean): Buffer =>
  bytesOf(
    [length(3), length(9), length(0)],
    ...(isWithHistory ? [length(1), length(1), length(3), length(3), length(17)] : [])
  )

const z = "z".repeat(70)
const long = "long".repeat(64)

const sample = (title: string, type: number, value: unknown, ...payload: ReadonlyArray<Part>): Sample => ({
  title,
  type,
  value,
  payload: bytesOf(...payload)
})

export const samples: ReadonlyArray<Sample> = [
  sample("a string", ValueType.string, "hello", string("hello")),
  sample("an empty string", ValueType.string, "", string("")),
  sample("a string of all bytes", ValueType.string, "\0\xff\r\n", string("\0\xff\r\n")),
  sample("a string that is an integer", ValueType.string, 123456789012, string("123456789012")),
  sample("a string that is nearly an integer", ValueType.string, "007", string("007")),
  sample("a string with a length of 14 bits", ValueType.string, "a".repeat(300), string("a".repeat(300))),
  sample("a string with a length of 32 bits", ValueType.string, "abc", hex("80 00000003"), "abc"),
  sample("a string with a length of 64 bits", ValueType.string, "abc", hex("81 0000000000000003"), "abc"),
  sample("a string above 32 KiB", ValueType.string, "b".repeat(40_000), string("b".repeat(40_000))),
  sample("an integer of 8 bits", ValueType.string, -1, hex("c0 ff")),
  sample("an integer of 16 bits", ValueType.string, -32768, hex("c1 0080")),
  sample("an integer of 32 bits", ValueType.string, -2147483648, hex("c2 00000080")),
  sample("a compressed string", ValueType.string, "aaaaaaaaaaaaa", hex("c3 05 0d 00 61 e0 03 00")),
  sample(
    "a list",
    ValueType.list,
    ["list", "listpack", ["a", "-7", long]],
    length(3),
    string("a"),
    hex("c0 f9"),
    string(long)
  ),
  sample("a list without elements", ValueType.list, undefined, length(0)),
  sample(
    "a long list",
    ValueType.list,
    ["list", "quicklist", Array.from({ length: 40 }, () => long)],
    length(40),
    ...Array.from({ length: 40 }, () => string(long))
  ),
  sample(
    "a set of texts",
    ValueType.set,
    ["set", "listpack", ["b", "1", "a"]],
    length(3),
    string("b"),
    hex("c0 01"),
    string("a")
  ),
  sample(
    "a set of integers",
    ValueType.set,
    ["set", "intset", ["-5", "1", "300"]],
    length(3),
    hex("c0 01 c1 2c01 c0 fb")
  ),
  sample(
    "a set of integers and a text",
    ValueType.set,
    ["set", "listpack", ["1", "2", "a"]],
    length(3),
    hex("c0 02 c0 01"),
    string("a")
  ),
  sample("a set with a long member", ValueType.set, ["set", "hashtable", ["a", z]], length(2), string("a"), string(z)),
  sample("a set without members", ValueType.set, undefined, length(0)),
  sample(
    "a sorted set with decimal scores",
    ValueType.sortedSet,
    ["zset", "listpack", [["d", -Infinity], ["b", -2], ["a", 1.5], ["e", 100], ["c", Infinity]]],
    length(5),
    [
      string("a"),
      string("1.5"),
      string("b"),
      string("-2"),
      string("c"),
      254,
      string("d"),
      255,
      string("e"),
      string("1e2")
    ]
  ),
  sample(
    "a sorted set with binary scores",
    ValueType.sortedSet2,
    ["zset", "listpack", [["b", -2], ["a", 1.5]]],
    length(2),
    string("a"),
    double(1.5),
    string("b"),
    double(-2)
  ),
  sample(
    "a sorted set with a long member",
    ValueType.sortedSet2,
    ["zset", "skiplist", [["a", 1], [z, 1]]],
    length(2),
    string(z),
    double(1),
    string("a"),
    double(1)
  ),
  sample("a sorted set without members", ValueType.sortedSet2, undefined, length(0)),
  sample(
    "a hash",
    ValueType.hash,
    ["hash", "listpack", [["f", "v"], ["g", "-1"]]],
    length(2),
    string("f"),
    string("v"),
    string("g"),
    hex("c0 ff")
  ),
  sample(
    "a hash with a long value",
    ValueType.hash,
    ["hash", "hashtable", [["f", "v"], ["g", z]]],
    length(2),
    string("f"),
    string("v"),
    string("g"),
    string(z)
  ),
  sample(
    "a hash with a value above 32 KiB",
    ValueType.hash,
    ["hash", "hashtable", [["f", "b".repeat(40_000)]]],
    length(1),
    string("f"),
    string("b".repeat(40_000))
  ),
  sample("a hash without fields", ValueType.hash, undefined, length(0)),
  sample(
    "a zipmap",
    ValueType.hashZipmap,
    ["hash", "listpack", [["f1", "v1"], ["f2", "12"]]],
    string(bytesOf(2, 2, "f1", 2, 3, "v1", "???", 2, "f2", 2, 0, "12", 0xff))
  ),
  sample(
    "a zipmap with a long value",
    ValueType.hashZipmap,
    ["hash", "hashtable", [["f", long]]],
    string(bytesOf(1, 1, "f", 254, uint32(long.length), 0, long, 0xff))
  ),
  sample(
    "a ziplist that is a list",
    ValueType.listZiplist,
    ["list", "quicklist", ["a", long, "5", "0", "12", "-7", "-300", "-70000", "-2147483648", "9223372036854775807", z]],
    string(ziplist(
      short("a"),
      bytesOf(0x40 | (long.length >> 8), long.length & 0xff, long),
      hex("f6"),
      hex("f1"),
      hex("fd"),
      hex("fe f9"),
      hex("c0 d4fe"),
      hex("f0 90eefe"),
      hex("d0 00000080"),
      hex("e0 ffffffffffffff7f"),
      bytesOf(0x80, 0, 0, 0, z.length, z)
    ))
  ),
  sample("an empty ziplist that is a list", ValueType.listZiplist, undefined, string(ziplist())),
  sample(
    "a ziplist that is a hash",
    ValueType.hashZiplist,
    ["hash", "listpack", [["f", "v"], ["g", "3"]]],
    string(ziplist(short("f"), short("v"), short("g"), hex("f4")))
  ),
  sample("an empty ziplist that is a hash", ValueType.hashZiplist, undefined, string(ziplist())),
  sample("a ziplist that is a sorted set", ValueType.sortedSetZiplist, ["zset", "listpack", [["a", 1.5], ["b", 3], [
    "c",
    Infinity
  ]]], string(ziplist(short("a"), short("1.5"), short("b"), hex("f4"), short("c"), short("inf")))),
  sample(
    "an intset of 16 bits",
    ValueType.setIntset,
    ["set", "intset", ["-2", "7"]],
    string(hex("02000000 02000000 feff 0700"))
  ),
  sample(
    "an intset of 32 bits",
    ValueType.setIntset,
    ["set", "intset", ["7", "65536"]],
    string(hex("04000000 02000000 07000000 00000100"))
  ),
  sample(
    "an intset of 64 bits",
    ValueType.setIntset,
    ["set", "intset", ["-9223372036854775808", "7"]],
    string(hex("08000000 02000000 0000000000000080 0700000000000000"))
  ),
  sample(
    "a quicklist of ziplists",
    ValueType.listQuicklist,
    ["list", "quicklist", ["a", "3", "b"]],
    length(3),
    string(ziplist(short("a"), hex("f4"))),
    string(ziplist()),
    string(ziplist(short("b")))
  ),
  sample(
    "a quicklist of one ziplist",
    ValueType.listQuicklist,
    ["list", "listpack", ["a"]],
    length(1),
    string(ziplist(short("a")))
  ),
  sample("a quicklist of an empty ziplist", ValueType.listQuicklist, undefined, length(1), string(ziplist())),
  sample(
    "a quicklist of listpacks and a large element",
    ValueType.listQuicklist2,
    ["list", "quicklist", ["a", "1", long, "b"]],
    length(3),
    2,
    string(listpack("a", "1")),
    1,
    string(long),
    2,
    string(listpack("b"))
  ),
  sample(
    "a quicklist of one listpack",
    ValueType.listQuicklist2,
    ["list", "listpack", ["a", "b"]],
    length(1),
    2,
    string(listpack("a", "b"))
  ),
  sample(
    "a quicklist of one large element",
    ValueType.listQuicklist2,
    ["list", "quicklist", ["a"]],
    length(1),
    1,
    string("a")
  ),
  sample(
    "a set that is a listpack",
    ValueType.setListpack,
    ["set", "listpack", ["b", "1", "a"]],
    string(listpack("b", "1", "a"))
  ),
  sample("an empty listpack that is a set", ValueType.setListpack, undefined, string(listpack())),
  sample(
    "a hash that is a listpack",
    ValueType.hashListpack,
    ["hash", "listpack", [["f", "v"], ["g", "1"]]],
    string(listpack("f", "v", "g", "1"))
  ),
  sample(
    "a sorted set that is a listpack",
    ValueType.sortedSetListpack,
    ["zset", "listpack", [["b", -2], ["a", 1.5]]],
    string(listpack("b", "-2", "a", "1.5"))
  ),
  sample("a listpack with integers that nobody would write so", ValueType.setListpack, ["set", "listpack", [
    "5",
    "7",
    "-1",
    "a"
  ]], string(rawListpack("813502", "f4070000000000000009", "f1ffff03", "e0016103"))),
  sample(
    "a stream without entries",
    ValueType.streamListpacks3,
    ["stream", "stream", {
      entries: [],
      size: 0,
      firstId: "0-0",
      lastId: "5-1",
      maxDeletedId: "5-1",
      entriesAdded: 3,
      groups: []
    }],
    length(0),
    [0, 5, 1, 0, 0, 5, 1, 3, 0]
  ),
  sample(
    "a stream of version 1",
    ValueType.streamListpacks,
    streamContents("0-0", 3, groupContents(undefined, [5000, 6000, 7000])),
    nodeParts,
    streamTotals(false),
    group([], false)
  ),
  sample(
    "a stream of version 2",
    ValueType.streamListpacks2,
    streamContents("3-3", 17, groupContents(2, [5000, 6000, 7000])),
    nodeParts,
    streamTotals(true),
    group([length(2)], false)
  ),
  sample(
    "a stream of version 3",
    ValueType.streamListpacks3,
    streamContents("3-3", 17, groupContents(undefined, [4000, 6000, undefined])),
    nodeParts,
    streamTotals(true),
    group([length(2n ** 64n - 1n)], true)
  ),
  sample(
    "a hash with deadlines",
    ValueType.hashExpiry,
    ["hash", "listpackex", [["b", "2", 1000], ["c", "3", 1005], ["a", "1"]]],
    int64(1000),
    length(3),
    [0, string("a"), string("1"), 1, string("b"), string("2"), 6, string("c"), string("3")]
  ),
  sample(
    "a large hash with deadlines",
    ValueType.hashExpiry,
    ["hash", "hashtable", [["a", "1"], ["b", z, 1000]]],
    int64(1000),
    length(2),
    [0, string("a"), string("1"), 1, string("b"), string(z)]
  ),
  sample(
    "a hash with deadlines of the pre-release",
    ValueType.hashExpiryPreRelease,
    ["hash", "listpackex", [["b", "2", 16000], ["a", "1"]]],
    length(2),
    [0, string("a"), string("1"), length(16000), string("b"), string("2")]
  ),
  sample(
    "a listpack with deadlines",
    ValueType.hashListpackExpiry,
    ["hash", "listpackex", [["b", "2", 1000], ["a", "1"]]],
    int64(1000),
    string(listpack("b", "2", "1000", "a", "1", "0"))
  ),
  sample("a listpack with deadlines of the pre-release", ValueType.hashListpackExpiryPreRelease, [
    "hash",
    "listpackex",
    [["b", "2", 1000], ["a", "1"]]
  ], string(listpack("b", "2", "1000", "a", "1", "0")))
]
