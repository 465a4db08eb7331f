/** What redis-benchmark is let loose with: the commands, and what has to be there before. */
import type { Request } from "../test/support/RespClient.ts"

export interface Load {
  readonly name: string
  /** What redis-benchmark sends: one of its tests, or a command of our own, in which `__rand_int__` becomes 12 digits. */
  readonly words: ReadonlyArray<string>
  /** How many different numbers `__rand_int__` takes. */
  readonly keys?: number
  /** Fills the empty server. */
  readonly setup?: () => Iterable<Request>
  /** Requests use up what is there: it is filled again before every run, with as much as the run's requests need. */
  readonly consumes?: (requests: number) => Iterable<Request>
  /** Requests of a run at pipeline depth 1, 16 and 64, by which each takes about a second. */
  readonly requests: readonly [number, number, number]
}

/** How many different keys a load uses, unless it says otherwise. */
export const defaultKeys = 100_000

/** The 12 digits that redis-benchmark makes of `__rand_int__`. */
export const digits = (index: number): string => String(index).padStart(12, "0")

const strings = (count: number, bytes: number) =>
  function*(): Iterable<Request> {
    const value = "v".repeat(bytes)
    for (let index = 0; index < count; index++) yield ["SET", `key:${digits(index)}`, value]
  }

export const stringLoads: ReadonlyArray<Load> = [
  { name: "PING", words: ["-t", "ping_mbulk"], requests: [80_000, 800_000, 1_600_000] },
  { name: "SET", words: ["-t", "set"], requests: [80_000, 500_000, 800_000] },
  {
    name: "GET",
    words: ["GET", "key:__rand_int__"],
    setup: strings(defaultKeys, 3),
    requests: [80_000, 600_000, 1_000_000]
  },
  { name: "INCR", words: ["-t", "incr"], requests: [80_000, 500_000, 800_000] },
  { name: "MSET (10 keys)", words: ["-t", "mset"], requests: [50_000, 100_000, 120_000] },
  {
    name: "GET 1 KB",
    words: ["GET", "key:__rand_int__"],
    setup: strings(defaultKeys, 1024),
    requests: [80_000, 400_000, 500_000]
  },
  {
    name: "GET 100 KB",
    words: ["GET", "key:__rand_int__"],
    setup: strings(100, 100 * 1024),
    keys: 100,
    requests: [8_000, 8_000, 8_000]
  }
]

const million = 1_000_000

/** `count` elements in requests of a hundred each: `command key` and what `elements` gives for every number. */
const filled = (
  command: string,
  key: string,
  count: number,
  elements: (index: number) => Request
) =>
  function*(): Iterable<Request> {
    for (let start = 0; start < count; start += 100) {
      const indexes = Array.from({ length: Math.min(100, count - start) }, (_, offset) => start + offset)
      yield [command, key, ...indexes.flatMap(elements)]
    }
  }

const listOf = (count: number) => filled("RPUSH", "list", count, (index) => [`element:${digits(index)}`])
const setOf = (count: number) => filled("SADD", "set", count, (index) => [`member:${digits(index)}`])
const hashOf = (count: number) => filled("HSET", "hash", count, (index) => [`field:${digits(index)}`, "value"])
const sortedSetOf = (key: string, count: number) =>
  filled("ZADD", key, count, (index) => [(index * 7919) % count, `member:${digits(index)}`])
const streamOf = (count: number) =>
  function*(): Iterable<Request> {
    for (let index = 0; index < count; index++) yield ["XADD", "stream", `${index + 1}-0`, "field", "value"]
  }

/** Spread over the globe as by chance, and the same ones each time. */
const places = (count: number) =>
  filled("GEOADD", "places", count, (index) => [
    ((index * 7919) % 360_000) / 1000 - 180,
    ((index * 104_729) % 170_000) / 1000 - 85,
    `place:${digits(index)}`
  ])

export const dataTypeLoads: ReadonlyArray<Load> = [
  { name: "LPUSH", words: ["LPUSH", "list", "xxx"], requests: [80_000, 500_000, 800_000] },
  { name: "RPUSH", words: ["RPUSH", "list", "xxx"], requests: [80_000, 500_000, 800_000] },
  { name: "LPOP", words: ["LPOP", "list"], consumes: (count) => listOf(count)(), requests: [80_000, 500_000, 800_000] },
  { name: "RPOP", words: ["RPOP", "list"], consumes: (count) => listOf(count)(), requests: [80_000, 500_000, 800_000] },
  {
    name: "LRANGE_100",
    words: ["LRANGE", "list", "0", "99"],
    setup: listOf(10_000),
    requests: [40_000, 60_000, 60_000]
  },
  {
    name: "LRANGE_300",
    words: ["LRANGE", "list", "0", "299"],
    setup: listOf(10_000),
    requests: [20_000, 25_000, 25_000]
  },
  {
    name: "LRANGE_500",
    words: ["LRANGE", "list", "0", "499"],
    setup: listOf(10_000),
    requests: [15_000, 15_000, 15_000]
  },
  {
    name: "LRANGE_600",
    words: ["LRANGE", "list", "0", "599"],
    setup: listOf(10_000),
    requests: [12_000, 12_000, 12_000]
  },
  { name: "SADD", words: ["SADD", "set", "member:__rand_int__"], keys: million, requests: [80_000, 500_000, 800_000] },
  { name: "SPOP", words: ["SPOP", "set"], consumes: (count) => setOf(count)(), requests: [80_000, 500_000, 800_000] },
  { name: "SMEMBERS of 1000", words: ["SMEMBERS", "set"], setup: setOf(1000), requests: [8_000, 8_000, 8_000] },
  {
    name: "HSET",
    words: ["HSET", "hash", "field:__rand_int__", "xxx"],
    keys: million,
    requests: [80_000, 500_000, 800_000]
  },
  {
    name: "HGET",
    words: ["HGET", "hash", "field:__rand_int__"],
    keys: defaultKeys,
    setup: hashOf(defaultKeys),
    requests: [80_000, 500_000, 800_000]
  },
  { name: "HGETALL of 50", words: ["HGETALL", "hash"], setup: hashOf(50), requests: [40_000, 60_000, 60_000] },
  {
    name: "ZADD to 1M",
    words: ["ZADD", "zset", "__rand_int__", "member:__rand_int__"],
    keys: million,
    setup: sortedSetOf("zset", million),
    requests: [80_000, 200_000, 200_000]
  },
  {
    name: "ZRANGE of 1M",
    words: ["ZRANGE", "zset", "500000", "500009"],
    setup: sortedSetOf("zset", million),
    requests: [60_000, 200_000, 200_000]
  },
  {
    name: "ZRANK of 1M",
    words: ["ZRANK", "zset", "member:__rand_int__"],
    keys: million,
    setup: sortedSetOf("zset", million),
    requests: [80_000, 300_000, 400_000]
  },
  {
    name: "ZPOPMIN of 1M",
    words: ["ZPOPMIN", "zset"],
    consumes: () => sortedSetOf("zset", million)(),
    requests: [80_000, 500_000, 800_000]
  },
  {
    name: "ZUNIONSTORE of 2 x 100k",
    words: ["ZUNIONSTORE", "target", "2", "zset", "other"],
    setup: function*() {
      yield* sortedSetOf("zset", 100_000)()
      yield* filled("ZADD", "other", 100_000, (index) => [index, `member:${digits(index + 50_000)}`])()
    },
    requests: [20, 20, 20]
  },
  { name: "XADD", words: ["XADD", "stream", "*", "field", "value"], requests: [80_000, 400_000, 600_000] },
  {
    name: "XRANGE of 100",
    words: ["XRANGE", "stream", "5000", "+", "COUNT", "100"],
    setup: streamOf(10_000),
    requests: [15_000, 15_000, 15_000]
  },
  {
    name: "XREADGROUP of 10",
    words: ["XREADGROUP", "GROUP", "group", "consumer", "COUNT", "10", "STREAMS", "stream", ">"],
    consumes: function*(requests) {
      yield* streamOf(10 * requests)()
      yield ["XGROUP", "CREATE", "stream", "group", "0"]
    },
    requests: [30_000, 60_000, 60_000]
  },
  {
    name: "SETBIT in 1 MB",
    // Its digits would begin with zeros, which is no offset.
    words: ["SETBIT", "bits", "7654321", "1"],
    setup: () => [["SETBIT", "bits", 8 * 1024 * 1024 - 1, 1]],
    requests: [80_000, 500_000, 800_000]
  },
  {
    name: "PFADD",
    words: ["PFADD", "hll", "element:__rand_int__"],
    keys: million,
    requests: [80_000, 500_000, 800_000]
  },
  {
    name: "GEOSEARCH in 100k",
    words: ["GEOSEARCH", "places", "FROMLONLAT", "15", "37", "BYRADIUS", "200", "km", "ASC", "COUNT", "10"],
    setup: places(100_000),
    requests: [15_000, 15_000, 15_000]
  }
]
