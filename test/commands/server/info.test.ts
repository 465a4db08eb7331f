import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Engine, engine } from "../../support/Engine.ts"
import { info, textOf } from "./replies.ts"

const titlesOf = (text: string): ReadonlyArray<string> =>
  text.split("\r\n").filter((line) => line.startsWith("# ")).map((line) => line.slice(2))

const titles = (...sections: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { call } = yield* Engine
    return titlesOf(textOf(yield* call("INFO", ...sections)))
  })

const byDefault = [
  "Server",
  "Clients",
  "Memory",
  "Persistence",
  "Stats",
  "Replication",
  "CPU",
  "Modules",
  "Errorstats",
  "Cluster",
  "Keyspace"
]
const everything = [
  ...byDefault.slice(0, 8),
  "Commandstats",
  "Errorstats",
  "Latencystats",
  "Cluster",
  "Keyspace"
]

describe("INFO", () => {
  it.effect("has the sections that are asked for, in its own order, each once", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* titles(), byDefault)
      assert.deepStrictEqual(yield* titles("default"), byDefault)
      assert.deepStrictEqual(yield* titles("all"), everything)
      assert.deepStrictEqual(yield* titles("Everything"), everything)
      assert.deepStrictEqual(yield* titles("commandSTATS"), ["Commandstats"])
      assert.deepStrictEqual(yield* titles("keyspace", "cpu", "nope", "cpu"), ["CPU", "Keyspace"])
      assert.deepStrictEqual(yield* titles("cpu", "default"), byDefault)
      assert.deepStrictEqual(yield* titles("nope"), [])
    }).pipe(Effect.provide(engine())))

  it.effect("separates its sections by empty lines", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      assert.strictEqual(
        textOf(yield* call("INFO", "cluster", "keyspace")),
        "# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\n"
      )
    }).pipe(Effect.provide(engine())))

  it.effect("says what the server is and since when it runs", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("90 seconds")
      const fields = yield* info("server")
      assert.strictEqual(fields.get("redis_version"), "7.2.4")
      assert.strictEqual(fields.get("server_name"), "keyloom")
      assert.match(fields.get("keyloom_version") ?? "", /^\d+\.\d+\.\d+$/)
      assert.match(fields.get("run_id") ?? "", /^[0-9a-f]{40}$/)
      assert.strictEqual(fields.get("uptime_in_seconds"), "90")
      assert.strictEqual(fields.get("uptime_in_days"), "0")
      assert.strictEqual(fields.get("server_time_usec"), "90000000")
      assert.strictEqual(fields.get("tcp_port"), "7000")
      assert.strictEqual(fields.get("listener0"), "name=tcp,bind=*,bind=-::*,port=7000")
      assert.strictEqual(fields.get("process_id"), String(process.pid))
    }).pipe(Effect.provide(engine({ port: 7000 }))))

  it.effect("counts keys, deadlines, hits, misses and changes", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SET", "a", "1")
      yield* call("SET", "b", "2", "EX", "100")
      yield* call("GET", "a")
      yield* call("GET", "nope")
      yield* call("SELECT", "3")
      yield* call("SET", "c", "3")
      yield* call("SET", "d", "4", "PX", "10")
      yield* TestClock.adjust("20 millis")
      yield* call("GET", "d")
      const fields = yield* info("keyspace", "stats", "persistence")
      assert.match(fields.get("db0") ?? "", /^keys=2,expires=1,avg_ttl=\d+,subexpiry=0$/)
      assert.strictEqual(fields.get("db3"), "keys=1,expires=0,avg_ttl=0,subexpiry=0")
      assert.isUndefined(fields.get("db1"))
      assert.strictEqual(fields.get("keyspace_hits"), "1")
      assert.strictEqual(fields.get("keyspace_misses"), "2")
      assert.strictEqual(fields.get("expired_keys"), "1")
      assert.isAtLeast(Number(fields.get("rdb_changes_since_last_save")), 4)
    }).pipe(Effect.provide(engine())))

  it.effect("counts calls, refusals and failures by command, and errors by their code", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SET", "k", "v")
      yield* call("SET", "k", "w")
      yield* call("SET", "k")
      yield* call("INCR", "k")
      yield* call("CLIENT", "ID")
      yield* call("nope")
      yield* call("DEBUG", "ERROR", "A:CODE message")
      const fields = yield* info("commandstats", "errorstats")
      assert.match(
        fields.get("cmdstat_set") ?? "",
        /^calls=2,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=1,failed_calls=0$/
      )
      assert.match(fields.get("cmdstat_incr") ?? "", /^calls=1,.*,rejected_calls=0,failed_calls=1$/)
      assert.match(fields.get("cmdstat_client|id") ?? "", /^calls=1,/)
      assert.isUndefined(fields.get("cmdstat_client"))
      assert.strictEqual(fields.get("errorstat_ERR"), "count=3")
      assert.strictEqual(fields.get("errorstat_A_CODE"), "count=1")
    }).pipe(Effect.provide(engine({ "enable-debug-command": "yes" }))))

  it.effect("counts error codes that clients make up together once there are many", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("nope")
      for (let i = 0; i < 200; i++) yield* call("DEBUG", "ERROR", `CODE${i} message`)
      yield* call("nope")
      const fields = yield* info("errorstats")
      assert.strictEqual(fields.get("errorstat_ERR"), "count=2")
      assert.strictEqual(fields.get("errorstat_CODE126"), "count=1")
      assert.isUndefined(fields.get("errorstat_CODE127"))
      assert.strictEqual(fields.get("errorstat_ERRORSTATS_OVERFLOW"), "count=73")
    }).pipe(Effect.provide(engine({ "enable-debug-command": "yes" }))))

  it.effect("shows percentiles of latencies, as they are configured and only where they are tracked", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("SET", "k", "v")
      assert.match(
        (yield* info("latencystats")).get("latency_percentiles_usec_set") ?? "",
        /^p50=\d+\.\d{3},p99=\d+\.\d{3},p99\.9=\d+\.\d{3}$/
      )
      yield* call("CONFIG", "SET", "latency-tracking-info-percentiles", "0.0 50.0 100.0")
      assert.match((yield* info("latencystats")).get("latency_percentiles_usec_set") ?? "", /^p0=.*,p50=.*,p100=[^,]*$/)
      yield* call("CONFIG", "SET", "latency-tracking", "no")
      assert.isUndefined((yield* info("latencystats")).get("latency_percentiles_usec_set"))
    }).pipe(Effect.provide(engine())))

  it.effect("shows what is held back, and for how long", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      yield* call("CLIENT", "PAUSE", "1000", "WRITE")
      yield* TestClock.adjust("400 millis")
      const fields = yield* info("clients")
      assert.strictEqual(fields.get("paused_reason"), "client_pause")
      assert.strictEqual(fields.get("paused_actions"), "write")
      assert.strictEqual(fields.get("paused_timeout_milliseconds"), "600")
      assert.strictEqual(fields.get("connected_clients"), "1")
    }).pipe(Effect.provide(engine())))

  it.effect("shows memory figures that agree with each other", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      const before = yield* info("memory")
      yield* call("SET", "k", "v".repeat(1_000_000))
      const fields = yield* info("memory")
      const used = Number(fields.get("used_memory"))
      assert.isAtLeast(used - Number(before.get("used_memory")), 1_000_000)
      assert.strictEqual(Number(fields.get("used_memory_dataset")), used - Number(fields.get("used_memory_overhead")))
      assert.isAtLeast(Number(fields.get("used_memory_dataset")), 1_000_000)
      assert.isAtLeast(Number(fields.get("used_memory_peak")), used)
      assert.isAbove(Number(fields.get("used_memory_rss")), used)
      assert.match(fields.get("used_memory_human") ?? "", /^\d+\.\d\dK$/)
      assert.strictEqual(fields.get("maxmemory"), String(100 * 1024 * 1024))
      assert.strictEqual(fields.get("maxmemory_human"), "100.00M")
      assert.strictEqual(fields.get("maxmemory_policy"), "allkeys-lru")
      yield* call("DEL", "k")
      assert.isAtLeast(Number((yield* info("memory")).get("used_memory_peak")), used)
    }).pipe(Effect.provide(engine({ maxmemory: "100mb", "maxmemory-policy": "allkeys-lru" }))))

  it.effect("shows the processor time of the process, and of the thread that runs the commands", () =>
    Effect.gen(function*() {
      const fields = yield* info("cpu")
      for (const suffix of ["", "_main_thread"]) {
        assert.match(fields.get(`used_cpu_user${suffix}`) ?? "", /^\d+\.\d{6}$/)
        assert.isAbove(Number(fields.get(`used_cpu_user${suffix}`)), 0)
      }
      assert.strictEqual(fields.get("used_cpu_sys_children"), "0.000000")
    }).pipe(Effect.provide(engine())))

  it.effect("shows how many commands a second there were lately", () =>
    Effect.gen(function*() {
      const { call } = yield* Engine
      for (let i = 0; i < 20; i++) {
        for (let j = 0; j < 10; j++) yield* call("PING")
        yield* TestClock.adjust("100 millis")
      }
      assert.approximately(Number((yield* info("stats")).get("instantaneous_ops_per_sec")), 100, 1)
      yield* call("CONFIG", "RESETSTAT")
      assert.strictEqual((yield* info("stats")).get("instantaneous_ops_per_sec"), "0")
    }).pipe(Effect.provide(engine())))
})
