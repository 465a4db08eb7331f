import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as Fs from "node:fs"
import { bytesOf, file, hex, int64, length, string } from "./protocol/rdb/rdbFile.ts"
import { listpack, samples } from "./protocol/rdb/samples.ts"
import {
  missingTool,
  runInProcess,
  runOwnProgram,
  runProgram,
  runValkey,
  temporaryDirectory,
  temporaryFile
} from "./support/checkTools.ts"
import { makeSeededRandom } from "./support/random.ts"

/** A little of everything that both tools know. */
const good = file(
  11,
  [0xfa, string("redis-ver"), string("7.2.4"), 0xfe, length(0), 0xfb, length(4), length(2)],
  [0, string("text"), string("value"), 0, string("number"), hex("c0 05")],
  [0xfc, int64(1000), 0, string("expired"), string("v")],
  [0xfc, int64(4_102_444_800_000), 0, string("later"), string("v")],
  [0xfe, length(3), 1, string("list"), length(2), string("a"), string("b")],
  [16, string("hash"), string(listpack("f", "v"))]
)

const goodReport = (path: string): string =>
  `[offset 0] Checking RDB file ${path}
[offset 26] AUX FIELD redis-ver = '7.2.4'
[offset 28] Selecting DB ID 0
[offset 93] Selecting DB ID 3
[offset ${good.length}] Checksum OK
[offset ${good.length}] \\o/ RDB looks OK! \\o/
[info] 6 keys read
[info] 2 expires
[info] 1 already expired
`

/** The lines that both tools print for a file that is in order. */
const common = (report: string): string => report.replace(/^\[info\] \d+ of type .*\n/gm, "")

describe("keyloom check-rdb", () => {
  it("reports what is in a file that is in order", () => {
    const path = temporaryFile("dump.rdb", good)
    const { code, stderr, stdout } = runProgram("check-rdb", [path])
    assert.strictEqual(common(stdout), goodReport(path))
    assert.match(stdout, /\[info\] 4 of type string\n\[info\] 1 of type list\n\[info\] 1 of type hash\n$/)
    assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
    assert.deepStrictEqual(runOwnProgram("check-rdb", [path]), { code, stderr, stdout })
    assert.deepStrictEqual(Fs.readFileSync(path), good)
  })

  const cases: ReadonlyArray<[string, Buffer, string]> = [
    ["is empty", Buffer.alloc(0), "[offset 0] Unexpected EOF reading RDB file"],
    ["has no header", Buffer.from("not an RDB file"), "[offset 9] Wrong signature trying to load DB from file"],
    ["is of a version to come", file(987), "[offset 9] Can't handle RDB format version"],
    ["has another checksum", bytesOf(good.subarray(0, -1), 0xa5), `[offset ${good.length}] RDB CRC error`],
    ["ends early", good.subarray(0, 40), "[offset 40] Unexpected EOF reading RDB file"],
    ["has an unknown type", file(11, 99, string("k")), "There is no type 99 of values"],
    ["has a damaged value", file(11, 16, string("broken"), string("x")), "Reading key 'broken'"],
    ["has a string that ends early", file(11, 0, string("broken"), 50), "Reading key 'broken'"]
  ]
  for (const [title, bytes, text] of cases) {
    it(`says so when a file ${title}`, async () => {
      const path = temporaryFile("dump.rdb", bytes)
      const { code, stderr, stdout } = runProgram("check-rdb", [path])
      assert.include(stdout, "--- RDB ERROR DETECTED ---\n")
      assert.include(stdout, text)
      assert.match(stdout, /^\[info\] \d+ keys read$/m)
      assert.deepStrictEqual({ code, stderr }, { code: 1, stderr: "" })
      if (missingTool === undefined) assert.strictEqual(runValkey("check-rdb", [path]).code, 1)
    })
  }

  it("counts what precedes the damage", async () => {
    const path = temporaryFile("dump.rdb", good.subarray(0, 100))
    const { stdout } = await runInProcess("check-rdb", [path])
    assert.include(stdout, "[additional info] While doing: read-object-value\n[additional info] Reading key 'list'\n")
    assert.include(stdout, "[info] 4 keys read\n[info] 2 expires\n[info] 1 already expired\n[info] 4 of type string\n")
  })

  it("passes over empty keys, the values of modules and functions", async () => {
    const path = temporaryFile(
      "dump.rdb",
      file(
        11,
        [0xf5, string("#!lua name=lib"), 1, string("empty"), length(0)],
        [7, string("module"), hex("81 0102030405060708 02 01 00")]
      )
    )
    const { code, stdout } = await runInProcess("check-rdb", [path])
    assert.include(stdout, "A library of functions of 14 bytes")
    assert.include(stdout, "[info] 1 empty keys")
    assert.include(stdout, "Passing over data of the module type")
    assert.strictEqual(code, 0)
  })

  it("says when there is no checksum", async () => {
    const bytes = bytesOf(file(11).subarray(0, -8), Buffer.alloc(8))
    const { code, stdout } = await runInProcess("check-rdb", [temporaryFile("dump.rdb", bytes)])
    assert.include(stdout, "RDB file was saved with checksum disabled: no check performed.")
    assert.strictEqual(code, 0)
  })

  it("says how it is used, and why it cannot read", async () => {
    assert.match((await runInProcess("check-rdb", [])).stdout, /^Usage: /)
    assert.match((await runInProcess("check-rdb", ["a", "b"])).stdout, /^Usage: /)
    assert.match((await runInProcess("check-rdb", ["--version"])).stdout, /^keyloom check-rdb \d/)
    const directory = temporaryDirectory()
    const missing = await runInProcess("check-rdb", [`${directory}/none`])
    assert.deepInclude(missing, { code: 1, stdout: `Cannot read file ${directory}/none: No such file or directory\n` })
    const folder = await runInProcess("check-rdb", [directory])
    assert.include(folder.stdout, "Is a directory")
    assert.strictEqual(folder.code, 1)
  })
})

describe("keyloom check-rdb and valkey-check-rdb", () => {
  if (missingTool !== undefined) {
    it.skip(`agree: ${missingTool}`)
    return
  }

  it("print the same about a file that is in order, but for the types", async () => {
    const path = temporaryFile("dump.rdb", good)
    assert.strictEqual(runValkey("check-rdb", [path]).stdout, common((await runInProcess("check-rdb", [path])).stdout))
  })

  it("agree about files that are cut, or have a byte changed", async () => {
    const random = makeSeededRandom(4)
    // Valkey's tool gives up at a key without elements, which its server leaves out.
    const known = samples.filter(({ type, value }) => type <= 21 && type !== 7 && value !== undefined)
    const original = file(11, ...known.map(({ payload, title, type }) => [type, string(title), payload]))
    const path = temporaryFile("dump.rdb", original)
    for (let round = 0; round < 150; round++) {
      const bytes = Buffer.from(original.subarray(0, random.chance(0.5) ? random.integer(original.length) : undefined))
      const at = random.integer(Math.max(1, bytes.length))
      if (bytes.length > 0 && random.chance(0.7)) bytes[at] = random.integer(256)
      Fs.writeFileSync(path, bytes)
      const theirs = runValkey("check-rdb", [path])
      const ours = await runInProcess("check-rdb", [path])
      // A signal ended theirs: an assertion of its own failed.
      assert.strictEqual(ours.code, theirs.code ?? 1, `round ${round}, byte ${at}\n${theirs.stdout}\n${ours.stdout}`)
    }
  })
})
