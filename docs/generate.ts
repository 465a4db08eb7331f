/**
 * Writes the reference pages that follow from the declarations: commands.md and configuration.md, beside this file.
 *
 * `npm run docs` runs it; a test holds what is committed against it. What is told in sentences of its own is in the other
 * pages of this folder.
 */
import { Result, Schema } from "effect"
import * as Fs from "node:fs"
import { argumentsSyntax } from "../src/commands/help.ts"
import { builtIn } from "../src/commands/index.ts"
import {
  type DirectiveName,
  directiveNames,
  directives,
  formerNamesOf,
  type Mutability
} from "../src/services/config/directives.ts"
import type { Command, Group } from "../src/services/CommandTable.ts"

export interface Page {
  readonly fileName: string
  readonly text: string
}

const note = (source: string): string =>
  `<!-- Made by docs/generate.ts from ${source}: change that, then run "npm run docs". -->`

/** The groups in the order of the page; those without a command do not appear. */
const groupTitles: Readonly<Record<Group, string>> = {
  "string": "Strings",
  "bitmap": "Bitmaps",
  "list": "Lists",
  "set": "Sets",
  "sorted-set": "Sorted sets",
  "hash": "Hashes",
  "stream": "Streams",
  "geo": "Geospatial indexes",
  "hyperloglog": "HyperLogLog",
  "generic": "Keys",
  "transactions": "Transactions",
  "pubsub": "Pub/Sub",
  "scripting": "Scripts and functions",
  "connection": "Connections",
  "server": "Server",
  "cluster": "Cluster",
  "sentinel": "Sentinel",
  "module": "Modules"
}

const commandsPage = (): Page => {
  // A container without a handler of its own is no command by itself: its subcommands stand for it.
  const commands = builtIn.flatMap((command) =>
    command.subcommands === undefined
      ? [command]
      : command.arity === -2
      ? [...command.subcommands.values()]
      : [command, ...command.subcommands.values()]
  )
  // The record above has a title for every group, under its own name.
  const groups = (Object.keys(groupTitles) as ReadonlyArray<Group>).flatMap((group) => {
    const members = commands.filter(({ facts }) => facts.group === group)
    if (members.length === 0) return []
    const sorted = members.sort((a, b) => a.name < b.name ? -1 : 1)
    return [
      `## ${groupTitles[group]}`,
      table(["Command", "What it does", "Since", "Complexity", "Flags"], sorted.map(commandRow))
    ]
  })
  return {
    fileName: "commands.md",
    text: paragraphs([
      note("the declarations in src/commands"),
      "# Commands",
      `Keyloom knows ${builtIn.length} commands, ${commands.length} with their subcommands. What is listed has the options, replies and errors of ` +
      "Valkey 8.1, except for what [compatibility.md](compatibility.md) says; `DEBUG HELP` shows what DEBUG can do. What is not listed " +
      "does not exist yet.",
      "The same facts are answered by `COMMAND INFO` and `COMMAND DOCS`. *Since* is the version of Redis or Valkey in which the command " +
      "appeared; *flags* are those of `COMMAND INFO`.",
      ...groups
    ])
  }
}

const commandRow = ({ arguments: args, facts, flags, name }: Command): ReadonlyArray<string> => {
  const { complexity, deprecatedSince, replacedBy, since, summary } = facts
  const deprecation = deprecatedSince === undefined
    ? ""
    : ` Deprecated since ${deprecatedSince}${replacedBy === undefined ? "" : `, in favour of ${replacedBy}`}.`
  return [
    code([name.toUpperCase().replace("|", " "), argumentsSyntax(args)].join(" ").trimEnd()),
    summary + deprecation,
    since,
    complexity,
    [...flags].join(" ")
  ]
}

const changes: Readonly<Record<Mutability, string>> = {
  mutable: "at any time",
  immutable: "at the start",
  protected: "protected",
  hidden: "at any time; for tests, and shown only by its name"
}

const configurationPage = (): Page => ({
  fileName: "configuration.md",
  text: paragraphs([
    note("src/services/config/directives.ts"),
    "# Configuration",
    "Keyloom is configured as redis-server is: by a `redis.conf`, by arguments, and at run time by `CONFIG SET`. Without any of it the " +
    "defaults below hold.",
    fence("sh", [
      "keyloom /etc/redis.conf                   # a file",
      "keyloom --port 7000 --maxmemory 1gb       # arguments",
      "KEYLOOM_MAXMEMORY=1gb keyloom             # the environment",
      "keyloom /etc/redis.conf --port 7000 -     # a file, then the standard input, then arguments"
    ]),
    "- Arguments win over the environment, the environment over the standard input, and that over the file.\n" +
    "- A variable of the environment is called `KEYLOOM_` and the directive's name in capitals, with `_` for `-`. A variable of such a " +
    "name that means no directive is ignored, with a warning in the log.\n" +
    "- A line of the file is a directive and its words, in quotes where they have blanks; `#` begins a comment. `include` reads other " +
    "files, also by a pattern such as `conf.d/*.conf`. Of a directive that is repeated the last one counts.\n" +
    "- Sizes have units: `1k` is 1000 bytes and `1kb` 1024, likewise `m`, `mb`, `g` and `gb`.\n" +
    "- What is not known, or out of range, keeps the server from starting: one line says where it is and what is wrong with it. " +
    "Directives of what Keyloom cannot do yet are not known.",
    "A directive's former name is as good as its present one.",
    "`CONFIG GET` takes names and patterns, `CONFIG SET` any number of directives, of which all are set or none. `CONFIG REWRITE` writes " +
    "what holds back into the file and keeps its comments and order.",
    "*Can be changed*: at any time by `CONFIG SET`; at the start only; or *protected*, which is at any time by the clients that " +
    "`enable-protected-configs` admits.",
    table(
      ["Directive", "Default", "Values", "Can be changed", "What it says"],
      directiveNames.map((name) => directiveRow(name))
    ),
    "An empty default is written `\"\"`. For spans see [observability.md](observability.md); where OpenTelemetry's data goes is said by " +
    "its own variables, `OTEL_EXPORTER_OTLP_ENDPOINT` and the others. How much memory Node's heap may take is an option of Node's, " +
    "`--max-old-space-size-percentage`: the program `keyloom` and `npm start` give it 75 percent of the machine's."
  ])
})

const directiveRow = <K extends DirectiveName>(name: K): ReadonlyArray<string> => {
  const directive = directives[name]
  // As redis.conf writes it, which is shorter than what CONFIG GET shows; what is not written by default is shown as CONFIG GET does.
  const lines = directive.rewrite(name, directive.default, directive.default).map(({ text }) =>
    text.slice(name.length + 1)
  )
  const words = lines.length > 0 ? lines : [directive.encode(directive.default).join(" ")]
  return [
    code(name),
    words.map((word) => code(word === "" ? `""` : word)).join(", "),
    valuesOf(name),
    changes[directive.mutability],
    [directive.summary, ...formerNamesOf(name).map((former) => `Formerly ${code(former)}.`)].join(" ")
  ]
}

/** What can be said, as far as the directive's Schema tells; the range of a number is in the refusal of one outside of it. */
const valuesOf = <K extends DirectiveName>(name: K): string => {
  const { decode, isMulti, schema, unit } = directives[name]
  const { ast } = Schema.toType(schema)
  if (ast._tag === "Boolean") return "yes, no"
  if (ast._tag === "Literal") return "empty"
  const members = ast._tag === "Union" ? ast.types : []
  const literals = members.flatMap((member) => member._tag === "Literal" ? [String(member.literal)] : [])
  if (literals.length > 0) return literals.join(", ")
  const refusal = decode(["-1"])
  const range = Result.isFailure(refusal) ? /between (\S+) and (\S+) inclusive/.exec(refusal.failure) : null
  const quantity = unit ?? (ast._tag === "Number" ? "" : isMulti ? "words" : "a text")
  return range === null ? quantity : `${range[1]} to ${range[2]} ${quantity}`.trimEnd()
}

const table = (titles: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [titles, titles.map(() => "---"), ...rows].map((cells) => `| ${cells.map(escapeBars).join(" | ")} |`).join("\n")

/** A bar ends the cell, also within code. */
const escapeBars = (cell: string): string => cell.replaceAll("|", "\\|")

const code = (text: string): string => `\`${text}\``

const fence = (language: string, lines: ReadonlyArray<string>): string =>
  [`\`\`\`${language}`, ...lines, "```"].join("\n")

const paragraphs = (parts: ReadonlyArray<string>): string => `${parts.join("\n\n")}\n`

export const pages: ReadonlyArray<Page> = [commandsPage(), configurationPage()]

if (import.meta.main) {
  for (const { fileName, text } of pages) Fs.writeFileSync(new URL(fileName, import.meta.url), text)
}
