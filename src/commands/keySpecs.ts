/**
 * The keys of a request, by the key specs of its command: for COMMAND GETKEYS and everyone who has to know keys before the command runs.
 */
import type { Request } from "../protocol/Request.ts"
import type { Command, KeyReference, KeySpec } from "../services/CommandTable.ts"

/** Whether a request of this command can have keys at all. */
export const hasKeys = ({ getKeys, keySpecs }: Command): boolean =>
  getKeys !== undefined || keySpecs.some(({ flags }) => !flags.includes("NOT_KEY"))

/** The keys of a request, in the order of the specs; none also where the arguments are not as they should be. */
export const keysOf = (command: Command, request: Request): ReadonlyArray<KeyReference> => {
  const { getKeys, keySpecs } = command
  // Specs tell where the keys are, but not how they are used where that depends on the options.
  const isReliable = keySpecs.every(({ flags }) => !flags.includes("VARIABLE_FLAGS"))
  return (isReliable ? keysBySpecs(keySpecs, request) : undefined) ?? getKeys?.(request) ?? []
}

/** `undefined` where a spec cannot tell. After `getKeysUsingKeySpecs` in db.c. */
const keysBySpecs = (specs: ReadonlyArray<KeySpec>, request: Request): ReadonlyArray<KeyReference> | undefined => {
  const keys: Array<KeyReference> = []
  for (const spec of specs) {
    const { begin, flags } = spec
    if (flags.includes("NOT_KEY")) continue
    if (begin._tag === "Unknown") return undefined
    const start = begin._tag === "Index" ? begin.position : behindKeyword(begin.keyword, begin.startFrom, request)
    if (start === undefined) continue
    const range = rangeFrom(start, spec.find, request)
    if (range === undefined) return undefined
    const { first, last, step } = range
    if (last >= request.length || last < first || first >= request.length) return undefined
    for (let position = first; position <= last; position += step) keys.push({ position, flags })
    if (flags.includes("INCOMPLETE")) return undefined
  }
  return keys
}

/** Where the keyword is looked for from: forwards, or with a negative number backwards from the end. */
const behindKeyword = (keyword: string, startFrom: number, request: Request): number | undefined => {
  const step = startFrom > 0 ? 1 : -1
  const start = startFrom > 0 ? startFrom : request.length + startFrom
  // The last argument has nothing behind it.
  const end = startFrom > 0 ? request.length - 1 : 1
  for (let i = start; i !== end && i >= 1 && i < request.length; i += step) {
    if (request.equalsIgnoreCase(i, keyword.toUpperCase())) return i + 1
  }
  return undefined
}

interface Range {
  readonly first: number
  readonly last: number
  readonly step: number
}

const rangeFrom = (start: number, find: KeySpec["find"], request: Request): Range | undefined => {
  switch (find._tag) {
    case "Range": {
      const { lastKey, limit, step } = find
      if (lastKey >= 0) return { first: start, last: start + lastKey, step }
      // A limit leaves the keys only a part of what follows.
      const last = limit === 0
        ? request.length + lastKey
        : start + Math.trunc((request.length - start) / limit) + lastKey
      return { first: start, last, step }
    }
    case "KeyNumber": {
      const at = start + find.position
      const count = at < request.length ? request.integer(at) : undefined
      if (typeof count !== "number" || count < 0) return undefined
      const first = start + find.firstKey
      return { first, last: first + count - 1, step: find.step }
    }
    case "Unknown":
      return undefined
  }
}

/** The keys as COMMAND shows them besides the specs: a range from `first` to `last`, in absolute numbers, negative from the end. */
export interface LegacyRange extends Range {
  /** The range is not all: clients have to ask COMMAND GETKEYS. */
  readonly isMovable: boolean
}

/** After `populateCommandLegacyRangeSpec` in server.c. */
export const legacyRange = ({ keySpecs }: Command): LegacyRange => {
  const [only] = keySpecs
  if (only === undefined) return { first: 0, last: 0, step: 0, isMovable: false }
  if (keySpecs.length === 1 && only.begin._tag === "Index" && only.find._tag === "Range") {
    const first = only.begin.position
    return { first, last: lastOf(first, only.find.lastKey), step: only.find.step, isMovable: isIncomplete(only) }
  }
  let isMovable = false
  let first = Infinity
  let last = 0
  for (const spec of keySpecs) {
    const { begin, find } = spec
    const isPlain = begin._tag === "Index" && find._tag === "Range" && find.step === 1
    if (!isPlain || last !== 0 && last !== begin.position - 1) {
      isMovable = true
      continue
    }
    if (isIncomplete(spec)) isMovable = true
    first = Math.min(first, begin.position)
    // As unsigned numbers, so that what is counted from the end is behind everything else.
    last = Math.max(last >>> 0, lastOf(begin.position, find.lastKey) >>> 0) | 0
  }
  return first === Infinity ? { first: 0, last: 0, step: 0, isMovable: true } : { first, last, step: 1, isMovable }
}

const lastOf = (first: number, lastKey: number): number => lastKey < 0 ? lastKey : first + lastKey

const isIncomplete = ({ flags }: KeySpec): boolean => flags.includes("INCOMPLETE")
