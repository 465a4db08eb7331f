import { assert, describe, it } from "@effect/vitest"
import type { Int64 } from "../../src/data/Int64.ts"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import * as StreamId from "../../src/data/stream/StreamId.ts"
import { StreamValue } from "../../src/data/StreamValue.ts"
import { streamLimits } from "./stream/limits.ts"

const id = (ms: number, seq = 0): StreamId.StreamId => ({ ms, seq })

/** A stream with entries at these times. */
const streamOf = (...times: ReadonlyArray<number>): StreamValue => {
  const stream = new StreamValue({ hasher: new KeyHasher(1, 2), limits: streamLimits(3) })
  for (const ms of times) stream.log.append(id(ms), ["f", "v"])
  return stream
}

const lagOf = (stream: StreamValue, lastId: StreamId.StreamId, entriesRead?: Int64): Int64 | undefined => {
  stream.removeGroup("g")
  stream.createGroup("g", lastId, entriesRead)
  const group = stream.group("g")
  return group === undefined ? undefined : stream.lag(group)
}

describe("a stream", () => {
  it("copies its groups with its entries, and neither notices the other's changes", () => {
    const stream = streamOf(1, 2, 3, 4)
    stream.createGroup("g", StreamId.zero, 0)
    stream.changeGroup("g", (group) => {
      group.createConsumer("c", 1)
      group.assign(id(1), "c", 1, 1)
    })
    const copy = stream.copy()
    copy.changeGroup("g", (group) => {
      group.lastId = id(3)
      group.assign(id(2), "c", 2, 2)
    })
    copy.createGroup("h", StreamId.zero, undefined)
    copy.log.delete(id(1))
    stream.changeGroup("g", (group) => group.acknowledge(id(1)))
    stream.removeGroup("none")
    assert.strictEqual(stream.groupCount, 1)
    assert.strictEqual(copy.groupCount, 2)
    assert.deepInclude(stream.group("g"), { lastId: StreamId.zero })
    assert.deepInclude(copy.group("g"), { lastId: id(3) })
    assert.strictEqual(stream.group("g")?.pendingCount, 0)
    assert.strictEqual(copy.group("g")?.consumer("c")?.pendingCount, 2)
    assert.strictEqual(stream.size, 4)
    assert.strictEqual(copy.size, 3)
  })

  it("counts the memory of its groups", () => {
    const stream = streamOf(1)
    const empty = stream.bytes
    assert.isTrue(stream.createGroup("g", StreamId.zero, 0))
    assert.isFalse(stream.createGroup("g", StreamId.zero, 0))
    const withGroup = stream.bytes
    assert.isAbove(withGroup, empty)
    stream.changeGroup("g", (group) => group.createConsumer("c", 1))
    assert.isAbove(stream.bytes, withGroup)
    assert.strictEqual(stream.copy().bytes, stream.bytes)
    assert.isTrue(stream.removeGroup("g"))
    assert.isFalse(stream.removeGroup("g"))
    assert.strictEqual(stream.bytes, empty)
  })

  it("knows the lag of a group where no deleted entry is ahead of it", () => {
    const stream = streamOf(1, 2, 3, 4, 5)
    assert.strictEqual(lagOf(streamOf(), StreamId.zero), 0)
    assert.strictEqual(lagOf(stream, id(2), 2), 3)
    assert.strictEqual(lagOf(stream, id(2)), undefined)
    assert.strictEqual(lagOf(stream, StreamId.zero), 5)
    assert.strictEqual(lagOf(stream, id(1)), 4)
    assert.strictEqual(lagOf(stream, id(5)), 0)
    assert.strictEqual(lagOf(stream, id(9)), undefined)
    stream.log.delete(id(3))
    assert.strictEqual(lagOf(stream, id(2), 2), undefined)
    assert.strictEqual(lagOf(stream, id(4), 4), 1)
    assert.strictEqual(lagOf(stream, id(5)), 0)
    stream.log.trim({ isApproximate: false, limit: Infinity, minId: id(4) })
    assert.strictEqual(lagOf(stream, id(3)), 2)
    assert.strictEqual(lagOf(stream, id(2)), undefined)
    stream.log.trim({ isApproximate: false, limit: Infinity, maxLength: 0 })
    assert.strictEqual(lagOf(stream, id(2)), 0)
  })

  it("counts what a group reads, from the first entry or from where it is sure again", () => {
    const stream = streamOf(1, 2, 3, 4, 5)
    const advance = (ms: number): Int64 | undefined =>
      stream.changeGroup("g", (group) => {
        stream.advance(group, id(ms))
        assert.deepStrictEqual(group.lastId, id(ms))
        return group.entriesRead
      })
    stream.createGroup("g", StreamId.zero, 0)
    assert.strictEqual(advance(1), 1)
    assert.strictEqual(advance(2), 2)
    stream.log.delete(id(3))
    assert.strictEqual(advance(4), undefined)
    assert.strictEqual(advance(5), 5)
    stream.log.append(id(6), ["f", "v"])
    assert.strictEqual(advance(6), 6)
  })
})
