/**
 * What commands about times to live of fields tell instead of themselves.
 */
import type { Key } from "../../data/Key.ts"
import type { CommandWords } from "../../services/Propagation.ts"

/** Fields are gone because the time they were given has passed already: each for itself, as when it expires later. */
export const fieldsRemoved = (key: Key, fields: ReadonlyArray<string>): ReadonlyArray<CommandWords> =>
  fields.map((field) => ["HDEL", key.text, field])

/** Fields live until then; `conditions` are those that have been met. */
export const fieldsExpireAt = (
  key: Key,
  deadline: number,
  fields: ReadonlyArray<string>,
  conditions: CommandWords = []
): CommandWords => [
  "HPEXPIREAT",
  key.text,
  String(deadline),
  ...conditions,
  "FIELDS",
  String(fields.length),
  ...fields
]
