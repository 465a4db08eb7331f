import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MapReply } from "../../../src/protocol/Reply.ts"
import { Engine, engine } from "../../support/Engine.ts"
import { info, table } from "./replies.ts"

describe("CONFIG", () => {
  it.effect("GET answers names and values, each name once", () =>
    table([
      [["CONFIG", "GET", "hz"], new MapReply(["hz", "10"])],
      [["CONFIG", "GET", "HZ", "hz*"], new MapReply(["HZ", "10"])],
      [["CONFIG", "GET", "nope"], new MapReply([])],
      [
        ["CONFIG", "GET", "maxmemory-p*", "lfu-decay*"],
        new MapReply(["maxmemory-policy", "noeviction", "lfu-decay-time", "1"])
      ]
    ]).pipe(Effect.provide(engine())))

  it.effect("SET changes several directives, or none", () =>
    table([
      [["CONFIG", "SET", "hz", "50", "maxmemory-samples", "7"], "OK"],
      [["CONFIG", "GET", "hz", "maxmemory-samples"], new MapReply(["hz", "50", "maxmemory-samples", "7"])],
      [
        ["CONFIG", "SET", "hz", "60", "maxmemory-samples", "0"],
        "-ERR CONFIG SET failed (possibly related to argument 'maxmemory-samples') - argument must be between 1 and 64 inclusive"
      ],
      [["CONFIG", "GET", "hz"], new MapReply(["hz", "50"])],
      [["CONFIG", "SET", "nope", "1"], "-ERR Unknown option or number of arguments for CONFIG SET - 'nope'"],
      [
        ["CONFIG", "SET", "databases", "4"],
        "-ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config"
      ],
      [["CONFIG", "SET", "hz", "50", "maxmemory"], "-ERR syntax error"],
      [["CONFIG", "SET", "hz"], "-ERR wrong number of arguments for 'config|set' command"],
      [["CONFIG", "REWRITE"], "-ERR The server is running without a config file"]
    ]).pipe(Effect.provide(engine())))

  it.effect("a change that is refused counts as a failed call", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("CONFIG", "SET", "hz", "many")
      assert.match((yield* info("commandstats")).get("cmdstat_config|set") ?? "", /calls=1,.*failed_calls=1$/)
      assert.strictEqual((yield* info("stats")).get("total_error_replies"), "1")
    }).pipe(Effect.provide(engine())))

  it.effect("RESETSTAT sets the statistics back to zero, and is the first command after it", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SET", "k", "v")
      yield* call("GET", "k")
      yield* call("GET", "nope")
      yield* call("nope")
      yield* call("CONFIG", "RESETSTAT")
      const fields = yield* info("stats", "commandstats", "errorstats", "latencystats")
      assert.strictEqual(fields.get("keyspace_hits"), "0")
      assert.strictEqual(fields.get("keyspace_misses"), "0")
      assert.strictEqual(fields.get("total_error_replies"), "0")
      assert.strictEqual(fields.get("total_commands_processed"), "1")
      assert.isUndefined(fields.get("errorstat_ERR"))
      assert.isUndefined(fields.get("cmdstat_get"))
      assert.isUndefined(fields.get("latency_percentiles_usec_get"))
      assert.match(fields.get("cmdstat_config|resetstat") ?? "", /^calls=1,/)
    }).pipe(Effect.provide(engine())))
})
