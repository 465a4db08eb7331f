/**
 * A command as COMMAND and COMMAND INFO show it: ten facts in a row, for clients and proxies that route requests.
 */
import { emptyArray, MapReply, type Reply, SetReply, SimpleString } from "../../../protocol/Reply.ts"
import type { Command, CommandFlag, KeyFlag, KeySpec } from "../../../services/CommandTable.ts"
import { categoriesOf } from "../../aclCategories.ts"
import { legacyRange } from "../../keySpecs.ts"

export const detailsOf = (command: Command): Reply => {
  const { first, isMovable, last, step } = legacyRange(command)
  return [
    command.name,
    command.arity,
    flagSet(isMovable ? [...command.facts.flags, "movablekeys"] : command.facts.flags, shownFlags),
    first,
    last,
    step,
    new SetReply(categoriesOf(command).map((category) => new SimpleString(`@${category}`))),
    new SetReply(command.facts.tips ?? emptyArray),
    new SetReply(command.keySpecs.map(keySpecReply)),
    command.subcommands === undefined ? new SetReply([]) : [...command.subcommands.values()].map(detailsOf)
  ]
}

/** The words of `order` that are among `flags`, in that order; in lower case, but for the first four flags of keys. */
const flagSet = (flags: ReadonlyArray<string>, order: ReadonlyArray<string>): SetReply =>
  new SetReply(order.filter((flag) => flags.includes(flag)).map((flag) => new SimpleString(flag)))

/** Some flags are the server's own affair, and not shown. */
const shownFlags: ReadonlyArray<CommandFlag | "movablekeys"> = [
  "write",
  "readonly",
  "denyoom",
  "admin",
  "pubsub",
  "noscript",
  "blocking",
  "loading",
  "stale",
  "skip_monitor",
  "skip_commandlog",
  "asking",
  "fast",
  "no_auth",
  "no_mandatory_keys",
  "no_async_loading",
  "no_multi",
  "movablekeys",
  "allow_busy"
]

export const keyFlagSet = (flags: ReadonlyArray<KeyFlag>): Reply =>
  new SetReply(
    shownKeyFlags.filter(([flag]) => flags.includes(flag)).map(([, shown]) => new SimpleString(shown))
  )

const shownKeyFlags: ReadonlyArray<readonly [flag: KeyFlag, shown: string]> = [
  ["RO", "RO"],
  ["RW", "RW"],
  ["OW", "OW"],
  ["RM", "RM"],
  ["ACCESS", "access"],
  ["UPDATE", "update"],
  ["INSERT", "insert"],
  ["DELETE", "delete"],
  ["NOT_KEY", "not_key"],
  ["INCOMPLETE", "incomplete"],
  ["VARIABLE_FLAGS", "variable_flags"]
]

const keySpecReply = ({ begin, find, flags }: KeySpec): Reply =>
  new MapReply([
    "flags",
    keyFlagSet(flags),
    "begin_search",
    typed(...beginReply(begin)),
    "find_keys",
    typed(...findReply(find))
  ])

const typed = (type: string, spec: ReadonlyArray<Reply>): Reply =>
  new MapReply(["type", type, "spec", new MapReply(spec)])

const beginReply = (begin: KeySpec["begin"]): [type: string, spec: ReadonlyArray<Reply>] => {
  switch (begin._tag) {
    case "Index":
      return ["index", ["index", begin.position]]
    case "Keyword":
      return ["keyword", ["keyword", begin.keyword, "startfrom", begin.startFrom]]
    case "Unknown":
      return ["unknown", []]
  }
}

const findReply = (find: KeySpec["find"]): [type: string, spec: ReadonlyArray<Reply>] => {
  switch (find._tag) {
    case "Range":
      return ["range", ["lastkey", find.lastKey, "keystep", find.step, "limit", find.limit]]
    case "KeyNumber":
      return ["keynum", ["keynumidx", find.position, "firstkey", find.firstKey, "keystep", find.step]]
    case "Unknown":
      return ["unknown", []]
  }
}
