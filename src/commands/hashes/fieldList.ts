/**
 * How the commands about times to live of fields are written: an option where only one can stand, and FIELDS with a number and as many fields.
 */
import { parseInt64 } from "../../data/Int64.ts"
import { type CommandError, Failure } from "../../protocol/CommandError.ts"
import type { Request } from "../../protocol/Request.ts"
import * as Arg from "../Arg.ts"

type FieldList = ReadonlyArray<string> | CommandError

/**
 * FIELDS with a number of fields, and the fields. A number that is not positive is answered with `countError`.
 *
 * It decodes to a function that reads the fields, because Redis looks first at what the key holds and at the time to live.
 */
export const fieldList = (
  countError: CommandError = new Failure("Number of fields must be a positive integer")
): Arg.Arg<() => FieldList> => {
  const shown = Arg.block({ numfields: Arg.integer, field: Arg.text.many() }).after("FIELDS")
  return new Arg.Arg<() => FieldList>(shown.spec, {
    read: (reader) => {
      const { request } = reader
      const countAt = reader.position + 1
      const isThere = reader.accepts("FIELDS")
      reader.position = request.length
      return () => isThere ? readFields(request, countAt, countError) : fieldsMissing
    },
    minimum: 3,
    infallible: true
  })
}

const readFields = (request: Request, countAt: number, countError: CommandError): FieldList => {
  const count = countAt < request.length ? parseInt64(request.text(countAt)) : undefined
  if (count === undefined || count < 1) return countError
  const first = countAt + 1
  if (count !== request.length - first) return countMismatch
  return Array.from({ length: count }, (_, i) => request.text(first + i))
}

const fieldsMissing = new Failure("Mandatory argument FIELDS is missing or not at the right position")
const countMismatch = new Failure("The `numfields` parameter must match the number of arguments")

/** One of the alternatives or none: what follows is no option any more. */
export const atMostOne = <A>(choice: Arg.Arg<A>): Arg.Arg<A | undefined> => {
  const tokens = Arg.firstTokens(choice)
  const { read } = choice.decoder
  return new Arg.Arg<A | undefined>({ ...choice.spec, optional: true }, {
    read: (reader) => tokens.some((token) => reader.accepts(token)) ? read(reader) : undefined,
    minimum: 0,
    inPlace: true
  })
}
