import { assert, describe, it } from "@effect/vitest"
import * as CommandError from "../../src/protocol/CommandError.ts"
import * as Reply from "../../src/protocol/Reply.ts"
import { largeBulkBytes, ReplyWriter, type RespVersion } from "../../src/protocol/ReplyWriter.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const taken = (writer: ReplyWriter): string => Buffer.concat(writer.take()).toString("latin1")

const encode = (reply: Reply.Reply, version: RespVersion): string => {
  const writer = new ReplyWriter()
  writer.append(reply, version)
  return taken(writer)
}

const allBytes = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))

// Those with a comment are what valkey-server 8.1 answers to DEBUG PROTOCOL, HELLO 2 and HELLO 3.
const table: ReadonlyArray<readonly [name: string, reply: Reply.Reply, resp2: string, resp3: string]> = [
  // string
  ["a string", "Hello World", "$11\r\nHello World\r\n", "$11\r\nHello World\r\n"],
  ["the empty string", "", "$0\r\n\r\n", "$0\r\n\r\n"],
  ["every byte", allBytes, `$256\r\n${allBytes}\r\n`, `$256\r\n${allBytes}\r\n`],
  ["a Buffer", Buffer.from(allBytes, "latin1"), `$256\r\n${allBytes}\r\n`, `$256\r\n${allBytes}\r\n`],
  ["an empty Buffer", Buffer.alloc(0), "$0\r\n\r\n", "$0\r\n\r\n"],
  // integer
  ["an integer", 12345, ":12345\r\n", ":12345\r\n"],
  ["zero", 0, ":0\r\n", ":0\r\n"],
  ["a negative integer", -42, ":-42\r\n", ":-42\r\n"],
  ["a bigint", 2n ** 63n - 1n, ":9223372036854775807\r\n", ":9223372036854775807\r\n"],
  ["a negative bigint", -(2n ** 63n), ":-9223372036854775808\r\n", ":-9223372036854775808\r\n"],
  // double
  // oxlint-disable-next-line approx-constant -- it is what DEBUG PROTOCOL answers
  ["a double", new Reply.Double(3.141), "$5\r\n3.141\r\n", ",3.141\r\n"],
  ["a large double", new Reply.Double(1e21), "$5\r\n1e+21\r\n", ",1e+21\r\n"],
  ["a small double", new Reply.Double(1.5e-10), "$7\r\n1.5e-10\r\n", ",1.5e-10\r\n"],
  ["infinity", new Reply.Double(Infinity), "$3\r\ninf\r\n", ",inf\r\n"],
  ["minus infinity", new Reply.Double(-Infinity), "$4\r\n-inf\r\n", ",-inf\r\n"],
  // bignum
  [
    "a big number",
    new Reply.BigNumber("1234567999999999999999999999999999999"),
    "$37\r\n1234567999999999999999999999999999999\r\n",
    "(1234567999999999999999999999999999999\r\n"
  ],
  // null
  ["null", null, "$-1\r\n", "_\r\n"],
  // BLPOP that found nothing
  ["a null array", Reply.nullArray, "*-1\r\n", "_\r\n"],
  // array
  ["an array", [0, 1, 2], "*3\r\n:0\r\n:1\r\n:2\r\n", "*3\r\n:0\r\n:1\r\n:2\r\n"],
  ["the empty array", [], "*0\r\n", "*0\r\n"],
  [
    "nested arrays",
    [[], ["a", [[1]]], null, [[]]],
    "*4\r\n*0\r\n*2\r\n$1\r\na\r\n*1\r\n*1\r\n:1\r\n$-1\r\n*1\r\n*0\r\n",
    "*4\r\n*0\r\n*2\r\n$1\r\na\r\n*1\r\n*1\r\n:1\r\n_\r\n*1\r\n*0\r\n"
  ],
  // set
  ["a set", new Reply.SetReply([0, 1, 2]), "*3\r\n:0\r\n:1\r\n:2\r\n", "~3\r\n:0\r\n:1\r\n:2\r\n"],
  // map
  [
    "a map",
    new Reply.MapReply([0, false, 1, true, 2, false]),
    "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n",
    "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n"
  ],
  // attrib
  [
    "a reply with attributes",
    new Reply.Attributed(["key-popularity", ["key:123", 90]], "Some real reply following the attribute"),
    "$39\r\nSome real reply following the attribute\r\n",
    "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n$39\r\nSome real reply following the attribute\r\n"
  ],
  [
    "attributes within an array",
    [1, new Reply.Attributed(["a", 1], [2, 3]), 4],
    "*3\r\n:1\r\n*2\r\n:2\r\n:3\r\n:4\r\n",
    "*3\r\n:1\r\n|1\r\n$1\r\na\r\n:1\r\n*2\r\n:2\r\n:3\r\n:4\r\n"
  ],
  // push
  [
    "a push",
    new Reply.Push(["server-cpu-usage", 42]),
    "*2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n",
    ">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n"
  ],
  // verbatim
  [
    "a verbatim string",
    new Reply.Verbatim("This is a verbatim\nstring"),
    "$25\r\nThis is a verbatim\nstring\r\n",
    "=29\r\ntxt:This is a verbatim\nstring\r\n"
  ],
  ["a verbatim string of another format", new Reply.Verbatim("*a*", "mkd"), "$3\r\n*a*\r\n", "=7\r\nmkd:*a*\r\n"],
  // true, false
  ["true", true, ":1\r\n", "#t\r\n"],
  ["false", false, ":0\r\n", "#f\r\n"],
  ["OK", Reply.ok, "+OK\r\n", "+OK\r\n"],
  ["PONG", Reply.pong, "+PONG\r\n", "+PONG\r\n"],
  ["QUEUED", Reply.queued, "+QUEUED\r\n", "+QUEUED\r\n"],
  ["a status with line ends in it", new Reply.SimpleString("a\r\nb\n\xff"), "+a  b \xff\r\n", "+a  b \xff\r\n"],
  [
    "an error",
    CommandError.wrongType,
    "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
    "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
  ],
  // DEBUG ERROR
  ["an error with line ends in it", new CommandError.Failure("\r\nb\xff", "a"), "-a   b\xff\r\n", "-a   b\xff\r\n"],
  [
    "an error within an array",
    [CommandError.syntaxFailure],
    "*1\r\n-ERR syntax error\r\n",
    "*1\r\n-ERR syntax error\r\n"
  ]
]

describe("ReplyWriter", () => {
  it.each(table)("%s", (_, reply, resp2, resp3) => {
    assert.strictEqual(encode(reply, 2), resp2)
    assert.strictEqual(encode(reply, 3), resp3)
  })

  it("writes integers of every number of digits", () => {
    const edges = [2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]
    for (let power = 1; power <= 10 ** 15; power *= 10) edges.push(power - 1, power, power + 1)
    for (const edge of edges) {
      assert.strictEqual(encode(edge, 2), `:${edge}\r\n`)
      assert.strictEqual(encode(-edge, 2), edge === 0 ? ":0\r\n" : `:-${edge}\r\n`)
    }
  })

  it("writes strings of every length around its thresholds", () => {
    const random = makeSeededRandom(3)
    for (const length of [...Array.from({ length: 100 }, (_, i) => i), 511, 512, 32768, 65535, 65536, 200_000]) {
      const text = random.bytes(length)
      assert.strictEqual(encode(text, 2), `$${length}\r\n${text}\r\n`)
      assert.strictEqual(encode(Buffer.from(text, "latin1"), 2), `$${length}\r\n${text}\r\n`)
    }
  })

  it("what a client reads is what was appended", () => {
    const random = makeSeededRandom(4)
    const writer = new ReplyWriter()
    for (let round = 0; round < 300; round++) {
      const replies = Array.from({ length: random.integer(30) }, () => randomReply(random, 3))
      for (const reply of replies) writer.append(reply, 3)
      const length = writer.length
      const bytes = taken(writer)
      assert.strictEqual(bytes.length, length)
      assert.deepStrictEqual(decodeAll(bytes), replies.map(flatten))
      if (random.chance(0.5)) writer.reuse()
    }
  })

  it("nesting of any depth is written", () => {
    let reply: Reply.Reply = 1
    for (let depth = 0; depth < 100_000; depth++) reply = depth % 2 === 0 ? [reply] : new Reply.MapReply(["k", reply])
    assert.strictEqual(encode(reply, 2), `${"*2\r\n$1\r\nk\r\n*1\r\n".repeat(50_000)}:1\r\n`)
  })

  it("a large Buffer is passed on, not copied, between the bytes before and behind it", () => {
    const writer = new ReplyWriter()
    const large = Buffer.alloc(largeBulkBytes, "x")
    writer.append([1, large, 2], 2)
    const pieces = writer.take()
    assert.isTrue(pieces.includes(large))
    assert.strictEqual(
      Buffer.concat(pieces).toString(),
      `*3\r\n:1\r\n$${largeBulkBytes}\r\n${large.toString()}\r\n:2\r\n`
    )
    const small = Buffer.alloc(largeBulkBytes - 1)
    writer.append(small, 2)
    assert.strictEqual(writer.take().length, 1)
  })

  it("bytes that were taken stay as they are until they may be reused", () => {
    const writer = new ReplyWriter()
    writer.append("first", 2)
    const first = writer.take()
    writer.append("other", 2)
    const second = writer.take()
    assert.strictEqual(Buffer.concat(first).toString(), "$5\r\nfirst\r\n")
    assert.deepStrictEqual(writer.take(), [])
    // Nothing was in the last batch, so there is nothing to reuse: the batch before it may still be on its way.
    writer.reuse()
    writer.append("third", 2)
    assert.strictEqual(Buffer.concat(second).toString(), "$5\r\nother\r\n")
    assert.strictEqual(taken(writer), "$5\r\nthird\r\n")
  })

  it("the buffer serves again once it may be reused", () => {
    const writer = new ReplyWriter()
    writer.append("first", 2)
    const [first] = writer.take()
    writer.reuse()
    writer.append("second", 2)
    const [second] = writer.take()
    assert.isDefined(first)
    assert.strictEqual(second?.buffer, first?.buffer)
    assert.strictEqual(second?.byteOffset, 0)
  })

  it("a long reply is not moved as it grows, and its memory is not kept", () => {
    const writer = new ReplyWriter()
    const items = Array.from({ length: 200_000 }, (_, i) => `item:${i}`)
    writer.append(items, 2)
    assert.isAbove(writer.length, 2_000_000)
    const pieces = writer.take()
    writer.reuse()
    assert.isTrue(pieces.every((piece) => piece.buffer.byteLength <= 64 * 1024))
    assert.strictEqual(
      Buffer.concat(pieces).toString(),
      `*200000\r\n${items.map((item) => `$${item.length}\r\n${item}\r\n`).join("")}`
    )
  })

  it("reset forgets what was appended", () => {
    const writer = new ReplyWriter()
    writer.append(["a", Buffer.alloc(largeBulkBytes)], 2)
    writer.reset()
    assert.strictEqual(writer.length, 0)
    writer.append(1, 2)
    assert.strictEqual(taken(writer), ":1\r\n")
  })
})

const randomReply = (random: SeededRandom, depth: number): Reply.Reply => {
  const items = (): Array<Reply.Reply> =>
    Array.from({ length: random.integer(5) }, () => randomReply(random, depth - 1))
  switch (random.integer(depth === 0 ? 9 : 12)) {
    case 0:
      return random.bytes(random.integer(60))
    case 1:
      return random.integer(2 ** 32) - 2 ** 31
    case 2:
      return Buffer.from(random.bytes(random.pick([0, 3, largeBulkBytes])), "latin1")
    case 3:
      return random.chance(0.5)
    case 4:
      return null
    case 5:
      return new Reply.SimpleString("status")
    case 6:
      return new Reply.Double(random.integer(1000) / 8)
    case 7:
      return new Reply.Verbatim(random.bytes(random.integer(30)))
    case 8:
      return BigInt(random.integer(2 ** 32)) ** 2n
    case 9:
      return items()
    case 10:
      return new Reply.SetReply(items())
    default:
      return new Reply.MapReply(items().flatMap((item) => ["key", item]))
  }
}

/** What a client can see of a reply: one character for its type, and its text or items. */
type Seen = readonly [type: string, content: string | ReadonlyArray<Seen>]

const flatten = (reply: Reply.Reply): Seen => {
  if (typeof reply === "string") return ["$", reply]
  if (Buffer.isBuffer(reply)) return ["$", reply.toString("latin1")]
  if (typeof reply === "number" || typeof reply === "bigint") return [":", String(reply)]
  if (typeof reply === "boolean") return ["#", reply ? "t" : "f"]
  if (reply === null) return ["_", ""]
  if (reply instanceof Reply.SimpleString) return ["+", reply.text]
  if (reply instanceof Reply.Double) return [",", String(reply.value)]
  if (reply instanceof Reply.Verbatim) return ["=", `${reply.format}:${reply.text}`]
  if (reply instanceof Reply.SetReply) return ["~", reply.members.map(flatten)]
  if (reply instanceof Reply.MapReply) return ["%", reply.pairs.map(flatten)]
  if (Array.isArray(reply)) return ["*", reply.map(flatten)]
  throw new Error("a reply that randomReply does not make")
}

const decodeAll = (bytes: string): Array<Seen> => {
  let at = 0
  const decode = (): Seen => {
    const type = bytes.charAt(at)
    const lineEnd = bytes.indexOf("\r\n", at)
    const line = bytes.slice(at + 1, lineEnd)
    at = lineEnd + 2
    if ("$=".includes(type)) {
      const start = at
      at += Number(line) + 2
      assert.strictEqual(bytes.slice(at - 2, at), "\r\n")
      return [type, bytes.slice(start, at - 2)]
    }
    if ("*~%".includes(type)) {
      return [type, Array.from({ length: Number(line) * (type === "%" ? 2 : 1) }, decode)]
    }
    return [type, line]
  }
  const seen: Array<Seen> = []
  while (at < bytes.length) seen.push(decode())
  return seen
}
