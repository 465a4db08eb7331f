/**
 * Members within an area: GEOSEARCH, GEOSEARCHSTORE and the older GEORADIUS commands.
 */
import { flatCopy } from "../../data/ByteString.ts"
import { decode, type Position } from "../../data/Geohash.ts"
import { distanceInside, type GeoShape, scoreRanges } from "../../data/GeoShape.ts"
import type { Key } from "../../data/Key.ts"
import { MemberTable } from "../../data/MemberTable.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import { type CommandError, isCommandError, wrongType } from "../../protocol/CommandError.ts"
import { emptyArray, type Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { KeySpec } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import { box, position, radius, unit } from "./arguments.ts"
import { type Query, query } from "./query.ts"
import { distanceText, positionReply } from "./replies.ts"

type Members = NonNullable<Arg.ArgSpec["members"]>

const center: Members = position.spec.members ?? []
const around: Members = [["radius", radius], ["unit", unit]]
const withOptions: Members = [
  ["withcoord", Arg.flag("WITHCOORD")],
  ["withdist", Arg.flag("WITHDIST")],
  ["withhash", Arg.flag("WITHHASH")]
]

const countBlock = (any: Arg.Arg<boolean>): Members => [
  ["count-block", Arg.block({ count: Arg.integer.after("COUNT"), any }).optional()]
]
const any = Arg.flag("ANY")

const order: Members = [["order", Arg.oneOf({ asc: Arg.token("ASC"), desc: Arg.token("DESC") }).optional()]]

const storeKey = (token: string, keySpec: number): Arg.Arg<Key> =>
  Arg.key("OW", "UPDATE").after(token).displayed("key").ofKeySpec(keySpec)

const store: Members = [
  ["store", Arg.oneOf({ storekey: storeKey("STORE", 1), storedistkey: storeKey("STOREDIST", 2) }).optional()]
]

const area: Members = [
  ["from", Arg.oneOf({ member: Arg.text.after("FROMMEMBER"), fromlonlat: position.after("FROMLONLAT") })],
  ["by", Arg.oneOf({ circle: Arg.block({ radius: radius.after("BYRADIUS"), unit }), box })],
  ...order,
  ...countBlock(any)
]

const complexity =
  "O(N+log(M)) where M is the size of the sorted set and N the number of members in the cells of the grid that the area touches."

export const geosearch = make("GEOSEARCH", {
  summary: "Returns the members within a circle or a box.",
  since: "6.2.0",
  group: "geo",
  complexity,
  flags: ["readonly"],
  categories: ["geo"],
  args: {
    key: Arg.key("RO", "ACCESS"),
    query: query({ begin: "options", store: "never" }, [...area, ...withOptions])
  },
  run: (context, { key, query }) => searchGeneric(context, key, query, undefined)
})

export const geosearchstore = make("GEOSEARCHSTORE", {
  summary: "Stores the members within a circle or a box in another key.",
  since: "6.2.0",
  group: "geo",
  complexity,
  flags: ["write", "denyoom"],
  categories: ["geo"],
  args: {
    destination: Arg.key("OW", "UPDATE"),
    source: Arg.key("RO", "ACCESS"),
    query: query({ begin: "options", store: "always" }, [...area, ["storedist", Arg.flag("STOREDIST")]])
  },
  run: (context, { destination, query, source }) => searchGeneric(context, source, query, destination)
})

const keySpec = (flags: KeySpec["flags"], begin: KeySpec["begin"]): KeySpec => ({
  flags,
  begin,
  find: { _tag: "Range", lastKey: 0, step: 1, limit: 0 }
})

/** The sorted set, and the keys of the options STORE and STOREDIST, which may begin at this argument. */
const storingSpecs = (startFrom: number): ReadonlyArray<KeySpec> => [
  keySpec(["RO", "ACCESS"], { _tag: "Index", position: 1 }),
  keySpec(["OW", "UPDATE"], { _tag: "Keyword", keyword: "STORE", startFrom }),
  keySpec(["OW", "UPDATE"], { _tag: "Keyword", keyword: "STOREDIST", startFrom })
]

export const georadius = make("GEORADIUS", {
  summary: "Returns the members within a distance of a position, or stores them in another key.",
  since: "3.2.0",
  group: "geo",
  complexity,
  flags: ["write", "denyoom"],
  categories: ["geo"],
  deprecatedSince: "6.2.0",
  replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
  keySpecs: storingSpecs(6),
  args: {
    key: Arg.key("RO", "ACCESS"),
    query: query(
      { begin: "position", store: "option" },
      [...center, ...around, ...withOptions, ...countBlock(any.since("6.2.0")), ...order, ...store]
    )
  },
  run: (context, { key, query }) => searchGeneric(context, key, query, undefined)
})

export const georadiusRo = make("GEORADIUS_RO", {
  summary: "Returns the members within a distance of a position.",
  since: "3.2.10",
  group: "geo",
  complexity,
  flags: ["readonly"],
  categories: ["geo"],
  deprecatedSince: "6.2.0",
  replacedBy: "`GEOSEARCH` with the `BYRADIUS` argument",
  args: {
    key: Arg.key("RO", "ACCESS"),
    query: query(
      { begin: "position", store: "never" },
      [...center, ...around, ...withOptions, ...countBlock(any.since("6.2.0")), ...order]
    )
  },
  run: (context, { key, query }) => searchGeneric(context, key, query, undefined)
})

export const georadiusbymember = make("GEORADIUSBYMEMBER", {
  summary: "Returns the members within a distance of another one, or stores them in another key.",
  since: "3.2.0",
  group: "geo",
  complexity,
  flags: ["write", "denyoom"],
  categories: ["geo"],
  deprecatedSince: "6.2.0",
  replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
  keySpecs: storingSpecs(5),
  args: {
    key: Arg.key("RO", "ACCESS"),
    query: query(
      { begin: "member", store: "option" },
      [["member", Arg.text], ...around, ...withOptions, ...countBlock(any), ...order, ...store]
    )
  },
  run: (context, { key, query }) => searchGeneric(context, key, query, undefined)
})

export const georadiusbymemberRo = make("GEORADIUSBYMEMBER_RO", {
  summary: "Returns the members within a distance of another one.",
  since: "3.2.10",
  group: "geo",
  complexity,
  flags: ["readonly"],
  categories: ["geo"],
  deprecatedSince: "6.2.0",
  replacedBy: "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
  args: {
    key: Arg.key("RO", "ACCESS"),
    query: query(
      { begin: "member", store: "never" },
      [["member", Arg.text], ...around, ...withOptions, ...countBlock(any), ...order]
    )
  },
  run: (context, { key, query }) => searchGeneric(context, key, query, undefined)
})

/** All commands of this file; GEOSEARCHSTORE names its destination, the older ones have it among their options. */
const searchGeneric = (
  { database, shapes }: CommandContext,
  key: Key,
  readQuery: (set: SortedSetValue | undefined) => Query | CommandError,
  destination: Key | undefined
): Reply => {
  const set = database.read(key)
  if (set !== undefined && !(set instanceof SortedSetValue)) return wrongType
  const query = readQuery(set)
  if (isCommandError(query)) return query
  const { shape } = query
  const found = set === undefined || shape === undefined ? [] : search(set, shape, query)
  const target = destination ?? query.storeKey
  const unitMetres = shape?.unitMetres ?? 1
  if (target === undefined) {
    return found.length === 0 ? emptyArray : found.map((place) => placeReply(place, query, unitMetres))
  }
  const table = MemberTable.ofNumbers(shapes.hasher)
  for (const { member, metres, score } of found) {
    table.insert(flatCopy(member), query.storeDist ? metres / unitMetres : score)
  }
  if (table.size === 0) database.remove(target)
  else database.store(target, SortedSetValue.ofTable(shapes, table), table.size)
  return table.size
}

/** A member within the area. */
interface Place {
  readonly member: string
  readonly score: number
  readonly position: Position
  /** From the centre. */
  readonly metres: number
}

/** What is found, in order and no more of it than wanted. */
const search = (set: SortedSetValue, shape: GeoShape, { any, count, order }: Query): ReadonlyArray<Place> => {
  const places: Array<Place> = []
  const enough = any ? count : Infinity
  for (const { end, first } of scoreRanges(shape)) {
    if (places.length >= enough) break
    const from = set.partitionByScore((score) => score < first)
    const to = set.partitionByScore((score) => score < end)
    set.some(from, to, (score, member) => {
      const position = decode(score)
      const metres = distanceInside(shape, position)
      if (metres !== undefined) places.push({ member, score, position, metres })
      return places.length >= enough
    })
  }
  if (order === "ASC") places.sort((a, b) => a.metres - b.metres)
  if (order === "DESC") places.sort((a, b) => b.metres - a.metres)
  return count === 0 ? places : places.slice(0, count)
}

const placeReply = (
  { member, metres, position, score }: Place,
  { withCoord, withDist, withHash }: Query,
  unitMetres: number
): Reply => {
  if (!withCoord && !withDist && !withHash) return member
  const reply: Array<Reply> = [member]
  if (withDist) reply.push(distanceText(metres / unitMetres))
  if (withHash) reply.push(Math.trunc(score))
  if (withCoord) reply.push(positionReply(position))
  return reply
}
