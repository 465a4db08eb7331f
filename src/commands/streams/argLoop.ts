/**
 * Arguments that Redis reads in a loop with rules and errors of its own.
 */
import type { ArgReader } from "../../protocol/ArgReader.ts"
import type { CommandError } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"
import type { Fields } from "../argFields.ts"

/** The rest of the arguments, which `read` has to read to their end; COMMAND DOCS shows them as `members`. */
export const argLoop = <A>(
  members: Fields,
  minimum: number,
  read: (reader: ArgReader) => A | CommandError
): Arg.Arg<A> => new Arg.Arg<A>({ type: "block", members: Object.entries(members), unwrapped: true }, { read, minimum })

/** As `argLoop`, for a command that looks at its key before: it decodes to a function that reads, and which is called once. */
export const lateArgLoop = <A>(
  members: Fields,
  minimum: number,
  read: (reader: ArgReader) => A | CommandError
): Arg.Arg<() => A | CommandError> =>
  argLoop(members, minimum, (reader) => {
    const start = reader.position
    reader.position = reader.request.length
    return () => {
      reader.position = start
      return read(reader)
    }
  })
