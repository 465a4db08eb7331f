/**
 * EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT: a key gets a time to live. A time that has passed already removes the key at once.
 */
import { type Int64, maxInt64, minInt64, parseInt64 } from "../../data/Int64.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, Failure, InvalidExpireTime, notInteger } from "../../protocol/CommandError.ts"
import type { Command } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import * as Expiry from "../expiry.ts"
import { expiresAt, removedAsExpired } from "../told.ts"

interface ExpireDeclaration {
  readonly summary: string
  readonly since: string
  readonly time: Arg.Arg<string>
  readonly unitMillis: 1 | 1000
  /** The time counts from now, not from the epoch. */
  readonly isRelative: boolean
}

const expireCommand = (name: string, { isRelative, summary, since, time, unitMillis }: ExpireDeclaration): Command => {
  const invalidTime = new InvalidExpireTime(name.toLowerCase())
  return make(name, {
    summary,
    since,
    group: "generic",
    complexity: "O(1)",
    flags: ["write", "fast"],
    categories: ["keyspace"],
    args: { key: Arg.key("RW", "UPDATE"), time, condition: conditions },
    run: (context, { condition, key, time }) => {
      const { clock, database, propagation, reader, stats } = context
      // Redis looks at the time when it has read the conditions.
      const duration = parseInt64(time)
      if (duration === undefined) return notInteger
      const deadline = deadlineAfter(isRelative ? clock.millis : 0, duration, unitMillis)
      if (deadline === undefined) return invalidTime
      if (database.find(key) === undefined) return 0
      if (!isWanted(condition, deadline, database.deadline(key))) return 0
      if (deadline <= clock.expiryMillis) {
        database.remove(key)
        stats.counters.expiredKeys++
        propagation.instead(() => [removedAsExpired(context, key)])
      } else {
        database.setDeadline(key, deadline)
        propagation.instead(() => [expiresAt(key, deadline, reader.request.words(3))])
      }
      return 1
    }
  })
}

/** Milliseconds since the epoch; `undefined` where they, or `duration` itself in milliseconds, leave the range of 64 bits. */
const deadlineAfter = (baseMillis: number, duration: Int64, unitMillis: 1 | 1000): number | undefined => {
  const deadline = Number(duration) * unitMillis + baseMillis
  if (Math.abs(deadline) <= Expiry.lastDeadline) return deadline
  const millis = BigInt(duration) * BigInt(unitMillis)
  if (millis < minInt64 || millis > maxInt64 - BigInt(baseMillis)) return undefined
  return millis < 0n ? 0 : Expiry.lastDeadline
}

const tokens = ["NX", "XX", "GT", "LT"] as const

type Conditions = Readonly<Record<(typeof tokens)[number], boolean>>

/** A key without a time to live lives forever: no deadline is later than that, every one is earlier. */
const isWanted = ({ GT, LT, NX, XX }: Conditions, deadline: number, current: number | undefined): boolean => {
  if (current === undefined) return !XX && !GT
  return !NX && (!GT || deadline > current) && (!LT || deadline < current)
}

/** Shown as alternatives, but read as a set, because XX goes together with GT and with LT. */
const readConditions = (reader: ArgReader): Conditions | CommandError => {
  if (reader.isAtEnd) return unconditional
  const conditions = { ...unconditional }
  for (; !reader.isAtEnd; reader.position++) {
    const token = tokens.find((token) => reader.accepts(token))
    if (token === undefined) return new Failure(`Unsupported option ${reader.request.text(reader.position)}`)
    conditions[token] = true
  }
  if (conditions.NX && (conditions.XX || conditions.GT || conditions.LT)) return nxConflict
  return conditions.GT && conditions.LT ? gtConflict : conditions
}

const unconditional: Conditions = { NX: false, XX: false, GT: false, LT: false }
const nxConflict = new Failure("NX and XX, GT or LT options at the same time are not compatible")
const gtConflict = new Failure("GT and LT options at the same time are not compatible")

const alternatives = Arg.oneOf({
  nx: Arg.token("NX"),
  xx: Arg.token("XX"),
  gt: Arg.token("GT"),
  lt: Arg.token("LT")
})

const conditions = new Arg.Arg<Conditions>({ ...alternatives.spec, since: "7.0.0", optional: true }, {
  read: readConditions,
  minimum: 0,
  inPlace: true
})

export const expire = expireCommand("EXPIRE", {
  summary: "Lets a key expire after a number of seconds.",
  since: "1.0.0",
  time: Expiry.duration.named("seconds"),
  unitMillis: 1000,
  isRelative: true
})

export const pexpire = expireCommand("PEXPIRE", {
  summary: "Lets a key expire after a number of milliseconds.",
  since: "2.6.0",
  time: Expiry.duration.named("milliseconds"),
  unitMillis: 1,
  isRelative: true
})

export const expireAt = expireCommand("EXPIREAT", {
  summary: "Lets a key expire at a Unix time in seconds.",
  since: "1.2.0",
  time: Expiry.moment.named("unix-time-seconds"),
  unitMillis: 1000,
  isRelative: false
})

export const pexpireAt = expireCommand("PEXPIREAT", {
  summary: "Lets a key expire at a Unix time in milliseconds.",
  since: "2.6.0",
  time: Expiry.moment.named("unix-time-milliseconds"),
  unitMillis: 1,
  isRelative: false
})
