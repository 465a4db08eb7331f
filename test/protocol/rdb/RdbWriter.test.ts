/**
 * Files as they are written: byte by byte where they are small, in parts where they are large. What real servers make of them is in `writtenFiles.test.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { HashValue } from "../../../src/data/HashValue.ts"
import { ListValue } from "../../../src/data/ListValue.ts"
import * as Lzf from "../../../src/data/Lzf.ts"
import { MutableBytes } from "../../../src/data/MutableBytes.ts"
import { SetValue } from "../../../src/data/SetValue.ts"
import { SortedSetValue } from "../../../src/data/SortedSetValue.ts"
import { StreamValue } from "../../../src/data/StreamValue.ts"
import type { Value } from "../../../src/data/Value.ts"
import { Opcode, ValueType } from "../../../src/protocol/rdb/RdbFormat.ts"
import { type EntryFacts, RdbWriter, type RdbWriterOptions } from "../../../src/protocol/rdb/RdbWriter.ts"
import { makeSeededRandom } from "../../support/random.ts"
import {
  bytesOf,
  describeValue,
  double,
  entriesOf,
  file,
  hex,
  int64,
  length,
  readAll,
  shapesOf,
  string
} from "./rdbFile.ts"

const none: EntryFacts = { expireAtMillis: undefined, idleSeconds: undefined, frequency: undefined }

const plain: RdbWriterOptions = { version: 11, compresses: false, checksum: true }

interface Entry {
  readonly key: string
  readonly value: Value
  readonly facts?: Partial<EntryFacts>
}

/** All that a writer has written of a file, in the pieces in which it was taken. */
const piecesOf = (options: RdbWriterOptions, entries: ReadonlyArray<Entry>): ReadonlyArray<Buffer> => {
  const writer = new RdbWriter(options)
  const pieces: Array<Buffer> = []
  const take = (): void => {
    const { pendingBytes } = writer
    const piece = Buffer.concat(writer.take())
    assert.strictEqual(piece.length, pendingBytes)
    assert.strictEqual(writer.pendingBytes, 0)
    pieces.push(piece)
  }
  writer.header([])
  for (const { facts, key, value } of entries) {
    const rest = writer.entry(key, value, { ...none, ...facts })
    while (rest?.next().done === false) take()
  }
  writer.end()
  take()
  return pieces
}

const written = (entries: ReadonlyArray<Entry>, options: Partial<RdbWriterOptions> = {}): Buffer =>
  Buffer.concat(piecesOf({ ...plain, ...options }, entries))

const shapes = shapesOf()
const tables = shapesOf({
  "hash-max-listpack-entries": 0,
  "list-max-listpack-size": 1,
  "set-max-intset-entries": 0,
  "set-max-listpack-entries": 0,
  "zset-max-listpack-entries": 0
})

const setOf = (members: ReadonlyArray<string>, shape = shapes): SetValue => {
  const set = new SetValue(shape)
  for (const member of members) set.add(member)
  return set
}

const sortedSetOf = (scores: Readonly<Record<string, number>>, shape = shapes): SortedSetValue => {
  const set = new SortedSetValue(shape)
  for (const [member, score] of Object.entries(scores)) set.set(member, score)
  return set
}

const hashOf = (
  fields: Readonly<Record<string, string>>,
  deadlines: Readonly<Record<string, number>> = {},
  shape = shapes
): HashValue => {
  const hash = new HashValue(shape)
  for (const [field, value] of Object.entries(fields)) hash.set(field, value)
  for (const [field, deadline] of Object.entries(deadlines)) hash.setDeadline(field, deadline)
  return hash
}

const streamOf = (): StreamValue => {
  const stream = new StreamValue(shapes)
  stream.log.append({ ms: 1, seq: 1 }, ["f", "v"])
  stream.createGroup("g", { ms: 0, seq: 0 }, undefined)
  stream.changeGroup("g", (group) => {
    group.createConsumer("c", 1000)
    group.assign({ ms: 1, seq: 1 }, "c", 2000, 3)
    group.createConsumer("d", 3000)
    group.touch("d", 4000, true)
  })
  return stream
}

const rawId = (ms: number, seq: number): Buffer =>
  hex(ms.toString(16).padStart(16, "0") + seq.toString(16).padStart(16, "0"))

const key = string("key")

describe("RdbWriter", () => {
  it("writes the parts of a file", () => {
    const writer = new RdbWriter(plain)
    writer.header([["redis-ver", "7.2.4"], ["redis-bits", 64], ["ctime", 1_700_000_000]])
    writer.library("#!lua name=l\n")
    writer.database(3, 2, 1)
    assert.isUndefined(writer.entry("a", "1", { ...none, expireAtMillis: 4_000_000_000_123 }))
    assert.isUndefined(writer.entry("b", 5, { ...none, idleSeconds: 70 }))
    assert.isUndefined(writer.entry("c", 5, { ...none, frequency: 200 }))
    writer.end()
    assert.deepStrictEqual(
      Buffer.concat(writer.take()),
      file(11, [
        [Opcode.aux, string("redis-ver"), string("7.2.4")],
        [Opcode.aux, string("redis-bits"), hex("c0 40")],
        [Opcode.aux, string("ctime"), hex("c2 00f15365")],
        [Opcode.functionLibrary, string("#!lua name=l\n")],
        [Opcode.selectDatabase, 3, Opcode.resizeDatabase, 2, 1],
        [Opcode.expireTimeMillis, int64(4_000_000_000_123), ValueType.string, string("a"), hex("c0 01")],
        [Opcode.idle, length(70), ValueType.string, string("b"), hex("c0 05")],
        [Opcode.frequency, 200, ValueType.string, string("c"), hex("c0 05")]
      ])
    )
  })

  it("writes zeros where no checksum is wanted", () => {
    const bytes = written([], { checksum: false })
    assert.deepStrictEqual(bytes, bytesOf("REDIS0011", Opcode.end, Buffer.alloc(8)))
    assert.deepInclude(readAll(bytes).items.at(-1), { _tag: "End", hasChecksum: false })
  })

  it("has the checksum of all pieces, however they are taken", () => {
    const random = makeSeededRandom(3)
    const writer = new RdbWriter(plain)
    const chunks: Array<Buffer> = []
    writer.header([])
    for (let i = 0; i < 2000; i++) {
      writer.entry(`key ${i}`, random.bytes(random.integer(300)), none)
      if (random.chance(0.1)) chunks.push(...writer.take())
    }
    writer.end()
    chunks.push(...writer.take())
    assert.strictEqual(entriesOf(readAll(Buffer.concat(chunks)).items).length, 2000)
  })

  const values: ReadonlyArray<readonly [title: string, value: Value, type: number, bytes: Buffer]> = [
    ["an empty string", "", ValueType.string, bytesOf(0)],
    ["a short string", "ab", ValueType.string, string("ab")],
    ["a string of 64 bytes", "x".repeat(64), ValueType.string, bytesOf(0x40, 64, "x".repeat(64))],
    ["a string of 16384 bytes", "x".repeat(16384), ValueType.string, bytesOf(0x80, 0, 0, 0x40, 0, "x".repeat(16384))],
    ["an integer of 8 bits", -128, ValueType.string, hex("c0 80")],
    ["an integer of 16 bits", 128, ValueType.string, hex("c1 8000")],
    ["an integer of 16 bits below zero", -32768, ValueType.string, hex("c1 0080")],
    ["an integer of 32 bits", 32768, ValueType.string, hex("c2 00800000")],
    ["the least integer of 32 bits", -(2 ** 31), ValueType.string, hex("c2 00000080")],
    ["a larger integer", 2 ** 31, ValueType.string, string("2147483648")],
    ["an integer of 64 bits", 2n ** 63n - 1n, ValueType.string, string("9223372036854775807")],
    ["a string that spells an integer", new MutableBytes("123"), ValueType.string, hex("c0 7b")],
    ["a string that spells one with a zero in front", "0123", ValueType.string, string("0123")],
    [
      "a string that has been changed",
      new MutableBytes("ab", 2000),
      ValueType.string,
      string(`ab${"\0".repeat(1998)}`)
    ],
    [
      "a small list",
      ListValue.of(shapes, ["a", "5"]),
      ValueType.listQuicklist2,
      bytesOf(1, 2, string(hex("0c000000 0200 8161 02 0501 ff")))
    ],
    [
      "a long list",
      ListValue.of(tables, ["a", "x".repeat(9000)]),
      ValueType.listQuicklist2,
      bytesOf(2, 2, string(hex("0a000000 0100 8161 02 ff")), 1, string("x".repeat(9000)))
    ],
    ["an intset", setOf(["1", "-2"]), ValueType.setIntset, string(hex("02000000 02000000 feff 0100"))],
    ["a small set", setOf(["a"]), ValueType.setListpack, string(hex("0a000000 0100 8161 02 ff"))],
    ["a large set", setOf(["a", "5"], tables), ValueType.set, bytesOf(2, string("a"), hex("c0 05"))],
    [
      "a small sorted set",
      sortedSetOf({ a: 2 }),
      ValueType.sortedSetListpack,
      string(hex("0c000000 0200 8161 02 0201 ff"))
    ],
    [
      "a large sorted set",
      sortedSetOf({ a: 0.5, b: -Infinity }, tables),
      ValueType.sortedSet2,
      bytesOf(2, string("a"), double(0.5), string("b"), double(-Infinity))
    ],
    ["a small hash", hashOf({ a: "b" }), ValueType.hashListpack, string(hex("0d000000 0200 8161 02 8162 02 ff"))],
    ["a large hash", hashOf({ a: "b" }, {}, tables), ValueType.hash, bytesOf(1, string("a"), string("b"))],
    [
      "a small hash with a deadline",
      hashOf({ a: "b", c: "d" }, { c: 300 }),
      ValueType.hashListpackExpiry,
      bytesOf(int64(300), string(hex("18000000 0600 8163 02 8164 02 c12c 02 8161 02 8162 02 0001 ff")))
    ],
    [
      "a large hash with deadlines",
      hashOf({ a: "b", c: "d", e: "f" }, { c: 300, e: 299 }, tables),
      ValueType.hashExpiry,
      bytesOf(int64(299), 3, 0, string("a"), string("b"), 2, string("c"), string("d"), 1, string("e"), string("f"))
    ],
    [
      "a stream",
      streamOf(),
      ValueType.streamListpacks3,
      bytesOf(
        [
          1,
          string(rawId(1, 1)),
          string(hex("1d000000 0a00 0101 0001 0101 8166 02 0001 0201 0001 0001 8176 02 0401 ff"))
        ],
        [1, 1, 1, 1, 1, 0, 0, 1, 1],
        [string("g"), 0, 0, 0x81, hex("ff".repeat(8)), 1, rawId(1, 1), int64(2000), 3],
        [2, string("c"), int64(1000), int64(-1), 1, rawId(1, 1), string("d"), int64(3000), int64(4000), 0]
      )
    ]
  ]

  it.each(values)("writes %s", (_, value, type, bytes) => {
    assert.deepStrictEqual(written([{ key: "key", value }]), file(11, type, key, bytes))
  })

  it("writes for Redis 7.0 what that knows", () => {
    assert.deepStrictEqual(
      written([{ key: "key", value: setOf(["a", "5"]) }], { version: 10 }),
      file(10, ValueType.set, key, 2, string("a"), hex("c0 05"))
    )
    const bytes = written([{ key: "key", value: streamOf() }], { version: 10 })
    assert.strictEqual(bytes[9], ValueType.streamListpacks2)
    const [entry] = readAll(bytes).items.filter((item) => item._tag === "Entry")
    assert.include(JSON.stringify(describeValue(entry?.value)), `"seenAtMillis":3000`)
  })

  it("leaves deadlines out of a hash that has none any more, where the version has none", () => {
    const hash = hashOf({ a: "b" }, { a: 300 })
    hash.clearDeadline("a")
    assert.strictEqual(hash.encoding, "listpackex")
    const listpack = string(hex("0d000000 0200 8161 02 8162 02 ff"))
    assert.deepStrictEqual(written([{ key: "key", value: hash }]), file(11, ValueType.hashListpack, key, listpack))
    assert.deepStrictEqual(
      written([{ key: "key", value: hash }], { version: 12 }),
      file(12, ValueType.hashListpackExpiry, key, int64(0), string(hex("0f000000 0300 8161 02 8162 02 0001 ff")))
    )
  })

  it("compresses strings that become shorter by it", () => {
    const lzf = (text: string): Buffer => {
      const compressed = Lzf.compress(text, text.length - 4) ?? ""
      return bytesOf(0xc3, length(compressed.length), length(text.length), compressed)
    }
    const random = makeSeededRandom(1)
    const noise = random.bytes(30)
    const large = Buffer.from("0123456789".repeat(10_000))
    assert.deepStrictEqual(
      written([
        { key: "k".repeat(30), value: "a".repeat(21) },
        { key: "key", value: "x".repeat(20) },
        { key: noise, value: large }
      ], { compresses: true }),
      file(
        11,
        [ValueType.string, lzf("k".repeat(30)), lzf("a".repeat(21))],
        [ValueType.string, key, string("x".repeat(20))],
        [ValueType.string, string(noise), lzf(large.latin1Slice())]
      )
    )
  })

  it("takes compressed nodes of lists as they are", () => {
    const list = ListValue.of(shapesOf({ "list-compress-depth": 1, "list-max-listpack-size": 1 }), [
      "a",
      "b".repeat(100),
      "c"
    ])
    const [, middle] = [0, 1].map((number) => list.quicklist?.node(number))
    assert.isDefined(middle?.compressed)
    const bytes = written([{ key: "key", value: list }])
    assert.isTrue(bytes.includes(bytesOf(2, 0xc3, length(middle?.compressed?.length ?? 0), length(middle?.size ?? 0))))
    assert.deepStrictEqual(
      entriesOf(readAll(bytes).items)[0]?.[1],
      describeValue(ListValue.of(tables, list.slice(0, 3)))
    )
  })

  const many = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, i) => `element number ${i}`)
  const random = makeSeededRandom(11)
  const large: ReadonlyArray<readonly [title: string, value: () => Value]> = [
    ["a string", () => Buffer.from(random.bytes(300_000), "latin1")],
    ["a string that can be compressed", () => Buffer.from("0123456789".repeat(100_000))],
    ["a string that has been changed", () => new MutableBytes(Buffer.from(random.bytes(300_000), "latin1"))],
    ["a list", () => ListValue.of(shapes, many(50_000))],
    [
      "a list with a long element",
      () => ListValue.of(shapes, ["a", Buffer.from(random.bytes(300_000), "latin1"), "b"])
    ],
    ["a set", () => setOf(many(50_000))],
    ["a set of integers", () => setOf(many(50_000).map((_, i) => String(i)))],
    ["a sorted set", () => sortedSetOf(Object.fromEntries(many(50_000).map((member, i) => [member, i])))],
    ["a hash", () => hashOf(Object.fromEntries(many(50_000).map((field, i) => [field, String(i)])))],
    ["a hash with a long value", () => {
      const hash = hashOf({ a: "b" }, {}, tables)
      hash.set("long", Buffer.from(random.bytes(300_000), "latin1"))
      return hash
    }],
    ["a stream", () => {
      const stream = new StreamValue(shapes)
      for (let ms = 1; ms <= 50_000; ms++) stream.log.append({ ms, seq: 0 }, ["field", String(ms)])
      return stream
    }],
    ["what is pending in a stream", () => {
      const stream = streamOf()
      stream.changeGroup("g", (group) => {
        for (let ms = 2; ms <= 20_000; ms++) group.assign({ ms, seq: 0 }, "c", 5000, 1)
      })
      return stream
    }]
  ]

  it.each(large)("writes %s in parts", (_, make) => {
    const value = make()
    for (const compresses of [false, true]) {
      const pieces = piecesOf({ ...plain, compresses }, [{ key: "key", value }])
      for (const piece of pieces) assert.isAtMost(piece.length, 3 * 65_536)
      if (!compresses) assert.isAbove(pieces.length, 3)
      // The same bytes as those of a writer that nobody interrupts.
      const writer = new RdbWriter({ ...plain, compresses })
      writer.header([])
      const rest = writer.entry("key", value, none)
      while (rest?.next().done === false);
      writer.end()
      const bytes = Buffer.concat(pieces)
      assert.isTrue(bytes.equals(Buffer.concat(writer.take())))
      const [entry] = entriesOf(readAll(bytes, { shapes }).items)
      assert.deepStrictEqual(entry?.[1], describeValue(value instanceof MutableBytes ? value.view : value))
    }
  })
})
