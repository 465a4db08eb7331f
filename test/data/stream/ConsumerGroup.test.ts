import { assert, describe, it } from "@effect/vitest"
import { ConsumerGroup } from "../../../src/data/stream/ConsumerGroup.ts"
import * as StreamId from "../../../src/data/stream/StreamId.ts"
import { makeSeededRandom, type SeededRandom } from "../../support/random.ts"

const id = (ms: number): StreamId.StreamId => ({ ms, seq: ms % 3 })

/** By the time of the id. */
type Model = ReadonlyMap<number, { readonly consumer: string; readonly at: number; readonly deliveries: number }>

const pendingOf = (group: ConsumerGroup, consumer?: string, from?: StreamId.StreamId): ReadonlyArray<string> => {
  const entries: Array<string> = []
  group.forEachPending(
    (id, { consumer, deliveredAtMillis, deliveries }) => {
      entries.push(`${StreamId.format(id)} ${consumer} ${deliveredAtMillis} ${deliveries}`)
    },
    from,
    consumer
  )
  return entries
}

const shown = (model: Model, consumer?: string): ReadonlyArray<string> =>
  [...model]
    .filter(([, entry]) => consumer === undefined || entry.consumer === consumer)
    .sort(([a], [b]) => a - b)
    .map(([ms, { at, consumer, deliveries }]) => `${StreamId.format(id(ms))} ${consumer} ${at} ${deliveries}`)

const names = ["alice", "bob", "carol"]

const check = (group: ConsumerGroup, model: Model, random: SeededRandom): void => {
  assert.strictEqual(group.pendingCount, model.size)
  assert.deepStrictEqual(pendingOf(group), shown(model))
  const counts = new Map<string, number>()
  group.forEachConsumer(({ name, pendingCount }) => counts.set(name, pendingCount))
  for (const name of names) {
    assert.deepStrictEqual(pendingOf(group, name), shown(model, name))
    assert.strictEqual(counts.get(name) ?? 0, shown(model, name).length)
  }
  const from = random.integer(200)
  const behind = new Map([...model].filter(([ms]) => ms >= from))
  assert.deepStrictEqual(pendingOf(group, undefined, { ms: from, seq: 0 }), shown(behind))
  const times = [...model.keys()].sort((a, b) => a - b)
  const [first, last] = [times[0], times.at(-1)]
  assert.deepStrictEqual(
    group.pendingRange(),
    first === undefined || last === undefined ? undefined : { first: id(first), last: id(last) }
  )
}

describe("a consumer group", () => {
  for (const seed of [1, 2]) {
    it(`keeps what is pending, for all and for each consumer, and so do its copies (seed ${seed})`, () => {
      const random = makeSeededRandom(seed)
      const make = new ConsumerGroup({}, "g", StreamId.zero, 0)
      const pairs: Array<{ group: ConsumerGroup; model: Model }> = [{ group: make, model: new Map() }]
      for (let step = 0; step < 4000; step++) {
        const pair = random.pick(pairs)
        const { group } = pair
        const ms = random.integer(200)
        const consumer = random.pick(names)
        if (random.chance(0.6)) {
          group.createConsumer(consumer, step)
          group.assign(id(ms), consumer, step, step % 7)
          pair.model = new Map([...pair.model, [ms, { consumer, at: step, deliveries: step % 7 }]])
        } else if (random.chance(0.95)) {
          assert.strictEqual(group.acknowledge(id(ms)), pair.model.has(ms))
          pair.model = new Map([...pair.model].filter(([other]) => other !== ms))
        } else {
          assert.strictEqual(group.removeConsumer(consumer), shown(pair.model, consumer).length)
          assert.isUndefined(group.consumer(consumer))
          pair.model = new Map([...pair.model].filter(([, entry]) => entry.consumer !== consumer))
        }
        if (random.chance(0.005)) {
          const copy = { group: group.copy({}), model: pair.model }
          // The original is shared from now on, and has to be copied as well before it changes.
          pair.group = group.copy({})
          if (pairs.length < 3) pairs.push(copy)
          else pairs[random.integer(3)] = copy
        }
        if (step % 50 === 0) { for (const { group, model } of pairs) check(group, model, random) }
      }
    })
  }

  it("says when its consumers have come and got something", () => {
    const group = new ConsumerGroup({}, "g", StreamId.zero, undefined)
    assert.isTrue(group.createConsumer("c", 100))
    assert.isFalse(group.createConsumer("c", 200))
    assert.deepInclude(group.consumer("c"), { seenAtMillis: 100, activeAtMillis: undefined })
    group.touch("c", 300, false)
    assert.deepInclude(group.consumer("c"), { seenAtMillis: 300, activeAtMillis: undefined })
    const copy = group.copy({})
    copy.touch("c", 400, true)
    assert.deepInclude(copy.consumer("c"), { seenAtMillis: 300, activeAtMillis: 400 })
    assert.deepInclude(group.consumer("c"), { seenAtMillis: 300, activeAtMillis: undefined })
  })

  it("counts its memory, also when consumers go", () => {
    const group = new ConsumerGroup({}, "g", StreamId.zero, undefined)
    const empty = group.bytes
    group.createConsumer("alice", 1)
    for (let ms = 1; ms <= 1000; ms++) group.assign(id(ms), "alice", 1, 1)
    assert.isAbove(group.bytes, empty + 1000 * 100)
    const copy = group.copy({})
    assert.strictEqual(copy.bytes, group.bytes)
    copy.removeConsumer("alice")
    assert.strictEqual(copy.bytes, empty)
    for (let ms = 1; ms <= 1000; ms++) group.acknowledge(id(ms))
    group.removeConsumer("alice")
    assert.strictEqual(group.bytes, empty)
  })
})
