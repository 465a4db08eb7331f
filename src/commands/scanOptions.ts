/**
 * What SCAN, SSCAN, HSCAN and ZSCAN have in common: cursor, MATCH, COUNT, how far one call goes, and the reply.
 */
import { matchGlob } from "../data/Glob.ts"
import { type CommandError, Failure, syntaxFailure } from "../protocol/CommandError.ts"
import type { Reply } from "../protocol/Reply.ts"
import * as Arg from "./Arg.ts"
import * as Schemas from "./schemas.ts"

export const cursor = Arg.schema(Schemas.ScanCursor, new Failure("invalid cursor"), "integer")

/** The fields of a declaration for the options that all of them have. */
export const options = {
  pattern: Arg.pattern.after("MATCH").optional(),
  count: Arg.count.refine((count) => count >= 1, syntaxFailure).after("COUNT").optional()
}

export interface ScanOptions {
  readonly pattern: string | undefined
  readonly count: number | undefined
}

const notInHash = new Failure("NOVALUES option can only be used in HSCAN")
const notInSortedSet = new Failure("NOSCORES option can only be used in ZSCAN")

/** The options of the other commands of this kind are known here, and refused with a reason. */
export const unknownOption = (option: string): CommandError => {
  switch (option.toUpperCase()) {
    case "NOVALUES":
      return notInHash
    case "NOSCORES":
      return notInSortedSet
    default:
      return syntaxFailure
  }
}

/**
 * The reply of one call of SSCAN, HSCAN or ZSCAN.
 *
 * `scan` is one step through the value: it visits elements by their names, each with what is answered behind the name if there is anything, and answers the
 * next cursor. A compact value is one step.
 */
export const scanElements = (
  cursor: number,
  { count, pattern }: ScanOptions,
  scan: (cursor: number, visit: (name: string, detail?: Reply) => void) => number
): Reply => {
  const isWanted = nameFilter(pattern)
  const found: Array<Reply> = []
  const next = scanSteps(cursor, count, (cursor, count) =>
    scan(cursor, (name, detail) => {
      count()
      if (!isWanted(name)) return
      found.push(name)
      if (detail !== undefined) found.push(detail)
    }))
  return [String(next), found]
}

/** What is answered where there is nothing to go through. */
export const emptyScan: Reply = ["0", []]

/**
 * Takes as many steps as one call may, and answers the cursor for the next call. `step` says of each element it comes across that it did.
 *
 * COUNT is about the effort, not about what is found: elements are counted before they are filtered, and a table with many empty buckets ends the call too.
 */
export const scanSteps = (
  cursor: number,
  wanted: number | undefined = 10,
  step: (cursor: number, count: () => void) => number
): number => {
  let seen = 0
  const count = (): void => {
    seen++
  }
  let next = cursor
  for (let steps = 0; steps <= 10 * wanted; steps++) {
    next = step(next, count)
    if (next === 0 || seen >= wanted) break
  }
  return next
}

/** `*` is every name, also the empty one, which a glob-style pattern would not match. */
export const nameFilter = (pattern = "*"): (name: string) => boolean =>
  pattern === "*" ? () => true : (name) => matchGlob(pattern, name)
