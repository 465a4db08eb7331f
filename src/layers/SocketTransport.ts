/**
 * What the server wants to know of a client's socket: where it comes from, and what waits in its buffers.
 */
import type * as Net from "node:net"
import type { ReplyWriter } from "../protocol/ReplyWriter.ts"
import type { RequestParser } from "../protocol/RequestParser.ts"
import type { ClientTransport } from "../services/Client.ts"

/** `unixPath` is that of the listener, `undefined` on TCP; `arrived` has not been given to the parser yet. */
export const transportOf = (
  net: Net.Socket,
  unixPath: string | undefined,
  parser: RequestParser,
  arrived: ReadonlyArray<Buffer>,
  writer: ReplyWriter
): ClientTransport => ({
  address: unixPath === undefined ? addressOf(net.remoteAddress, net.remotePort) : `${unixPath}:0`,
  localAddress: unixPath === undefined ? addressOf(net.localAddress, net.localPort) : `${unixPath}:0`,
  isLocal: unixPath !== undefined || isLoopback(net.remoteAddress),
  fileDescriptor: fileDescriptorOf(net),
  queryBufferBytes: () => arrived.reduce((sum, { length }) => sum + length, parser.bufferedBytes),
  argumentBytes: () => parser.partialBytes,
  outputBytes: () => net.writableLength + writer.length,
  close: () => net.destroy()
})

/** `ip:port`, with brackets around an IPv6 address. A socket that is gone has no address any more. */
const addressOf = (address: string | undefined, port: number | undefined): string => {
  const plain = withoutMapping(address ?? "?")
  return plain.includes(":") ? `[${plain}]:${port ?? 0}` : `${plain}:${port ?? 0}`
}

/** An IPv4 peer of a socket that listens on IPv6. */
const withoutMapping = (address: string): string => address.startsWith("::ffff:") ? address.slice(7) : address

/** What has no address is a socket whose client is gone: it may have come from anywhere. */
export const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && (address === "::1" || withoutMapping(address).startsWith("127."))

/** Node keeps the descriptor on its handle, without a type. */
const fileDescriptorOf = (net: Net.Socket): number =>
  (net as unknown as { readonly _handle?: { readonly fd?: number } | null })._handle?.fd ?? -1
