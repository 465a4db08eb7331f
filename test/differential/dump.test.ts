/**
 * DUMP and RESTORE against the references: every type and encoding byte for byte, every option and error, and payloads that go from one server to the other.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Buffer } from "node:buffer"
import { ValueType } from "../../src/protocol/rdb/RdbFormat.ts"
import { dataset, volatileFields } from "../protocol/rdb/dataset.ts"
import { dump, int32, string } from "../protocol/rdb/rdbFile.ts"
import {
  findReference,
  missingReferenceMessage,
  type Product,
  type RunningServer,
  startKeyloom,
  startReference
} from "../support/referenceServers.ts"
import { formatReply, type Reply, type Request, type RespClient } from "../support/RespClient.ts"
import { differential, near, step } from "./differential.ts"

const payload = (text: string): string => dump(11, ValueType.string, string(text)).toString("latin1")

const value = payload("value")
const intset = dump(11, ValueType.setIntset, string(Buffer.concat([int32(2), int32(1), Buffer.of(5, 0)]))).toString(
  "latin1"
)

differential("DUMP and RESTORE", [
  {
    name: "wrong numbers of arguments",
    steps: ["DUMP", "DUMP a b", "RESTORE", "RESTORE k 0"]
  },
  {
    name: "a value comes back",
    steps: [
      ["RESTORE", "k", "0", value],
      "GET k",
      "TTL k",
      "DUMP k",
      "DUMP missing",
      ["RESTORE", "s", "0", intset],
      "SMEMBERS s",
      "OBJECT ENCODING s"
    ]
  },
  {
    name: "a key that is there",
    steps: [
      ["SET", "k", "old", "EX", "100"],
      ["RESTORE", "k", "0", value],
      ["RESTORE", "k", "no number", value],
      ["RESTORE", "k", "-1", "no payload"],
      "GET k",
      ["RESTORE", "k", "0", value, "REPLACE"],
      "GET k",
      "TTL k",
      ["RESTORE", "k", "0", "no payload", "REPLACE"],
      "GET k"
    ]
  },
  {
    name: "times to live",
    steps: [
      ["RESTORE", "a", "100000", value],
      step("TTL a", { compare: near(1) }),
      ["RESTORE", "b", "4000000000123", value, "ABSTTL"],
      "PEXPIRETIME b",
      ["RESTORE", "c", "0", value, "absttl"],
      "TTL c",
      ["RESTORE", "d", "1000", value, "ABSTTL"],
      "EXISTS d",
      ["RESTORE", "a", "1000", value, "ABSTTL", "REPLACE"],
      "EXISTS a",
      ["RESTORE", "e", "-1", value],
      ["RESTORE", "e", "x", value],
      ["RESTORE", "e", "1.5", value],
      // A sum beyond 64 bits ends the reference.
      ["RESTORE", "e", "4000000000000000", value],
      step("PTTL e", { compare: near(1000) })
    ]
  },
  {
    name: "options",
    steps: [
      ["RESTORE", "k", "0", value, "IDLETIME", "1000"],
      step("OBJECT IDLETIME k", { compare: near(2) }),
      ["RESTORE", "k", "0", value, "replace", "idletime", "5", "IDLETIME", "700"],
      step("OBJECT IDLETIME k", { compare: near(2) }),
      ["RESTORE", "k", "0", value, "REPLACE", "FREQ", "7"],
      step("OBJECT IDLETIME k", { compare: near(2) }),
      ["RESTORE", "x", "0", value, "IDLETIME"],
      ["RESTORE", "x", "0", value, "FREQ"],
      ["RESTORE", "x", "0", value, "NOPE"],
      ["RESTORE", "x", "0", value, "IDLETIME", "-1"],
      ["RESTORE", "x", "0", value, "IDLETIME", "x"],
      ["RESTORE", "x", "0", value, "FREQ", "-1"],
      ["RESTORE", "x", "0", value, "FREQ", "256"],
      ["RESTORE", "x", "0", value, "FREQ", "x"],
      ["RESTORE", "x", "0", value, "FREQ", "1", "IDLETIME", "1"],
      ["RESTORE", "x", "0", value, "IDLETIME", "1", "FREQ", "1"],
      ["RESTORE", "k", "x", "no payload", "IDLETIME", "-1"],
      ["RESTORE", "k", "x", "no payload", "NOPE"],
      "EXISTS x",
      "CONFIG SET maxmemory-policy allkeys-lfu",
      ["RESTORE", "k", "0", value, "REPLACE", "FREQ", "77"],
      "OBJECT FREQ k",
      ["RESTORE", "k", "0", value, "REPLACE", "IDLETIME", "77"],
      "OBJECT FREQ k",
      "CONFIG SET maxmemory-policy noeviction"
    ]
  },
  {
    name: "payloads that are none",
    steps: [
      ["RESTORE", "k", "0", ""],
      ["RESTORE", "k", "0", "123456789"],
      ["RESTORE", "k", "0", `${value.slice(0, 2)}X${value.slice(3)}`],
      ["RESTORE", "k", "0", dump(80, ValueType.string, string("v")).toString("latin1")],
      ["RESTORE", "k", "0", dump(1, ValueType.string, string("v")).toString("latin1")],
      "GET k",
      ["RESTORE", "l", "0", dump(11, 200, string("v")).toString("latin1")],
      ["RESTORE", "l", "0", dump(11, ValueType.string).toString("latin1")],
      ["RESTORE", "l", "0", dump(11, ValueType.string, 50, "abc").toString("latin1")],
      ["RESTORE", "l", "0", dump(11, ValueType.setListpack, string("nonsense")).toString("latin1")],
      ["RESTORE", "l", "0", dump(11, ValueType.set, 0).toString("latin1")],
      "EXISTS l"
    ]
  },
  {
    name: "checksums that nobody looks at",
    steps: [
      "DEBUG SET-SKIP-CHECKSUM-VALIDATION 1",
      ["RESTORE", "k", "0", `${value.slice(0, -1)}X`],
      "GET k",
      ["RESTORE", "l", "0", "short"],
      "DEBUG SET-SKIP-CHECKSUM-VALIDATION 0",
      ["RESTORE", "l", "0", `${value.slice(0, -1)}X`]
    ]
  },
  {
    name: "the directive about looking closely",
    steps: [
      "CONFIG GET sanitize-dump-payload",
      "CONFIG SET sanitize-dump-payload clients",
      "CONFIG GET sanitize-dump-payload",
      "CONFIG SET sanitize-dump-payload maybe",
      [
        "RESTORE",
        "s",
        "0",
        dump(11, ValueType.setIntset, string(Buffer.of(2, 0, 0, 0, 2, 0, 0, 0, 5, 0, 5, 0))).toString("latin1")
      ],
      "EXISTS s",
      "CONFIG SET sanitize-dump-payload no"
    ]
  }
], { needsExactReference: "7.0 has neither these versions nor all of these checks" })

const servers: Array<RunningServer> = []

afterAll(() => Promise.all(servers.map((server) => server.stop())))

const text = (reply: Reply): string => {
  if (reply.type === "bulk" || reply.type === "simple" || reply.type === "integer") return reply.text
  throw new Error(`the server says ${formatReply(reply)}`)
}

const texts = (reply: Reply): ReadonlyArray<string> => reply.type === "array" ? reply.items.map(text) : [text(reply)]

/** Names and values may be any bytes. */
const bytes = (text: string): Buffer => Buffer.from(text, "latin1")

const fill = async (client: RespClient, requests: ReadonlyArray<Request>): Promise<void> => {
  for (const { reply } of await client.pipeline(requests)) if (reply.type === "error") throw new Error(reply.text)
}

/** Hash tables have no order, and consumers were active when they were. */
const differs = (key: string, encoding: string): boolean => encoding === "hashtable" || key.startsWith("stream")

const isWithDeadlines = (payload: string): boolean => {
  const type = payload.charCodeAt(0)
  return type === ValueType.hashExpiry || type === ValueType.hashListpackExpiry
}

/**
 * A payload as it has to be. In a listpack with deadlines the soonest one stands before it as well, as a hint when to look for the first time: Redis writes
 * the one it had when it last looked.
 */
const essential = (payload: string): string =>
  bytes(payload.charCodeAt(0) === ValueType.hashListpackExpiry ? payload.slice(9, -8) : payload).toString("hex")

for (const product of ["valkey", "redis"] as const satisfies ReadonlyArray<Product>) {
  const reference = findReference(product)
  if (reference?.isExact !== true) {
    it.skip(`dumps what ${product} does: ${missingReferenceMessage}`)
    continue
  }
  describe(`payloads of Keyloom and ${reference.name}`, () => {
    let keyloom: RespClient
    let other: RespClient

    beforeAll(async () => {
      const started = await Promise.all([startKeyloom(), startReference({}, product)])
      servers.push(...started)
      ;[keyloom, other] = [await started[0].connect(), await started[1].connect()]
      for (const client of [keyloom, other]) await fill(client, [["DEBUG", "SET-ACTIVE-EXPIRE", "0"]])
    }, 60_000)

    const digest = async (client: RespClient, key: string): Promise<string> =>
      texts(await client.call("DEBUG", "DIGEST-VALUE", bytes(key))).join()

    const keysOf = async (client: RespClient): Promise<ReadonlyArray<string>> =>
      texts(await client.call("KEYS", "*")).toSorted()

    const both = async (...request: Request): Promise<readonly [ours: string, theirs: string]> => [
      text(await keyloom.call(...request)),
      text(await other.call(...request))
    ]

    for (
      const directives of [
        ["rdbcompression", "yes"],
        ["rdbcompression", "yes", "list-compress-depth", 1, "list-max-listpack-size", 7],
        ["rdbcompression", "no"],
        ["rdbcompression", "no", "list-compress-depth", 0, "list-max-listpack-size", -2, "hash-max-listpack-entries", 2]
      ]
    ) {
      it(`are the same bytes, with ${directives.join(" ")}`, async () => {
        for (const client of [keyloom, other]) {
          await fill(client, [["FLUSHALL"], ["CONFIG", "SET", ...directives]])
          await fill(client, [...dataset, ...product === "redis" ? volatileFields : []])
        }
        if (product === "redis") await fill(keyloom, [["CONFIG", "SET", "rdb-version", 12]])
        const keys = await keysOf(keyloom)
        assert.deepStrictEqual(await keysOf(other), keys)
        assert.isAbove(keys.length, 40)
        for (const key of keys) {
          const encoding = text(await other.call("OBJECT", "ENCODING", bytes(key)))
          const [ours, theirs] = await both("DUMP", bytes(key))
          assert.strictEqual(ours.length, theirs.length, key)
          if (!differs(key, encoding)) assert.strictEqual(essential(ours), essential(theirs), key)
          // Redis does not count that hint.
          if (isWithDeadlines(theirs)) continue
          const [our, their] = await both("DEBUG", "OBJECT", bytes(key))
          assert.strictEqual(/serializedlength:\d+/.exec(our)?.[0], /serializedlength:\d+/.exec(their)?.[0], key)
        }
      }, 60_000)
    }

    it("go there and come back", async () => {
      const keys = await keysOf(other)
      for (const key of keys) {
        const deadline = text(await other.call("PEXPIRETIME", bytes(key)))
        const expiry = deadline === "-1" ? "0" : deadline
        const expected = await digest(other, key)
        const theirs = text(await other.call("DUMP", bytes(key)))
        await fill(keyloom, [["RESTORE", bytes(key), expiry, bytes(theirs), "ABSTTL", "REPLACE"]])
        assert.strictEqual(await digest(keyloom, key), expected, key)
        assert.strictEqual(text(await keyloom.call("PEXPIRETIME", bytes(key))), deadline)
        // Tables are filled in the order of what was read, so that this holds for all of them.
        const ours = text(await keyloom.call("DUMP", bytes(key)))
        assert.strictEqual(essential(ours), essential(theirs), key)
        await fill(other, [["RESTORE", bytes(key), expiry, bytes(ours), "ABSTTL", "REPLACE"]])
        assert.strictEqual(await digest(other, key), expected, key)
      }
      const [ours, theirs] = await both("DEBUG", "DIGEST")
      assert.strictEqual(ours, theirs)
    }, 60_000)

    it("tell of consumers when they were there", async () => {
      const info: Request = ["XINFO", "STREAM", "stream medium", "FULL", "COUNT", 0]
      const mask = (reply: Reply): string => formatReply(reply).replace(/"radix-tree-(keys|nodes)": integer \d+/g, "")
      assert.strictEqual(mask(await keyloom.call(...info)), mask(await other.call(...info)))
    })

    it("are understood in version 10 as well", async () => {
      await fill(keyloom, [["CONFIG", "SET", "rdb-version", 10]])
      for (const key of await keysOf(keyloom)) {
        const expected = await digest(keyloom, key)
        const ours = bytes(text(await keyloom.call("DUMP", bytes(key))))
        const isVolatile = key.startsWith("volatile")
        assert.strictEqual(ours.readUInt16LE(ours.length - 10), isVolatile ? 12 : 10, key)
        await fill(other, [["DEL", "copy"], ["RESTORE", "copy", 0, ours]])
        const hasExpiry = text(await keyloom.call("PTTL", bytes(key))) !== "-1"
        if (!hasExpiry) assert.strictEqual(await digest(other, "copy"), expected, key)
      }
    }, 60_000)
  })
}
