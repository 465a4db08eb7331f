/**
 * MIGRATE from each server to each: the replies are the reference's, and so is what is here and there afterwards.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { dataset, volatileFields } from "../protocol/rdb/dataset.ts"
import {
  findReference,
  missingReferenceMessage,
  type RunningServer,
  startKeyloom,
  startReference
} from "../support/referenceServers.ts"
import { formatReply, type Reply, type Request, type RespClient } from "../support/RespClient.ts"

/** A server with a client of it. */
interface Party {
  readonly server: RunningServer
  readonly client: RespClient
}

/** What is done, with the target's port for `PORT`; on the target where it says so. */
type Action = string | { readonly there: string }

const scripts: ReadonlyArray<readonly [name: string, actions: ReadonlyArray<Action>]> = [
  ["wrong numbers of arguments", ["MIGRATE", "MIGRATE 127.0.0.1 PORT k 0"]],
  ["a missing key", [
    "MIGRATE 127.0.0.1 PORT missing 0 1000",
    "MIGRATE 127.0.0.1 PORT  0 1000 KEYS a b",
    "MIGRATE 127.0.0.1 PORT  0 1000 KEYS"
  ]],
  ["one key", [
    "SET k v",
    "MIGRATE 127.0.0.1 PORT k 0 1000",
    "EXISTS k",
    { there: "GET k" },
    { there: "TTL k" },
    "MIGRATE 127.0.0.1 PORT k 0 1000"
  ]],
  ["a copy", ["SET k v", "MIGRATE 127.0.0.1 PORT k 0 1000 COPY", "GET k", { there: "GET k" }]],
  ["a key that is there", [
    "SET k new",
    { there: "SET k old" },
    "MIGRATE 127.0.0.1 PORT k 0 1000",
    "GET k",
    { there: "GET k" },
    "MIGRATE 127.0.0.1 PORT k 0 1000 COPY REPLACE",
    { there: "GET k" },
    "MIGRATE 127.0.0.1 PORT k 0 1000 REPLACE",
    "GET k"
  ]],
  ["other databases", [
    "SET k v",
    "MIGRATE 127.0.0.1 PORT k 5 1000",
    { there: "SELECT 5" },
    { there: "GET k" },
    { there: "SELECT 0" },
    "SET k v",
    "MIGRATE 127.0.0.1 PORT k 99 1000",
    "GET k",
    { there: "EXISTS k" },
    "MIGRATE 127.0.0.1 PORT k x 1000",
    "MIGRATE 127.0.0.1 PORT k 0 1000",
    "SELECT 3",
    "SET l v",
    "MIGRATE 127.0.0.1 PORT l 0 1000",
    "EXISTS l",
    { there: "GET l" },
    "SELECT 0"
  ]],
  ["several keys", [
    "MSET a 1 b 2 c 3",
    "MIGRATE 127.0.0.1 PORT  0 1000 COPY KEYS a missing b",
    "EXISTS a b c",
    { there: "MGET a b c" },
    "MIGRATE 127.0.0.1 PORT  0 1000 KEYS a b c",
    "MGET a b c",
    { there: "MGET a b c" },
    "MIGRATE 127.0.0.1 PORT  0 1000 REPLACE KEYS a b",
    "MGET a b c",
    "MIGRATE 127.0.0.1 PORT a 0 1000 KEYS a",
    "SET keys v",
    "MIGRATE 127.0.0.1 PORT  0 1000 keys KEYS keys"
  ]],
  ["times to live", ["SET k v PX 4000000", "MIGRATE 127.0.0.1 PORT k 0 1000", { there: "EXPIRETIME k" }, "TTL k"]],
  ["options that are wrong", [
    "SET k v",
    "MIGRATE 127.0.0.1 PORT k 0 1000 NOPE",
    "MIGRATE 127.0.0.1 PORT k 0 1000 AUTH",
    "MIGRATE 127.0.0.1 PORT k 0 1000 AUTH2 name",
    "MIGRATE 127.0.0.1 PORT k 0 1000 COPY COPY REPLACE REPLACE",
    "MIGRATE 127.0.0.1 PORT k 0 soon",
    "MIGRATE 127.0.0.1 PORT k 0 soon NOPE",
    "MIGRATE 127.0.0.1 PORT missing x 1000",
    "MIGRATE 127.0.0.1 PORT missing 0 x"
  ]],
  ["a password", [
    { there: "CONFIG SET requirepass secret" },
    "SET k v",
    "MIGRATE 127.0.0.1 PORT k 0 1000 AUTH wrong",
    "GET k",
    "MIGRATE 127.0.0.1 PORT k 0 1000 AUTH secret",
    "GET k",
    { there: "GET k" },
    "SET l v",
    "MIGRATE 127.0.0.1 PORT l 0 1000 AUTH2 default secret",
    "EXISTS l",
    "SET l v",
    "MIGRATE 127.0.0.1 PORT l 0 1000 AUTH2 nobody secret REPLACE",
    { there: "CONFIG SET requirepass " }
  ]],
  ["nobody who answers", [
    "SET k v",
    "MIGRATE 127.0.0.1 1 k 0 1000",
    "MIGRATE 127.0.0.1 port k 0 1000",
    "MIGRATE 127.0.0.1 70000 k 0 1000",
    "MIGRATE no.such.host.invalid PORT k 0 1000",
    "GET k"
  ]],
  ["where the keys are", [
    "COMMAND GETKEYS MIGRATE 127.0.0.1 6379 k 0 1000",
    "COMMAND GETKEYS MIGRATE 127.0.0.1 6379 k 0 1000 AUTH keys",
    "COMMAND GETKEYS MIGRATE 127.0.0.1 6379  0 1000 AUTH2 keys keys KEYS a b",
    "COMMAND GETKEYSANDFLAGS MIGRATE 127.0.0.1 6379  0 1000 COPY KEYS a b",
    "COMMAND GETKEYS MIGRATE 127.0.0.1 6379 k 0 1000 KEYS a b"
  ]]
]

const request = (text: string, port: number): Request => text.split(" ").map((word) => word === "PORT" ? port : word)

const party = async (server: RunningServer): Promise<Party> => ({ server, client: await server.connect() })

const text = (reply: Reply): string => {
  if (reply.type === "bulk" || reply.type === "simple" || reply.type === "integer") return reply.text
  throw new Error(`the server says ${formatReply(reply)}`)
}

const fill = async (client: RespClient, requests: ReadonlyArray<Request>): Promise<void> => {
  for (const { reply } of await client.pipeline(requests)) if (reply.type === "error") throw new Error(reply.text)
}

describe.skipIf(findReference()?.isExact !== true)(
  `MIGRATE (${findReference()?.name ?? missingReferenceMessage})`,
  () => {
    let parties: Readonly<Record<"keyloom" | "otherKeyloom" | "valkey" | "otherValkey", Party>>

    beforeAll(async () => {
      const [keyloom, otherKeyloom, valkey, otherValkey] = await Promise.all([
        startKeyloom().then(party),
        startKeyloom().then(party),
        startReference().then(party),
        startReference().then(party)
      ])
      parties = { keyloom, otherKeyloom, valkey, otherValkey }
    }, 60_000)
    afterAll(() => Promise.all(Object.values(parties).map(({ server }) => server.stop())))

    /** The replies to a script. */
    const run = async (
      source: Party,
      target: Party,
      actions: ReadonlyArray<Action>
    ): Promise<ReadonlyArray<string>> => {
      await fill(source.client, [["FLUSHALL"]])
      await fill(target.client, [["FLUSHALL"]])
      const replies: Array<string> = []
      for (const action of actions) {
        const [client, words] = typeof action === "string" ? [source.client, action] : [target.client, action.there]
        const reply = formatReply(await client.call(...request(words, target.server.port)))
        // The second in which a key expires there depends on when it was moved.
        replies.push(`${words}: ${words.startsWith("EXPIRETIME") ? reply.replace(/\d\d$/, "") : reply}`)
      }
      return replies
    }

    for (const [name, actions] of scripts) {
      it(`${name}, from and to Keyloom`, async () => {
        const { keyloom, otherKeyloom, otherValkey, valkey } = parties
        const expected = await run(valkey, otherValkey, actions)
        assert.deepStrictEqual(await run(keyloom, otherValkey, actions), expected)
        assert.deepStrictEqual(await run(valkey, otherKeyloom, actions), expected)
        assert.deepStrictEqual(await run(keyloom, otherKeyloom, actions), expected)
      })
    }

    /** Fills the source, and moves all keys of database 0 to the target. */
    const moveAll = async (source: Party, target: Party, requests: ReadonlyArray<Request>): Promise<void> => {
      for (const { client } of [source, target]) await fill(client, [["FLUSHALL"]])
      await fill(source.client, [...requests, ["SELECT", 9], ["FLUSHDB"], ["SELECT", 0]])
      const expected = text(await source.client.call("DEBUG", "DIGEST"))
      const keys = await source.client.call("KEYS", "*")
      assert(keys.type === "array")
      // The empty key has no other way.
      const names = keys.items.map((key) => Buffer.from(text(key), "latin1"))
      const reply = await source.client.call(
        "MIGRATE",
        "127.0.0.1",
        target.server.port,
        "",
        0,
        10_000,
        "KEYS",
        ...names
      )
      assert.strictEqual(formatReply(reply), "simple OK")
      assert.strictEqual(text(await source.client.call("DBSIZE")), "0")
      assert.strictEqual(text(await target.client.call("DEBUG", "DIGEST")), expected)
    }

    it("moves every type and encoding, small and large", async () => {
      const { keyloom, otherKeyloom, valkey } = parties
      await moveAll(keyloom, valkey, dataset)
      await moveAll(valkey, keyloom, dataset)
      await moveAll(keyloom, otherKeyloom, [...dataset, ...volatileFields])
    }, 60_000)

    it.skipIf(findReference("redis") === undefined)("moves fields with deadlines to Redis and back", async () => {
      const redis = await party(await startReference({}, "redis"))
      const requests = [...dataset, ...volatileFields]
      await moveAll(parties.keyloom, redis, requests)
      await moveAll(redis, parties.keyloom, requests)
      await redis.server.stop()
    }, 60_000)
  }
)
