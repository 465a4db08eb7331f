import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as Listpack from "../../../src/data/Listpack.ts"
import * as StreamId from "../../../src/data/stream/StreamId.ts"
import { StreamLog, type Trimming } from "../../../src/data/stream/StreamLog.ts"
import { makeSeededRandom, type SeededRandom } from "../../support/random.ts"
import { streamLimits } from "./limits.ts"

interface ModelEntry {
  readonly id: StreamId.StreamId
  readonly data: ReadonlyArray<string>
}

const id = (ms: number, seq = 0): StreamId.StreamId => ({ ms, seq })

const shown = (entries: ReadonlyArray<ModelEntry>): ReadonlyArray<string> =>
  entries.map(({ data, id }) => `${StreamId.format(id)} ${JSON.stringify(data)}`)

const forwards = (log: StreamLog, from?: StreamId.StreamId, to?: StreamId.StreamId): Array<ModelEntry> => {
  const entries: Array<ModelEntry> = []
  log.forEach(
    ({ data, id }) => {
      entries.push({ id, data: data() })
    },
    from,
    to
  )
  return entries
}

const backwards = (log: StreamLog, from?: StreamId.StreamId, to?: StreamId.StreamId): Array<ModelEntry> => {
  const entries: Array<ModelEntry> = []
  log.forEachBackwards(
    ({ data, id }) => {
      entries.push({ id, data: data() })
    },
    from,
    to
  )
  return entries
}

const check = (log: StreamLog, model: ReadonlyArray<ModelEntry>, random: SeededRandom): void => {
  assert.strictEqual(log.size, model.length)
  assert.deepStrictEqual(shown(forwards(log)), shown(model))
  assert.deepStrictEqual(shown(backwards(log)), shown(model.toReversed()))
  assert.deepStrictEqual(log.firstId, model[0]?.id ?? StreamId.zero)
  assert.deepStrictEqual(log.lastEntryId, model.at(-1)?.id ?? StreamId.zero)
  const [from, to] = [boundNear(model, random), boundNear(model, random)]
  const between = model.filter(({ id }) => StreamId.compare(id, from) >= 0 && StreamId.compare(id, to) <= 0)
  assert.deepStrictEqual(shown(forwards(log, from, to)), shown(between))
  assert.deepStrictEqual(shown(backwards(log, to, from)), shown(between.toReversed()))
  assert.deepStrictEqual(log.get(from)?.data(), model.find(({ id }) => StreamId.equal(id, from))?.data as Array<string>)
}

/** The id of an entry, one beside it, or an end. */
const boundNear = (model: ReadonlyArray<ModelEntry>, random: SeededRandom): StreamId.StreamId => {
  if (model.length === 0 || random.chance(0.1)) return random.pick([StreamId.zero, StreamId.max])
  const { id } = random.pick(model)
  return random.pick([id, StreamId.predecessor(id) ?? id, StreamId.successor(id) ?? id])
}

const data = (random: SeededRandom): ReadonlyArray<string> =>
  random.pick([
    ["f", random.bytes(random.integer(30))],
    ["f", String(random.integer(1_000_000) - 500_000), "g", random.bytes(random.integer(5))],
    ["f", "", "g", "12345678901234567890"],
    ["", "v"],
    [random.bytes(2), random.bytes(random.chance(0.05) ? 5000 : 70), "f", "v"]
  ])

/** What comes behind an id: by one, by a little, or by a lot. */
const idAfter = ({ ms, seq }: StreamId.StreamId, random: SeededRandom): StreamId.StreamId =>
  random.pick([
    { ms, seq: BigInt.asUintN(64, BigInt(seq) + 1n) },
    { ms: BigInt(ms) + 1n, seq: BigInt(random.integer(3)) },
    { ms: BigInt(ms) + BigInt(random.integer(100_000)) + 1n, seq: random.pick([0n, 5n, 2n ** 40n, 2n ** 63n]) }
  ].map(({ ms, seq }) => StreamId.ofKey(StreamId.toKey({ ms, seq }))))

const trimmed = (model: ReadonlyArray<ModelEntry>, { maxLength, minId }: Trimming): ReadonlyArray<ModelEntry> =>
  maxLength !== undefined
    ? model.slice(Math.max(model.length - maxLength, 0))
    : model.filter(({ id }) => StreamId.compare(id, minId) >= 0)

const trimming = (model: ReadonlyArray<ModelEntry>, random: SeededRandom): Trimming => ({
  isApproximate: random.chance(0.5),
  limit: random.chance(0.2) ? random.integer(20) : Infinity,
  ...random.chance(0.5)
    ? { maxLength: random.integer(model.length + 2) }
    : { minId: boundNear(model, random) }
})

describe("the log of a stream", () => {
  const sizes: ReadonlyArray<readonly [entries: number, bytes: number]> = [[100, 4096], [3, 4096], [1, 0], [0, 200]]
  for (const [entries, bytes] of sizes) {
    it(`does what a list does, and so do its copies, with nodes of ${entries} entries and ${bytes} bytes`, () => {
      const random = makeSeededRandom(entries * 7 + bytes)
      const limits = streamLimits(entries, bytes)
      interface Pair {
        readonly log: StreamLog
        model: ReadonlyArray<ModelEntry>
      }
      const pairs: Array<Pair> = [{ log: new StreamLog(limits), model: [] }]
      for (let step = 0; step < 3000; step++) {
        const pair = random.pick(pairs)
        const { log } = pair
        if (random.chance(step % 1000 < 700 ? 0.85 : 0.2)) {
          const entry = { id: idAfter(log.lastId, random), data: data(random) }
          log.append(entry.id, entry.data)
          pair.model = [...pair.model, entry]
          assert.deepStrictEqual(log.lastId, entry.id)
        } else if (random.chance(0.9)) {
          const gone = boundNear(pair.model, random)
          const isThere = pair.model.some(({ id }) => StreamId.equal(id, gone))
          assert.strictEqual(log.delete(gone), isThere)
          pair.model = pair.model.filter(({ id }) => !StreamId.equal(id, gone))
        } else {
          const given = trimming(pair.model, random)
          const before = pair.model
          const exact = trimmed(before, given)
          const deleted = log.trim(given)
          assert.isAtMost(deleted, Math.min(before.length - exact.length, given.limit))
          if (!given.isApproximate && given.limit === Infinity) {
            assert.strictEqual(deleted, before.length - exact.length)
          }
          pair.model = before.slice(deleted)
        }
        if (random.chance(0.01)) {
          const copy = { log: log.copy(), model: pair.model }
          if (pairs.length < 4) pairs.push(copy)
          else pairs[random.integer(4)] = copy
        }
        if (step % 50 === 0) { for (const { log, model } of pairs) check(log, model, random) }
      }
      for (const { log, model } of pairs) check(log, model, random)
    })
  }

  it("has the bytes of Redis's nodes", () => {
    const log = new StreamLog(streamLimits())
    log.append(id(1, 1), ["a", "1", "b", "hello"])
    log.append(id(1, 2), ["a", "300", "b", "world"])
    log.append(id(2), ["c", "-5"])
    log.append(id(5, 5), ["a", "x", "b", "y"])
    log.delete(id(1, 2))
    const nodes: Array<string> = []
    log.forEachNode((id, listpack) => {
      nodes.push(`${StreamId.format(id)} ${Buffer.from(listpack, "latin1").toString("hex")}`)
    })
    // What DUMP of valkey-server 8.1 shows after the same commands.
    assert.deepStrictEqual(nodes, [
      "1-1 570000001f00030101010201816102816202000102010001000101018568656c6c6f060501030100010101c12c0285776f726c64060501" +
      "00010101dfff020101816302dffb0206010201040104018178028179020501ff"
    ])
  })

  it("is a sound listpack in each node", () => {
    const random = makeSeededRandom(5)
    const log = new StreamLog(streamLimits(7))
    for (let i = 0; i < 500; i++) {
      log.append(idAfter(log.lastId, random), data(random))
      if (random.chance(0.3)) log.delete(boundNear(forwards(log), random))
    }
    let live = 0
    log.forEachNode((_, listpack) => {
      assert.isTrue(Listpack.validate(listpack))
      live += Number(Listpack.integerAt(listpack, Listpack.first(listpack)))
    })
    assert.strictEqual(live, log.size)
  })

  it("begins a new node when one is full, by entries or by bytes", () => {
    const countNodes = (entries: number, bytes: number): number => {
      const log = new StreamLog(streamLimits(entries, bytes))
      for (let i = 1; i <= 1000; i++) log.append(id(i), ["f", "0123456789"])
      return log.nodeCount
    }
    assert.strictEqual(countNodes(100, 4096), 10)
    assert.strictEqual(countNodes(0, 0), 1)
    assert.strictEqual(countNodes(1, 4096), 1000)
    assert.isAbove(countNodes(0, 200), 100)
  })

  it("counts deleted entries among those that fill a node", () => {
    const log = new StreamLog(streamLimits(10))
    for (let i = 1; i <= 10; i++) log.append(id(i), ["f", "v"])
    for (let i = 2; i <= 9; i++) log.delete(id(i))
    log.append(id(11), ["f", "v"])
    assert.strictEqual(log.nodeCount, 2)
  })

  it("knows what was deleted last, also when nothing is left", () => {
    const log = new StreamLog(streamLimits(2))
    for (let i = 1; i <= 5; i++) log.append(id(i), ["f", "v"])
    assert.isTrue(log.delete(id(4)))
    assert.isTrue(log.delete(id(2)))
    assert.deepStrictEqual(log.maxDeletedId, id(4))
    assert.strictEqual(log.trim({ isApproximate: false, limit: Infinity, maxLength: 0 }), 3)
    assert.deepStrictEqual(log.maxDeletedId, id(4))
    assert.deepStrictEqual(log.lastId, id(5))
    assert.deepStrictEqual(log.firstId, StreamId.zero)
    assert.strictEqual(log.entriesAdded, 5)
    assert.strictEqual(log.nodeCount, 0)
  })

  it("deletes whole nodes only where trimming is approximate, and no more than the limit", () => {
    const log = new StreamLog(streamLimits(10))
    for (let i = 1; i <= 95; i++) log.append(id(i), ["f", "v"])
    const trim = (maxLength: number, limit = Infinity): number => log.trim({ isApproximate: true, limit, maxLength })
    assert.strictEqual(trim(86), 0)
    assert.strictEqual(trim(85), 10)
    assert.strictEqual(trim(60, 25), 20)
    assert.strictEqual(trim(0, 9), 0)
    assert.strictEqual(trim(0), 65)
  })

  it("does not notice when a copy of it changes", () => {
    const log = new StreamLog(streamLimits(10))
    for (let i = 1; i <= 25; i++) log.append(id(i), ["f", String(i)])
    const copies = [log.copy(), log.copy()]
    copies[0]?.append(id(26), ["f", "copy"])
    copies[1]?.delete(id(25))
    copies[1]?.trim({ isApproximate: false, limit: Infinity, maxLength: 3 })
    log.append(id(26), ["f", "original"])
    assert.deepStrictEqual(forwards(log).map(({ data }) => data[1]), [
      ...Array.from({ length: 25 }, (_, i) => String(i + 1)),
      "original"
    ])
    assert.deepStrictEqual(copies[0]?.get(id(26))?.data(), ["f", "copy"])
    assert.strictEqual(copies[1]?.size, 3)
  })

  it("holds values of any size", () => {
    const log = new StreamLog(streamLimits())
    const large = Buffer.alloc(3_000_000, "x")
    log.append(id(1), ["f", "v"])
    log.append(id(2), ["f", large, "g", "x".repeat(20_000)])
    log.append(id(3), ["f", "v"])
    assert.strictEqual(log.get(id(2))?.data()[1], large.latin1Slice())
    assert.strictEqual(log.nodeCount, 3)
    assert.deepStrictEqual(log.get(id(3))?.data(), ["f", "v"])
  })

  it("counts its memory as entries come and go", () => {
    const log = new StreamLog(streamLimits())
    const empty = log.bytes
    for (let i = 1; i <= 10_000; i++) log.append(id(i), ["field", `value ${i}`])
    // 16 bytes of content, with some more for the format.
    assert.isAbove(log.bytes, empty + 10_000 * 16)
    assert.isBelow(log.bytes, empty + 10_000 * 32)
    const copy = log.copy()
    const full = log.bytes
    log.trim({ isApproximate: false, limit: Infinity, maxLength: 0 })
    assert.strictEqual(log.bytes, empty)
    assert.strictEqual(copy.bytes, full)
  })

  it("would have as many nodes in Redis's radix tree as Redis says", () => {
    const log = new StreamLog(streamLimits(1))
    const nodes = (): number => log.radixTreeNodes()
    assert.strictEqual(nodes(), 1)
    log.append(id(1, 1), ["f", "v"])
    assert.strictEqual(nodes(), 2)
    log.append(id(1, 2), ["f", "v"])
    assert.strictEqual(nodes(), 4)
    log.append(id(1, 3), ["f", "v"])
    assert.strictEqual(nodes(), 5)
    log.append(id(300, 1), ["f", "v"])
    // Shared bytes, a parting, and on each side more of the same: 0-0-..1 with its three, and the one that came.
    assert.strictEqual(nodes(), 9)
  })
})
