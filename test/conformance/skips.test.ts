import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { directiveNamed } from "../../src/services/config/directives.ts"
import { parseSkips } from "./skips.ts"

describe("the list of tests that do not apply", () => {
  it("reads tags, directives, tests and units", () => {
    const skips = parseSkips(
      "# why\n[tags]\nbecause: later\nneeds:repl\n\n[directives]\nbecause: no such thing\ndaemonize\n\n[unit/a]\nbecause: x\none test\n/two .*\n[unit/b]\nbecause: y\n*\n"
    )
    assert.deepStrictEqual(skips.tags, ["needs:repl"])
    assert.deepStrictEqual(skips.directives, ["daemonize"])
    assert.deepStrictEqual([...skips.tests], [["unit/a", ["one test", "/two .*"]]])
    assert.deepStrictEqual([...skips.units], ["unit/b"])
  })

  it("demands a reason for every entry", () => {
    assert.throws(() => parseSkips("[unit/a]\none test\n"), /skips.txt:2: .*reason/)
    assert.throws(() => parseSkips("because: x\none test\n"), /skips.txt:2: .*section/)
  })

  it("of this project can be read", () => {
    const skips = parseSkips(Fs.readFileSync(Path.join(import.meta.dirname, "skips.txt"), "utf8"))
    const lists = [skips.tags, skips.directives, ...skips.tests.values()]
    for (const names of lists) assert.strictEqual(new Set(names).size, names.length, names.join())
  })

  it("of this project names no directive that Keyloom has", () => {
    const { directives } = parseSkips(Fs.readFileSync(Path.join(import.meta.dirname, "skips.txt"), "utf8"))
    assert.deepStrictEqual(directives.filter((name) => directiveNamed(name) !== undefined), [])
  })
})
