/**
 * What is left when the process is killed while clients write: everything that was acknowledged, and nothing but the beginning of what was sent.
 *
 * `CRASH_ROUNDS` sets how often each server is killed; the default keeps the run short.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { makeSeededRandom } from "../support/random.ts"
import type { RespClient } from "../support/RespClient.ts"
import { type RunningServer, startKeyloom } from "../support/referenceServers.ts"

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 5)
const writers = 4

/** What one client has sent, and how much of it was acknowledged. */
interface Progress {
  sent: number
  acknowledged: number
}

const directories: Array<string> = []
afterAll(() => directories.forEach((directory) => Fs.rmSync(directory, { recursive: true, force: true })))

const text = async (client: RespClient, ...request: ReadonlyArray<string>): Promise<string> => {
  const reply = await client.call(...request)
  return "text" in reply ? reply.text : ""
}

/** Counts up, in a string, in a list, and in two keys that are always set together, until the server is gone. */
const write = async (server: RunningServer, id: number, progress: Progress, depth: number): Promise<void> => {
  const client = await server.connect()
  try {
    for (;;) {
      const requests: Array<ReadonlyArray<string>> = []
      for (let i = 0; i < depth; i++) {
        const number = String(++progress.sent)
        requests.push(
          ["SET", `number:${id}`, number],
          ["RPUSH", `list:${id}`, number],
          ["MSET", `left:${id}`, number, `right:${id}`, number]
        )
      }
      const replies = await client.pipeline(requests)
      assert.isFalse(replies.some(({ reply }) => reply.type === "error"), JSON.stringify(replies[0]))
      progress.acknowledged = progress.sent
    }
  } catch (error) {
    if (!client.isClosed()) throw error
  } finally {
    client.close()
  }
}

/** Everything that was acknowledged is there, and what is there is a beginning of what was sent. */
const verify = async (client: RespClient, id: number, progress: Progress): Promise<void> => {
  const number = Number(await text(client, "GET", `number:${id}`) || 0)
  assert.isAtLeast(number, progress.acknowledged, `writer ${id} has lost acknowledged writes`)
  assert.isAtMost(number, progress.sent)
  const length = Number(await text(client, "LLEN", `list:${id}`))
  assert.isTrue(length === number || length === number - 1, `list of ${length} after ${number}`)
  if (length > 0) {
    assert.strictEqual(await text(client, "LINDEX", `list:${id}`, "0"), "1")
    assert.strictEqual(await text(client, "LINDEX", `list:${id}`, "-1"), String(length))
  }
  const left = await text(client, "GET", `left:${id}`)
  assert.strictEqual(left, await text(client, "GET", `right:${id}`), "two keys that are set by one command")
  assert.isTrue(Number(left || 0) === length || Number(left || 0) === length - 1)
  // What the next round goes on from.
  await client.call("SET", `number:${id}`, String(length))
  await client.call("MSET", `left:${id}`, String(length), `right:${id}`, String(length))
  progress.sent = length
  progress.acknowledged = length
}

describe("a killed server", () => {
  for (const policy of ["always", "everysec", "no"]) {
    for (const preamble of ["yes", "no"]) {
      it(
        `has everything that was acknowledged, appendfsync ${policy}, aof-use-rdb-preamble ${preamble}`,
        async () => {
          const random = makeSeededRandom(policy.length)
          const dir = Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-crash-"))
          directories.push(dir)
          const directives = ["--dir", dir, "--appendonly", "yes", "--appendfsync", policy]
          directives.push("--aof-use-rdb-preamble", preamble)
          const progress = Array.from({ length: writers }, (): Progress => ({ sent: 0, acknowledged: 0 }))
          for (let round = 0; round < rounds; round++) {
            const server = await startKeyloom({ directives })
            const client = await server.connect()
            for (const [id, one] of progress.entries()) await verify(client, id, one)
            const writing = progress.map((one, id) => write(server, id, one, id % 2 === 0 ? 1 : 20))
            // At a moment that nobody has chosen, and often while something is written in the background.
            const millis = random.integer(250)
            await client.call(random.pick(["PING", "BGREWRITEAOF", "BGSAVE"]))
            await new Promise((resolve) => setTimeout(resolve, millis))
            process.kill(server.pid, "SIGKILL")
            await server.exited
            await Promise.all(writing)
            client.close()
            await server.stop()
          }
          const server = await startKeyloom({ directives })
          const client = await server.connect()
          for (const [id, one] of progress.entries()) await verify(client, id, one)
          client.close()
          await server.stop()
          assert.isAbove(progress.reduce((sum, { acknowledged }) => sum + acknowledged, 0), 0)
        },
        30_000 + rounds * 10_000
      )
    }
  }
})
