/**
 * Payloads and files in which bytes have been changed, with and without a checksum that notices it.
 *
 * Each is refused, or is a value with which everything can be done that commands do: nothing throws, and nothing goes on for ever.
 */
import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { toText } from "../../../src/data/ByteString.ts"
import { digestValue } from "../../../src/data/DatasetDigest.ts"
import * as StreamId from "../../../src/data/stream/StreamId.ts"
import type { StreamValue } from "../../../src/data/StreamValue.ts"
import { copyOf, isString, memoryBytes, type Value } from "../../../src/data/Value.ts"
import { RdbFailure } from "../../../src/protocol/rdb/RdbFailure.ts"
import { readDump } from "../../../src/protocol/rdb/readDump.ts"
import { writeDump } from "../../../src/protocol/rdb/writeDump.ts"
import { makeSeededRandom } from "../../support/random.ts"
import { describeValue, dump, file, readAll, shapesOf, string } from "./rdbFile.ts"
import { samples } from "./samples.ts"

const small = samples.filter(({ payload }) => payload.length < 600)

/** Looks at all of a value, and takes a copy of it apart. */
const use = (value: Value, shapes = shapesOf()): void => {
  describeValue(value)
  const digest = digestValue(value, false)
  const written = readDump(writeDump(value, { version: 12, compresses: true }), {
    shapes,
    checksum: true,
    sanitizes: false
  })
  assert.notInstanceOf(written, RdbFailure)
  // It is none.
  assert.deepStrictEqual(digestValue(written as Value, false), digest)
  const copy = copyOf(value)
  const before = memoryBytes(copy)
  assert.isTrue(Number.isFinite(before) && before >= 0)
  if (isString(copy)) return
  const { size } = copy
  assert.isTrue(Number.isInteger(size) && (size > 0 || copy.type === "stream"))
  switch (copy.type) {
    case "list": {
      const elements = copy.slice(0, size)
      copy.search(elements[0]!, "tail", () => true)
      copy.insert(elements.at(-1)!, "inserted", "before")
      copy.set(0, "x".repeat(5000))
      copy.push(["a", "1"], "head")
      copy.push(["b", "y".repeat(9000)], "tail")
      copy.remove("a", 1, "tail")
      copy.trim(1, copy.size - 1)
      while (copy.size > 0) copy.pop(1, copy.size % 2 === 0 ? "head" : "tail")
      break
    }
    case "set": {
      const members = copy.members()
      copy.randomMembers(2, () => 0.5)
      copy.add("a new member")
      copy.compactIntegers()
      copy.add("x".repeat(100))
      for (const member of members) assert.isTrue(copy.has(member) || new Set(members).size < members.length)
      // One that is there twice is there once in another shape, or twice.
      for (const member of [...members, ...members]) copy.remove(member)
      break
    }
    case "zset": {
      const members = copy.members(0, size, false)
      for (const member of members) assert.isAtLeast(copy.rank(member), 0)
      copy.partitionByScore((score) => score < 1)
      copy.set("a new member", 2)
      copy.set(members[0]!, 7)
      copy.set("x".repeat(100), 3)
      for (const member of members.slice(2)) copy.delete(member)
      copy.removeRange(0, Math.min(2, copy.size))
      copy.removeRange(0, copy.size)
      assert.strictEqual(copy.size, 0)
      break
    }
    case "hash": {
      const fields: Array<string> = []
      copy.forEach((field) => fields.push(field))
      for (const field of fields) assert.isDefined(copy.get(field))
      copy.set("a new field", "1")
      copy.setDeadline(fields[0]!, 5)
      copy.set("another", "x".repeat(100))
      copy.setDeadline(fields.at(-1)!, 7)
      copy.clearDeadline(fields[0]!)
      copy.removeExpired(1e15)
      for (const field of [...fields, ...fields]) copy.delete(field)
      break
    }
    case "stream":
      useStream(copy)
  }
  assert.isTrue(Number.isFinite(copy.bytes) && copy.bytes >= 0)
  // The copy was another one.
  describeValue(value)
}

const useStream = (stream: StreamValue): void => {
  const { log } = stream
  const ids: Array<StreamId.StreamId> = []
  log.forEachBackwards(({ data, id }) => {
    data().map(toText)
    ids.push(id)
  })
  assert.strictEqual(ids.length, log.size)
  for (const id of ids) assert.isTrue(log.has(id))
  const next = StreamId.successor(log.lastId)
  if (next !== undefined) {
    log.append(next, ["field", "value"])
    assert.isTrue(log.has(next))
  }
  stream.forEachGroup((group) => stream.lag(group))
  const names: Array<string> = []
  stream.forEachGroup(({ name }) => names.push(name))
  for (const name of names) {
    stream.changeGroup(name, (group) => {
      const pending: Array<StreamId.StreamId> = []
      group.forEachPending((id) => {
        pending.push(id)
      })
      if (pending[0] !== undefined) assert.isTrue(group.acknowledge(pending[0]))
      const consumers: Array<string> = []
      group.forEachConsumer(({ name }) => consumers.push(name))
      for (const consumer of consumers) group.removeConsumer(consumer)
      assert.strictEqual(group.pendingCount, 0)
    })
  }
  if (ids[0] !== undefined) assert.isTrue(log.delete(ids[0]))
  log.trim({ isApproximate: false, limit: Infinity, maxLength: 1 })
  assert.isAtMost(log.size, 1)
  log.trim({ isApproximate: false, limit: Infinity, maxLength: 0 })
  assert.strictEqual(log.size, 0)
}

/** A limit at which some samples are compact, and others not. */
const tiny = shapesOf({
  "hash-max-listpack-entries": 1,
  "set-max-intset-entries": 1,
  "set-max-listpack-entries": 1,
  "zset-max-listpack-entries": 1,
  "list-max-listpack-size": 1,
  "list-compress-depth": 1
})

/** Reads a payload in each of the ways there are, and answers how many of them found a value in it. */
const tryAll = (payload: Buffer): number => {
  let accepted = 0
  for (const sanitizes of [true, false]) {
    for (const shapes of [shapesOf(), tiny]) {
      const value = readDump(payload, { shapes, checksum: false, sanitizes })
      if (value instanceof RdbFailure) continue
      use(value, shapes)
      accepted++
    }
  }
  return accepted
}

describe("a damaged payload", () => {
  for (const { payload, title, type } of small) {
    it(`of ${title} is refused or usable, whichever byte is changed`, () => {
      const whole = dump(12, type, payload)
      const isValue = !(readDump(whole, { shapes: shapesOf(), checksum: true, sanitizes: true }) instanceof RdbFailure)
      assert.strictEqual(tryAll(whole), isValue ? 4 : 0)
      for (let at = 0; at < whole.length - 10; at++) {
        for (const change of [0x01, 0x80, 0xff, 0x40, 0x3f]) {
          const damaged = Buffer.from(whole)
          damaged[at]! ^= change
          const checked = readDump(damaged, { shapes: shapesOf(), checksum: true, sanitizes: true })
          assert.deepInclude(checked, { _tag: "RdbFailure", kind: "checksum" })
          tryAll(damaged)
        }
        // What is not there any more, and what should not be.
        tryAll(Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]))
        tryAll(Buffer.concat([whole.subarray(0, at), Buffer.of(0), whole.subarray(at)]))
      }
    })
  }

  it("is refused or usable with several changes, seed 41", () => {
    const random = makeSeededRandom(41)
    for (let round = 0; round < 20_000; round++) {
      const { payload, type } = random.pick(small)
      const damaged = dump(12, type, payload)
      for (let changes = 1 + random.integer(6); changes > 0; changes--) {
        const at = random.integer(damaged.length - 10)
        damaged[at] = random.chance(0.5)
          ? random.integer(256)
          : random.pick([0, 1, 2, 0x7f, 0x80, 0x81, 0xc3, 0xfe, 0xff])
      }
      tryAll(damaged)
    }
  })
})

describe("a damaged file", () => {
  const whole = file(12, ...small.flatMap(({ payload, title, type }) => [type, string(title), payload]))

  it("is refused or usable, and the same in pieces of any size, seed 42", () => {
    const random = makeSeededRandom(42)
    for (let round = 0; round < 1000; round++) {
      const damaged = Buffer.from(whole)
      for (let changes = 1 + random.integer(3); changes > 0; changes--) {
        damaged[9 + random.integer(damaged.length - 9)] = random.integer(256)
      }
      const atOnce = readAll(damaged, { checksum: false, passesModules: true })
      const inPieces = readAll(damaged, { checksum: false, passesModules: true }, 1 + random.integer(300))
      assert.deepStrictEqual(inPieces.failure, atOnce.failure)
      assert.strictEqual(inPieces.items.length, atOnce.items.length)
      for (const [index, item] of atOnce.items.entries()) {
        if (item._tag !== "Entry" || item.value === undefined) continue
        use(item.value)
        const other = inPieces.items[index]
        assert.deepStrictEqual(other?._tag === "Entry" ? describeValue(other.value) : other, describeValue(item.value))
      }
    }
  })

  it("that is noise is refused, seed 43", () => {
    const random = makeSeededRandom(43)
    for (let round = 0; round < 2000; round++) {
      const noise = Buffer.concat([whole.subarray(0, 9), Buffer.from(random.bytes(random.integer(200)), "latin1")])
      for (const item of readAll(noise, { checksum: false, passesModules: true }).items) {
        if (item._tag === "Entry" && item.value !== undefined) use(item.value)
      }
    }
  })

  it("takes no memory for what it only claims", () => {
    const before = process.memoryUsage().arrayBuffers
    for (const type of [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]) {
      for (const length of ["80f0000000", "8100000000ffffffff", "817fffffffffffffff"]) {
        const bytes = Buffer.concat([whole.subarray(0, 9), Buffer.of(type, 1, 0x6b), Buffer.from(length, "hex")])
        assert.include(["truncated", "unsupported"], readAll(bytes, {}, 3).failure?.kind)
      }
    }
    assert.isBelow(process.memoryUsage().arrayBuffers - before, 100 * 2 ** 20)
  })
})
