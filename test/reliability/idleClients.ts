/**
 * Thousands of idle clients: how much memory each of them takes, and whether the server still answers.
 *
 * `node test/reliability/idleClients.ts [count]` does it with 10,000 clients, or with as many as are asked for; the operating system has to allow as many open
 * files (ulimit -n) to both processes. The suite does it with a few.
 */
import * as Fs from "node:fs"
import * as Net from "node:net"
import { findReference, type RunningServer, startKeyloom, startReference } from "../support/referenceServers.ts"

export interface IdleReport {
  readonly clients: number
  readonly bytesPerClient: number
  /** How many of a sample of the clients were answered afterwards. */
  readonly answered: number
  readonly asked: number
}

export const holdIdleClients = async (server: RunningServer, count: number): Promise<IdleReport> => {
  const first = await server.connect()
  await first.call("PING")
  const before = residentBytes(server.pid)
  const sockets: Array<Net.Socket> = []
  try {
    while (sockets.length < count) {
      const batch = Array.from({ length: Math.min(100, count - sockets.length) }, () => connectAndPing(server))
      sockets.push(...await Promise.all(batch))
    }
    const connected = await first.call("INFO", "clients")
    const clients = Number(/connected_clients:(\d+)/.exec("text" in connected ? connected.text : "")?.[1]) - 1
    const bytesPerClient = Math.round((residentBytes(server.pid) - before) / count)
    const sample = sockets.filter((_, i) => i % Math.ceil(count / 100) === 0)
    const answers = await Promise.all(sample.map(ping))
    return {
      clients,
      bytesPerClient,
      asked: sample.length,
      answered: answers.filter((is) => is === "+PONG\r\n").length
    }
  } finally {
    for (const socket of sockets) socket.destroy()
    first.close()
  }
}

const connectAndPing = (server: RunningServer): Promise<Net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = Net.connect({ host: server.host, port: server.port })
    socket.once("error", reject)
    socket.once("connect", () => ping(socket).then(() => resolve(socket), reject))
  })

const ping = (socket: Net.Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    socket.once("close", () => reject(new Error("the server closed the connection")))
    socket.once("data", (bytes) => resolve(bytes.toString()))
    socket.write("PING\r\n")
  })

/** Only Linux says it in a file. */
const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(Fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024

if (import.meta.main) {
  const count = Number(process.argv[2] ?? 10_000)
  const options = { directives: ["--maxclients", String(count + 10), "--timeout", "0"] }
  for (const start of findReference() === undefined ? [startKeyloom] : [startReference, startKeyloom]) {
    const server = await start(options)
    const report = await holdIdleClients(server, count)
    await server.stop()
    console.log(
      `${server.name}: ${report.clients} idle clients, ${report.bytesPerClient} bytes of resident memory each, ` +
        `${report.answered} of ${report.asked} answered`
    )
  }
}
