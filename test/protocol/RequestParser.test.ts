import { assert, describe, it } from "@effect/vitest"
import { maxTextBytes, toText } from "../../src/data/ByteString.ts"
import { errorText } from "../../src/protocol/CommandError.ts"
import { Request } from "../../src/protocol/Request.ts"
import { maxArguments, maxLineBytes, RequestParser } from "../../src/protocol/RequestParser.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

interface Parsed {
  readonly requests: ReadonlyArray<ReadonlyArray<string>>
  readonly failure: string | undefined
}

interface Options {
  readonly protoMaxBulkLen?: number
  readonly isAuthenticated?: boolean
  readonly maxRequests?: number
}

const megabytes512 = 512 * 1024 * 1024

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1")

const encode = (...words: ReadonlyArray<string>): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`

const words = (request: Request): Array<string> =>
  Array.from({ length: request.length }, (_, i) => toText(request.bytes(i)))

/** What the parser makes of these pieces; all requests, and the error that ended them. */
const parse = (pieces: ReadonlyArray<string>, options: Options = {}): Parsed => {
  const parser = new RequestParser(
    { protoMaxBulkLen: options.protoMaxBulkLen ?? megabytes512 },
    options.isAuthenticated
  )
  const request = new Request()
  const requests: Array<ReadonlyArray<string>> = []
  for (const piece of pieces) {
    parser.push(latin1(piece))
    while (parser.parse(options.maxRequests ?? 1000) > 0) {
      for (let i = 0; i < parser.count; i++) requests.push(words(parser.load(i, request)))
    }
  }
  return { requests, failure: parser.failure === undefined ? undefined : errorText(parser.failure) }
}

const cutRandomly = (random: SeededRandom, text: string, maxPieces: number): Array<string> => {
  const cuts = Array.from({ length: random.integer(maxPieces) }, () => random.integer(text.length + 1))
  cuts.sort((a, b) => a - b)
  return [0, ...cuts].map((from, index) => text.slice(from, cuts[index] ?? text.length))
}

const allBytes = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))

const mixedPipeline = [
  encode("SET", "key", "value"),
  "*0\r\n",
  "PING\r\n",
  "\r\n",
  encode("ECHO", ""),
  "*-1\r\n",
  `set "a b" 'c\\'d' "\\x00\\n"\n`,
  encode("ECHO", "a longer value, with \r\n and \0 in it: $3\r\nfoo\r\n*1\r\n"),
  encode("GET", allBytes),
  encode("")
].join("")

const mixedRequests = [
  ["SET", "key", "value"],
  ["PING"],
  ["ECHO", ""],
  ["set", "a b", "c'd", "\0\n"],
  ["ECHO", "a longer value, with \r\n and \0 in it: $3\r\nfoo\r\n*1\r\n"],
  ["GET", allBytes],
  [""]
]

describe("RequestParser", () => {
  it("reads arrays, inline commands and what is skipped between them", () => {
    assert.deepStrictEqual(parse([mixedPipeline]), { requests: mixedRequests, failure: undefined })
  })

  it("reads the same requests wherever the bytes are cut in two", () => {
    for (let cut = 0; cut <= mixedPipeline.length; cut++) {
      const parsed = parse([mixedPipeline.slice(0, cut), mixedPipeline.slice(cut)])
      assert.deepStrictEqual(parsed, { requests: mixedRequests, failure: undefined }, `cut at ${cut}`)
    }
  })

  it("reads the same requests byte by byte", () => {
    assert.deepStrictEqual(parse([...mixedPipeline]), { requests: mixedRequests, failure: undefined })
  })

  it("reads the same requests in batches of any size", () => {
    for (let maxRequests = 1; maxRequests <= mixedRequests.length + 1; maxRequests++) {
      assert.deepStrictEqual(parse([mixedPipeline], { maxRequests }).requests, mixedRequests)
    }
  })

  it("reads on where more bytes are pushed before the batches at hand are through", () => {
    const parser = new RequestParser({ protoMaxBulkLen: megabytes512 })
    const request = new Request()
    const requests: Array<ReadonlyArray<string>> = []
    for (let at = 0; at < mixedPipeline.length; at += 50) {
      parser.push(latin1(mixedPipeline.slice(at, at + 50)))
      if (parser.parse(1) > 0) requests.push(words(parser.load(0, request)))
    }
    while (parser.parse(1) > 0) requests.push(words(parser.load(0, request)))
    assert.deepStrictEqual(requests, mixedRequests)
  })

  it("reads a pipeline of a hundred thousand requests, in batches of at most what was asked for", () => {
    const parser = new RequestParser({ protoMaxBulkLen: megabytes512 })
    const request = new Request()
    parser.push(latin1(encode("INCR", "counter").repeat(100_000)))
    let total = 0
    while (parser.parse(1000) > 0) {
      assert.strictEqual(parser.count, 1000)
      assert.deepStrictEqual(words(parser.load(999, request)), ["INCR", "counter"])
      total += parser.count
    }
    assert.strictEqual(total, 100_000)
    assert.strictEqual(parser.bufferedBytes, 0)
  })

  it("reads arguments of any size at random cuts", () => {
    const random = makeSeededRandom(20260101)
    const sizes = [0, 1, 12, 13, 100, 5000, maxTextBytes - 1, maxTextBytes, maxTextBytes + 1, 70_000, 150_000]
    const block = random.bytes(150_000)
    for (let round = 0; round < 60; round++) {
      const requests = Array.from(
        { length: 1 + random.integer(5) },
        () => Array.from({ length: 1 + random.integer(6) }, () => block.slice(0, random.pick(sizes)))
      )
      const pipeline = requests.map((request) => encode(...request)).join("")
      const parsed = parse(cutRandomly(random, pipeline, 40))
      assert.isUndefined(parsed.failure)
      assert.isTrue(equalRequests(parsed.requests, requests), `round ${round}`)
    }
  })

  it("reads the same from random bytes, cut or not, and never throws", () => {
    const random = makeSeededRandom(7)
    const pieces = [
      "*",
      "$",
      "\r",
      "\n",
      "\r\n",
      "-",
      "0",
      "1",
      "2",
      "3",
      "10",
      "\0",
      " ",
      "\"",
      "'",
      "\\",
      "PING",
      "xy"
    ]
    for (let round = 0; round < 5000; round++) {
      const text = Array.from(
        { length: random.integer(40) },
        () => random.chance(0.9) ? random.pick(pieces) : random.bytes(1)
      ).join("")
      const options = { protoMaxBulkLen: 20, isAuthenticated: random.chance(0.8) }
      const whole = parse([text], options)
      assert.deepStrictEqual(parse([...text], options), whole, JSON.stringify(text))
      assert.deepStrictEqual(parse(cutRandomly(random, text, 6), options), whole, JSON.stringify(text))
    }
  })

  it("reads the same from requests with wrong bytes in them, cut or not, and never throws", () => {
    const random = makeSeededRandom(8)
    let failures = 0
    for (let round = 0; round < 3000; round++) {
      const requests = Array.from(
        { length: 1 + random.integer(5) },
        () => encode(...Array.from({ length: 1 + random.integer(4) }, () => random.bytes(random.integer(20))))
      )
      let text = requests.join("")
      for (let mutation = 1 + random.integer(2); mutation > 0; mutation--) {
        const at = random.integer(text.length)
        text = text.slice(0, at) + random.pick(["", "\r\n", "9", "$", random.bytes(1)]) +
          text.slice(at + random.integer(3))
      }
      const whole = parse([text])
      if (whole.failure !== undefined) failures++
      assert.deepStrictEqual(parse([...text]), whole, JSON.stringify(text))
      assert.deepStrictEqual(parse(cutRandomly(random, text, 6)), whole, JSON.stringify(text))
    }
    assert.isAbove(failures, 1000)
  })

  describe("limits and errors, in the words of valkey-server 8.1", () => {
    const tooLong = "1".repeat(maxLineBytes)
    const wrong: ReadonlyArray<readonly [input: string, error: string]> = [
      ["*abc\r\n", "invalid multibulk length"],
      ["*\r\n", "invalid multibulk length"],
      ["*01\r\n", "invalid multibulk length"],
      ["*+1\r\n", "invalid multibulk length"],
      ["*-abc\r\n", "invalid multibulk length"],
      ["* 1\r\n", "invalid multibulk length"],
      ["*3000000000\r\n", "invalid multibulk length"],
      ["*2147483648\r\n", "invalid multibulk length"],
      ["*99999999999999999999\r\n", "invalid multibulk length"],
      ["*-99999999999999999999\r\n", "invalid multibulk length"],
      [`*${maxArguments + 1}\r\n`, "invalid multibulk length"],
      [`*${tooLong}`, "too big mbulk count string"],
      ["*1\r\nfoo\r\n", "expected '$', got 'f'"],
      ["*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n", "expected '$', got 'f'"],
      ["*1\r\n\r\n", "expected '$', got '\r'"],
      ["*1\r\n\0\r\n", "expected '$', got '\0'"],
      ["*1\r\n\xff\r\n", "expected '$', got '\xff'"],
      ["*2\r\n$1\r\nabcd\r\n", "expected '$', got 'd'"],
      ["*1\r\n$\r\n", "invalid bulk length"],
      ["*1\r\n$-1\r\n", "invalid bulk length"],
      ["*1\r\n$-10\r\n", "invalid bulk length"],
      ["*1\r\n$blabla\r\n", "invalid bulk length"],
      ["*1\r\n$01\r\n", "invalid bulk length"],
      ["*1\r\n$536870913\r\n", "invalid bulk length"],
      ["*1\r\n$2000000000\r\n", "invalid bulk length"],
      ["*1\r\n$99999999999999999999\r\n", "invalid bulk length"],
      [`*1\r\n$${"0".repeat(30)}\r\n`, "invalid bulk length"],
      [`*1\r\n$${tooLong}`, "too big bulk count string"],
      ["a".repeat(maxLineBytes + 1), "too big inline request"],
      [`\0${"a".repeat(maxLineBytes)}\r\n`, "too big inline request"],
      ["set \"\"\"test-key\"\"\" test-value\r\n", "unbalanced quotes in request"],
      ["set \"a\r\n", "unbalanced quotes in request"],
      ["set 'a'b x\r\n", "unbalanced quotes in request"]
    ]
    it.each(wrong.map(([input, error]) => [JSON.stringify(input.slice(0, 40)), error, input] as const))(
      "%s: %j",
      (_, error, input) => {
        const failure = `ERR Protocol error: ${error}`
        assert.deepStrictEqual(parse([input]), { requests: [], failure })
        const pieces = input.length > 1000 ? [input.slice(0, 5), input.slice(5, -1), input.slice(-1)] : [...input]
        assert.deepStrictEqual(parse(pieces), { requests: [], failure })
      }
    )

    it("requests before the error are answered, what follows it is not read", () => {
      const parser = new RequestParser({ protoMaxBulkLen: megabytes512 })
      parser.push(latin1(`${encode("PING")}${encode("PING")}*x\r\n${encode("PING")}`))
      assert.strictEqual(parser.parse(100), 2)
      assert.isDefined(parser.failure)
      parser.push(latin1(encode("PING")))
      assert.strictEqual(parser.parse(100), 0)
      assert.strictEqual(parser.bufferedBytes, 0)
    })

    it.each([
      ["*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$blabla\r\n", "'*3..$3..SET..$1..x..$blabla..'"],
      [`*x\r\n\x80${"a".repeat(122)}`, `'*x...${"a".repeat(122)}'`],
      [`*x\r\n${"a".repeat(130)}z`, `'*x..${"a".repeat(60)}' (... more 7 bytes ...) '${"a".repeat(63)}z'`]
    ])("what was sent can be shown: %j", (input, sample) => {
      const parser = new RequestParser({ protoMaxBulkLen: megabytes512 })
      parser.push(latin1(input))
      parser.parse(1)
      assert.strictEqual(parser.failureSample, sample)
    })

    it("a line of the longest length is none too big", () => {
      const word = "a".repeat(maxLineBytes - 1)
      assert.deepStrictEqual(parse([`${word}\r\n`]), { requests: [[word]], failure: undefined })
      assert.deepStrictEqual(parse([word.slice(0, 7), word.slice(7), "\r", "\n"]).requests, [[word]])
      assert.deepStrictEqual(parse(["a".repeat(maxLineBytes)]), { requests: [], failure: undefined })
      assert.deepStrictEqual(parse([`*${"1".repeat(maxLineBytes - 1)}`]), { requests: [], failure: undefined })
    })

    it("proto-max-bulk-len counts as it is at the time", () => {
      const limits = { protoMaxBulkLen: 4 }
      const parser = new RequestParser(limits)
      parser.push(latin1(encode("ECHO", "1234")))
      assert.strictEqual(parser.parse(1), 1)
      limits.protoMaxBulkLen = 5
      parser.push(latin1(encode("ECHO", "12345")))
      assert.strictEqual(parser.parse(1), 1)
      parser.push(latin1(encode("ECHO", "123456")))
      assert.strictEqual(parser.parse(1), 0)
      assert.strictEqual(parser.failure?.reason, "invalid bulk length")
    })

    it("a bulk may be as long as a large proto-max-bulk-len says", () => {
      const parser = new RequestParser({ protoMaxBulkLen: 10_000_000_000 })
      parser.push(latin1("*1\r\n$10000000000\r\nabc"))
      assert.strictEqual(parser.parse(1), 0)
      assert.isUndefined(parser.failure)
      assert.strictEqual(parser.bufferedBytes, 3)
    })

    const isAuthenticated = false
    it("before authentication a request has at most 10 arguments of at most 16 KiB", () => {
      const ten = Array.from({ length: 10 }, () => "x")
      assert.deepStrictEqual(parse([encode(...ten)], { isAuthenticated }).requests, [ten])
      assert.strictEqual(
        parse([encode(...ten, "x")], { isAuthenticated }).failure,
        "ERR Protocol error: unauthenticated multibulk length"
      )
      const large = "x".repeat(16384)
      assert.deepStrictEqual(parse([encode(large)], { isAuthenticated }).requests, [[large]])
      assert.strictEqual(
        parse([encode(`${large}x`)], { isAuthenticated }).failure,
        "ERR Protocol error: unauthenticated bulk length"
      )
    })

    it("the limits of strangers end between two requests of one chunk", () => {
      const parser = new RequestParser({ protoMaxBulkLen: megabytes512 }, false)
      parser.push(latin1(encode("AUTH", "secret") + encode("ECHO", "x".repeat(20_000))))
      assert.strictEqual(parser.parse(1), 1)
      parser.isAuthenticated = true
      assert.strictEqual(parser.parse(1), 1)
    })

    it("what is out of range in general is so before authentication too", () => {
      assert.strictEqual(
        parse(["*3000000000\r\n"], { isAuthenticated }).failure,
        "ERR Protocol error: invalid multibulk length"
      )
      assert.strictEqual(
        parse(["*1\r\n$536870913\r\n"], { isAuthenticated }).failure,
        "ERR Protocol error: invalid bulk length"
      )
    })
  })

  it("does not look at the bytes that end lines and bulks, as Redis does not", () => {
    assert.deepStrictEqual(parse([`*1\rX$4\rYPINGab${encode("PING")}`]).requests, [["PING"], ["PING"]])
  })

  it("skips negative array lengths, lines without words, and takes a bare line feed for a line's end", () => {
    assert.deepStrictEqual(parse([`*-10\r\n\r\n\n \t \r\nPING\nPING\r\n`]).requests, [["PING"], ["PING"]])
  })

  it("a NUL byte in an inline request hides its end, as in Redis", () => {
    assert.deepStrictEqual(parse(["PI\0NG\r\nPING\r\n"]), { requests: [], failure: undefined })
  })

  it("an inline request may have an empty word and a large one", () => {
    const large = "y".repeat(maxTextBytes + 1)
    assert.deepStrictEqual(parse([`"" ${large}\r\n`]).requests, [["", large]])
  })

  it("a request of a million arguments in pieces is read once, and leaves little in the buffer", () => {
    const parser = new RequestParser({ protoMaxBulkLen: megabytes512 })
    const request = new Request()
    const value = "$5\r\n12345\r\n".repeat(8192)
    parser.push(latin1(`*${maxArguments}\r\n`))
    for (let piece = 0; piece < maxArguments / 8192; piece++) {
      assert.strictEqual(parser.parse(10), 0)
      assert.isAtMost(parser.bufferedBytes, 100)
      parser.push(latin1(value))
    }
    assert.isAbove(parser.partialBytes, 5_000_000)
    assert.strictEqual(parser.parse(10), 1)
    parser.load(0, request)
    assert.strictEqual(request.length, maxArguments)
    assert.strictEqual(request.bytes(maxArguments - 1), "12345")
    assert.strictEqual(parser.partialBytes, 0)
  })

  it("a bulk of 64 MB becomes one Buffer, which is handed over and not copied again", () => {
    const parser = new RequestParser({ protoMaxBulkLen: megabytes512 })
    const request = new Request()
    const length = 64 * 1024 * 1024
    const piece = Buffer.alloc(64 * 1024)
    for (let i = 0; i < piece.length; i++) piece[i] = i * 31
    parser.push(latin1(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${length}\r\n`))
    for (let sent = 0; sent < length; sent += piece.length) {
      assert.strictEqual(parser.parse(10), 0)
      parser.push(piece)
    }
    assert.strictEqual(parser.parse(10), 0)
    assert.strictEqual(parser.bufferedBytes, length)
    parser.push(latin1(`\r\n${encode("PING")}`))
    assert.strictEqual(parser.parse(10), 2)
    parser.load(0, request)
    const value = request.bytes(2)
    if (typeof value === "string") return assert.fail("a large bulk is a Buffer")
    assert.strictEqual(value.length, length)
    assert.strictEqual(request.bytes(2), value)
    for (let at = 0; at < length; at += piece.length) {
      assert.isTrue(value.subarray(at, at + piece.length).equals(piece))
    }
    assert.deepStrictEqual(words(parser.load(1, request)), ["PING"])
  })

  it("memory follows what has arrived of a bulk, not what was announced", () => {
    const parsers = Array.from({ length: 50 }, () => new RequestParser({ protoMaxBulkLen: megabytes512 }))
    const before = process.memoryUsage().arrayBuffers
    for (const parser of parsers) {
      parser.push(latin1(`*2\r\n$4\r\nECHO\r\n$${megabytes512}\r\n${"x".repeat(1000)}`))
      parser.parse(1)
      parser.push(Buffer.alloc(100_000))
      parser.parse(1)
      assert.strictEqual(parser.bufferedBytes, 101_000)
    }
    // Twice what has arrived, and as much again for what the collector has not yet taken back.
    assert.isBelow(process.memoryUsage().arrayBuffers - before, 50 * 500_000)
  })
})

const equalRequests = (
  actual: ReadonlyArray<ReadonlyArray<string>>,
  expected: ReadonlyArray<ReadonlyArray<string>>
): boolean =>
  actual.length === expected.length &&
  actual.every((request, i) =>
    request.length === expected[i]?.length && request.every((word, j) => word === expected[i]?.[j])
  )
