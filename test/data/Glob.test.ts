import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { isPlainPattern, matchGlob } from "../../src/data/Glob.ts"
import { makeSeededRandom } from "../support/random.ts"

describe("matchGlob", () => {
  it("matches what the reference matches", () => {
    const table: ReadonlyArray<readonly [string, string]> = [
      ["", ""],
      ["*", "a"],
      ["**", "abc"],
      ["a*", "a"],
      ["*a", "bca"],
      ["a*c", "abbc"],
      ["*a*b*", "xxaxxbxx"],
      ["h?llo", "hello"],
      ["h[ae]llo", "hallo"],
      ["h[^e]llo", "hallo"],
      ["h[a-b]llo", "hbllo"],
      ["[b-a]", "a"],
      ["[a-]", "^"],
      ["[a\\-z]", "-"],
      ["[\\]]", "]"],
      ["[^]]", "x]"],
      ["[^", "x"],
      ["[a", "a"],
      ["[a-z", "m"],
      ["[a\\", "\\"],
      ["\\*", "*"],
      ["\\a", "a"],
      ["\\", "\\"],
      ["a\\", "a\\"],
      ["\\\\", "\\"],
      ["?", "\xff"],
      ["[\x80-\xff]", "\xa0"],
      ["[\xff-a]", "\0"],
      ["a**", "a"],
      ["\0*", "\0\0"]
    ]
    for (const [pattern, text] of table) assert.isTrue(matchGlob(pattern, text), `${pattern} ${text}`)
  })

  it("does not match what the reference does not match", () => {
    const table: ReadonlyArray<readonly [string, string]> = [
      ["", "a"],
      ["a", ""],
      ["*", ""],
      ["**", ""],
      ["?", ""],
      ["?", "ab"],
      ["a", "A"],
      ["a*c", "abcd"],
      ["*b", "a"],
      ["h[^e]llo", "hello"],
      ["[]", "]"],
      ["[]a]", "a"],
      ["[", "["],
      ["[]", "[]"],
      ["[^a]", "a"],
      ["[a-c]", "d"],
      ["[a-\xff]", "b"],
      ["\\*", "a"],
      ["a\\", "a"],
      ["*a*b", "ba"]
    ]
    for (const [pattern, text] of table) assert.isFalse(matchGlob(pattern, text), `${pattern} ${text}`)
  })

  it("ignores the case of ASCII letters only where it is told to", () => {
    assert.isTrue(matchGlob("MAX*", "maxmemory", true))
    assert.isFalse(matchGlob("MAX*", "maxmemory"))
    assert.isTrue(matchGlob("[A-C]x", "bX", true))
    assert.isTrue(matchGlob("[ABC]", "b", true))
    assert.isFalse(matchGlob("\xc9", "\xe9", true))
    // Redis: an escaped member keeps its case, and borders are ordered before their case is ignored.
    assert.isFalse(matchGlob("[\\A]", "a", true))
    assert.isFalse(matchGlob("[Z-a]", "z", true))
    // glibc's tolower takes the byte 0xff for the end of a file, and other bytes above 0x7f as they are.
    assert.isTrue(matchGlob("[a-\xff]", "-", true))
    assert.isFalse(matchGlob("[a-\xfe]", "-", true))
  })

  it("answers abusive patterns quickly", () => {
    assert.isFalse(matchGlob(`${"a*".repeat(50)}b`, "a".repeat(10_000)))
    assert.isFalse(matchGlob(`${"*?".repeat(500)}b`, "a".repeat(2_000)))
    assert.isFalse(matchGlob(`${"*a".repeat(100)}*b`, "a".repeat(10_000)))
  })

  it("gives up at the 1001st star", () => {
    assert.isTrue(matchGlob("*a".repeat(1000), "a".repeat(1000)))
    assert.isFalse(matchGlob("*a".repeat(1001), "a".repeat(1001)))
    assert.isTrue(matchGlob(`${"*a".repeat(1000)}*`, "a".repeat(1001)))
  })

  it("takes Buffers where texts are long", () => {
    assert.isTrue(matchGlob("a*\xff", Buffer.from(`${"a".repeat(40_000)}\xff`, "latin1")))
    assert.isTrue(matchGlob(Buffer.from("\xff*", "latin1"), "\xff1"))
  })

  it("agrees with the plain definition of stars and question marks", () => {
    const naive = (pattern: string, text: string): boolean => {
      if (pattern === "") return text === ""
      if (pattern[0] === "*") return naive(pattern.slice(1), text) || (text !== "" && naive(pattern, text.slice(1)))
      return text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && naive(pattern.slice(1), text.slice(1))
    }
    const random = makeSeededRandom(7)
    const any = (length: number, from: ReadonlyArray<string>): string =>
      Array.from({ length: random.integer(length) }, () => random.pick(from)).join("")
    for (let i = 0; i < 5000; i++) {
      const [pattern, text] = [any(8, ["a", "b", "*", "?"]), `${any(8, ["a", "b"])}b`]
      assert.strictEqual(matchGlob(pattern, text), naive(pattern, text), `${pattern} ${text}`)
    }
  })
})

describe("isPlainPattern", () => {
  it("is true only where nothing in the pattern is special", () => {
    for (const pattern of ["", "key", "a]b", "a^-b", "\xff"]) assert.isTrue(isPlainPattern(pattern), pattern)
    for (const pattern of ["*", "a?", "[a", "\\a"]) assert.isFalse(isPlainPattern(pattern), pattern)
  })
})
