/**
 * All families on the same few keys against the reference: whatever a key holds, every command meets it, and where the type is wrong it says so.
 *
 * Once with thresholds so low that values change their shapes all the time, and once with those that servers have. At the end the two datasets are compared:
 * keys, values, encodings, times to live.
 */
import { type Comparison, differential, differentialRandom, near, step, type StepInput } from "./differential.ts"
import { onKeys } from "./generators/family.ts"
import { families } from "./generators/index.ts"

const needsExactReference = "older servers have other encodings and error texts"

/** One value of each type and shape. Small enough that the reference compresses nothing in a snapshot. */
const values: ReadonlyArray<StepInput> = [
  "SET string text",
  "SET integer 12",
  ["RPUSH", "list", "a", "1", ""],
  "SADD intset 1 2 70000",
  "SADD set a b 3",
  "ZADD zset 1 a 2.5 b",
  "HSET hash f v g 1",
  "XADD stream 1-1 f v",
  "XGROUP CREATE stream g 0",
  "PFADD hyperloglog a b",
  "GEOADD geo 13.361389 38.115556 Palermo",
  "SETBIT bitmap 100 1",
  "CONFIG SET list-max-listpack-size 1 set-max-listpack-entries 1 set-max-intset-entries 1 zset-max-listpack-entries 1 hash-max-listpack-entries 1",
  "RPUSH quicklist a b c",
  "SADD hashset a 1 2",
  "ZADD skiplist 1 a 2 b 1e20 c -0.5 d inf e 100000000 f -12345678901234567 g 3.3 h",
  "HSET hashtable f v g 1",
  "CONFIG SET list-max-listpack-size -2 set-max-listpack-entries 128 set-max-intset-entries 512 zset-max-listpack-entries 128 hash-max-listpack-entries 512"
]

const names = [
  "string",
  "integer",
  "list",
  "intset",
  "set",
  "zset",
  "hash",
  "stream",
  "hyperloglog",
  "geo",
  "bitmap",
  "quicklist",
  "hashset",
  "skiplist",
  "hashtable"
]

const onEach = (...requests: ReadonlyArray<(name: string) => StepInput>): ReadonlyArray<StepInput> =>
  names.flatMap((name) => requests.map((request) => request(name)))

const access: Comparison = {
  masked: /Value at:\S+|lru:\d+|lru_seconds_idle:\d+|lfu_access_time_minutes:\d+|(?<=encoding:)(embstr|raw)/,
  reason: "addresses and times"
}

const tableSizes: Comparison = {
  masked: / table size: \d+\\n/,
  reason: "a table has as many buckets as its server likes"
}

differential("values of all types", [
  {
    name: "what can be asked of any value",
    steps: [
      ...values,
      ...onEach(
        (name) => ["TYPE", name],
        (name) => ["OBJECT", "ENCODING", name],
        (name) => ["OBJECT", "REFCOUNT", name],
        (name) => ["DEBUG", "DIGEST-VALUE", name],
        (name) => ["EXPIREAT", name, "33177117420"],
        (name) => ["EXPIRETIME", name],
        (name) => ["DEBUG", "DIGEST-VALUE", name],
        (name) => step(["MEMORY", "USAGE", name], { compare: "typeOnly" }),
        (name) => step(["MEMORY", "USAGE", name, "SAMPLES", "0"], { compare: "typeOnly" })
      ),
      ["DEBUG", "DIGEST-VALUE", ...names, "missing"],
      "DEBUG DIGEST",
      ...["string", "list", "set", "zset", "hash", "stream", "STREAM", "module"].map((type) =>
        step(["SCAN", "0", "COUNT", "1000", "TYPE", type], { compare: "unordered" })
      )
    ]
  },
  {
    name: "COPY, RENAME and MOVE take every value along, with its shape and its time to live",
    steps: [
      ...values,
      ...onEach(
        (name) => ["EXPIRE", name, "1000"],
        (name) => ["COPY", name, `${name}:copy`],
        (name) => ["COPY", name, `${name}:copy`],
        (name) => ["COPY", name, "any", "REPLACE"],
        (name) => ["DEBUG", "DIGEST-VALUE", name, `${name}:copy`, "any"],
        (name) => ["OBJECT", "ENCODING", `${name}:copy`],
        (name) => step(["TTL", `${name}:copy`], { compare: near(1) }),
        (name) => ["RENAME", `${name}:copy`, "any"],
        () => ["OBJECT", "ENCODING", "any"],
        (name) => ["MOVE", name, "1"],
        () => "SELECT 1",
        (name) => ["OBJECT", "ENCODING", name],
        (name) => step(["TTL", name], { compare: near(1) }),
        (name) => ["PERSIST", name],
        (name) => ["TTL", name],
        () => "SELECT 0"
      ),
      "DEBUG DIGEST"
    ]
  },
  {
    name: "a copy and its original change independently",
    steps: [
      ...values,
      ...onEach((name) => ["COPY", name, `${name}:copy`]),
      ...["", ":copy"].flatMap((suffix) => [
        `APPEND string${suffix} x${suffix}`,
        `INCR integer${suffix}`,
        `RPUSH list${suffix} x`,
        `LSET quicklist${suffix} 0 x${suffix}`,
        `SADD intset${suffix} 5`,
        `SREM set${suffix} a`,
        `SADD hashset${suffix} x`,
        `ZINCRBY zset${suffix} 5 a`,
        `ZREM skiplist${suffix} a`,
        `HSET hash${suffix} x y`,
        `HINCRBY hashtable${suffix} g 5`,
        `XADD stream${suffix} 5-5 a b`,
        `XREADGROUP GROUP g alice COUNT 1 STREAMS stream${suffix} >`,
        `XDEL stream${suffix} 1-1`,
        "DEBUG DIGEST"
      ])
    ]
  },
  {
    name: "DEBUG looks into values",
    steps: [
      ...values,
      ...onEach(
        (name) => step(["DEBUG", "OBJECT", name], { compare: access }),
        (name) => step(["DEBUG", "OBJECT", name, "FAST"], { compare: access }),
        (name) => ["DEBUG", "LISTPACK", name],
        (name) => step(["DEBUG", "HTSTATS-KEY", name], { compare: tableSizes })
      ),
      ...["OBJECT", "LISTPACK", "HTSTATS-KEY"].map((action) => `DEBUG ${action} missing`),
      ...["x", "16", "-1", "99999999999"].map((database) => `DEBUG HTSTATS ${database}`),
      step("DEBUG HTSTATS 0", { compare: tableSizes }),
      "DEBUG HTSTATS 1"
    ]
  },
  {
    name: "DEBUG QUICKLIST-PACKED-THRESHOLD",
    steps: [
      ...["x", "", "-1", "5gb", "4293918721", "4293918720", "1b", "1kb"].map((size): StepInput => [
        "DEBUG",
        "QUICKLIST-PACKED-THRESHOLD",
        size
      ]),
      "DEBUG QUICKLIST-PACKED-THRESHOLD 5b",
      "CONFIG SET list-max-listpack-size 2",
      "RPUSH list a abcdef c ghijkl e",
      "LINSERT list BEFORE c mnopqr",
      "LSET list 0 stuvwx",
      "LSET list -1 f",
      step("DEBUG OBJECT list", { compare: access }),
      "LRANGE list 0 -1",
      "OBJECT ENCODING list",
      "DEBUG QUICKLIST-PACKED-THRESHOLD 0",
      "CONFIG SET list-max-listpack-size -2"
    ]
  }
], { needsExactReference })

const lowThresholds = [
  "--hash-max-listpack-entries",
  "4",
  "--hash-max-listpack-value",
  "20",
  "--list-max-listpack-size",
  "4",
  "--set-max-intset-entries",
  "3",
  "--set-max-listpack-entries",
  "4",
  "--set-max-listpack-value",
  "20",
  "--zset-max-listpack-entries",
  "4",
  "--zset-max-listpack-value",
  "20",
  "--stream-node-max-entries",
  "3",
  "--list-compress-depth",
  "1",
  "--hll-sparse-max-bytes",
  "60"
]

const generators = onKeys(["a", "b", "c", "d", "e", "f"], Object.values(families).flat())

differentialRandom({ name: "all families", generators, commands: 5000, seeds: [21, 22, 23] }, { needsExactReference })

differentialRandom({ name: "all families, low thresholds", generators, commands: 5000, seeds: [31, 32, 33] }, {
  needsExactReference,
  directives: lowThresholds
})

/** Two keys, mostly of the same family: so that values grow large before something replaces them. */
for (const [name, family] of Object.entries(families)) {
  if (name === "keys" || name === "sort") continue
  differentialRandom({
    name: `${name} among others`,
    generators: onKeys(["a", "b"], [
      ...Array<typeof family>(6).fill(family).flat(),
      ...families["sort"] ?? [],
      ...families["keys"] ?? []
    ]),
    commands: 2000,
    seeds: [41]
  }, { needsExactReference, directives: lowThresholds })
}
