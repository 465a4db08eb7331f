/**
 * The point in time that a time to live leads to.
 */
import { type Int64, maxInt64, minInt64 } from "../../data/Int64.ts"

/**
 * Milliseconds since the epoch, from `time` in units of `unitMillis` after `baseMillis`; `undefined` where the sum or the time itself leaves the range of
 * 64 bits with sign.
 *
 * **Gotchas** Beyond 2^53 milliseconds, which is the year 287396, the answer is rounded to what a JavaScript number can hold.
 */
export const deadlineAfter = (baseMillis: number, time: Int64, unitMillis: 1 | 1000): number | undefined => {
  if (typeof time === "number") {
    const millis = time * unitMillis
    if (Number.isSafeInteger(millis) && Number.isSafeInteger(millis + baseMillis)) return millis + baseMillis
  }
  const millis = BigInt(time) * BigInt(unitMillis)
  if (millis > maxInt64 || millis < minInt64) return undefined
  const deadline = millis + BigInt(baseMillis)
  return deadline > maxInt64 ? undefined : Math.min(Number(deadline), latestDeadline)
}

/** An integer reply, also where a deadline is beyond the safe integers. */
export const integerReply = (value: number): number | bigint => Number.isSafeInteger(value) ? value : BigInt(value)

/** The largest number below 2^63. */
const latestDeadline = 2 ** 63 - 1024
