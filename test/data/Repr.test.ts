import { assert, describe, it } from "@effect/vitest"
import { repr, splitArguments } from "../../src/data/Repr.ts"
import { makeSeededRandom } from "../support/random.ts"

const everyByte = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))

describe("repr", () => {
  it("leaves printable ASCII as it is and escapes the rest", () => {
    assert.strictEqual(repr("hello world!~"), "\"hello world!~\"")
    assert.strictEqual(repr(""), "\"\"")
    assert.strictEqual(repr("a\"b\\c"), "\"a\\\"b\\\\c\"")
    assert.strictEqual(repr("\n\r\t\x07\b"), "\"\\n\\r\\t\\a\\b\"")
    assert.strictEqual(repr("\0\x1b\x7f\x80\xff"), "\"\\x00\\x1b\\x7f\\x80\\xff\"")
  })
})

describe("splitArguments", () => {
  it("splits and unquotes as inline commands of the reference do", () => {
    const table: ReadonlyArray<readonly [string, ReadonlyArray<string> | undefined]> = [
      ["", []],
      ["  \r\n", []],
      ["SET a b", ["SET", "a", "b"]],
      ["  a\tb\n", ["a", "b"]],
      ["a \"b c\" 'd e'", ["a", "b c", "d e"]],
      ["\"\" ''", ["", ""]],
      ["\"\\x41\\xff\\n\\q\\\"\" x", ["A\xff\nq\"", "x"]],
      ["\"\\r\\t\\b\\a\\\\\"", ["\r\t\b\x07\\"]],
      ["\"\\x4\" \"\\xg1\"", ["x4", "xg1"]],
      ["'it\\'s' 'a\\nb'", ["it's", "a\\nb"]],
      ["'a\\\\n'", ["a\\\\n"]],
      ["'\\\\'' x", ["\\'", "x"]],
      ["foo\"bar\"", ["foobar"]],
      ["a'b c'", ["ab c"]],
      ["\"foo\"bar", undefined],
      ["\"foo\"\"bar\"", undefined],
      ["'foo'bar", undefined],
      ["\"foo", undefined],
      ["\"foo\\\"", undefined],
      ["'foo", undefined],
      ["'foo\\'", undefined],
      ["a\"", undefined],
      [" \va\vb\f c", ["a\vb\f", "c"]],
      ["\"a\"\vb", ["a", "b"]],
      ["a\\ b", ["a\\", "b"]],
      ["a \0 b", ["a"]],
      ["\"a\0\"", undefined],
      ["\xff \xfe", ["\xff", "\xfe"]]
    ]
    for (const [line, words] of table) assert.deepStrictEqual(splitArguments(line), words, JSON.stringify(line))
  })

  it("reads back whatever repr has written", () => {
    assert.deepStrictEqual(splitArguments(everyByte.map(repr).join(" ")), everyByte)
    const random = makeSeededRandom(3)
    for (let i = 0; i < 500; i++) {
      const words = Array.from(
        { length: random.integer(5) },
        () => Array.from({ length: random.integer(6) }, () => random.pick(everyByte)).join("")
      )
      assert.deepStrictEqual(splitArguments(words.map(repr).join(" ")), words)
    }
  })
})
