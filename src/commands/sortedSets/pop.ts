/**
 * Members with the lowest or highest scores are removed and answered: ZPOPMIN, ZPOPMAX, ZMPOP, and their forms that wait.
 */
import type { Key } from "../../data/Key.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import { Failure, isCommandError, syntaxFailure, wrongType } from "../../protocol/CommandError.ts"
import { emptyArray, nullArray, type Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { Answer } from "../../services/CommandTable.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import { keysAndTimeout, keysBeforeTimeout, lateTimeoutSeconds } from "../blocking.ts"
import { make } from "../Command.ts"
import { flatPairs, nestedPairs, pairsReply } from "./replies.ts"

type Where = "MIN" | "MAX"

const anyCount = Arg.atLeast(0)

/** Redis counts the arguments of ZPOPMIN before it looks at this one. */
const count: Arg.Arg<number | undefined> = new Arg.Arg<number | undefined>({ ...anyCount.spec, optional: true }, {
  read: (reader) => reader.isAtEnd ? undefined : reader.remaining > 1 ? syntaxFailure : anyCount.decoder.read(reader),
  minimum: 0
})

export const zpopmin = make("ZPOPMIN", {
  summary: "Removes the members with the lowest scores, and returns them.",
  since: "5.0.0",
  group: "sorted-set",
  complexity: "O(M*log(N)) where N is the size of the sorted set and M the number of members removed.",
  flags: ["write", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RW", "ACCESS", "DELETE"), count },
  run: (context, { count, key }) => popReply(context, key, "MIN", count)
})

export const zpopmax = make("ZPOPMAX", {
  summary: "Removes the members with the highest scores, and returns them.",
  since: "5.0.0",
  group: "sorted-set",
  complexity: "O(M*log(N)) where N is the size of the sorted set and M the number of members removed.",
  flags: ["write", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RW", "ACCESS", "DELETE"), count },
  run: (context, { count, key }) => popReply(context, key, "MAX", count)
})

const popReply = ({ client, database }: CommandContext, key: Key, where: Where, count: number | undefined): Reply => {
  const set = database.find(key)
  if (set === undefined) return emptyArray
  if (!(set instanceof SortedSetValue)) return wrongType
  const pop = popped(database, key, set, where, count ?? 1)
  // Without a count the one pair is flat in RESP3 too.
  return count === undefined ? flatPairs(pop) : pairsReply(pop, client)
}

const countedKeys = Arg.numberedKeys(
  Arg.atLeast(1, new Failure("numkeys should be greater than 0")),
  ["RW", "ACCESS", "DELETE"]
)

const where = Arg.oneOf({ min: Arg.token("MIN"), max: Arg.token("MAX") })

const popCount = Arg.atLeast(1, new Failure("count should be greater than 0")).after("COUNT").once().optional()

export const zmpop = make("ZMPOP", {
  summary: "Removes the members with the lowest or highest scores from the first key that has any, and returns them.",
  since: "7.0.0",
  group: "sorted-set",
  complexity:
    "O(K)+O(M*log(N)) where K is the number of keys, N the size of the sorted set and M the number of members removed.",
  flags: ["write"],
  categories: ["sortedset"],
  args: { keys: countedKeys, where, count: popCount },
  run: (context, { count = 1, keys, where }) => popFirst(context, keys, where, count) ?? nullArray
})

export const bzmpop = make("BZMPOP", {
  summary:
    "Waits for one of several sorted sets to have members, removes some with the lowest or highest scores, and returns them.",
  since: "7.0.0",
  group: "sorted-set",
  complexity:
    "O(K)+O(M*log(N)) where K is the number of keys, N the size of the sorted set and M the number of members removed.",
  flags: ["write", "blocking"],
  categories: ["sortedset"],
  args: { timeout: lateTimeoutSeconds, keys: countedKeys, where, count: popCount },
  run: (context, { count = 1, keys, timeout, where }) => {
    const timeoutMillis = timeout()
    if (isCommandError(timeoutMillis)) return timeoutMillis
    return waitToPop(context, keys, timeoutMillis, (kept, keys) => popFirst(kept, keys, where, count))
  }
})

/** A command that waits keeps its database, whatever its client selects. */
type PopContext = Pick<CommandContext, "database" | "propagation">

/** As many pairs as there are, up to `count`, of the first key that exists. */
const popFirst = (
  { database, propagation }: PopContext,
  keys: ReadonlyArray<Key>,
  where: Where,
  count: number
): Reply | undefined => {
  for (const key of keys) {
    const set = database.find(key)
    if (set === undefined) continue
    if (!(set instanceof SortedSetValue)) return wrongType
    propagation.instead(() => [[`ZPOP${where}`, key.text, String(Math.min(count, set.size))]])
    return [key.text, nestedPairs(popped(database, key, set, where, count))]
  }
  return undefined
}

export const bzpopmin = make("BZPOPMIN", {
  summary:
    "Waits for one of several sorted sets to have members, removes the one with the lowest score, and returns it.",
  since: "5.0.0",
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set.",
  flags: ["write", "fast", "blocking"],
  categories: ["sortedset"],
  keySpecs: keysBeforeTimeout("RW", "ACCESS", "DELETE"),
  args: { keysAndTimeout: keysAndTimeout("RW", "ACCESS", "DELETE") },
  run: (context, { keysAndTimeout: { keys, timeoutMillis } }) =>
    waitToPop(context, keys, timeoutMillis, (kept, keys) => popFirstMember(kept, keys, "MIN"))
})

export const bzpopmax = make("BZPOPMAX", {
  summary:
    "Waits for one of several sorted sets to have members, removes the one with the highest score, and returns it.",
  since: "5.0.0",
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set.",
  flags: ["write", "fast", "blocking"],
  categories: ["sortedset"],
  keySpecs: keysBeforeTimeout("RW", "ACCESS", "DELETE"),
  args: { keysAndTimeout: keysAndTimeout("RW", "ACCESS", "DELETE") },
  run: (context, { keysAndTimeout: { keys, timeoutMillis } }) =>
    waitToPop(context, keys, timeoutMillis, (kept, keys) => popFirstMember(kept, keys, "MAX"))
})

/** Key, member and score of the first key that exists. */
const popFirstMember = (
  { database, propagation }: PopContext,
  keys: ReadonlyArray<Key>,
  where: Where
): Reply | undefined => {
  for (const key of keys) {
    const set = database.find(key)
    if (set === undefined) continue
    if (!(set instanceof SortedSetValue)) return wrongType
    propagation.instead(() => [[`ZPOP${where}`, key.text]])
    return [key.text, ...flatPairs(popped(database, key, set, where, 1))]
  }
  return undefined
}

const waitToPop = (
  { blocking, client, database, propagation }: CommandContext,
  keys: ReadonlyArray<Key>,
  timeoutMillis: number,
  pop: (kept: PopContext, keys: ReadonlyArray<Key>) => Reply | undefined
): Answer => {
  const kept = keys.map((key) => key.copy())
  return blocking.run(client, {
    keys: kept,
    type: "zset",
    timeoutMillis,
    attempt: () => pop({ database, propagation }, kept),
    timedOut: nullArray
  })
}

/** Removes up to `count` members with their scores, beginning at one end, and visits them in this order. */
const popped =
  (database: Database, key: Key, set: SortedSetValue, where: Where, count: number) =>
  (visit: (score: number, member: string) => void): void => {
    database.modify(key, set, (set) => {
      const { size } = set
      const taken = Math.min(count, size)
      const [from, to] = where === "MIN" ? [0, taken] : [size - taken, size]
      set.visit(from, to, where === "MAX", visit)
      set.removeRange(from, to)
      return taken
    })
  }
