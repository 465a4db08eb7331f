/**
 * The lines HELP answers, in Redis's layout, from the declarations of the subcommands; and the syntax of a command in one line.
 */
import { type Reply, SimpleString } from "../protocol/Reply.ts"
import type { ArgumentFacts, Command } from "../services/CommandTable.ts"

export const helpLines = (container: string, subcommands: ReadonlyArray<Command>): ReadonlyArray<Reply> =>
  [
    `${container.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...subcommands.flatMap((command) => [
      [command.name.slice(container.length + 1).toUpperCase(), argumentsSyntax(command.arguments)].join(" ").trimEnd(),
      `    ${command.facts.summary}`
    ])
  ].map((line) => new SimpleString(line))

/** For example `key [COUNT count] [NX|XX]`. */
export const argumentsSyntax = (args: ReadonlyArray<ArgumentFacts>): string => args.map(syntaxOf).join(" ")

const syntaxOf = (argument: ArgumentFacts): string => {
  const { multiple = false, optional = false, token, type } = argument
  const value = valueSyntax(argument)
  const repeated = multiple ? `${value} [${value} ...]` : value
  const whole = token !== undefined && type !== "pure-token" ? `${token} ${repeated}` : repeated
  return optional ? `[${whole}]` : whole
}

const valueSyntax = ({ arguments: members = [], display, name, optional, token, type }: ArgumentFacts): string => {
  switch (type) {
    case "pure-token":
      return token ?? name
    case "oneof": {
      const alternatives = members.map(syntaxOf).join("|")
      return optional === true && token === undefined ? alternatives : `<${alternatives}>`
    }
    case "block":
      return argumentsSyntax(members)
    default:
      return `<${display ?? name}>`
  }
}
