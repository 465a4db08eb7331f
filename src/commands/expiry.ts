/**
 * Times to live as arguments, and the options EX, PX, EXAT and PXAT of SET, GETEX and their relatives.
 *
 * The texts are read late, by the handlers, because Redis looks at a time only when the whole syntax is right, and GETEX only when there is a string to
 * expire. EXPIRE and its family, which allow times in the past, have rules of their own.
 */
import { maxInt64, parseInt64 } from "../data/Int64.ts"
import { type CommandError, InvalidExpireTime, notInteger } from "../protocol/CommandError.ts"
import * as Arg from "./Arg.ts"

/** A time that counts from now. */
export const duration = Arg.text.typed("integer")
/** A time that counts from the epoch. */
export const moment = Arg.text.typed("unix-time")

export const seconds = duration.labelled("EX")
export const milliseconds = duration.labelled("PX")
export const unixTimeSeconds = moment.labelled("EXAT")
export const unixTimeMilliseconds = moment.labelled("PXAT")

/** One of the options with its time, as it was written. */
export type Expiry = Arg.Labelled<"EX" | "PX" | "EXAT" | "PXAT", string>

/**
 * The deadline in milliseconds since the epoch.
 *
 * A time that is no integer is `NotInteger`; one that is not positive, or leads beyond 64 bits, is an `InvalidExpireTime` of this command, named in lower
 * case. EXAT and PXAT may lie in the past. Source: `getExpireMillisecondsOrReply` in t_string.c.
 */
export const deadlineOf = ({ token, value }: Expiry, nowMillis: number, command: string): number | CommandError => {
  const time = parseInt64(value)
  if (time === undefined) return notInteger
  if (time <= 0) return new InvalidExpireTime(command)
  const baseMillis = token === "EX" || token === "PX" ? nowMillis : 0
  const unitMillis = token === "EX" || token === "EXAT" ? 1000 : 1
  const deadline = Number(time) * unitMillis + baseMillis
  if (deadline <= lastDeadline) return deadline
  const exactDeadline = BigInt(time) * BigInt(unitMillis) + BigInt(baseMillis)
  return exactDeadline > maxInt64 ? new InvalidExpireTime(command) : lastDeadline
}

/** Deadlines are kept as numbers. Later ones than this, in the year 287396, are moved to it. */
export const lastDeadline = Number.MAX_SAFE_INTEGER
