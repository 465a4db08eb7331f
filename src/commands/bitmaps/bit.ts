/**
 * Single bits of a string.
 */
import { parseInt64 } from "../../data/Int64.ts"
import { MutableBytes } from "../../data/MutableBytes.ts"
import { byteAt } from "../../data/StringValue.ts"
import { isString } from "../../data/Value.ts"
import { Failure, isCommandError, wrongType } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { mutableString } from "../mutableString.ts"
import { bitOffset } from "./offset.ts"

export const getbit = Command.make("GETBIT", {
  summary: "Returns a bit of a string; those behind its end are 0.",
  since: "2.2.0",
  group: "bitmap",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["bitmap"],
  args: { key: Arg.key("RO", "ACCESS"), offset: Arg.text.typed("integer") },
  run: ({ config, database }, { key, offset }) => {
    const position = bitOffset(offset, config.values["proto-max-bulk-len"])
    if (isCommandError(position)) return position
    const value = database.read(key)
    if (value === undefined) return 0
    return isString(value) ? bitOf(byteAt(value, Math.floor(position / 8)), position) : wrongType
  }
})

export const setbit = Command.make("SETBIT", {
  summary: "Sets or clears a bit of a string, which grows as far as needed, and returns what the bit was.",
  since: "2.2.0",
  group: "bitmap",
  complexity: "O(1)",
  flags: ["write", "denyoom"],
  categories: ["bitmap"],
  args: { key: Arg.key("RW", "ACCESS", "UPDATE"), offset: Arg.text.typed("integer"), value: Arg.text.typed("integer") },
  run: ({ config, database }, { key, offset, value: bitText }) => {
    // The offset is wrong before the bit is, and how far it may go is a matter of the configuration.
    const position = bitOffset(offset, config.values["proto-max-bulk-len"])
    if (isCommandError(position)) return position
    const bit = parseInt64(bitText)
    if (bit !== 0 && bit !== 1) return notBit
    const existing = database.find(key)
    if (existing !== undefined && !isString(existing)) return wrongType

    const index = Math.floor(position / 8)
    if (existing === undefined) {
      const value = new MutableBytes("", index + 1)
      if (bit === 1) value.setByte(index, withBit(0, position, bit))
      database.set(key, value)
      return 0
    }
    const value = mutableString(database, key, existing)
    const byte = value.byteAt(index)
    const before = bitOf(byte, position)
    // Behind the end there is no byte, and the string grows whatever the bit is.
    if (before === bit && index < value.length) return before
    database.modify(key, value, (value) => {
      value.grow(index + 1)
      value.setByte(index, withBit(byte, position, bit))
      return 1
    })
    return before
  }
})

const bitOf = (byte: number, position: number): 0 | 1 => (byte & maskOf(position)) === 0 ? 0 : 1

const withBit = (byte: number, position: number, bit: 0 | 1): number =>
  bit === 1 ? byte | maskOf(position) : byte & ~maskOf(position)

/** Bit 0 is the most significant one of its byte. */
const maskOf = (position: number): number => 0x80 >> position % 8

const notBit = new Failure("bit is not an integer or out of range")
