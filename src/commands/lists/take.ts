/**
 * Taking elements off the ends of lists: what the commands that wait have in common with those that don't.
 */
import type { ByteString } from "../../data/ByteString.ts"
import type { Key } from "../../data/Key.ts"
import { type End, ListValue } from "../../data/ListValue.ts"
import { Failure, wrongType } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"

/** An end of a list, as LMOVE and LMPOP name it. */
export const side = Arg.oneOf({ left: Arg.token("LEFT"), right: Arg.token("RIGHT") })

export type Side = "LEFT" | "RIGHT"

export const endOf = (side: Side): End => side === "LEFT" ? "head" : "tail"

/** The keys, the end and the number of elements of LMPOP and BLMPOP. */
export const severalKeys = {
  keys: Arg.numberedKeys(Arg.atLeast(1, new Failure("numkeys should be greater than 0")), ["RW", "ACCESS", "DELETE"]),
  where: side,
  count: Arg.atLeast(1, new Failure("count should be greater than 0")).after("COUNT").once().optional()
}

/** Takes elements off the list that `key` holds: so many, or all there are. */
export const take = (
  database: Database,
  key: Key,
  list: ListValue,
  end: End,
  count: number
): ReadonlyArray<ByteString> => {
  let taken: ReadonlyArray<ByteString> = []
  database.modify(key, list, (list) => {
    taken = list.pop(Math.min(count, list.size), end)
    return taken.length
  })
  return taken
}

/** What taking from a list and moving to another needs; a command that waits keeps its database, whatever its client selects. */
export type ListContext = Pick<CommandContext, "database" | "propagation" | "shapes">

/**
 * Looks for the first of the keys that exists, and takes elements off its list; `undefined` where none exists. Without a count it is one, and the reply is
 * flat.
 */
export const takeFromFirst = (
  { database, propagation }: ListContext,
  keys: ReadonlyArray<Key>,
  end: End,
  count?: number
): Reply | undefined => {
  for (const key of keys) {
    const list = database.find(key)
    if (list === undefined) continue
    if (!(list instanceof ListValue)) return wrongType
    const taken = take(database, key, list, end, count ?? 1)
    const counted = count === undefined ? [] : [String(taken.length)]
    propagation.instead(() => [[end === "head" ? "LPOP" : "RPOP", key.text, ...counted]])
    return count === undefined ? [key.text, ...taken] : [key.text, taken]
  }
  return undefined
}

/** Takes an element off one list and adds it to another, or to the same, as one change; `undefined` where there is none to take. */
export const moveElement = (
  { database, shapes }: ListContext,
  source: Key,
  destination: Key,
  from: End,
  to: End
): Reply | undefined => {
  const list = database.find(source)
  if (list === undefined) return undefined
  if (!(list instanceof ListValue)) return wrongType
  const target = database.find(destination)
  if (target === undefined) {
    const [element = ""] = take(database, source, list, from, 1)
    const made = new ListValue(shapes)
    made.push([element], to)
    database.store(destination, made, 0)
    return element
  }
  if (!(target instanceof ListValue)) return wrongType
  let element: ByteString = ""
  if (target === list) {
    database.modify(source, list, (list) => {
      element = list.rotate(from, to)
      return 1
    })
  } else {
    ;[element = ""] = take(database, source, list, from, 1)
    database.modify(
      destination,
      target,
      (target) => {
        target.push([element], to)
        return 1
      },
      false
    )
  }
  return element
}
