/**
 * SORT and SORT_RO: the elements of a list, a set or a sorted set in an order of the caller's choice, or what other keys say about them.
 */
import type { ByteString } from "../../../data/ByteString.ts"
import * as Bytes from "../../../data/ByteString.ts"
import type { Key } from "../../../data/Key.ts"
import { ListValue } from "../../../data/ListValue.ts"
import { SetValue } from "../../../data/SetValue.ts"
import { SortedSetValue } from "../../../data/SortedSetValue.ts"
import { type CommandError, isCommandError, wrongType } from "../../../protocol/CommandError.ts"
import type { CommandContext } from "../../../services/CommandContext.ts"
import type { KeyReference, KeySpec } from "../../../services/CommandTable.ts"
import type { Request } from "../../../protocol/Request.ts"
import * as Arg from "../../Arg.ts"
import type { Decoded } from "../../argFields.ts"
import { make } from "../../Command.ts"
import { ordered } from "./order.ts"
import { isConstant, isElement, valueBy } from "./pattern.ts"

/** What the patterns lead to depends on the elements, so the keys they are for are not among the request's. */
const patternKeys: KeySpec = {
  flags: ["RO", "ACCESS"],
  begin: { _tag: "Unknown" },
  find: { _tag: "Unknown" }
}

const source: KeySpec = {
  flags: ["RO", "ACCESS"],
  begin: { _tag: "Index", position: 1 },
  find: { _tag: "Range", lastKey: 0, step: 1, limit: 0 }
}

const destination: KeySpec = {
  flags: ["OW", "UPDATE"],
  begin: { _tag: "Unknown" },
  find: { _tag: "Unknown" }
}

const pattern = Arg.pattern.displayed("pattern").ofKeySpec(1)

const byPattern = pattern.named("by-pattern").after("BY")

/** The last pattern counts, but a constant anywhere among them turns the sorting off: so Redis reads them, and shows only one. */
const by = new Arg.Arg({ ...byPattern.spec, optional: true }, byPattern.repeated().decoder)

const args = {
  key: Arg.key("RO", "ACCESS"),
  by,
  limit: Arg.block({ offset: Arg.count, count: Arg.count }).after("LIMIT").optional(),
  get: pattern.named("get-pattern").after("GET").repeated(),
  order: Arg.oneOf({ asc: Arg.token("ASC"), desc: Arg.token("DESC") }).overridden().optional(),
  alpha: Arg.flag("ALPHA").named("sorting")
}

type Options = Decoded<typeof args>

const declaration = {
  group: "generic",
  complexity:
    "O(N+M*log(M)) where N is the number of elements and M the number of returned ones; O(N) where nothing is sorted.",
  categories: ["set", "sortedset", "list", "dangerous"]
} as const

export const sort = make("SORT", {
  ...declaration,
  summary: "Sorts the elements of a list, a set or a sorted set, and answers or stores the result.",
  since: "1.0.0",
  flags: ["write", "denyoom"],
  args: { ...args, store: Arg.key("OW", "UPDATE").named("destination").ofKeySpec(2).after("STORE").optional() },
  keySpecs: [source, patternKeys, destination],
  getKeys: (request) => [sourceKey, ...destinationKey(request)],
  run: (context, { store, ...options }) => {
    const elements = sorted(context, options, store !== undefined)
    if (isCommandError(elements)) return elements
    const rows = options.get.length === 0 ? elements : lookedUp(context, options, elements)
    if (store === undefined) return rows
    // What has no value is stored as the empty text.
    const list = ListValue.of(context.shapes, rows.map((value) => value ?? ""))
    if (rows.length > 0) context.database.store(store, list, rows.length)
    else context.database.remove(store)
    return rows.length
  }
})

export const sortRo = make("SORT_RO", {
  ...declaration,
  summary: "Sorts the elements of a list, a set or a sorted set, and answers the result.",
  since: "7.0.0",
  flags: ["readonly"],
  args,
  keySpecs: [source, patternKeys],
  getKeys: () => [sourceKey],
  run: (context, options) => {
    const elements = sorted(context, options, false)
    if (isCommandError(elements)) return elements
    return options.get.length === 0 ? elements : lookedUp(context, options, elements)
  }
})

/** The elements that are asked for, in their order. */
const sorted = (
  context: CommandContext,
  options: Options,
  isStored: boolean
): ReadonlyArray<ByteString> | CommandError => {
  const { alpha, by: patterns, key, limit, order } = options
  const value = context.database.read(key)
  if (value === undefined) return []
  if (!(value instanceof ListValue || value instanceof SetValue || value instanceof SortedSetValue)) return wrongType
  if (value instanceof SortedSetValue) leaveCompactShape(context, key, value)
  const { count, start } = rangeOf(limit, value.size)
  const isDescending = order === "DESC"
  const by = patterns.at(-1)
  const isSorted = !patterns.some(isConstant)
  // The members of a set are in no order, but a list that is made of them shall be the same every time.
  if (isSorted || isStored && value instanceof SetValue) {
    const inOrder = ordered(elementsOf(value), {
      weightOf: by === undefined || !isSorted ? undefined : (element) => valueBy(context, by, element),
      isAlpha: alpha || !isSorted,
      isDescending,
      isStored
    })
    return isCommandError(inOrder) ? inOrder : inOrder.slice(start, start + count)
  }
  if (value instanceof SetValue) return value.members().slice(start, start + count)
  if (value instanceof SortedSetValue) {
    return isDescending
      ? value.members(value.size - start - count, value.size - start, true)
      : value.members(start, start + count, false)
  }
  return isDescending
    ? value.slice(value.size - start - count, count).toReversed()
    : value.slice(start, count)
}

/** Redis sorts what is in a skiplist only, and what has become one stays it. */
const leaveCompactShape = ({ database }: CommandContext, key: Key, value: SortedSetValue): void => {
  database.modify(key, value, () => {
    value.expect(Infinity, 0)
    return 0
  })
}

type Sortable = ListValue | SetValue | SortedSetValue

const elementsOf = (value: Sortable): ReadonlyArray<ByteString> => {
  if (value instanceof ListValue) return value.slice(0, value.size)
  return value instanceof SetValue ? value.members() : value.members(0, value.size, false)
}

/** A negative offset is 0, a negative count is all. */
const rangeOf = (limit: Options["limit"], size: number): { readonly start: number; readonly count: number } => {
  const start = Math.min(Math.max(limit?.offset ?? 0, 0), size)
  const count = limit?.count ?? -1
  return { start, count: Math.min(count < 0 ? size : count, size - start) }
}

/** For each element what each of the GET patterns leads to, one behind the other. */
const lookedUp = (
  context: CommandContext,
  { get: patterns }: Options,
  elements: ReadonlyArray<ByteString>
): ReadonlyArray<ByteString | null> =>
  elements.flatMap((element) =>
    patterns.map((pattern) => isElement(pattern) ? element : valueBy(context, pattern, Bytes.toText(element)) ?? null)
  )

const sourceKey: KeyReference = { position: 1, flags: source.flags }

/** What follows the last STORE that is no option's value. */
const destinationKey = (request: Request): ReadonlyArray<KeyReference> => {
  let found: ReadonlyArray<KeyReference> = []
  for (let i = 2; i < request.length; i++) {
    if (request.equalsIgnoreCase(i, "LIMIT")) i += 2
    else if (request.equalsIgnoreCase(i, "GET") || request.equalsIgnoreCase(i, "BY")) i++
    else if (request.equalsIgnoreCase(i, "STORE") && i + 1 < request.length) {
      found = [{ position: i + 1, flags: destination.flags }]
    }
  }
  return found
}
