/**
 * What a key can hold: the one list of data types. A new type is a new member here, and the compiler shows every place that has to know it.
 */
import type { ByteString } from "./ByteString.ts"
import type { Int64 } from "./Int64.ts"
import type { MutableBytes } from "./MutableBytes.ts"

export type Value = StringValue

/** A string: as it was given, as the integer it spells, or as bytes that have been changed in place. */
export type StringValue = ByteString | Int64 | MutableBytes

export type TypeName = "string"

/** The name TYPE answers. */
export const typeName = (_value: Value): TypeName => "string"

export const isString = (_value: Value): _value is StringValue => true
