import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import {
  digestDataset,
  type DigestEntry,
  digestValue,
  emptyDigest,
  mixDigest,
  xorDigest
} from "../../src/data/DatasetDigest.ts"

const entry = (key: string, text: string, hasExpiry = false): DigestEntry => ({
  key,
  value: text,
  hasExpiry
})

// The hexadecimal digests are the reference's answers to DEBUG DIGEST and DEBUG DIGEST-VALUE.
describe("DatasetDigest", () => {
  it("digests a value as DEBUG DIGEST-VALUE of the reference does", () => {
    assert.strictEqual(digestValue("value", false).toString("hex"), "d59ec93db87f4cd915db3cdf44bb63755bc4a635")
    assert.strictEqual(digestValue("value", true).toString("hex"), "331b37c26446a68dd4cdd72701d1acee416ae7b6")
    assert.strictEqual(
      digestValue(Buffer.from("42"), false).toString("hex"),
      "547a004a370bc71c2d611f010c52f2e7b64c77a4"
    )
    assert.strictEqual(emptyDigest().toString("hex"), "0".repeat(40))
  })

  it("digests all databases as DEBUG DIGEST of the reference does", () => {
    assert.strictEqual(
      digestDataset([[0, [entry("key", "value")]]]).toString("hex"),
      "f149f3abd419a8d7d8c5673c73a100bb87404213"
    )
    const expiring = entry("key", "value", true)
    assert.strictEqual(digestDataset([[0, [expiring]]]).toString("hex"), "373c939f48f1ff80ec5678eea725330630f14282")
    assert.strictEqual(
      digestDataset([[0, [expiring]], [1, []], [3, [entry("n", "42")]]]).toString("hex"),
      "5941061d175efe7b0b212fe0596e2ce2049121e8"
    )
    assert.strictEqual(digestDataset([[0, []]]).toString("hex"), "0".repeat(40))
  })

  it("does not depend on the order of keys, but on the database they are in", () => {
    const [a, b] = [entry("a", "1"), entry("b", "2")]
    const digest = digestDataset([[0, [a, b]]])
    assert.isTrue(digest.equals(digestDataset([[0, [b, a]]])))
    assert.isFalse(digest.equals(digestDataset([[1, [a, b]]])))
    assert.isFalse(digest.equals(digestDataset([[0, [entry("a", "2"), entry("b", "1")]]])))
  })

  it("xors away what is added twice, and mixes in order", () => {
    const [x, y] = [emptyDigest(), emptyDigest()]
    xorDigest(x, "\xff")
    xorDigest(x, Buffer.from([0xff]))
    assert.isTrue(x.equals(y))
    mixDigest(x, "a")
    mixDigest(x, "b")
    mixDigest(y, "b")
    mixDigest(y, "a")
    assert.isFalse(x.equals(y))
  })
})
