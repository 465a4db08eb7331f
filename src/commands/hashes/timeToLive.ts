/**
 * HTTL, HPTTL, HEXPIRETIME, HPEXPIRETIME: how long fields live yet, or until when.
 */
import { isCommandError } from "../../protocol/CommandError.ts"
import type { Command as AnyCommand } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { hashOf } from "./access.ts"
import { fieldList } from "./fieldList.ts"

interface TimeDeclaration {
  readonly summary: string
  readonly unitMillis: 1 | 1000
  /** The answer counts from now, not from the epoch. */
  readonly isRelative: boolean
}

const noField = -2
const noDeadline = -1

const timeCommand = (name: string, { isRelative, summary, unitMillis }: TimeDeclaration): AnyCommand =>
  Command.make(name, {
    summary,
    since: "7.4.0",
    group: "hash",
    complexity: "O(N) for N fields",
    flags: ["readonly", "fast"],
    categories: ["hash"],
    // What is left changes by itself, the deadline does not.
    tips: isRelative ? ["nondeterministic_output"] : [],
    args: { key: Arg.key("RO", "ACCESS"), fields: fieldList() },
    run: ({ clock, database }, { fields: readFields, key }) => {
      const hash = hashOf(database.read(key))
      if (isCommandError(hash)) return hash
      const fields = readFields()
      if (isCommandError(fields)) return fields
      const now = clock.millis
      const baseMillis = isRelative ? now : 0
      return fields.map((field) => {
        if (hash === undefined || !hash.has(field)) return noField
        const deadline = hash.deadline(field)
        if (deadline === undefined) return noDeadline
        // Seconds are rounded up, other than those of TTL.
        return deadline < now ? noField : Math.ceil((deadline - baseMillis) / unitMillis)
      })
    }
  })

export const httl = timeCommand("HTTL", {
  summary: "Returns the seconds that fields of a hash have left to live.",
  unitMillis: 1000,
  isRelative: true
})

export const hpttl = timeCommand("HPTTL", {
  summary: "Returns the milliseconds that fields of a hash have left to live.",
  unitMillis: 1,
  isRelative: true
})

export const hexpiretime = timeCommand("HEXPIRETIME", {
  summary: "Returns the Unix times in seconds at which fields of a hash expire.",
  unitMillis: 1000,
  isRelative: false
})

export const hpexpiretime = timeCommand("HPEXPIRETIME", {
  summary: "Returns the Unix times in milliseconds at which fields of a hash expire.",
  unitMillis: 1,
  isRelative: false
})
