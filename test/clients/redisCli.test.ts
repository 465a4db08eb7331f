import { assert, describe, it } from "@effect/vitest"
import { encodeRequest } from "../support/RespClient.ts"
import { findCli, runCli, useKeyloom, watchCli } from "./server.ts"

const cli = findCli()

const colors = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g")

describe.skipIf(cli === undefined)("redis-cli (skipped where it is not installed)", () => {
  const server = useKeyloom()
  const run = (words: ReadonlyArray<string>, input?: string | Buffer) => {
    if (cli === undefined) throw new Error("redis-cli has not been found")
    return runCli(cli, server(), words, input)
  }

  it("runs a command and prints its reply", async () => {
    assert.deepStrictEqual(await run(["SET", "greeting", "hello"]), { code: 0, output: "OK\n" })
    assert.deepStrictEqual(await run(["GET", "greeting"]), { code: 0, output: "hello\n" })
    assert.deepStrictEqual(await run(["--no-raw", "STRLEN", "greeting"]), { code: 0, output: "(integer) 5\n" })
    assert.deepStrictEqual(await run(["--no-raw", "GET", "nothing"]), { code: 0, output: "(nil)\n" })
  })

  it("speaks RESP3 when asked to", async () => {
    const { output } = await run(["-3", "--no-raw", "HELLO"])
    assert.include(output, "\"proto\" => (integer) 3")
  })

  it("reads commands from its input", async () => {
    const { output } = await run([], "SET typed 1\nINCR typed\nFOO\n")
    assert.match(output, /^OK\n2\nERR unknown command 'FOO'/)
  })

  it("loads a pipe of requests", async () => {
    const requests = Array.from({ length: 1000 }, (_, index) => encodeRequest(["SET", `piped:${index}`, index]))
    const { code, output } = await run(["--pipe"], Buffer.concat(requests))
    assert.include(output, "errors: 0, replies: 1000")
    assert.strictEqual(code, 0)
    assert.strictEqual((await run(["GET", "piped:999"])).output, "999\n")
  })

  it("lists keys by --scan", async () => {
    await run(["MSET", "scan:1", "a", "scan:2", "b", "other", "c"])
    const { output } = await run(["--scan", "--pattern", "scan:*"])
    assert.deepStrictEqual(output.trim().split("\n").sort(), ["scan:1", "scan:2"])
  })

  it("finds the biggest key by --bigkeys", async () => {
    await run(["FLUSHALL"])
    await run(["MSET", "small", "a", "big", "b".repeat(1000)])
    const { output } = await run(["--bigkeys"])
    assert.match(output, /^Biggest string found '?"big"'? has 1000 bytes$/m)
  })

  it("finds the key that takes most memory by --memkeys", async () => {
    await run(["FLUSHALL"])
    await run(["MSET", "small", "a", "big", "b".repeat(1000)])
    const { output } = await run(["--memkeys"])
    assert.match(output, /^Biggest string found '?"big"'? has \d+ bytes$/m)
  })

  it("prints lines of --stat", async () => {
    if (cli === undefined) throw new Error("redis-cli has not been found")
    assert.match(
      await watchCli(cli, server(), ["--stat", "-i", "0.01"], /^\d+ .*\n\d+ .*\n/m),
      /keys\s+mem\s+clients\s+blocked\s+requests\s+connections/
    )
  })

  it("measures by --latency", async () => {
    const { output } = await run(["--latency", "--raw", "-i", "0.05"])
    assert.match(output, /^\d+ \d+ \d+\.\d+ \d+/)
  })

  it("knows the arguments of commands from COMMAND DOCS", async () => {
    const { output } = await run([], "help set\n")
    const text = output.replaceAll(colors, "")
    assert.match(text, /^ *SET key value .*\[NX\|XX.*\[EX seconds\|PX milliseconds/m)
    assert.match(text, /since: 1\.0\.0/)
  })
})
