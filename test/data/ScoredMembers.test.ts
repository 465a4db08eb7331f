import { assert, describe, it } from "@effect/vitest"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import { MemberTable } from "../../src/data/MemberTable.ts"
import { ScoredMembers } from "../../src/data/ScoredMembers.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const hasher = new KeyHasher(1, 2)

type Model = Map<string, number>

const inOrder = (model: Model): Array<[string, number]> =>
  [...model].sort(([a, scoreA], [b, scoreB]) => scoreA - scoreB || (a < b ? -1 : 1))

const contents = (members: ScoredMembers): Array<[string, number]> => {
  const all: Array<[string, number]> = []
  members.visit(0, members.size, (score, member) => all.push([member, score]))
  return all
}

const check = (members: ScoredMembers, model: Model, random: SeededRandom): void => {
  const expected = inOrder(model)
  assert.strictEqual(members.size, expected.length)
  assert.deepStrictEqual(contents(members), expected)
  assert.strictEqual(members.score("missing"), undefined)
  assert.strictEqual(members.rank("missing"), -1)
  if (expected.length === 0) return
  const rank = random.integer(expected.length)
  const [member, score] = expected[rank]!
  assert.strictEqual(members.score(member), score)
  assert.strictEqual(members.rank(member), rank)
  assert.strictEqual(members.memberAt(rank), member)
  assert.strictEqual(members.scoreAt(rank), score)
  assert.isTrue(model.has(members.pick(rank)))
}

const change = (members: ScoredMembers, model: Model, random: SeededRandom): void => {
  const member = `m${random.integer(400)}`
  if (random.chance(0.6)) {
    const score = random.integer(100)
    members.set(member, score)
    model.set(member, score)
  } else if (random.chance(0.95)) {
    assert.strictEqual(members.delete(member), model.delete(member))
  } else {
    const from = random.integer(members.size + 1)
    const to = Math.min(members.size, from + random.integer(50))
    for (const [gone] of inOrder(model).slice(from, to)) model.delete(gone)
    members.removeRange(from, to)
  }
}

describe("ScoredMembers", () => {
  it("keeps names and order in step through random changes, and copies apart", () => {
    const random = makeSeededRandom(2)
    const pairs: Array<[ScoredMembers, Model]> = [[ScoredMembers.empty(hasher), new Map()]]
    for (let step = 0; step < 6000; step++) {
      const [members, model] = random.pick(pairs)
      change(members, model, random)
      if (step % 1500 === 1000) pairs.push([members.copy(), new Map(model)])
      if (step % 100 === 0) { for (const [each, its] of pairs) check(each, its, random) }
    }
  })

  it("is made of a table at once", () => {
    const random = makeSeededRandom(3)
    for (const size of [0, 1, 1000, 10_000]) {
      const table = MemberTable.ofNumbers(hasher)
      const model: Model = new Map()
      for (let i = 0; i < size; i++) {
        const score = random.integer(size)
        table.insert(`m${i}`, score)
        model.set(`m${i}`, score)
      }
      const members = ScoredMembers.ofTable(table)
      check(members, model, random)
      for (let i = 0; i < 50; i++) change(members, model, random)
      check(members, model, random)
    }
  })

  it("says whether a member could be moved", () => {
    const members = ScoredMembers.empty(hasher)
    assert.isFalse(members.move("a", 1))
    members.add("a", 1)
    members.add("b", 2)
    assert.isTrue(members.move("a", 3))
    assert.deepStrictEqual(contents(members), [["b", 2], ["a", 3]])
  })

  it("scans every member with its score", () => {
    const members = ScoredMembers.empty(hasher)
    for (let i = 0; i < 300; i++) members.set(`m${i}`, i)
    const seen = new Map<string, number>()
    let cursor = 0
    do cursor = members.scan(cursor, (score, member) => seen.set(member, score))
    while (cursor !== 0)
    assert.strictEqual(seen.size, 300)
    for (const [member, score] of seen) assert.strictEqual(member, `m${score}`)
  })

  it("counts its memory: what is removed is not counted any more", () => {
    const members = ScoredMembers.empty(hasher)
    const empty = members.bytes
    for (let i = 0; i < 5000; i++) members.set(`a member of some length ${i}`, i)
    assert.isAbove(members.bytes - empty, 5000 * (textBytes + 36))
    members.removeRange(0, 5000)
    assert.isBelow(members.bytes - empty, 100_000)
  })
})

/** Of a member above. */
const textBytes = 40
