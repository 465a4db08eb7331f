/**
 * A Tracer whose spans leave this process: the OpenTelemetry SDK's batches, sent as protobuf over HTTP.
 *
 * Where to, under which name and in which batches is said by OpenTelemetry's standard environment variables (`OTEL_EXPORTER_OTLP_*`, `OTEL_SERVICE_NAME`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_*`). To be imported by `import()` only: it loads the SDK.
 *
 * The parts are put together here, because `@effect/opentelemetry/NodeSdk` wants the packages for metrics and logs as well.
 */
import * as OtelTracer from "@effect/opentelemetry/OtelTracer"
import * as Resource from "@effect/opentelemetry/Resource"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { keyloomVersion, serverName } from "../services/Versions.ts"

/** Lives as long as the scope, at whose end what has not been sent yet is sent, for at most three seconds. */
export const make = Effect.gen(function*() {
  const named = yield* Resource.Resource
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  const log = (message: string) => void runFork(Effect.logWarning(message))
  const provider = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new BasicTracerProvider({
        // What the environment says about this service comes before what it says itself.
        resource: resourceFromAttributes({ "service.name": serverName, "service.version": keyloomVersion }).merge(
          named
        ),
        spanProcessors: [new BatchSpanProcessor(reporting(new OTLPTraceExporter(), log))]
      })
    ),
    (provider) =>
      Effect.tryPromise(() => provider.shutdown()).pipe(
        Effect.timeout("3 seconds"),
        Effect.ignore,
        // The collector does not live on the clock of a test.
        Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())
      )
  )
  return yield* Effect.provideService(
    OtelTracer.make,
    OtelTracer.OtelTracer,
    provider.getTracer(serverName, keyloomVersion)
  )
}).pipe(Effect.annotateLogs("module", "telemetry"), Effect.provide(Resource.layerFromEnv()))

/** Says once that spans do not arrive, and once that they do again; the SDK itself is silent. */
const reporting = (exporter: SpanExporter, log: (message: string) => void): SpanExporter => {
  let isFailing = false
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const isFailure = result.code !== 0
        if (isFailure && !isFailing) log(`Spans cannot be sent: ${result.error?.message ?? "unknown error"}`)
        if (!isFailure && isFailing) log("Spans are sent again")
        isFailing = isFailure
        done(result)
      }),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown()
  }
}
