import { assert, describe, it } from "@effect/vitest"
import { Key } from "../../src/data/Key.ts"
import { KeyHasher } from "../../src/data/KeyHasher.ts"

const hasher = new KeyHasher(1, 2)

describe("Key", () => {
  it("is the same made from bytes or from text", () => {
    for (const text of ["", "k", "key:000000000001", "\x00\r\n\xff", "x".repeat(70_000)]) {
      const chunk = Buffer.from(`*2${text}\r\n`, "latin1")
      const ofBytes = Key.ofBytes(hasher, chunk, 2, 2 + text.length)
      const ofText = Key.ofText(hasher, text)
      assert.strictEqual(ofBytes.hash, ofText.hash)
      assert.strictEqual(ofBytes.text, text)
      assert.strictEqual(ofText.text, text)
      assert.strictEqual(ofBytes.length, text.length)
      assert.strictEqual(ofText.length, text.length)
    }
  })

  it("keeps its text once it has been asked for it, also when the chunk is overwritten", () => {
    const chunk = Buffer.from("..name..", "latin1")
    const key = Key.ofBytes(hasher, chunk, 2, 6)
    assert.strictEqual(key.text, "name")
    chunk.fill("#")
    assert.strictEqual(key.text, "name")
  })
})
