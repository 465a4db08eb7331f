/**
 * PFSELFTEST: whether registers keep what they are given, and whether estimates are as near as they should be.
 *
 * It works in small steps, between which other clients have their turn, and takes about a second.
 */
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as DenseRegisters from "../../data/DenseRegisters.ts"
import * as HyperLogLog from "../../data/HyperLogLog.ts"
import { Failure } from "../../protocol/CommandError.ts"
import { ok, type Reply } from "../../protocol/Reply.ts"
import { Waiting } from "../../services/Waiting.ts"
import * as Command from "../Command.ts"

export const pfselftest = Command.make("PFSELFTEST", {
  summary: "Tests the registers and the estimates of HyperLogLogs.",
  since: "2.8.9",
  group: "hyperloglog",
  complexity: "N/A",
  flags: ["admin"],
  categories: ["hyperloglog"],
  args: {},
  run: ({ config, random }) => new Waiting(selfTest(random, config.values["hll-sparse-max-bytes"]))
})

/** The first failure of a test is the answer. */
const selfTest = Effect.fnUntraced(function*(
  random: () => number,
  maxSparseBytes: number
): Effect.fn.Return<Reply> {
  for (let cycle = 0; cycle < registerCycles; cycle++) {
    const failure = testRegisters(random)
    if (failure !== undefined) return failure
    yield* Effect.yieldNow
  }

  // Both forms get the same elements, and have to agree.
  const sparse = HyperLogLog.make()
  const dense = HyperLogLog.make()
  HyperLogLog.makeDense(dense)
  const seed = Math.floor(random() * 2 ** 32)
  let added = 0
  for (let checkpoint = 1; checkpoint <= maxElements; checkpoint *= 10) {
    while (added < checkpoint) {
      const elements: Array<string> = []
      while (elements.length < elementsPerStep && added < checkpoint) elements.push(`${seed}:${added++}`)
      HyperLogLog.add(sparse, elements, maxSparseBytes)
      HyperLogLog.add(dense, elements, maxSparseBytes)
      yield* Effect.yieldNow
    }
    if (checkpoint < maxSparseBytes / 2 && !HyperLogLog.isSparse(sparse)) {
      return new Failure("sparse encoding not used", "TESTFAILED")
    }
    const count = HyperLogLog.count(dense)
    if (count !== HyperLogLog.count(sparse)) return new Failure("dense/sparse disagree", "TESTFAILED")
    const error = Math.abs(checkpoint - Number(count))
    // Six times the standard error is next to impossible, but for the smallest numbers two elements may meet in one register.
    const maxError = checkpoint === 10 ? 1 : Math.ceil(6 * standardError * checkpoint)
    if (error > maxError) return new Failure(`Too big error. card:${checkpoint} abserr:${error}`, "TESTFAILED")
  }
  return ok
})

/** Every register of a value gets a number of its own, and none must change another's. */
const testRegisters = (random: () => number): Failure | undefined => {
  const value = Buffer.alloc(DenseRegisters.denseBytes)
  const ranks = HyperLogLog.makeRanks().map(() => Math.floor(random() * 64))
  ranks.forEach((rank, register) => DenseRegisters.set(value, register, rank))
  for (const [register, expected] of ranks.entries()) {
    const rank = DenseRegisters.get(value, register)
    if (rank !== expected) {
      return new Failure(`Register ${register} should be ${expected} but is ${rank}`, "TESTFAILED")
    }
  }
  return undefined
}

const registerCycles = 100
const maxElements = 1_000_000
const elementsPerStep = 1000
const standardError = 1.04 / Math.sqrt(16384)
