/**
 * Commands as spans of kind SERVER, made directly through Effect's Tracer and named after OpenTelemetry's conventions for databases.
 *
 * A span says which command ran where, for whom, how long, and how it ended: never with which keys or values. It is made when its command has ended, so a
 * command that is looked at but not kept costs two readings of the clock.
 *
 * Which Tracer: that of the fiber which calls from within the process; else the one this layer was built with; else, where the app has none, that of
 * `OtlpExporter`, which is only imported when tracing is switched on.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/redis/
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { errorCode, isCommandError } from "../protocol/CommandError.ts"
import type { Reply } from "../protocol/Reply.ts"
import { ReplyWriter } from "../protocol/ReplyWriter.ts"
import type { Client, ClientTransport } from "../services/Client.ts"
import type { Command } from "../services/CommandTable.ts"
import { NotApplied, ServerConfig } from "../services/ServerConfig.ts"
import { type Caller, type Observation, Telemetry } from "../services/Telemetry.ts"
import { Waiting } from "../services/Waiting.ts"

export const layer: Layer.Layer<Telemetry, never, ServerConfig> = Layer.effect(
  Telemetry,
  Effect.gen(function*() {
    const { onChangeEffect, values: config } = yield* ServerConfig
    const clock = yield* Clock.Clock
    const random = yield* Random.Random
    const scope = yield* Effect.scope
    const ambient = yield* Tracer.Tracer
    let ownTracer = ambient === Tracer.nativeTracer ? undefined : ambient

    const begin = (client: Client, command: Command | undefined, caller?: Caller): Observation | undefined => {
      const mode = config["otel-traces"]
      if (mode === "sampled" && random.nextDoubleUnsafe() >= config["otel-sample-ratio"]) return undefined
      // What a trace has decided holds for all of it.
      if (caller?.span?.sampled === false) return undefined
      const tracer = caller?.tracer ?? ownTracer
      if (tracer === undefined) return undefined
      const isSlowOnly = mode === "slow"
      const { database } = client
      const startTime = clock.currentTimeNanosUnsafe()

      const keep = (reply: Reply): void => {
        const endTime = clock.currentTimeNanosUnsafe()
        if (isSlowOnly && endTime - startTime < BigInt(config["otel-slow-threshold"]) * nanosPerMillisecond) return
        const operation = command === undefined ? unknownOperation : operationOf(command)
        const span = tracer.span({
          name: operation,
          kind: "server",
          startTime,
          parent: Option.fromUndefinedOr(caller?.span),
          root: caller === undefined,
          sampled: true,
          annotations: Context.empty(),
          links: []
        })
        span.attribute("db.system.name", "redis")
        span.attribute("db.operation.name", operation)
        span.attribute("db.namespace", String(database))
        if (caller === undefined) {
          describeConnection(span, client.transport)
          span.attribute("keyloom.response.size", responseBytes(client, reply))
        }
        span.end(endTime, isCommandError(reply) ? describeError(span, errorCode(reply)) : Exit.void)
      }

      return {
        end: (answer) => {
          if (!(answer instanceof Waiting)) {
            keep(answer)
            return answer
          }
          // What a blocking command waits for is no slowness of the server.
          if (isSlowOnly && command?.flags.has("blocking") === true) return answer
          return new Waiting(Effect.tap(answer.effect, (reply) => Effect.sync(() => keep(reply))))
        }
      }
    }

    const telemetry = { isTracing: false, begin }
    const apply = Effect.gen(function*() {
      const isOn = config["otel-traces"] !== "off"
      if (isOn && ownTracer === undefined) ownTracer = yield* Scope.provide(exportingTracer, scope)
      telemetry.isTracing = isOn
    })
    // A server is not to be kept from its work by what only watches it.
    yield* Effect.ignore(apply)
    yield* onChangeEffect(["otel-traces"], apply)
    return Telemetry.of(telemetry)
  })
)

/** Loading the SDK and its exporter takes long, which only those pay who trace. */
const exportingTracer = Effect.promise(() => import("./OtlpExporter.ts")).pipe(
  Effect.flatMap(({ make }) => make),
  // What is wrong with the environment's OTEL_ variables is thrown by the exporter.
  Effect.catchDefect((defect) =>
    Effect.andThen(
      Effect.logError("Spans cannot be exported", Cause.die(defect)),
      new NotApplied({ reason: "Unable to export spans. Check server logs." })
    )
  )
)

const nanosPerMillisecond = 1_000_000n

/** The conventions' word for what has no name of its own. The name a client made up could be anything, a password too. */
const unknownOperation = "_OTHER"

const operationOf = ({ name }: Command): string => name.toUpperCase().replace("|", " ")

/** Describes a failure by its code alone, since error texts quote arguments. */
const describeError = (span: Tracer.Span, code: string): Exit.Exit<never, unknown> => {
  span.attribute("db.response.status_code", code)
  span.attribute("error.type", code)
  return Exit.fail({ name: code, message: code })
}

const describeConnection = (span: Tracer.Span, transport: ClientTransport): void => {
  let attributes = connectionAttributes.get(transport)
  if (attributes === undefined) connectionAttributes.set(transport, attributes = attributesOf(transport))
  for (const [name, value] of attributes) span.attribute(name, value)
}

const connectionAttributes = new WeakMap<ClientTransport, ReadonlyArray<readonly [string, string | number]>>()

const attributesOf = (
  { address, localAddress }: ClientTransport
): ReadonlyArray<readonly [string, string | number]> => {
  const peer = parseAddress(address)
  const server = parseAddress(localAddress)
  if (peer === undefined || server === undefined) return [["network.transport", "unix"]]
  return [
    ["network.transport", "tcp"],
    ["network.peer.address", peer.host],
    ["network.peer.port", peer.port],
    ["client.address", peer.host],
    ["client.port", peer.port],
    ["server.address", server.host],
    ["server.port", server.port]
  ]
}

/** `undefined` for a Unix socket, whose port is 0. */
const parseAddress = (address: string): { readonly host: string; readonly port: number } | undefined => {
  const colon = address.lastIndexOf(":")
  const port = Number(address.slice(colon + 1))
  return port > 0 ? { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port } : undefined
}

/** Bytes of the reply on the wire; none where the client has asked for silence. */
const responseBytes = ({ protocol, replyMode }: Client, reply: Reply): number => {
  if (replyMode !== "on") return 0
  measure.append(reply, protocol)
  const { length } = measure
  measure.reset()
  return length
}

/** Writes replies for nobody, only to know how long they are. */
const measure = new ReplyWriter()
