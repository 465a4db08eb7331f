import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { errorText, isCommandError } from "../../src/protocol/CommandError.ts"
import { type Reply, SimpleString } from "../../src/protocol/Reply.ts"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import { ActiveExpiry } from "../../src/services/ActiveExpiry.ts"
import { Keyspace } from "../../src/services/Keyspace.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"
import { Engine, engine } from "../support/Engine.ts"
import { makeSeededRandom } from "../support/random.ts"

/** A request, split at spaces, and its reply; statuses are shown with a plus, errors with a minus. */
type Step = readonly [request: string | ReadonlyArray<string>, reply: unknown]

const shown = (reply: Reply): unknown => {
  if (isCommandError(reply)) return `-${errorText(reply)}`
  return reply instanceof SimpleString ? `+${reply.text}` : reply
}

const replies = (steps: ReadonlyArray<Step>) =>
  Effect.gen(function*() {
    const { call } = yield* Engine
    for (const [request, expected] of steps) {
      const words = typeof request === "string" ? request.split(" ") : request
      assert.deepStrictEqual(shown(yield* call(...words)), expected, words.join(" "))
    }
  })

const table = (name: string, steps: ReadonlyArray<Step>, options: GivenValues = {}) =>
  it.effect(name, () => replies(steps).pipe(Effect.provide(engine(options))))

const namesOf = (reply: Reply): Array<string> => {
  assert.isArray(reply)
  return (reply as ReadonlyArray<string>).toSorted()
}

const ok = "+OK"
const syntaxError = "-ERR syntax error"
const notInteger = "-ERR value is not an integer or out of range"
const notInt32 = "-ERR value is out of range, value must between -2147483648 and 2147483647"
const noDatabase = "-ERR DB index is out of range"
const sameObject = "-ERR source and destination objects are the same"
const arity = (command: string) => `-ERR wrong number of arguments for '${command}' command`

describe("EXISTS, DEL, UNLINK, TOUCH, TYPE", () => {
  table("EXISTS counts a key as often as it is named", [
    ["EXISTS k", 0],
    ["SET k 1", ok],
    ["EXISTS k", 1],
    ["EXISTS k missing k k", 3],
    ["EXISTS", arity("exists")]
  ])

  for (const command of ["DEL", "UNLINK"]) {
    table(`${command} counts what it removed`, [
      ["MSET a 1 b 2 c 3", ok],
      [`${command} a b a missing`, 2],
      ["EXISTS a b c", 1],
      [`${command} a`, 0],
      [command, arity(command.toLowerCase())]
    ])
  }

  table("TOUCH counts the keys that exist", [
    ["MSET a 1 b 2", ok],
    ["TOUCH a b a missing", 3],
    ["TOUCH missing", 0]
  ])

  table("TYPE names the type, or none", [
    ["SET k 1", ok],
    ["TYPE k", "+string"],
    ["TYPE missing", "+none"]
  ])

  table("names are bytes, not words: case and any byte count", [
    [["SET", "\x00\xff\r\n", "1"], ok],
    [["SET", "", "2"], ok],
    [["EXISTS", "\x00\xff\r\n", "", "\x00\xfe\r\n"], 2],
    [["DEL", ""], 1],
    ["DBSIZE", 1]
  ])

  it.effect("an expired key does not exist for any of them", () =>
    Effect.gen(function*() {
      yield* replies([["SET k v PX 100", ok]])
      yield* TestClock.adjust(101)
      yield* replies([["EXISTS k", 0], ["TYPE k", "+none"], ["TOUCH k", 0], ["DEL k", 0], ["UNLINK k", 0]])
    }).pipe(Effect.provide(engine())))
})

describe("EXPIRE and its family", () => {
  it.effect("each variant reads its own unit and starting point", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_000_000)
      yield* replies([
        ["MSET a 1 b 1 c 1 d 1", ok],
        ["EXPIRE a 10", 1],
        ["PEXPIRE b 10", 1],
        ["EXPIREAT c 2000", 1],
        ["PEXPIREAT d 1000500", 1],
        ["PEXPIRETIME a", 1_010_000],
        ["PEXPIRETIME b", 1_000_010],
        ["PEXPIRETIME c", 2_000_000],
        ["PEXPIRETIME d", 1_000_500],
        ["EXPIRETIME d", 1001],
        ["TTL a", 10],
        ["PTTL a", 10_000],
        ["PTTL d", 500],
        ["TTL d", 1],
        ["TTL b", 0]
      ])
    }).pipe(Effect.provide(engine())))

  it.effect("a key is there up to its deadline, and gone a millisecond later", () =>
    Effect.gen(function*() {
      yield* replies([["SET k v", ok], ["EXPIRE k 10", 1]])
      yield* TestClock.adjust(10_000)
      yield* replies([["PTTL k", 0], ["GET k", "v"]])
      yield* TestClock.adjust(1)
      yield* replies([["PTTL k", -2], ["GET k", null]])
    }).pipe(Effect.provide(engine())))

  it.effect("a time that has passed removes the key at once, and it counts as expired", () =>
    Effect.gen(function*() {
      const { counters } = yield* ServerStats
      yield* TestClock.setTime(1_000_000)
      for (const request of ["EXPIRE k 0", "EXPIRE k -1", "PEXPIRE k -9223372036854775808", "EXPIREAT k 1000"]) {
        yield* replies([["SET k v", ok], [request, 1], ["DBSIZE", 0]])
      }
      assert.strictEqual(counters.expiredKeys, 4)
    }).pipe(Effect.provide(engine())))

  table(
    "TTL and its kin tell a missing key from one that lives forever",
    ["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"].flatMap((command): ReadonlyArray<Step> => [
      [`${command} k`, -2],
      ["SET k v", ok],
      [`${command} k`, -1],
      ["DEL k", 1]
    ])
  )

  table("PERSIST takes a time to live away, once", [
    ["PERSIST k", 0],
    ["SET k v EX 10", ok],
    ["PERSIST k", 1],
    ["PERSIST k", 0],
    ["TTL k", -1]
  ])

  table("NX sets where there is no time to live, XX where there is one", [
    ["EXPIRE k 10 NX", 0],
    ["SET k v", ok],
    ["EXPIRE k 10 XX", 0],
    ["TTL k", -1],
    ["EXPIRE k 10 nx", 1],
    ["EXPIRE k 20 NX", 0],
    ["TTL k", 10],
    ["EXPIRE k 30 XX", 1],
    ["TTL k", 30]
  ])

  table("GT sets a later deadline, LT an earlier one, and forever is the latest", [
    ["SET k v", ok],
    ["EXPIRE k 10 GT", 0],
    ["TTL k", -1],
    ["EXPIRE k 10 LT", 1],
    ["EXPIRE k 10 GT", 0],
    ["EXPIRE k 10 LT", 0],
    ["EXPIRE k 20 GT", 1],
    ["EXPIRE k 30 LT", 0],
    ["EXPIRE k 5 LT", 1],
    ["TTL k", 5],
    ["EXPIRE k -1 GT", 0],
    ["EXPIRE k -1 LT", 1],
    ["EXISTS k", 0]
  ])

  table("XX goes together with GT and LT", [
    ["SET k v", ok],
    ["EXPIRE k 10 XX LT", 0],
    ["EXPIRE k 10 LT LT", 1],
    ["EXPIRE k 20 GT XX", 1],
    ["EXPIRE k 20 XX GT", 0],
    ["TTL k", 20]
  ])

  table("the conditions are looked at before the time, and the time before the key", [
    ["EXPIRE k x FOO", "-ERR Unsupported option FOO"],
    ["EXPIRE k x NX XX", "-ERR NX and XX, GT or LT options at the same time are not compatible"],
    ["EXPIRE k x gt nx", "-ERR NX and XX, GT or LT options at the same time are not compatible"],
    ["EXPIRE k x GT LT", "-ERR GT and LT options at the same time are not compatible"],
    ["EXPIRE k x LT GT FOO", "-ERR Unsupported option FOO"],
    ["EXPIRE k x GT", notInteger],
    ["EXPIRE k 1.5", notInteger],
    ["EXPIRE k 9223372036854775808", notInteger],
    ["EXPIRE k", arity("expire")]
  ])

  const invalid = (command: string) => `-ERR invalid expire time in '${command}' command`
  it.effect("times beyond 64 bits are refused, times beyond the year 287396 are moved to it", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_000_000)
      yield* replies([
        ["SET k v", ok],
        ["EXPIRE k 9223372036854775807", invalid("expire")],
        ["EXPIRE k 9223372036854776", invalid("expire")],
        ["EXPIRE k 9223372036854775", invalid("expire")],
        ["EXPIRE k -9223372036854776", invalid("expire")],
        ["PEXPIRE k 9223372036854775807", invalid("pexpire")],
        ["EXPIREAT k 9223372036854776", invalid("expireat")],
        ["EXPIREAT k -9223372036854776", invalid("expireat")],
        ["PERSIST k", 0],
        ["PEXPIREAT k 9007199254740990", 1],
        ["PEXPIRETIME k", 9007199254740990],
        ["PEXPIREAT k 9223372036854775807", 1],
        ["PEXPIRETIME k", Number.MAX_SAFE_INTEGER],
        ["EXPIRE k 9007199253739", 1],
        ["PTTL k", 9007199253739000],
        ["EXPIREAT k -9223372036854775", 1],
        ["EXISTS k", 0]
      ])
    }).pipe(Effect.provide(engine())))
})

describe("RENAME, RENAMENX, MOVE, COPY", () => {
  table("RENAME takes value and time to live along, and replaces what had the name", [
    ["SET a 1 EX 100", ok],
    ["SET b 2 EX 200", ok],
    ["RENAME a b", ok],
    ["GET b", "1"],
    ["TTL b", 100],
    ["EXISTS a", 0],
    ["SET c 3", ok],
    ["RENAME c b", ok],
    ["TTL b", -1],
    ["DBSIZE", 1]
  ])

  table("RENAME to itself is fine where there is something to rename", [
    ["RENAME a a", "-ERR no such key"],
    ["RENAMENX a a", "-ERR no such key"],
    ["RENAME a b", "-ERR no such key"],
    ["SET a 1", ok],
    ["RENAME a a", ok],
    ["RENAMENX a a", 0],
    ["GET a", "1"]
  ])

  table("RENAMENX leaves a key that has the name alone", [
    ["MSET a 1 b 2", ok],
    ["RENAMENX a b", 0],
    ["MGET a b", ["1", "2"]],
    ["RENAMENX a c", 1],
    ["MGET a c", [null, "1"]]
  ])

  table("MOVE carries a key to another database, unless it is taken there", [
    ["SET k 1 EX 100", ok],
    ["MOVE k 1", 1],
    ["MOVE k 1", 0],
    ["EXISTS k", 0],
    ["SET k 2", ok],
    ["MOVE k 1", 0],
    ["GET k", "2"],
    ["SELECT 1", ok],
    ["GET k", "1"],
    ["TTL k", 100]
  ])

  table("MOVE looks at the database before the key", [
    ["MOVE k x", notInteger],
    ["MOVE k 2147483648", notInt32],
    ["MOVE k 16", noDatabase],
    ["MOVE k -1", noDatabase],
    ["MOVE k 0", sameObject]
  ])

  table("COPY copies value and time to live, and replaces only when told to", [
    ["SET a 1 EX 100", ok],
    ["SET b 2", ok],
    ["COPY a b", 0],
    ["GET b", "2"],
    ["COPY a b REPLACE", 1],
    ["GET b", "1"],
    ["TTL b", 100],
    ["COPY missing c", 0],
    ["COPY a a DB 3", 1],
    ["COPY a c replace db 3 DB 4", 1],
    ["SELECT 3", ok],
    ["GET a", "1"],
    ["EXISTS c", 0],
    ["SELECT 4", ok],
    ["TTL c", 100]
  ])

  table("a copy is on its own when the original changes in place", [
    ["SET a Hello", ok],
    ["APPEND a !", 6],
    ["COPY a b", 1],
    ["SETRANGE a 0 J", 6],
    ["APPEND b ?", 7],
    ["MGET a b", ["Jello!", "Hello!?"]]
  ])

  table("COPY answers the first thing that is wrong", [
    ["COPY a a", sameObject],
    ["COPY a a DB 0 REPLACE", sameObject],
    ["COPY a b DB 16", noDatabase],
    ["COPY a b DB 16 FOO", noDatabase],
    ["COPY a b FOO DB 16", syntaxError],
    ["COPY a b DB x", notInteger],
    ["COPY a b DB 2147483648", notInt32],
    ["COPY a b DB", syntaxError],
    ["COPY a", arity("copy")]
  ])
})

describe("KEYS, SCAN, RANDOMKEY", () => {
  it.effect("KEYS filters by pattern, and only * finds the empty name", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("MSET", "hello", "1", "hallo", "1", "hillo", "1", "", "1")
      assert.deepStrictEqual(namesOf(yield* call("KEYS", "h[ae]llo")), ["hallo", "hello"])
      assert.deepStrictEqual(namesOf(yield* call("KEYS", "*")), ["", "hallo", "hello", "hillo"])
      assert.deepStrictEqual(namesOf(yield* call("KEYS", "**")), ["hallo", "hello", "hillo"])
      assert.deepStrictEqual(namesOf(yield* call("KEYS", "hello")), ["hello"])
    }).pipe(Effect.provide(engine())))

  it.effect("KEYS, SCAN and RANDOMKEY do not see expired keys", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      for (let i = 0; i < 20; i++) yield* call("SET", `expired${i}`, "v", "PX", "10")
      yield* call("SET", "live", "v")
      yield* TestClock.adjust(11)
      assert.deepStrictEqual(yield* call("KEYS", "*"), ["live"])
      assert.deepStrictEqual(yield* call("SCAN", "0", "COUNT", "1000"), ["0", ["live"]])
      for (let i = 0; i < 20; i++) assert.strictEqual(yield* call("RANDOMKEY"), "live")
    }).pipe(Effect.provide(engine())))

  it.effect("RANDOMKEY is null where there is no key, also when all have expired", () =>
    Effect.gen(function*() {
      yield* replies([["RANDOMKEY", null], ["SET k v PX 10", ok], ["RANDOMKEY", "k"]])
      yield* TestClock.adjust(11)
      yield* replies([["RANDOMKEY", null]])
    }).pipe(Effect.provide(engine())))

  it.effect("RANDOMKEY can return every key", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const seen = new Set<unknown>()
      for (const name of "abcd") yield* call("SET", name, "1")
      for (let i = 0; i < 500; i++) seen.add(yield* call("RANDOMKEY"))
      assert.deepStrictEqual([...seen].toSorted(), ["a", "b", "c", "d"])
    }).pipe(Effect.provide(engine())))

  /** All names a scan returns, and how many calls it took; `between` runs after each call. */
  const scanAll = (options: ReadonlyArray<string>, between: Effect.Effect<unknown> = Effect.void) =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const names: Array<string> = []
      let calls = 0
      let cursor = "0"
      do {
        const reply = yield* call("SCAN", cursor, ...options)
        assert.isArray(reply)
        const [next, found] = reply as readonly [string, ReadonlyArray<string>]
        cursor = next
        names.push(...found)
        calls++
        yield* between
      } while (cursor !== "0")
      return { names, calls }
    })

  const fill = (count: number) =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      for (let i = 0; i < count; i++) yield* call("SET", `key:${i}`, "v")
    })

  it.effect("SCAN finds every key, a COUNT of them at each call", () =>
    Effect.gen(function*() {
      yield* fill(1000)
      const byTen = yield* scanAll([])
      assert.strictEqual(new Set(byTen.names).size, 1000)
      assert.isAbove(byTen.calls, 50)
      assert.isAtMost(byTen.calls, 100)
      assert.strictEqual((yield* scanAll(["COUNT", "100000000000000000"])).calls, 1)
    }).pipe(Effect.provide(engine())))

  it.effect("SCAN removes the expired keys that pass its filters", () =>
    Effect.gen(function*() {
      const activeExpiry = yield* ActiveExpiry
      activeExpiry.isEnabled = false
      yield* replies([["MSET a:1 x a:2 x", ok], ["SET a:gone x PX 10", ok], ["SET b:gone x PX 10", ok]])
      yield* TestClock.adjust(11)
      yield* replies([
        ["SCAN 0 COUNT 100 TYPE list", ["0", []]],
        ["SCAN 0 COUNT 100 MATCH c:*", ["0", []]],
        ["DBSIZE", 4],
        ["SCAN 0 COUNT 100 MATCH b:*", ["0", []]],
        ["DBSIZE", 3]
      ])
      assert.deepStrictEqual((yield* scanAll(["COUNT", "100"])).names.toSorted(), ["a:1", "a:2"])
      yield* replies([["DBSIZE", 2]])
    }).pipe(Effect.provide(engine())))

  it.effect("SCAN counts keys before MATCH and TYPE filter them", () =>
    Effect.gen(function*() {
      yield* fill(1000)
      const some = yield* scanAll(["MATCH", "key:1?"])
      assert.strictEqual(new Set(some.names).size, 10)
      assert.isAbove(some.calls, 50)
      assert.strictEqual(new Set((yield* scanAll(["type", "STRING"])).names).size, 1000)
      assert.strictEqual((yield* scanAll(["TYPE", "zset"])).names.length, 0)
      assert.strictEqual(
        (yield* scanAll(["MATCH", "x*", "MATCH", "*", "COUNT", "1", "COUNT", "1000"])).names.length,
        1000
      )
    }).pipe(Effect.provide(engine())))

  for (const seed of [1, 2, 3]) {
    it.effect(`SCAN finds every key that stays while others come and go (seed ${seed})`, () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        const random = makeSeededRandom(seed)
        yield* fill(500)
        const churn = Effect.gen(function*() {
          const removes = random.integer(2) === 0
          for (let i = 0; i < 40; i++) {
            yield* removes
              ? call("DEL", `other:${random.integer(3000)}`)
              : call("SET", `other:${random.integer(3000)}`, "v")
          }
        })
        const { names } = yield* scanAll(["MATCH", "key:*"], churn)
        assert.strictEqual(new Set(names).size, 500)
      }).pipe(Effect.provide(engine())))
  }

  table("SCAN answers the first thing that is wrong", [
    ["SCAN x", "-ERR invalid cursor"],
    ["SCAN -1", "-ERR invalid cursor"],
    ["SCAN 18446744073709551616", "-ERR invalid cursor"],
    ["SCAN 18446744073709551615", ["0", []]],
    ["SCAN x COUNT x", "-ERR invalid cursor"],
    ["SCAN 0 COUNT x", notInteger],
    ["SCAN 0 COUNT 0", syntaxError],
    ["SCAN 0 COUNT -5 FOO", syntaxError],
    ["SCAN 0 COUNT", syntaxError],
    ["SCAN 0 MATCH", syntaxError],
    ["SCAN 0 TYPE", syntaxError],
    ["SCAN 0 TYPE Strang COUNT 0", "-ERR unknown type name 'Strang'"],
    ["SCAN 0 NOVALUES", "-ERR NOVALUES option can only be used in HSCAN"],
    ["SCAN 0 noscores x", "-ERR NOSCORES option can only be used in ZSCAN"],
    ["SCAN 0 FOO", syntaxError],
    ["SCAN", arity("scan")]
  ])
})

describe("SELECT, SWAPDB, DBSIZE, FLUSHDB, FLUSHALL", () => {
  table("SELECT changes the database of its own connection", [
    ["SET k 0", ok],
    ["SELECT 1", ok],
    ["GET k", null],
    ["SET k 1", ok],
    ["SELECT 0", ok],
    ["GET k", "0"],
    ["SELECT x", notInteger],
    ["SELECT 16", noDatabase],
    ["SELECT -1", noDatabase],
    ["SELECT 2147483648", notInt32],
    ["SELECT", arity("select")]
  ])

  table("there are as many databases as configured", [["SELECT 2", ok], ["SELECT 3", noDatabase]], { databases: 3 })

  table("SWAPDB exchanges what two databases hold", [
    ["SET k 0 EX 100", ok],
    ["SWAPDB 0 1", ok],
    ["DBSIZE", 0],
    ["SWAPDB 1 1", ok],
    ["SELECT 1", ok],
    ["GET k", "0"],
    ["TTL k", 100],
    ["SWAPDB x y", "-ERR invalid first DB index"],
    ["SWAPDB 16 y", "-ERR invalid second DB index"],
    ["SWAPDB 0 2147483648", "-ERR invalid second DB index"],
    ["SWAPDB 0 16", noDatabase],
    ["SWAPDB -1 0", noDatabase]
  ])

  table("FLUSHDB empties one database, FLUSHALL all", [
    ["SET a 1", ok],
    ["SELECT 1", ok],
    ["SET b 1", ok],
    ["DBSIZE", 1],
    ["FLUSHDB", ok],
    ["DBSIZE", 0],
    ["SET b 1", ok],
    ["SELECT 0", ok],
    ["DBSIZE", 1],
    ["FLUSHALL ASYNC", ok],
    ["DBSIZE", 0],
    ["SELECT 1", ok],
    ["DBSIZE", 0]
  ])

  for (const command of ["FLUSHDB", "FLUSHALL"]) {
    table(`${command} takes one of ASYNC and SYNC, or nothing`, [
      [`${command} sync`, ok],
      [`${command} async`, ok],
      [`${command} FOO`, syntaxError],
      [`${command} SYNC SYNC`, syntaxError],
      [`${command} SYNC ASYNC`, syntaxError]
    ])
  }

  it.effect("what is flushed asynchronously counts as freed lazily", () =>
    Effect.gen(function*() {
      const { counters } = yield* ServerStats
      yield* replies([["MSET a 1 b 2", ok], ["FLUSHALL SYNC", ok]])
      assert.strictEqual(counters.lazyFreedObjects, 0)
      yield* replies([["MSET a 1 b 2", ok], ["FLUSHALL ASYNC", ok]])
      assert.strictEqual(counters.lazyFreedObjects, 2)
      yield* replies([["SET a 1", ok], ["FLUSHDB", ok]])
      assert.strictEqual(counters.lazyFreedObjects, 3)
    }).pipe(Effect.provide(engine())))

  it.effect("lazyfree-lazy-user-flush chooses for who does not", () =>
    Effect.gen(function*() {
      const { counters } = yield* ServerStats
      yield* replies([["SET a 1", ok], ["FLUSHDB", ok]])
      assert.strictEqual(counters.lazyFreedObjects, 0)
      yield* replies([["SET a 1", ok], ["FLUSHDB ASYNC", ok]])
      assert.strictEqual(counters.lazyFreedObjects, 1)
    }).pipe(Effect.provide(engine({ "lazyfree-lazy-user-flush": false }))))
})

/** How to make a value of each type that its compact shape cannot hold, or one that it can. */
const made = (size: number): ReadonlyArray<readonly [type: string, request: ReadonlyArray<string>]> => {
  const texts = Array.from({ length: size }, (_, index) => `element ${index}`)
  return [
    ["list", ["RPUSH", "list", ...texts]],
    ["set", ["SADD", "set", ...texts]],
    ["zset", ["ZADD", "zset", ...texts.flatMap((text, index) => [String(index), text])]],
    ["hash", ["HSET", "hash", ...texts.flatMap((text) => [text, "value"])]]
  ]
}

describe("values with elements", () => {
  for (
    const [size, encodings] of [[3, "listpack listpack listpack listpack"], [
      2000,
      "quicklist hashtable skiplist hashtable"
    ]] as const
  ) {
    it.effect(`of ${size} elements can be copied, renamed and moved, and keep their shape`, () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        for (const [index, [type, request]] of made(size).entries()) {
          const encoding = encodings.split(" ")[index]
          yield* call(...request)
          yield* call("EXPIRE", type, "100")
          const digest = yield* call("DEBUG", "DIGEST-VALUE", type)
          yield* replies([
            [`TYPE ${type}`, `+${type}`],
            [`OBJECT ENCODING ${type}`, encoding],
            [`COPY ${type} copy`, 1],
            [`COPY ${type} copy`, 0],
            ["TTL copy", 100],
            ["OBJECT ENCODING copy", encoding],
            ["DEBUG DIGEST-VALUE copy", digest],
            ["RENAME copy renamed", ok],
            ["MOVE renamed 1", 1],
            ["EXISTS renamed", 0],
            ["SELECT 1", ok],
            ["DEBUG DIGEST-VALUE renamed", digest],
            ["TTL renamed", 100],
            ["DEL renamed", 1],
            ["SELECT 0", ok],
            [`DEL ${type}`, 1]
          ])
        }
      }).pipe(Effect.provide(engine({ "enable-debug-command": "yes" }))))
  }

  it.effect("leave no memory behind, however they are removed", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const { usedBytes } = yield* Keyspace
      const empty = usedBytes()
      for (const [type, request] of made(2000)) {
        yield* call(...request)
        assert.isAbove(usedBytes(), empty)
        yield* call("COPY", type, "copy")
        yield* call("DEL", "copy")
        yield* call("UNLINK", type)
        assert.strictEqual(usedBytes(), empty, type)
        yield* call(...request)
        yield* call("EXPIRE", type, "1")
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual(yield* call("EXISTS", type), 0)
        assert.strictEqual(usedBytes(), empty, type)
      }
    }).pipe(Effect.provide(engine())))

  it.effect("count as freed lazily where Redis would free them in another thread", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const { counters } = yield* ServerStats
      for (const [type, request] of made(3)) {
        yield* call(...request)
        yield* call("UNLINK", type)
      }
      yield* call("SET", "k", "x".repeat(100_000))
      yield* call("UNLINK", "k")
      assert.strictEqual(counters.lazyFreedObjects, 0)
      for (const [type, request] of made(2000)) {
        yield* call(...request)
        yield* call("UNLINK", type, type)
      }
      // The list has fewer nodes than that.
      assert.strictEqual(counters.lazyFreedObjects, 3)
      yield* call("SADD", "k", ...Array.from({ length: 1000 }, (_, index) => `member ${index}`))
      yield* call("COPY", "k", "l")
      yield* call("DEL", "k")
      assert.strictEqual(counters.lazyFreedObjects, 4)
      yield* call("CONFIG", "SET", "lazyfree-lazy-user-del", "no")
      yield* call("DEL", "l")
      assert.strictEqual(counters.lazyFreedObjects, 4)
    }).pipe(Effect.provide(engine())))

  table("are found by SCAN with their TYPE", [
    ["RPUSH l a", 1],
    ["ZADD z 1 a", 1],
    ["SCAN 0 TYPE list", ["0", ["l"]]],
    ["SCAN 0 TYPE ZSET", ["0", ["z"]]],
    ["SCAN 0 TYPE stream", ["0", []]]
  ])
})

describe("OBJECT", () => {
  table("ENCODING follows what the value is and how it came to be", [
    ["MSET int 12 text abc", ok],
    [["SET", "long", "x".repeat(100)], ok],
    [["SET", "changed", "abc"], ok],
    ["APPEND changed d", 4],
    ["OBJECT ENCODING int", "int"],
    ["OBJECT ENCODING text", "embstr"],
    ["OBJECT ENCODING long", "raw"],
    ["object encoding changed", "raw"],
    ["COPY changed copy", 1],
    ["OBJECT ENCODING copy", "raw"],
    ["OBJECT ENCODING missing", null]
  ])

  table("a value has one reference: its key", [
    ["SET k 1", ok],
    ["OBJECT REFCOUNT k", 1],
    ["OBJECT REFCOUNT missing", null]
  ])

  it.effect("IDLETIME counts seconds since a key was used, and asking is not using", () =>
    Effect.gen(function*() {
      yield* replies([["SET k v", ok], ["OBJECT IDLETIME missing", null]])
      yield* TestClock.adjust("10 seconds")
      yield* replies([["OBJECT IDLETIME k", 10], ["TYPE k", "+string"], ["TTL k", -1], ["EXISTS k", 1]])
      yield* replies([["OBJECT IDLETIME k", 10], ["TOUCH k", 1], ["OBJECT IDLETIME k", 0]])
      yield* TestClock.adjust("10 seconds")
      yield* replies([["RENAME k l", ok], ["OBJECT IDLETIME l", 0]])
    }).pipe(Effect.provide(engine())))

  const lfu: GivenValues = { "maxmemory-policy": "allkeys-lfu" }
  const notLru =
    "-ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust."
  const notLfu =
    "-ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust."

  table("FREQ is for LFU policies", [["OBJECT FREQ k", null], ["SET k v", ok], ["OBJECT FREQ k", notLfu]])
  table(
    "IDLETIME is for LRU policies",
    [["OBJECT IDLETIME k", null], ["SET k v", ok], ["OBJECT IDLETIME k", notLru]],
    lfu
  )

  it.effect("FREQ starts at 5, grows with use, starts anew with a new name and falls in time", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* replies([["SET k v", ok], ["OBJECT FREQ k", 5]])
      for (let i = 0; i < 200; i++) yield* call("TOUCH", "k")
      assert.isAbove(Number(yield* call("OBJECT", "FREQ", "k")), 6)
      yield* replies([["SET other v", ok], ["RENAME k other", ok], ["OBJECT FREQ other", 5]])
      yield* TestClock.adjust("3 minutes")
      yield* replies([["OBJECT FREQ other", 2]])
    }).pipe(Effect.provide(engine(lfu))))

  table("subcommands are checked like commands", [
    ["OBJECT", arity("object")],
    ["OBJECT ENCODING", arity("object|encoding")],
    ["OBJECT FREQ a b", arity("object|freq")],
    ["OBJECT FOO k", "-ERR unknown subcommand 'FOO'. Try OBJECT HELP."]
  ])

  it.effect("HELP lists the subcommands", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const lines = yield* call("OBJECT", "HELP")
      assert.isArray(lines)
      const text = (lines as ReadonlyArray<Reply>).map(shown)
      assert.strictEqual(text[0], "+OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")
      for (const line of ["+ENCODING <key>", "+FREQ <key>", "+IDLETIME <key>", "+REFCOUNT <key>", "+HELP"]) {
        assert.include(text, line)
      }
    }).pipe(Effect.provide(engine())))
})
