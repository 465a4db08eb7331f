/**
 * How long a command may wait: the argument of those that block, in seconds or, for streams, in milliseconds.
 */
import * as Schema from "effect/Schema"
import { parseDouble } from "../data/Double.ts"
import type { Key } from "../data/Key.ts"
import { parseLongDouble } from "../data/LongDouble.ts"
import { type CommandError, Failure, isCommandError } from "../protocol/CommandError.ts"
import type { KeyFlag, KeySpec } from "../services/CommandTable.ts"
import * as Arg from "./Arg.ts"
import * as Schemas from "./schemas.ts"

const negative = new Failure("timeout is negative")
const outOfRange = new Failure("timeout is out of range")

/** A signed 64-bit number of milliseconds must hold it. */
const longestMillis = 2 ** 63

/** Whole milliseconds from 0, which is no limit. */
const asMillis = (millis: number): number | CommandError => {
  if (millis >= longestMillis) return outOfRange
  // Less than a millisecond below zero is none at all, as in Redis.
  const whole = Math.ceil(millis)
  return whole < 0 ? negative : Math.abs(whole)
}

const timeout = (given: Arg.Arg<number | bigint>, millisPerUnit: number): Arg.Arg<number> =>
  new Arg.Arg<number>(given.spec, {
    read: (reader) => {
      const value = given.decoder.read(reader)
      return isCommandError(value) ? value : asMillis(Number(value) * millisPerUnit)
    },
    minimum: 1,
    width: 1
  })

/** Redis reads a long double here, whose range is wider than a double's: what is beyond that is out of range then, but a number. */
const seconds = Schemas.parsed<number>(Schema.Number, (text) => {
  const value = parseDouble(text)
  if (value !== undefined) return value
  const wide = parseLongDouble(text)
  if (wide === undefined) return undefined
  return (wide.mantissa < 0n ? -1 : 1) * (wide.exponent > 0 ? Infinity : Number.MIN_VALUE)
})

/** Seconds with a fraction, decoded to milliseconds: rounded up, so that the shortest time is not none at all. */
export const timeoutSeconds: Arg.Arg<number> = timeout(
  Arg.schema(seconds, new Failure("timeout is not a float or out of range"), "double"),
  1000
)

/** Milliseconds. */
export const timeoutMillis: Arg.Arg<number> = timeout(
  Arg.schema(Schemas.Int64, new Failure("timeout is not an integer or out of range"), "integer"),
  1
)

/** As `timeoutSeconds`, for commands that look at it after all their other arguments: it decodes to a function that does so. */
export const lateTimeoutSeconds: Arg.Arg<() => number | CommandError> = new Arg.Arg<() => number | CommandError>(
  timeoutSeconds.spec,
  {
    read: (reader) => {
      const position = reader.position++
      return () => {
        reader.position = position
        return timeoutSeconds.decoder.read(reader)
      }
    },
    minimum: 1,
    width: 1,
    infallible: true
  }
)

/** One key or more, and the timeout behind the last one; `keysBeforeTimeout` is where the keys are. */
export const keysAndTimeout = (
  ...keyFlags: ReadonlyArray<KeyFlag>
): Arg.Arg<{ readonly keys: ReadonlyArray<Key>; readonly timeoutMillis: number }> => {
  const key = Arg.key(...keyFlags)
  return new Arg.Arg<{ readonly keys: ReadonlyArray<Key>; readonly timeoutMillis: number }>(
    { type: "block", members: [["key", key.many()], ["timeout", timeoutSeconds]], unwrapped: true },
    {
      read: (reader) => {
        const keys: Array<Key> = []
        while (reader.remaining > 1) keys.push(reader.request.key(reader.position++, reader.hasher))
        const timeoutMillis = timeoutSeconds.decoder.read(reader)
        return isCommandError(timeoutMillis) ? timeoutMillis : { keys, timeoutMillis }
      },
      minimum: 2
    }
  )
}

export const keysBeforeTimeout = (...flags: KeySpec["flags"]): ReadonlyArray<KeySpec> => [{
  flags,
  begin: { _tag: "Index", position: 1 },
  find: { _tag: "Range", lastKey: -2, step: 1, limit: 0 }
}]
