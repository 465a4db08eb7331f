import { assert, describe, it } from "@effect/vitest"
import { Deadlines } from "../../src/data/Deadlines.ts"
import { Dictionary } from "../../src/data/Dictionary.ts"
import { Key } from "../../src/data/Key.ts"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import { makeSeededRandom } from "../support/random.ts"

describe("Deadlines", () => {
  it("does what an array of pairs does, while growing and shrinking over several segments", () => {
    const below = makeSeededRandom(7).integer
    const deadlines = new Deadlines()
    const model: Array<{ entry: number; at: number }> = []
    for (const growthPercent of [80, 20, 70, 5, 60, 0]) {
      for (let step = 0; step < 10_000; step++) {
        if (below(100) < growthPercent) {
          const pair = { entry: below(1_000_000), at: 1_700_000_000_000 + below(1_000_000_000) }
          assert.strictEqual(deadlines.add(pair.entry, pair.at), model.length)
          model.push(pair)
        } else if (model.length > 0) {
          const position = below(model.length)
          const choice = below(4)
          if (choice === 0) {
            model[position]!.at++
            deadlines.update(position, model[position]!.at)
          } else if (choice === 1) {
            model[position]!.entry++
            deadlines.moved(position, model[position]!.entry)
          } else {
            const last = model.pop()!
            const wasLast = position === model.length
            if (!wasLast) model[position] = last
            assert.strictEqual(deadlines.remove(position), wasLast ? -1 : last.entry)
          }
        }
      }
      assert.strictEqual(deadlines.size, model.length)
      for (const [position, pair] of model.entries()) {
        assert.strictEqual(deadlines.entryAt(position), pair.entry)
        assert.strictEqual(deadlines.at(position), pair.at)
      }
    }
  })

  it("keeps times of Redis' whole range and their sign", () => {
    const deadlines = new Deadlines()
    for (const at of [0, -1, 1, 2 ** 53 - 1, -(2 ** 62)]) assert.strictEqual(deadlines.at(deadlines.add(0, at)), at)
  })

  it("gives its memory back when it shrinks and when it is cleared", () => {
    const deadlines = new Deadlines()
    const emptyBytes = deadlines.overheadBytes
    for (
      const empty of [() => deadlines.clear(), () => {
        while (deadlines.size > 0) deadlines.remove(0)
      }]
    ) {
      for (let entry = 0; entry < 50_000; entry++) deadlines.add(entry, entry)
      assert.isAtLeast(deadlines.overheadBytes, 50_000 * 12)
      assert.isAtMost(deadlines.overheadBytes, 55_000 * 12 + 10_000)
      empty()
      assert.strictEqual(deadlines.size, 0)
      assert.strictEqual(deadlines.overheadBytes, emptyBytes)
    }
  })

  it("and the dictionary follow each other's moves", () => {
    const below = makeSeededRandom(11).integer
    const hasher = new KeyHasher(3, 4)
    const dictionary = new Dictionary<number>()
    const deadlines = new Deadlines()
    const model = new Map<string, number | undefined>()
    const removeDeadline = (index: number) => {
      const position = dictionary.deadlineAt(index)
      if (position === -1) return
      const movedEntry = deadlines.remove(position)
      if (movedEntry !== -1) dictionary.setDeadlineAt(movedEntry, position)
      dictionary.setDeadlineAt(index, -1)
    }
    for (const keys of [300, 20_000, 100]) {
      for (let step = 0; step < 15_000; step++) {
        const name = `k${below(keys)}`
        const key = Key.ofText(hasher, name)
        const index = dictionary.find(key)
        const choice = below(4)
        if (choice === 0 && index !== -1) {
          removeDeadline(index)
          const moved = dictionary.remove(index)
          if (moved !== -1 && dictionary.deadlineAt(index) !== -1) deadlines.moved(dictionary.deadlineAt(index), index)
          model.delete(name)
        } else if (choice === 1 && index !== -1) {
          removeDeadline(index)
          model.set(name, undefined)
        } else {
          const at = below(1_000_000)
          const found = index === -1 ? dictionary.insert(key, step) : index
          const position = dictionary.deadlineAt(found)
          if (position === -1) dictionary.setDeadlineAt(found, deadlines.add(found, at))
          else deadlines.update(position, at)
          model.set(name, at)
        }
      }
      const found = new Map<string, number | undefined>()
      for (let index = 0; index < dictionary.size; index++) {
        const position = dictionary.deadlineAt(index)
        found.set(dictionary.keyAt(index), position === -1 ? undefined : deadlines.at(position))
        if (position !== -1) assert.strictEqual(deadlines.entryAt(position), index)
      }
      assert.deepStrictEqual(found, model)
      assert.strictEqual(deadlines.size, [...model.values()].filter((at) => at !== undefined).length)
    }
  })
})
