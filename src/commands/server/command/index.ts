/**
 * COMMAND: the commands of this server, as data. Everything is derived from the command table.
 */
import { toText } from "../../../data/ByteString.ts"
import { matchGlob } from "../../../data/Glob.ts"
import { Failure } from "../../../protocol/CommandError.ts"
import { emptyArray, MapReply, type Reply } from "../../../protocol/Reply.ts"
import { Request } from "../../../protocol/Request.ts"
import type { CommandContext } from "../../../services/CommandContext.ts"
import type { Command, CommandFacts, KeyReference } from "../../../services/CommandTable.ts"
import { categoriesOf } from "../../aclCategories.ts"
import * as Arg from "../../Arg.ts"
import { container, type Subcommand, subcommand } from "../../Command.ts"
import { hasKeys, keysOf } from "../../keySpecs.ts"
import { detailsOf, keyFlagSet } from "./details.ts"
import { docsOf } from "./docs.ts"

/** What COMMAND and all of its subcommands have in common. */
const common: Pick<CommandFacts, "group" | "flags" | "categories"> = {
  group: "server",
  flags: ["loading", "stale", "sentinel"],
  categories: ["connection"]
}

const unordered: Pick<CommandFacts, "tips"> = { tips: ["nondeterministic_output_order"] }

/** A command or subcommand by its full name, in any case. */
const named = ({ commands }: CommandContext, name: string): Command | undefined =>
  name.split("|").length > 2 ? undefined : commands.get(name.toLowerCase())

const count = subcommand("COUNT", {
  summary: "Returns the number of commands.",
  since: "2.8.13",
  ...common,
  complexity: "O(1)",
  args: {},
  run: ({ commands }) => commands.all.length
})

const info = subcommand("INFO", {
  summary: "Returns what clients need to know about some commands, or about all.",
  since: "2.8.13",
  ...common,
  ...unordered,
  complexity: "O(N) where N is the number of commands to look up",
  args: { commandName: Arg.text.many().optional() },
  run: (context, { commandName: names }) =>
    names === undefined ? context.commands.all.map(detailsOf) : names.map((name) => {
      const command = named(context, name)
      return command === undefined ? null : detailsOf(command)
    })
})

const docs = subcommand("DOCS", {
  summary: "Returns the documentation of some commands, or of all.",
  since: "7.0.0",
  ...common,
  ...unordered,
  complexity: "O(N) where N is the number of commands to look up",
  args: { commandName: Arg.text.many().optional() },
  run: (context, { commandName: names }) => {
    const commands = names === undefined
      ? context.commands.all
      : names.map((name) => named(context, name)).filter((command) => command !== undefined)
    return new MapReply(commands.flatMap((command) => [command.name, docsOf(command)]))
  }
})

const list = subcommand("LIST", {
  summary: "Returns the names of all commands and subcommands, or of those that a filter lets through.",
  since: "7.0.0",
  ...common,
  ...unordered,
  complexity: "O(N) where N is the number of commands",
  args: {
    filterby: Arg.oneOf({
      moduleName: Arg.text.labelled("MODULE"),
      category: Arg.text.labelled("ACLCAT"),
      pattern: Arg.pattern.labelled("PATTERN")
    }).after("FILTERBY").optional().once()
  },
  run: ({ commands }, { filterby }) =>
    commands.all.flatMap((command) => [command, ...command.subcommands?.values() ?? []])
      .filter(filterby === undefined ? () => true : passes(filterby))
      .map(({ name }) => name)
})

type Filter = Arg.Labelled<"MODULE" | "ACLCAT" | "PATTERN", string>

const passes = ({ token, value }: Filter): (command: Command) => boolean => {
  switch (token) {
    case "MODULE":
      // All commands are the server's own, or its embedder's: none belongs to a module.
      return () => false
    case "ACLCAT": {
      const wanted = value.toLowerCase()
      return (command) => categoriesOf(command).some((category) => category === wanted)
    }
    case "PATTERN":
      return ({ name }) => matchGlob(value, name, true)
  }
}

const noSuchCommand = new Failure("Invalid command specified")
const noKeys = new Failure("The command has no key arguments")
const wrongArgumentCount = new Failure("Invalid number of arguments specified for command")
const invalidArguments = new Failure("Invalid arguments specified for command")

/** A subcommand that takes apart the request it is given; `answer` is what it tells of each key. */
const keysCommand = (
  name: string,
  facts: Pick<CommandFacts, "summary" | "since">,
  answer: (key: string, reference: KeyReference) => Reply
): Subcommand =>
  subcommand(name, {
    ...facts,
    ...common,
    complexity: "O(N) where N is the number of arguments to the command",
    args: { command: Arg.bytes, arg: Arg.bytes.many().optional() },
    run: ({ commands }, { arg = [], command: commandName }) => {
      const request = Request.of([commandName, ...arg])
      const found = commands.find(request)
      const command = found?.subcommands === undefined || arg.length === 0
        ? found
        : found.subcommands.get(request.text(1).toLowerCase())
      if (command === undefined) return noSuchCommand
      if (!hasKeys(command)) return noKeys
      if (command.arity > 0 ? request.length !== command.arity : request.length < -command.arity) {
        return wrongArgumentCount
      }
      const keys = keysOf(command, request)
      if (keys.length === 0) return command.flags.has("no_mandatory_keys") ? emptyArray : invalidArguments
      return keys.map((reference) => answer(toText(request.bytes(reference.position)), reference))
    }
  })

const getKeys = keysCommand("GETKEYS", {
  summary: "Returns the keys of a request that is given in full.",
  since: "2.8.13"
}, (key) => key)

const getKeysAndFlags = keysCommand("GETKEYSANDFLAGS", {
  summary: "Returns the keys of a request that is given in full, and how it uses them.",
  since: "7.0.0"
}, (key, { flags }) => [key, keyFlagSet(flags)])

export const command = container("COMMAND", {
  summary: "Returns what clients need to know about all commands.",
  since: "2.8.13",
  ...common,
  ...unordered,
  complexity: "O(N) where N is the number of commands",
  help: common,
  subcommands: [count, docs, getKeys, getKeysAndFlags, info, list],
  run: ({ commands }) => commands.all.map(detailsOf)
})
