import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, Path, type Scope } from "effect"
import * as ServerConfigFile from "../../src/layers/ServerConfigFile.ts"
import { parseCommandLine } from "../../src/services/config/CommandLine.ts"
import { ServerConfig } from "../../src/services/ServerConfig.ts"

interface Start {
  readonly args?: ReadonlyArray<string>
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** The service, for as long as the scope of the test. */
const start = ({ args = [], environment = {}, stdin = "" }: Start) => {
  const commandLine = parseCommandLine(args)
  if (commandLine._tag !== "Run") return assert.fail(commandLine._tag)
  const layer = ServerConfigFile.layer({ commandLine, environment, stdin: Effect.succeed(stdin) })
  return Effect.map(Layer.build(layer), (context) => Context.get(context, ServerConfig))
}

/** The message the server would stop with. */
const failure = (options: Start) => Effect.map(Effect.flip(start(options)), (error) => error.message)

/** Files in a directory of their own, by name; answers where that is. */
const withFiles = (files: Readonly<Record<string, string>>) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const root = yield* Effect.flatMap(fs.makeTempDirectoryScoped(), fs.realPath)
    for (const [name, content] of Object.entries(files)) {
      yield* fs.makeDirectory(path.dirname(path.join(root, name)), { recursive: true })
      yield* fs.writeFile(path.join(root, name), Buffer.from(content, "latin1"))
    }
    return root
  })

type Services = Layer.Success<typeof NodeServices.layer>

const test = <E>(name: string, body: Effect.Effect<void, E, Services | Scope.Scope>) =>
  it.effect(name, () => Effect.provide(body, NodeServices.layer))

describe("sources", () => {
  test(
    "without any, the defaults hold and dir is where the program was started",
    Effect.gen(function*() {
      const config = yield* start({})
      const path = yield* Path.Path
      assert.strictEqual(config.values.port, 6379)
      assert.strictEqual(config.values.dir, path.resolve("."))
      assert.isUndefined(config.configFile)
      assert.deepStrictEqual(config.warnings, [])
    })
  )

  test(
    "flags are stronger than the environment, which is stronger than the standard input and the file",
    Effect.gen(function*() {
      const root = yield* withFiles({ "redis.conf": "port 1\nhz 1\ntimeout 1\nmaxclients 1\ndatabases 1\n" })
      const config = yield* start({
        args: [`${root}/redis.conf`, "--port", "4", "-"],
        stdin: "port 2\nhz 2\ntimeout 2\nmaxclients 2\n",
        environment: { KEYLOOM_PORT: "3", KEYLOOM_HZ: "3", KEYLOOM_TIMEOUT: "3" }
      })
      const { databases, hz, maxclients, port, timeout } = config.values
      assert.deepStrictEqual({ databases, hz, maxclients, port, timeout }, {
        databases: 1,
        hz: 3,
        maxclients: 2,
        port: 4,
        timeout: 3
      })
      assert.strictEqual(config.configFile, `${root}/redis.conf`)
    })
  )

  test(
    "the last of repeated directives holds, limits of clients add up, and lists may be one word",
    Effect.gen(function*() {
      const root = yield* withFiles({
        "redis.conf": [
          "port 1",
          "port 2",
          "client-output-buffer-limit normal 1 2 3",
          "client-output-buffer-limit replica 1kb 2k 3 pubsub 7 8 9",
          `bind "127.0.0.1 ::1"`,
          `save ""`,
          "dynamic-hz yes",
          `requirepass "\\xff\\x00 q"`
        ].join("\r\n")
      })
      const config = yield* start({ args: [`${root}/redis.conf`] })
      assert.deepStrictEqual(config.get(["port", "client-output-buffer-limit", "bind", "requirepass"]), [
        ["bind", "127.0.0.1 ::1"],
        ["port", "2"],
        ["requirepass", "\xff\0 q"],
        ["client-output-buffer-limit", "normal 1 2 3 slave 1024 2000 3 pubsub 7 8 9"]
      ])
    })
  )

  test(
    "the environment takes values without quotes, and warns of names it does not know",
    Effect.gen(function*() {
      const config = yield* start({
        environment: {
          KEYLOOM_MAXMEMORY_POLICY: "allkeys-lru",
          KEYLOOM_REQUIREPASS: `a "b`,
          KEYLOOM_BIND: "127.0.0.1 ::1",
          KEYLOOM_MAXMEMORYPOLICY: "x",
          HOME: "/"
        }
      })
      assert.deepStrictEqual(config.get(["maxmemory-policy", "requirepass", "bind"]), [
        ["bind", "127.0.0.1 ::1"],
        ["requirepass", `a "b`],
        ["maxmemory-policy", "allkeys-lru"]
      ])
      assert.deepStrictEqual(config.warnings, [
        "Environment variable KEYLOOM_MAXMEMORYPOLICY names no directive, it is ignored"
      ])
    })
  )
})

describe("include", () => {
  test(
    "reads files where it stands, relative to the directory the server works in",
    Effect.gen(function*() {
      const root = yield* withFiles({
        "redis.conf": "port 1\nINCLUDE conf/a.conf\nhz 1\n",
        "conf/a.conf": "port 2\nhz 2\n"
      })
      const { values } = yield* start({ args: ["-"], stdin: `dir ${root}\ninclude redis.conf` })
      assert.deepStrictEqual([values.port, values.hz], [2, 1])
    })
  )

  test(
    "with wildcards reads what matches, sorted, and nothing is no error",
    Effect.gen(function*() {
      const root = yield* withFiles({
        "redis.conf": "include conf.d/*.conf\ninclude none/*.conf\ninclude conf.d/[x-z]?.conf",
        "conf.d/10.conf": "port 10\nhz 10",
        "conf.d/20.conf": "port 20",
        "conf.d/.30.conf": "port 30",
        "conf.d/40.txt": "port 40"
      })
      const { values } = yield* start({ stdin: `dir ${root}\ninclude redis.conf`, args: ["-"] })
      assert.deepStrictEqual([values.port, values.hz], [20, 10])
    })
  )

  test(
    "of a file that is not there names both places",
    Effect.gen(function*() {
      const root = yield* withFiles({ "redis.conf": `\ninclude /nowhere/x.conf` })
      assert.strictEqual(
        yield* failure({ args: [`${root}/redis.conf`] }),
        `${root}/redis.conf:2: 'include /nowhere/x.conf': can't open config file '/nowhere/x.conf': No such file or directory`
      )
    })
  )

  test(
    "of a file by itself ends",
    Effect.gen(function*() {
      const root = yield* withFiles({ "loop.conf": "include loop.conf" })
      assert.strictEqual(
        yield* failure({ stdin: `dir ${root}\ninclude loop.conf`, args: ["-"] }),
        "loop.conf:1: 'include loop.conf': include goes deeper than 16 files"
      )
    })
  )

  test(
    "errors in an included file name that file",
    Effect.gen(function*() {
      const root = yield* withFiles({ "redis.conf": "", "a.conf": "# one\nport x" })
      yield* (yield* FileSystem.FileSystem).writeFileString(`${root}/redis.conf`, `include ${root}/a.conf`)
      assert.strictEqual(
        yield* failure({ args: [`${root}/redis.conf`] }),
        `${root}/a.conf:2: 'port x': argument couldn't be parsed into an integer`
      )
    })
  )
})

describe("errors", () => {
  it.effect.each([
    ["port abc", "'port abc': argument couldn't be parsed into an integer"],
    ["port", "'port': wrong number of arguments"],
    ["port 1 2", "'port 1 2': wrong number of arguments"],
    ["maxmemory 50%", "'maxmemory 50%': argument must be a memory value"],
    ["nosuch secret", "'nosuch': Bad directive or wrong number of arguments"],
    ["cluster-enabled yes", "'cluster-enabled': Bad directive or wrong number of arguments"],
    ["logfile \"x", "'logfile \"x': Unbalanced quotes in configuration line"],
    ["bind \"'127.0.0.1\"", "'bind \"'127.0.0.1\"': Unbalanced quotes in configuration line"],
    ["requirepass hunter2 hunter3", "'requirepass (hidden)': wrong number of arguments"],
    ["requirepass \"hunter2", "'requirepass (hidden)': Unbalanced quotes in configuration line"],
    ["RequirePas \"hunter2", "'RequirePas': Unbalanced quotes in configuration line"],
    ["save 60", "'save 60': Invalid save parameters"],
    ["dir /nowhere/at/all", "'dir /nowhere/at/all': No such file or directory"],
    ["dir /dev/null", "'dir /dev/null': Not a directory"],
    ["include", "'include': Bad directive or wrong number of arguments"],
    ["logfile caf\xe9\xe9\xff", "'logfile caf\ufffd\ufffd\ufffd': the name of a file must be UTF-8"]
  ])("%s is an error", ([line, message]) =>
    Effect.gen(function*() {
      const root = yield* withFiles({ "redis.conf": `# first\n\n  ${line}\nhz 5` })
      assert.strictEqual(yield* failure({ args: [`${root}/redis.conf`] }), `${root}/redis.conf:3: ${message}`)
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect.each(
    [
      [["--invalid"], "command line: 'invalid': Bad directive or wrong number of arguments"],
      [["--port"], "command line: 'port': wrong number of arguments"],
      [["--port", "6380", "--loglevel"], "command line: 'loglevel': wrong number of arguments"],
      [["--port", "6379", "6380"], "command line: 'port \"6379\" \"6380\"': wrong number of arguments"],
      [
        ["--port", "--loglevel", "verbose"],
        "command line: 'port \"--loglevel\" \"verbose\"': wrong number of arguments"
      ],
      [
        ["--port", "--bla", "--loglevel", "verbose"],
        "command line: 'port \"--bla\"': argument couldn't be parsed into an integer"
      ],
      [
        ["--logfile", "--my--log--file", "--loglevel", "--bla"],
        "command line: 'loglevel \"--bla\"': argument(s) must be one of the following: debug, verbose, notice, warning, nothing"
      ],
      [["--port", "7000", "8000"], "command line: 'port \"7000\" \"8000\"': wrong number of arguments"]
    ] as const
  )("the command line %j is an error", ([args, message]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* failure({ args }), message)
    }).pipe(Effect.provide(NodeServices.layer)))

  test(
    "a file that cannot be read is one",
    Effect.gen(function*() {
      assert.strictEqual(
        yield* failure({ args: ["/nowhere/redis.conf"] }),
        "/nowhere/redis.conf: can't open config file: No such file or directory"
      )
      const root = yield* withFiles({})
      assert.strictEqual(yield* failure({ args: [root] }), `${root}: can't open config file: Is a directory`)
    })
  )

  test(
    "in the environment name the variable",
    Effect.gen(function*() {
      assert.strictEqual(
        yield* failure({ environment: { KEYLOOM_PORT: "tcp://10.0.0.1:6379" } }),
        "environment: 'KEYLOOM_PORT=tcp://10.0.0.1:6379': argument couldn't be parsed into an integer"
      )
    })
  )

  test(
    "in the standard input have a line",
    Effect.gen(function*() {
      assert.strictEqual(
        yield* failure({ args: ["-"], stdin: "hz 5\nport x" }),
        "standard input:2: 'port x': argument couldn't be parsed into an integer"
      )
    })
  )
})

describe("CONFIG SET dir", () => {
  test(
    "answers what is wrong with a directory",
    Effect.gen(function*() {
      const root = yield* withFiles({ "file": "", "sub/file": "" })
      const config = yield* start({ args: ["--enable-protected-configs", "yes", "--dir", root] })
      const set = (value: string) =>
        Effect.match(config.set([["dir", value]], { isLocal: false }), {
          onFailure: (error) => error.message.replace(/.* - /, ""),
          onSuccess: () => "OK"
        })
      assert.strictEqual(yield* set("nowhere"), "No such file or directory")
      assert.strictEqual(yield* set("file"), "Not a directory")
      assert.strictEqual(yield* set(""), "dir can't be empty")
      assert.strictEqual(yield* set("sub"), "OK")
      assert.deepStrictEqual(config.get(["dir"]), [["dir", `${root}/sub`]])
    })
  )
})

describe("CONFIG REWRITE", () => {
  test(
    "writes what Valkey writes",
    Effect.gen(function*() {
      const root = yield* withFiles({
        "redis.conf": [
          "# my server",
          "",
          "",
          "PORT 17392",
          "  MaxMemory   100mb   ",
          "# limits",
          "client-output-buffer-limit pubsub 64mb 16mb 90",
          "hz 20",
          "",
          "hz 30",
          `requirepass "a b"`,
          "bind 127.0.0.1",
          "include more*.conf",
          "loglevel notice",
          `logfile ""`,
          "unixsocketperm 700",
          "   ",
          "maxmemory-clients 10%",
          "dynamic-hz yes",
          "timeout 0",
          "latency-tracking-info-percentiles 50 99"
        ].join("\n")
      })
      const fs = yield* FileSystem.FileSystem
      yield* fs.chmod(`${root}/redis.conf`, 0o600)
      const config = yield* start({
        args: [
          `${root}/redis.conf`,
          "--dir",
          root,
          "--save",
          "",
          "--lfu-log-factor",
          "11",
          "--pidfile",
          "/run/x y.pid",
          "--maxmemory-samples",
          "7"
        ]
      })
      yield* config.set([
        ["maxmemory", "1500000"],
        ["client-output-buffer-limit", "replica 1gb 2mb 3"],
        ["tcp-keepalive", "100"],
        ["maxmemory-policy", "allkeys-lru"],
        ["bind", "127.0.0.1 127.0.0.2"],
        ["requirepass", ""]
      ], { isLocal: true })
      yield* config.rewrite
      // Valkey appends the last lines in the order of a hash table; here it is the order of ours.
      assert.deepStrictEqual((yield* fs.readFileString(`${root}/redis.conf`)).split("\n"), [
        "# my server",
        "",
        "port 17392",
        "maxmemory 1500000",
        "# limits",
        "client-output-buffer-limit normal 0 0 0",
        "hz 30",
        "",
        "bind 127.0.0.1 127.0.0.2",
        "include more*.conf",
        "loglevel notice",
        `logfile ""`,
        "unixsocketperm 700",
        "",
        "maxmemory-clients 10%",
        "# ??? dynamic-hz yes",
        "timeout 0",
        "latency-tracking-info-percentiles 50 99",
        "# Generated by CONFIG REWRITE",
        "tcp-keepalive 100",
        "client-output-buffer-limit replica 1gb 2mb 3",
        "client-output-buffer-limit pubsub 64mb 16mb 90",
        `pidfile "/run/x y.pid"`,
        `dir "${root}"`,
        `save ""`,
        "maxmemory-policy allkeys-lru",
        "maxmemory-samples 7",
        "lfu-log-factor 11",
        ""
      ])
      assert.strictEqual((yield* fs.stat(`${root}/redis.conf`)).mode & 0o777, 0o600)
      assert.deepStrictEqual(yield* fs.readDirectory(root), ["redis.conf"])
    })
  )

  test(
    "of every directive can be read again, and changes nothing",
    Effect.gen(function*() {
      const root = yield* withFiles({ "redis.conf": "" })
      const args = [
        `${root}/redis.conf`,
        "--requirepass",
        `q"u\\o'te\n\xff`,
        "--unixsocket",
        "/run/é.sock",
        "--unixsocketperm",
        "700",
        "--bind",
        "",
        "--maxmemory-clients",
        "7%",
        "--latency-tracking-info-percentiles",
        "",
        "--otel-sample-ratio",
        "0.5",
        "--enable-debug-command",
        "local",
        "--proto-max-bulk-len",
        "3mb"
      ]
      const before = yield* start({ args })
      yield* before.rewrite
      const after = yield* start({ args: [`${root}/redis.conf`] })
      assert.deepStrictEqual(after.get(["*"]), before.get(["*"]))
      yield* after.rewrite
      const fs = yield* FileSystem.FileSystem
      const once = yield* fs.readFileString(`${root}/redis.conf`)
      yield* after.rewrite
      assert.strictEqual(yield* fs.readFileString(`${root}/redis.conf`), once)
    })
  )

  test(
    "makes the file anew when it is gone, and leaves nothing behind when it cannot",
    Effect.gen(function*() {
      const root = yield* withFiles({ "conf/redis.conf": "hz 20" })
      const fs = yield* FileSystem.FileSystem
      const config = yield* start({ args: [`${root}/conf/redis.conf`] })
      yield* fs.remove(`${root}/conf/redis.conf`)
      yield* config.rewrite
      const written = yield* fs.readFileString(`${root}/conf/redis.conf`)
      assert.isTrue(written.startsWith("# Generated by CONFIG REWRITE\n"))
      assert.include(written, "\nhz 20\n")
      yield* fs.remove(`${root}/conf`, { recursive: true })
      assert.strictEqual(
        (yield* Effect.flip(config.rewrite)).message,
        "Rewriting config file: No such file or directory"
      )
    })
  )
})
