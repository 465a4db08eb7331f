/**
 * The part of a string that BITCOUNT and BITPOS look at: `[start [end [BYTE | BIT]]]`, where negative positions count from the end.
 */
import { type Int64, parseInt64 } from "../../data/Int64.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, notInteger, syntaxFailure } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"

export interface Range {
  readonly start: Int64
  /** The last position, up to the end of the string where it is not there. */
  readonly end: Int64 | undefined
  readonly isInBits: boolean
}

/** What COMMAND DOCS shows. */
const documented = Arg.block({
  start: Arg.integer,
  endUnitBlock: Arg.block({
    end: Arg.integer,
    unit: Arg.oneOf({ byte: Arg.token("BYTE"), bit: Arg.token("BIT") }).since("7.0.0").optional()
  }).optional()
})

/** Redis looks at the number of arguments first, and at the unit before the end. */
const read = (reader: ArgReader): Range | undefined | CommandError => {
  const { position, remaining, request } = reader
  if (remaining === 0) return undefined
  if (remaining > 3) return syntaxFailure
  reader.position += remaining
  const start = parseInt64(request.text(position))
  if (start === undefined) return notInteger
  const isInBits = remaining === 3 && request.equalsIgnoreCase(position + 2, "BIT")
  if (remaining === 3 && !isInBits && !request.equalsIgnoreCase(position + 2, "BYTE")) return syntaxFailure
  const end = remaining > 1 ? parseInt64(request.text(position + 1)) : undefined
  return end === undefined && remaining > 1 ? notInteger : { start, end, isInBits }
}

export const range = new Arg.Arg<Range | undefined>({ ...documented.spec, optional: true }, { read, minimum: 0 })

/** The bits from `start` up to, not including, `end`, of a string of that length; `start` is not below `end` where there are none. */
export interface BitRange {
  readonly start: number
  readonly end: number
}

export const bitsOf = ({ end, isInBits, start }: Range, byteLength: number): BitRange => {
  const length = isInBits ? 8 * byteLength : byteLength
  const width = isInBits ? 1 : 8
  const last = end === undefined ? length - 1 : Math.min(fromStart(end, length), length - 1)
  return { start: width * fromStart(start, length), end: width * (last + 1) }
}

const fromStart = (position: Int64, length: number): number =>
  position < 0 ? Math.max(0, length + Number(position)) : Number(position)
