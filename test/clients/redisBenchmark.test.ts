/**
 * redis-benchmark and its successors run to their end against Keyloom. What they measure is not looked at here: bench/ does that.
 */
import { assert, describe, it } from "@effect/vitest"
import { fieldOf, findTools, runCli, useKeyloom } from "./server.ts"

const benchmarks = findTools(["redis-benchmark", "valkey-benchmark"])

if (benchmarks.length === 0) it.skip("redis-benchmark is not installed: apt-get install redis-tools")

for (const { command, version } of benchmarks) {
  describe(version, () => {
    const server = useKeyloom()
    const run = (...words: ReadonlyArray<string>) => runCli(command, server(), words)

    it("sends pipelines of the usual commands, and gets no errors", async () => {
      const { code, output } = await run("-t", "ping,set,get,incr,mset", "-P", "16", "-n", "8000", "-q")
      assert.strictEqual(code, 0)
      assert.notMatch(output, /error/i)
      for (const test of ["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET (10 keys)"]) {
        assert.include(output, `${test}: `)
      }
      const client = await server().connect()
      const counter = await client.call("GET", "counter:__rand_int__")
      assert.deepInclude(counter, { type: "bulk", text: "8000" })
      const stats = await client.call("INFO", "commandstats")
      const commandStats = "text" in stats ? stats.text : ""
      for (const name of ["set", "get", "incr", "mset"]) {
        assert.match(fieldOf(commandStats, `cmdstat_${name}`), /^calls=[89]\d{3},.*failed_calls=0$/)
      }
      client.close()
    })

    it("works with threads, RESP3, random keys, and a command of the user's", async () => {
      const client = await server().connect()
      await client.call("FLUSHALL")
      const { code, output } = await run(
        "-3",
        "--threads",
        "2",
        "-r",
        "100",
        "-n",
        "2000",
        "--csv",
        "SET",
        "k:__rand_int__",
        "v"
      )
      assert.strictEqual(code, 0)
      assert.notMatch(output, /error/i)
      const keys = await client.call("KEYS", "*")
      const found = "items" in keys ? keys.items.map((key) => "text" in key ? key.text : "") : []
      assert.isAbove(found.length, 1)
      assert.deepStrictEqual(found.filter((key) => !/^k:0000000000\d\d$/.test(key)), [])
      client.close()
    })
  })
}
