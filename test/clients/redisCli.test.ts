/**
 * redis-cli and its successors as operators use them: commands, formats, all modes that this release can serve, and the
 * help that they offer on a terminal. Each kind that is found on this machine is tested, and it says so where there is none.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { encodeRequest } from "../support/RespClient.ts"
import { canOpenTerminal, controlU, openTerminal } from "../support/Terminal.ts"
import { allBytes, findClis, runCli, useKeyloom } from "./server.ts"

const clis = findClis()
const hasTerminal = canOpenTerminal()

/** It comes when a command is done, in a line of its own; what is typed earlier may get lost. */
const prompt = /\n127\.0\.0\.1:\d+(?:\[\d\])?> /

if (clis.length === 0) it.skip("redis-cli is not installed: apt-get install redis-tools")

for (const { command, features, version } of clis) {
  describe(version, () => {
    const server = useKeyloom()
    const run = (words: ReadonlyArray<string>, input?: string | Buffer) => runCli(command, server(), words, input)
    const outputOf = async (...words: ReadonlyArray<string>): Promise<string> => (await run(words)).output

    describe("runs a command", () => {
      it("and prints its reply", async () => {
        assert.deepStrictEqual(await run(["SET", "greeting", "hello"]), { code: 0, output: "OK\n" })
        assert.deepStrictEqual(await run(["GET", "greeting"]), { code: 0, output: "hello\n" })
      })

      it("and prints for people what kind of reply it was", async () => {
        await run(["SET", "greeting", "hello"])
        assert.strictEqual(await outputOf("--no-raw", "STRLEN", "greeting"), "(integer) 5\n")
        assert.strictEqual(await outputOf("--no-raw", "GET", "nothing"), "(nil)\n")
        assert.strictEqual(await outputOf("--no-raw", "MGET", "greeting", "nothing"), "1) \"hello\"\n2) (nil)\n")
        assert.strictEqual(await outputOf("--no-raw", "INCR", "greeting"), `(error) ERR ${notAnInteger}\n`)
      })

      it("and its exit code says whether it failed, when asked to", async () => {
        const failed = await run(["-e", "INCR", "greeting", "2"])
        assert.strictEqual(failed.code, 1)
        assert.include(failed.output, "ERR wrong number of arguments for 'incr' command")
        assert.strictEqual((await run(["-e", "PING"])).code, 0)
      })

      it("in RESP2 and in RESP3", async () => {
        assert.include(await outputOf("-3", "--no-raw", "HELLO"), "\"proto\" => (integer) 3")
        assert.match(await outputOf("-2", "--no-raw", "HELLO"), /5\) "proto"\n +6\) \(integer\) 2/)
        assert.strictEqual(
          await outputOf("-3", "--no-raw", "CONFIG", "GET", "maxmemory-policy"),
          "1# \"maxmemory-policy\" => \"noeviction\"\n"
        )
        assert.strictEqual(await outputOf("-3", "--no-raw", "DEBUG", "PROTOCOL", "double"), "(double) 3.141\n")
        assert.strictEqual(await outputOf("-3", "--no-raw", "DEBUG", "PROTOCOL", "true"), "(true)\n")
      })

      it("as CSV and as JSON", async () => {
        await run(["MSET", "text", "with \"quotes\"", "number", "12"])
        assert.strictEqual(
          await outputOf("--csv", "MGET", "text", "number", "nothing"),
          "\"with \\\"quotes\\\"\",\"12\",NULL\n"
        )
        assert.deepStrictEqual(JSON.parse(await outputOf("--json", "MGET", "text", "nothing")), [
          "with \"quotes\"",
          null
        ])
        assert.deepStrictEqual(JSON.parse(await outputOf("--json", "CONFIG", "GET", "maxmemory-samples")), {
          "maxmemory-samples": "5"
        })
        assert.deepNestedInclude(JSON.parse(await outputOf("--json", "COMMAND", "DOCS", "get")), {
          "get.arguments[0].name": "key"
        })
      })

      it("with its last argument from the input, whatever bytes it has", async () => {
        assert.strictEqual((await run(["-x", "SET", "bytes"], allBytes)).output, "OK\n")
        assert.strictEqual(await outputOf("--raw", "GET", "bytes"), `${allBytes.toString("latin1")}\n`)
        assert.strictEqual(await outputOf("STRLEN", "bytes"), "256\n")
        assert.match(
          await outputOf("--no-raw", "GETRANGE", "bytes", "0", "13"),
          /^"\\x00\\x01.*\\a\\b\\t\\n\\x0b\\x0c\\r"\n$/
        )
        assert.strictEqual((await run(["-X", "TAG", "SETRANGE", "bytes", "0", "TAG"], "xyz")).output, "256\n")
        assert.strictEqual(await outputOf("GETRANGE", "bytes", "0", "2"), "xyz\n")
      })

      it("in another database", async () => {
        assert.strictEqual(await outputOf("-n", "3", "SET", "there", "v"), "OK\n")
        assert.strictEqual(await outputOf("EXISTS", "there"), "0\n")
        const url = `redis://${server().host}:${server().port}/3`
        assert.strictEqual(await outputOf("-u", url, "GET", "there"), "v\n")
        assert.include(await outputOf("-n", "16", "PING"), "SELECT 16 failed: ERR DB index is out of range")
      })

      it("by the Unix socket", async () => {
        assert.strictEqual(await outputOf("-s", server().unixSocket, "PING"), "PONG\n")
      })

      it("again and again", async () => {
        assert.strictEqual(await outputOf("-r", "3", "INCR", "repeated"), "1\n2\n3\n")
        assert.strictEqual(await outputOf("-r", "2", "-i", "0.01", "INCR", "repeated"), "4\n5\n")
      })

      it("of those that come by its input, with quotes and repetitions", async () => {
        const { output } = await run([], "SET typed \"a\\x00b\"\nSTRLEN typed\n2 INCR typed:n\nFOO\nselect 4\nDBSIZE\n")
        assert.strictEqual(
          output,
          "OK\n3\n1\n2\nERR unknown command 'FOO', with args beginning with: \n\nOK\n0\n"
        )
      })
    })

    describe("--pipe", () => {
      it("loads a hundred thousand requests", async () => {
        const requests = Array.from({ length: 100_000 }, (_, index) => encodeRequest(["SET", `piped:${index}`, index]))
        const { code, output } = await run(["-n", "5", "--pipe"], Buffer.concat(requests))
        assert.include(output, "errors: 0, replies: 100000")
        assert.strictEqual(code, 0)
        assert.strictEqual(await outputOf("-n", "5", "GET", "piped:99999"), "99999\n")
        assert.strictEqual(await outputOf("-n", "5", "DBSIZE"), "100000\n")
      })

      it("counts what fails, also of inline commands", async () => {
        const lines = Array.from({ length: 1000 }, (_, index) => `SET inline:${index} "x y"\r\n`)
        const { code, output } = await run(["--pipe"], `${lines.join("")}NOPE\r\nINCR inline:1\r\nPING\n`)
        assert.include(output, "ERR unknown command 'NOPE'")
        assert.include(output, `ERR ${notAnInteger}`)
        assert.include(output, "errors: 2, replies: 1003")
        assert.strictEqual(code, 1)
      })
    })

    describe("looks at the keys", () => {
      beforeAll(async () => {
        await run(["FLUSHALL"])
        const keys = Array.from({ length: 10_000 }, (_, index) => encodeRequest(["SET", `key:${index}`, "v"]))
        await run(["--pipe"], Buffer.concat([...keys, encodeRequest(["SET", "big", "b".repeat(1000)])]))
      })

      it("by --scan, each once", async () => {
        const keys = (await outputOf("--scan")).trimEnd().split("\n")
        assert.strictEqual(keys.length, 10_001)
        assert.strictEqual(new Set(keys).size, 10_001)
        const matching = await outputOf("--scan", "--pattern", "key:99?")
        assert.deepStrictEqual(
          matching.trimEnd().split("\n").sort(),
          Array.from({ length: 10 }, (_, index) => `key:99${index}`)
        )
      })

      it("by --bigkeys", async () => {
        const output = await outputOf("--bigkeys")
        assert.match(output, /^Sampled 10001 keys in the keyspace!$/m)
        assert.match(output, /^Biggest string found '?"big"'? has 1000 bytes$/m)
        assert.match(output, /^10001 strings with 11000 bytes \(100\.00% of keys, avg size 1\.10\)$/m)
      })

      it("by --memkeys", async () => {
        const output = await outputOf("--memkeys")
        assert.match(output, /^Biggest string found '?"big"'? has 1\d\d\d bytes$/m)
        assert.match(await outputOf("--memkeys-samples", "3"), /^Biggest string found '?"big"'? has 1\d\d\d bytes$/m)
      })

      it.skipIf(!features.includes("--keystats"))("by --keystats, where it knows that", async () => {
        const output = await outputOf("--keystats")
        assert.match(output, /big/)
        assert.match(output, /10001/)
      })

      it("by --hotkeys, once their use is counted", async () => {
        assert.include(await outputOf("--hotkeys"), "An LFU maxmemory policy is not selected")
        assert.strictEqual(await outputOf("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu"), "OK\n")
        await run(["SET", "hot", "v"])
        await run(["-r", "1000", "GET", "hot"])
        assert.match(await outputOf("--hotkeys"), /hot key found with counter: \d+\s+keyname: "?hot"?/)
        assert.strictEqual(await outputOf("CONFIG", "SET", "maxmemory-policy", "noeviction"), "OK\n")
      })
    })

    describe("measures", () => {
      it("by --latency, in every form", async () => {
        assert.match(await outputOf("--latency", "--raw", "-i", "0.05"), /^\d+ \d+ \d+\.\d+ \d+\n$/)
        assert.match(await outputOf("--latency", "--csv", "-i", "0.05"), /^\d+,\d+,\d+\.\d+,\d+\n$/)
      })

      it.skipIf(!hasTerminal)("by --stat, line after line, what the server counts", async () => {
        await run(["FLUSHALL"])
        await run(["MSET", "a", "1", "b", "2"])
        await using terminal = open("--stat", "-i", "0.01")
        await terminal.until(/keys +mem +clients +blocked +requests +connections/)
        for (let lines = 0; lines < 3; lines++) await terminal.until(/^2 +\d+\.\d+[KM] +1 +0 +\d+ \(\+\d+\) +\d+ *$/m)
      })
    })

    describe.skipIf(!hasTerminal)("on a terminal (skipped where there is no script of util-linux)", () => {
      it("shows what comes next while a command is typed, from COMMAND DOCS", async () => {
        await using terminal = open()
        await terminal.until(/> /)
        terminal.type("set ")
        await terminal.until(/key value \[NX\|XX\|IFEQ comparison-value\] \[GET\] \[EX seconds\|PX milliseconds\|/)
        terminal.type("k v ex ")
        await terminal.until(/seconds/)
        terminal.type(`${controlU}client setinfo `)
        await terminal.until(/LIB-NAME libname\|LIB-VER libver/)
        terminal.type(`${controlU}object enc\t`)
        await terminal.until(/OBJECT ENCODING/)
      })

      it("helps with a command and with a group", async () => {
        await using terminal = open()
        await terminal.until(/> /)
        terminal.type("help getex\r")
        await terminal.until(/GETEX key \[EX seconds\|PX milliseconds\|EXAT unix-time-seconds\|PXAT /)
        await terminal.until(/since: 6\.2\.0\n +group: string\n/)
        await terminal.until(prompt)
        terminal.type("help @connection\r")
        await terminal.until(/CLIENT SETNAME connection-name/)
        await terminal.until(/SELECT index/)
      })

      it("runs what is typed", async () => {
        await using terminal = open()
        await terminal.until(/> /)
        const dialogue: ReadonlyArray<readonly [line: string, reply: RegExp]> = [
          ["set typed 41", /\nOK/],
          ["incr typed", /\n\(integer\) 42/],
          ["select 3", /\nOK/],
          ["get nothing", /\[3\]> .*\n\(nil\)/],
          ["hello 3", /# "proto" => \(integer\) 3/]
        ]
        for (const [line, reply] of dialogue) {
          terminal.type(`${line}\r`)
          await terminal.until(reply)
          await terminal.until(prompt)
        }
        terminal.type("quit\r")
        await terminal.ended()
      })
    })

    const open = (...words: ReadonlyArray<string>) =>
      openTerminal([command, "-h", server().host, "-p", String(server().port), ...words], server().directory)
  })

  describe(`${version} and a password`, () => {
    const server = useKeyloom({ directives: ["--requirepass", "s3cret"] })
    const run = async (...words: ReadonlyArray<string>): Promise<string> =>
      (await runCli(command, server(), words)).output

    it("is refused without it", async () => {
      assert.strictEqual(await run("GET", "k"), "NOAUTH Authentication required.\n\n")
    })

    it("authenticates, and warns of a password in the command line", async () => {
      assert.match(await run("-a", "s3cret", "PING"), /^Warning: Using a password .*\nPONG\n$/)
      assert.strictEqual(await run("-a", "s3cret", "--no-auth-warning", "PING"), "PONG\n")
      assert.strictEqual(await run("--user", "default", "--pass", "s3cret", "--no-auth-warning", "PING"), "PONG\n")
      assert.strictEqual(
        await run(
          "-3",
          "-u",
          `redis://default:s3cret@${server().host}:${server().port}/1`,
          "--no-auth-warning",
          "PING"
        ),
        "PONG\n"
      )
    })

    it("is refused with a wrong one", async () => {
      const output = await run("-a", "wrong", "--no-auth-warning", "PING")
      assert.include(output, "AUTH failed: WRONGPASS invalid username-password pair or user is disabled.")
      assert.include(output, "NOAUTH Authentication required.")
    })
  })
}

const notAnInteger = "value is not an integer or out of range"
