/**
 * A command as COMMAND DOCS shows it: for people, and for clients that offer help, such as redis-cli.
 */
import { MapReply, type Reply, SetReply, SimpleString } from "../../../protocol/Reply.ts"
import type { ArgumentFacts, Command } from "../../../services/CommandTable.ts"

export const docsOf = ({ arguments: args, facts, subcommands }: Command): Reply => {
  const pairs: Array<Reply> = [
    "summary",
    facts.summary,
    "since",
    facts.since,
    "group",
    facts.group,
    "complexity",
    facts.complexity
  ]
  if (facts.deprecatedSince !== undefined) {
    pairs.push("doc_flags", words(["deprecated"]), "deprecated_since", facts.deprecatedSince)
  }
  if (facts.replacedBy !== undefined) pairs.push("replaced_by", facts.replacedBy)
  if (args.length > 0) pairs.push("arguments", args.map(argumentReply))
  if (subcommands !== undefined) {
    pairs.push(
      "subcommands",
      new MapReply([...subcommands.values()].flatMap((subcommand) => [subcommand.name, docsOf(subcommand)]))
    )
  }
  return new MapReply(pairs)
}

const argumentReply = (argument: ArgumentFacts): Reply => {
  const { arguments: members, display, keySpec, name, since, token, type } = argument
  const pairs: Array<Reply> = ["name", name, "type", type]
  if (members === undefined) pairs.push("display_text", display ?? name)
  if (keySpec !== undefined) pairs.push("key_spec_index", keySpec)
  // Redis shows tokens in capitals, also those whose facts are written small: CLIENT SETINFO LIB-NAME.
  if (token !== undefined) pairs.push("token", token.toUpperCase())
  if (since !== undefined) pairs.push("since", since)
  const flags = ([["optional", "optional"], ["multiple", "multiple"], ["multipleToken", "multiple_token"]] as const)
    .flatMap(([fact, flag]) => argument[fact] === true ? [flag] : [])
  if (flags.length > 0) pairs.push("flags", words(flags))
  if (members !== undefined) pairs.push("arguments", members.map(argumentReply))
  return new MapReply(pairs)
}

const words = (texts: ReadonlyArray<string>): Reply => new SetReply(texts.map((text) => new SimpleString(text)))
