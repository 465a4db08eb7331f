/**
 * Files that have been written here, as real servers and their checkers see them: every type and encoding, small and large, in each version.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { RdbWriter, type RdbWriterOptions } from "../../../src/protocol/rdb/RdbWriter.ts"
import {
  findReference,
  missingReferenceMessage,
  type RunningServer,
  startReference,
  startServer
} from "../../support/referenceServers.ts"
import { formatReply, type Reply, type Request, type RespClient } from "../../support/RespClient.ts"
import { dataset, volatileFields } from "./dataset.ts"
import { readAll, shapesOf } from "./rdbFile.ts"

const text = (reply: Reply): string => {
  if (reply.type === "bulk" || reply.type === "simple" || reply.type === "integer") return reply.text
  throw new Error(`the server says ${formatReply(reply)}`)
}

const fill = async (client: RespClient, requests: ReadonlyArray<Request>): Promise<void> => {
  for (const { reply } of await client.pipeline(requests)) if (reply.type === "error") throw new Error(reply.text)
}

/** The same file, written here. */
const rewritten = (bytes: Buffer, options: RdbWriterOptions): Buffer => {
  const { failure, items } = readAll(bytes, { shapes: shapesOf() })
  assert.isUndefined(failure)
  const writer = new RdbWriter(options)
  const databases = new Map<number, [keys: number, volatileKeys: number]>()
  for (const item of items) if (item._tag === "Resize") databases.set(databases.size, [item.keys, item.volatileKeys])
  const sizes = [...databases.values()]
  writer.header([["redis-ver", "7.2.4"], ["redis-bits", 64], ["ctime", 1_700_000_000], ["used-mem", 1_000_000], [
    "aof-base",
    0
  ]])
  for (const item of items) {
    if (item._tag === "Database") writer.database(item.index, ...sizes.shift() ?? [0, 0])
    else if (item._tag === "Entry" && item.value !== undefined) {
      const rest = writer.entry(item.key, item.value, item)
      while (rest?.next().done === false);
    }
  }
  writer.end()
  return Buffer.concat(writer.take())
}

/** A server that files are written for. */
interface Reader {
  readonly name: string
  readonly skipped: string | undefined
  readonly start: () => Promise<RunningServer>
  readonly checker: string
  /** The version of the files. */
  readonly version: number
  readonly requests: ReadonlyArray<Request>
}

const valkey = findReference()
const redis = findReference("redis")

/** Redis 7.0 where it is installed. It writes what it has in the same version. */
const oldRedis = /v=(7\.0\.\d+)/.exec(spawnSync("redis-server", ["--version"], { encoding: "utf8" }).stdout ?? "")?.[1]

const beside = (command: string | undefined, tool: string): string => Path.join(Path.dirname(command ?? ""), tool)

const readers: ReadonlyArray<Reader> = [
  ...[11, 10].map((version): Reader => ({
    name: valkey?.name ?? "valkey",
    skipped: valkey?.isExact === true ? undefined : missingReferenceMessage,
    start: () => startReference(),
    checker: beside(valkey?.command, "valkey-check-rdb"),
    version,
    requests: dataset
  })),
  {
    name: redis?.name ?? "redis 8",
    skipped: redis === undefined ? missingReferenceMessage : undefined,
    start: () => startReference({}, "redis"),
    checker: beside(redis?.command, "redis-check-rdb"),
    version: 12,
    requests: [...dataset, ...volatileFields]
  },
  {
    name: `redis ${oldRedis ?? "7.0"}`,
    skipped: oldRedis === undefined ? "there is no redis-server 7.0 on PATH" : undefined,
    start: () =>
      startServer("redis", ["redis-server"], { directives: ["--save", "", "--enable-debug-command", "yes"] }),
    checker: "redis-check-rdb",
    version: 10,
    requests: dataset
  }
]

for (const { checker, name, requests, skipped, start, version } of readers) {
  describe(`files of version ${version} for ${name}`, () => {
    if (skipped !== undefined) {
      it.skip(`are read by it: ${skipped}`)
      return
    }
    let server: RunningServer
    let client: RespClient
    let original: Buffer

    beforeAll(async () => {
      server = await start()
      client = await server.connect()
      await fill(client, [["DEBUG", "SET-ACTIVE-EXPIRE", 0], ...requests, ["SAVE"]])
      original = Fs.readFileSync(Path.join(server.directory, "dump.rdb"))
    }, 60_000)
    afterAll(() => server.stop())

    for (const compresses of [true, false]) {
      for (const checksum of [true, false]) {
        const kind = `${compresses ? "compressed" : "not compressed"}, ${checksum ? "with" : "without"} a checksum`
        it(`bring back what was there, ${kind}`, async () => {
          const path = Path.join(server.directory, "dump.rdb")
          const expected = text(await client.call("DEBUG", "DIGEST"))
          const bytes = rewritten(original, { version, compresses, checksum })
          assert.strictEqual(bytes.toString("latin1", 0, 9), `REDIS${String(version).padStart(4, "0")}`)
          Fs.writeFileSync(path, bytes)
          const check = spawnSync(checker, [path], { encoding: "utf8" })
          assert.strictEqual(check.status, 0, check.stdout)
          assert.include(check.stdout, "RDB looks OK")
          await fill(client, [["FLUSHALL"], ["DEBUG", "RELOAD", "NOSAVE", "NOFLUSH"]])
          assert.strictEqual(text(await client.call("DEBUG", "DIGEST")), expected)
        })
      }
    }
  })
}
