import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { onTestFinished } from "vitest"
import { installDropIn } from "./dropIn.ts"

/** A folder like the suite's, with the scripts in it, and without a server behind them: they only say what they would start. */
const install = (dropped: ReadonlyArray<string>): string => {
  const suite = Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-"))
  const command = process.env["KEYLOOM_COMMAND"]
  onTestFinished(() => {
    Fs.rmSync(suite, { recursive: true, force: true })
    if (command === undefined) delete process.env["KEYLOOM_COMMAND"]
    else process.env["KEYLOOM_COMMAND"] = command
  })
  process.env["KEYLOOM_COMMAND"] = "echo starts"
  Fs.mkdirSync(Path.join(suite, "src"))
  Fs.writeFileSync(Path.join(suite, "original"), "original")
  Fs.symlinkSync("../original", Path.join(suite, "src/valkey-server"))
  installDropIn(suite, dropped)
  return suite
}

const start = (suite: string, program: string, ...args: ReadonlyArray<string>): string =>
  spawnSync(Path.join(suite, "src", program), args, { cwd: suite, encoding: "utf8" }).stdout

describe("the drop-in binary", () => {
  it("takes the dropped directives out of the configuration file, and no others", () => {
    const suite = install(["daemonize", "appendonly no"])
    Fs.writeFileSync(Path.join(suite, "k.conf"), "port 1\ndaemonize no\nappendonly no\nno-such-thing x\n")
    assert.strictEqual(start(suite, "valkey-server", "k.conf", "--port", "2"), "starts k.conf --port 2\n")
    assert.strictEqual(Fs.readFileSync(Path.join(suite, "k.conf"), "utf8"), "port 1\nno-such-thing x\n")
  })

  it("keeps a directive whose value is another one", () => {
    const suite = install(["appendonly no"])
    Fs.writeFileSync(Path.join(suite, "k.conf"), "appendonly yes\n")
    start(suite, "valkey-server", "k.conf")
    assert.strictEqual(Fs.readFileSync(Path.join(suite, "k.conf"), "utf8"), "appendonly yes\n")
  })

  it("starts without a configuration file, and as each of the tools", () => {
    const suite = install([])
    assert.strictEqual(start(suite, "valkey-server", "--port", "2"), "starts --port 2\n")
    assert.strictEqual(start(suite, "valkey-check-aof", "--fix", "a"), "starts check-aof --fix a\n")
    assert.strictEqual(start(suite, "valkey-check-rdb", "a"), "starts check-rdb a\n")
  })

  it("leaves the original alone", () => {
    const suite = install([])
    assert.strictEqual(Fs.readFileSync(Path.join(suite, "original"), "utf8"), "original")
  })
})
