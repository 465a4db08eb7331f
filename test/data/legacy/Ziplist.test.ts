import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as Ziplist from "../../../src/data/legacy/Ziplist.ts"

const bytes = (digits: string): Buffer => Buffer.from(digits.replace(/\s/g, ""), "hex")

describe("a ziplist", () => {
  // The first is the example in the documentation of the format.
  const sound: ReadonlyArray<readonly [title: string, digits: string, texts: ReadonlyArray<string>]> = [
    ["of small integers", "0f000000 0c000000 0200 00f3 02f6 ff", ["2", "5"]],
    ["of a text", "1c000000 0e000000 0300 00f3 02f6 02 0b 48656c6c6f20576f726c64 ff", ["2", "5", "Hello World"]],
    ["of no entries", "0b000000 0a000000 0000 ff", []],
    ["of entries that nobody counted", "0f000000 0c000000 ffff 00f3 02f6 ff", ["2", "5"]],
    ["with a length of five bytes that one would do for", "13000000 0c000000 0200 00f3 fe02000000 f6 ff", ["2", "5"]],
    ["of the least and the greatest integer in itself", "0f000000 0c000000 0200 00f1 02fd ff", ["0", "12"]],
    ["of an integer of 64 bits", "15000000 0a000000 0100 00e0 0000000000000080 ff", ["-9223372036854775808"]]
  ]
  for (const [title, digits, texts] of sound) {
    it(`${title} is read`, () => assert.deepStrictEqual(Ziplist.textsOf(bytes(digits)), texts))
  }

  it("with a text of 70 KB is read", () => {
    const text = "x".repeat(70_000)
    const entry = Buffer.concat([bytes("00 80 00011170"), Buffer.from(text)])
    const header = Buffer.alloc(10)
    header.writeUInt32LE(entry.length + 11, 0)
    header.writeUInt32LE(10, 4)
    header.writeUInt16LE(1, 8)
    assert.deepStrictEqual(Ziplist.textsOf(Buffer.concat([header, entry, bytes("ff")])), [text])
  })

  const unsound: ReadonlyArray<readonly [title: string, digits: string]> = [
    ["that is too short", "0a000000 0a000000 00"],
    ["of another length", "10000000 0c000000 0200 00f3 02f6 ff"],
    ["without a terminator", "0f000000 0c000000 0200 00f3 02f6 fe"],
    ["with another number of entries", "0f000000 0c000000 0300 00f3 02f6 ff"],
    ["whose last entry is elsewhere", "0f000000 0b000000 0200 00f3 02f6 ff"],
    ["with a wrong length of the entry before", "0f000000 0c000000 0200 00f3 03f6 ff"],
    ["with a first entry that has one before it", "0f000000 0c000000 0200 01f3 02f6 ff"],
    ["with an unknown encoding", "0f000000 0c000000 0200 00c1 02f6 ff"],
    ["with a text that reaches into the terminator", "0f000000 0a000000 0100 00 03616261 ff"],
    ["with an entry that is cut in its encoding", "0e000000 0a000000 0100 00 4141 ff"],
    ["with an entry that is cut before its encoding", "0c000000 0a000000 0100 00 ff"],
    ["with a last entry outside of it", "0b000000 0b000000 0000 ff"]
  ]
  for (const [title, digits] of unsound) {
    it(`${title} is refused`, () => assert.isUndefined(Ziplist.textsOf(bytes(digits))))
  }
})
