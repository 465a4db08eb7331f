/**
 * Stream ids as arguments: how they are read, and what they are answered with where they are none.
 */
import * as StreamId from "../../data/stream/StreamId.ts"
import { type CommandError, Failure, isCommandError } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"

export const invalidId = new Failure("Invalid stream ID specified as stream command argument")
const invalidStart = new Failure("invalid start ID for the interval")
const invalidEnd = new Failure("invalid end ID for the interval")

/** The id of one entry; `-` and `+` are none. */
export const parseId = (text: string): StreamId.StreamId | CommandError => StreamId.parse(text) ?? invalidId

/** All of them, or the error of the first one that is none. */
export const parseIds = (texts: ReadonlyArray<string>): ReadonlyArray<StreamId.StreamId> | CommandError => {
  const ids: Array<StreamId.StreamId> = []
  for (const text of texts) {
    const id = parseId(text)
    if (isCommandError(id)) return id
    ids.push(id)
  }
  return ids
}

/** The first id of an interval; behind `(` is one that is not part of it. */
export const parseStart = (text: string): StreamId.StreamId | CommandError => {
  if (!isExclusive(text)) return StreamId.parseBound(text, false) ?? invalidId
  const before = StreamId.parse(text.slice(1))
  return before === undefined ? invalidId : StreamId.successor(before) ?? invalidStart
}

/** The last id of an interval. */
export const parseEnd = (text: string): StreamId.StreamId | CommandError => {
  if (!isExclusive(text)) return StreamId.parseBound(text, true) ?? invalidId
  const behind = StreamId.parse(text.slice(1), StreamId.max.seq)
  return behind === undefined ? invalidId : StreamId.predecessor(behind) ?? invalidEnd
}

const isExclusive = (text: string): boolean => text.length > 1 && text.startsWith("(")

const parsed = (
  parse: (text: string) => StreamId.StreamId | CommandError
): Arg.Arg<StreamId.StreamId> =>
  new Arg.Arg<StreamId.StreamId>(Arg.text.spec, {
    read: (reader) => parse(reader.request.text(reader.position++)),
    minimum: 1,
    width: 1
  })

export const start = parsed(parseStart)
export const end = parsed(parseEnd)
export const id = parsed(parseId)

/** Ids that are looked at once the key has been found. */
export const lateIds = Arg.text.named("ID").many()
