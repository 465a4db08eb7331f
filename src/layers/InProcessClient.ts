/**
 * A client without a socket: the same Dispatcher, the same replies, no bytes in between.
 *
 * It speaks byte strings and replies; what an app would rather have is `Keyloom`'s matter.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ByteString } from "../data/ByteString.ts"
import { type Reply, settled } from "../protocol/Reply.ts"
import { Request } from "../protocol/Request.ts"
import { AppendOnlyFile } from "../services/AppendOnlyFile.ts"
import type { Client, ClientTransport } from "../services/Client.ts"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { type Caller, Telemetry } from "../services/Telemetry.ts"
import { Waiting } from "../services/Waiting.ts"
import { Dispatcher } from "./Dispatcher.ts"
import { postponed } from "./gates.ts"

export interface InProcessClient {
  readonly client: Client
  /** Runs one command. An expected failure of the command is a reply like others. */
  readonly call: (args: ReadonlyArray<ByteString>) => Effect.Effect<Reply>
  /** Runs one command and answers what `convert` makes of its reply, in one step of the fiber where the command does not wait. */
  readonly callWith: <A, E>(
    args: ReadonlyArray<ByteString>,
    convert: (reply: Reply) => Exit.Exit<A, E>
  ) => Effect.Effect<A, E>
}

/** A client that lives as long as the scope. It is authenticated, as the code it belongs to. */
export const make = Effect.gen(function*() {
  const appendOnlyFile = yield* AppendOnlyFile
  const clients = yield* Clients
  const clock = yield* CommandClock
  const telemetry = yield* Telemetry
  const { contextOf, dispatch, endBatch } = yield* Dispatcher
  const client = yield* Effect.acquireRelease(
    Effect.sync(() => clients.add(inProcess)),
    (client) => Effect.sync(() => clients.remove(client))
  )
  client.isAuthenticated = true
  client.protocol = 3
  const context = contextOf(client)

  const run = <A, E>(
    request: Request,
    convert: (reply: Reply) => Exit.Exit<A, E>,
    caller: Caller | undefined
  ): Effect.Effect<A, E> => {
    client.lastInteractionMillis = clock.refresh()
    const answer = dispatch(context, request, caller)
    endBatch()
    if (appendOnlyFile.isPending) appendOnlyFile.flush()
    if (answer === postponed) {
      return Effect.andThen(clients.postpone(client), Effect.suspend(() => run(request, convert, caller)))
    }
    return answer instanceof Waiting ? Effect.flatMap(answer.effect, convert) : convert(answer)
  }

  const callWith: InProcessClient["callWith"] = (args, convert) => {
    const request = Request.of(args)
    return Effect.withFiber(({ cache }) => run(request, convert, telemetry.isTracing ? cache : undefined))
  }

  const self: InProcessClient = {
    client,
    callWith,
    call: (args) => callWith(args, (reply) => Exit.succeed(settled(reply)))
  }
  return self
})

const inProcess: ClientTransport = {
  address: "in-process:0",
  localAddress: "in-process:0",
  isLocal: true,
  fileDescriptor: -1,
  queryBufferBytes: () => 0,
  argumentBytes: () => 0,
  outputBytes: () => 0,
  close: () => {}
}
