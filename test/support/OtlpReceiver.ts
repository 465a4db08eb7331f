/**
 * A collector for tests: takes spans as protobuf over HTTP on a port of its own, and reads of them what tests look at.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
import * as Http from "node:http"
import { buffer } from "node:stream/consumers"

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface ReceivedSpan {
  readonly name: string
  /** 2 is SERVER. */
  readonly kind: number
  readonly traceId: string
  readonly parentSpanId: string
  readonly startNanos: bigint
  readonly endNanos: bigint
  readonly attributes: Attributes
  /** 0 is unset, 1 ok, 2 an error. */
  readonly statusCode: number
  readonly statusMessage: string
  readonly resource: Attributes
  readonly scopeName: string
}

export interface OtlpReceiver extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string
  readonly spans: ReadonlyArray<ReceivedSpan>
  /** All bytes that were received, to look for what must not be among them. */
  readonly bytes: () => Buffer
}

export const openOtlpReceiver = async (): Promise<OtlpReceiver> => {
  const spans: Array<ReceivedSpan> = []
  const bodies: Array<Buffer> = []
  const server = Http.createServer(async (request, response) => {
    const body = await buffer(request)
    if (request.url === "/v1/traces" && request.headers["content-type"] === "application/x-protobuf") {
      bodies.push(body)
      spans.push(...readRequest(body))
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end()
    } else {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no TCP address")
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    spans,
    bytes: () => Buffer.concat(bodies),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

const readRequest = (body: Buffer): ReadonlyArray<ReceivedSpan> =>
  messages(readFields(body), 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1).flatMap((resource) => messages(resource, 1)))
    return messages(resourceSpans, 2).flatMap((scopeSpans) => {
      const scopeName = messages(scopeSpans, 1).map((scope) => textOf(scope, 1)).join()
      return messages(scopeSpans, 2).map((span): ReceivedSpan => {
        const [status] = messages(span, 15)
        return {
          name: textOf(span, 5),
          kind: Number(integerOf(span, 6)),
          traceId: bytesOf(span, 1).toString("hex"),
          parentSpanId: bytesOf(span, 4).toString("hex"),
          startNanos: integerOf(span, 7),
          endNanos: integerOf(span, 8),
          attributes: attributesOf(messages(span, 9)),
          statusCode: status === undefined ? 0 : Number(integerOf(status, 3)),
          statusMessage: status === undefined ? "" : textOf(status, 2),
          resource,
          scopeName
        }
      })
    })
  })

const attributesOf = (pairs: ReadonlyArray<Fields>): Attributes =>
  Object.fromEntries(pairs.map((pair) => {
    const value = messages(pair, 2)[0] ?? new Map()
    if (value.has(1)) return [textOf(pair, 1), textOf(value, 1)]
    if (value.has(2)) return [textOf(pair, 1), integerOf(value, 2) === 1n]
    if (value.has(3)) return [textOf(pair, 1), Number(BigInt.asIntN(64, integerOf(value, 3)))]
    throw new Error(`an attribute of a kind that is not expected: ${textOf(pair, 1)}`)
  }))

/** The values of a message by field number, in order. */
type Fields = ReadonlyMap<number, ReadonlyArray<bigint | Buffer>>

const readFields = (bytes: Buffer): Fields => {
  const fields = new Map<number, Array<bigint | Buffer>>()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes.readUInt8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    let value: bigint | Buffer
    switch (tag & 7) {
      case 0:
        value = varint()
        break
      case 1:
        value = bytes.readBigUInt64LE(at)
        at += 8
        break
      case 2: {
        const length = Number(varint())
        value = bytes.subarray(at, at += length)
        break
      }
      case 5:
        value = BigInt(bytes.readUInt32LE(at))
        at += 4
        break
      default:
        throw new Error(`wire type ${tag & 7} at ${at}`)
    }
    const values = fields.get(tag >> 3)
    if (values === undefined) fields.set(tag >> 3, [value])
    else values.push(value)
  }
  return fields
}

const messages = (fields: Fields, number: number): ReadonlyArray<Fields> =>
  (fields.get(number) ?? []).filter((value) => Buffer.isBuffer(value)).map(readFields)

const bytesOf = (fields: Fields, number: number): Buffer => {
  const value = fields.get(number)?.at(-1)
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0)
}

const textOf = (fields: Fields, number: number): string => bytesOf(fields, number).toString("utf8")

const integerOf = (fields: Fields, number: number): bigint => {
  const value = fields.get(number)?.at(-1)
  return typeof value === "bigint" ? value : 0n
}
