import { assert, describe, it } from "@effect/vitest"
import { Dictionary } from "../../src/data/Dictionary.ts"
import { Key } from "../../src/data/Key.ts"
import { KeyHasher } from "../../src/data/KeyHasher.ts"
import { makeSeededRandom } from "../support/random.ts"

const hasher = new KeyHasher(0x01234567, 0x89abcdef)

/** A hasher so bad that many keys have all 32 bits in common: long chains, and only the bytes tell the keys apart. */
class PoorHasher extends KeyHasher {
  override bytes(buffer: Uint8Array, start: number, end: number): number {
    return super.bytes(buffer, start, end) & 0x8000000f
  }
  override text(text: string): number {
    return super.text(text) & 0x8000000f
  }
}

/** The key somewhere inside a larger chunk, as requests bring it. */
const keyInChunk = (name: string, of: KeyHasher = hasher): Key => {
  const chunk = Buffer.from(`$1\r\n${name}\r\n*`, "latin1")
  return Key.ofBytes(of, chunk, 4, 4 + name.length)
}

const insertAll = (dictionary: Dictionary<number>, names: Iterable<string>): void => {
  for (const name of names) dictionary.insert(keyInChunk(name), 0)
}

const names = (prefix: string, count: number): Array<string> =>
  Array.from({ length: count }, (_, index) => prefix + index)

describe("Dictionary", () => {
  it("tells keys of any bytes and lengths apart, asked for as bytes and as text", () => {
    const all = [
      "",
      ...Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)),
      ...Array.from({ length: 256 }, (_, code) => `\0${String.fromCharCode(code)}`),
      ...[38, 39, 40, 41, 42, 1000, 100_000].flatMap((length) => ["a".repeat(length), "a".repeat(length - 1) + "b"]),
      "key\r\n",
      "key\r\n\0"
    ]
    for (const each of [hasher, new PoorHasher(1, 2)]) {
      const dictionary = new Dictionary<number>()
      for (const [position, name] of all.entries()) {
        assert.strictEqual(dictionary.find(keyInChunk(name, each)), -1)
        assert.strictEqual(dictionary.find(Key.ofText(each, name)), -1)
        const key = position % 2 === 0 ? keyInChunk(name, each) : Key.ofText(each, name)
        assert.strictEqual(dictionary.insert(key, position), position)
      }
      for (const [position, name] of all.entries()) {
        assert.strictEqual(dictionary.find(keyInChunk(name, each)), position)
        assert.strictEqual(dictionary.find(Key.ofText(each, name)), position)
        assert.strictEqual(dictionary.keyAt(position), name)
        assert.strictEqual(dictionary.valueAt(position), position)
      }
    }
  })

  it.each([
    ["an even hasher", hasher, 60_000, 9000],
    ["a poor hasher", new PoorHasher(5, 6), 400, 2000]
  ])("does what a Map does, with %s", (_, of, keys, steps) => {
    for (const seed of [1, 2]) {
      const below = makeSeededRandom(seed).integer
      const dictionary = new Dictionary<number>()
      const model = new Map<string, { value: number; access: number; deadline: number }>()
      for (const growthPercent of [90, 10, 70, 45, 100, 0]) {
        for (let step = 0; step < steps; step++) {
          const name = `key:${below(keys)}`
          const key = below(2) === 0 ? keyInChunk(name, of) : Key.ofText(of, name)
          const index = dictionary.find(key)
          const entry = model.get(name)
          assert.strictEqual(index !== -1, entry !== undefined)
          if (index === -1 || entry === undefined) {
            if (below(100) < growthPercent) {
              const inserted = dictionary.insert(key, step)
              assert.strictEqual(inserted, model.size)
              assert.strictEqual(dictionary.accessAt(inserted), 0)
              assert.strictEqual(dictionary.deadlineAt(inserted), -1)
              model.set(name, { value: step, access: 0, deadline: -1 })
            }
          } else {
            assert.strictEqual(dictionary.keyAt(index), name)
            assert.strictEqual(dictionary.valueAt(index), entry.value)
            assert.strictEqual(dictionary.accessAt(index), entry.access)
            assert.strictEqual(dictionary.deadlineAt(index), entry.deadline)
            if (below(100) < growthPercent) {
              entry.value = -step
              entry.access = below(2 ** 32)
              entry.deadline = below(1000)
              dictionary.setValueAt(index, entry.value)
              dictionary.setAccessAt(index, entry.access)
              dictionary.setDeadlineAt(index, entry.deadline)
            } else {
              const last = dictionary.size - 1
              const lastName = dictionary.keyAt(last)
              assert.strictEqual(dictionary.remove(index), index === last ? -1 : last)
              if (index !== last) assert.strictEqual(dictionary.keyAt(index), lastName)
              model.delete(name)
            }
          }
        }
        // Random keys leave some behind: the shrinking phases also take what is at random indexes.
        const aim = growthPercent < 20 ? 50 : dictionary.size
        while (dictionary.size > aim) {
          const index = below(dictionary.size)
          model.delete(dictionary.keyAt(index))
          dictionary.remove(index)
        }
        assert.strictEqual(dictionary.size, model.size)
        for (let index = 0; index < dictionary.size; index++) {
          const name = dictionary.keyAt(index)
          assert.strictEqual(dictionary.find(keyInChunk(name, of)), index)
          const entry = model.get(name)
          assert.strictEqual(dictionary.valueAt(index), entry?.value)
          assert.strictEqual(dictionary.accessAt(index), entry?.access)
          assert.strictEqual(dictionary.deadlineAt(index), entry?.deadline)
        }
      }
    }
  })

  describe("scan", () => {
    const step = (dictionary: Dictionary<number>, cursor: number, seen: (name: string) => void): number =>
      dictionary.scan(cursor, (index) => seen(dictionary.keyAt(index)))

    it("visits every entry exactly once when nothing changes, at any size", () => {
      for (const count of [1, 2, 15, 16, 17, 31, 32, 33, 100, 1000, 4096, 5000, 20_000]) {
        const dictionary = new Dictionary<number>()
        insertAll(dictionary, names("k", count))
        const seen: Array<string> = []
        let cursor = 0
        do cursor = step(dictionary, cursor, (name) => seen.push(name))
        while (cursor !== 0)
        assert.strictEqual(seen.length, count)
        assert.strictEqual(new Set(seen).size, count)
      }
    })

    it("ends at once where there is nothing, whatever the cursor", () => {
      for (const cursor of [0, 1, 2 ** 32 - 1, 2 ** 53 - 1]) {
        assert.strictEqual(new Dictionary<number>().scan(cursor, () => assert.fail()), 0)
      }
    })

    it("accepts any cursor, comes to an end from there, and gives back unsigned 32-bit ones", () => {
      const below = makeSeededRandom(3).integer
      const dictionary = new Dictionary<number>()
      insertAll(dictionary, names("k", 700))
      const foreign = Array.from({ length: 200 }, () => below(2 ** 32) * (1 + below(2 ** 21)))
      for (const start of [1, 1023, 1024, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, ...foreign]) {
        let cursor = start
        let steps = 0
        do {
          cursor = step(dictionary, cursor, () => {})
          assert.isTrue(Number.isInteger(cursor) && cursor >= 0 && cursor < 2 ** 32)
          assert.isAtMost(++steps, 1024)
        } while (cursor !== 0)
      }
    })

    it.each([
      ["an even hasher", hasher],
      ["a poor hasher", new PoorHasher(5, 6)]
    ])(
      "visits whatever is there from the first step to the last, though the table grows and shrinks meanwhile, with %s",
      (_, of) => {
        for (let seed = 1; seed <= 60; seed++) {
          const below = makeSeededRandom(seed).integer
          const dictionary = new Dictionary<number>()
          const staying = names("staying:", 1 + below(60))
          const passing: Array<string> = []
          let made = 0
          const insertPassing = () => {
            const name = `passing:${made++}`
            passing.push(name)
            dictionary.insert(keyInChunk(name, of), 0)
          }
          const removePassing = () => {
            const name = passing.splice(below(passing.length), 1)[0]
            if (name !== undefined) dictionary.remove(dictionary.find(keyInChunk(name, of)))
          }
          for (let left = below(1000); left > 0; left--) insertPassing()
          for (const name of staying) dictionary.insert(keyInChunk(name, of), 0)
          const seen = new Set<string>()
          let cursor = 0
          do {
            cursor = step(dictionary, cursor, (name) => seen.add(name))
            const size = dictionary.size
            const aim = [0, size >>> 1, size - 3, size, size + 3, size << 1, 600][below(7)]!
            while (passing.length > 0 && dictionary.size > aim) removePassing()
            while (dictionary.size < aim && dictionary.size < 2000) insertPassing()
          } while (cursor !== 0)
          for (const name of staying) assert.isTrue(seen.has(name), `seed ${seed}: ${name}`)
        }
      }
    )
  })

  it("grows without ever taking more than one segment at a time", () => {
    const dictionary = new Dictionary<number>()
    let longestStepBytes = 0
    for (const name of names("key:", 50_000)) {
      const before = dictionary.overheadBytes
      dictionary.insert(Key.ofText(hasher, name), 0)
      longestStepBytes = Math.max(longestStepBytes, dictionary.overheadBytes - before)
    }
    // One segment of entries and one of buckets.
    assert.isAtMost(longestStepBytes, 200_000 + 65_000)
    // Per entry two references, four numbers and one to two buckets' heads, and the last segments' empty half.
    assert.isAtMost(dictionary.overheadBytes / dictionary.size, 44)
  })

  it("gives its memory back, by removals and by clear, and is as good as new", () => {
    const dictionary = new Dictionary<number>()
    const emptyBytes = dictionary.overheadBytes
    assert.isAtMost(emptyBytes, 1500)
    const removeAll = () => {
      while (dictionary.size > 0) {
        dictionary.remove(dictionary.size >>> 1)
        if (dictionary.size === 5000) assert.isAtMost(dictionary.overheadBytes / 5000, 100)
      }
    }
    for (const empty of [removeAll, () => dictionary.clear(), removeAll]) {
      insertAll(dictionary, names("key:", 40_000))
      assert.isAtLeast(dictionary.overheadBytes, 40_000 * 36)
      empty()
      assert.strictEqual(dictionary.size, 0)
      assert.strictEqual(dictionary.overheadBytes, emptyBytes)
      assert.strictEqual(dictionary.find(keyInChunk("key:1")), -1)
    }
  })

  it("may be told of keys beforehand, present or not, and is unchanged by it", () => {
    const dictionary = new Dictionary<number>()
    insertAll(dictionary, names("key:", 5000))
    const hashes = Int32Array.from(names("key:", 3000).concat(names("absent:", 3000)), (name) => hasher.text(name))
    dictionary.prefetch(hashes, hashes.length)
    assert.strictEqual(dictionary.size, 5000)
    for (const name of names("key:", 5000)) assert.isAtLeast(dictionary.find(keyInChunk(name)), 0)
  })
})
