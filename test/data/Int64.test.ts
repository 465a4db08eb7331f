import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { addInt64, type Int64, isInt64Text, parseInt64, parseUnsigned64 } from "../../src/data/Int64.ts"
import { makeSeededRandom } from "../support/random.ts"

describe("parseInt64", () => {
  it("reads what fits, as a number where that is exact", () => {
    const table: ReadonlyArray<readonly [string, Int64]> = [
      ["0", 0],
      ["7", 7],
      ["-1", -1],
      ["1234567890", 1234567890],
      ["9007199254740991", 9007199254740991],
      ["-9007199254740991", -9007199254740991],
      ["9007199254740992", 9007199254740992n],
      ["9007199254740993", 9007199254740993n],
      ["-9007199254740993", -9007199254740993n],
      ["9223372036854775807", 9223372036854775807n],
      ["-9223372036854775808", -9223372036854775808n]
    ]
    for (const [text, value] of table) {
      assert.strictEqual(parseInt64(text), value, text)
      assert.strictEqual(String(parseInt64(text)), text)
    }
  })

  it("refuses every text but the canonical one", () => {
    const refused = [
      "",
      "-",
      "+",
      "+1",
      "-0",
      "00",
      "01",
      "-01",
      " 1",
      "1 ",
      "1\n",
      "1.0",
      "1e3",
      "0x1",
      "a",
      "1a",
      "--1"
    ]
    for (const text of [...refused, "1\0", "\x001", "١", "1:", "1/"]) {
      assert.isUndefined(parseInt64(text), JSON.stringify(text))
    }
    assert.isFalse(isInt64Text("01"))
    assert.isTrue(isInt64Text("1"))
  })

  it("refuses what does not fit into 64 bits with sign", () => {
    const refused = ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999"]
    for (const text of [...refused, "100000000000000000000", "-99999999999999999999"]) {
      assert.isUndefined(parseInt64(text))
    }
    assert.isUndefined(parseInt64(Buffer.from("1")))
  })
})

describe("addInt64", () => {
  it("is exact to the edges and refuses to step over them", () => {
    assert.strictEqual(addInt64(1, 2), 3)
    assert.strictEqual(addInt64(9007199254740991, 1), 9007199254740992n)
    assert.strictEqual(addInt64(9007199254740992n, -1), 9007199254740991)
    assert.strictEqual(addInt64(9223372036854775806n, 1), 9223372036854775807n)
    assert.isUndefined(addInt64(9223372036854775807n, 1))
    assert.isUndefined(addInt64(-1, -9223372036854775808n))
    assert.strictEqual(addInt64(9223372036854775807n, -9223372036854775808n), -1)
  })

  it("answers the sum of any two, in canonical form", () => {
    const random = makeSeededRandom(2)
    const any = (): Int64 => {
      const magnitude = BigInt(random.integer(2 ** 32)) << BigInt(random.integer(32))
      return parseInt64(String(random.integer(2) === 0 ? magnitude : -magnitude)) ?? 0
    }
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [any(), any()]
      const sum = BigInt(a) + BigInt(b)
      assert.strictEqual(addInt64(a, b), BigInt.asIntN(64, sum) === sum ? parseInt64(String(sum)) : undefined)
    }
  })
})

describe("parseUnsigned64", () => {
  it("reads cursors as the reference does", () => {
    const table: ReadonlyArray<readonly [string, Int64 | undefined]> = [
      ["0", 0],
      ["17", 17],
      ["-1", undefined],
      ["-0", 0],
      ["-01", 18446744073709551615n],
      [" 1", 1],
      ["\t\v1", 1],
      ["+1", 1],
      ["001", 1],
      ["9223372036854775808", 9223372036854775808n],
      ["18446744073709551615", 18446744073709551615n],
      ["18446744073709551616", undefined],
      ["-9223372036854775808", undefined],
      ["-9223372036854775809", 9223372036854775807n],
      ["-18446744073709551615", 1],
      ["-18446744073709551616", undefined],
      ["000000000000000000000000000000001", 1],
      ["", undefined],
      [" ", undefined],
      ["1 ", undefined],
      ["a", undefined],
      ["+", undefined],
      ["+-1", undefined],
      ["0x1", undefined],
      ["1\0x", 1]
    ]
    for (const [text, value] of table) assert.strictEqual(parseUnsigned64(text), value, JSON.stringify(text))
  })
})
