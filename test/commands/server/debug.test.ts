import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import {
  Attributed,
  BigNumber,
  Double,
  MapReply,
  Push,
  Replies,
  SetReply,
  SimpleString
} from "../../../src/protocol/Reply.ts"
import { ReplyWriter } from "../../../src/protocol/ReplyWriter.ts"
import { Engine, engine } from "../../support/Engine.ts"
import { info, readable, table } from "./replies.ts"

const open = engine({ "enable-debug-command": "yes" })

const notUnderstood = (name: string) =>
  `-ERR unknown subcommand or wrong number of arguments for '${name}'. Try DEBUG HELP.`

describe("DEBUG", () => {
  it.effect("is closed unless it is opened, and `local` opens it to callers from this machine", () =>
    Effect.gen(function*() {
      const help = Effect.gen(function*() {
        const { call } = yield* Engine
        return readable(yield* call("DEBUG", "HELP"))
      })
      assert.match(String(yield* Effect.provide(help, engine())), /^-ERR DEBUG command not allowed\./)
      assert.isArray(yield* Effect.provide(help, engine({ "enable-debug-command": "local" })))
    }))

  it.effect("has one error for what it does not know and for a wrong number of arguments", () =>
    table([
      [["DEBUG", "nope"], notUnderstood("nope")],
      [["debug", "Jmap", "x"], notUnderstood("Jmap")],
      [["DEBUG", "SLEEP"], notUnderstood("SLEEP")],
      [["DEBUG", "DIGEST", "x"], notUnderstood("DIGEST")],
      [["DEBUG", "OBJECT", "k", "fast", "x"], notUnderstood("OBJECT")],
      [["DEBUG", "POPULATE"], notUnderstood("POPULATE")],
      [["DEBUG", "x".repeat(200)], notUnderstood("x".repeat(128))],
      [["DEBUG"], "-ERR wrong number of arguments for 'debug' command"]
    ]).pipe(Effect.provide(open)))

  it.effect("PROTOCOL answers a sample of each type", () =>
    table([
      [["DEBUG", "PROTOCOL", "string"], "Hello World"],
      [["DEBUG", "PROTOCOL", "Integer"], 12345],
      // oxlint-disable-next-line oxc/approx-constant -- The reference's sample is this number, not pi.
      [["DEBUG", "PROTOCOL", "double"], new Double(3.141)],
      [["DEBUG", "PROTOCOL", "bignum"], new BigNumber("1234567999999999999999999999999999999")],
      [["DEBUG", "PROTOCOL", "null"], null],
      [["DEBUG", "PROTOCOL", "array"], [0, 1, 2]],
      [["DEBUG", "PROTOCOL", "set"], new SetReply([0, 1, 2])],
      [["DEBUG", "PROTOCOL", "map"], new MapReply([0, false, 1, true, 2, false])],
      [
        ["DEBUG", "PROTOCOL", "attrib"],
        new Attributed(["key-popularity", ["key:123", 90]], "Some real reply following the attribute")
      ],
      [
        ["DEBUG", "PROTOCOL", "push"],
        new Replies([new Push(["server-cpu-usage", 42]), "Some real reply following the push reply"])
      ],
      [["DEBUG", "PROTOCOL", "verbatim"], "This is a verbatim\nstring"],
      [["DEBUG", "PROTOCOL", "true"], true],
      [["DEBUG", "PROTOCOL", "false"], false],
      [
        ["DEBUG", "PROTOCOL", "nope"],
        "-ERR Wrong protocol type name. Please use one of the following: " +
        "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"
      ]
    ]).pipe(Effect.provide(open)))

  it.effect("PROTOCOL push is not for RESP2", () =>
    Effect.gen(function*() {
      const { client } = yield* Engine
      client.protocol = 2
      yield* table([[["DEBUG", "PROTOCOL", "push"], "-ERR RESP2 is not supported by this command"]])
    }).pipe(Effect.provide(open)))

  it("a push goes before the reply, and is not part of it", () => {
    const writer = new ReplyWriter()
    writer.append(new Replies([new Push(["a", 1]), "b"]), 3)
    assert.strictEqual(Buffer.concat(writer.take()).toString(), ">2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n")
  })

  it.effect("ERROR answers the text as an error", () =>
    table([
      [["DEBUG", "ERROR", "ERR something"], "-ERR something"],
      [["DEBUG", "ERROR", "WORD"], "-WORD"],
      [["DEBUG", "ERROR", "CODE and a text "], "-CODE and a text "]
    ]).pipe(Effect.provide(open)))

  it.effect("DIGEST tells datasets apart by keys, values, databases and deadlines, not by order", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const digest = Effect.map(call("DEBUG", "DIGEST"), (reply) => reply instanceof SimpleString ? reply.text : "")
      assert.strictEqual(yield* digest, "0".repeat(40))
      yield* call("MSET", "a", "1", "b", "2")
      const both = yield* digest
      assert.match(both, /^[0-9a-f]{40}$/)
      yield* call("EXPIRE", "a", "100")
      assert.notStrictEqual(yield* digest, both)
      yield* call("PERSIST", "a")
      assert.strictEqual(yield* digest, both)
      yield* call("MOVE", "a", "1")
      assert.notStrictEqual(yield* digest, both)
      yield* call("DEL", "b")
      yield* call("FLUSHALL")
      yield* call("MSET", "b", "2", "a", "1")
      assert.strictEqual(yield* digest, both)
    }).pipe(Effect.provide(open)))

  it.effect("DIGEST-VALUE answers zeros for a key that is not there", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("MSET", "a", "x", "b", "x", "c", "y")
      const reply = yield* call("DEBUG", "DIGEST-VALUE", "a", "b", "c", "nope")
      const [a, b, c, missing] = Array.isArray(reply) ? reply.map(readable) : []
      assert.strictEqual(a, b)
      assert.notStrictEqual(a, c)
      assert.strictEqual(missing, "0".repeat(40))
      yield* table([[["DEBUG", "DIGEST-VALUE"], []]])
    }).pipe(Effect.provide(open)))

  it.effect("OBJECT shows how a value is kept, and when it was last used", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("MSET", "int", "300", "text", "x".repeat(100))
      yield* TestClock.adjust("5 seconds")
      assert.match(
        String(readable(yield* call("DEBUG", "OBJECT", "int"))),
        /^Value at:0x[0-9a-f]+ refcount:1 encoding:int serializedlength:3 lru:0 lru_seconds_idle:5 lfu_freq:\d+ lfu_access_time_minutes:0$/
      )
      assert.include(String(readable(yield* call("DEBUG", "OBJECT", "text"))), "encoding:raw serializedlength:13 ")
      assert.notInclude(String(readable(yield* call("DEBUG", "OBJECT", "text", "FAST"))), "serializedlength")
      yield* table([[["DEBUG", "OBJECT", "nope"], "-ERR no such key"]])
      assert.strictEqual((yield* info("stats")).get("keyspace_hits"), "0")
    }).pipe(Effect.provide(open)))

  /** What makes a value, and what Valkey 8.1 answers about it: its digest, and its bytes in a snapshot. */
  const known: ReadonlyArray<readonly [request: string, digest: string, bytes: number]> = [
    ["RPUSH key a 1 ", "7736d67ea0f4464c2ae9cbe1f5e7598c4395e6d3", 17],
    ["SADD key 1 2 3", "2a462a3f51a1db89738ebbeef0c47ce1bbc85246", 15],
    ["SADD key a b 3", "aa475a4a8f122ca5936aa41d911aacf8c93b827d", 16],
    ["ZADD key 1 a 2.5 b 1e20 c inf d -0.1 e 100000000 f", "0c8dfaab50b1a9256908426add76749a74f5add6", 57],
    ["HSET key f v g 1", "6679ee22f89ed8001eeb5309d0900265ea56c03a", 19]
  ]

  for (const [request, digest, bytes] of known) {
    it.effect(`knows the digest and the serialized length after ${request}`, () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        yield* call(...request.split(" "))
        assert.deepStrictEqual(yield* call("DEBUG", "DIGEST-VALUE", "key"), [new SimpleString(digest)])
        assert.include(String(readable(yield* call("DEBUG", "OBJECT", "key"))), `serializedlength:${bytes} `)
      }).pipe(Effect.provide(open)))
  }

  it.effect("OBJECT shows the nodes of a long list", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("CONFIG", "SET", "list-max-listpack-size", "2", "list-compress-depth", "1")
      yield* call("RPUSH", "k", "a", "b", "c")
      const nodes = "ql_nodes:2 ql_avg_node:1.50 ql_listpack_max:2 ql_compressed:1"
      assert.match(
        String(readable(yield* call("DEBUG", "OBJECT", "k"))),
        new RegExp(` encoding:quicklist serializedlength:28 .* ${nodes} ql_uncompressed_size:23$`)
      )
      const fast = String(readable(yield* call("DEBUG", "OBJECT", "k", "fast")))
      assert.isTrue(fast.endsWith(` ${nodes}`), fast)
    }).pipe(Effect.provide(open)))

  it.effect("QUICKLIST-PACKED-THRESHOLD gives large elements nodes of their own", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const encoding = () => call("OBJECT", "ENCODING", "k")
      yield* call("RPUSH", "k", "a", "b")
      const refusal = "-ERR argument must be a memory value bigger than 1 and smaller than 4gb"
      yield* table([
        [["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "x"], refusal],
        [["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "4gb"], refusal],
        [["CONFIG", "SET", "list-max-listpack-size", "1"], "OK"],
        [["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "3b"], "OK"],
        [["RPUSH", "k", "long", "c"], 4],
        [["LRANGE", "k", "0", "-1"], ["a", "b", "long", "c"]],
        [["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "0"], "OK"]
      ])
      assert.strictEqual(yield* encoding(), "quicklist")
      // A node of its own holds the four bytes alone, the others are listpacks of 13 and 10.
      assert.match(String(readable(yield* call("DEBUG", "OBJECT", "k"))), /ql_nodes:3 .* ql_uncompressed_size:27$/)
    }).pipe(Effect.provide(open)))

  it.effect("HTSTATS and HTSTATS-KEY count what is in hash tables", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SADD", "small", "a")
      yield* call("SADD", "large", ...Array.from({ length: 200 }, (_, index) => `member ${index}`))
      yield* call("EXPIRE", "small", "100")
      const noTable = "-ERR The value stored at the specified key is not represented using an hash table"
      const stats = (entries: number) => `Hash table 0 stats (main hash table):\n number of entries: ${entries}\n`
      yield* table([
        [["DEBUG", "HTSTATS", "0"], `[Dictionary HT]\n${stats(2)}[Expires HT]\n${stats(1)}`],
        [["DEBUG", "HTSTATS", "1", "full"], "[Dictionary HT]\n[Expires HT]\n"],
        [["DEBUG", "HTSTATS", "16"], "-ERR Out of range database"],
        [["DEBUG", "HTSTATS", "x"], "-ERR value is not an integer or out of range"],
        [["DEBUG", "HTSTATS-KEY", "large"], stats(200)],
        [["DEBUG", "HTSTATS-KEY", "small"], noTable],
        [["DEBUG", "HTSTATS-KEY", "nope"], "-ERR no such key"]
      ])
    }).pipe(Effect.provide(open)))

  it.effect("LISTPACK is for compact values", () =>
    table([
      [["SADD", "k", "a"], 1],
      [["DEBUG", "LISTPACK", "k"], "Listpack structure printed on stdout"],
      [["SET", "text", "a"], "OK"],
      [["DEBUG", "LISTPACK", "text"], "-ERR Not a listpack encoded object."],
      [["DEBUG", "LISTPACK", "nope"], "-ERR no such key"]
    ]).pipe(Effect.provide(open)))

  it.effect("POPULATE makes keys, and leaves those alone that are there", () =>
    table([
      [["SET", "key:1", "mine"], "OK"],
      [["DEBUG", "POPULATE", "3"], "OK"],
      [["MGET", "key:0", "key:1", "key:2", "key:3"], ["value:0", "mine", "value:2", null]],
      [["DEBUG", "POPULATE", "1", "p", "10"], "OK"],
      [["GET", "p:0"], "value:0\0\0\0"],
      [["DEBUG", "POPULATE", "1", "q", "3"], "OK"],
      [["GET", "q:0"], "val"],
      [["DEBUG", "POPULATE", "1", "large", "100000"], "OK"],
      [["STRLEN", "large:0"], 100000],
      [["DEBUG", "POPULATE", "-1"], "-ERR value is out of range, must be positive"]
    ]).pipe(Effect.provide(open)))

  it.effect("SET-ACTIVE-EXPIRE turns the cycle off and on, and expired keys are gone all the same", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("DEBUG", "SET-ACTIVE-EXPIRE", "0")
      yield* call("SET", "k", "v", "PX", "10")
      yield* TestClock.adjust("1 second")
      yield* table([[["DBSIZE"], 1], [["EXISTS", "k"], 0], [["DBSIZE"], 0]])
      yield* call("SET", "k", "v", "PX", "10")
      yield* call("DEBUG", "SET-ACTIVE-EXPIRE", "1")
      yield* TestClock.adjust("1 second")
      yield* table([[["DBSIZE"], 0]])
    }).pipe(Effect.provide(open)))

  it.effect("SLEEP stops everything, in seconds with fractions", () =>
    Effect.gen(function*() {
      const startedAt = process.hrtime.bigint()
      yield* table([[["DEBUG", "SLEEP", "0.02"], "OK"], [["DEBUG", "SLEEP", "nope"], "OK"], [
        ["DEBUG", "SLEEP", "-1"],
        "OK"
      ]])
      assert.isAtLeast(Number(process.hrtime.bigint() - startedAt), 19e6)
    }).pipe(Effect.provide(open)))

  it.effect("STRINGMATCH-LEN matches a pattern", () =>
    table([
      [["DEBUG", "STRINGMATCH-LEN", "a*c", "abc"], 1],
      [["DEBUG", "STRINGMATCH-LEN", "a*c", "ab"], 0]
    ]).pipe(Effect.provide(open)))

  it.effect("LOG answers OK", () => table([[["DEBUG", "LOG", "a message of a test"], "OK"]]).pipe(Effect.provide(open)))
})
