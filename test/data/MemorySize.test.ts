import { assert, describe, it } from "@effect/vitest"
import type { Int64 } from "../../src/data/Int64.ts"
import { formatMemorySize, parseMemory } from "../../src/data/MemorySize.ts"

describe("parseMemory", () => {
  it("reads sizes as CONFIG SET maxmemory of the reference does", () => {
    const table: ReadonlyArray<readonly [string, Int64 | undefined]> = [
      ["1", 1],
      ["1b", 1],
      ["1k", 1000],
      ["1kb", 1024],
      ["1Kb", 1024],
      ["2m", 2_000_000],
      ["100MB", 104_857_600],
      ["1g", 1_000_000_000],
      ["1gb", 1_073_741_824],
      ["gb", 0],
      ["", 0],
      ["b", 0],
      ["1tb", undefined],
      ["1.5gb", undefined],
      ["-1", undefined],
      ["+1", undefined],
      [" 1", undefined],
      ["1 gb", undefined],
      ["9007199254740993", 9007199254740993n],
      ["18446744073709551615", 18446744073709551615n],
      ["18446744073709551616", 18446744073709551615n],
      ["18014398509481984kb", 0],
      [`${"0".repeat(126)}1`, 1],
      [`${"0".repeat(127)}1`, undefined]
    ]
    for (const [text, bytes] of table) assert.strictEqual(parseMemory(text), bytes, text)
  })
})

describe("formatMemorySize", () => {
  it("writes sizes as INFO of the reference does", () => {
    const table: ReadonlyArray<readonly [number, string]> = [
      [0, "0B"],
      [1023, "1023B"],
      [1024, "1.00K"],
      [1152, "1.12K"],
      [1408, "1.38K"],
      [524288, "512.00K"],
      [1048575, "1024.00K"],
      [1069547, "1.02M"],
      [2 ** 30, "1.00G"],
      [2 ** 40 - 1, "1024.00G"],
      [2 ** 50 - 1, "1024.00T"],
      [2 ** 50, "1.00P"],
      [2 ** 60, "1152921504606846976B"]
    ]
    for (const [bytes, text] of table) assert.strictEqual(formatMemorySize(bytes), text)
  })
})
