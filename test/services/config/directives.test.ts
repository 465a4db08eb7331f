import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result, Schema } from "effect"
import { directiveNamed, directiveNames, directives } from "../../../src/services/config/directives.ts"
import { assign, defaults, type MutableConfigValues } from "../../../src/layers/ServerConfigMemory.ts"
import { makeSeededRandom, type SeededRandom } from "../../support/random.ts"

const shown = (values: MutableConfigValues, name: string): string => {
  const show = <K extends keyof MutableConfigValues>(name: K): string => directives[name].encode(values[name]).join(" ")
  return show(directiveNamed(name) ?? assert.fail(`no directive ${name}`))
}

const textOf = ({ integer, pick }: SeededRandom, alphabet: string, maxLength: number): string =>
  Array.from({ length: integer(maxLength + 1) }, () => pick([...alphabet])).join("")

describe("directives", () => {
  it.each(directiveNames.map((name) => [name]))("%s reads back its own default", (name) => {
    const values = defaults()
    const before = shown(values, name)
    const encoded = <K extends keyof MutableConfigValues>(name: K) => directives[name].encode(values[name])
    assert.isUndefined(assign(values, name, encoded(name)))
    assert.strictEqual(shown(values, name), before)
  })

  it.each(directiveNames.map((name) => [name]))(
    "%s refuses any text, or shows what it reads the same way again",
    (name) => {
      const random = makeSeededRandom(2)
      const special = ["yes", "NO", "normal", "slave", "local", "", "inf", "0x1p3", "18446744073709551615", "/a/../b"]
      const word = () =>
        random.chance(0.5)
          ? textOf(random, "0123456789-+.%eEkmgbKMGB \xff", 24)
          : random.pick(special)
      for (let run = 0; run < 300; run++) {
        const values = defaults()
        const before = shown(values, name)
        const words = Array.from({ length: directives[name].isMulti ? random.integer(5) : 1 }, word)
        if (assign(values, name, words) !== undefined) {
          assert.strictEqual(shown(values, name), before)
          continue
        }
        const again = defaults()
        const encoded = <K extends keyof MutableConfigValues>(name: K) => directives[name].encode(values[name])
        assert.isUndefined(assign(again, name, encoded(name)), JSON.stringify(words))
        assert.strictEqual(shown(again, name), shown(values, name), JSON.stringify(words))
      }
    }
  )

  it("are known in upper and lower case", () => {
    assert.strictEqual(directiveNamed("MaxMemory"), "maxmemory")
    assert.isUndefined(directiveNamed("maxmemor"))
  })

  it("have a Schema each, which can be used alone", () => {
    assert.strictEqual(Schema.decodeSync(directives["maxmemory"].schema)(["1kb"]), 1024)
    assert.deepStrictEqual(Schema.encodeSync(directives["protected-mode"].schema)(false), ["no"])
  })

  it("unixsocketperm is octal, as C reads it", () => {
    const read = (text: string) => directives.unixsocketperm.decode([text])
    assert.deepStrictEqual(read("0777"), Result.succeed(0o777))
    assert.deepStrictEqual(read(" 7"), Result.succeed(7))
    assert.deepStrictEqual(read(""), Result.succeed(0))
    assert.deepStrictEqual(read("8"), Result.fail("argument couldn't be parsed as an octal number"))
    assert.deepStrictEqual(read("1000"), Result.fail("argument must be between 0 and 777 inclusive"))
    assert.deepStrictEqual(read("-1"), Result.fail("argument must be between 0 and 777 inclusive"))
  })

  it("dir is absolute, and a relative one starts from the present one", () => {
    const values = defaults()
    values.dir = "/srv/data"
    assign(values, "dir", ["../logs/./today"])
    assert.strictEqual(values.dir, "/srv/logs/today")
    assign(values, "dir", ["/tmp/"])
    assert.strictEqual(values.dir, "/tmp")
    assert.strictEqual(assign(values, "dir", [""]), "dir can't be empty")
  })

  it("requirepass is redacted wherever a value is printed", () => {
    const values = defaults()
    assign(values, "requirepass", ["hunter2"])
    assert.strictEqual(values.requirepass === undefined ? "" : Redacted.value(values.requirepass), "hunter2")
    assert.notInclude(JSON.stringify(values) + String(values.requirepass), "hunter2")
    assign(values, "requirepass", [""])
    assert.isUndefined(values.requirepass)
  })

  it("save takes pairs of seconds and changes, or nothing", () => {
    const values = defaults()
    assert.isUndefined(assign(values, "save", [""]))
    assert.isUndefined(assign(values, "save", []))
    assert.isUndefined(assign(values, "save", ["60", "1", "300", "10"]))
    assert.deepStrictEqual(values.save, [{ seconds: 60, changes: 1 }, { seconds: 300, changes: 10 }])
    for (const wrong of [["60"], ["0", "1"], ["60", "-1"], ["a", "1"]]) {
      assert.strictEqual(assign(values, "save", wrong), "Invalid save parameters")
    }
  })

  it("maxmemory-clients is bytes or percent", () => {
    const values = defaults()
    assign(values, "maxmemory-clients", ["5%"])
    assert.deepStrictEqual(values["maxmemory-clients"], { percent: 5 })
    assign(values, "maxmemory-clients", ["1kb"])
    assert.deepStrictEqual(values["maxmemory-clients"], { bytes: 1024 })
  })

  it("otel-sample-ratio is between 0 and 1", () => {
    const read = (text: string) => directives["otel-sample-ratio"].decode([text])
    assert.deepStrictEqual(read("0.25"), Result.succeed(0.25))
    assert.deepStrictEqual(read("1.01"), Result.fail("argument must be between 0 and 1 inclusive"))
    assert.deepStrictEqual(read("some"), Result.fail("argument couldn't be parsed into a number"))
  })

  it("names of files are UTF-8 in bytes and text in code", () => {
    const values = defaults()
    assign(values, "logfile", ["caf\xc3\xa9.log"])
    assert.strictEqual(values.logfile, "café.log")
    assert.strictEqual(shown(values, "logfile"), "caf\xc3\xa9.log")
    assert.strictEqual(assign(values, "logfile", ["\xff"]), "the name of a file must be UTF-8")
  })
})
