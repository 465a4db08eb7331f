import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import type { ByteString } from "../../src/data/ByteString.ts"
import { HashValue } from "../../src/data/HashValue.ts"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import type { ShapeLimits } from "../../src/data/Shapes.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const hasher = new KeyHasher(1, 2)

const defaults: ShapeLimits = {
  "hash-max-listpack-entries": 128,
  "hash-max-listpack-value": 64,
  "list-max-listpack-size": -2,
  "list-compress-depth": 0,
  "set-max-intset-entries": 512,
  "set-max-listpack-entries": 128,
  "set-max-listpack-value": 64,
  "zset-max-listpack-entries": 128,
  "zset-max-listpack-value": 64,
  "stream-node-max-bytes": 4096,
  "stream-node-max-entries": 100,
  "hll-sparse-max-bytes": 3000
}

const make = (limits: Partial<ShapeLimits> = {}): HashValue =>
  new HashValue({ hasher, limits: { ...defaults, ...limits } })

/** A hash of these fields, each with its name as value. */
const hashOf = (fields: string, limits: Partial<ShapeLimits> = {}): HashValue => {
  const hash = make(limits)
  for (const field of fields.split(" ")) hash.set(field, field)
  return hash
}

const fieldsOf = (hash: HashValue): ReadonlyArray<string> => {
  const fields: Array<string> = []
  hash.forEach((field) => fields.push(field))
  return fields
}

const tables: Partial<ShapeLimits> = { "hash-max-listpack-entries": 0 }

describe("a hash", () => {
  it("keeps fields in the order in which they were added while it is small, also when they are set again", () => {
    const hash = hashOf("c a b")
    hash.set("a", "changed")
    assert.deepStrictEqual(fieldsOf(hash), ["c", "a", "b"])
    assert.strictEqual(hash.get("a"), "changed")
    assert.strictEqual(hash.encoding, "listpack")
  })

  it("keeps texts that look like numbers as they are", () => {
    const hash = make()
    for (const text of ["0", "-0", "007", "+1", "12345678901234567890", "9223372036854775807", " 1", ""]) {
      hash.set(text, text)
      assert.strictEqual(hash.get(text), text)
    }
    assert.strictEqual(hash.size, 8)
    assert.deepStrictEqual(hash.get("00"), undefined)
  })

  it("becomes a table with one field more than hash-max-listpack-entries, and stays one", () => {
    const hash = hashOf("a b c", { "hash-max-listpack-entries": 3 })
    assert.strictEqual(hash.encoding, "listpack")
    hash.set("d", "d")
    assert.strictEqual(hash.encoding, "hashtable")
    for (const field of ["a", "b", "c"]) assert.isTrue(hash.delete(field))
    assert.strictEqual(hash.encoding, "hashtable")
    assert.deepStrictEqual(fieldsOf(hash), ["d"])
  })

  it("becomes a table with a field or a value that is longer than hash-max-listpack-value", () => {
    const limits = { "hash-max-listpack-value": 3 }
    for (const [field, value] of [["f", "four"], ["four", "v"]] as const) {
      const hash = hashOf("abc", limits)
      hash.set(field, value)
      assert.strictEqual(hash.encoding, "hashtable")
      assert.strictEqual(hash.get("abc"), "abc")
      assert.strictEqual(hash.get(field), value)
    }
  })

  it("looks at all fields that are set together before the first one", () => {
    const limits = { "hash-max-listpack-entries": 2, "hash-max-listpack-value": 3 }
    const twice = make(limits)
    twice.makeRoomFor([1, 2].map((value) => ({ field: "a", value: String(value) })))
    assert.strictEqual(twice.encoding, "listpack")
    twice.makeRoomFor([1, 2, 3].map((value) => ({ field: "a", value: String(value) })))
    assert.strictEqual(twice.encoding, "hashtable")
    const long = make(limits)
    long.makeRoomFor([{ field: "a", value: "b" }, { field: "a", value: "long" }])
    assert.strictEqual(long.encoding, "hashtable")
  })

  it("gives a value back in the form of its length", () => {
    const big = Buffer.alloc(40_000, "x")
    const hash = make({ "hash-max-listpack-value": 100_000 })
    hash.set("big", big)
    assert.strictEqual(hash.encoding, "listpack")
    assert.deepStrictEqual(hash.get("big"), big)
    hash.set("f".repeat(100_001), "v")
    assert.strictEqual(hash.encoding, "hashtable")
    assert.deepStrictEqual(hash.get("big"), big)
  })

  it("orders fields by their deadline once it may have any", () => {
    const hash = hashOf("a b c d")
    hash.setDeadline("c", 30)
    assert.strictEqual(hash.encoding, "listpackex")
    hash.setDeadline("d", 20)
    assert.deepStrictEqual(fieldsOf(hash), ["d", "c", "a", "b"])
    // Of equal deadlines the one that was given last is first.
    hash.setDeadline("a", 30)
    assert.deepStrictEqual(fieldsOf(hash), ["d", "a", "c", "b"])
    hash.setDeadline("d", 40)
    assert.deepStrictEqual(fieldsOf(hash), ["a", "c", "d", "b"])
    hash.clearDeadline("a")
    assert.deepStrictEqual(fieldsOf(hash), ["c", "d", "b", "a"])
    hash.set("e", "e")
    hash.set("c", "without a deadline")
    assert.deepStrictEqual(fieldsOf(hash), ["d", "b", "a", "e", "c"])
    assert.strictEqual(hash.encoding, "listpackex")
  })

  it.each([["listpackex", {}], ["hashtable", tables]] as const)("knows deadlines as %s", (encoding, limits) => {
    const hash = hashOf("a b c", limits)
    assert.strictEqual(hash.soonestDeadline, Infinity)
    hash.setDeadline("a", 200)
    hash.setDeadline("b", 100)
    assert.strictEqual(hash.encoding, encoding)
    assert.strictEqual(hash.soonestDeadline, 100)
    assert.strictEqual(hash.deadline("a"), 200)
    assert.strictEqual(hash.deadline("c"), undefined)
    assert.strictEqual(hash.deadline("missing"), undefined)
    assert.isFalse(hash.isExpired("b", 100))
    assert.isTrue(hash.isExpired("b", 101))
    assert.isFalse(hash.isExpired("a", 101))
    assert.isFalse(hash.isExpired("c", 1000))
    hash.set("b", "1", true)
    assert.strictEqual(hash.deadline("b"), 100)
    hash.set("b", "2")
    assert.strictEqual(hash.deadline("b"), undefined)
    assert.strictEqual(hash.soonestDeadline, 200)
    assert.isTrue(hash.delete("a"))
    assert.strictEqual(hash.soonestDeadline, Infinity)
  })

  it.each([["listpackex", {}], ["hashtable", tables]] as const)(
    "removes what has expired as %s, the earliest first and no more than asked for",
    (encoding, limits) => {
      const hash = hashOf("a b c d e", limits)
      for (const [i, field] of ["c", "b", "d", "a"].entries()) hash.setDeadline(field, 10 * (i + 1))
      assert.strictEqual(hash.encoding, encoding)
      assert.strictEqual(hash.removeExpired(10), 0)
      assert.strictEqual(hash.removeExpired(31, 2), 2)
      assert.deepStrictEqual([...fieldsOf(hash)].sort(), ["a", "d", "e"])
      assert.strictEqual(hash.removeExpired(31), 1)
      assert.strictEqual(hash.removeExpired(1000), 1)
      assert.deepStrictEqual(fieldsOf(hash), ["e"])
    }
  )

  it("takes deadlines along when it becomes a table", () => {
    const hash = hashOf("a b", { "hash-max-listpack-entries": 2 })
    hash.setDeadline("a", 5)
    hash.set("c", "c")
    assert.strictEqual(hash.encoding, "hashtable")
    assert.strictEqual(hash.deadline("a"), 5)
    assert.strictEqual(hash.deadline("b"), undefined)
  })

  it.each([["small", 20], ["large", 2000]] as const)(
    "of %s size chooses each field as often as any other",
    (_, size) => {
      const hash = hashOf(Array.from({ length: size }, (_, i) => `f${i}`).join(" "))
      const random = makeSeededRandom(7)
      const counted = new Map<string, number>()
      const count = (field: string) => counted.set(field, (counted.get(field) ?? 0) + 1)
      hash.sample(50 * size, random.next, count)
      for (let i = 0; i < 100; i++) hash.sampleDistinct(size / 2, random.next, count)
      assert.strictEqual(counted.size, size)
      // Of 100 chances each, a field that got fewer than 50 or more than 150 would be one in many millions.
      for (const times of counted.values()) assert.isTrue(times > 50 && times < 150)
    }
  )

  it.each([1, 3, 400, 999, 1000, 2000])("chooses %i different fields out of 1000, or all there are", (count) => {
    for (const limits of [{ "hash-max-listpack-entries": 5000 }, {}]) {
      const hash = hashOf(Array.from({ length: 1000 }, (_, i) => `f${i}`).join(" "), limits)
      const chosen: Array<string> = []
      hash.sampleDistinct(count, makeSeededRandom(count).next, (field, value) => {
        assert.strictEqual(value, field)
        chosen.push(field)
      })
      assert.strictEqual(chosen.length, Math.min(count, 1000))
      assert.strictEqual(new Set(chosen).size, chosen.length)
    }
  })

  it("is walked through step by step, all at once while it is small", () => {
    for (const size of [10, 5000]) {
      const fields = Array.from({ length: size }, (_, i) => `f${i}`)
      const hash = hashOf(fields.join(" "))
      const seen = new Set<string>()
      let steps = 0
      let cursor = 0
      do {
        cursor = hash.scan(cursor, (field) => seen.add(field))
        steps++
      } while (cursor !== 0)
      assert.strictEqual(seen.size, size)
      assert.strictEqual(steps === 1, size === 10)
    }
  })

  it("takes as much memory as it did before, when what was added is gone", () => {
    const hash = make({ ...tables })
    hash.set("first", "1")
    const before = hash.bytes
    for (let i = 0; i < 1000; i++) {
      hash.set(`f${i}`, "v".repeat(i))
      hash.setDeadline(`f${i}`, 1 + i)
    }
    assert.isAbove(hash.bytes - before, 1000 * 500)
    for (let i = 0; i < 500; i++) hash.delete(`f${i}`)
    assert.strictEqual(hash.removeExpired(2000), 500)
    assert.isBelow(hash.bytes - before, 2000)
  })
})

interface Entry {
  value: ByteString
  deadline: number | undefined
}

/** A hash and the map it has to agree with. */
interface Pair {
  hash: HashValue
  model: Map<string, Entry>
}

const assertEqual = ({ hash, model }: Pair): void => {
  const found = new Map<string, Entry>()
  hash.forEach((field, value, deadline) => found.set(field, { value, deadline }))
  assert.deepStrictEqual([...found].sort(byName), [...model].sort(byName))
  assert.strictEqual(hash.size, model.size)
  const deadlines = [...model.values()].map(({ deadline }) => deadline ?? Infinity)
  assert.strictEqual(hash.soonestDeadline, Math.min(Infinity, ...deadlines))
}

const byName = ([a]: readonly [string, Entry], [b]: readonly [string, Entry]): number => a < b ? -1 : 1

const step = (random: SeededRandom, { hash, model }: Pair): void => {
  const field = random.pick(["", "1", "22", "f", "\xff\0"]) + random.integer(12)
  const entry = model.get(field)
  switch (random.integer(8)) {
    case 0:
    case 1:
    case 2: {
      const keeps = random.chance(0.3)
      const value = random.chance(0.3) ? String(random.integer(1e9)) : random.bytes(random.integer(12))
      assert.strictEqual(hash.set(field, value, keeps), entry === undefined)
      model.set(field, { value, deadline: keeps ? entry?.deadline : undefined })
      return
    }
    case 3:
      assert.strictEqual(hash.delete(field), model.delete(field))
      return
    case 4:
    case 5:
      if (entry === undefined) return
      entry.deadline = 1 + random.integer(50)
      return hash.setDeadline(field, entry.deadline)
    case 6:
      if (entry === undefined) return
      entry.deadline = undefined
      return hash.clearDeadline(field)
    case 7: {
      if (random.chance(0.9)) {
        assert.deepStrictEqual(hash.get(field), entry?.value)
        assert.strictEqual(hash.has(field), entry !== undefined)
        assert.strictEqual(hash.deadline(field), entry?.deadline)
        return
      }
      const now = random.integer(20)
      const expired = [...model].filter(([, { deadline }]) => deadline !== undefined && deadline < now)
      assert.strictEqual(hash.removeExpired(now), expired.length)
      for (const [name] of expired) model.delete(name)
    }
  }
}

describe("a hash and its copies", () => {
  it.each([1, 2, 3, 4, 5, 6])("agree with a map each, whatever happens to any of them (seed %i)", (seed) => {
    const random = makeSeededRandom(seed)
    const limits = random.pick([{}, tables, { "hash-max-listpack-entries": 20 }, { "hash-max-listpack-value": 10 }])
    const pairs: Array<Pair> = [{ hash: make(limits), model: new Map() }]
    for (let i = 0; i < 3000; i++) {
      const pair = random.pick(pairs)
      step(random, pair)
      if (i % 50 === 0) { for (const each of pairs) assertEqual(each) }
      if (random.chance(0.01)) {
        const model = new Map([...pair.model].map(([field, entry]) => [field, { ...entry }]))
        const copy = { hash: pair.hash.copy(), model }
        if (pairs.length < 4) pairs.push(copy)
        else pairs[random.integer(pairs.length)] = copy
      }
    }
  })

  it("of many fields change independently", () => {
    const hash = hashOf(Array.from({ length: 5000 }, (_, i) => `f${i}`).join(" "))
    for (let i = 0; i < 5000; i += 2) hash.setDeadline(`f${i}`, 1 + i)
    const copy = hash.copy()
    for (let i = 0; i < 5000; i += 3) copy.delete(`f${i}`)
    hash.removeExpired(1000)
    copy.set("f1", "changed")
    assert.strictEqual(hash.size, 4500)
    assert.strictEqual(copy.size, 3333)
    assert.strictEqual(hash.get("f1"), "f1")
    assert.strictEqual(copy.deadline("f2"), 3)
    assert.strictEqual(hash.soonestDeadline, 1001)
  })
})
