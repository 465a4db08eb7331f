/**
 * What tests about snapshots and dumps fill a server with.
 */
import { makeSeededRandom } from "../../support/random.ts"
import type { Request } from "../../support/RespClient.ts"

/** Small and large values of every type. */
export const dataset: ReadonlyArray<Request> = (() => {
  const random = makeSeededRandom(4)
  const list: Array<Request> = []
  const many = (count: number, make: (index: number) => ReadonlyArray<string | number>) =>
    Array.from({ length: count }, (_, index) => make(index)).flat()
  list.push(["SET", "empty", ""], ["SET", "binary", random.bytes(300)], ["SET", "long", random.bytes(100_000)])
  list.push(["SET", "compressible", "abcabc".repeat(20_000)], ["APPEND", "appended", "12"], ["APPEND", "appended", "3"])
  for (const integer of ["0", "-1", "127", "-128", "128", "32767", "32768", "2147483647", "-2147483649", "007"]) {
    list.push(["SET", `integer ${integer}`, integer])
  }
  list.push(["SET", "9223372036854775807", "9223372036854775807"], ["SET", "", "the empty key"])
  list.push(["SET", "soon", "v", "PXAT", "4000000000123"], ["PFADD", "hyperloglog", "a", "b", "c"])
  for (const [size, count] of [["small", 3], ["medium", 100], ["large", 3000]] as const) {
    list.push(
      ["RPUSH", `list ${size}`, ...many(count, (i) => [i % 3 === 0 ? i * 1000 : `element ${i}`])],
      ["SADD", `set of integers ${size}`, ...many(count, (i) => [i * 7919 - 5000])],
      ["SADD", `set of long integers ${size}`, ...many(count, (i) => [`${i}000000000000`])],
      ["SADD", `set of texts ${size}`, ...many(count, (i) => [i % 3 === 0 ? i : `member ${i}`])],
      ["HSET", `hash ${size}`, ...many(count, (i) => [`field ${i}`, i % 3 === 0 ? i : `value ${i}`])],
      [
        "ZADD",
        `sorted set ${size}`,
        ...many(count, (i) => [(i * 7919) % 1009 / 8 - 20, `member ${i % 5 === 0 ? i : `m${i}`}`])
      ],
      ...Array.from({ length: count }, (_, i): Request => [
        "XADD",
        `stream ${size}`,
        `${1000 + i * 3}-${i % 2}`,
        ...many(i % 7 === 0 ? 2 : 1, (j) => [`field ${j}`, i % 3 === 0 ? i : random.bytes(5)])
      ])
    )
  }
  list.push(["ZADD", "scores", "inf", "a", "-inf", "b", "1e300", "c", "-0.1", "d", "3", "e", "0", "f"])
  list.push(["RPUSH", "list of long elements", random.bytes(9000), "a", "x".repeat(20_000), "b"])
  list.push(["SADD", "set with a long member", "a", "1", random.bytes(200)])
  list.push(["HSET", "hash with a long value", "f", "x".repeat(70), "g", random.bytes(50_000)])
  list.push(["ZADD", "sorted set with a long member", 1, "a", 2, "x".repeat(100)])
  list.push(["XADD", "stream that lost all", "5-0", "f", "v"], ["XDEL", "stream that lost all", "5-0"])
  list.push(["XDEL", "stream medium", "1000-0", "1003-1", "1150-0"], ["XTRIM", "stream large", "MAXLEN", 2500])
  list.push(["XADD", "stream at the end", "18446744073709551615-18446744073709551614", "f", "v"])
  for (const stream of ["stream small", "stream medium", "stream that lost all"]) {
    list.push(
      ["XGROUP", "CREATE", stream, "first", "0"],
      ["XGROUP", "CREATE", stream, "second", "$", "ENTRIESREAD", 2],
      ["XGROUP", "CREATE", stream, "third", "1001-5"],
      ["XREADGROUP", "GROUP", "first", "alice", "COUNT", 2, "STREAMS", stream, ">"],
      ["XREADGROUP", "GROUP", "first", "bob", "COUNT", 5, "STREAMS", stream, ">"],
      ["XREADGROUP", "GROUP", "third", "carol", "NOACK", "STREAMS", stream, ">"],
      ["XGROUP", "CREATECONSUMER", stream, "first", "idle"],
      ["XACK", stream, "first", "1003-1"]
    )
  }
  list.push(["SELECT", "9"], ["SET", "in another database", "v"], ["SELECT", "0"])
  return list
})()

/** Hashes with fields that expire, which only Redis 8.0 has. */
export const volatileFields: ReadonlyArray<Request> = [
  ["HSET", "volatile small", "a", "1", "b", "2", "c", "3", "d", "4"],
  ["HPEXPIREAT", "volatile small", "4000000000000", "FIELDS", "2", "c", "a"],
  ["HPEXPIREAT", "volatile small", "4000000000000", "FIELDS", "1", "d"],
  ["HPEXPIREAT", "volatile small", "3999999999999", "FIELDS", "1", "b"],
  ["HSET", "had one", "a", "1", "b", "2"],
  ["HPEXPIREAT", "had one", "4000000000000", "FIELDS", "1", "a"],
  ["HPERSIST", "had one", "FIELDS", "1", "a"],
  ["HSET", "volatile large", ...Array.from({ length: 1000 }, (_, i) => [`field ${i}`, `value ${i}`]).flat()],
  ...Array.from({ length: 500 }, (_, i): Request => [
    "HPEXPIREAT",
    "volatile large",
    String(4000000000000 + (i * 7919) % 1009),
    "FIELDS",
    "1",
    `field ${i * 2}`
  ]),
  ["HSET", "volatile long", "a", "x".repeat(100), "b", "2"],
  ["HPEXPIREAT", "volatile long", "4000000000000", "FIELDS", "1", "b"]
]
