/**
 * What commands find at a key that should hold a hash, and how they change it.
 *
 * A field that has expired is absent for every command that looks at it, which also removes it. Only what does not look at single fields (HLEN), or writes
 * without looking (HSET, HDEL, HEXPIRE), takes it for one that is there, until it is removed: as in Redis 8.0.
 */
import type { ByteString } from "../../data/ByteString.ts"
import { HashValue } from "../../data/HashValue.ts"
import type { Key } from "../../data/Key.ts"
import type { Value } from "../../data/Value.ts"
import { type WrongType, wrongType } from "../../protocol/CommandError.ts"
import type { CommandContext } from "../../services/CommandContext.ts"

export const hashOf = (value: Value | undefined): HashValue | undefined | WrongType =>
  value === undefined || value instanceof HashValue ? value : wrongType

/** The value of a field, `undefined` where it is absent. Afterwards the hash may be empty: then the key is gone. */
export const liveValue = (context: CommandContext, key: Key, hash: HashValue, field: string): ByteString | undefined =>
  isLive(context, key, hash, field) ? hash.get(field) : undefined

export const hasLive = (context: CommandContext, key: Key, hash: HashValue, field: string): boolean =>
  isLive(context, key, hash, field) && hash.has(field)

/** Whether a field has not expired; one that has is removed, and so is the key with its last one, unless nothing may expire at present. */
export const isLive = ({ clock, database }: CommandContext, key: Key, hash: HashValue, field: string): boolean => {
  if (!hash.isExpired(field, clock.expiryMillis)) return true
  database.expireFields(key, hash, (hash, expired) => {
    expired?.(field)
    return hash.delete(field) ? 1 : 0
  })
  return false
}

/** Runs `change` on the hash that a key has been found to hold, or on a new one where there is none, or none any more. */
export const changeOrMake = (
  { database, shapes }: CommandContext,
  key: Key,
  found: HashValue | undefined,
  change: (hash: HashValue) => number
): void => {
  if (found !== undefined && found.size > 0) {
    database.modify(key, found, change)
  } else {
    const made = new HashValue(shapes)
    const changes = change(made)
    // What is set with a time that has passed is gone at once.
    if (made.size > 0) database.store(key, made, changes)
  }
}
