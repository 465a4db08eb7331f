import { assert, describe, it } from "@effect/vitest"
import { CommandNameTable } from "../../src/protocol/CommandNames.ts"
import { Request } from "../../src/protocol/Request.ts"

const names = Array.from({ length: 500 }, (_, i) => `command-${i.toString(36)}`)

const table = new CommandNameTable<number>()
for (const [index, name] of names.entries()) table.add(name, index)

describe("CommandNameTable", () => {
  it("finds each name in any case, as a string and as Buffer", () => {
    for (const [index, name] of names.entries()) {
      assert.strictEqual(table.find(Request.of([name])), index)
      assert.strictEqual(table.find(Request.of([name.toUpperCase()])), index)
      assert.strictEqual(table.find(Request.of([Buffer.from(name)])), index)
      assert.strictEqual(table.get(name.toUpperCase()), index)
    }
  })

  it("finds nothing for other names, empty and huge ones among them", () => {
    for (
      const name of ["", "command", "command-", "command-zz", "COMMAND-1 ", "x".repeat(100_000), "\xe9", "command\r0"]
    ) {
      assert.isUndefined(table.find(Request.of([name])), name.slice(0, 20))
      assert.isUndefined(table.get(name))
    }
    assert.isUndefined(new CommandNameTable<number>().find(Request.of([""])))
  })

  it("finds subcommands by the second argument", () => {
    assert.strictEqual(table.find(Request.of(["CONFIG", "Command-1"]), 1), 1)
  })

  it("a name added again has the new entry", () => {
    const replaced = new CommandNameTable<string>()
    replaced.add("get", "first")
    replaced.add("GET", "second")
    assert.strictEqual(replaced.get("get"), "second")
  })
})
