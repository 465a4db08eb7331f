/**
 * Adding elements at the ends of lists.
 */
import { type End, ListValue } from "../../data/ListValue.ts"
import { wrongType } from "../../protocol/CommandError.ts"
import type { Command as AnyCommand } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

const pushCommand = (
  name: string,
  { end, makesList, since, summary }: {
    readonly summary: string
    readonly since: string
    readonly end: End
    /** A missing key becomes a list. */
    readonly makesList: boolean
  }
): AnyCommand =>
  Command.make(name, {
    summary,
    since,
    group: "list",
    complexity: "O(N) for N elements",
    flags: ["write", "denyoom", "fast"],
    categories: ["list"],
    args: { key: Arg.key("RW", "INSERT"), element: Arg.bytes.many() },
    run: ({ database, shapes }, { element: elements, key }) => {
      const existing = database.find(key)
      if (existing === undefined) {
        if (!makesList) return 0
        const list = new ListValue(shapes)
        list.push(elements, end)
        database.store(key, list, elements.length)
        return list.size
      }
      if (!(existing instanceof ListValue)) return wrongType
      database.modify(key, existing, (list) => {
        list.push(elements, end)
        return elements.length
      })
      return existing.size
    }
  })

export const lpush = pushCommand("LPUSH", {
  summary: "Adds elements before the first one of a list, and returns its length; a missing key becomes a list.",
  since: "1.0.0",
  end: "head",
  makesList: true
})

export const rpush = pushCommand("RPUSH", {
  summary: "Adds elements behind the last one of a list, and returns its length; a missing key becomes a list.",
  since: "1.0.0",
  end: "tail",
  makesList: true
})

export const lpushx = pushCommand("LPUSHX", {
  summary: "Adds elements before the first one of a list that exists, and returns its length.",
  since: "2.2.0",
  end: "head",
  makesList: false
})

export const rpushx = pushCommand("RPUSHX", {
  summary: "Adds elements behind the last one of a list that exists, and returns its length.",
  since: "2.2.0",
  end: "tail",
  makesList: false
})
