import { assert, describe, it } from "@effect/vitest"
import { maxTextBytes, toText } from "../../src/data/ByteString.ts"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import { Request } from "../../src/protocol/Request.ts"
import { RequestParser } from "../../src/protocol/RequestParser.ts"

const chunkOf = (words: ReadonlyArray<string>): Buffer =>
  Buffer.from(
    `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`,
    "latin1"
  )

const fromChunk = (chunk: Buffer): Request => {
  const parser = new RequestParser({ protoMaxBulkLen: 512 * 1024 * 1024 })
  parser.push(chunk)
  assert.strictEqual(parser.parse(1), 1)
  return parser.load(0, new Request())
}

/** Both forms of a request: ranges of a chunk, and values. */
const forms: ReadonlyArray<readonly [name: string, make: (words: ReadonlyArray<string>) => Request]> = [
  ["in a chunk", (words) => fromChunk(chunkOf(words))],
  ["made of strings", (words) => Request.of(words)],
  ["made of Buffers", (words) => Request.of(words.map((word) => Buffer.from(word, "latin1")))]
]

const allBytes = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))

describe.each(forms)("a request %s", (form, make) => {
  it("has its arguments as text, as bytes and with their lengths", () => {
    const words = ["SET", "", "x", "twelve chars", "thirteen chars", allBytes]
    const request = make(words)
    assert.strictEqual(request.length, words.length)
    for (const [i, word] of words.entries()) {
      assert.strictEqual(request.text(i), word)
      assert.strictEqual(toText(request.bytes(i)), word)
      assert.strictEqual(request.byteLength(i), word.length)
    }
  })

  it("compares an argument with a word in any case, ASCII only", () => {
    const request = make(["GeT", "get ", "", "\xe9"])
    assert.isTrue(request.equalsIgnoreCase(0, "GET"))
    assert.isFalse(request.equalsIgnoreCase(0, "GETS"))
    assert.isFalse(request.equalsIgnoreCase(0, "SET"))
    assert.isFalse(request.equalsIgnoreCase(1, "GET"))
    assert.isTrue(request.equalsIgnoreCase(2, ""))
    assert.isFalse(request.equalsIgnoreCase(3, "\xc9"))
  })

  it("makes keys that are equal to those of the text", () => {
    const hasher = new KeyHasher(1, 2)
    for (const word of ["", "k", "key:000000000123", allBytes, "x".repeat(maxTextBytes + 1)]) {
      const key = make([word]).key(0, hasher)
      assert.strictEqual(key.text, word)
      assert.strictEqual(key.hash, hasher.text(word))
      assert.strictEqual(key.length, word.length)
    }
  })

  it("a copy outlives the chunk", () => {
    const words = ["SET", "a key of some length", "v"]
    const chunk = chunkOf(words)
    const copy = (form === "in a chunk" ? fromChunk(chunk) : make(words)).materialise()
    chunk.fill(0)
    assert.deepStrictEqual([0, 1, 2].map((i) => toText(copy.bytes(i))), words)
  })
})

describe("Request.integer", () => {
  const cases: ReadonlyArray<readonly [text: string, value: number | bigint | undefined]> = [
    ["0", 0],
    ["1", 1],
    ["-1", -1],
    ["123456789012345", 123456789012345],
    ["1234567890123456", 1234567890123456],
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["9223372036854775807", 9223372036854775807n],
    ["-9223372036854775808", -9223372036854775808n],
    ["9223372036854775808", undefined],
    ["-9223372036854775809", undefined],
    ["18446744073709551616", undefined],
    ["", undefined],
    ["-", undefined],
    ["-0", undefined],
    ["00", undefined],
    ["01", undefined],
    ["+1", undefined],
    [" 1", undefined],
    ["1 ", undefined],
    ["1a", undefined],
    ["1.0", undefined],
    ["1/", undefined],
    ["1:", undefined],
    ["1".repeat(1000), undefined]
  ]
  it.each(cases)("%j is %s", (text, value) => {
    assert.strictEqual(fromChunk(chunkOf([text])).integer(0), value)
    assert.strictEqual(Request.of([text]).integer(0), value)
  })
})

describe("Request.bytes", () => {
  it("a large argument in a chunk is copied into a Buffer of its own", () => {
    const large = "z".repeat(maxTextBytes + 1)
    const chunk = chunkOf([large])
    const bytes = fromChunk(chunk).bytes(0)
    if (typeof bytes === "string") return assert.fail("a large argument is a Buffer")
    chunk.fill(0)
    assert.strictEqual(bytes.latin1Slice(), large)
    assert.strictEqual(bytes.buffer.byteLength, large.length)
  })

  it("a Buffer that is the request's own is handed over", () => {
    const value = Buffer.alloc(maxTextBytes + 1)
    assert.strictEqual(Request.of(["SET", "k", value]).bytes(2), value)
  })
})

describe("RequestParser.hashKeys", () => {
  it("gives every request of the batch the key that it would make itself", () => {
    const hasher = new KeyHasher(7, 11)
    const requests = [["GET", "a"], ["PING"], ["SET", "key:1", "v"], ["MGET", "x", "y"], ["GET", ""]]
    const parser = new RequestParser({ protoMaxBulkLen: 512 * 1024 * 1024 })
    parser.push(Buffer.concat([...requests.map(chunkOf), Buffer.from("GET inline\r\n")]))
    const count = parser.parse(100)
    assert.strictEqual(count, requests.length + 1)
    const hashes = parser.hashKeys(hasher)
    for (const [i, words] of [...requests, ["GET", "inline"]].entries()) {
      const request = parser.load(i, new Request())
      for (let argument = 1; argument < words.length; argument++) {
        assert.strictEqual(request.key(argument, hasher).hash, hasher.text(words[argument]!), words.join(" "))
      }
    }
    assert.strictEqual(hashes[0], hasher.text("a"))
  })

  it("speaks of one batch only", () => {
    const hasher = new KeyHasher(7, 11)
    const parser = new RequestParser({ protoMaxBulkLen: 512 * 1024 * 1024 })
    parser.push(Buffer.concat([chunkOf(["GET", "a"]), chunkOf(["GET", "b"])]))
    parser.parse(1)
    parser.hashKeys(hasher)
    parser.parse(1)
    assert.strictEqual(parser.load(0, new Request()).key(1, hasher).hash, hasher.text("b"))
  })
})
