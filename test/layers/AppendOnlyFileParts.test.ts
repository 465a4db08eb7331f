import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"
import { type Argument, Keyloom } from "../../src/index.ts"

/** A directory that is gone with the test. */
const directory = Effect.acquireRelease(
  Effect.promise(() => Fs.mkdtemp(Path.join(Os.tmpdir(), "keyloom-"))),
  (path) => Effect.promise(() => Fs.rm(path, { recursive: true, force: true }))
)

type Options = Parameters<typeof Keyloom.layer>[0]

/** An engine on this directory, for as long as `effect` runs. */
const on = <A, E>(dir: string, effect: Effect.Effect<A, E, Keyloom>, options: Options = {}) =>
  effect.pipe(Effect.provide(Layer.fresh(Keyloom.layer({ dir, appendonly: true, loglevel: "nothing", ...options }))))

const call = (request: string) => {
  const [name = "", ...args] = request.split(" ")
  return Keyloom.call(name, ...args)
}

const calls = (...requests: ReadonlyArray<string>) => Effect.forEach(requests, call)

const folder = (dir: string) => Path.join(dir, "appendonlydir")
const manifest = (dir: string) =>
  Effect.promise(async () =>
    (await Fs.readFile(Path.join(folder(dir), "appendonly.aof.manifest"), "utf8")).trimEnd().split("\n")
  )

/** Lets what runs in the background come to its end, which takes real time. */
const settled = Effect.gen(function*() {
  for (let turn = 0; turn < 10_000; turn++) {
    const info = String(yield* call("INFO persistence"))
    if (info.includes("aof_rewrite_in_progress:0") && info.includes("aof_rewrite_scheduled:0")) return
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1)))
  }
  assert.fail("the rewrite does not end")
})

const command = (...words: ReadonlyArray<string>): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`

/** Lays files down as a server has left them. */
const layDown = (dir: string, files: Readonly<Record<string, string>>) =>
  Effect.promise(async () => {
    await Fs.mkdir(folder(dir), { recursive: true })
    for (const [name, content] of Object.entries(files)) {
      await Fs.writeFile(Path.join(folder(dir), name), content, "latin1")
    }
  })

const incremental = "appendonly.aof.1.incr.aof"
const manifestName = "appendonly.aof.manifest"
const onlyIncremental = `file ${incremental} seq 1 type i\n`

describe("the append-only file in parts", () => {
  it.live("a start from nothing makes a base and a file for commands", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* on(dir, call("SET a b"))
      assert.deepStrictEqual(yield* manifest(dir), [
        "file appendonly.aof.1.base.rdb seq 1 type b",
        "file appendonly.aof.1.incr.aof seq 1 type i"
      ])
      const bytes = yield* Effect.promise(() => Fs.readFile(Path.join(folder(dir), incremental), "latin1"))
      assert.strictEqual(bytes, command("SELECT", "0") + command("SET", "a", "b"))
    }).pipe(Effect.scoped))

  it.live("a rewrite replaces both, and what it has replaced goes", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      for (const preamble of ["yes", "no"]) {
        yield* on(
          dir,
          Effect.andThen(calls("SET a b", "INCR n", "BGREWRITEAOF"), Effect.andThen(settled, call("INCR n"))),
          { "aof-use-rdb-preamble": preamble }
        )
      }
      assert.deepStrictEqual(yield* manifest(dir), [
        "file appendonly.aof.3.base.aof seq 3 type b",
        "file appendonly.aof.3.incr.aof seq 3 type i"
      ])
      assert.deepStrictEqual(yield* on(dir, calls("GET a", "GET n")), ["b", "4"])
    }).pipe(Effect.scoped))

  it.live("with aof-disable-auto-gc what was replaced stays, the newest first", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      const rewrite = Effect.andThen(call("BGREWRITEAOF"), settled)
      yield* on(dir, Effect.andThen(rewrite, rewrite), { "aof-disable-auto-gc": true })
      assert.deepStrictEqual(yield* manifest(dir), [
        "file appendonly.aof.3.base.rdb seq 3 type b",
        "file appendonly.aof.2.incr.aof seq 2 type h",
        "file appendonly.aof.2.base.rdb seq 2 type h",
        "file appendonly.aof.1.incr.aof seq 1 type h",
        "file appendonly.aof.1.base.rdb seq 1 type h",
        "file appendonly.aof.3.incr.aof seq 3 type i"
      ])
    }).pipe(Effect.scoped))

  it.live("appending is switched on and off while the engine runs", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      const switchOn = Effect.andThen(call("CONFIG SET appendonly yes"), settled)
      yield* on(
        dir,
        Effect.gen(function*() {
          yield* calls("SET before 1")
          yield* switchOn
          yield* calls("SET while 2", "CONFIG SET appendonly no", "SET after 3")
        }),
        { appendonly: false, save: [] }
      )
      assert.deepStrictEqual(yield* manifest(dir), [
        "file appendonly.aof.1.base.rdb seq 1 type b",
        "file appendonly.aof.1.incr.aof seq 1 type i"
      ])
      assert.deepStrictEqual(yield* on(dir, calls("GET before", "GET while", "GET after")), ["1", "2", null])
    }).pipe(Effect.scoped))

  it.live("a rewrite that fails leaves the files as they were, and one more for commands", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* on(
        dir,
        Effect.gen(function*() {
          yield* calls("SET a b", "CONFIG SET rdb-key-save-delay 10000000", "BGREWRITEAOF", "DEBUG FAIL-BACKGROUND")
          yield* settled
          yield* call("SET c d")
        }),
        { "enable-debug-command": "yes" }
      )
      assert.deepStrictEqual(yield* manifest(dir), [
        "file appendonly.aof.1.base.rdb seq 1 type b",
        "file appendonly.aof.1.incr.aof seq 1 type i",
        "file appendonly.aof.2.incr.aof seq 2 type i"
      ])
      assert.deepStrictEqual(yield* on(dir, calls("GET a", "GET c")), ["b", "d"])
    }).pipe(Effect.scoped))

  it.live("the single file of former times is taken over", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* Effect.promise(() => Fs.writeFile(Path.join(dir, "appendonly.aof"), command("SET", "a", "b")))
      assert.strictEqual(yield* on(dir, call("GET a")), "b")
      assert.deepStrictEqual(yield* manifest(dir), [
        "file appendonly.aof seq 1 type b",
        "file appendonly.aof.1.incr.aof seq 1 type i"
      ])
    }).pipe(Effect.scoped))

  it.live("what one command has told in several is all or nothing", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      const transaction = command("MULTI") + command("SET", "b", "2") + command("SET", "c", "3") + command("EXEC")
      const whole = command("SET", "a", "1") + transaction
      for (let length = 0; length <= whole.length; length++) {
        yield* layDown(dir, { [manifestName]: onlyIncremental, [incremental]: whole.slice(0, length) })
        const [a, b, c] = yield* on(dir, calls("GET a", "GET b", "GET c"))
        const isDone = length === whole.length
        assert.deepStrictEqual(
          [a, b, c],
          [length >= whole.length - transaction.length ? "1" : null, isDone ? "2" : null, isDone ? "3" : null]
        )
      }
    }).pipe(Effect.scoped))

  it.live("a file that was cut is gone on with behind its last whole command", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      const cut = command("SET", "a", "1") + command("INCR", "a").slice(0, -3)
      yield* layDown(dir, { [manifestName]: onlyIncremental, [incremental]: cut })
      yield* on(dir, call("INCR a"))
      assert.strictEqual(yield* on(dir, call("INCR a")), 3)
    }).pipe(Effect.scoped))

  it.live("keys that have expired meanwhile are there for the commands that follow", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      const commands = [
        command("RPUSH", "list", "a"),
        command("PEXPIREAT", "list", "1000"),
        command("RPUSH", "list", "b"),
        command("COPY", "list", "copy"),
        command("PERSIST", "copy")
      ]
      yield* layDown(dir, { [manifestName]: onlyIncremental, [incremental]: commands.join("") })
      assert.deepStrictEqual(yield* on(dir, calls("LLEN list", "LLEN copy")), [0, 2])
    }).pipe(Effect.scoped))

  const long = "x".repeat(1024)
  const failures: ReadonlyArray<readonly [what: string, files: Readonly<Record<string, string>>, expected: string]> = [
    ["a file is missing", { [manifestName]: onlyIncremental }, "No such file or directory"],
    ["the manifest is empty", { [manifestName]: "" }, "Found an empty AOF manifest"],
    ["a line is too long", { [manifestName]: `file ${long} seq 1 type b\n` }, "contains too long line"],
    [
      "there are two bases",
      { [manifestName]: "file a seq 1 type b\nfile b seq 2 type b\n" },
      "Found duplicate base file information"
    ],
    [
      "bytes are none of a command",
      { [manifestName]: onlyIncremental, [incremental]: `${command("SET", "a", "1")}!!!${command("INCR", "a")}` },
      "Bad file format reading the append only file"
    ],
    [
      "a command is unknown",
      { [manifestName]: onlyIncremental, [incremental]: command("bla", "foo") },
      "unknown command 'bla'"
    ],
    [
      "another file than the last one ends early",
      {
        [manifestName]: `${onlyIncremental}file appendonly.aof.2.incr.aof seq 2 type i\n`,
        [incremental]: command("SET", "a", "1").slice(0, -1),
        "appendonly.aof.2.incr.aof": ""
      },
      "Unexpected end of file reading the append only file"
    ]
  ]
  for (const [what, files, expected] of failures) {
    it.live(`an engine does not start where ${what}`, () =>
      Effect.gen(function*() {
        const dir = yield* directory
        yield* layDown(dir, files)
        const exit = yield* Effect.exit(on(dir, call("PING")))
        assert.isTrue(Exit.isFailure(exit))
        assert.include(String(exit), expected)
        // Nothing was written over.
        for (const [name, content] of Object.entries(files)) {
          assert.strictEqual(yield* Effect.promise(() => Fs.readFile(Path.join(folder(dir), name), "latin1")), content)
        }
      }).pipe(Effect.scoped))
  }

  it.live("a file that was cut keeps an engine from starting without aof-load-truncated", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      yield* layDown(dir, { [manifestName]: onlyIncremental, [incremental]: command("SET", "a", "1").slice(0, -1) })
      const exit = yield* Effect.exit(on(dir, call("PING"), { "aof-load-truncated": false }))
      assert.include(String(exit), "Unexpected end of file reading the append only file")
    }).pipe(Effect.scoped))

  it.live("WAITAOF answers when the disk has the client's writes", () =>
    Effect.gen(function*() {
      const dir = yield* directory
      const waitaof = (...args: ReadonlyArray<Argument>) => Keyloom.call("WAITAOF", ...args)
      const replies = yield* on(
        dir,
        Effect.all([call("SET a b"), waitaof(1, 0, 0), waitaof(0, 1, 1), Effect.exit(waitaof(2, 0, 0))])
      )
      assert.deepStrictEqual(replies.slice(1, 3), [[1, 0], [1, 0]])
      assert.include(String(replies[3]), "value is out of range")
      const refused = yield* on(dir, Effect.exit(waitaof(1, 0, 0)), { appendonly: false })
      assert.include(String(refused), "WAITAOF cannot be used when numlocal is set but appendonly is disabled.")
    }).pipe(Effect.scoped))
})
