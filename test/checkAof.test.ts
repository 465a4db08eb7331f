import { assert, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { encodeRequest } from "../src/protocol/encodeRequest.ts"
import { file as rdbFile, string } from "./protocol/rdb/rdbFile.ts"
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

const command = (...words: ReadonlyArray<string>): string => Buffer.concat(encodeRequest(words)).toString("latin1")
const snapshot = rdbFile(11, 0, string("k"), string("v")).toString("latin1")
const set = command("set", "foo", "hello")
const multi = command("MULTI")
const exec = command("exec")
const stamp = (seconds: number): string => `#TS:${seconds}\r\n`

/** Where the files of a set in parts are, which are given by what is in them. */
const parts = (base: string | undefined, ...incremental: ReadonlyArray<string>): string => {
  const directory = temporaryDirectory()
  const lines = base === undefined ? [] : ["file a.1.base.aof seq 1 type b\n"]
  if (base !== undefined) Fs.writeFileSync(Path.join(directory, "a.1.base.aof"), base, "latin1")
  incremental.forEach((content, index) => {
    const name = `a.${index + 1}.incr.aof`
    lines.push(`file ${name} seq ${index + 1} type i\n`)
    Fs.writeFileSync(Path.join(directory, name), content, "latin1")
  })
  const manifest = Path.join(directory, "a.manifest")
  Fs.writeFileSync(manifest, lines.join(""))
  return manifest
}

const contentOf = (manifest: string, name: string): string =>
  Fs.readFileSync(Path.join(Path.dirname(manifest), name), "latin1")

/** Checks that both tools end with the same code, where there are two, and answers what ours has said. */
const agreed = async (args: ReadonlyArray<string>) => {
  const theirs = missingTool === undefined ? runValkey("check-aof", args) : undefined
  const ours = await runInProcess("check-aof", args)
  if (theirs !== undefined) assert.strictEqual(ours.code, theirs.code, `${theirs.stdout}\n${ours.stdout}`)
  return ours
}

describe("keyloom check-aof", () => {
  it("finds a single file in order", () => {
    const path = temporaryFile("appendonly.aof", set + multi + set + exec)
    const size = Fs.statSync(path).size
    const { code, stderr, stdout } = runProgram("check-aof", [path])
    assert.strictEqual(
      stdout,
      `Start checking Old-Style AOF
AOF analyzed: filename=${path}, size=${size}, ok_up_to=${size}, ok_up_to_line=21, diff=0
AOF ${path} is valid
`
    )
    assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
    assert.deepStrictEqual(runOwnProgram("check-aof", [path]), { code, stderr, stdout })
    if (missingTool === undefined) assert.deepStrictEqual(runValkey("check-aof", [path]), { code, stderr, stdout })
  })

  const broken: ReadonlyArray<[string, string, string]> = [
    ["what is no command", set, "!!!"],
    ["the beginning of a command", set, "*2\r\n$3\r\nset"],
    ["a wrong line's end", set, "*1\r\n$4\r\nPINGxx"],
    ["a transaction without its end", set, multi + set],
    ["a transaction in a transaction", set, multi + set + multi],
    ["the end of a transaction that is none", set, exec],
    ["damage within a transaction", set + multi + set + exec, multi + set + "!!!"],
    ["damage behind annotations", set + stamp(1) + "#x\r\n", "!!!"],
    ["damage behind a snapshot", snapshot + set, "*1\r\n$3"],
    ["damage from the beginning", "", "set foo bar\r\n"]
  ]
  for (const [title, good, bad] of broken) {
    it(`finds ${title}, and with --fix cuts it off`, async () => {
      const path = temporaryFile("appendonly.aof", good + bad)
      const found = await agreed([path])
      const [, okUpTo, diff] = /ok_up_to=(\d+), .*diff=(\d+)/.exec(found.stdout) ?? []
      assert.strictEqual(Number(okUpTo), good.length)
      assert.strictEqual(Number(diff), bad.length)
      assert.include(found.stdout, `AOF ${path} is not valid. Use the --fix option to try fixing it.\n`)
      assert.strictEqual(found.code, 1)
      assert.strictEqual(Fs.readFileSync(path, "latin1"), good + bad)
      if (missingTool === undefined) assert.include(runValkey("check-aof", [path]).stdout, `ok_up_to=${okUpTo},`)

      const fixed = await runInProcess("check-aof", ["--fix", path], "y\n")
      assert.include(fixed.stdout, `This will shrink the AOF ${path} from ${good.length + bad.length} bytes, `)
      assert.include(fixed.stdout, `with ${bad.length} bytes, to ${good.length} bytes\nContinue? [y/N]: Successfully`)
      assert.strictEqual(fixed.code, 0)
      assert.strictEqual(Fs.readFileSync(path, "latin1"), good)
      assert.strictEqual((await runInProcess("check-aof", [path])).code, 0)
    })
  }

  it("tells the line at which the damage begins", async () => {
    const { stdout } = await runInProcess("check-aof", [temporaryFile("a.aof", `${set}!!!`)])
    assert.include(stdout, "ok_up_to_line=8,")
  })

  it("asks before it changes a file", () => {
    for (const [input, code] of [["y\n", 0], ["Yes", 0], ["n\n", 1], ["\n", 1], ["", 1]] as const) {
      const path = temporaryFile("appendonly.aof", `${set}*3`)
      const ended = runProgram("check-aof", ["--fix", path], input)
      assert.deepInclude(ended, { code, stderr: "" })
      assert.include(ended.stdout, code === 0 ? `Successfully truncated AOF ${path}\n` : "Aborting...\n")
      assert.strictEqual(Fs.readFileSync(path, "latin1"), code === 0 ? set : `${set}*3`)
    }
  })

  it("reads the snapshot that may come first", async () => {
    const path = temporaryFile("appendonly.aof", snapshot + set)
    const { code, stdout } = await agreed([path])
    assert.match(stdout, /Start checking Old-Style AOF[^]*RDB preamble is OK, proceeding with AOF tail[^]*is valid/)
    assert.strictEqual(code, 0)
    const damaged = temporaryFile("appendonly.aof", snapshot.slice(0, -3))
    const { stdout: report } = await agreed([damaged])
    assert.match(report, /--- RDB ERROR DETECTED ---[^]*RDB preamble of AOF file is not sane, aborting.\n$/)
  })

  it("finds an empty file empty", async () => {
    const path = temporaryFile("appendonly.aof", "")
    assert.deepInclude(await agreed([path]), {
      code: 0,
      stdout: `Start checking Old-Style AOF\nAOF ${path} is empty\n`
    })
  })

  it("takes a single file for what it is, also if it speaks of files", async () => {
    const path = temporaryFile("appendonly.aof", `${command("file", "file a seq 1 type i\n")}#file\r\n${set}`)
    assert.match((await agreed([path])).stdout, /^Start checking Old-Style AOF\n/)
  })

  it("finds all parts in order", async () => {
    for (const [base, form] of [[set, "RESP"], [snapshot, "RDB"], [snapshot + set, "RDB"]] as const) {
      const { code, stdout } = await agreed([parts(base, set, "", multi + exec)])
      assert.include(stdout, `Start checking Multi Part AOF\nStart to check BASE AOF (${form} format).\n`)
      assert.match(stdout, /BASE AOF a\.1\.base\.aof is valid\nStart to check INCR files\./)
      assert.include(stdout, "INCR AOF a.1.incr.aof is valid\nINCR AOF a.2.incr.aof is empty\n")
      assert.match(stdout, /INCR AOF a\.3\.incr\.aof is valid\nAll AOF files and manifest are valid\n$/)
      assert.strictEqual(code, 0)
    }
  })

  it("cuts the last part only", async () => {
    const first = parts(set + multi, set)
    assert.include((await agreed([first])).stdout, "a.1.base.aof is not valid")
    const refused = await agreed(["--fix", first])
    assert.include(refused.stdout, "Failed to truncate AOF a.1.base.aof because it is not the last file\n")
    assert.strictEqual(contentOf(first, "a.1.base.aof"), set + multi)

    const last = parts(set, set, set + multi)
    const fixed = await runInProcess("check-aof", ["--fix", last], "y")
    assert.match(fixed.stdout, /Successfully truncated AOF a\.2\.incr\.aof\nAll AOF files and manifest are valid\n$/)
    assert.strictEqual(contentOf(last, "a.2.incr.aof"), set)
  })

  it("refuses a manifest for Redis's reasons, and parts that are missing", async () => {
    const bad = parts(set)
    Fs.appendFileSync(bad, "!!!\n")
    const refused = await agreed([bad])
    assert.match(
      refused.stdout,
      /FATAL AOF MANIFEST FILE ERROR[^]*at line 2\n>>> '!!!'\nInvalid AOF manifest file format\n$/
    )
    const incomplete = parts(set, set)
    Fs.rmSync(Path.join(Path.dirname(incomplete), "a.1.incr.aof"))
    assert.match((await agreed([incomplete])).stdout, /Cannot open file .*a\.1\.incr\.aof: No such file or directory/)
  })

  const history = `${stamp(470)}${set}${stamp(471)}${command("set", "foo", "1")}${stamp(473)}${set}`
  it.each<[number, number, string]>([
    [473, 0, history],
    [472, 0, history.slice(0, history.indexOf("#TS:473"))],
    [471, 0, history.slice(0, history.indexOf("#TS:473"))],
    [470, 0, history.slice(0, history.indexOf("#TS:471"))],
    [469, 1, history]
  ])("cuts off what was written after %i", async (until, code, rest) => {
    const manifest = parts(undefined, history)
    const { stdout, ...ended } = runProgram("check-aof", ["--truncate-to-timestamp", String(until), manifest])
    assert.deepStrictEqual(ended, { code, stderr: "" })
    assert.strictEqual(contentOf(manifest, "a.1.incr.aof"), rest)
    if (code === 1) assert.match(stdout, /has nothing before timestamp 469, aborting\.\.\.\n$/)
    else if (until === 473) assert.include(stdout, "Truncate nothing in AOF a.1.incr.aof to timestamp 473\n")
    else assert.include(stdout, `Successfully truncated AOF a.1.incr.aof to timestamp ${until}\n`)
  })

  it("cuts by time the last part only, and never within a transaction", async () => {
    const first = parts(set + stamp(9) + set, set)
    const refused = await agreed(["--truncate-to-timestamp", "8", first])
    assert.match(refused.stdout, /Failed to truncate AOF .* to timestamp 8 .*because it is not the last file/)
    const within = temporaryFile("a.aof", set + multi + stamp(9) + set + exec)
    assert.strictEqual((await runInProcess("check-aof", ["--truncate-to-timestamp", "8", within])).code, 0)
    assert.strictEqual(Fs.readFileSync(within, "latin1"), set)
    const unclear = temporaryFile("a.aof", `${set}#TS:soon\r\n`)
    assert.include((await agreed(["--truncate-to-timestamp", "8", unclear])).stdout, "Invalid timestamp annotation\n")
  })

  it("says how it is used, and why it cannot read", async () => {
    for (const args of [[], [""], ["--fix"], ["--fox", "a"], ["--truncate-to-timestamp", "1"], ["a", "b", "c"]]) {
      const { code, stdout } = await runInProcess("check-aof", args)
      assert.match(stdout, args[0] === "--fix" ? /Cannot open|Usage/ : /^Usage: /)
      assert.strictEqual(code, 1)
    }
    assert.match((await runInProcess("check-aof", ["-v"])).stdout, /^keyloom check-aof \d/)
    assert.match(
      (await runInProcess("check-aof", ["--truncate-to-timestamp", "soon", "a"])).stdout,
      /^Invalid timestamp, aborting/
    )
    const none = Path.join(temporaryDirectory(), "none")
    assert.deepInclude(await agreed([none]), { stdout: `Cannot open file ${none}: No such file or directory\n` })
  })

  it("agrees with valkey-check-aof about files that are cut, or have a byte changed", async (context) => {
    if (missingTool !== undefined) context.skip(missingTool)
    const random = makeSeededRandom(5)
    const original = Buffer.from(set + multi + set + exec + command("set", "\r\n*1", "") + multi + exec + set, "latin1")
    const path = temporaryFile("a.aof", original)
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(original.subarray(0, random.chance(0.5) ? random.integer(original.length) : undefined))
      // Not a sign, a space or a 0: C's numbers may have them, and ours not.
      if (bytes.length > 0 && random.chance(0.7)) bytes[random.integer(bytes.length)] = random.pick(telling)
      Fs.writeFileSync(path, bytes)
      const theirs = runValkey("check-aof", [path])
      const ours = await runInProcess("check-aof", [path])
      const shown = `round ${round}\n${theirs.stdout}\n${ours.stdout}`
      assert.strictEqual(ours.code, theirs.code, shown)
      assert.strictEqual(/ok_up_to=\d+/.exec(ours.stdout)?.[0], /ok_up_to=\d+/.exec(theirs.stdout)?.[0], shown)
    }
  })
})

const telling = [...Buffer.from("*$\r\n1239x!")]
