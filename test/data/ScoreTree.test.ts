import { assert, describe, it } from "@effect/vitest"
import { ScoreTree } from "../../src/data/ScoreTree.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

type Entry = readonly [score: number, member: string]

const inOrder = (a: Entry, b: Entry): number => a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)

const entriesOf = (tree: ScoreTree, from = 0, to = tree.size): Array<Entry> => {
  const entries: Array<Entry> = []
  tree.visit(from, to, (score, member) => entries.push([score, member]))
  return entries
}

const backwards = (tree: ScoreTree, from = 0, to = tree.size): Array<Entry> => {
  const entries: Array<Entry> = []
  tree.visitBackwards(from, to, (score, member) => entries.push([score, member]))
  return entries
}

const treeOf = (entries: ReadonlyArray<Entry>): ScoreTree =>
  ScoreTree.ofOrder(
    Uint32Array.from(entries, (_, index) => index),
    Float64Array.from(entries, ([score]) => score),
    entries.map(([, member]) => member)
  )

/** The naive model: an array that is sorted anew after every change. */
class Model {
  entries: Array<Entry>
  constructor(entries: ReadonlyArray<Entry> = []) {
    this.entries = [...entries]
  }
  add(entry: Entry): void {
    const at = this.entries.findIndex((other) => inOrder(entry, other) < 0)
    this.entries.splice(at < 0 ? this.entries.length : at, 0, entry)
  }
}

const checkAll = (tree: ScoreTree, model: Model, random: SeededRandom): void => {
  const { entries } = model
  assert.strictEqual(tree.size, entries.length)
  assert.deepStrictEqual(entriesOf(tree), entries)
  const from = random.integer(entries.length + 1)
  const to = from + random.integer(entries.length + 1 - from)
  assert.deepStrictEqual(entriesOf(tree, from, to), entries.slice(from, to))
  assert.deepStrictEqual(backwards(tree, from, to), entries.slice(from, to).toReversed())
  for (let i = 0; i < 5 && entries.length > 0; i++) {
    const rank = random.integer(entries.length)
    const [score, member] = random.pick(entries)
    assert.deepStrictEqual([tree.scoreAt(rank), tree.memberAt(rank)], entries[rank])
    assert.strictEqual(tree.rankOf(score, member), entries.findIndex((entry) => inOrder(entry, [score, member]) === 0))
    assert.strictEqual(tree.partition((other) => other < score), entries.filter((entry) => entry[0] < score).length)
    assert.strictEqual(tree.partition((other) => other <= score), entries.filter((entry) => entry[0] <= score).length)
  }
}

describe("ScoreTree", () => {
  it("is empty at first", () => {
    const tree = new ScoreTree()
    assert.strictEqual(tree.size, 0)
    assert.strictEqual(tree.rankOf(1, "a"), 0)
    assert.strictEqual(tree.partition(() => true), 0)
    assert.deepStrictEqual(entriesOf(tree), [])
  })

  it("orders by score, then by the members' bytes, a prefix first", () => {
    const tree = new ScoreTree()
    const expected: Array<Entry> = [
      [-Infinity, "z"],
      [-1.5, "a"],
      [0, ""],
      [-0, "\0"],
      [0, "B"],
      [0, "a"],
      [0, "aa"],
      [0, "\xff"],
      [Infinity, "a"]
    ]
    for (const [score, member] of expected.toReversed()) tree.add(score, member)
    assert.deepStrictEqual(entriesOf(tree), expected)
    assert.strictEqual(tree.rankOf(0, "aa"), 6)
    assert.strictEqual(tree.partition((score, member) => score < 0 || (score === 0 && member <= "B")), 5)
  })

  it("counts what is before an entry that is not there", () => {
    const tree = new ScoreTree()
    for (let i = 0; i < 1000; i++) tree.add(2 * i, "m")
    for (let i = -1; i < 2000; i += 97) assert.strictEqual(tree.rankOf(i, ""), Math.ceil(Math.max(i, 0) / 2))
  })

  for (
    const [name, scoreOf] of [
      ["few scores", (random: SeededRandom) => random.integer(4)],
      ["scores of all kinds", (random: SeededRandom) => random.next() * 1000 - 500]
    ] as const
  ) {
    it(`agrees with a sorted array through random changes, ${name}`, () => {
      const random = makeSeededRandom(7)
      for (let round = 0; round < 6; round++) {
        const tree = new ScoreTree()
        const model = new Model()
        let names = 0
        for (let step = 0; step < 1500; step++) {
          const isGrowing = step < 900
          if (model.entries.length === 0 || random.chance(isGrowing ? 0.75 : 0.3)) {
            const entry = [scoreOf(random), `${random.integer(1000)}.${names++}`] as const
            tree.add(...entry)
            model.add(entry)
          } else if (random.chance(0.98)) {
            const [entry] = model.entries.splice(random.integer(model.entries.length), 1)
            tree.remove(...entry!)
          } else {
            const from = random.integer(model.entries.length)
            const to = from + random.integer(Math.min(200, model.entries.length - from + 1))
            tree.removeRange(from, to)
            model.entries.splice(from, to - from)
          }
          if (step % 50 === 0) checkAll(tree, model, random)
        }
        checkAll(tree, model, random)
      }
    })
  }

  it("loses ranges of any size in a tree of three levels", () => {
    const random = makeSeededRandom(11)
    for (let round = 0; round < 10; round++) {
      const model = new Model(Array.from({ length: 9000 }, (_, i): Entry => [i >> 2, `${i & 3}`]))
      const tree = treeOf(model.entries)
      while (tree.size > 0) {
        const from = random.integer(tree.size)
        const to = Math.min(tree.size, from + random.integer(random.pick([2, 100, 4000])))
        tree.removeRange(from, to)
        model.entries.splice(from, to - from)
        assert.strictEqual(tree.size, model.entries.length)
        const at = random.integer(tree.size + 1)
        assert.deepStrictEqual(entriesOf(tree, at, Math.min(tree.size, at + 20)), model.entries.slice(at, at + 20))
        if (tree.size < 50) break
      }
      checkAll(tree, model, random)
    }
  })

  it("is built from sorted entries as if they had been added one by one", () => {
    const random = makeSeededRandom(3)
    for (const size of [0, 1, 56, 57, 64, 65, 3136, 3137, 10_000]) {
      const model = new Model(Array.from({ length: size }, (_, i): Entry => [i * 0.5, `m${i}`]))
      const tree = treeOf(model.entries)
      checkAll(tree, model, random)
      tree.add(size / 4 + 0.1, "new")
      model.add([size / 4 + 0.1, "new"])
      checkAll(tree, model, random)
    }
  })

  it("copies change independently", () => {
    const random = makeSeededRandom(5)
    const trees: Array<[ScoreTree, Model]> = [[new ScoreTree(), new Model()]]
    let names = 0
    for (let step = 0; step < 4000; step++) {
      const [tree, model] = random.pick(trees)
      if (step % 400 === 399) {
        trees.push([tree.copy(), new Model(model.entries)])
      } else if (model.entries.length === 0 || random.chance(0.7)) {
        const entry = [random.integer(50), `m${names++}`] as const
        tree.add(...entry)
        model.add(entry)
      } else if (random.chance(0.97)) {
        const [entry] = model.entries.splice(random.integer(model.entries.length), 1)
        tree.remove(...entry!)
      } else {
        const from = random.integer(model.entries.length)
        const to = from + random.integer(Math.min(40, model.entries.length - from + 1))
        tree.removeRange(from, to)
        model.entries.splice(from, to - from)
      }
      if (step % 100 === 0) { for (const [each, its] of trees) checkAll(each, its, random) }
    }
    for (const [tree, model] of trees) checkAll(tree, model, random)
  })

  it("does not keep nearly empty leaves: memory follows the number of entries", () => {
    const tree = new ScoreTree()
    for (let i = 0; i < 20_000; i++) tree.add(i, "member")
    const full = tree.bytes
    for (let i = 0; i < 20_000; i++) if (i % 64 !== 0) tree.remove(i, "member")
    assert.strictEqual(tree.size, 313)
    assert.isBelow(tree.bytes, full / 20)
    assert.deepStrictEqual(entriesOf(tree, 0, 2), [[0, "member"], [64, "member"]])
    tree.removeRange(0, 313)
    assert.strictEqual(tree.bytes, new ScoreTree().bytes)
  })
})
