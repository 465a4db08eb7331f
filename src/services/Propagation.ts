/**
 * What a command has done, told to those who repeat it elsewhere: the append-only file, and replicas.
 *
 * A write goes on as the request that caused it, unless its handler says what to tell instead: whoever repeats it must get the same result at another time
 * and with another chance, so relative times become absolute ones, and what was chosen becomes what was done. What happens without being asked for (a key
 * that expires or is evicted) is told as the command that does it. All of one atomic step is one unit.
 *
 * Source: `alsoPropagate` and `propagatePendingCommands` in server.c.
 */
import * as Context from "effect/Context"
import type { ByteString } from "../data/ByteString.ts"
import type { Request } from "../protocol/Request.ts"

/** A command with its name and arguments. */
export type CommandWords = ReadonlyArray<ByteString>

export interface Propagated {
  readonly database: number
  /** Good until the sink returns. */
  readonly request: Request
}

/** Takes the commands of one atomic step, in order: several of them have happened together, and are a transaction to whoever repeats them. */
export type PropagationSink = (unit: ReadonlyArray<Propagated>) => void

export class Propagation extends Context.Service<Propagation, {
  /** Somebody listens. While nobody does, nothing has to be told. */
  readonly isActive: boolean
  /**
   * For the handler of a write: if it changes anything, these commands are told instead of the request. With none, nothing is. `commands` is called at once,
   * but only while somebody listens.
   */
  readonly instead: (commands: () => ReadonlyArray<CommandWords>) => void
  /** Something has happened besides what the command is about, or without any command. */
  readonly also: (database: number, command: CommandWords) => void
  /** A command is through. Without a request it is one that has waited, which always says what to tell instead. */
  readonly commandRan: (database: number, request: Request | undefined, hasChanged: boolean) => void
  /** Ends the unit: what has been told since the last time goes to the sinks. `separately` makes each command of it a unit of its own. */
  readonly flush: (separately?: boolean) => void
  /** Adds a sink, and answers what removes it. Sinks are called in the order in which they were added. */
  readonly listen: (sink: PropagationSink) => () => void
}>()("keyloom/services/Propagation") {}
