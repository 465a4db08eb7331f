/**
 * Schemas of the values that arguments carry as text. Their error texts are the declarations' matter.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { parseDouble } from "../data/Double.ts"
import { parseInt64, parseUnsigned64 } from "../data/Int64.ts"

/** A codec from text by a parser that answers `undefined` to what it cannot read. */
export const parsed = <A extends number | bigint>(
  to: Schema.Codec<A, A>,
  parse: (text: string) => A | undefined
): Schema.Codec<A, string> =>
  Schema.String.pipe(Schema.decodeTo(
    to,
    SchemaTransformation.transformEffect<A, string>({
      decode: (text, options) => {
        const value = parse(text)
        return value === undefined
          ? Effect.fail(new SchemaIssue.InvalidValue({ message: "not a valid number" }, text, options))
          : Effect.succeed(value)
      },
      encode: (value) => Effect.succeed(String(value))
    })
  ))

/** A signed 64-bit integer as Redis reads it: decimal digits, no sign but a minus, no leading zeros or spaces. */
export const Int64: Schema.Codec<number | bigint, string> = parsed<number | bigint>(
  Schema.Union([Schema.Number, Schema.BigInt]),
  parseInt64
)

/** A signed 32-bit integer, for those that have one error for all that they are not. */
export const Int32: Schema.Codec<number, string> = parsed<number>(Schema.Number, (text) => {
  const value = parseInt64(text)
  return isInt32(value) ? value : undefined
})

export const isInt32 = (value: number | bigint | undefined): value is number =>
  typeof value === "number" && value >= -(2 ** 31) && value < 2 ** 31

/** The cursor of SCAN and its kin: an unsigned 64-bit integer, of which the lower 32 bits are ours. */
export const ScanCursor: Schema.Codec<number, string> = parsed<number>(Schema.Number, (text) => {
  const value = parseUnsigned64(text)
  return value === undefined ? undefined : Number(BigInt.asUintN(32, BigInt(value)))
})

/** `Int64` clamped to the safe integers, for values that are compared or used as positions only. */
export const Count: Schema.Codec<number, string> = parsed<number>(Schema.Number, (text) => {
  const value = parseInt64(text)
  if (typeof value !== "bigint") return value
  return value > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER
})

/** A double as Redis reads it; not a number is not one. */
export const Double: Schema.Codec<number, string> = parsed<number>(Schema.Number, parseDouble)
