/**
 * What an app imports: a Keyloom of its own, and the language in which it declares commands of its own.
 *
 * @see docs/embedding.md
 */
export { type EngineOptions, Keyloom, type KeyloomClient, type OpenKeyloom, type ServerOptions } from "./Keyloom.ts"
export { type Argument, KeyloomError, type Value } from "./layers/PlainValue.ts"
export { ListenFailed, NowhereToListen } from "./layers/SocketServers.ts"
export { ConfigError } from "./services/ServerConfig.ts"

/** Declares commands: `Command.make("NAME", { ..., run })`. */
export * as Command from "./commands/Command.ts"
/** The arguments of a declaration: `Arg.key("RO")`, `Arg.bytes`, `Arg.integer` ... */
export * as Arg from "./commands/Arg.ts"
/** What a command answers. */
export * as Reply from "./protocol/Reply.ts"
/** The failures a command answers. */
export * as CommandError from "./protocol/CommandError.ts"
/** The bytes that commands get and answer. */
export * as ByteString from "./data/ByteString.ts"
/** The strings that keys hold. */
export type { Key } from "./data/Key.ts"
export * as StringValue from "./data/StringValue.ts"
export { isString, type Value as StoredValue } from "./data/Value.ts"
export type { CommandContext } from "./services/CommandContext.ts"
export type { Database } from "./services/Keyspace.ts"
/** The answer of a command that has to wait. */
export { Waiting } from "./services/Waiting.ts"
