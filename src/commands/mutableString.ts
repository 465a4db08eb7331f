/**
 * A string that a command is about to change in place.
 */
import type { Key } from "../data/Key.ts"
import { MutableBytes } from "../data/MutableBytes.ts"
import { toBytes } from "../data/StringValue.ts"
import type { StringValue } from "../data/Value.ts"
import type { Database } from "../services/Keyspace.ts"

/** The string that `key` holds as bytes that can be changed. It stays in this form, also if nothing changes in the end: OBJECT ENCODING shows it in Redis too. */
export const mutableString = (database: Database, key: Key, value: StringValue): MutableBytes => {
  if (value instanceof MutableBytes) return value
  const bytes = new MutableBytes(toBytes(value))
  database.reshape(key, bytes)
  return bytes
}
