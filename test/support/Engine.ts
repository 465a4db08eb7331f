/**
 * A running engine without sockets, one per test: requests in, replies out, on the test's own clock.
 */
import { Context, Effect, Layer } from "effect"
import { builtIn } from "../../src/commands/index.ts"
import * as EngineLayer from "../../src/layers/Engine.ts"
import * as InProcessClient from "../../src/layers/InProcessClient.ts"
import { type GivenValues, layer as configLayer } from "../../src/layers/ServerConfigMemory.ts"
import type { Reply } from "../../src/protocol/Reply.ts"
import type { Client } from "../../src/services/Client.ts"

export class Engine extends Context.Service<Engine, {
  /** Runs one command; the arguments and strings of the reply are latin1, one byte per char code. */
  readonly call: (...args: ReadonlyArray<string | Buffer>) => Effect.Effect<Reply>
  readonly client: Client
}>()("keyloom/test/Engine") {}

/** An engine that is configured like this. */
export const engine = (options: GivenValues = {}) =>
  Layer.effect(
    Engine,
    Effect.map(InProcessClient.make, ({ call, client }) => Engine.of({ client, call: (...args) => call(args) }))
  ).pipe(Layer.provideMerge(EngineLayer.layer(builtIn)), Layer.provideMerge(configLayer(options)))
