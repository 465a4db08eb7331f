/**
 * Taking elements off the ends of lists: what the commands that wait have in common with those that don't.
 */
import type { ByteString } from "../../data/ByteString.ts"
import type { Key } from "../../data/Key.ts"
import { type End, ListValue } from "../../data/ListValue.ts"
import type { Shapes } from "../../data/Shapes.ts"
import { Failure, wrongType } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
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

/** Looks for the first of the keys that exists, and takes elements off its list; `undefined` where none exists. */
export const takeFromFirst = (
  database: Database,
  keys: ReadonlyArray<Key>,
  end: End,
  count: number,
  reply: (key: string, taken: ReadonlyArray<ByteString>) => Reply
): Reply | undefined => {
  for (const key of keys) {
    const list = database.find(key)
    if (list === undefined) continue
    return list instanceof ListValue ? reply(key.text, take(database, key, list, end, count)) : wrongType
  }
  return undefined
}

/** Takes an element off one list and adds it to another, or to the same; `undefined` where there is none to take. */
export const moveElement = (
  { database, shapes }: { readonly database: Database; readonly shapes: Shapes },
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
    database.set(destination, made)
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
    database.modify(destination, target, (target) => {
      target.push([element], to)
      return 1
    })
  }
  return element
}
