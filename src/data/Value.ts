/**
 * What a key can hold: the one list of data types. A new type is a new member here, and the compiler shows every place that has to know it.
 */
import { Aggregate } from "./Aggregate.ts"
import type { ByteString } from "./ByteString.ts"
import type { HashValue } from "./HashValue.ts"
import type { Int64 } from "./Int64.ts"
import type { ListValue } from "./ListValue.ts"
import { MutableBytes } from "./MutableBytes.ts"
import type { SetValue } from "./SetValue.ts"
import type { SortedSetValue } from "./SortedSetValue.ts"
import type { StreamValue } from "./StreamValue.ts"
import * as StringValues from "./StringValue.ts"

export type Value = StringValue | AggregateValue

/** A string: as it was given, as the integer it spells, or as bytes that have been changed in place. */
export type StringValue = ByteString | Int64 | MutableBytes

/** A value that has elements. */
export type AggregateValue = ListValue | SetValue | HashValue | SortedSetValue | StreamValue

export type TypeName = "string" | AggregateValue["type"]

export const isString = (value: Value): value is StringValue => !(value instanceof Aggregate)

/** The name TYPE answers. */
export const typeName = (value: Value): TypeName => isString(value) ? "string" : value.type

/** The name OBJECT ENCODING answers for a key of this length, with or without a time to live: Redis embeds short strings into the key's own memory. */
export const encodingOf = (value: Value, keyLength: number, hasDeadline: boolean): string =>
  isString(value) ? StringValues.encodingOf(value, keyLength, hasDeadline) : value.encoding

/** Bytes of memory beyond the slot that refers to the value. */
export const memoryBytes = (value: Value): number => isString(value) ? StringValues.memoryBytes(value) : value.bytes

/** A key never holds an aggregate without elements; a stream alone may have lost all of its own. */
export const isGone = (value: Value): boolean => !isString(value) && value.size === 0 && value.type !== "stream"

/** The same for another key: of their own are only values that can be changed in place. */
export const copyOf = (value: Value): Value => {
  if (!isString(value)) return value.copy()
  return value instanceof MutableBytes ? value.copy() : value
}
