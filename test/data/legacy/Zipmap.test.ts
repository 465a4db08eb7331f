import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as Zipmap from "../../../src/data/legacy/Zipmap.ts"

const bytes = (text: string): Buffer => Buffer.from(text, "latin1")

describe("a zipmap", () => {
  const long = "l".repeat(300)
  const sound: ReadonlyArray<readonly [title: string, text: string, texts: ReadonlyArray<string>]> = [
    ["of two pairs", "\x02\x03foo\x03\x00bar\x05hello\x05\x00world\xff", ["foo", "bar", "hello", "world"]],
    ["with unused bytes", "\x01\x03foo\x02\x03hi???\xff", ["foo", "hi"]],
    ["with an empty field and value", "\x01\x00\x00\x00\xff", ["", ""]],
    ["of pairs that nobody counted", "\xfe\x01a\x01\x00b\xff", ["a", "b"]],
    ["with long texts", `\x01\xfe\x2c\x01\0\0${long}\xfe\x2c\x01\0\0\x01${long}?\xff`, [long, long]]
  ]
  for (const [title, text, texts] of sound) {
    it(`${title} is read`, () => assert.deepStrictEqual(Zipmap.textsOf(bytes(text)), texts))
  }

  const unsound: ReadonlyArray<readonly [title: string, text: string]> = [
    ["that is too short", "\xff"],
    ["of no pairs", "\x00\xff"],
    ["without a terminator", "\x01\x01a\x01\x00b\xfe"],
    ["with another number of pairs", "\x02\x01a\x01\x00b\xff"],
    ["with a field alone", "\x01\x01a\xff"],
    ["with a value that is too long", "\x01\x01a\x02\x00b\xff"],
    ["with a field that is too long", "\x01\x05a\xff"],
    ["with too many unused bytes", "\x01\x01a\x01\x01b\xff"],
    ["that is cut in a length", "\x01\xfe\x01\0\xff"],
    ["with a terminator in the middle", "\x01\x01a\x01\x00b\xff\x01a\x01\x00b\xff"]
  ]
  for (const [title, text] of unsound) {
    it(`${title} is refused`, () => assert.isUndefined(Zipmap.textsOf(bytes(text))))
  }
})
