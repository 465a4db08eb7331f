import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { type ByteString, toText } from "../../../src/data/ByteString.ts"
import type { AofFailure } from "../../../src/protocol/aof/AofFailure.ts"
import { type AofItem, AofReader, type AofReaderOptions, needsInput } from "../../../src/protocol/aof/AofReader.ts"
import { encodeRequest } from "../../../src/protocol/encodeRequest.ts"
import { makeSeededRandom } from "../../support/random.ts"

const command = (...words: ReadonlyArray<ByteString>): Buffer => Buffer.concat(encodeRequest(words))
const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1")

/** What is read of a file that arrives in pieces of this size; each piece's memory is overwritten once it is read. */
const readAll = (file: Buffer, options: AofReaderOptions & { readonly pieceBytes?: number } = {}) => {
  const reader = new AofReader(options)
  const items: Array<AofItem> = []
  let failure: AofFailure | undefined
  const read = () => {
    for (;;) {
      const item = reader.next()
      if (item === needsInput) return
      if (item._tag === "AofFailure") {
        failure = item
        return
      }
      items.push(item)
    }
  }
  const pieceBytes = options.pieceBytes ?? file.length
  for (let at = 0; at < file.length; at += pieceBytes) {
    const piece = Buffer.from(file.subarray(at, at + pieceBytes))
    reader.push(piece)
    read()
    piece.fill(0x2a)
  }
  reader.end()
  read()
  return { failure, items, offset: reader.offset, line: reader.line }
}

const plain = (item: AofItem): unknown => item._tag === "Command" ? item.words.map(toText) : item.seconds

const large = Buffer.alloc(100_000, "large\r\n$3")

const parts = [
  command("SELECT", "0"),
  bytesOf("#TS:1628217470\r\n"),
  command("SET", "k", ""),
  command("SET", "binary", "\r\n*1\r\n\0\xff"),
  bytesOf("# of no use\n"),
  command("MULTI"),
  bytesOf("#TS:soon\r\n"),
  command("RPUSH", "l", "x".repeat(40), large, "y".repeat(32 * 1024), "z".repeat(32 * 1024 + 1)),
  command("EXEC")
]
const file = Buffer.concat(parts)
const contents: ReadonlyArray<unknown> = [
  ["SELECT", "0"],
  1628217470,
  ["SET", "k", ""],
  ["SET", "binary", "\r\n*1\r\n\0\xff"],
  ["MULTI"],
  undefined,
  ["RPUSH", "l", "x".repeat(40), large.toString("latin1"), "y".repeat(32 * 1024), "z".repeat(32 * 1024 + 1)],
  ["EXEC"]
]

describe("a reader of append only files", () => {
  it.each([file.length, 1, 2, 3, 7, 1000, 40_000])(
    "reads commands and timestamps in pieces of %i bytes",
    (pieceBytes) => {
      const { failure, items, line, offset } = readAll(file, { pieceBytes })
      assert.isUndefined(failure)
      assert.deepStrictEqual(items.map(plain), contents)
      assert.strictEqual(offset, file.length)
      assert.strictEqual(line, 1 + 5 + 1 + 7 + 7 + 1 + 3 + 1 + 13 + 3)
    }
  )

  it("answers words as they are kept: texts up to 32 KiB, Buffers above", () => {
    for (const pieceBytes of [file.length, 1000]) {
      const item = readAll(file, { pieceBytes }).items[6]
      const words = item?._tag === "Command" ? item.words : []
      assert.deepStrictEqual(words.map((word) => typeof word), [
        "string",
        "string",
        "string",
        "object",
        "string",
        "object"
      ])
    }
  })

  it("tells where each item ends", () => {
    let end = 0
    const ends = parts.map((part) => end += part.length)
    // The annotation without meaning is no item.
    ends.splice(4, 1)
    assert.deepStrictEqual(readAll(file).items.map((item) => item.end), ends)
  })

  it("counts from the end of a snapshot", () => {
    const { items, line, offset } = readAll(command("PING"), { offset: 1000 })
    assert.strictEqual(items[0]?.end, 1014)
    assert.strictEqual(offset, 1014)
    assert.strictEqual(line, 4)
  })

  it("reads an empty file", () => {
    assert.deepStrictEqual(readAll(nothing), { failure: undefined, items: [], offset: 0, line: 1 })
  })

  it("cut anywhere, tells how far it is in order", () => {
    const shortParts = [parts[0]!, parts[1]!, parts[2]!, parts[4]!, parts[8]!]
    const short = Buffer.concat(shortParts)
    let end = 0
    const ends = [0, ...shortParts.map((part) => end += part.length)]
    for (let length = 0; length <= short.length; length++) {
      for (const pieceBytes of [short.length, 1]) {
        const { failure, offset } = readAll(short.subarray(0, length), { pieceBytes })
        assert.strictEqual(offset, Math.max(...ends.filter((end) => end <= length)))
        if (offset === length) assert.isUndefined(failure)
        else {
          assert.strictEqual(failure?.kind, "truncated")
          assert.strictEqual(failure?.offset, length)
        }
      }
    }
  })

  it.each<[string, number, number]>([
    ["!!!", 0, 4],
    ["\r\n", 0, 4],
    ["set foo bar\r\n", 0, 4],
    ["*0\r\n", 0, 4],
    ["*-1\r\n", 1, 4],
    ["*2147483648\r\n", 0, 4],
    ["*1234567890123456", 15, 4],
    ["*\r\n", 1, 4],
    ["* 1\r\n", 1, 4],
    ["*1\n$1\r\na\r\n", 2, 4],
    ["*1\rx", 2, 4],
    ["*1x", 2, 4],
    ["*1\r\n*1", 4, 5],
    ["*1\r\n$-1\r\n", 5, 5],
    ["*1\r\n$11\r\n", 4, 5],
    ["*1\r\n$1\r\nabc", 9, 6],
    ["*1\r\n$1\r\na\rb", 9, 6],
    [`#${"x".repeat(1023)}\n`, 0, 4],
    [`#${"x".repeat(1023)}`, 0, 4]
  ])("refuses %j behind a good command", (bad, offset, line) => {
    const good = command("PING")
    for (const pieceBytes of [2000, 1]) {
      const read = readAll(Buffer.concat([good, bytesOf(bad)]), { pieceBytes, maxBulkBytes: 10 })
      assert.deepInclude(read.failure, { kind: "format", offset: good.length + offset, line })
      assert.strictEqual(read.offset, good.length)
      assert.strictEqual(read.line, 4)
      assert.deepStrictEqual(read.items.map(plain), [["PING"]])
    }
  })

  it("refuses a long string that goes on behind its end", () => {
    for (const pieceBytes of [200_000, 999]) {
      const head = "*1\r\n$40000\r\n"
      const read = readAll(bytesOf(`${head}${"x".repeat(40_003)}`), { pieceBytes })
      assert.deepInclude(read.failure, { kind: "format", offset: head.length + 40_000 })
    }
  })

  it("takes strings and annotations of the greatest length", () => {
    const read = readAll(bytesOf(`#${"x".repeat(1021)}\n*1\r\n$10\r\n0123456789\r\n`), { maxBulkBytes: 10 })
    assert.deepStrictEqual(read.items.map(plain), [["0123456789"]])
    assert.isUndefined(read.failure)
  })

  it("answers a failure again and again", () => {
    const reader = new AofReader()
    reader.push(bytesOf("!"))
    const failure = reader.next()
    reader.end()
    assert.strictEqual(reader.next(), failure)
  })

  it("takes no memory for what is only said to come", () => {
    const reader = new AofReader()
    reader.push(bytesOf("*2147483647\r\n$536870912\r\nabc"))
    const before = process.memoryUsage().arrayBuffers
    assert.strictEqual(reader.next(), needsInput)
    assert.isBelow(process.memoryUsage().arrayBuffers - before, 1024 * 1024)
  })

  it("with bytes changed reads the same in any pieces, and what precedes them as it was", () => {
    const random = makeSeededRandom(3)
    const original = Buffer.concat([parts[0]!, parts[1]!, parts[2]!, parts[3]!, parts[4]!, parts[5]!, parts[8]!])
    const whole = readAll(original).items
    for (let round = 0; round < 5000; round++) {
      const bytes = Buffer.from(original)
      let first = bytes.length
      for (let change = random.integer(3); change >= 0; change--) {
        const at = random.integer(bytes.length)
        bytes[at] = random.chance(0.5) ? random.pick(telling) : random.integer(256)
        first = Math.min(first, at)
      }
      const inOne = readAll(bytes)
      const inPieces = readAll(bytes, { pieceBytes: 1 + random.integer(10) })
      assert.deepStrictEqual(inPieces.items, inOne.items)
      assert.deepStrictEqual(inPieces.failure, inOne.failure)
      const before = whole.filter((item) => item.end <= first)
      assert.deepStrictEqual(inOne.items.slice(0, before.length), before)
      assert.strictEqual(inOne.failure === undefined, inOne.offset === bytes.length)
    }
  })
})

const nothing = Buffer.alloc(0)

/** The bytes of which lines are made. */
const telling = [...Buffer.from("*$#\r\n0129")]
