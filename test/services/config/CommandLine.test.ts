import { assert, describe, it } from "@effect/vitest"
import { parseCommandLine } from "../../../src/services/config/CommandLine.ts"

const run = (...args: ReadonlyArray<string>) => {
  const parsed = parseCommandLine(args)
  return parsed._tag === "Run" ? parsed : assert.fail(parsed._tag)
}

const options = (...args: ReadonlyArray<string>) => run(...args).options.split("\n").map((line) => line.trim())

describe("parseCommandLine", () => {
  it("knows --help and --version, in first place only", () => {
    assert.strictEqual(parseCommandLine(["--help"])._tag, "Help")
    assert.strictEqual(parseCommandLine(["-h"])._tag, "Help")
    assert.strictEqual(parseCommandLine(["--version"])._tag, "Version")
    assert.strictEqual(parseCommandLine(["-v"])._tag, "Version")
    assert.strictEqual(parseCommandLine(["redis.conf", "--help"])._tag, "Run")
  })

  it("knows the tools that check files, in first place only", () => {
    assert.deepStrictEqual(parseCommandLine(["check-aof", "--fix", "a"]), {
      _tag: "Check",
      tool: "check-aof",
      args: ["--fix", "a"]
    })
    assert.deepStrictEqual(parseCommandLine(["check-rdb"]), { _tag: "Check", tool: "check-rdb", args: [] })
    assert.strictEqual(parseCommandLine(["redis.conf", "check-rdb"])._tag, "Run")
  })

  it("without arguments there is nothing to read", () => {
    assert.deepStrictEqual(run(), { _tag: "Run", configFile: undefined, readsStdin: false, options: "" })
  })

  it("a first argument without a dash is the file", () => {
    assert.strictEqual(run("conf/redis.conf", "--port", "7000").configFile, "conf/redis.conf")
    assert.isUndefined(run("--port", "7000").configFile)
  })

  it("a lone dash, first or last, is the standard input", () => {
    assert.isTrue(run("-").readsStdin)
    assert.isTrue(run("redis.conf", "--port", "1", "-").readsStdin)
    assert.isTrue(run("-", "--port", "1").readsStdin)
    assert.isFalse(run("redis.conf", "--requirepass", "-", "--port", "1").readsStdin)
  })

  it.each([
    [["--port", "7000", "--save", ""], ["port \"7000\"", "save \"\""]],
    [["--bind", "127.0.0.1", "::1"], ["bind \"127.0.0.1\" \"::1\""]],
    [["--port 7000", "--hz 5"], ["port 7000", "hz 5"]],
    [["--logfile", "--my--log", "--hz", "5"], ["logfile \"--my--log\"", "hz \"5\""]],
    [["--port", "--loglevel", "verbose"], ["port \"--loglevel\" \"verbose\""]],
    [["--port", "--bla", "--loglevel", "verbose"], ["port \"--bla\"", "loglevel \"verbose\""]],
    [["--save", "--port", "7000"], ["save \"\"", "port \"7000\""]],
    [["--port", "7000", "--save"], ["port \"7000\"", "save \"\""]],
    [["--SAVE", "60", "1"], ["SAVE \"60\" \"1\""]],
    [["--port"], ["port"]],
    [["redis.conf", "7000"], ["\"7000\""]],
    [["--requirepass", "a\"b\\c\n"], ["requirepass \"a\\\"b\\\\c\\n\""]],
    [["--requirepass", "é"], ["requirepass \"\\xc3\\xa9\""]]
  ])("%j are the lines %j", (args, lines) => {
    assert.deepStrictEqual(options(...args), lines)
  })
})
