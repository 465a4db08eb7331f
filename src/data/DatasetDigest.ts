/**
 * The digests of DEBUG DIGEST and DEBUG DIGEST-VALUE: equal datasets have equal digests, here and on the reference.
 *
 * SHA-1 of the parts, combined with xor where the order does not matter and hashed again where it does. A digest is a
 * Buffer of 20 bytes that starts as zeros; as text it is `digest.toString("hex")`. Source: debug.c.
 */
import { Buffer } from "node:buffer"
import { hash } from "node:crypto"
import type { ByteString } from "./ByteString.ts"
import { formatDoubleShortest } from "./Double.ts"
import { toBytes } from "./StringValue.ts"
import { type AggregateValue, isString, type TypeName, typeName, type Value } from "./Value.ts"

/** A key with its value. */
export interface DigestEntry {
  readonly key: ByteString
  readonly value: Value
  /** Whether there is a time to live; which one does not count. */
  readonly hasExpiry: boolean
}

/** The digest of all databases, as pairs of number and entries; an empty database counts as if it were not there. */
export const digestDataset = (databases: Iterable<readonly [db: number, entries: Iterable<DigestEntry>]>): Buffer => {
  const digest = emptyDigest()
  for (const [db, entries] of databases) {
    let isEmpty = true
    for (const { hasExpiry, key, value } of entries) {
      if (isEmpty) mixDigest(digest, bigEndian(db))
      isEmpty = false
      const entryDigest = emptyDigest()
      mixDigest(entryDigest, key)
      mixValue(entryDigest, value, hasExpiry)
      xorDigest(digest, entryDigest)
    }
  }
  return digest
}

/** The digest of one value; a key that does not exist has `emptyDigest()`. */
export const digestValue = (value: Value, hasExpiry: boolean): Buffer => {
  const digest = emptyDigest()
  mixValue(digest, value, hasExpiry)
  return digest
}

/** A new digest of nothing. */
export const emptyDigest = (): Buffer => Buffer.alloc(20)

/** Changes `digest` to `digest xor SHA1(bytes)`: for parts in any order. */
export const xorDigest = (digest: Buffer, bytes: ByteString): void => {
  const hash = sha1(bytes)
  for (let i = 0; i < hash.length; i++) digest[i]! ^= hash[i]!
}

/** Changes `digest` to `SHA1(digest xor SHA1(bytes))`: for parts whose order matters. */
export const mixDigest = (digest: Buffer, bytes: ByteString): void => {
  xorDigest(digest, bytes)
  sha1(digest).copy(digest)
}

const mixValue = (digest: Buffer, value: Value, hasExpiry: boolean): void => {
  mixDigest(digest, bigEndian(typeNumbers[typeName(value)]))
  if (isString(value)) mixDigest(digest, toBytes(value))
  else mixElements(digest, value)
  if (hasExpiry) xorDigest(digest, "!!expire!!")
}

const mixElements = (digest: Buffer, value: AggregateValue): void => {
  switch (value.type) {
    case "list":
      return value.slice(0, value.size).forEach((element) => mixDigest(digest, element))
    case "set":
      return value.forEach((member) => xorDigest(digest, member))
    case "zset":
      return value.visit(0, value.size, false, (score, member) => {
        xorDigest(digest, digestInOrder(member, formatDoubleShortest(score)))
      })
    case "hash":
      return value.forEach((field, bytes, deadline) => {
        const pair = digestInOrder(field, bytes)
        // As Redis 8 does it: Valkey's hashes know no deadlines.
        if (deadline !== undefined) xorDigest(pair, "!!hexpire!!")
        xorDigest(digest, pair)
      })
    case "stream":
      return value.log.forEach(({ data, id }) => {
        mixDigest(digest, `${id.ms}.${id.seq}`)
        for (const text of data()) mixDigest(digest, text)
        return true
      })
  }
}

const digestInOrder = (first: ByteString, second: ByteString): Buffer => {
  const digest = emptyDigest()
  mixDigest(digest, first)
  mixDigest(digest, second)
  return digest
}

// The numbers of the types in the reference's memory.
const typeNumbers: { readonly [type in TypeName]: number } = { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 }

const sha1 = (bytes: ByteString): Buffer =>
  hash("sha1", typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes, "buffer")

const bigEndian = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}
