/**
 * The commands this server knows, and what is known about each. The table is open: embedders add commands of their own.
 */
import * as Context from "effect/Context"
import type { Reply } from "../protocol/Reply.ts"
import type { Request } from "../protocol/Request.ts"
import type { CommandContext } from "./CommandContext.ts"
import type { Waiting } from "./Waiting.ts"

/** What a handler answers: a reply, or an Effect that will have one. */
export type Answer = Reply | Waiting

export interface Command {
  /** In lower case; a subcommand's is `container|subcommand`. */
  readonly name: string
  readonly facts: CommandFacts
  readonly flags: ReadonlySet<CommandFlag>
  /** The number of arguments with the name, negative where it is the least number. */
  readonly arity: number
  readonly keySpecs: ReadonlyArray<KeySpec>
  /** Finds the keys of a request where the key specs do not tell all about them. */
  readonly getKeys: ((request: Request) => ReadonlyArray<KeyReference>) | undefined
  readonly arguments: ReadonlyArray<ArgumentFacts>
  readonly subcommands: ReadonlyMap<string, Command> | undefined
  /** Decodes the arguments and runs the handler, in one synchronous step. */
  readonly execute: (context: CommandContext, request: Request) => Answer
}

export interface CommandFacts {
  readonly summary: string
  /** The version of Redis or Valkey in which the command appeared. */
  readonly since: string
  readonly group: Group
  readonly complexity: string
  readonly flags: ReadonlyArray<CommandFlag>
  /** Access-control categories beyond those that follow from the flags. */
  readonly categories?: ReadonlyArray<string>
  /** Hints for clients and proxies. */
  readonly tips?: ReadonlyArray<string>
  readonly deprecatedSince?: string
  readonly replacedBy?: string
}

export type Group =
  | "generic"
  | "string"
  | "list"
  | "set"
  | "sorted-set"
  | "hash"
  | "pubsub"
  | "transactions"
  | "connection"
  | "server"
  | "scripting"
  | "hyperloglog"
  | "cluster"
  | "sentinel"
  | "geo"
  | "stream"
  | "bitmap"
  | "module"

export type CommandFlag =
  | "write"
  | "readonly"
  | "denyoom"
  | "admin"
  | "pubsub"
  | "noscript"
  | "blocking"
  | "loading"
  | "stale"
  | "skip_monitor"
  | "skip_commandlog"
  | "asking"
  | "fast"
  | "no_auth"
  | "may_replicate"
  | "sentinel"
  | "only_sentinel"
  | "no_mandatory_keys"
  | "protected"
  | "no_async_loading"
  | "no_multi"
  | "allow_busy"
  | "touches_arbitrary_keys"

/** How a key is used, in the words of Redis's key specs. */
export type KeyFlag =
  | "RO"
  | "RW"
  | "OW"
  | "RM"
  | "ACCESS"
  | "UPDATE"
  | "INSERT"
  | "DELETE"
  | "NOT_KEY"
  | "INCOMPLETE"
  | "VARIABLE_FLAGS"

/** Where keys stand among the arguments, in the terms of Redis's key specifications. */
export interface KeySpec {
  readonly flags: ReadonlyArray<KeyFlag>
  readonly begin:
    | { readonly _tag: "Index"; readonly position: number }
    | { readonly _tag: "Keyword"; readonly keyword: string; readonly startFrom: number }
    | { readonly _tag: "Unknown" }
  readonly find:
    | {
      readonly _tag: "Range"
      /** Relative to the first key; negative counts from the last argument. */
      readonly lastKey: number
      readonly step: number
      /** With `lastKey` -1: look only at a part of the rest, 2 is half of it; 0 and 1 are all. */
      readonly limit: number
    }
    | { readonly _tag: "KeyNumber"; readonly position: number; readonly firstKey: number; readonly step: number }
    | { readonly _tag: "Unknown" }
}

/** An argument that is a key. */
export interface KeyReference {
  /** The argument's number, counted from 0, which is the command's name. */
  readonly position: number
  readonly flags: ReadonlyArray<KeyFlag>
}

export type ArgumentType =
  | "string"
  | "integer"
  | "double"
  | "key"
  | "pattern"
  | "unix-time"
  | "pure-token"
  | "oneof"
  | "block"

/** An argument as COMMAND DOCS shows it. */
export interface ArgumentFacts {
  readonly name: string
  readonly type: ArgumentType
  readonly display?: string | undefined
  readonly token?: string | undefined
  readonly since?: string | undefined
  readonly keySpec?: number | undefined
  readonly optional?: boolean | undefined
  readonly multiple?: boolean | undefined
  readonly multipleToken?: boolean | undefined
  readonly arguments?: ReadonlyArray<ArgumentFacts> | undefined
}

export class CommandTable extends Context.Service<CommandTable, {
  /** The command a request names, without regard to subcommands. */
  readonly find: (request: Request) => Command | undefined
  /** By lower-case name, with `container|subcommand` for subcommands. */
  readonly get: (name: string) => Command | undefined
  /** In the order of declaration, containers without their subcommands. */
  readonly all: ReadonlyArray<Command>
}>()("keyloom/services/CommandTable") {}
