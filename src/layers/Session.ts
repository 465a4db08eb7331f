/**
 * The synchronous half of a connection: bytes in, requests run, replies gathered.
 *
 * It stops where something has to be waited for and says why; the waiting, the reading and the writing are `Connection`'s.
 */
import type { ProtocolFailure } from "../protocol/CommandError.ts"
import type { Reply } from "../protocol/Reply.ts"
import type { ReplyWriter } from "../protocol/ReplyWriter.ts"
import { Request } from "../protocol/Request.ts"
import { type RequestParser, unauthenticatedFailure } from "../protocol/RequestParser.ts"
import type { Client } from "../services/Client.ts"
import type { CommandContext } from "../services/CommandContext.ts"
import { Waiting } from "../services/Waiting.ts"
import type { Dispatcher } from "./Dispatcher.ts"
import { postponed } from "./gates.ts"

/** Why a session has stopped. */
export type Stop =
  /** Everything complete has run. */
  | "NeedsInput"
  /** Others should have a turn, or the replies should be written; then it goes on. */
  | "TurnIsOver"
  /** A gate holds the next request back. */
  | "Postponed"
  /** The connection is to be closed once the replies are written. */
  | "Ends"
  /** The command waits; its reply is given to `answer`. */
  | Waiting

/** Requests that one connection may run before the others have a turn. */
export const requestsPerTurn = 1024

/** A shorter pipeline has too few lookups for their waiting times to overlap. */
const smallestPrefetch = 4

/** Replies are written when there are this many bytes of them, also before the batch is through. */
const flushBytes = 1024 * 1024

export class Session {
  readonly parser: RequestParser
  readonly writer: ReplyWriter
  /** How the client has broken the protocol, when it has stopped for that. */
  failure: ProtocolFailure | undefined = undefined
  readonly #context: CommandContext
  readonly #client: Client
  readonly #dispatcher: Dispatcher["Service"]
  readonly #request = new Request()
  /** The next request of the parser's batch. */
  #next = 0

  constructor(client: Client, dispatcher: Dispatcher["Service"], parser: RequestParser, writer: ReplyWriter) {
    this.parser = parser
    this.writer = writer
    this.#client = client
    this.#dispatcher = dispatcher
    this.#context = dispatcher.contextOf(client)
  }

  /** Runs what has arrived, until something has to be waited for. */
  run(): Stop {
    const { dispatch, endBatch } = this.#dispatcher
    const client = this.#client
    const parser = this.parser
    const lastOfTurn = client.commandCount + requestsPerTurn
    try {
      while (true) {
        if (this.#next >= parser.count) {
          parser.isAuthenticated = client.isAuthenticated
          // A stranger's request may be the AUTH that lifts the limits for the next one.
          const count = parser.parse(client.isAuthenticated ? requestsPerTurn : 1)
          this.#next = 0
          if (count === 0) return this.#endOfInput()
          if (count >= smallestPrefetch) {
            this.#context.database.prefetch(parser.hashKeys(this.#context.hasher), count)
          }
        }
        while (this.#next < parser.count) {
          const request = parser.load(this.#next, this.#request)
          if (parser.isAuthenticated && !client.isAuthenticated) {
            // RESET has made a stranger of the client, who had sent this before.
            const failure = unauthenticatedFailure(request)
            if (failure !== undefined) return this.#end(failure)
          }
          const answer = dispatch(this.#context, request)
          if (answer === postponed) return "Postponed"
          this.#next++
          if (answer instanceof Waiting) return answer
          this.answer(answer)
          if (client.closesAfterReply) return "Ends"
          if (this.writer.length >= flushBytes || client.commandCount >= lastOfTurn) return "TurnIsOver"
        }
      }
    } finally {
      endBatch()
    }
  }

  /** Adds the reply to a command, unless the client has asked for silence. */
  answer(reply: Reply): void {
    const client = this.#client
    if (client.replyMode === "on") this.writer.append(reply, client.protocol)
    else if (client.replyMode === "skip-next") client.replyMode = "skip"
    else if (client.replyMode === "skip") client.replyMode = "on"
  }

  #endOfInput(): Stop {
    const { failure } = this.parser
    return failure === undefined ? "NeedsInput" : this.#end(failure)
  }

  #end(failure: ProtocolFailure): Stop {
    this.failure = failure
    this.writer.append(failure, this.#client.protocol)
    return "Ends"
  }
}
