import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import type { RdbFailureKind } from "../../../src/protocol/rdb/RdbFailure.ts"
import { ValueType } from "../../../src/protocol/rdb/RdbFormat.ts"
import { needsInput, type RdbItem, RdbReader } from "../../../src/protocol/rdb/RdbReader.ts"
import {
  bytesOf,
  describeValue,
  double,
  entriesOf,
  file,
  hex,
  int32,
  int64,
  length,
  type Part,
  readAll,
  shapesOf,
  string,
  withChecksum
} from "./rdbFile.ts"
import { listpack, nodes, rawId, rawListpack, samples, short, ziplist } from "./samples.ts"

/** An item with its value described. */
const plain = (item: RdbItem): unknown =>
  item._tag === "Entry"
    ? { ...item, value: describeValue(item.value) }
    : item

const plainItems = (bytes: Buffer, pieceBytes?: number): ReadonlyArray<unknown> => {
  const { failure, items } = readAll(bytes, {}, pieceBytes)
  assert.isUndefined(failure)
  return items.map(plain)
}

const entry = (key: string, value: unknown, rest: object = {}): unknown => ({
  _tag: "Entry",
  key,
  value,
  expireAtMillis: undefined,
  idleSeconds: undefined,
  frequency: undefined,
  ...rest
})

/** All samples in one file, and some of everything else. */
const everything = file(
  12,
  [0xfa, string("redis-ver"), string("8.0.2"), 0xfa, string("redis-bits"), hex("c0 40")],
  [0xf5, string("#!lua name=lib"), 0xf7, hex("81 0102030405060708 02 01 05"), string("data"), 0],
  [0xfe, length(3), 0xf4, length(12), length(2), length(1), 0xfb, length(samples.length), length(2)],
  ...samples.flatMap(({ payload, title, type }) => [type, string(title), payload]),
  [0xfc, int64(1700000000123), 0, string("expires"), string("v")],
  [0xfd, int32(1700000000), 0xf8, length(77), 0, string("idle"), string("v")],
  [0xf9, 200, 0, string("frequent"), string("v"), 0, string("last"), string("v")]
)

describe("a reader of RDB files", () => {
  for (const { payload, title, type, value } of samples) {
    it(`reads ${title}`, () => {
      assert.deepStrictEqual(plainItems(file(12, type, string("key"), payload)), [
        { _tag: "Version", version: 12 },
        entry("key", value),
        { _tag: "End", hasChecksum: true }
      ])
    })
  }

  it("answers what a file holds beside values, and what it says of a key for that key alone", () => {
    const items = plainItems(everything)
    assert.deepStrictEqual(items.slice(0, 8), [
      { _tag: "Version", version: 12 },
      { _tag: "Aux", name: "redis-ver", value: "8.0.2" },
      { _tag: "Aux", name: "redis-bits", value: "64" },
      { _tag: "Library", code: "#!lua name=lib" },
      { _tag: "Skipped", what: "data of the module type 'AQIDBAUGB'" },
      { _tag: "Database", index: 3 },
      { _tag: "Skipped", what: "what is said of a slot" },
      { _tag: "Resize", keys: samples.length, volatileKeys: 2 }
    ])
    assert.deepStrictEqual(items.slice(8 + samples.length), [
      entry("expires", "v", { expireAtMillis: 1700000000123 }),
      entry("idle", "v", { expireAtMillis: 1700000000000, idleSeconds: 77 }),
      entry("frequent", "v", { frequency: 200 }),
      entry("last", "v"),
      { _tag: "End", hasChecksum: true }
    ])
  })

  for (const pieceBytes of [1, 2, 3, 7, 64, 4096]) {
    it(`reads the same in pieces of ${pieceBytes} bytes`, () => {
      assert.deepStrictEqual(plainItems(everything, pieceBytes), plainItems(everything))
    })
  }

  it("goes on in the middle of a value, so that each piece takes it as far as it reaches", () => {
    const members = Array.from({ length: 20_000 }, (_, i) => bytesOf(string(`member ${i}`), double(i)))
    const bytes = file(
      11,
      ValueType.sortedSet2,
      string("k"),
      length(members.length),
      members,
      0,
      string("last"),
      string("v")
    )
    const reader = new RdbReader({ shapes: shapesOf(), checksum: true, sanitizes: false, passesModules: false })
    const items: Array<unknown> = []
    for (let at = 0; at < bytes.length; at += 1000) {
      reader.push(bytes.subarray(at, at + 1000))
      for (let item = reader.next(); item !== needsInput && items.length < 4; item = reader.next()) items.push(item)
      // Less than a member is left.
      assert.isAbove(reader.offset, Math.min(at + 1000, bytes.length) - 30)
    }
    assert.deepInclude(items[2], { key: "last" })
    assert.deepInclude(items[3], { _tag: "End" })
  })

  it("gathers a long string from small pieces, and has what follows it", () => {
    const long = "0123456789abcdef".repeat(200_000)
    const bytes = file(11, 0, string("k"), string(long), 0, string("last"), string("v"))
    assert.deepStrictEqual(plainItems(bytes, 10_000).slice(1, 3), [entry("k", long), entry("last", "v")])
  })

  it("finds every place in which a file is cut, after the items that are before it", () => {
    const small = samples.filter(({ payload }) => payload.length < 1000)
    const whole = file(12, ...small.flatMap(({ payload, title, type }) => [type, string(title), payload]))
    const items = plainItems(whole)
    for (let cut = 0; cut < whole.length; cut++) {
      const { failure, items: before } = readAll(whole.subarray(0, cut))
      assert.strictEqual(failure?.kind, "truncated", `at ${cut}`)
      assert.strictEqual(failure?.offset, cut)
      assert.deepStrictEqual(before.map(plain), items.slice(0, before.length))
    }
  })

  it("knows where it is, and leaves alone what comes behind the file", () => {
    const bytes = file(11, 0, string("k"), string("v"))
    const read = readAll(bytesOf(bytes, "*1\r\n"))
    assert.strictEqual(read.offset, bytes.length)
    assert.deepStrictEqual(read.items.at(-1), { _tag: "End", hasChecksum: true })
  })

  for (const version of [1, 2, 3, 4]) {
    it(`expects no checksum in version ${version}`, () => {
      const bytes = file(version, 0, string("k"), string("v"))
      assert.deepStrictEqual(readAll(bytes).items.at(-1), { _tag: "End", hasChecksum: false })
      assert.strictEqual(readAll(bytes).offset, bytes.length)
    })
  }

  it("compares no checksum where there is none, or it is told not to", () => {
    const bytes = file(11, 0, string("k"), string("v"))
    const none = Buffer.concat([bytes.subarray(0, -8), Buffer.alloc(8)])
    assert.deepStrictEqual(readAll(none).items.at(-1), { _tag: "End", hasChecksum: false })
    const wrong = Buffer.concat([bytes.subarray(0, -8), Buffer.alloc(8, 1)])
    assert.deepStrictEqual(readAll(wrong, { checksum: false }).items.at(-1), { _tag: "End", hasChecksum: true })
    assert.strictEqual(readAll(wrong).failure?.kind, "checksum")
    assert.strictEqual(readAll(bytes, {}, 1).failure, undefined)
  })

  it("passes over values of modules where a file is only checked", () => {
    const bytes = file(
      11,
      [7, string("k"), hex("81 0102030405060708"), 2, length(1), 1, length(2), 3, 0, 0, 0, 0, 4, double(1), 5],
      [string("text"), 5, hex("c3 05 0d 00 61 e0 03 00"), 5, hex("c0 07"), 0, 0, string("next"), string("v")]
    )
    assert.deepStrictEqual(readAll(bytes, { passesModules: true }).items.map(plain).slice(1, 3), [
      { _tag: "Skipped", what: "data of the module type 'AQIDBAUGB'" },
      entry("next", "v")
    ])
    const { failure } = readAll(bytes)
    assert.strictEqual(failure?.kind, "unsupported")
    assert.include(failure?.reason, "'AQIDBAUGB'")
  })

  describe("turns values into the shape that suits their size by now:", () => {
    const shapes = shapesOf({
      "hash-max-listpack-entries": 2,
      "set-max-intset-entries": 2,
      "set-max-listpack-entries": 2,
      "zset-max-listpack-entries": 2,
      "list-max-listpack-size": 2
    })
    const three: ReadonlyArray<readonly [type: number, payload: Buffer, encoding: string]> = [
      [ValueType.setListpack, string(listpack("a", "b", "c")), "hashtable"],
      [ValueType.setIntset, string(hex("02000000 03000000 0100 0200 0300")), "hashtable"],
      [ValueType.set, bytesOf(length(3), hex("c0 01 c0 02 c0 03")), "hashtable"],
      [ValueType.hashListpack, string(listpack("a", "1", "b", "2", "c", "3")), "hashtable"],
      [ValueType.hashZiplist, string(ziplist(...["a", "1", "b", "2", "c", "3"].map(short))), "hashtable"],
      [
        ValueType.hashZipmap,
        string(bytesOf(3, ...["a", "b", "c"].flatMap((f) => [1, f, 1, 0, "v"]), 0xff)),
        "hashtable"
      ],
      [ValueType.hash, bytesOf(length(3), ...["a", "1", "b", "2", "c", "3"].map(string)), "hashtable"],
      [
        ValueType.hashListpackExpiry,
        bytesOf(int64(5), string(listpack("a", "1", "5", "b", "2", "6", "c", "3", "0"))),
        "hashtable"
      ],
      [ValueType.sortedSetListpack, string(listpack("a", "1", "b", "2", "c", "3")), "skiplist"],
      [ValueType.sortedSetZiplist, string(ziplist(...["a", "1", "b", "2", "c", "3"].map(short))), "skiplist"],
      [
        ValueType.sortedSet2,
        bytesOf(length(3), ...["c", "b", "a"].flatMap((m, i) => [string(m), double(3 - i)])),
        "skiplist"
      ],
      [ValueType.listQuicklist2, bytesOf(length(1), 2, string(listpack("a", "b", "c"))), "quicklist"]
    ]
    for (const [type, payload, encoding] of three) {
      it(`of type ${type}`, () => {
        const bytes = file(12, type, string("k"), payload)
        const [large] = entriesOf(readAll(bytes, { shapes }).items)
        const [small] = entriesOf(readAll(bytes).items)
        assert.isDefined(large)
        assert.isDefined(small)
        // The contents come in the same order, for what is new in a table is last.
        assert.deepStrictEqual(contents(large[1]), contents(small[1]))
        assert.strictEqual(encodingIn(large[1]), encoding)
      })
    }
  })

  describe("refuses", () => {
    const value = (type: number, ...payload: ReadonlyArray<Part>): Buffer => file(12, type, string("key"), ...payload)
    const [[firstId, firstNode] = [], [secondId, secondNode] = []] = nodes
    const node = (id: Part = firstId ?? "", text: Part = firstNode ?? "") =>
      bytesOf(string(bytesOf(id)), string(bytesOf(text)))
    const totals = bytesOf(length(3), [9, 0, 1, 1, 3, 3, 17])
    const stream = (...groups: ReadonlyArray<Part>) => value(21, length(1), node(), totals, ...groups)
    const group = (...parts: ReadonlyArray<Part>) => bytesOf(string("g"), 0, 0, 0, ...parts)
    const pending = (ms: number) => bytesOf(rawId(ms), int64(0), 1)
    const consumer = (name: string, ...ids: ReadonlyArray<number>) =>
      bytesOf(string(name), int64(0), int64(0), length(ids.length), ...ids.map((ms) => rawId(ms)))

    const table: ReadonlyArray<readonly [title: string, bytes: Buffer, kind: RdbFailureKind, reason: RegExp]> = [
      ["what is no RDB file", Buffer.from("*1\r\n$4\r\nPING\r\n"), "signature", /begin/],
      ["a version that is no number", Buffer.from("REDIS00x1\xff"), "signature", /begin/],
      ["version 0", file(0), "version", /version 0/],
      ["version 13", file(13), "version", /version 13/],
      ["Valkey's own format", withChecksum(Buffer.from("VALKEY080\xff", "latin1")), "version", /version 80/],
      ["a type that there is not", value(8, string("v")), "damaged", /type 8/],
      ["a type that there is not, before its key", file(12, 99), "damaged", /type 99/],
      ["a module's value of a pre-release", value(6, string("v")), "unsupported", /pre-release/],
      ["a function of a pre-release", file(10, 0xf6, string("v")), "unsupported", /pre-release/],
      ["an unknown field of a module", file(10, 0xf7, length(1024), 2, 1, 6), "damaged", /unknown kind 6/],
      ["a length that begins wrongly", value(0, hex("82 00000003"), "abc"), "damaged", /byte 130/],
      ["an encoding where a length is expected", value(1, hex("c0 01")), "damaged", /byte 192/],
      ["an unknown encoding of a string", value(0, hex("c4 01")), "damaged", /encoding 4/],
      ["a compressed string that is too short", value(0, hex("c3 05 0e 00 61 e0 03 00")), "damaged", /compressed/],
      [
        "a compressed string that claims too much",
        value(0, hex("c3 05 81 0000100000000000 00 61 e0 03 00")),
        "damaged",
        /compressed/
      ],
      ["a string of 4 GB", value(0, hex("80 ffffffff"), "abc"), "truncated", /ends/],
      ["a string of 2^60 bytes", value(0, hex("81 1000000000000000"), "abc"), "unsupported", /longer/],
      ["a key that is too long", file(12, 0, hex("80 30000000"), "abc"), "unsupported", /longer/],
      [
        "a list of 2^60 elements",
        value(1, hex("81 1000000000000000"), string("a")).subarray(0, -9),
        "truncated",
        /ends/
      ],
      ["a set of 2^60 members", value(2, hex("81 1000000000000000"), string("a"), string("b")), "damaged", /./],
      ["a score that is not a number", value(5, length(1), string("a"), double(NaN)), "damaged", /score/],
      ["a decimal score that is not a number", value(3, length(1), string("a"), 253), "damaged", /score/],
      ["a decimal score that is a word", value(3, length(1), string("a"), string("one")), "damaged", /score/],
      [
        "a member twice in a sorted set",
        value(5, length(2), string("a"), double(1), string("a"), double(2)),
        "damaged",
        /twice/
      ],
      [
        "a member twice in a large sorted set",
        value(5, length(200), ...Array.from({ length: 200 }, (_, i) => bytesOf(string(`m${i % 199}`), double(i)))),
        "damaged",
        /twice/
      ],
      ["a member twice in a set", value(2, length(2), string("a"), string("a")), "damaged", /twice/],
      ["a field twice in a hash", value(4, length(2), ...["a", "1", "a", "2"].map(string)), "damaged", /twice/],
      [
        "a deadline that is out of range",
        value(24, int64(2 ** 48), length(1), 2, string("a"), string("1")),
        "damaged",
        /deadline/
      ],
      [
        "a deadline before all times",
        value(24, int64(-5), length(1), 2, string("a"), string("1")),
        "damaged",
        /deadline/
      ],
      [
        "a node of a list of an unknown kind",
        value(18, length(1), 3, string(listpack("a"))),
        "damaged",
        /(Ziplist|Listpack) integrity/
      ],
      ["a large element of a list that is empty", value(18, length(1), 1, string("")), "damaged", /empty/],
      [
        "a damaged node of a list",
        value(18, length(1), 2, string("listpack")),
        "damaged",
        /(Ziplist|Listpack) integrity/
      ],
      [
        "a damaged ziplist in a list",
        value(14, length(1), string("ziplist")),
        "damaged",
        /(Ziplist|Listpack) integrity/
      ],
      [
        "an intset that is not in order",
        value(11, string(hex("02000000 02000000 0700 0600"))),
        "damaged",
        /Intset integrity/
      ],
      ["an intset without integers", value(11, string(hex("02000000 00000000"))), "damaged", /Intset integrity/],
      [
        "a hash of an odd number of entries",
        value(16, string(listpack("a", "1", "b"))),
        "damaged",
        /Hash listpack integrity/
      ],
      [
        "a field twice in a listpack",
        value(16, string(listpack("a", "1", "a", "2"))),
        "damaged",
        /Hash listpack integrity/
      ],
      [
        "a field twice in a ziplist",
        value(13, string(ziplist(...["a", "1", "a", "2"].map(short)))),
        "damaged",
        /Hash ziplist integrity/
      ],
      [
        "a field twice in a zipmap",
        value(9, string(bytesOf(2, 1, "a", 1, 0, "v", 1, "a", 1, 0, "v", 0xff))),
        "damaged",
        /Zipmap integrity/
      ],
      ["a zipmap without fields", value(9, string(bytesOf(0, 0xff))), "damaged", /Zipmap integrity/],
      ["a member twice in a listpack", value(20, string(listpack("a", "b", "a"))), "damaged", /Set listpack integrity/],
      [
        "a listpack whose score is a word",
        value(17, string(listpack("a", "one"))),
        "damaged",
        /Zset listpack integrity/
      ],
      [
        "a listpack without a deadline",
        value(25, int64(0), string(listpack("a", "1"))),
        "damaged",
        /Hash listpack integrity/
      ],
      [
        "a listpack with a deadline that is a word",
        value(25, int64(0), string(listpack("a", "1", "x"))),
        "damaged",
        /Hash listpack integrity/
      ],
      [
        "a listpack whose deadlines are not in order",
        value(25, int64(0), string(listpack("a", "1", "9", "b", "1", "8"))),
        "damaged",
        /Hash listpack integrity/
      ],
      [
        "a listpack with a deadline behind none",
        value(25, int64(0), string(listpack("a", "1", "0", "b", "1", "8"))),
        "damaged",
        /Hash listpack integrity/
      ],
      [
        "a listpack with a wrong length behind an entry",
        value(20, string(rawListpack("816103"))),
        "damaged",
        /Set listpack integrity/
      ],
      ["a node of a stream with a short id", value(21, length(1), node("short")), "damaged", /Stream listpack/],
      ["an empty node of a stream", value(21, length(1), node(undefined, listpack())), "damaged", /Stream listpack/],
      [
        "a node of a stream that is no listpack",
        value(21, length(1), node(undefined, "text")),
        "damaged",
        /Stream listpack/
      ],
      [
        "a node of a stream with words for counts",
        value(21, length(1), node(undefined, listpack("a", "b", "c"))),
        "damaged",
        /Stream listpack/
      ],
      ["a node of a stream twice", value(21, length(2), node(), node()), "damaged", /Stream listpack/],
      [
        "nodes of a stream that are not in order",
        value(21, length(2), node(secondId, secondNode), node()),
        "damaged",
        /Stream listpack/
      ],
      [
        "a node of a stream whose ids are below its own",
        value(21, length(1), node(rawId(5), listpack("1", "0", "1", "f", "0", "2", "-1", "0", "v", "4"))),
        "damaged",
        /Stream listpack/
      ],
      [
        "a node of a stream with an id twice",
        value(
          21,
          length(1),
          node(rawId(5), listpack("2", "0", "1", "f", "0", "2", "0", "0", "v", "4", "2", "0", "0", "v", "4"))
        ),
        "damaged",
        /Stream listpack/
      ],
      [
        "a node of a stream that counts wrongly",
        value(21, length(1), node(rawId(5), listpack("2", "0", "1", "f", "0", "2", "0", "0", "v", "4"))),
        "damaged",
        /Stream listpack/
      ],
      [
        "a node of a stream with an entry that cannot be gone back from",
        value(21, length(1), node(rawId(5), listpack("1", "0", "1", "f", "0", "2", "0", "0", "v", "5"))),
        "damaged",
        /Stream listpack/
      ],
      [
        "a stream with entries above its last id",
        value(21, length(1), node(), length(2), [1, 0, 1, 1, 3, 3, 17, 0]),
        "damaged",
        /last id/
      ],
      [
        "a stream with a length and no nodes",
        value(21, length(0), length(2), [1, 0, 1, 1, 3, 3, 17, 0]),
        "damaged",
        /no nodes/
      ],
      ["a group twice", stream(2, group(0, 0), group(0, 0)), "damaged", /group twice/],
      [
        "an entry that is pending twice",
        stream(1, group(2, pending(1), pending(1), 0)),
        "damaged",
        /pending in a group twice/
      ],
      ["an entry that is pending for nobody", stream(1, group(1, pending(1), 0)), "damaged", /none of its consumers/],
      [
        "an entry that is pending for two",
        stream(1, group(1, pending(1), 2, consumer("a", 1), consumer("b", 1))),
        "damaged",
        /pending for a consumer/
      ],
      [
        "an entry that is pending in no group",
        stream(1, group(0, 1, consumer("a", 1))),
        "damaged",
        /pending for a consumer/
      ],
      ["a consumer twice", stream(1, group(0, 2, consumer("a"), consumer("a"))), "damaged", /Duplicate stream consumer/]
    ]
    for (const [title, bytes, kind, reason] of table) {
      it(title, () => {
        const { failure } = readAll(bytes)
        assert.match(failure?.reason ?? "nothing", reason)
        assert.strictEqual(failure?.kind, kind)
        assert.isAtMost(failure?.offset ?? Infinity, bytes.length)
        // The same, wherever the pieces end.
        assert.deepStrictEqual(readAll(bytes, {}, 1).failure, failure)
      })
    }
  })

  it("looks for members that come twice only where it is told to, or they would do harm", () => {
    const twice = (type: number, texts: ReadonlyArray<string>) =>
      file(12, type, string("k"), string(listpack(...texts)))
    for (
      const bytes of [twice(20, ["a", "b", "a"]), twice(16, ["a", "1", "a", "2"]), twice(17, ["a", "1", "a", "2"])]
    ) {
      assert.isUndefined(readAll(bytes, { sanitizes: false }).failure)
      assert.strictEqual(readAll(bytes).failure?.kind, "damaged")
      const shapes = shapesOf({
        "set-max-listpack-entries": 1,
        "hash-max-listpack-entries": 1,
        "zset-max-listpack-entries": 1
      })
      assert.strictEqual(readAll(bytes, { sanitizes: false, shapes }).failure?.kind, "damaged")
    }
  })
})

/** The parts of a description. */
const encodingIn = (description: unknown): unknown => Array.isArray(description) ? description[1] : undefined
const contents = (description: unknown): unknown => Array.isArray(description) ? description[2] : undefined
