/**
 * What can be seen of a value, by commands: its contents, its encoding, its time to live, its digest.
 */
import { type Comparison, near, step, type StepInput } from "./steps.ts"

/** Steps that show what a key holds; type and encoding are those of the reference. */
export type Inspection = (key: string, type: string, encoding: string) => ReadonlyArray<StepInput>

export const inspectValue: Inspection = (key, type, encoding) => [
  ["TYPE", key],
  step(["TTL", key], { compare: near(2) }),
  step(["OBJECT", "ENCODING", key], { compare: anyText }),
  ...contents(key, type, encoding),
  ["DEBUG", "DIGEST-VALUE", key]
]

const contents = (key: string, type: string, encoding: string): ReadonlyArray<StepInput> => {
  switch (type) {
    case "list":
      return [["LLEN", key], ["LRANGE", key, "0", "-1"]]
    case "set":
      // A listpack made from hash tables, as by SUNIONSTORE, has the order of these.
      return [["SCARD", key], step(["SMEMBERS", key], { compare: encoding === "intset" ? "exact" : "unordered" })]
    case "zset":
      return [["ZCARD", key], ["ZRANGE", key, "0", "-1", "WITHSCORES"]]
    case "hash":
      return [["HLEN", key], step(["HGETALL", key], { compare: encoding === "listpack" ? "exact" : "unordered" })]
    case "stream":
      return [
        ["XLEN", key],
        ["XRANGE", key, "-", "+"],
        step(["XINFO", "STREAM", key, "FULL", "COUNT", "0"], { compare: streamFacts })
      ]
    default:
      return [["GET", key]]
  }
}

const anyText: Comparison = {
  masked: /embstr|raw/,
  reason: "which of the two a short text is depends in Valkey on deadlines that its key had earlier"
}

const streamFacts: Comparison = {
  masked: /"radix-tree-(keys|nodes)": integer \d+|\b1\d{12}\b/,
  reason: "how many nodes a tree of ids has, and when consumers were seen, are each server's own"
}
