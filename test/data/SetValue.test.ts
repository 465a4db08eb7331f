import { assert, describe, it } from "@effect/vitest"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import * as SetAlgebra from "../../src/data/SetAlgebra.ts"
import { type SetEncoding, SetValue } from "../../src/data/SetValue.ts"
import type { Shapes } from "../../src/data/Shapes.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const redisLimits = {
  "hash-max-listpack-entries": 512,
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

const shapesOf = (limits: Partial<Shapes["limits"]> = {}): Shapes => ({
  hasher: new KeyHasher(1, 2),
  limits: { ...redisLimits, ...limits }
})

const redis = shapesOf()
const low = shapesOf({ "set-max-intset-entries": 8, "set-max-listpack-entries": 12, "set-max-listpack-value": 5 })

const setOf = (members: Iterable<string>, shapes: Shapes = redis): SetValue => {
  const set = new SetValue(shapes)
  for (const member of members) set.add(member)
  return set
}

const names = (prefix: string, count: number): Array<string> =>
  Array.from({ length: count }, (_, index) => prefix + index)

/** One set in each of the three shapes. */
const samples: ReadonlyArray<readonly [SetEncoding, ReadonlyArray<string>]> = [
  ["intset", names("", 20)],
  ["listpack", names("m", 20)],
  ["hashtable", names("m", 200)]
]

const anyMember = (random: SeededRandom): string =>
  random.pick([
    String(random.integer(30)),
    String(random.integer(30) - 100_000),
    random.pick(["9223372036854775807", "-9223372036854775808", "9223372036854775808", "-0", "01", ""]),
    random.bytes(random.integer(8)),
    `name:${random.integer(200)}`
  ])

/** That a set holds exactly the members of a model, whichever way it is asked. */
const assertHolds = (set: SetValue, model: ReadonlySet<string>): void => {
  assert.strictEqual(set.size, model.size)
  assert.sameMembers(set.members(), [...model])
  const scanned: Array<string> = []
  let cursor = 0
  do cursor = set.scan(cursor, (member) => scanned.push(member))
  while (cursor !== 0)
  assert.sameMembers(scanned, [...model])
  for (const member of model) assert.isTrue(set.has(member))
}

describe("SetValue", () => {
  it.each([["Redis's", redis], ["low", low]])(
    "does what a Set does, and so do its copies, with %s limits",
    (_, shapes) => {
      for (let seed = 1; seed <= 30; seed++) {
        const random = makeSeededRandom(seed)
        const sides: Array<readonly [SetValue, Set<string>]> = [[new SetValue(shapes), new Set()]]
        for (let step = 0; step < 400; step++) {
          const [set, model] = random.pick(sides)
          const member = anyMember(random)
          assert.strictEqual(set.has(member), model.has(member))
          if (random.chance(0.7)) {
            assert.strictEqual(set.add(member, random.chance(0.5)), !model.has(member))
            model.add(member)
          } else {
            assert.strictEqual(set.remove(member), model.delete(member))
          }
          if (random.chance(0.01)) sides.push([set.copy(), new Set(model)])
        }
        for (const [set, model] of sides) assertHolds(set, model)
      }
    }
  )

  it("orders integers while they are an intset, and then keeps that order and appends", () => {
    const set = setOf(["5", "-1", "70000", "3", "9223372036854775807", "-9223372036854775808"])
    const sorted = ["-9223372036854775808", "-1", "3", "5", "70000", "9223372036854775807"]
    assert.deepStrictEqual(set.members(), sorted)
    set.add("x")
    set.add("1")
    assert.deepStrictEqual(set.members(), [...sorted, "x", "1"])
    assert.strictEqual(set.encoding, "listpack")
  })

  describe("changes its shape", () => {
    it.each<readonly [string, ReadonlyArray<string>, SetEncoding]>([
      ["512 integers", names("", 512), "intset"],
      ["513 integers", names("", 513), "hashtable"],
      ["127 integers and a text", [...names("", 127), "x"], "listpack"],
      ["128 integers and a text", [...names("", 128), "x"], "hashtable"],
      ["an integer and a text of 65 bytes", ["1", "x".repeat(65)], "hashtable"],
      ["128 texts", names("m", 128), "listpack"],
      ["129 texts", names("m", 129), "hashtable"],
      ["a text of 64 bytes", ["x".repeat(64)], "listpack"],
      ["a short text and one of 65 bytes", ["a", "x".repeat(65)], "hashtable"]
    ])("so that %s are in the one that Redis has for them", (_, members, encoding) => {
      const set = setOf(members)
      assert.strictEqual(set.encoding, encoding)
      assertHolds(set, new Set(members))
    })

    it("never back when members go", () => {
      const set = setOf(names("m", 200))
      for (const member of names("m", 199)) set.remove(member)
      assert.strictEqual(set.encoding, "hashtable")
    })

    it("at once when more members are to come than it can hold", () => {
      const integers = setOf(["1"])
      integers.expect(512)
      assert.strictEqual(integers.encoding, "intset")
      integers.expect(513)
      assert.strictEqual(integers.encoding, "hashtable")
      const texts = setOf(["a"])
      texts.expect(128)
      assert.strictEqual(texts.encoding, "listpack")
      texts.expect(129)
      assert.strictEqual(texts.encoding, "hashtable")
      assert.deepStrictEqual([...integers.members(), ...texts.members()], ["1", "a"])
    })

    it("from one integer that is longer than a listpack's members may be", () => {
      const set = setOf(["1", "-12345"], low)
      set.add("x")
      assert.strictEqual(set.encoding, "hashtable")
    })

    it.each<readonly [string, number, SetEncoding]>([
      ["1", 512, "intset"],
      ["1", 513, "hashtable"],
      ["a", 128, "listpack"],
      ["a", 129, "hashtable"]
    ])("not, when it is made for %s and %i members in all, and gets these", (first, count, encoding) => {
      assert.strictEqual(SetValue.expecting(redis, first, count).encoding, encoding)
    })

    it("back to an intset only when asked to, of a result", () => {
      for (const [members, encoding] of [[names("", 200), "intset"], [["1", "a"], "listpack"]] as const) {
        const set = new SetValue(redis, "listpack")
        for (const member of members) set.add(member)
        set.compactIntegers()
        assert.strictEqual(set.encoding, encoding)
        assertHolds(set, new Set(members))
      }
    })
  })

  it("keeps its memory's size with every change: that of its text or table, and of the object", () => {
    const random = makeSeededRandom(5)
    const set = new SetValue(low)
    const emptyBytes = set.bytes
    assert.isAtMost(emptyBytes, 100)
    for (const member of names("a member of the set ", 1000)) {
      const before = set.bytes
      set.add(member)
      assert.isAtLeast(set.bytes, before)
    }
    assert.isAtLeast(set.bytes, 1000 * (20 + 40))
    assert.isAtMost(set.bytes, 1000 * (24 + 48))
    while (set.size > 1) set.pop(random.next)
    assert.isAtMost(set.bytes, 1500)
  })

  describe("by chance", () => {
    it.each(samples)("gives every member of a %s the same probability", (_, members) => {
      const random = makeSeededRandom(6)
      const set = setOf(members)
      const rounds = members.length * 400
      for (
        const choose of [
          () => [set.randomMember(random.next)],
          () => set.randomPicks(3, random.next),
          () => set.randomMembers(1 + random.integer(members.length - 1), random.next),
          () => [set.copy().pop(random.next)],
          () => set.copy().popMany(2, random.next)
        ]
      ) {
        const seen = new Map<string, number>()
        let total = 0
        while (total < rounds) {
          for (const member of choose()) {
            seen.set(member, (seen.get(member) ?? 0) + 1)
            total++
          }
        }
        assert.strictEqual(seen.size, members.length)
        // 400 are expected, and the standard deviation is 20.
        const mean = total / members.length
        for (const count of seen.values()) assert.isBelow(Math.abs(count - mean), 6 * Math.sqrt(mean))
      }
    })

    it.each(samples)("answers different members of a %s, as many as asked for", (encoding, members) => {
      const random = makeSeededRandom(7)
      const set = setOf(members)
      for (let count = 0; count <= members.length + 1; count++) {
        const chosen = set.randomMembers(count, random.next)
        assert.strictEqual(chosen.length, Math.min(count, members.length))
        assert.strictEqual(new Set(chosen).size, chosen.length)
        for (const member of chosen) assert.isTrue(set.has(member))
        if (encoding === "listpack") assert.deepStrictEqual(chosen, members.filter((member) => chosen.includes(member)))
      }
      assert.strictEqual(set.randomPicks(1000, random.next).length, 1000)
      assert.strictEqual(set.size, members.length)
    })

    it.each(samples)("pops members of a %s, one by one and many at once", (_, members) => {
      const random = makeSeededRandom(8)
      for (let count = 1; count < members.length; count++) {
        const set = setOf(members)
        const popped = set.popMany(count, random.next)
        assert.strictEqual(popped.length, count)
        assertHolds(set, new Set(members.filter((member) => !popped.includes(member))))
      }
      const set = setOf(members)
      const popped = members.map(() => set.pop(random.next))
      assert.sameMembers(popped, [...members])
      assert.strictEqual(set.size, 0)
    })

    it("begins anew when it pops nearly all, and is compact again", () => {
      const random = makeSeededRandom(9)
      const shapeAfter = (members: ReadonlyArray<string>, count: number): SetEncoding => {
        const set = setOf(members)
        set.popMany(count, random.next)
        return set.encoding
      }
      assert.strictEqual(shapeAfter(names("m", 600), 500), "listpack")
      assert.strictEqual(shapeAfter(names("m", 600), 499), "hashtable")
      assert.strictEqual(shapeAfter(names("m", 1200), 1000), "hashtable")
      assert.strictEqual(shapeAfter(names("", 500), 499), "intset")
      assert.strictEqual(shapeAfter(names("", 600), 500), "listpack")
    })
  })
})

describe("SetAlgebra", () => {
  it("intersects, unites and subtracts as the members say, whatever the shapes", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = makeSeededRandom(seed)
      const models = Array.from(
        { length: 1 + random.integer(4) },
        () =>
          random.chance(0.1)
            ? undefined
            : new Set(Array.from({ length: random.pick([1, 5, 20, 100]) }, () => anyMember(random)))
      )
      const sets = models.map((model) => model === undefined ? undefined : setOf(model, low))
      if (random.chance(0.2)) {
        models.push(models[0])
        sets.push(sets[0])
      }
      const [first = new Set<string>(), ...others] = models
      const all = models.flatMap((model) => [...model ?? []])
      const common = new Set(all.filter((member) => models.every((model) => model?.has(member) === true)))
      assertHolds(SetAlgebra.intersection(low, sets), common)
      for (const shape of ["intset", SetAlgebra.passingShape(sets)] as const) {
        const united = new SetValue(low, shape)
        SetAlgebra.unite(sets, united)
        assertHolds(united, new Set(all))
        const rest = new SetValue(low, shape)
        SetAlgebra.subtract(sets, rest)
        assertHolds(rest, new Set([...first].filter((member) => !others.some((other) => other?.has(member) === true))))
      }
    }
  })

  it("stops an intersection when it is told to", () => {
    const set = setOf(names("m", 50))
    let seen = 0
    SetAlgebra.someCommon([set, set.copy()], () => ++seen === 7)
    assert.strictEqual(seen, 7)
  })

  it("stores an intersection of integers as an intset, also of hash tables", () => {
    const tables = [setOf([...names("", 200), "a"]), setOf([...names("", 300), "b"])]
    assert.strictEqual(SetAlgebra.intersection(redis, tables).encoding, "intset")
    assert.strictEqual(SetAlgebra.intersection(redis, [tables[0], tables[0]]).encoding, "hashtable")
  })
})
