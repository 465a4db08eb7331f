/**
 * The whole way of a span: a real client, the server as a process, protobuf over HTTP, a collector of the test's own.
 */
import { assert, describe, it } from "@effect/vitest"
import { Redis } from "ioredis"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import * as Net from "node:net"
import { openOtlpReceiver } from "../support/OtlpReceiver.ts"

const freePort = async (): Promise<number> => {
  const server = Net.createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  return typeof address === "object" && address !== null ? address.port : 0
}

interface TracedServer extends AsyncDisposable {
  readonly port: number
  readonly log: () => string
  /** Ends the server in order, which sends the spans that are still there. */
  readonly stop: () => Promise<number | null>
}

const startServer = async (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>>
): Promise<TracedServer> => {
  const port = await freePort()
  const child: ChildProcess = spawn(
    process.execPath,
    ["src/main.ts", "--port", String(port), "--bind", "127.0.0.1", "--save", "", ...args],
    {
      cwd: `${import.meta.dirname}/../..`,
      env: { PATH: process.env["PATH"], ...environment },
      stdio: ["ignore", "pipe", "pipe"]
    }
  )
  let log = ""
  const exited = once(child, "exit")
  await new Promise<void>((resolve, reject) => {
    const onData = (data: Buffer) => {
      log += data.toString()
      if (log.includes("Ready to accept connections")) resolve()
    }
    child.stdout?.on("data", onData)
    child.stderr?.on("data", onData)
    child.once("exit", () => reject(new Error(`the server has ended: ${log}`)))
  })
  const stop = async () => {
    if (child.exitCode === null) child.kill("SIGTERM")
    await exited
    return child.exitCode
  }
  return { port, log: () => log, stop, [Symbol.asyncDispose]: async () => void await stop() }
}

const connect = (port: number): Redis =>
  new Redis({ port, lazyConnect: true, enableReadyCheck: false, retryStrategy: () => null })

describe("OtlpExporter", () => {
  it("sends a span for every command of a client, and none of its keys and values", async () => {
    await using collector = await openOtlpReceiver()
    await using server = await startServer(["--otel-traces", "all"], {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test"
    })
    const redis = connect(server.port)
    await redis.connect()
    await redis.set("secret-key", "secret-value")
    assert.strictEqual(await redis.get("secret-key"), "secret-value")
    await redis.select(3)
    await redis.client("LIST")
    await redis.incr("secret-key")
    await redis.set("secret-key", "secret-value")
    await redis.incr("secret-key").catch(() => undefined)
    await redis.call("SECRETCOMMAND", "secret-argument").catch(() => undefined)
    redis.disconnect()
    assert.strictEqual(await server.stop(), 0)

    const names = collector.spans.map(({ name }) => name)
    for (const name of ["SET", "GET", "SELECT", "CLIENT LIST", "INCR", "_OTHER"]) assert.include(names, name)
    const get = collector.spans.find(({ name }) => name === "GET")
    assert.deepInclude(get, { kind: 2, statusCode: 1, parentSpanId: "", scopeName: "keyloom" })
    assert.deepInclude(get?.attributes, {
      "db.system.name": "redis",
      "db.operation.name": "GET",
      "db.namespace": "0",
      "client.address": "127.0.0.1",
      "network.peer.address": "127.0.0.1",
      "server.address": "127.0.0.1",
      "server.port": server.port,
      "keyloom.response.size": "$12\r\nsecret-value\r\n".length
    })
    assert.deepInclude(get?.resource, { "service.name": "keyloom", "deployment.environment.name": "test" })
    assert.isTrue(get !== undefined && get.startNanos > 0n && get.endNanos >= get.startNanos)

    const failed = collector.spans.filter(({ statusCode }) => statusCode === 2)
    assert.deepStrictEqual(
      failed.map(({ attributes, name, statusMessage }) => ({
        name,
        statusMessage,
        code: attributes["db.response.status_code"],
        errorType: attributes["error.type"],
        database: attributes["db.namespace"]
      })),
      [
        { name: "INCR", statusMessage: "ERR", code: "ERR", errorType: "ERR", database: "3" },
        { name: "_OTHER", statusMessage: "ERR", code: "ERR", errorType: "ERR", database: "3" }
      ]
    )
    // Each command is a trace of its own: the server knows nothing of who stands behind a connection.
    assert.strictEqual(new Set(collector.spans.map(({ traceId }) => traceId)).size, collector.spans.length)
    assert.isFalse(collector.bytes().toString("latin1").toLowerCase().includes("secret"))
  })

  it("is loaded when CONFIG SET switches tracing on, and takes its name from the environment", async () => {
    await using collector = await openOtlpReceiver()
    await using server = await startServer([], {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.endpoint}/v1/traces`,
      OTEL_SERVICE_NAME: "cache"
    })
    const redis = connect(server.port)
    await redis.connect()
    await redis.set("before", "1")
    assert.strictEqual(await redis.config("SET", "otel-traces", "all"), "OK")
    await redis.get("during")
    await redis.config("SET", "otel-traces", "off")
    await redis.strlen("after")
    redis.disconnect()
    assert.strictEqual(await server.stop(), 0)
    assert.deepStrictEqual(collector.spans.map(({ name }) => name), ["GET", "CONFIG SET"])
    assert.strictEqual(collector.spans[0]?.resource["service.name"], "cache")
  })

  it("says in the log that nobody takes the spans", async () => {
    const port = await freePort()
    await using server = await startServer(["--otel-traces", "all"], {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: "50",
      OTEL_BSP_SCHEDULE_DELAY: "1"
    })
    const redis = connect(server.port)
    await redis.connect()
    while (!server.log().includes("Spans cannot be sent")) await redis.ping()
    redis.disconnect()
    assert.strictEqual(await server.stop(), 0)
  })
})
