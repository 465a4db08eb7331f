/**
 * A Tracer whose spans leave this process: the OpenTelemetry SDK's batches, sent as protobuf over HTTP.
 *
 * Where to, under which name, and in which batches is said by OpenTelemetry's standard environment variables (`OTEL_EXPORTER_OTLP_*`, `OTEL_SERVICE_NAME`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_*`). Nobody should import this file but by `import()`: it loads the whole SDK.
 *
 * It puts the parts together itself, because `@effect/opentelemetry/NodeSdk` wants the packages for metrics and logs as well.
 */
import { OtelTracer, Resource } from "@effect/opentelemetry"
