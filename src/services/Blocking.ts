/**
 * Commands that wait for a key: who waits for what, in order of arrival.
 */
import * as Context from "effect/Context"
import type { AggregateType } from "../data/Aggregate.ts"
import type { Key } from "../data/Key.ts"
import type { Reply } from "../protocol/Reply.ts"
import type { Client } from "./Client.ts"
import type { Answer } from "./CommandTable.ts"

/** A command that may wait. Nothing of it may depend on the request, which is gone when it is tried again. */
export interface BlockingCommand {
  /** Copies of their own, in the database that the client has selected. */
  readonly keys: ReadonlyArray<Key>
  /** What a key has to hold to be worth another attempt. */
  readonly type: AggregateType
  /** Another attempt is also made when a key is gone or holds something else: who reads for a consumer group has to hear that there is none any more. */
  readonly wakesWithoutKey?: boolean
  /** 0 waits for as long as it takes. */
  readonly timeoutMillis: number
  /** One synchronous step on the keyspace: the reply, or `undefined` where there is nothing yet. */
  readonly attempt: () => Reply | undefined
  /** The reply when the time is up. */
  readonly timedOut: Reply
}

export interface BlockingCounts {
  /** Keys that somebody waits for. */
  readonly keys: number
  /** Those among them for which somebody waits who also wants to hear that they are gone. */
  readonly keysWithoutValue: number
  /** Clients whose waiting has an end. */
  readonly timeouts: number
}

export class Blocking extends Context.Service<Blocking, {
  /**
   * Answers what the first attempt answers, or lets the client wait until a later one does. Attempts are made after the command that has changed one of the
   * keys, before any other command runs, and for one key in the order in which the clients have come.
   */
  readonly run: (client: Client, command: BlockingCommand) => Answer
  /** Some key that is waited for has changed: `serve` has work to do. */
  readonly isDue: () => boolean
  /** Makes the attempts that are due. Called between commands, when no other step on the keyspace is under way. */
  readonly serve: () => void
  readonly counts: () => BlockingCounts
}>()("keyloom/services/Blocking") {}
