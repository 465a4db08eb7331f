/**
 * The digests of DEBUG DIGEST and DEBUG DIGEST-VALUE: equal datasets have equal digests, here and on the reference.
 *
 * SHA-1 of the parts, combined with xor where the order does not matter and hashed again where it does. A digest is a
 * Buffer of 20 bytes that starts as zeros; as text it is `digest.toString("hex")`. Source: debug.c.
 */
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import type { ByteString } from "./ByteString.ts"

/** What a key holds, as the digest sees it. */
export interface DigestValue {
  readonly type: "string"
  readonly bytes: ByteString
}

/** A key with its value. */
export interface DigestEntry {
  readonly key: ByteString
  readonly value: DigestValue
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
export const digestValue = (value: DigestValue, hasExpiry: boolean): Buffer => {
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

const mixValue = (digest: Buffer, value: DigestValue, hasExpiry: boolean): void => {
  mixDigest(digest, bigEndian(typeNumbers[value.type]))
  switch (value.type) {
    case "string":
      mixDigest(digest, value.bytes)
  }
  if (hasExpiry) xorDigest(digest, "!!expire!!")
}

// The numbers of the types in the RDB format and in the reference's memory.
const typeNumbers: { readonly [type in DigestValue["type"]]: number } = { string: 0 }

const sha1 = (bytes: ByteString): Buffer =>
  typeof bytes === "string"
    ? createHash("sha1").update(bytes, "latin1").digest()
    : createHash("sha1").update(bytes).digest()

const bigEndian = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}
