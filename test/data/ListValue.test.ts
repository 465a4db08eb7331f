import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import type { ByteString } from "../../src/data/ByteString.ts"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import * as Listpack from "../../src/data/Listpack.ts"
import { type End, ListValue } from "../../src/data/ListValue.ts"
import type { Shapes } from "../../src/data/Shapes.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

interface Limits {
  readonly fill?: number
  readonly depth?: number
  readonly packedThreshold?: number
}

const shapes = ({ depth = 0, fill = -2, packedThreshold = 0 }: Limits = {}): Shapes => ({
  hasher: new KeyHasher(1, 2),
  limits: {
    "hash-max-listpack-entries": 128,
    "hash-max-listpack-value": 64,
    "list-max-listpack-size": fill,
    "list-compress-depth": depth,
    "set-max-intset-entries": 512,
    "set-max-listpack-entries": 128,
    "set-max-listpack-value": 64,
    "zset-max-listpack-entries": 128,
    "zset-max-listpack-value": 64,
    "stream-node-max-bytes": 4096,
    "stream-node-max-entries": 100,
    "hll-sparse-max-bytes": 3000
  },
  packedThreshold
})

const listOf = (elements: ReadonlyArray<ByteString>, limits?: Limits): ListValue => {
  const list = new ListValue(shapes(limits))
  list.push(elements, "tail")
  return list
}

const texts = (elements: ReadonlyArray<ByteString>): ReadonlyArray<string> =>
  elements.map((element) => element.toString("latin1"))

const contents = (list: ListValue): ReadonlyArray<string> => texts(list.slice(0, list.size))

/** Elements of all sorts, and few enough that the same come again. */
const anyElement = (random: SeededRandom): string => {
  const kind = random.integer(20)
  if (kind < 6) return String(random.integer(20))
  if (kind < 8) {
    return random.pick(["-1", "128", "-4096", "40000", "9000000", "-3000000000", "9223372036854775807", "007"])
  }
  if (kind < 17) return "element:" + String(random.integer(10)).repeat(random.integer(12))
  if (kind < 19) return random.bytes(random.integer(300))
  return "large".repeat(random.integer(2500))
}

const positions = (list: ListValue, element: string, direction: End): ReadonlyArray<number> => {
  const found: Array<number> = []
  list.search(element, direction, (index) => {
    found.push(index)
    return true
  })
  return found
}

/** A list and the array it should be equal to, changed alike. */
const change = (random: SeededRandom, list: ListValue, model: Array<string>): void => {
  const element = random.chance(0.5) && model.length > 0 ? random.pick(model) : anyElement(random)
  const end = random.pick<End>(["head", "tail"])
  const index = random.integer(model.length + 2) - 1
  switch (random.integer(14)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4: {
      const elements = Array.from({ length: 1 + random.integer(4) }, () => anyElement(random))
      list.push(elements, end)
      if (end === "tail") model.push(...elements)
      else model.unshift(...elements.toReversed())
      return
    }
    case 5:
    case 6: {
      const count = Math.min(1 + random.integer(3), model.length)
      if (count === 0) return
      const expected = end === "head" ? model.splice(0, count) : model.splice(-count).toReversed()
      assert.deepStrictEqual(texts(list.pop(count, end)), expected)
      return
    }
    case 7: {
      const isThere = index >= 0 && index < model.length
      assert.strictEqual(list.set(index < 0 ? -model.length - 1 : index, element), isThere)
      if (isThere) model[index] = element
      return
    }
    case 8:
    case 9: {
      const pivot = random.chance(0.9) && model.length > 0 ? random.pick(model) : "nowhere"
      const place = random.pick<"before" | "after">(["before", "after"])
      const at = model.indexOf(pivot)
      assert.strictEqual(list.insert(pivot, element, place), at >= 0)
      if (at >= 0) model.splice(place === "after" ? at + 1 : at, 0, element)
      return
    }
    case 10: {
      const limit = random.pick([1, 2, Infinity])
      const found = model.flatMap((other, at) => other === element ? [at] : [])
      const removed = end === "tail" ? found.slice(0, limit) : found.toReversed().slice(0, limit)
      assert.strictEqual(list.remove(element, limit, end), removed.length)
      for (const at of removed.toSorted((a, b) => b - a)) model.splice(at, 1)
      return
    }
    case 11: {
      if (model.length === 0 || random.chance(0.8)) return
      const first = random.integer(Math.min(model.length, 20))
      const count = model.length - first - random.integer(Math.min(model.length - first, 20))
      list.trim(first, count)
      model.splice(0, model.length, ...model.slice(first, first + count))
      return
    }
    case 12: {
      if (model.length === 0) return
      const to = random.pick<End>(["head", "tail"])
      // The list is not empty.
      const moved = (end === "head" ? model.shift() : model.pop())!
      assert.strictEqual(list.rotate(end, to).toString("latin1"), moved)
      if (to === "head") model.unshift(moved)
      else model.push(moved)
      return
    }
    case 13: {
      const found = model.flatMap((other, at) => other === element ? [at] : [])
      assert.deepStrictEqual(positions(list, element, end), end === "tail" ? found : found.toReversed())
    }
  }
}

const check = (random: SeededRandom, list: ListValue, model: ReadonlyArray<string>): void => {
  assert.strictEqual(list.size, model.length)
  const index = random.integer(model.length + 1)
  assert.strictEqual(list.at(index)?.toString("latin1"), model[index])
  assert.strictEqual(list.at(-index)?.toString("latin1"), index === 0 ? model[0] : model.at(-index))
}

describe("ListValue", () => {
  for (
    const limits of [
      { fill: -2 },
      { fill: -1, depth: 1 },
      { fill: -5 },
      { fill: 1 },
      { fill: 3, depth: 2 },
      { fill: 16, depth: 1, packedThreshold: 40 },
      { fill: 0 },
      { fill: 128 }
    ]
  ) {
    it(`is equal to an array that is changed alike, with ${JSON.stringify(limits)}`, () => {
      const random = makeSeededRandom(7 + limits.fill)
      const list = new ListValue(shapes(limits))
      const model: Array<string> = []
      for (let step = 1; step <= 4000; step++) {
        change(random, list, model)
        check(random, list, model)
        if (step % 500 === 0) assert.deepStrictEqual(contents(list), model)
      }
    })
  }

  it("has the bytes of a listpack, and of a quicklist, where Redis has them", () => {
    const list = listOf(["a", "12", "b".repeat(100)])
    assert.strictEqual(list.encoding, "listpack")
    assert.strictEqual(list.listpack, Listpack.from(["a", "12", "b".repeat(100)]))
    list.push(["c".repeat(8100)], "tail")
    assert.strictEqual(list.encoding, "quicklist")
    assert.strictEqual(list.listpack, undefined)
    assert.strictEqual(list.quicklist?.nodeCount, 2)
  })

  it("becomes a quicklist by what it is about to be given, and a listpack again below half of the limit", () => {
    const list = listOf(["1", "2", "3", "4"], { fill: 4 })
    assert.strictEqual(list.encoding, "listpack")
    list.push(["5"], "tail")
    assert.strictEqual(list.encoding, "quicklist")
    list.pop(1, "tail")
    assert.strictEqual(list.encoding, "quicklist")
    list.pop(2, "head")
    assert.strictEqual(list.encoding, "listpack")
    assert.deepStrictEqual(contents(list), ["3", "4"])
    // Nothing is inserted, but it might have been.
    const full = listOf(["1", "2", "3", "4"], { fill: 4 })
    assert.isFalse(full.insert("nowhere", "5", "before"))
    assert.strictEqual(full.encoding, "quicklist")
  })

  it("made of many elements at once goes by what they take rather than by their length", () => {
    const numbers = Array.from({ length: 500 }, (_, index) => String(1_000_000_000 + index))
    assert.strictEqual(ListValue.of(shapes({ fill: -1 }), numbers).encoding, "listpack")
    assert.strictEqual(listOf(numbers, { fill: -1 }).encoding, "quicklist")
    assert.deepStrictEqual(contents(ListValue.of(shapes({ fill: 100 }), numbers)), numbers)
  })

  it("gives a node to each large element, and cuts a listpack in two for it", () => {
    const large = Buffer.alloc(100_000, "x")
    const list = listOf(["a", "b", "c", large])
    assert.strictEqual(list.quicklist?.nodeCount, 2)
    list.insert("a", large, "after")
    assert.strictEqual(list.quicklist?.nodeCount, 4)
    list.set(0, large)
    assert.deepStrictEqual(texts(list.slice(0, 5)).map((text) => text.length), [100_000, 100_000, 1, 1, 100_000])
    assert.deepStrictEqual(positions(list, large.latin1Slice(), "head"), [4, 1, 0])
  })

  it("compresses what lies beyond the depth, and shows it all the same", () => {
    const elements = Array.from({ length: 5000 }, (_, index) => `a text that is much like the others ${index}`)
    const plain = listOf(elements)
    const list = listOf(elements, { depth: 1 })
    assert.isBelow(list.bytes, plain.bytes / 2)
    assert.deepStrictEqual(contents(list), elements)
    assert.strictEqual(list.at(2500), elements[2500])
    list.set(2500, "changed")
    assert.isTrue(list.insert("changed", "inserted", "after"))
    assert.deepStrictEqual(texts(list.slice(2498, 4)), [...elements.slice(2498, 2500), "changed", "inserted"])
    assert.isBelow(list.bytes, plain.bytes / 2)
    const large = Array.from({ length: 5 }, () => "compressible".repeat(10_000))
    assert.isBelow(listOf(large, { depth: 1 }).bytes, 300_000)
  })

  it("copies are independent of each other", () => {
    for (const limits of [{ fill: -2 }, { fill: 10 }, { fill: 3, depth: 1 }]) {
      const random = makeSeededRandom(11)
      const pairs = [{ list: new ListValue(shapes(limits)), model: [] as Array<string> }]
      for (let step = 0; step < 3000; step++) {
        const { list, model } = random.pick(pairs)
        if (step % 300 === 0) pairs.push({ list: list.copy(), model: [...model] })
        else change(random, list, model)
      }
      for (const { list, model } of pairs) assert.deepStrictEqual(contents(list), model)
    }
  })

  it("counts its bytes the same, however it came to what it is", () => {
    const random = makeSeededRandom(5)
    const list = new ListValue(shapes({ fill: 16 }))
    const model: Array<string> = []
    for (let step = 0; step < 3000; step++) change(random, list, model)
    while (list.size > 0) list.pop(1, "tail")
    list.push(["1", "2"], "tail")
    assert.strictEqual(list.encoding, "listpack")
    assert.strictEqual(list.bytes, listOf(["1", "2"]).bytes)
    const long = listOf(Array.from({ length: 100_000 }, () => "0123456789"))
    // 12 bytes of a listpack for each element.
    assert.isBelow(long.bytes / 100_000, 12 * 1.05)
    assert.isAbove(long.bytes / 100_000, 12)
  })

  it("takes from either end in the order in which it is asked", () => {
    const list = listOf(["1", "2", "3", "4", "5"])
    assert.deepStrictEqual(list.pop(2, "head"), ["1", "2"])
    assert.deepStrictEqual(list.pop(2, "tail"), ["5", "4"])
    assert.deepStrictEqual(list.pop(1, "tail"), ["3"])
    assert.strictEqual(list.size, 0)
  })

  it("looks no further than it is asked to", () => {
    const list = listOf(Array.from({ length: 10_000 }, () => "x"), { fill: 100 })
    let furthest = 0
    list.search("x", "tail", (index) => {
      furthest = index
      return true
    }, 250)
    assert.isAtLeast(furthest, 249)
    assert.isBelow(furthest, 350)
  })
})
