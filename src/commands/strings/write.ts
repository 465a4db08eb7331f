/**
 * Changing parts of a string in place.
 */
import type { ByteString } from "../../data/ByteString.ts"
import type { Key } from "../../data/Key.ts"
import { MutableBytes } from "../../data/MutableBytes.ts"
import { byteLength, encode, toBytes } from "../../data/StringValue.ts"
import { isString, type StringValue } from "../../data/Value.ts"
import { Failure, stringTooLong, wrongType } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

export const append = Command.make("APPEND", {
  summary: "Adds bytes to the end of a string, and returns its length; a missing key is set.",
  since: "2.0.0",
  group: "string",
  complexity: "O(1) amortized for short values",
  flags: ["write", "denyoom", "fast"],
  categories: ["string"],
  args: { key: Arg.key("RW", "INSERT"), value: Arg.bytes },
  run: (context, { key, value }) => {
    const existing = context.database.find(key)
    if (existing === undefined) {
      context.database.set(key, encode(value))
      return value.length
    }
    return isString(existing) ? writeAt(context, key, existing, byteLength(existing), value) : wrongType
  }
})

export const setrange = Command.make("SETRANGE", {
  summary:
    "Overwrites a part of a string from a position on, and returns its length; what is missing before it becomes zeros.",
  since: "2.2.0",
  group: "string",
  complexity: "O(N) for N bytes of the value, and for the zeros before it",
  flags: ["write", "denyoom"],
  categories: ["string"],
  args: { key: Arg.key("RW", "UPDATE"), offset: Arg.count, value: Arg.bytes },
  run: (context, { key, offset, value }) => {
    if (offset < 0) return offsetOutOfRange
    const existing = context.database.find(key)
    if (existing !== undefined && !isString(existing)) return wrongType
    // Nothing to write changes nothing, wherever the offset is: neither the length nor the encoding, and no key is made.
    if (value.length === 0) return existing === undefined ? 0 : byteLength(existing)
    return writeAt(context, key, existing, offset, value)
  }
})

const offsetOutOfRange = new Failure("offset is out of range")

/** Writes `bytes` into the string that `key` holds, and answers its length, unless that would be more than `proto-max-bulk-len`. */
const writeAt = (
  { config, database }: CommandContext,
  key: Key,
  existing: StringValue | undefined,
  offset: number,
  bytes: ByteString
): Reply => {
  const end = offset + bytes.length
  if (end > config.values["proto-max-bulk-len"]) return stringTooLong
  if (existing instanceof MutableBytes) {
    database.modify(key, existing, (value) => {
      value.write(offset, bytes)
      return 1
    })
    return existing.length
  }
  const value = new MutableBytes(existing === undefined ? "" : toBytes(existing), end)
  value.write(offset, bytes)
  database.update(key, value)
  return value.length
}
