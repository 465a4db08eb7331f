/**
 * Packets of any kind over several sockets at once: nonsense, requests cut in the middle, requests with any arguments, several in one packet.
 *
 * Whatever comes, the server lives, serves others, and has no defect to log. The seed is in the name of the test.
 */
import { assert, it } from "@effect/vitest"
import * as Net from "node:net"
import { onTestFinished } from "vitest"
import { builtIn } from "../../src/commands/index.ts"
import type { Command } from "../../src/services/CommandTable.ts"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"
import { startKeyloom } from "../support/referenceServers.ts"
import { encodeRequest } from "../support/RespClient.ts"

const packets = 20_000
const sockets = 8

/** They end the server, hold it up, close it to everybody or forget what it has done, as they should. */
const excluded = new Set(["shutdown", "debug", "config|set", "config|rewrite", "config|resetstat", "client|pause"])

const wordsOf = (command: Command): Array<ReadonlyArray<string>> =>
  excluded.has(command.name)
    ? []
    : command.subcommands === undefined
    ? [command.name.split("|")]
    : [...command.subcommands.values()].flatMap(wordsOf)

const commands = builtIn.flatMap(wordsOf)

const options = [
  "NX",
  "XX",
  "EX",
  "PX",
  "GT",
  "KEEPTTL",
  "GET",
  "MATCH",
  "COUNT",
  "TYPE",
  "ASYNC",
  "ID",
  "ON",
  "OFF",
  "*",
  "string",
  "REPLACE",
  "DB",
  "LEN",
  "IDX"
]
const numbers = [
  "0",
  "1",
  "-1",
  "10",
  "100000",
  "9223372036854775807",
  "-9223372036854775808",
  "1e308",
  "nan",
  "-inf",
  "0.1",
  "007"
]

const argument = (random: SeededRandom): string => {
  switch (random.integer(6)) {
    case 0:
      return random.pick(options)
    case 1:
      return random.pick(numbers)
    case 2:
      return random.bytes(random.integer(random.chance(0.02) ? 100_000 : 40))
    default:
      return `key${random.integer(20)}`
  }
}

const request = (random: SeededRandom): Buffer => {
  const args = Array.from({ length: random.integer(6) }, () => argument(random))
  return encodeRequest([...random.pick(commands), ...args])
}

const packet = (random: SeededRandom): Buffer => {
  switch (random.integer(10)) {
    case 0:
      return Buffer.from(random.bytes(random.integer(200)), "latin1")
    case 1:
      return Buffer.from(`${random.pick(["*", "$", "+", "*1\r\n$", "*-"])}${random.pick(numbers)}\r\n`)
    case 2: {
      const whole = request(random)
      return whole.subarray(0, random.integer(whole.length + 1))
    }
    case 3: {
      const whole = Buffer.from(request(random))
      whole[random.integer(whole.length)] = random.integer(256)
      return whole
    }
    case 4:
      return Buffer.from(`${random.pick(commands).join(" ")} ${argument(random)}\r\n`, "latin1")
    default:
      return Buffer.concat(Array.from({ length: 1 + random.integer(5) }, () => request(random)))
  }
}

it.each([20_251, 7])("20,000 random packets over several sockets leave the server alive (seed %i)", async (seed) => {
  const server = await startKeyloom()
  onTestFinished(server.stop)
  const random = makeSeededRandom(seed)
  const open: Array<Net.Socket> = []
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
  })
  const reconnect = (at: number): Promise<Net.Socket> =>
    new Promise((resolve, reject) => {
      const socket = Net.connect({ port: server.port, host: server.host })
      socket.once("error", reject)
      socket.once("connect", () => {
        socket.off("error", reject)
        socket.on("error", () => undefined)
        socket.resume()
        open[at] = socket
        resolve(socket)
      })
    })

  for (let i = 0; i < packets; i++) {
    const at = random.integer(sockets)
    let socket = open[at]
    if (socket === undefined || socket.destroyed || socket.readableEnded) socket = await reconnect(at)
    const fate = random.integer(200)
    if (fate === 0) socket.resetAndDestroy()
    else if (fate === 1) socket.end()
    else if (!socket.write(packet(random))) await new Promise((resolve) => setImmediate(resolve))
    // Now and then the other side has its turn, so that packets arrive one by one as well as joined.
    if (random.chance(0.2)) await new Promise((resolve) => setImmediate(resolve))
  }

  const client = await server.connect()
  onTestFinished(client.close)
  assert.deepStrictEqual(await client.call("PING"), { type: "simple", text: "PONG" })
  const stats = await client.call("INFO", "commandstats")
  const known = "text" in stats ? stats.text.match(/^cmdstat_/gm)?.length ?? 0 : 0
  assert.isAbove(known, commands.length / 2, "most commands have been reached")
  assert.deepStrictEqual(server.output().match(/^.*(failed|uncaught|Unhandled).*(\n .*)*/gm) ?? [], [])
})
