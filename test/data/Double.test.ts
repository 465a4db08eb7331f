import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { formatDouble, parseDouble } from "../../src/data/Double.ts"
import { makeSeededRandom } from "../support/random.ts"

/** Doubles and their text, from a C program that prints with the reference's `fpconv_dtoa`. */
const printed: ReadonlyArray<readonly [number, string]> = [
  [0.1, "0.1"],
  [0.5, "0.5"],
  [-0.5, "-0.5"],
  [2.5, "2.5"],
  [0.3333333333333333, "0.3333333333333333"],
  [0.6666666666666666, "0.6666666666666666"],
  [100.25, "100.25"],
  [1e+21, "1e+21"],
  [1e+22, "1e+22"],
  [123456789012345680000, "123456789012345680000"],
  [1.5e+300, "1.5e+300"],
  [100000000000000000000, "1e+20"],
  [2 ** 62 + 1024, "4611686018427389000"],
  [10000000000000000000, "1e+19"],
  [9.5e+22, "9.5e+22"],
  [1e+23, "99999999999999990000000"],
  [5e-324, "5e-324"],
  [2.2250738585072014e-308, "2.2250738585072014e-308"],
  [1.7976931348623157e+308, "1.7976931348623157e+308"],
  [0.00001, "0.00001"],
  [0.000001, "0.000001"],
  [1e-7, "1e-7"],
  [1.5e-7, "1.5e-7"],
  [0.000123, "0.000123"],
  [0.0000123, "1.23e-5"],
  [0.00000123, "1.23e-6"],
  [1.23e-7, "1.23e-7"],
  [0.00000123456789, "1.23456789e-6"],
  [-1.2345678901234568e-10, "-1.2345678901234568e-10"],
  [-1.2345678901234567e-100, "-1.2345678901234567e-100"],
  [1.2345678901234567e+100, "1.2345678901234567e+100"],
  [5e-10, "5e-10"],
  [0.30000000000000004, "0.30000000000000004"],
  [1.1, "1.1"],
  [1e-100, "1e-100"],
  [1e+100, "1e+100"],
  [1.0000000000000002, "1.0000000000000002"],
  [0.489583710674, "0.48958371067400003"],
  [0.031297134514898, "0.031297134514898003"],
  [37.14017916936427, "37.140179169364274"],
  [5456.520682201, "5456.5206822010005"],
  [0.4143396795261651, "0.41433967952616513"],
  [-48.012693645433, "-48.012693645432996"],
  [-501326.139317825, "-5.0132613931782497e+5"],
  [-583417.515969, "-5.834175159689999e+5"],
  [443.474280647933, "443.47428064793303"],
  [-0.000864570115227252, "-8.645701152272521e-4"],
  [-0.006484609812032431, "-0.0064846098120324314"],
  [537.904529599, "537.9045295990001"],
  [4122467.234265059, "4.1224672342650592e+6"],
  [-36.566136055626, "-36.566136055625996"],
  [6995.25884119794, "6995.2588411979395"],
  [-0.0101485562277958, "-0.010148556227795799"]
]

describe("formatDouble", () => {
  it("prints fractions and large numbers with the digits of the reference", () => {
    for (const [value, text] of printed) {
      assert.strictEqual(formatDouble(value), text)
      assert.strictEqual(formatDouble(-value), text.startsWith("-") ? text.slice(1) : `-${text}`)
    }
  })

  it("writes whole numbers out up to 2^62", () => {
    const table: ReadonlyArray<readonly [number, string]> = [
      [0, "0"],
      [-0, "-0"],
      [3, "3"],
      [-17, "-17"],
      [1e17, "100000000000000000"],
      [2 ** 53 + 2, "9007199254740994"],
      [2 ** 60, "1152921504606846976"],
      [2 ** 62, "4611686018427387904"],
      [-(2 ** 62), "-4611686018427387904"]
    ]
    for (const [value, text] of table) assert.strictEqual(formatDouble(value), text)
  })

  it("has names for what is no number", () => {
    assert.strictEqual(formatDouble(Infinity), "inf")
    assert.strictEqual(formatDouble(-Infinity), "-inf")
    assert.strictEqual(formatDouble(NaN), "nan")
  })

  it("prints what reads back as the same double, whatever its bits", () => {
    const random = makeSeededRandom(10)
    const words = new Uint32Array(2)
    const double = new Float64Array(words.buffer)
    for (let i = 0; i < 20_000; i++) {
      words[0] = random.integer(2 ** 32)
      // Every second one has the exponent of an everyday number.
      words[1] = i % 2 === 0 ? random.integer(2 ** 32) : (random.integer(2 ** 20) | (1013 + random.integer(30)) << 20)
      const value = double[0] ?? NaN
      if (Number.isNaN(value)) continue
      assert.strictEqual(parseDouble(formatDouble(value)), value)
    }
  })
})

describe("parseDouble", () => {
  it("reads what ZADD of the reference takes for a score", () => {
    const table: ReadonlyArray<readonly [string, number]> = [
      ["0", 0],
      ["-0", -0],
      ["1", 1],
      ["+1", 1],
      ["-1.5", -1.5],
      [".5", 0.5],
      ["-.5e1", -5],
      ["5.", 5],
      ["007", 7],
      ["1e5", 1e5],
      ["1E-5", 1e-5],
      ["0e9999", 0],
      ["-0e9999", -0],
      ["9007199254740993", 9007199254740992],
      ["1.7976931348623158e308", 1.7976931348623157e308],
      ["4.9e-324", 5e-324],
      ["2.5e-324", 5e-324],
      ["1e-310", 1e-310],
      ["inf", Infinity],
      ["+Inf", Infinity],
      ["-INF", -Infinity],
      ["Infinity", Infinity],
      ["-iNfInItY", -Infinity],
      ["0x10", 16],
      ["-0X1.8p1", -3],
      ["0x.8", 0.5],
      ["0x8.", 8],
      ["0x0p99999", 0],
      ["-0x0", -0],
      ["0x1p-1074", 5e-324],
      ["0x1.8p-1074", 1e-323],
      ["0x0.8000000000000001p-1074", 5e-324],
      ["0x1.fffffffffffff7p1023", 1.7976931348623157e308],
      ["0x20000000000001", 9007199254740992],
      ["0x20000000000003", 9007199254740996],
      [`0x${"0".repeat(1000)}1`, 1],
      [`0x.${"0".repeat(1000)}1p4004`, 1]
    ]
    for (const [text, value] of table) assert.strictEqual(parseDouble(text), value, text)
  })

  it("refuses the rest", () => {
    const refused = [
      "",
      " ",
      " 1",
      "1 ",
      "\t1",
      "1\n",
      "nan",
      "-nan",
      "nan(1)",
      "infinit",
      "infinityx",
      ".",
      "+",
      "-",
      "e5"
    ]
    const more = ["1e", "1e+", "1..2", "--1", "1_0", "0b1", "0o7", "1d", "1\0", "0x", "0x.", "0x.p1", "0x1p", "0x1.g"]
    const outOfRange = ["1e400", "-1e400", "1.7976931348623159e308", "1e-400", "2.4e-324", "0x1p1024", "0x1p-1075"]
    for (const text of [...refused, ...more, ...outOfRange, "0x1p99999999999999999999", "0x1p-99999999999999999999"]) {
      assert.isUndefined(parseDouble(text), JSON.stringify(text))
    }
    assert.isUndefined(parseDouble(Buffer.from("1")))
  })
})
