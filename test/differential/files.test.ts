/**
 * A directory that changes hands: what redis-server has written is started on here, and the other way round.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { dataset } from "../protocol/rdb/dataset.ts"
import {
  findReference,
  missingReferenceMessage,
  type RunningServer,
  startKeyloom,
  type StartOptions,
  startReference
} from "../support/referenceServers.ts"

const directories: Array<string> = []
afterAll(() => directories.forEach((directory) => Fs.rmSync(directory, { recursive: true, force: true })))

const makeDirectory = (): string => {
  const directory = Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-files-"))
  directories.push(directory)
  return directory
}

const text = async (server: RunningServer, ...request: ReadonlyArray<string>): Promise<string> => {
  const client = await server.connect()
  const reply = await client.call(...request)
  client.close()
  return "text" in reply ? reply.text : JSON.stringify(reply)
}

const fill = async (server: RunningServer): Promise<void> => {
  const client = await server.connect()
  await client.call("SELECT", "3")
  await client.call("SET", "elsewhere", "1")
  await client.call("SELECT", "0")
  for (let i = 0; i < 150; i++) await client.call("XADD", "trimmed", `${i + 1}-0`, "f", "v")
  await client.call("XADD", "trimmed", "MAXLEN", "~", "20", "LIMIT", "1000", "999-0", "f", "v")
  await client.call("XTRIM", "trimmed", "MAXLEN", "~", "10", "LIMIT", "1000")
  for (const { reply } of await client.pipeline(dataset)) {
    assert.notStrictEqual(reply.type, "error", JSON.stringify(reply))
  }
  client.close()
}

/** Ends a server as an operator does, so that it writes what it has to. */
const end = async (server: RunningServer): Promise<void> => {
  process.kill(server.pid, "SIGTERM")
  await server.exited
  await server.stop()
}

/** Lets the append-only file begin with the dataset, rather than with what made it. */
const rewrite = async (server: RunningServer): Promise<void> => {
  await text(server, "BGREWRITEAOF")
  for (;;) {
    const info = await text(server, "INFO", "persistence")
    if (info.includes("aof_rewrite_in_progress:0") && info.includes("aof_rewrite_scheduled:0")) {
      assert.include(info, "aof_last_bgrewrite_status:ok")
      return
    }
  }
}

type Start = (options: StartOptions) => Promise<RunningServer>

/** Fills the first server, and starts the other one on its directory. */
const handOver = async (
  first: Start,
  second: Start,
  directives: ReadonlyArray<string>,
  isRewritten: boolean
): Promise<void> => {
  const options = { directives: ["--dir", makeDirectory(), ...directives] }
  const before = await first(options)
  await fill(before)
  if (isRewritten) await rewrite(before)
  const digest = await text(before, "DEBUG", "DIGEST")
  await end(before)
  const after = await second(options)
  try {
    assert.strictEqual(await text(after, "DEBUG", "DIGEST"), digest)
    assert.strictEqual(await text(after, "PEXPIRETIME", "soon"), "4000000000123")
  } finally {
    await after.stop()
  }
}

describe("files of the same directory", () => {
  if (findReference()?.isExact !== true) {
    it.skip(missingReferenceMessage)
    return
  }
  const valkey: Start = (options) => startReference(options)
  for (
    const [name, directives] of [
      ["a snapshot", ["--save", "60 1"]],
      ["an append-only file with a snapshot at its beginning", ["--appendonly", "yes"]],
      ["an append-only file of commands", ["--appendonly", "yes", "--aof-use-rdb-preamble", "no"]]
    ] as const
  ) {
    it(`${name} of Valkey is loaded`, () => handOver(valkey, startKeyloom, directives, false), 60_000)
    it(`${name} is loaded by Valkey`, () => handOver(startKeyloom, valkey, directives, false), 60_000)
    if (directives[0] !== "--appendonly") continue
    it(`${name} of Valkey is loaded, rewritten`, () => handOver(valkey, startKeyloom, directives, true), 60_000)
    it(`${name} is loaded by Valkey, rewritten`, () => handOver(startKeyloom, valkey, directives, true), 60_000)
  }
})
