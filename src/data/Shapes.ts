/**
 * What the aggregates of one server have in common: when they leave their compact shape, and how they hash.
 */
import type { KeyHasher } from "./KeyHasher.ts"

export interface Shapes {
  readonly hasher: KeyHasher
  /** Looked at with every change, so that a new configuration counts from the next one on. */
  readonly limits: ShapeLimits
  /** What DEBUG QUICKLIST-PACKED-THRESHOLD sets: from how many bytes on an element of a list has a node to itself. 0 is the rule that follows from the limits. */
  packedThreshold?: number
}

/** The thresholds, named as the directives of redis.conf that set them. */
export interface ShapeLimits {
  readonly "hash-max-listpack-entries": number
  readonly "hash-max-listpack-value": number
  /** Entries per chunk where positive, else the chunk's size: from -1 for 4 KB to -5 for 64 KB. */
  readonly "list-max-listpack-size": number
  /** Chunks at each end that are never compressed; 0 compresses none. */
  readonly "list-compress-depth": number
  readonly "set-max-intset-entries": number
  readonly "set-max-listpack-entries": number
  readonly "set-max-listpack-value": number
  readonly "zset-max-listpack-entries": number
  readonly "zset-max-listpack-value": number
  readonly "stream-node-max-bytes": number
  readonly "stream-node-max-entries": number
  readonly "hll-sparse-max-bytes": number
}
