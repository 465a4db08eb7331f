/**
 * The arguments of GEOSEARCH, GEORADIUS and their relatives behind the key: what is looked for, and what is answered or stored of it.
 *
 * They are read by hand, and only when the key has been looked at, because their errors depend on it: a member's position comes from the sorted set in the
 * middle of them. Options may come in any order and more than once, and the last one counts.
 */
import { decode, type Position } from "../../data/Geohash.ts"
import type { GeoShape } from "../../data/GeoShape.ts"
import type { Key } from "../../data/Key.ts"
import type { SortedSetValue } from "../../data/SortedSetValue.ts"
import { type CommandError, Failure, isCommandError, notInteger, syntaxFailure } from "../../protocol/CommandError.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import * as Arg from "../Arg.ts"
import { box, circle, position } from "./arguments.ts"

export interface Query {
  /** Where to look; `undefined` where there is no sorted set to look in. */
  readonly shape: GeoShape | undefined
  readonly withCoord: boolean
  readonly withDist: boolean
  readonly withHash: boolean
  /** How many results are wanted; 0 is all. */
  readonly count: number
  /** The first results will do, rather than the nearest. */
  readonly any: boolean
  readonly order: "ASC" | "DESC" | undefined
  /** Where the option STORE or STOREDIST wants the results. */
  readonly storeKey: Key | undefined
  /** What is stored are distances and no positions. */
  readonly storeDist: boolean
}

/** What the commands differ in. */
export interface Form {
  /** What the arguments begin with: a position and a radius, a member and a radius, or nothing: then they are options. */
  readonly begin: "position" | "member" | "options"
  /** Where results go: always to the client, to another key if the option says so, or always to another key. */
  readonly store: "never" | "option" | "always"
}

/** Decodes to a function that reads the arguments; it is called once, with the sorted set at the key. */
export const query = (
  form: Form,
  members: NonNullable<Arg.ArgSpec["members"]>
): Arg.Arg<(set: SortedSetValue | undefined) => Query | CommandError> =>
  new Arg.Arg<(set: SortedSetValue | undefined) => Query | CommandError>({ type: "block", unwrapped: true, members }, {
    read: (reader) => {
      const start = reader.position
      reader.position = reader.request.length
      return (set) => {
        reader.position = start
        return readQuery(reader, form, set)
      }
    },
    minimum: form.begin === "position" ? 4 : form.begin === "member" ? 3 : 5,
    infallible: true
  })

/** The query so far. */
type Draft =
  & { -readonly [K in keyof Omit<Query, "shape">]: Query[K] }
  & {
    /** The centre; a member whose position nobody can look up is `unknown`. */
    center: Position | "unknown" | undefined
    centerBy: "FROMMEMBER" | "FROMLONLAT" | undefined
    circle: { readonly radius: number; readonly unit: number } | undefined
    box: { readonly width: number; readonly height: number; readonly unit: number } | undefined
  }

const anyWithoutCount = new Failure("the ANY argument requires COUNT argument")

const readQuery = (reader: ArgReader, form: Form, set: SortedSetValue | undefined): Query | CommandError => {
  const draft: Draft = {
    center: undefined,
    centerBy: undefined,
    circle: undefined,
    box: undefined,
    withCoord: false,
    withDist: false,
    withHash: false,
    count: 0,
    any: false,
    order: undefined,
    storeKey: undefined,
    storeDist: false
  }
  const failure = readBeginning(reader, form, set, draft)
  if (failure !== undefined) return failure
  while (!reader.isAtEnd) {
    const failure = readOption(reader, form, set, draft)
    if (failure !== undefined) return failure
  }
  const { any, count, order, storeDist, storeKey, withCoord, withDist, withHash } = draft
  const stores = form.store === "always" || storeKey !== undefined
  if (stores && (withCoord || withDist || withHash)) return notStored(form)
  if (form.begin === "options") {
    const name = reader.request.text(0)
    if (draft.center === undefined) {
      return new Failure(`exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`)
    }
    if (draft.circle === undefined && draft.box === undefined) {
      return new Failure(`exactly one of BYRADIUS and BYBOX can be specified for ${name}`)
    }
  }
  if (any && count === 0) return anyWithoutCount
  // Without an order the nearest of all are meant.
  const implied = count !== 0 && !any ? "ASC" : undefined
  return {
    shape: set === undefined ? undefined : shapeOf(draft),
    withCoord,
    withDist,
    withHash,
    count,
    any,
    order: order ?? implied,
    storeKey,
    storeDist
  }
}

const notStored = ({ store }: Form): CommandError =>
  new Failure(
    `${
      store === "always" ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS"
    } is not compatible with WITHDIST, WITHHASH and WITHCOORD options`
  )

const shapeOf = ({ box, center, circle }: Draft): GeoShape | undefined => {
  if (center === undefined || center === "unknown") return undefined
  if (circle !== undefined) return { type: "circle", center, unitMetres: circle.unit, radius: circle.radius }
  return box && { type: "box", center, unitMetres: box.unit, width: box.width, height: box.height }
}

const unknownMember = new Failure("could not decode requested zset member")

/** The position of the member that is the next argument. */
const memberPosition = (reader: ArgReader, set: SortedSetValue): Position | CommandError => {
  const score = set.score(reader.request.text(reader.position++))
  return score === undefined ? unknownMember : decode(score)
}

/** What stands before the options in the older commands. */
const readBeginning = (
  reader: ArgReader,
  { begin }: Form,
  set: SortedSetValue | undefined,
  draft: Draft
): CommandError | undefined => {
  if (begin === "options") return undefined
  if (begin === "member" && set === undefined) {
    // Redis does not look at the radius then.
    reader.position += 3
    return undefined
  }
  const center = set !== undefined && begin === "member" ? memberPosition(reader, set) : position.decoder.read(reader)
  if (isCommandError(center)) return center
  draft.center = center
  return readCircle(reader, draft)
}

const readCircle = (reader: ArgReader, draft: Draft): CommandError | undefined => {
  const read = circle.decoder.read(reader)
  if (isCommandError(read)) return read
  draft.circle = read
  return undefined
}

const countNotPositive = new Failure("COUNT must be > 0")

/** Reads one option with what belongs to it; an option whose value is missing is none. */
const readOption = (
  reader: ArgReader,
  form: Form,
  set: SortedSetValue | undefined,
  draft: Draft
): CommandError | undefined => {
  const takes = (name: string, values = 0): boolean => {
    if (!reader.accepts(name) || reader.remaining <= values) return false
    reader.position++
    return true
  }
  if (takes("WITHDIST")) draft.withDist = true
  else if (takes("WITHHASH")) draft.withHash = true
  else if (takes("WITHCOORD")) draft.withCoord = true
  else if (takes("ANY")) draft.any = true
  else if (takes("ASC")) draft.order = "ASC"
  else if (takes("DESC")) draft.order = "DESC"
  else if (takes("COUNT", 1)) return readCount(reader, draft)
  else if (form.begin === "options") return readSearchOption(reader, form, set, draft, takes)
  else if (form.store === "option" && takes("STORE", 1)) readStoreKey(reader, draft, false)
  else if (form.store === "option" && takes("STOREDIST", 1)) readStoreKey(reader, draft, true)
  else return syntaxFailure
  return undefined
}

const readCount = (reader: ArgReader, draft: Draft): CommandError | undefined => {
  const count = reader.request.integer(reader.position++)
  if (count === undefined) return notInteger
  if (count <= 0) return countNotPositive
  draft.count = Number(count)
  return undefined
}

const readStoreKey = (reader: ArgReader, draft: Draft, storeDist: boolean): void => {
  draft.storeKey = reader.request.key(reader.position++, reader.hasher)
  draft.storeDist = storeDist
}

/** The options that only GEOSEARCH and GEOSEARCHSTORE have. */
const readSearchOption = (
  reader: ArgReader,
  form: Form,
  set: SortedSetValue | undefined,
  draft: Draft,
  takes: (name: string, values?: number) => boolean
): CommandError | undefined => {
  if (form.store === "always" && takes("STOREDIST")) {
    draft.storeDist = true
  } else if (draft.centerBy !== "FROMLONLAT" && takes("FROMMEMBER", 1)) {
    const center = set === undefined ? "unknown" : memberPosition(reader, set)
    if (isCommandError(center)) return center
    if (set === undefined) reader.position++
    draft.center = center
    draft.centerBy = "FROMMEMBER"
  } else if (draft.centerBy !== "FROMMEMBER" && takes("FROMLONLAT", 2)) {
    const center = position.decoder.read(reader)
    if (isCommandError(center)) return center
    draft.center = center
    draft.centerBy = "FROMLONLAT"
  } else if (draft.box === undefined && takes("BYRADIUS", 2)) {
    return readCircle(reader, draft)
  } else if (draft.circle === undefined && takes("BYBOX", 3)) {
    const read = box.decoder.read(reader)
    if (isCommandError(read)) return read
    draft.box = read
  } else {
    return syntaxFailure
  }
  return undefined
}
