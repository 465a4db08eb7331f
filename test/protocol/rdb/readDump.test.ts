import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import type { Value } from "../../../src/data/Value.ts"
import type { RdbFailure, RdbFailureKind } from "../../../src/protocol/rdb/RdbFailure.ts"
import { readDump } from "../../../src/protocol/rdb/readDump.ts"
import { bytesOf, describeValue, dump, hex, shapesOf, string, withChecksum } from "./rdbFile.ts"
import { samples } from "./samples.ts"

const read = (payload: Buffer, checksum = true): Value | RdbFailure =>
  readDump(payload, { shapes: shapesOf(), checksum, sanitizes: true })

describe("a payload of DUMP", () => {
  for (const { payload, title, type, value } of samples) {
    if (value === undefined) {
      it(`of ${title} is refused`, () => {
        assert.deepInclude(read(dump(11, type, payload)), { kind: "damaged", reason: "it is a value without elements" })
      })
    } else {
      it(`of ${title} is read`, () => {
        // Where it is a failure it is described as nothing that is expected.
        assert.deepStrictEqual(describeValue(read(dump(11, type, payload)) as Value), value)
        const asText = dump(11, type, payload).latin1Slice()
        const options = { shapes: shapesOf(), checksum: true, sanitizes: true }
        assert.deepStrictEqual(describeValue(readDump(asText, options) as Value), value)
      })
    }
  }

  const refused: ReadonlyArray<readonly [title: string, payload: Buffer, kind: RdbFailureKind, reason: RegExp]> = [
    ["that is too short", Buffer.alloc(9), "version", /short/],
    ["that is only a footer", dump(11), "truncated", /ends/],
    ["of version 13", dump(13, 0, string("v")), "version", /version 13/],
    ["of version 65535", dump(65535, 0, string("v")), "version", /version 65535/],
    ["with another checksum", bytesOf(0, string("v"), 11, 0, Buffer.alloc(8)), "checksum", /checksum/],
    ["of an unknown type", dump(11, 99, string("v")), "damaged", /type 99/],
    ["that is an opcode", dump(11, 0xff), "damaged", /type 255/],
    ["of a module", dump(11, 7, hex("81 0102030405060708"), 0), "unsupported", /AQIDBAUGB/],
    ["that ends too early", dump(11, 0, hex("05"), "abc"), "truncated", /ends/],
    ["that goes on behind the value", dump(11, 0, string("v"), 0), "damaged", /more than one/]
  ]
  for (const [title, payload, kind, reason] of refused) {
    it(`${title} is refused`, () => {
      const failure = read(payload)
      assert.deepInclude(failure, { _tag: "RdbFailure", kind })
      assert.match((failure as RdbFailure).reason, reason)
    })
  }

  it("is taken with any checksum where that is not to be compared", () => {
    const wrong = withChecksum(bytesOf(0, string("v"), 11, 0))
    wrong[wrong.length - 1]! ^= 1
    assert.deepInclude(read(wrong), { kind: "checksum" })
    assert.strictEqual(read(wrong, false), "v")
  })

  it("keeps nothing of the payload's memory", () => {
    const payload = dump(11, 0, string("v".repeat(40_000)))
    const value = read(payload)
    payload.fill(0)
    assert.isTrue(Buffer.isBuffer(value) && value.every((byte) => byte === 0x76))
  })
})
