import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as ByteString from "../../src/data/ByteString.ts"
import { type Int64, parseInt64 } from "../../src/data/Int64.ts"
import * as Listpack from "../../src/data/Listpack.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"

const texts = (lp: Listpack.Listpack): ReadonlyArray<string> => {
  const list: Array<string> = []
  for (let at = Listpack.first(lp); at >= 0; at = Listpack.next(lp, at)) list.push(Listpack.textAt(lp, at))
  return list
}

const textsBackwards = (lp: Listpack.Listpack): ReadonlyArray<string> => {
  const list: Array<string> = []
  for (let at = Listpack.last(lp); at >= 0; at = Listpack.previous(lp, at)) list.push(Listpack.textAt(lp, at))
  return list
}

const hex = (text: string): string => Buffer.from(text, "latin1").toString("hex")

/** The bytes of the entries alone. */
const entryHex = (text: string): string => hex(Listpack.append(Listpack.empty, text).slice(6, -1))

describe("Listpack", () => {
  // What DUMP of valkey-server 8.1 shows, and what follows from its rules.
  const encodings: ReadonlyArray<readonly [text: string, bytes: string]> = [
    ["", "8001"],
    ["0", "0001"],
    ["127", "7f01"],
    ["128", "c08002"],
    ["-1", "dfff02"],
    ["4095", "cfff02"],
    ["-4096", "d00002"],
    ["4096", "f1001003"],
    ["-4097", "f1ffef03"],
    ["32767", "f1ff7f03"],
    ["-32768", "f1008003"],
    ["32768", "f200800004"],
    ["-32769", "f2ff7fff04"],
    ["8388607", "f2ffff7f04"],
    ["-8388608", "f200008004"],
    ["8388608", "f30000800005"],
    ["2147483647", "f3ffffff7f05"],
    ["-2147483648", "f30000008005"],
    ["2147483648", "f4000000800000000009"],
    ["-2147483649", "f4ffffff7fffffffff09"],
    ["9007199254740991", "f4ffffffffffff1f0009"],
    ["9007199254740993", "f4010000000000200009"],
    ["-9007199254740993", "f4ffffffffffffdfff09"],
    ["9223372036854775807", "f4ffffffffffffff7f09"],
    ["-9223372036854775808", "f4000000000000008009"],
    ["9223372036854775808", "93" + hex("9223372036854775808") + "14"],
    ["-9223372036854775809", "94" + hex("-9223372036854775809") + "15"],
    ["-0", "822d3003"],
    ["+1", "822b3103"],
    ["007", "8330303704"],
    ["-", "812d02"],
    [" 1", "82203103"],
    ["1.5", "83312e3504"],
    ["1".repeat(40), "a8" + "31".repeat(40) + "29"],
    ["a".repeat(63), "bf" + "61".repeat(63) + "40"],
    ["a".repeat(64), "e040" + "61".repeat(64) + "42"],
    ["a".repeat(125), "e07d" + "61".repeat(125) + "7f"],
    ["a".repeat(126), "e07e" + "61".repeat(126) + "0180"],
    ["a".repeat(4095), "efff" + "61".repeat(4095) + "2081"],
    ["a".repeat(4096), "f000100000" + "61".repeat(4096) + "2085"],
    ["a".repeat(16377), "f0f93f0000" + "61".repeat(16377) + "7ffe"],
    ["a".repeat(16378), "f0fa3f0000" + "61".repeat(16378) + "00ffff"]
  ]
  it.each(encodings.map(named))("writes the entry %s as Redis does", (_, text, bytes) => {
    assert.strictEqual(entryHex(text), bytes)
    assert.strictEqual(Listpack.entryBytes(text), bytes.length / 2)
    const buffer = Buffer.alloc(bytes.length / 2 + 2)
    assert.strictEqual(Listpack.writeEntry(buffer, 1, text), buffer.length - 1)
    assert.strictEqual(buffer.toString("hex"), `00${bytes}00`)
  })

  it.each(encodings.map(named))("reads the entry %s", (_, text, bytes) => {
    const lp = Listpack.from(["start", text, "end"])
    const at = Listpack.seek(lp, 1)
    const integer = parseInt64(text)
    assert.strictEqual(Listpack.textAt(lp, at), text)
    assert.strictEqual(Listpack.lengthAt(lp, at), text.length)
    assert.strictEqual(Listpack.integerAt(lp, at), integer)
    assert.isTrue(Listpack.equalsAt(lp, at, text))
    assert.isFalse(Listpack.equalsAt(lp, at, `${text}0`))
    assert.strictEqual(Listpack.find(lp, text), at)
    assert.strictEqual(Listpack.find(lp, `${text}0`), -1)
    const buffer = Buffer.from(bytes, "hex")
    assert.strictEqual(Listpack.readEntry(buffer, 0), text)
    assert.strictEqual(Listpack.endOfEntry(buffer, 0), buffer.length)
    assert.strictEqual(Listpack.startOfEntry(buffer, buffer.length), 0)
  })

  it("has no entries when it is empty", () => {
    assert.strictEqual(hex(Listpack.empty), "070000000000ff")
    assert.strictEqual(Listpack.count(Listpack.empty), 0)
    assert.strictEqual(Listpack.first(Listpack.empty), -1)
    assert.strictEqual(Listpack.last(Listpack.empty), -1)
    assert.strictEqual(Listpack.seek(Listpack.empty, 0), -1)
    assert.strictEqual(Listpack.seek(Listpack.empty, -1), -1)
    assert.strictEqual(Listpack.find(Listpack.empty, ""), -1)
    assert.strictEqual(Listpack.find(Listpack.empty, "", Listpack.first(Listpack.empty)), -1)
  })

  it("finds only among the entries that are not skipped", () => {
    const lp = Listpack.from(["a", "b", "b", "1", "1", "a"])
    assert.strictEqual(Listpack.find(lp, "b", Listpack.first(lp), 1), Listpack.seek(lp, 2))
    assert.strictEqual(Listpack.find(lp, "1", Listpack.first(lp), 1), Listpack.seek(lp, 4))
    assert.strictEqual(Listpack.find(lp, "a", Listpack.seek(lp, 1), 1), Listpack.seek(lp, 5))
    assert.strictEqual(Listpack.find(lp, "1", Listpack.seek(lp, 1), 3), -1)
  })

  it("takes an integer for equal also where it was written longer than needed, as Redis does", () => {
    const lp = "\x0b\0\0\0\x01\0\xf1\x05\0\x03\xff"
    assert.isTrue(Listpack.validate(lp))
    assert.strictEqual(Listpack.find(lp, "5"), 6)
    const digits = "\x0b\0\0\0\x01\0\x8242\x03\xff"
    assert.strictEqual(Listpack.integerAt(digits, 6), undefined)
    assert.strictEqual(Listpack.find(digits, "42"), 6)
  })

  it("counts its entries itself where the header cannot", () => {
    const many = Array.from({ length: 65_534 }, (_, index) => String(index))
    const countable = Listpack.from(many)
    assert.strictEqual(hex(countable.slice(4, 6)), "feff")
    const lp = Listpack.append(countable, "x", "y", "z")
    assert.strictEqual(hex(lp.slice(4, 6)), "ffff")
    assert.strictEqual(Listpack.count(lp), 65_537)
    assert.strictEqual(Listpack.textAt(lp, Listpack.seek(lp, 65_534)), "x")
    assert.strictEqual(Listpack.textAt(lp, Listpack.seek(lp, -1)), "z")
    assert.strictEqual(Listpack.textAt(lp, Listpack.seek(lp, -65_537)), "0")
    assert.strictEqual(Listpack.seek(lp, 65_537), -1)
    assert.strictEqual(Listpack.seek(lp, -65_538), -1)
    assert.strictEqual(Listpack.count(Listpack.remove(lp, Listpack.first(lp), 3)), 65_534)
    assert.strictEqual(Listpack.count(Listpack.concat(countable, Listpack.from(["x"]))), 65_535)
    assert.isTrue(Listpack.validate(lp))
  })

  it("holds entries of megabytes and walks over them in both directions", () => {
    const parts = ["x".repeat(2_097_145), "", "y".repeat(2_097_146), "7"]
    const lp = Listpack.from(parts)
    assert.isTrue(Listpack.validate(lp))
    assert.deepStrictEqual(texts(lp), parts)
    assert.deepStrictEqual(textsBackwards(lp), parts.toReversed())
  })

  it("writes and reads texts that are Buffers", () => {
    const text = Buffer.alloc(ByteString.maxTextBytes + 1, "v")
    const buffer = Buffer.alloc(Listpack.entryBytes(text) + 3)
    assert.strictEqual(Listpack.writeEntry(buffer, 3, text), buffer.length)
    assert.deepStrictEqual(Listpack.readEntry(buffer, 3), text)
    assert.strictEqual(Listpack.endOfEntry(buffer, 3), buffer.length)
    assert.strictEqual(Listpack.startOfEntry(buffer, buffer.length), 3)
    assert.strictEqual(Listpack.entryBytes(Buffer.from("12")), 2)
  })

  it("refuses additions that would make it longer than a string can be", () => {
    assert.isTrue(Listpack.isSafeToAdd(Listpack.empty, 1_000_000))
    assert.isFalse(Listpack.isSafeToAdd(Listpack.empty, 2 ** 30))
  })

  it.each([1, 2, 3, 4])("does what an array of texts does (seed %i)", (seed) => {
    const random = makeSeededRandom(seed)
    let model: Array<string> = []
    let lp = Listpack.empty
    for (let step = 0; step < 1500; step++) {
      const index = random.integer(model.length + 1)
      const at = index === model.length ? lp.length - 1 : Listpack.seek(lp, index)
      const added = Array.from({ length: random.integer(3) }, () => randomText(random))
      const action = random.integer(6)
      if (action <= 1) {
        lp = Listpack.insert(lp, at, ...added)
        model.splice(index, 0, ...added)
      } else if (action === 2) {
        lp = Listpack.append(lp, ...added)
        model.push(...added)
      } else if (action === 3 && index < model.length) {
        const text = randomText(random)
        lp = Listpack.replace(lp, at, text)
        model[index] = text
      } else if (action === 4) {
        const entries = random.integer(4)
        lp = Listpack.remove(lp, at, entries)
        model.splice(index, entries)
      } else if (action === 5 && random.chance(0.02)) {
        lp = Listpack.concat(Listpack.from(added), lp)
        model = [...added, ...model]
      }
      assert.isTrue(Listpack.validate(lp))
      assert.strictEqual(Listpack.count(lp), model.length)
      const sought = random.integer(2 * model.length + 4) - model.length - 2
      const position = Listpack.seek(lp, sought)
      assert.strictEqual(position < 0 ? undefined : Listpack.textAt(lp, position), model.at(sought))
      const wanted = random.chance(0.5) && model.length > 0 ? random.pick(model) : randomText(random)
      const found = model.indexOf(wanted)
      assert.strictEqual(Listpack.find(lp, wanted), found < 0 ? -1 : Listpack.seek(lp, found))
      if (step % 50 === 0) {
        assert.deepStrictEqual(texts(lp), model)
        assert.deepStrictEqual(textsBackwards(lp), model.toReversed())
        // However it came about, it has the bytes of one made in one step.
        assert.strictEqual(lp, Listpack.from(model))
      }
    }
    assert.isAbove(model.length, 0)
  })

  it("builds and takes apart runs of entries in a buffer from both ends", () => {
    const random = makeSeededRandom(7)
    const model = Array.from({ length: 200 }, () => randomText(random))
    const buffer = Buffer.alloc(model.reduce((bytes, text) => bytes + Listpack.entryBytes(text), 0))
    let end = 0
    for (const text of model) end = Listpack.writeEntry(buffer, end, text)
    assert.strictEqual(end, buffer.length)
    assert.strictEqual(Listpack.wrap(buffer.toString("latin1"), model.length), Listpack.from(model))
    let start = 0
    while (model.length > 0) {
      if (random.chance(0.5)) {
        assert.strictEqual(Listpack.readEntry(buffer, start), model.shift())
        start = Listpack.endOfEntry(buffer, start)
      } else {
        end = Listpack.startOfEntry(buffer, end)
        assert.strictEqual(Listpack.readEntry(buffer, end), model.pop())
      }
    }
    assert.strictEqual(start, end)
  })

  describe("validate", () => {
    const sound = Listpack.from(["field", "12", "a".repeat(200), "70000"])
    const damage: ReadonlyArray<readonly [name: string, bytes: string]> = [
      ["no bytes", ""],
      ["a header alone", sound.slice(0, 6)],
      ["a missing terminator", sound.slice(0, -1)],
      ["a length that is too great", "\x08\0\0\0\0\0\xff"],
      ["bytes behind the terminator", "\x08\0\0\0\0\0\xff\xff"],
      ["a count that is too small", `${sound.slice(0, 4)}\x03\0${sound.slice(6)}`],
      ["an encoding that does not exist", "\x09\0\0\0\x01\0\xf5\x01\xff"],
      ["a text that is longer than the rest", "\x09\0\0\0\x01\0\x82\x01\xff"],
      ["an entry in the terminator's place", "\x08\0\0\0\x01\0\x81\xff"],
      ["a length of 32 bits that is cut", "\x09\0\0\0\x01\0\xf0\xff\xff"],
      ["a length of 32 bits that is the greatest", "\x0d\0\0\0\x01\0\xf0\xff\xff\xff\xff\x05\xff"],
      ["a wrong length behind an entry", "\x09\0\0\0\x01\0\x01\x02\xff"],
      ["an endless length behind an entry", "\x0f\0\0\0\x01\0\x86\x80\x80\x80\x80\x80\x80\x87\xff"]
    ]
    it.each(damage)("refuses %s", (_, bytes) => {
      assert.isFalse(Listpack.validate(Buffer.from(bytes, "latin1")))
    })

    it("accepts what is sound", () => {
      assert.isTrue(Listpack.validate(Listpack.empty))
      assert.isTrue(Listpack.validate(Buffer.from(sound, "latin1")))
    })

    it("leaves nothing unsound behind: what it accepts of damaged bytes can be walked both ways", () => {
      const random = makeSeededRandom(11)
      let accepted = 0
      for (let round = 0; round < 20_000; round++) {
        const bytes = Buffer.from(sound, "latin1")
        for (let changes = random.integer(3); changes >= 0; changes--) {
          bytes[6 + random.integer(bytes.length - 6)] = random.integer(256)
        }
        if (!Listpack.validate(bytes)) continue
        accepted++
        const lp = bytes.toString("latin1")
        assert.deepStrictEqual(textsBackwards(lp), texts(lp).toReversed())
        assert.strictEqual(texts(lp).length, Listpack.count(lp))
      }
      assert.isAbove(accepted, 1000)
    })
  })

  describe("restore", () => {
    const foreign: ReadonlyArray<readonly [title: string, entries: string]> = [
      ["an integer that is kept as a text", "\x815\x02"],
      ["an integer in two bytes that needs one", "\xc0\x05\x02"],
      ["an integer in nine bytes that needs one", "\xf4\x05\0\0\0\0\0\0\0\x09"],
      ["an integer behind a length of 12 bits", "\xe0\x015\x03"],
      ["an integer behind a length of 32 bits", "\xf0\x01\0\0\x005\x06"]
    ]
    it.each(foreign)("writes %s as it is written here", (_, entries) => {
      assert.strictEqual(Listpack.restore(Listpack.wrap(entries, 1)), Listpack.from(["5"]))
      assert.strictEqual(Listpack.restore(Listpack.wrap(`\x81a\x02${entries}`, 2)), Listpack.from(["a", "5"]))
    })

    it("takes what is as it is written here, and nothing that is unsound", () => {
      const random = makeSeededRandom(12)
      for (let round = 0; round < 200; round++) {
        const lp = Listpack.from(Array.from({ length: random.integer(20) }, () => randomText(random)))
        assert.strictEqual(Listpack.restore(lp), lp)
        assert.isUndefined(Listpack.restore(lp.slice(1)))
      }
    })
  })

  it("knows whether a text is there twice, of all entries or of every second or third one", () => {
    const lp = Listpack.from(["a", "1", "x", "b", "1", "x", "1", "b", "c"])
    assert.deepStrictEqual([1, 2, 3].map((width) => Listpack.hasDuplicates(lp, width)), [true, true, false])
    assert.isFalse(Listpack.hasDuplicates(Listpack.empty, 1))
    assert.deepStrictEqual(Listpack.textsOf(lp), ["a", "1", "x", "b", "1", "x", "1", "b", "c"])
  })
})

/** With a name for the test that stays short. */
const named = ([text, bytes]: readonly [text: string, bytes: string]): [name: string, text: string, bytes: string] => [
  text.length <= 40 ? JSON.stringify(text) : `of ${text.length} bytes`,
  text,
  bytes
]

const randomText = (random: SeededRandom): string => {
  switch (random.integer(6)) {
    case 0:
      return String(random.integer(300) - 100)
    case 1:
      return String(randomInteger(random))
    case 2:
      return random.bytes(random.integer(8))
    case 3:
      return random.bytes(random.pick([63, 64, 126, 300, 4095, 4096]))
    default:
      return `field:${random.integer(50)}`
  }
}

const randomInteger = (random: SeededRandom): Int64 =>
  BigInt.asIntN(64, (BigInt(random.integer(2 ** 32)) << 32n) | BigInt(random.integer(2 ** 32))) >>
  BigInt(random.integer(64))
