/**
 * Commands as spans of kind SERVER, made directly through Effect's Tracer and named after OpenTelemetry's conventions for databases.
 *
 * A span says which command ran where, for whom, how long, and how it ended: never with which keys or values. It is made when its command has ended, so that
 * a command whose span is not kept costs two readings of the clock.
 *
 * Which Tracer: that of the fiber which calls from within the process; else the one this layer was built with; else, where the app has none, the one of
 * `OtlpExporter`, which is only imported when tracing is switched on.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/redis/
 */
import { Clock, Effect, Exit, Layer, Option, Random, Tracer } from "effect"
import { errorCode, isCommandError } from "../protocol/CommandError.ts"
import type { Reply } from "../protocol/Reply.ts"
import { ReplyWriter } from "../protocol/ReplyWriter.ts"
import type { Client, ClientTransport } from "../services/Client.ts"
import type { Command } from "../services/CommandTable.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
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
    const describe = makeDescribe()

    const begin = (client: Client, command: Command | undefined, caller: Caller | undefined): Observation | undefined => {
      const mode = config["otel-traces"]
      if (mode === "off" || caller?.span?.sampled === false) return undefined
      if (mode === "sampled" && random.nextDoubleUnsafe() >= config["otel-sample-ratio"]) return undefined
      const tracer = caller?.tracer ?? ownTracer
      if (tracer === undefined) return undefined
      // What a blocking command waits for is no slowness of the server.
      const leastNanos = mode === "slow" ? BigInt(config["otel-slow-threshold"]) * nanosPerMillisecond : 0n
      const mayWait = mode !== "slow" || command?.flags.has("blocking") !== true
      const { database } = client
      const startTime = clock.currentTimeNanosUnsafe()

      const keep = (reply: Reply): void => {
        const endTime = clock.currentTimeNanosUnsafe()
        if (endTime - startTime < leastNanos) return
        const name = operationOf(command)
        const span = tracer.span({
          name,
          kind: "server",
          startTime,
          parent: Option.fromUndefinedOr(caller?.span),
          root: caller === undefined,
          sampled: true,
          annotations: noAnnotations,
          links: []
        })
        span.attribute("db.system.name", "redis")
        span.attribute("db.operation.name", name)
        span.attribute("db.namespace", String(database))
        describe(span, client, reply)
        span.end(endTime, exitOf(span, reply))
      }

      return {
        end: (answer) => {
          if (!(answer instanceof Waiting)) {
            keep(answer)
            return answer
          }
          if (!mayWait) return answer
          return new Waiting(Effect.tap(answer.effect, (reply) => Effect.sync(() => keep(reply))))
        }
      }
    }

    const telemetry = { isTracing: false, begin }
    const apply = Effect.gen(function*() {
      telemetry.isTracing = config["otel-traces"] !== "off"
      if (telemetry.isTracing) ownTracer ??= yield* Effect.provideService(exporter, Scope.Scope, scope)
    })
    yield* apply
    yield* onChangeEffect(["otel-traces"], apply)
    return telemetry
  })
)
