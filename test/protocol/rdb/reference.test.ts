/**
 * Files that real servers have written, and what those servers make of them: every type and encoding, small and large.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { digestDataset, digestValue } from "../../../src/data/DatasetDigest.ts"
import type { ShapeLimits } from "../../../src/data/Shapes.ts"
import { isString, type Value } from "../../../src/data/Value.ts"
import { readDump } from "../../../src/protocol/rdb/readDump.ts"
import { RdbFailure } from "../../../src/protocol/rdb/RdbFailure.ts"
import type { RdbEntry, RdbReaderOptions } from "../../../src/protocol/rdb/RdbReader.ts"
import {
  findReference,
  missingReferenceMessage,
  type Product,
  type RunningServer,
  startReference
} from "../../support/referenceServers.ts"
import type { Reply, Request, RespClient } from "../../support/RespClient.ts"
import { dataset, volatileFields } from "./dataset.ts"
import { contentsOf, defaultLimits, describeValue, readAll, shapesOf } from "./rdbFile.ts"

/** A reply as plain data. */
const plain = (reply: Reply): unknown => {
  switch (reply.type) {
    case "array":
      return reply.items.map(plain)
    case "integer":
      return Number(reply.text)
    case "null":
      return undefined
    case "simple":
    case "bulk":
      return reply.text
    default:
      throw new Error(`the server says ${JSON.stringify(reply)}`)
  }
}

/** Names and values in turn as an object. */
const fieldsOf = (list: unknown): Readonly<Record<string, unknown>> => {
  const fields: Record<string, unknown> = {}
  if (Array.isArray(list)) { for (let i = 0; i < list.length; i += 2) fields[String(list[i])] = list[i + 1] }
  return fields
}

const listOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

/** What XINFO STREAM FULL says, in the form of `contentsOf`. */
const streamFrom = (reply: unknown): unknown => {
  const info = fieldsOf(reply)
  return {
    entries: listOf(info["entries"]).map((entry) => listOf(entry).flat()),
    size: info["length"],
    firstId: info["recorded-first-entry-id"],
    lastId: info["last-generated-id"],
    maxDeletedId: info["max-deleted-entry-id"],
    entriesAdded: info["entries-added"],
    groups: listOf(info["groups"]).map((reply) => {
      const group = fieldsOf(reply)
      return {
        name: group["name"],
        lastId: group["last-delivered-id"],
        entriesRead: group["entries-read"],
        pending: group["pending"],
        consumers: listOf(group["consumers"]).map((reply) => {
          const consumer = fieldsOf(reply)
          const activeAtMillis = consumer["active-time"]
          return {
            name: consumer["name"],
            seenAtMillis: consumer["seen-time"],
            activeAtMillis: activeAtMillis === -1 ? undefined : activeAtMillis,
            pendingCount: consumer["pel-count"],
            ids: listOf(consumer["pending"]).map((entry) => listOf(entry)[0])
          }
        })
      }
    })
  }
}

const smallLimits: Partial<ShapeLimits> = {
  "hash-max-listpack-entries": 50,
  "hash-max-listpack-value": 8,
  "list-max-listpack-size": 20,
  "set-max-intset-entries": 40,
  "set-max-listpack-entries": 60,
  "set-max-listpack-value": 8,
  "zset-max-listpack-entries": 30,
  "zset-max-listpack-value": 8
}

const servers: Array<RunningServer> = []

afterAll(() => Promise.all(servers.map((server) => server.stop())))

/** What files of the server are read with. */
const options = (limits: Partial<ShapeLimits>): Partial<RdbReaderOptions> => ({ shapes: shapesOf(limits) })

for (const product of ["valkey", "redis"] as const satisfies ReadonlyArray<Product>) {
  const reference = findReference(product)
  if (reference === undefined) {
    it.skip(`reads what ${product} has written: ${missingReferenceMessage}`)
    continue
  }
  describe(`a reader of RDB files beside ${reference.name}`, () => {
    let server: RunningServer
    let client: RespClient
    const call = async (...request: Request): Promise<unknown> => plain(await client.call(...request))
    const fileOf = (): Buffer => Fs.readFileSync(Path.join(server.directory, "dump.rdb"))

    beforeAll(async () => {
      server = await startReference({}, product)
      servers.push(server)
      client = await server.connect()
      await call("DEBUG", "SET-ACTIVE-EXPIRE", "0")
    })

    /** Compares what the server holds with what is read from this file. */
    const compare = async (bytes: Buffer, limits: Partial<ShapeLimits> = {}): Promise<void> => {
      const read = readAll(bytes, options(limits), 777)
      assert.isUndefined(read.failure)
      const databases = new Map<number, Array<RdbEntry>>()
      let current: Array<RdbEntry> = []
      for (const item of read.items) {
        if (item._tag === "Database") databases.set(item.index, current = [])
        else if (item._tag === "Entry" && item.value !== undefined) current.push(item)
      }
      for (const [database, entries] of databases) {
        await call("SELECT", database)
        assert.strictEqual(await call("DBSIZE"), entries.length)
        for (const entry of entries) await compareEntry(entry)
      }
      await call("SELECT", 0)
      const digest = digestDataset(
        [...databases].map(([database, entries]) => [
          database,
          // Those without elements are not among them.
          entries.map(({ expireAtMillis, key, value }) => ({
            key,
            value: value!,
            hasExpiry: expireAtMillis !== undefined
          }))
        ])
      )
      assert.strictEqual(digest.toString("hex"), await call("DEBUG", "DIGEST"))
    }

    const compareEntry = async ({ expireAtMillis, key, value }: RdbEntry): Promise<void> => {
      if (value === undefined) return
      const name = Buffer.from(key, "latin1")
      const digests = await call("DEBUG", "DIGEST-VALUE", name)
      assert.deepStrictEqual(digests, [digestValue(value, expireAtMillis !== undefined).toString("hex")], key)
      assert.strictEqual(await call("PEXPIRETIME", name), expireAtMillis ?? -1)
      if (!isString(value)) assert.strictEqual(value.encoding, await call("OBJECT", "ENCODING", name), key)
      if (isString(value)) return
      if (value.type === "list") assert.deepStrictEqual(contentsOf(value), await call("LRANGE", name, 0, -1), key)
      if (value.type === "stream") {
        assert.deepStrictEqual(
          contentsOf(value),
          streamFrom(await call("XINFO", "STREAM", name, "FULL", "COUNT", 0)),
          key
        )
      }
      if (value.type === "hash" && value.soonestDeadline < Infinity) {
        const fields: Array<string> = []
        value.forEach((field) => fields.push(field))
        assert.deepStrictEqual(
          await call("HPEXPIRETIME", name, "FIELDS", fields.length, ...fields),
          fields.map((field) => value.deadline(field) ?? -1)
        )
      }
    }

    for (const compression of ["yes", "no"]) {
      it(`finds in a file what the server does, ${compression === "yes" ? "compressed" : "not compressed"}`, async () => {
        await call("FLUSHALL")
        for (const { reply } of await client.pipeline(dataset)) plain(reply)
        if (product === "redis") { for (const { reply } of await client.pipeline(volatileFields)) plain(reply) }
        await call("CONFIG", "SET", "rdbcompression", compression)
        await call("DEBUG", "RELOAD")
        await compare(fileOf())
      })
    }

    it("finds it also where the limits have become smaller", async () => {
      for (const [name, value] of Object.entries(smallLimits)) await call("CONFIG", "SET", name, value)
      await call("DEBUG", "RELOAD", "NOSAVE")
      await compare(fileOf(), smallLimits)
      for (const name of Object.keys(smallLimits)) {
        // The names are those of limits.
        await call("CONFIG", "SET", name, defaultLimits[name as keyof ShapeLimits])
      }
    })

    it("makes of the server's payloads the values that the server has", async () => {
      await call("DEBUG", "RELOAD")
      for (const key of listOf(await call("KEYS", "*"))) {
        const name = Buffer.from(String(key), "latin1")
        const payload = Buffer.from(String(await call("DUMP", name)), "latin1")
        const value = readDump(payload, { shapes: shapesOf(), checksum: true, sanitizes: true })
        assert.notInstanceOf(value, RdbFailure, String(key))
        // It is none.
        const digest = digestValue(value as Value, Number(await call("PTTL", name)) >= 0)
        assert.deepStrictEqual(await call("DEBUG", "DIGEST-VALUE", name), [digest.toString("hex")], String(key))
      }
    })
  })
}

/** The files of Redis's old versions in the official suite. */
const suiteDirectory = Path.join(
  process.env["REFERENCE_DIR"] ??
    Path.join(process.env["XDG_CACHE_HOME"] ?? Path.join(Os.homedir(), ".cache"), "keyloom-reference"),
  "suite/tests/assets"
)

describe.skipIf(findReference()?.isExact !== true || !Fs.existsSync(suiteDirectory))(
  "a reader of the RDB files in the official suite",
  () => {
    it.each([
      "encodings.rdb",
      "hash-ziplist.rdb",
      "hash-zipmap.rdb",
      "zset-ziplist.rdb",
      "list-quicklist.rdb",
      "scriptbackup.rdb",
      "corrupt_empty_keys.rdb"
    ])("finds in %s what the server does", async (name) => {
      const server = await startReference()
      servers.push(server)
      const client = await server.connect()
      const bytes = Fs.readFileSync(Path.join(suiteDirectory, name))
      Fs.writeFileSync(Path.join(server.directory, "dump.rdb"), bytes)
      assert.strictEqual(plain(await client.call("DEBUG", "RELOAD", "NOSAVE")), "OK")
      const { failure, items } = readAll(bytes)
      assert.isUndefined(failure)
      const entries = items.flatMap((item) => item._tag === "Entry" ? [item] : [])
      const present = entries.flatMap(({ key, value }) => value === undefined ? [] : [{ key, value, hasExpiry: false }])
      assert.strictEqual(digestDataset([[0, present]]).toString("hex"), plain(await client.call("DEBUG", "DIGEST")))
      assert.strictEqual(plain(await client.call("DBSIZE")), present.length)
      for (const { key, value } of present) {
        if (isString(value)) continue
        assert.strictEqual(value.encoding, plain(await client.call("OBJECT", "ENCODING", key)), key)
        assert.isDefined(describeValue(value))
      }
    })
  }
)
