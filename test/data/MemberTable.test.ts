import { assert, describe, it } from "@effect/vitest"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import { MemberTable } from "../../src/data/MemberTable.ts"
import { makeSeededRandom } from "../support/random.ts"

const hasher = new KeyHasher(0x01234567, 0x89abcdef)

/** A hasher so bad that many members have all 32 bits in common: long chains, and only the texts tell the members apart. */
class PoorHasher extends KeyHasher {
  override text(text: string): number {
    return super.text(text) & 0x8000000f
  }
}

const names = (prefix: string, count: number): Array<string> =>
  Array.from({ length: count }, (_, index) => prefix + index)

const tableOf = (members: Iterable<string>, of: KeyHasher = hasher): MemberTable<undefined> => {
  const table = MemberTable.ofMembers(of)
  for (const member of members) table.insert(member, undefined)
  return table
}

/** A table beside the Map that it has to agree with. */
interface Side {
  readonly table: MemberTable<number>
  readonly model: Map<string, number>
}

const assertAgrees = ({ model, table }: Side): void => {
  assert.strictEqual(table.size, model.size)
  let textBytes = 0
  for (let index = 0; index < table.size; index++) {
    const member = table.memberAt(index)
    assert.strictEqual(table.find(member), index)
    assert.strictEqual(table.valueAt(index), model.get(member))
    textBytes += (16 + member.length + 7) & ~7
  }
  const seen = new Set<number>()
  let cursor = 0
  do {
    cursor = table.scan(cursor, (index) => {
      assert.isFalse(seen.has(index))
      seen.add(index)
    })
  } while (cursor !== 0)
  assert.strictEqual(seen.size, model.size)
  const tableBytes = table.bytes - textBytes
  assert.isAtLeast(tableBytes, 28 * model.size)
  assert.isAtMost(tableBytes, 28 * 1.5 * model.size + 100_000)
}

describe("MemberTable", () => {
  it("finds texts by a part of them, and exchanges the rest", () => {
    for (const  of of[hasher, new PoorHasher(1, 2)]) {
      const table = MemberTable.ofValues<number>(of)
      const find = (key: string): number =>
        table.findBy(key, (index) => table.memberAt(index).substring(0, table.valueAt(index)) === key)
      const keys = names("key", 500)
      for (const key of keys) {
        assert.strictEqual(find(key), -1)
        table.insert(`${key}:${key}`, key.length, key)
      }
      const before = table.bytes
      for (const key of keys) table.setMemberAt(find(key), `${key}${"x".repeat(80)}`)
      assert.isAtLeast(table.bytes - before, 500 * 70)
      for (const key of keys.slice(0, 250)) table.remove(find(key))
      assert.deepStrictEqual(keys.map((key) => find(key) >= 0), keys.map((_, i) => i >= 250))
    }
  })

  it("tells members of any bytes and lengths apart", () => {
    const all = [
      "",
      ...Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)),
      ...Array.from({ length: 256 }, (_, code) => `\0${String.fromCharCode(code)}`),
      ...[1000, 100_000].flatMap((length) => ["a".repeat(length), "a".repeat(length - 1) + "b"])
    ]
    for (const  of of[hasher, new PoorHasher(1, 2)]) {
      const table = MemberTable.ofValues<number>(of)
      for (const [position, member] of all.entries()) {
        assert.strictEqual(table.find(member), -1)
        assert.strictEqual(table.insert(member, position), position)
      }
      for (const [position, member] of all.entries()) {
        assert.strictEqual(table.find(member), position)
        assert.strictEqual(table.memberAt(position), member)
        assert.strictEqual(table.valueAt(position), position)
      }
    }
  })

  it("hashes with its own hasher, whatever table was asked before", () => {
    const one = MemberTable.ofMembers(new KeyHasher(1, 2))
    const other = MemberTable.ofMembers(new KeyHasher(3, 4))
    for (const member of names("m", 100)) {
      assert.strictEqual(other.find(member), -1)
      one.insert(member, undefined)
      assert.strictEqual(one.find(member), one.size - 1)
      other.insert(member, undefined)
      assert.strictEqual(other.find(member), other.size - 1)
    }
  })

  it.each([
    ["an even hasher", hasher, 30_000, 6000],
    ["a poor hasher", new PoorHasher(5, 6), 400, 1500]
  ])("does what a Map does, and so does each of its copies when all of them change, with %s", (_, of, keys, steps) => {
    for (const seed of [1, 2]) {
      const below = makeSeededRandom(seed).integer
      const sides: Array<Side> = [{
        table: seed === 1 ? MemberTable.ofValues<number>(of) : MemberTable.ofNumbers(of),
        model: new Map()
      }]
      for (const growthPercent of [90, 10, 70, 45, 100, 0]) {
        for (let step = 0; step < steps; step++) {
          const { model, table } = sides[below(sides.length)]!
          const member = `member:${below(keys)}`
          const index = table.find(member)
          assert.strictEqual(index !== -1, model.has(member))
          if (index === -1) {
            if (below(100) < growthPercent) {
              assert.strictEqual(table.insert(member, step), model.size)
              model.set(member, step)
            }
          } else {
            assert.strictEqual(table.memberAt(index), member)
            assert.strictEqual(table.valueAt(index), model.get(member))
            if (below(100) < growthPercent) {
              table.setValueAt(index, -step)
              model.set(member, -step)
            } else {
              const last = table.size - 1
              const lastMember = table.memberAt(last)
              assert.strictEqual(table.remove(index), index === last ? -1 : last)
              if (index !== last) assert.strictEqual(table.memberAt(index), lastMember)
              model.delete(member)
            }
          }
          if (below(steps) < 3) {
            const copy = { table: table.copy(), model: new Map(model) }
            assert.strictEqual(copy.table.bytes, table.bytes)
            if (sides.length < 4) sides.push(copy)
            else sides[below(sides.length)] = copy
          }
        }
        // Random members leave some behind: the shrinking phases also take what is at random indexes.
        for (const { model, table } of sides) {
          const aim = growthPercent < 20 ? 20 : table.size
          while (table.size > aim) {
            const index = below(table.size)
            model.delete(table.memberAt(index))
            table.remove(index)
          }
        }
        for (const side of sides) assertAgrees(side)
      }
    }
  })

  it("keeps a copy as it was while the table itself grows from small, shrinks and empties", () => {
    for (const count of [1, 4, 5, 100, 1024, 1025, 3000]) {
      const table = tableOf(names("m", count))
      const copies: Array<readonly [MemberTable<undefined>, number]> = [[table.copy(), table.size]]
      for (const member of names("n", 200)) table.insert(member, undefined)
      copies.push([table.copy(), table.size])
      while (table.size > 0) {
        table.remove(0)
        if (table.size % 97 === 0) copies.push([table.copy(), table.size])
      }
      for (const [copy, size] of copies) {
        assert.strictEqual(copy.size, size)
        for (let index = 0; index < size; index++) assert.strictEqual(copy.find(copy.memberAt(index)), index)
      }
    }
  })

  it("keeps every number as it is", () => {
    const numbers = [0, -0, 1.5, 2 ** 53, -Infinity, Infinity, Number.MIN_VALUE, Number.NaN]
    const table = MemberTable.ofNumbers(hasher)
    for (const number of numbers) table.insert(String(table.size), number)
    for (const [index, number] of numbers.entries()) assert.isTrue(Object.is(table.valueAt(index), number))
  })

  describe("scan", () => {
    it("visits every entry exactly once when nothing changes, at any size", () => {
      for (const count of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100, 1000, 1024, 5000]) {
        const table = tableOf(names("k", count))
        const seen: Array<number> = []
        let cursor = 0
        do cursor = table.scan(cursor, (index) => seen.push(index))
        while (cursor !== 0)
        assert.strictEqual(seen.length, count)
        assert.strictEqual(new Set(seen).size, count)
      }
    })

    it("ends at once where there is nothing, whatever the cursor", () => {
      for (const cursor of [0, 1, 2 ** 32 - 1, 2 ** 53 - 1]) {
        assert.strictEqual(MemberTable.ofMembers(hasher).scan(cursor, () => assert.fail()), 0)
      }
    })

    it("accepts any cursor, comes to an end from there, and gives back unsigned 32-bit ones", () => {
      const below = makeSeededRandom(3).integer
      const table = tableOf(names("k", 700))
      const foreign = Array.from({ length: 200 }, () => below(2 ** 32) * (1 + below(2 ** 21)))
      for (const start of [1, 1023, 1024, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, ...foreign]) {
        let cursor = start
        let steps = 0
        do {
          cursor = table.scan(cursor, () => {})
          assert.isTrue(Number.isInteger(cursor) && cursor >= 0 && cursor < 2 ** 32)
          assert.isAtMost(++steps, 1024)
        } while (cursor !== 0)
      }
    })

    it.each([
      ["an even hasher", hasher],
      ["a poor hasher", new PoorHasher(5, 6)]
    ])(
      "visits whatever is there from the first step to the last, though the table grows, shrinks and is copied meanwhile, with %s",
      (_, of) => {
        for (let seed = 1; seed <= 60; seed++) {
          const below = makeSeededRandom(seed).integer
          const staying = names("staying:", 1 + below(60))
          const passing = names("passing:", below(1000))
          let made = passing.length
          let table = tableOf([...passing, ...staying], of)
          const seen = new Set<string>()
          let cursor = 0
          do {
            cursor = table.scan(cursor, (index) => seen.add(table.memberAt(index)))
            if (below(4) === 0) table = table.copy()
            const size = table.size
            const aim = [0, size >>> 1, size - 3, size, size + 3, size << 1, 600][below(7)]!
            while (passing.length > 0 && table.size > aim) {
              table.remove(table.find(passing.splice(below(passing.length), 1)[0]!))
            }
            while (table.size < aim && table.size < 2000) {
              const member = `passing:${made++}`
              passing.push(member)
              table.insert(member, undefined)
            }
          } while (cursor !== 0)
          for (const member of staying) assert.isTrue(seen.has(member), `seed ${seed}: ${member}`)
        }
      }
    )
  })

  it("takes about 20 bytes per entry beside the text, 28 with a value, and less than a kilobyte while it is small", () => {
    for (
      const [make, bytesPerEntry] of [
        [() => MemberTable.ofMembers(hasher), 20],
        [() => MemberTable.ofValues(hasher), 28],
        [() => MemberTable.ofNumbers(hasher), 28]
      ] as const
    ) {
      const table: MemberTable<unknown> = make()
      assert.isAtMost(table.bytes, 1100)
      for (const member of names("key:", 10_000)) table.insert(member, 1)
      assert.isAtMost((table.bytes - 10_000 * 24) / 10_000, bytesPerEntry * 1.1)
    }
    assert.isAtMost((tableOf(names("key:", 129)).bytes - 129 * 24) / 129, 30)
  })

  it("grows without ever taking more than a segment at a time, and gives its memory back", () => {
    const table = MemberTable.ofMembers(hasher)
    const emptyBytes = table.bytes
    let longestStepBytes = 0
    for (const member of names("key:", 20_000)) {
      const before = table.bytes
      table.insert(member, undefined)
      longestStepBytes = Math.max(longestStepBytes, table.bytes - before)
    }
    assert.isAtMost(longestStepBytes, 1024 * 20 + 500)
    while (table.size > 0) table.remove(table.size >>> 1)
    assert.strictEqual(table.bytes, emptyBytes)
  })
})
