import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { maxTextBytes } from "../../src/data/ByteString.ts"
import * as Utf8 from "../../src/data/Utf8.ts"
import { makeSeededRandom } from "../support/random.ts"

/** Texts at the lengths where another way is taken, of one to four bytes per character. */
const lengths = [0, 1, 12, 13, 32, 33, 10_922, 10_923, maxTextBytes, maxTextBytes + 1]
const characters = ["a", "é", "€", "😀"]

describe("Utf8", () => {
  it.each(lengths.flatMap((length) => characters.map((character) => [length, character] as const)))(
    "encodes and decodes a text of %i times %s",
    (length, character) => {
      const text = character.repeat(length)
      const expected = Buffer.from(text, "utf8")
      const encoded = Utf8.encode(text)
      assert.strictEqual(typeof encoded, expected.length > maxTextBytes ? "object" : "string")
      assert.strictEqual(typeof encoded === "string" ? encoded : encoded.latin1Slice(), expected.toString("latin1"))
      assert.strictEqual(Utf8.decode(encoded), text)
    }
  )

  it("encodes any text as Node does", () => {
    const random = makeSeededRandom(11)
    for (let round = 0; round < 2000; round++) {
      const length = random.integer(60)
      // Halves of surrogate pairs among them.
      const text = String.fromCharCode(
        ...Array.from({ length }, () => random.integer(random.integer(4) === 0 ? 65536 : 256))
      )
      assert.strictEqual(Utf8.encode(text), Buffer.from(text, "utf8").toString("latin1"))
    }
  })

  it("decodes what is not UTF-8 with replacement characters", () => {
    assert.strictEqual(Utf8.decode("a\xffb"), "a\ufffdb")
    assert.strictEqual(Utf8.decode(Buffer.from([0x61, 0xff])), "a\ufffd")
  })
})
