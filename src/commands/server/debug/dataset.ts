/**
 * DEBUG and the data as a whole: fingerprints of it, and many keys at once.
 */
import * as ByteString from "../../../data/ByteString.ts"
import {
  digestDataset,
  type DigestEntry,
  digestValue as digestOfValue,
  emptyDigest
} from "../../../data/DatasetDigest.ts"
import { Key } from "../../../data/Key.ts"
import { encode } from "../../../data/StringValue.ts"
import { Failure } from "../../../protocol/CommandError.ts"
import { ok, type Reply, SimpleString } from "../../../protocol/Reply.ts"
import type { Database } from "../../../services/Keyspace.ts"
import * as Arg from "../../Arg.ts"
import * as Schemas from "../../schemas.ts"
import { action } from "./action.ts"

export const digest = action("DIGEST", {
  summary: "Answers a fingerprint of all data: the same for the same data.",
  args: {},
  run: ({ keyspace }) => hex(digestDataset(keyspace.databases.map((database) => [database.index, entriesOf(database)])))
})

export const digestValue = action("DIGEST-VALUE", {
  summary: "Answers a fingerprint of each of these keys' values.",
  args: { key: Arg.key("RO").many().optional() },
  run: ({ database }, { key: keys = [] }) =>
    keys.map((key) => {
      const value = database.inspect(key)
      if (value === undefined) return hex(emptyDigest())
      return hex(digestOfValue(value, database.deadline(key) !== undefined))
    })
})

const entriesOf = (database: Database): ReadonlyArray<DigestEntry> => {
  const entries: Array<DigestEntry> = []
  database.forEach((key, value, expireAtMillis) =>
    void entries.push({ key, value, hasExpiry: expireAtMillis !== undefined })
  )
  return entries
}

const hex = (digest: Buffer): Reply => new SimpleString(digest.toString("hex"))

const notPositive = new Failure("value is out of range, must be positive")
const positive = Arg.schema(Schemas.Count, notPositive, "integer").refine((count) => count >= 0, notPositive)

export const populate = action("POPULATE", {
  summary:
    "Makes many keys: <prefix>:0 and so on, with values value:0 and so on, which are filled up with zeros to a size.",
  args: { count: positive, prefix: Arg.text.optional(), size: positive.optional() },
  run: ({ database, hasher }, { count, prefix = "key", size = 0 }) => {
    for (let i = 0; i < count; i++) {
      const key = Key.ofText(hasher, ByteString.flatCopy(`${prefix}:${i}`))
      if (database.find(key) !== undefined) continue
      const text = `value:${i}`
      const bytes = size === 0 ? text : text.slice(0, size).padEnd(size, "\0")
      database.set(key, encode(ByteString.ofText(ByteString.flatCopy(bytes))))
    }
    return ok
  }
})
