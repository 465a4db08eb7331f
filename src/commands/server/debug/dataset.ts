/**
 * DEBUG and the data: fingerprints of it, a look into one value, and many keys at once.
 */
import * as ByteString from "../../../data/ByteString.ts"
import {
  digestDataset,
  type DigestEntry,
  digestValue as digestOfValue,
  emptyDigest
} from "../../../data/DatasetDigest.ts"
import { Key } from "../../../data/Key.ts"
import { byteLength, encode, encodingOf, toBytes, toInteger } from "../../../data/StringValue.ts"
import type { StringValue, Value } from "../../../data/Value.ts"
import { Failure, noSuchKey } from "../../../protocol/CommandError.ts"
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
      return hex(digestOfValue(digestible(value), database.deadline(key) !== undefined))
    })
})

const entriesOf = (database: Database): ReadonlyArray<DigestEntry> => {
  const entries: Array<DigestEntry> = []
  database.forEach((key, value, expireAtMillis) =>
    void entries.push({ key, value: digestible(value), hasExpiry: expireAtMillis !== undefined })
  )
  return entries
}

const digestible = (value: Value): DigestEntry["value"] => ({ type: "string", bytes: toBytes(value) })

const hex = (digest: Buffer): Reply => new SimpleString(digest.toString("hex"))

export const objectInfo = action("OBJECT", {
  summary: "Answers how a value is kept; with FAST without what takes long to find out.",
  args: { key: Arg.key("RO"), fast: Arg.text.optional() },
  run: ({ database }, { fast, key }) => {
    const value = database.inspect(key)
    if (value === undefined) return noSuchKey
    const access = database.access(key)
    const fields = [
      // Values have no address here. This is where the key's entry is looked for, which stays the same as long as the key exists.
      `Value at:0x${(key.hash >>> 0).toString(16)}`,
      "refcount:1",
      `encoding:${encodingOf(value, key.length, database.deadline(key) !== undefined)}`,
      ...(fast?.toLowerCase() === "fast" ? [] : [`serializedlength:${serializedLength(value)}`]),
      `lru:${access}`,
      `lru_seconds_idle:${database.idleSeconds(key)}`,
      `lfu_freq:${database.frequency(key)}`,
      `lfu_access_time_minutes:${access >>> 8}`
    ]
    return new SimpleString(fields.join(" "))
  }
})

/** Bytes of the value in a snapshot that is not compressed: small integers are packed, anything else stands behind its length. */
const serializedLength = (value: StringValue): number => {
  const length = byteLength(value)
  const integer = length <= maxPackedLength ? toInteger(value) : undefined
  if (typeof integer === "number") {
    if (integer >= -(2 ** 7) && integer < 2 ** 7) return 2
    if (integer >= -(2 ** 15) && integer < 2 ** 15) return 3
    if (integer >= -(2 ** 31) && integer < 2 ** 31) return 5
  }
  return length + (length < 2 ** 6 ? 1 : length < 2 ** 14 ? 2 : 5)
}

/** "-2147483648" */
const maxPackedLength = 11

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
