import { assert, describe, it } from "@effect/vitest"
import {
  emptyManifest,
  formatManifest,
  type Manifest,
  maxManifestLineBytes,
  parseManifest
} from "../../../src/protocol/aof/Manifest.ts"
import { makeSeededRandom } from "../../support/random.ts"

const full: Manifest = {
  base: { name: "appendonly.aof.2.base.rdb", sequence: 2, type: "base" },
  history: [
    { name: "appendonly.aof.2.incr.aof", sequence: 2, type: "history" },
    { name: "appendonly.aof.1.base.rdb", sequence: 1, type: "history" }
  ],
  incremental: [
    { name: "appendonly.aof.3.incr.aof", sequence: 3, type: "incremental" },
    { name: "appendonly.aof.7.incr.aof", sequence: 7, type: "incremental" }
  ]
}

const fullText = `file appendonly.aof.2.base.rdb seq 2 type b
file appendonly.aof.2.incr.aof seq 2 type h
file appendonly.aof.1.base.rdb seq 1 type h
file appendonly.aof.3.incr.aof seq 3 type i
file appendonly.aof.7.incr.aof seq 7 type i
`

const good = "file a.1.incr.aof seq 1 type i\n"

/** A line of so many bytes with its line feed, right but for its length. */
const lineOf = (bytes: number): string => `file a seq 1 type i x ${"y".repeat(bytes - 23)}\n`

describe("a manifest", () => {
  it("names the base, then history, then what is read behind the base", () => {
    assert.strictEqual(formatManifest(full), fullText)
    assert.deepStrictEqual(parseManifest(fullText), full)
  })

  it.each<[string, string, string, Partial<Manifest>]>([
    ["only comments", "# nothing\n# yet", "", {}],
    ["a comment, spaces and tabs", `# hi\n \t file  a seq\t1 type i \r\n`, "file a seq 1 type i\n", {
      incremental: [{ name: "a", sequence: 1, type: "incremental" }]
    }],
    ["keys in any case and order, and unknown ones", "TYPE b Seq 1 newkey newvalue FILE a\n", "file a seq 1 type b\n", {
      base: { name: "a", sequence: 1, type: "base" }
    }],
    ["a type by its first letter", "file a seq 1 type base\n", "file a seq 1 type b\n", {
      base: { name: "a", sequence: 1, type: "base" }
    }],
    ["quotes", `file "a b\\x01\\"" seq 1 type b\n`, `file "a b\\x01\\"" seq 1 type b\n`, {
      base: { name: "a b\x01\"", sequence: 1, type: "base" }
    }],
    ["a single quote", `file "a'b" seq 1 type b\n`, `file "a'b" seq 1 type b\n`, {
      base: { name: "a'b", sequence: 1, type: "base" }
    }],
    ["the longest line", lineOf(maxManifestLineBytes), "file a seq 1 type i\n", {
      incremental: [{ name: "a", sequence: 1, type: "incremental" }]
    }]
  ])("may have %s", (_, text, formatted, expected) => {
    const manifest = parseManifest(text)
    assert.deepStrictEqual(manifest, { ...emptyManifest, ...expected })
    assert.strictEqual(formatManifest({ ...emptyManifest, ...expected }), formatted)
  })

  it.each<[string, string, number, string]>([
    ["", "Found an empty AOF manifest", 0, ""],
    [`${good}\n`, "Invalid AOF manifest file format", 2, ""],
    [`${good}!!!\n`, "Invalid AOF manifest file format", 2, "!!!"],
    ["file a seq 1 type\n", "Invalid AOF manifest file format", 1, "file a seq 1 type"],
    ["file a seq 1 type i x\n", "Invalid AOF manifest file format", 1, "file a seq 1 type i x"],
    ["filx a seq 1 type i\n", "Invalid AOF manifest file format", 1, "filx a seq 1 type i"],
    ["file a sex 1 type i\n", "Invalid AOF manifest file format", 1, "file a sex 1 type i"],
    ["file a seq 1 typo i\n", "Invalid AOF manifest file format", 1, "file a seq 1 typo i"],
    ["file \"\" seq 1 type i\n", "Invalid AOF manifest file format", 1, "file \"\" seq 1 type i"],
    ["file \"a seq 1 type i\n", "Invalid AOF manifest file format", 1, "file \"a seq 1 type i"],
    ["file a seq 0 type b\n", "Invalid AOF manifest file format", 1, "file a seq 0 type b"],
    ["file a seq -1 type b\n", "Invalid AOF manifest file format", 1, "file a seq -1 type b"],
    [
      "file a seq 9007199254740992 type b\n",
      "Invalid AOF manifest file format",
      1,
      "file a seq 9007199254740992 type b"
    ],
    ["file a seq 1 type x\n", "Unknown AOF file type", 1, "file a seq 1 type x"],
    ["file ../a seq 1 type i\n", "File can't be a path, just a filename", 1, "file ../a seq 1 type i"],
    ["file .. seq 1 type i\n", "File can't be a path, just a filename", 1, "file .. seq 1 type i"],
    ["file 'a\\b' seq 1 type i\n", "File can't be a path, just a filename", 1, "file 'a\\b' seq 1 type i"],
    [
      "file a seq 1 type b\nfile b seq 2 type b\n",
      "Found duplicate base file information",
      2,
      "file b seq 2 type b"
    ],
    [
      "file b seq 2 type i\nfile a seq 1 type i\n",
      "Found a non-monotonic sequence number",
      2,
      "file a seq 1 type i"
    ],
    ["file a seq 1 type i\nfile a seq 1 type i\n", "Found a non-monotonic sequence number", 2, "file a seq 1 type i"],
    ["file a seq 1 type i", "The AOF manifest file contains too long line", 1, "file a seq 1 type i"]
  ])("may not be %j", (text, reason, line, shown) => {
    assert.deepStrictEqual<unknown>(parseManifest(text), { _tag: "ManifestFailure", reason, line, text: shown })
  })

  it("may not have a line longer than Redis reads", () => {
    const failure = parseManifest(lineOf(maxManifestLineBytes + 1))
    assert.propertyVal(failure, "reason", "The AOF manifest file contains too long line")
  })

  it("is read back as it was written, with names of any bytes", () => {
    const random = makeSeededRandom(1)
    for (let round = 0; round < 2000; round++) {
      const name = random.bytes(1 + random.integer(20)).replace(/[/\\\0]/g, "_")
      if (name === "." || name === "..") continue
      const manifest: Manifest = { ...emptyManifest, base: { name, sequence: 1 + random.integer(1e9), type: "base" } }
      assert.deepStrictEqual(parseManifest(formatManifest(manifest)), manifest)
    }
  })

  it("of any bytes is read or refused", () => {
    const random = makeSeededRandom(2)
    for (let round = 0; round < 5000; round++) {
      const at = random.integer(fullText.length)
      const text = fullText.slice(0, at) + random.bytes(1 + random.integer(2)) + fullText.slice(at + 1)
      const manifest = parseManifest(text)
      if ("_tag" in manifest) continue
      assert.deepStrictEqual(parseManifest(formatManifest(manifest)), manifest)
    }
  })
})
