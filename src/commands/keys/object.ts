/**
 * OBJECT: what the server knows about a value besides its contents. Asking leaves no trace in LRU and LFU.
 */
import { encodingOf, type Value } from "../../data/Value.ts"
import { Failure } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import { container, type Subcommand, subcommand } from "../Command.ts"
import type { Key } from "../../data/Key.ts"

/** A subcommand that has an answer for a key that exists; for others it is null. */
const about = (
  name: string,
  { answer, since, summary }: {
    readonly summary: string
    readonly since: string
    readonly answer: (context: CommandContext, key: Key, value: Value) => Reply
  }
): Subcommand =>
  subcommand(name, {
    summary,
    since,
    group: "generic",
    complexity: "O(1)",
    flags: ["readonly"],
    categories: ["keyspace"],
    tips: ["nondeterministic_output"],
    args: { key: Arg.key("RO") },
    run: (context, { key }) => {
      const value = context.database.peek(key)
      return value === undefined ? null : answer(context, key, value)
    }
  })

const isLfu = ({ config }: CommandContext): boolean => config.values["maxmemory-policy"].endsWith("-lfu")

const switchHint =
  "Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust."
const notLru = new Failure(`An LFU maxmemory policy is selected, idle time not tracked. ${switchHint}`)
const notLfu = new Failure(`An LFU maxmemory policy is not selected, access frequency not tracked. ${switchHint}`)

const encoding = about("ENCODING", {
  summary: "Returns the internal encoding of the value of a key.",
  since: "2.2.3",
  answer: ({ database }, key, value) => encodingOf(value, key.length, database.deadline(key) !== undefined)
})

const freq = about("FREQ", {
  summary: "Returns how often a key is used, on a logarithmic scale.",
  since: "4.0.0",
  answer: (context, key) => isLfu(context) ? context.database.frequency(key) : notLfu
})

const idleTime = about("IDLETIME", {
  summary: "Returns the seconds since a key was last used.",
  since: "2.2.3",
  answer: (context, key) => isLfu(context) ? notLru : context.database.idleSeconds(key)
})

const refCount = about("REFCOUNT", {
  summary: "Returns how many references there are to the value of a key.",
  since: "2.2.3",
  // A value belongs to one key alone. Redis once shared small integers among keys; Valkey 8 does not.
  answer: () => 1
})

export const object = container("OBJECT", {
  summary: "A container for commands that look into values.",
  since: "2.2.3",
  group: "generic",
  complexity: "Depends on subcommand.",
  flags: [],
  help: { since: "6.2.0", categories: ["keyspace"] },
  subcommands: [encoding, freq, idleTime, refCount]
})
