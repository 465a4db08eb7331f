/**
 * The databases of this server: what a key holds, how long it lives, and how both change.
 *
 * Every method is one synchronous, atomic step. An expired key is gone for every caller, also when nothing has removed it yet. Keys that are found are
 * touched for LRU and LFU unless the method says otherwise.
 */
import * as Context from "effect/Context"
import type { HashValue } from "../data/HashValue.ts"
import type { Key } from "../data/Key.ts"
import type { KeyHasher } from "../data/KeyHasher.ts"
import type { Shapes } from "../data/Shapes.ts"
import type { Value } from "../data/Value.ts"

export interface Database {
  readonly index: number
  /** Keys, with those that are expired but not removed yet. */
  readonly size: number
  /** Keys that have a time to live. */
  readonly volatileSize: number
  /** Keys with a hash of which some fields have a time to live. */
  readonly volatileHashes: number

  /** Says which keys are about to be looked up, so that their memory is on its way. */
  readonly prefetch: (hashes: Int32Array, count: number) => void

  /** The value for a command that reads it: counts a keyspace hit or miss. */
  readonly read: (key: Key) => Value | undefined
  /** As `read`, but leaves no trace in LRU and LFU: for TTL, TYPE, OBJECT and the like. */
  readonly peek: (key: Key) => Value | undefined
  /** The value for a command that is about to change it: no hit or miss is counted. */
  readonly find: (key: Key) => Value | undefined

  /** The value for a question about the server rather than the data: as `peek`, and no hit or miss is counted either. */
  readonly inspect: (key: Key) => Value | undefined

  /** Makes `value` what the key holds until then, or for ever: in milliseconds since the epoch. */
  readonly set: (key: Key, value: Value, expireAtMillis?: number) => void
  /** As `set` without a time to live, for an aggregate whose elements count as a change each. */
  readonly store: (key: Key, value: Value, changes: number) => void
  /** Makes `value` what the key holds, and keeps its time to live. */
  readonly update: (key: Key, value: Value) => void
  /** Gives an existing key its value in another form, with the same content: nothing has happened, and nobody hears of it. */
  readonly reshape: (key: Key, value: Value) => void
  /**
   * Runs `change` on the value that the key holds, which it alters in place, accounts for the memory that takes, and removes the key where that has left an
   * aggregate without elements. `change` answers how many changes it has made, and so does this: with 0 nothing has happened, and nobody hears of it. Not
   * `isCounted` is what belongs to a change that is counted elsewhere.
   */
  readonly modify: <V extends Value>(key: Key, value: V, change: (value: V) => number, isCounted?: boolean) => number
  /**
   * As `modify`, for fields that go because they have expired: they are counted as such and not as changes, and `change` does not run while nothing may
   * expire because clients are paused. `change` names the fields to `expired`, which is there only while somebody has to be told of them.
   */
  readonly expireFields: (
    key: Key,
    hash: HashValue,
    change: (hash: HashValue, expired: ((field: string) => void) | undefined) => number
  ) => void
  /** Says whether there was something to remove; it counts as one change, or as so many. */
  readonly remove: (key: Key, changes?: number) => boolean

  /** Milliseconds since the epoch; `undefined` for a key without a time to live and for a missing one. */
  readonly deadline: (key: Key) => number | undefined
  /** Gives an existing key a time to live. One that has already passed is legal: the key is expired. */
  readonly setDeadline: (key: Key, expireAtMillis: number) => void
  /** Says whether there was a time to live. */
  readonly clearDeadline: (key: Key) => boolean

  /** Seconds since the key was last touched, to the resolution of the LRU clock. Does not touch it. */
  readonly idleSeconds: (key: Key) => number
  /** The logarithmic access counter, decayed to now. Only meaningful under an LFU policy. Does not touch it. */
  readonly frequency: (key: Key) => number

  /** The 24 bits in which LRU or LFU, whichever `maxmemory-policy` says, keep what they know about the key. Does not touch it. */
  readonly access: (key: Key) => number

  /**
   * Lets an existing key have been used as it was elsewhere: not for so many seconds, under a policy that does not count frequencies, or so often, under one
   * that does. What is `undefined` stays as it is.
   */
  readonly recallUse: (key: Key, idleSeconds: number | undefined, frequency: number | undefined) => void

  /** A live key, each with the same probability. */
  readonly randomKey: () => string | undefined
  /**
   * One step of SCAN, with Redis's guarantee for it; answers the next cursor, 0 at the end.
   *
   * `isWanted` is asked about every key of the step, also those that are expired but not removed yet. Of the wanted ones those that live are added to
   * `found`, and the others are removed. `isWanted` must not change the database.
   */
  readonly scan: (
    cursor: number,
    isWanted: (key: string, value: Value) => boolean,
    found: Array<string>
  ) => number
  /** Visits every live key. `visit` must not change the database. */
  readonly forEach: (visit: (key: string, value: Value, expireAtMillis: number | undefined) => void) => void
  /** Removes every key and answers how many there were; takes the same time for any number. */
  readonly clear: () => number
  /** Mean of the remaining times to live in milliseconds, estimated from a sample. */
  readonly averageTtlMillis: number
}

export class Keyspace extends Context.Service<Keyspace, {
  readonly hasher: KeyHasher
  /** What new aggregates are made with. */
  readonly shapes: Shapes
  readonly databases: ReadonlyArray<Database>
  /** Whether what comes from outside to be read as data must have the checksum it says it has. DEBUG SET-SKIP-CHECKSUM-VALIDATION turns that off. */
  validatesChecksums: boolean
  /** Exchanges the contents of two databases; clients stay where they are. */
  readonly swap: (first: number, second: number) => void
  /** Bytes of all keys, values and tables, counted as they change. */
  readonly usedBytes: () => number
  /** Bytes of one key with its value and its share of the tables. */
  readonly entryBytes: (database: Database, key: Key) => number
  /** Bytes of the tables alone. */
  readonly overheadBytes: () => number
  /** Changes since the start: every write that altered something counts. */
  readonly changes: () => number
}>()("keyloom/services/Keyspace") {}
