/**
 * One client as one line: CLIENT INFO's and CLIENT LIST's fields, in Redis's order, since tools read them.
 */
import type { Client } from "../../services/Client.ts"
import type { CommandContext } from "../../services/CommandContext.ts"

export const clientLine = (context: CommandContext, client: Client): string => {
  const { transport } = client
  const asks = client === context.client
  const argumentBytes = asks ? requestBytes(context) : transport.argumentBytes()
  const outputBytes = transport.outputBytes()
  // Of who asks these are replies that nobody has tried to send yet, of all others what their sockets have not taken.
  const [gatheredBytes, unsentBytes] = asks ? [outputBytes, 0] : [0, outputBytes]
  const fields: ReadonlyArray<readonly [name: string, value: string | number]> = [
    ["id", client.id],
    ["addr", transport.address],
    ["laddr", transport.localAddress],
    ["fd", transport.fileDescriptor],
    ["name", shown(client.name)],
    ["age", ageSeconds(context, client)],
    ["idle", secondsBetween(client.lastInteractionMillis, context.clock.millis)],
    ["flags", flagsOf(client)],
    ["capa", client.canRedirect ? "r" : ""],
    ["db", client.database],
    // Subscriptions, transactions and watched keys: as long as the server has none of these, nobody has any.
    ["sub", 0],
    ["psub", 0],
    ["ssub", 0],
    ["multi", -1],
    ["watch", 0],
    ["qbuf", transport.queryBufferBytes()],
    // Requests are read from the chunks in which they arrive: there is no buffer that could have room left.
    ["qbuf-free", 0],
    ["argv-mem", argumentBytes],
    ["multi-mem", 0],
    // There is no buffer of a fixed size for replies, and so no peak of its use.
    ["rbs", 0],
    ["rbp", 0],
    ["obl", gatheredBytes],
    ["oll", unsentBytes > 0 ? 1 : 0],
    ["omem", unsentBytes],
    ["tot-mem", client.memoryBytes - transport.argumentBytes() + argumentBytes],
    ["events", transport.fileDescriptor < 0 ? "" : unsentBytes > 0 ? "rw" : "r"],
    ["cmd", client.lastCommand],
    ["user", client.user],
    ["redir", -1],
    ["resp", client.protocol],
    ["lib-name", shown(client.libraryName)],
    ["lib-ver", shown(client.libraryVersion)],
    ["tot-net-in", client.bytesReceived],
    ["tot-net-out", client.bytesSent],
    // The command that runs is counted when it is done.
    ["tot-cmds", asks ? client.commandCount - 1 : client.commandCount]
  ]
  return `${fields.map(([name, value]) => `${name}=${value}`).join(" ")}\n`
}

/** Whole seconds of the clock that have begun since the client connected. */
export const ageSeconds = ({ clock }: CommandContext, { connectedAtMillis }: Client): number =>
  secondsBetween(connectedAtMillis, clock.millis)

const secondsBetween = (fromMillis: number, toMillis: number): number =>
  Math.floor(toMillis / 1000) - Math.floor(fromMillis / 1000)

const flagsOf = (client: Client): string => {
  let flags = ""
  if (client.blocked !== undefined) flags += "b"
  if (client.closesAfterReply) flags += "c"
  if (client.isUnixSocket) flags += "U"
  if (client.noEvict) flags += "e"
  if (client.noTouch) flags += "T"
  return flags === "" ? "N" : flags
}

/** Up to a NUL: what comes behind it was not looked at when it was set. */
const shown = (text: string): string => {
  const end = text.indexOf("\0")
  return end < 0 ? text : text.slice(0, end)
}

const requestBytes = ({ reader: { request } }: CommandContext): number => {
  let bytes = 0
  for (let i = 0; i < request.length; i++) bytes += request.byteLength(i)
  return bytes
}
