import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as DenseRegisters from "../../src/data/DenseRegisters.ts"
import { makeSeededRandom } from "../support/random.ts"

const random = makeSeededRandom(8)

const someRanks = (): Uint8Array => new Uint8Array(16384).map(() => random.integer(64))

const registersOf = (value: Buffer): Uint8Array =>
  new Uint8Array(16384).map((_, register) => DenseRegisters.get(value, register))

describe("DenseRegisters", () => {
  it("sets every register to every value without touching another", () => {
    const value = Buffer.alloc(DenseRegisters.denseBytes)
    const model = new Uint8Array(16384)
    for (let step = 0; step < 100_000; step++) {
      const register = random.pick([random.integer(16384), 16383, 0])
      model[register] = random.integer(64)
      DenseRegisters.set(value, register, model[register]!)
    }
    assert.deepStrictEqual(registersOf(value), model)
    assert.strictEqual(value.subarray(0, DenseRegisters.headerBytes).every((byte) => byte === 0), true)
  })

  it("sets, counts and merges all registers as one by one", () => {
    const ranks = someRanks()
    const value = Buffer.alloc(DenseRegisters.denseBytes)
    DenseRegisters.setAll(value, ranks)
    assert.deepStrictEqual(registersOf(value), ranks)

    const histogram = new Int32Array(64)
    DenseRegisters.addTo(histogram, value)
    assert.deepStrictEqual(
      [...histogram],
      Array.from({ length: 64 }, (_, rank) => ranks.filter((other) => other === rank).length)
    )

    const merged = someRanks()
    const expected = merged.map((rank, register) => Math.max(rank, ranks[register]!))
    DenseRegisters.mergeInto(merged, value)
    assert.deepStrictEqual(merged, expected)
  })

  it("raises a register only where it is lower", () => {
    const value = Buffer.alloc(DenseRegisters.denseBytes)
    assert.isTrue(DenseRegisters.raise(value, 16383, 5))
    assert.isFalse(DenseRegisters.raise(value, 16383, 5))
    assert.isFalse(DenseRegisters.raise(value, 16383, 4))
    assert.isTrue(DenseRegisters.raise(value, 16383, 63))
    assert.strictEqual(DenseRegisters.get(value, 16383), 63)
  })
})
