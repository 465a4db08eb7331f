/**
 * TTL, PTTL, EXPIRETIME, PEXPIRETIME: how long a key lives yet, or until when; and PERSIST, which lets it live forever.
 */
import type { Command } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"

interface TimeDeclaration {
  readonly summary: string
  readonly since: string
  readonly unitMillis: 1 | 1000
  /** The answer counts from now, not from the epoch. */
  readonly isRelative: boolean
}

const timeCommand = (name: string, { isRelative, since, summary, unitMillis }: TimeDeclaration): Command =>
  make(name, {
    summary,
    since,
    group: "generic",
    complexity: "O(1)",
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    // What is left changes by itself, the deadline does not.
    tips: isRelative ? ["nondeterministic_output"] : [],
    args: { key: Arg.key("RO", "ACCESS") },
    run: ({ clock, database }, { key }) => {
      if (database.peek(key) === undefined) return noKey
      const deadline = database.deadline(key)
      if (deadline === undefined) return noDeadline
      const millis = isRelative ? deadline - clock.millis : deadline
      // Seconds are rounded to the nearest, so that TTL right after EXPIRE answers what EXPIRE was given.
      return unitMillis === 1 ? millis : Math.floor((millis + 500) / 1000)
    }
  })

const noKey = -2
const noDeadline = -1

export const ttl = timeCommand("TTL", {
  summary: "Returns the seconds a key has left to live.",
  since: "1.0.0",
  unitMillis: 1000,
  isRelative: true
})

export const pttl = timeCommand("PTTL", {
  summary: "Returns the milliseconds a key has left to live.",
  since: "2.6.0",
  unitMillis: 1,
  isRelative: true
})

export const expireTime = timeCommand("EXPIRETIME", {
  summary: "Returns the Unix time in seconds at which a key expires.",
  since: "7.0.0",
  unitMillis: 1000,
  isRelative: false
})

export const pexpireTime = timeCommand("PEXPIRETIME", {
  summary: "Returns the Unix time in milliseconds at which a key expires.",
  since: "7.0.0",
  unitMillis: 1,
  isRelative: false
})

export const persist = make("PERSIST", {
  summary: "Takes the time to live away from a key.",
  since: "2.2.0",
  group: "generic",
  complexity: "O(1)",
  flags: ["write", "fast"],
  categories: ["keyspace"],
  args: { key: Arg.key("RW", "UPDATE") },
  run: ({ database }, { key }) => database.find(key) !== undefined && database.clearDeadline(key) ? 1 : 0
})
