/**
 * HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT: fields get a time to live; HPERSIST takes it away. A time that has passed already removes the field at once.
 */
import { Failure, isCommandError } from "../../protocol/CommandError.ts"
import type { Command as AnyCommand } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import * as Expiry from "../expiry.ts"
import { hashOf } from "./access.ts"
import { atMostOne, fieldList } from "./fieldList.ts"
import { deadlineAfter, expireField, readMillis } from "./fieldTimes.ts"
import { fieldsExpireAt, fieldsRemoved } from "./told.ts"

interface ExpireDeclaration {
  readonly summary: string
  readonly time: Arg.Arg<string>
  readonly unitMillis: 1 | 1000
  /** The time counts from now, not from the epoch. */
  readonly isRelative: boolean
}

/** What is answered for each field. */
const noField = -2
const noDeadline = -1
const refused = 0
const done = 1
const removed = 2

const expireCommand = (name: string, { isRelative, summary, time, unitMillis }: ExpireDeclaration): AnyCommand => {
  const command = name.toLowerCase()
  return Command.make(name, {
    summary,
    since: "7.4.0",
    group: "hash",
    complexity: "O(N log M) for N fields of a hash in which M have a time to live.",
    flags: ["write", "fast"],
    categories: ["hash"],
    args: {
      key: Arg.key("RW", "UPDATE"),
      time,
      condition: atMostOne(conditions),
      fields: fieldList(new Failure("Parameter `numFields` should be greater than 0"))
    },
    run: ({ clock, database, propagation, stats }, { condition, fields: readFields, key, time }) => {
      const hash = hashOf(database.find(key))
      if (isCommandError(hash)) return hash
      const now = clock.millis
      const deadline = deadlineAfter(isRelative ? now : 0, readMillis(time, unitMillis, command), command)
      if (isCommandError(deadline)) return deadline
      const fields = readFields()
      if (isCommandError(fields)) return fields
      if (hash === undefined) return fields.map(() => noField)

      const replies: Array<number> = []
      database.modify(key, hash, (hash) => {
        let changes = 0
        hash.admitDeadlines()
        for (const field of fields) {
          const reply = !hash.has(field)
            ? noField
            : !isWanted(condition, deadline, hash.deadline(field))
            ? refused
            : expireField(hash, field, deadline, clock.expiryMillis)
            ? removed
            : done
          replies.push(reply)
          if (reply > refused) changes++
          if (reply === removed) stats.counters.expiredFields++
        }
        return changes
      })
      propagation.instead(() => {
        const changed = fields.filter((_, i) => replies[i] === done)
        return changed.length === 0
          ? fieldsRemoved(key, fields.filter((_, i) => replies[i] === removed))
          : [fieldsExpireAt(key, deadline, changed, condition === undefined ? [] : [condition])]
      })
      return replies
    }
  })
}

const conditions = Arg.oneOf({
  nx: Arg.token("NX"),
  xx: Arg.token("XX"),
  gt: Arg.token("GT"),
  lt: Arg.token("LT")
})

/** A field without a time to live lives forever: no deadline is later than that, every one is earlier. */
const isWanted = (condition: "NX" | "XX" | "GT" | "LT" | undefined, deadline: number, current = Infinity): boolean => {
  switch (condition) {
    case "NX":
      return current === Infinity
    case "XX":
      return current !== Infinity
    case "GT":
      return deadline > current
    case "LT":
      return deadline < current
    case undefined:
      return true
  }
}

export const hexpire = expireCommand("HEXPIRE", {
  summary: "Lets fields of a hash expire after a number of seconds.",
  time: Expiry.duration.named("seconds"),
  unitMillis: 1000,
  isRelative: true
})

export const hpexpire = expireCommand("HPEXPIRE", {
  summary: "Lets fields of a hash expire after a number of milliseconds.",
  time: Expiry.duration.named("milliseconds"),
  unitMillis: 1,
  isRelative: true
})

export const hexpireat = expireCommand("HEXPIREAT", {
  summary: "Lets fields of a hash expire at a Unix time in seconds.",
  time: Expiry.moment.named("unix-time-seconds"),
  unitMillis: 1000,
  isRelative: false
})

export const hpexpireat = expireCommand("HPEXPIREAT", {
  summary: "Lets fields of a hash expire at a Unix time in milliseconds.",
  time: Expiry.moment.named("unix-time-milliseconds"),
  unitMillis: 1,
  isRelative: false
})

export const hpersist = Command.make("HPERSIST", {
  summary: "Takes the time to live away from fields of a hash.",
  since: "7.4.0",
  group: "hash",
  complexity: "O(N log M) for N fields of a hash in which M have a time to live.",
  flags: ["write", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RW", "UPDATE"), fields: fieldList() },
  run: ({ clock, database }, { fields: readFields, key }) => {
    const hash = hashOf(database.find(key))
    if (isCommandError(hash)) return hash
    const fields = readFields()
    if (isCommandError(fields)) return fields
    if (hash === undefined) return fields.map(() => noField)
    const replies: Array<number> = []
    database.modify(key, hash, (hash) => {
      let changes = 0
      for (const field of fields) {
        if (!hash.has(field) || hash.isExpired(field, clock.expiryMillis)) {
          replies.push(noField)
        } else if (hash.deadline(field) === undefined) {
          replies.push(noDeadline)
        } else {
          hash.clearDeadline(field)
          replies.push(done)
          changes = 1
        }
      }
      return changes
    })
    return replies
  }
})
