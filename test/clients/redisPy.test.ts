/**
 * redis-py, with the parser that it has (hiredis where that is installed): a client that shares no code with those in JavaScript.
 *
 * What it does is in redisPy.py beside this file. `apt-get install python3-redis python3-hiredis` installs it.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import * as Path from "node:path"
import { useKeyloom } from "./server.ts"

// The first python on PATH may be another than the one for which the system installs packages.
const python = ["python3", "/usr/bin/python3"].find((command) =>
  spawnSync(command, ["-c", "import redis"]).status === 0
)

const notAnInteger = "value is not an integer or out of range"

if (python === undefined) it.skip("redis-py is not installed: apt-get install python3-redis python3-hiredis")

describe.skipIf(python === undefined)("redis-py", () => {
  const server = useKeyloom()
  let results: Readonly<Record<string, unknown>> = {}
  beforeAll(async () => {
    const program = Path.join(import.meta.dirname, "redisPy.py")
    const child = spawn(python ?? "", [program, String(server().port), server().unixSocket])
    let output = ""
    let errors = ""
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()))
    const [code]: ReadonlyArray<unknown> = await once(child, "close")
    assert.strictEqual(code, 0, errors)
    // The program prints an object with a list for each of its reports.
    results = JSON.parse(output) as Readonly<Record<string, unknown>>
  })

  const expected: ReadonlyArray<readonly [sentence: string, report: string, values: ReadonlyArray<unknown>]> = [
    ["is answered", "ping", [true, "hi"]],
    ["carries all bytes, also in keys", "bytes", [true, true]],
    ["counts", "counters", [1, 42, 41, 0.25]],
    ["writes and reads many values at a time", "many", [true, ["1", null, "2"], false]],
    ["sets with options", "set", [true, null, "1", 100]],
    ["reads with options", "getex", ["3", -1, "3", null]],
    ["changes parts of values", "parts", [5, 12, "Hello\0\0World", 12]],
    ["lets keys expire", "expiry", [true, true, true, true, 0]],
    ["renames, copies, moves and removes keys", "keys", [true, true, "string", true, 1, 1]],
    ["pipelines ten thousand requests, and finds all keys by SCAN", "pipeline", [10_000, 10_000]],
    ["finds errors at their places in a pipeline", "failing pipeline", [[
      "True",
      notAnInteger,
      "b'a'"
    ]]],
    ["carries twenty megabytes", "large", [true, true, 1]],
    ["reads INFO", "info", ["7.2.4", 0, "master", true]],
    ["reads and changes the configuration", "config", [true, { "maxmemory-samples": "7" }, true]],
    ["has a name", "client", ["tests-of-redis-py", "tests-of-redis-py", true, "other"]],
    ["asks about commands", "command", [true, ["a", "b"]]],
    ["asks about keys and the server", "introspection", ["int", true, true, true]],
    ["connects by a Unix socket and by a URL", "connections", [true, "ä", 1]],
    ["connects again after it was killed", "kill", [1, true]],
    ["knows a value that is no integer", "not an integer", [["ResponseError", notAnInteger]]],
    ["knows an unknown command", "unknown command", [[
      "ResponseError",
      "unknown command 'NOPE', with args beginning with: 'a' "
    ]]],
    ["knows a syntax error", "syntax", [["ResponseError", "syntax error"]]],
    ["knows a wrong password", "wrong password", [true]],
    ["knows a missing password", "no password", [["AuthenticationError", "Authentication required."]]],
    ["authenticates", "password", [true]],
    ["shares a pool among threads", "threads", ["2000"]],
    ["removes everything", "flush", [true, 0, true]]
  ]
  for (const [sentence, report, values] of expected) {
    it(sentence, () => {
      assert.deepStrictEqual(results[report], values)
    })
  }
})
