/**
 * What the server wants to know of a client's socket: where it comes from, and what waits in its buffers.
 */
import type * as Net from "node:net"
import type { ReplyWriter } from "../protocol/ReplyWriter.ts"
import type { RequestParser } from "../protocol/RequestParser.ts"
import type { ClientTransport } from "../services/Client.ts"

export const transportOf = (net: Net.Socket, parser: RequestParser, writer: ReplyWriter): ClientTransport => ({
  address: addressOf(net.remoteAddress, net.remotePort),
  localAddress: addressOf(net.localAddress, net.localPort),
  isLocal: isLoopback(net.remoteAddress),
  fileDescriptor: fileDescriptorOf(net),
  queryBufferBytes: () => parser.bufferedBytes,
  outputBytes: () => net.writableLength + writer.length,
  close: () => net.destroy()
})

/** `ip:port`, with brackets around an IPv6 address, and `path:0` for a Unix socket, which has no address. */
const addressOf = (address: string | undefined, port: number | undefined): string => {
  if (address === undefined) return "/:0"
  const plain = withoutMapping(address)
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`
}

/** An IPv4 peer of a socket that listens on IPv6. */
const withoutMapping = (address: string): string => address.startsWith("::ffff:") ? address.slice(7) : address

/** No address is a Unix socket. */
export const isLoopback = (address: string | undefined): boolean =>
  address === undefined || address === "::1" || withoutMapping(address).startsWith("127.")

/** Node keeps the descriptor on its handle, without a type. */
const fileDescriptorOf = (net: Net.Socket): number =>
  (net as unknown as { readonly _handle?: { readonly fd?: number } | null })._handle?.fd ?? -1
