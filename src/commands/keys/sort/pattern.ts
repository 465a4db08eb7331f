/**
 * The patterns of SORT's BY and GET: the first `*` stands for an element, what follows `->` is a field of the hash at that key.
 */
import type { ByteString } from "../../../data/ByteString.ts"
import { HashValue } from "../../../data/HashValue.ts"
import { Key } from "../../../data/Key.ts"
import { toBytes } from "../../../data/StringValue.ts"
import { isString } from "../../../data/Value.ts"
import type { CommandContext } from "../../../services/CommandContext.ts"
import { liveValue } from "../../hashes/access.ts"

/** `#`, which stands for the element itself. */
export const isElement = (pattern: string): boolean => visible(pattern) === "#"

/** A pattern that says the same of all elements. */
export const isConstant = (pattern: string): boolean => !visible(pattern).includes("*")

/** What a pattern leads to for an element; `undefined` where there is no such key, or its value is of another type. */
export const valueBy = (context: CommandContext, pattern: string, element: string): ByteString | undefined => {
  if (isElement(pattern)) return element
  const star = visible(pattern).indexOf("*")
  if (star < 0) return undefined
  const arrow = visible(pattern).indexOf("->", star + 1)
  const hasField = arrow >= 0 && arrow + 2 < visible(pattern).length
  const name = pattern.slice(0, star) + element + pattern.slice(star + 1, hasField ? arrow : undefined)
  const key = Key.ofText(context.hasher, name)
  const value = context.database.read(key)
  if (value === undefined) return undefined
  if (hasField) return value instanceof HashValue ? liveValue(context, key, value, pattern.slice(arrow + 2)) : undefined
  return isString(value) ? toBytes(value) : undefined
}

/** Redis looks for what has a meaning in a pattern as in a C string, which ends at a zero byte. */
const visible = (pattern: string): string => {
  const end = pattern.indexOf("\0")
  return end < 0 ? pattern : pattern.slice(0, end)
}
