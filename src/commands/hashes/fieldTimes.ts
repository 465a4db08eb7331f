/**
 * Times to live of fields as arguments. Other than those of keys they may be 0, which has passed already, and end earlier.
 */
import type { HashValue } from "../../data/HashValue.ts"
import { parseInt64 } from "../../data/Int64.ts"
import {
  type CommandError,
  Failure,
  InvalidExpireTime,
  isCommandError,
  notInteger
} from "../../protocol/CommandError.ts"
import type { Expiry } from "../expiry.ts"

/** In milliseconds since the epoch, in the year 4199: Redis keeps deadlines of fields in 46 bits. */
export const lastDeadline = 2 ** 46 - 1

const negative = new Failure("invalid expire time, must be >= 0")

/** What an argument says, in milliseconds. `command` is the name in lower case, here and below. */
export const readMillis = (text: string, unitMillis: 1 | 1000, command: string): number | CommandError => {
  const time = parseInt64(text)
  if (time === undefined) return notInteger
  if (time < 0) return negative
  return time > Math.floor(lastDeadline / unitMillis) ? new InvalidExpireTime(command) : Number(time) * unitMillis
}

/** The deadline so many milliseconds after `baseMillis`, which is 0 for times since the epoch. */
export const deadlineAfter = (
  baseMillis: number,
  millis: number | CommandError,
  command: string
): number | CommandError => {
  if (isCommandError(millis)) return millis
  return millis > lastDeadline - baseMillis ? new InvalidExpireTime(command) : baseMillis + millis
}

/** The unit of the option EX, PX, EXAT or PXAT. */
export const unitOf = (token: Expiry["token"]): 1 | 1000 => token === "EX" || token === "EXAT" ? 1000 : 1

/** What the option's time counts from. */
export const baseOf = (token: Expiry["token"], nowMillis: number): number =>
  token === "EX" || token === "PX" ? nowMillis : 0

/** Gives a field that exists a deadline, or removes it where that has passed; answers whether it has been removed. */
export const expireField = (hash: HashValue, field: string, deadline: number, nowMillis: number): boolean => {
  if (deadline > nowMillis) {
    hash.setDeadline(field, deadline)
    return false
  }
  return hash.delete(field)
}
