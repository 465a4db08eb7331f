/**
 * A client without a socket: the same Dispatcher, the same replies, no bytes in between.
 */
import { Effect } from "effect"
import type { ByteString } from "../data/ByteString.ts"
import type { Reply } from "../protocol/Reply.ts"
import { Request } from "../protocol/Request.ts"
import type { Client, ClientTransport } from "../services/Client.ts"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { Waiting } from "../services/Waiting.ts"
import { Dispatcher } from "./Dispatcher.ts"
import { postponed } from "./gates.ts"

export interface InProcessClient {
  readonly client: Client
  /** Runs one command. An expected failure of the command is a reply like others. */
  readonly call: (args: ReadonlyArray<ByteString>) => Effect.Effect<Reply>
}

/** A client that lives as long as the scope. It is authenticated, as the code it belongs to. */
export const make = Effect.gen(function*() {
  const clients = yield* Clients
  const clock = yield* CommandClock
  const { contextOf, dispatch, endBatch } = yield* Dispatcher
  const client = yield* Effect.acquireRelease(
    Effect.sync(() => clients.add(inProcess)),
    (client) => Effect.sync(() => clients.remove(client))
  )
  client.isAuthenticated = true
  client.protocol = 3
  const context = contextOf(client)

  const run = (request: Request): Effect.Effect<Reply> => {
    client.lastInteractionMillis = clock.refresh()
    const answer = dispatch(context, request)
    endBatch()
    if (answer === postponed) return Effect.andThen(clients.awaitUnpaused, Effect.suspend(() => run(request)))
    return answer instanceof Waiting ? answer.effect : Effect.succeed(answer)
  }

  const self: InProcessClient = { client, call: (args) => Effect.suspend(() => run(Request.of(args))) }
  return self
})

const inProcess: ClientTransport = {
  address: "in-process:0",
  localAddress: "in-process:0",
  isLocal: true,
  fileDescriptor: -1,
  queryBufferBytes: () => 0,
  outputBytes: () => 0,
  close: () => {}
}
