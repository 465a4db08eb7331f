/**
 * The commands of lists that wait where there is nothing to take.
 */
import type { Key } from "../../data/Key.ts"
import type { End } from "../../data/ListValue.ts"
import { isCommandError } from "../../protocol/CommandError.ts"
import { nullArray, type Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { Answer, Command as AnyCommand } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import { keysAndTimeout, keysBeforeTimeout, lateTimeoutSeconds, timeoutSeconds } from "../blocking.ts"
import * as Command from "../Command.ts"
import { endOf, type ListContext, moveElement, severalKeys, type Side, side, takeFromFirst } from "./take.ts"

/** Waits until `attempt`, which gets copies of the keys, has a reply. The reply to who has waited in vain is the same for all. */
const waitForList = (
  { blocking, client }: CommandContext,
  keys: ReadonlyArray<Key>,
  timeoutMillis: number,
  attempt: () => Reply | undefined
): Answer => blocking.run(client, { keys, type: "list", timeoutMillis, attempt, timedOut: nullArray })

const blockingPop = (
  name: string,
  { end, summary }: { readonly summary: string; readonly end: End }
): AnyCommand =>
  Command.make(name, {
    summary,
    since: "2.0.0",
    group: "list",
    complexity: "O(N) for N keys",
    flags: ["write", "blocking"],
    categories: ["list"],
    keySpecs: keysBeforeTimeout("RW", "ACCESS", "DELETE"),
    args: { keysAndTimeout: keysAndTimeout("RW", "ACCESS", "DELETE") },
    run: (context, { keysAndTimeout: { keys, timeoutMillis } }) => {
      const kept = keptContext(context)
      const copies = keys.map((key) => key.copy())
      return waitForList(context, copies, timeoutMillis, () => takeFromFirst(kept, copies, end))
    }
  })

export const blpop = blockingPop("BLPOP", {
  summary: "Removes the first element of the first list that has one, and returns it; waits where there is none.",
  end: "head"
})

export const brpop = blockingPop("BRPOP", {
  summary: "Removes the last element of the first list that has one, and returns it; waits where there is none.",
  end: "tail"
})

export const blmpop = Command.make("BLMPOP", {
  summary: "Removes elements from an end of the first list that exists, and returns them; waits where there is none.",
  since: "7.0.0",
  group: "list",
  complexity: "O(N+M) for N keys and M elements that are removed",
  flags: ["write", "blocking"],
  categories: ["list"],
  args: { timeout: lateTimeoutSeconds, ...severalKeys },
  run: (context, { count = 1, keys, timeout, where }) => {
    const timeoutMillis = timeout()
    if (isCommandError(timeoutMillis)) return timeoutMillis
    const kept = keptContext(context)
    const copies = keys.map((key) => key.copy())
    return waitForList(context, copies, timeoutMillis, () => takeFromFirst(kept, copies, endOf(where), count))
  }
})

export const blmove = Command.make("BLMOVE", {
  summary: "Moves an element from an end of a list to an end of another, and returns it; waits where there is none.",
  since: "6.2.0",
  group: "list",
  complexity: "O(1)",
  flags: ["write", "denyoom", "blocking"],
  categories: ["list"],
  args: {
    source: Arg.key("RW", "ACCESS", "DELETE"),
    destination: Arg.key("RW", "INSERT"),
    wherefrom: side,
    whereto: side,
    timeout: timeoutSeconds
  },
  run: (context, { destination, source, timeout, wherefrom, whereto }) =>
    waitToMove(context, source, destination, [wherefrom, whereto], timeout)
})

export const brpoplpush = Command.make("BRPOPLPUSH", {
  summary:
    "Moves the last element of a list before the first one of another, and returns it; waits where there is none.",
  since: "2.2.0",
  group: "list",
  complexity: "O(1)",
  flags: ["write", "denyoom", "blocking"],
  categories: ["list"],
  deprecatedSince: "6.2.0",
  replacedBy: "`BLMOVE` with the `RIGHT` and `LEFT` arguments",
  args: { source: Arg.key("RW", "ACCESS", "DELETE"), destination: Arg.key("RW", "INSERT"), timeout: timeoutSeconds },
  run: (context, { destination, source, timeout }) => waitToMove(context, source, destination, undefined, timeout)
})

/** BLMOVE says from which side to which; BRPOPLPUSH, which says nothing, goes from the right one to the left one. */
const waitToMove = (
  context: CommandContext,
  source: Key,
  destination: Key,
  sides: readonly [from: Side, to: Side] | undefined,
  timeoutMillis: number
): Answer => {
  const kept = keptContext(context)
  const ownSource = source.copy()
  const ownDestination = destination.copy()
  const [from, to] = sides ?? ["RIGHT", "LEFT"]
  return waitForList(context, [ownSource], timeoutMillis, () => {
    const name = sides === undefined ? "RPOPLPUSH" : "LMOVE"
    kept.propagation.instead(() => [[name, ownSource.text, ownDestination.text, ...sides ?? []]])
    return moveElement(kept, ownSource, ownDestination, endOf(from), endOf(to))
  })
}

const keptContext = ({ database, propagation, shapes }: CommandContext): ListContext => ({
  database,
  propagation,
  shapes
})
