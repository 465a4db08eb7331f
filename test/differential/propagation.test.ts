/**
 * What writes tell those who repeat them, against what Valkey 8.1 writes into its append-only file; for fields that expire, against Redis 8.0.
 *
 * The same commands run here and there, and afterwards the units are compared one by one: which commands stand in them, word by word, and which commands stand
 * together as a transaction. Only times may differ, by as much as the two runs are apart.
 *
 * And what has been told is repeated: another engine that hears nothing else comes to the same dataset.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as InProcessClient from "../../src/layers/InProcessClient.ts"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import type { ByteString } from "../../src/data/ByteString.ts"
import { MapReply, type Reply, Verbatim } from "../../src/protocol/Reply.ts"
import { Propagation } from "../../src/services/Propagation.ts"
import { engine } from "../support/Engine.ts"
import { makeSeededRandom } from "../support/random.ts"
import {
  findReference,
  missingReferenceMessage,
  type Product,
  type RunningServer,
  startReference
} from "../support/referenceServers.ts"
import type { Request, RespClient } from "../support/RespClient.ts"
import { toUnit, type Unit, unitsOf, writesCommands } from "./appendOnlyFile.ts"
import { type FamilyGenerator, onKeys, word } from "./generators/family.ts"
import { families } from "./generators/index.ts"
import { type StepInput, toStep } from "./steps.ts"

/** Nothing is written anywhere but into what listens. */
const configuration: GivenValues = { save: [], "enable-debug-command": "yes" }

interface Script {
  readonly name: string
  readonly steps: ReadonlyArray<StepInput>
}

/** A step without replies is one that waits: the next one comes when it does. */
const waiting = (connection: string, request: string): StepInput => ({
  request: request.split(" "),
  connection,
  replies: 0
})

const toWords = (request: Request): ReadonlyArray<ByteString> =>
  request.map((word) => typeof word === "number" ? String(word) : word)

const blockedIn = (info: string): number => Number(/blocked_clients:(\d+)/.exec(info)?.[1])

/** Runs the steps in an engine of this process, and answers what it tells. */
const tellHere = (steps: ReadonlyArray<StepInput>): Promise<ReadonlyArray<Unit>> =>
  Effect.gen(function*() {
    const units: Array<Unit> = []
    const propagation = yield* Propagation
    propagation.listen((unit) => units.push(toUnit(unit)))
    const clients = new Map<string, InProcessClient.InProcessClient>()
    const clientOf = Effect.fnUntraced(function*(name: string) {
      const client = clients.get(name) ?? (yield* InProcessClient.make)
      clients.set(name, client)
      return client
    })
    const observer = yield* InProcessClient.make
    const info = Effect.map(observer.call(["INFO", "clients"]), (reply) => blockedIn(textOf(reply)))
    for (const { connection = "first", replies, request } of steps.map(toStep)) {
      const call = (yield* clientOf(connection)).call(toWords(request))
      if (replies === 0) {
        const before = yield* info
        yield* Effect.forkScoped(call)
        while ((yield* info) === before) yield* Effect.yieldNow
      } else yield* call
      // Who has been served goes on before the next step.
      yield* Effect.yieldNow
    }
    return units
  }).pipe(Effect.scoped, Effect.provide(engine(configuration)), Effect.runPromise)

const textOf = (reply: Reply): string => reply instanceof Verbatim ? String(reply.text) : String(reply)

/** Runs the steps there, and answers what has been written into the file meanwhile. */
const tellThere = async (
  server: RunningServer,
  steps: ReadonlyArray<StepInput>
): Promise<ReadonlyArray<Unit>> => {
  const before = unitsOf(server).length
  const clients = new Map<string, RespClient>()
  const observer = await server.connect()
  const info = async (): Promise<number> => {
    const reply = await observer.call("INFO", "clients")
    return blockedIn("text" in reply ? reply.text : "")
  }
  for (const { connection = "first", replies, request } of steps.map(toStep)) {
    const client = clients.get(connection) ?? await server.connect()
    clients.set(connection, client)
    if (replies === 0) {
      const waitingBefore = await info()
      void client.call(...request)
      while (await info() === waitingBefore);
    } else await client.call(...request)
  }
  for (const client of [...clients.values(), observer]) client.close()
  return unitsOf(server).slice(before)
}

/** The two runs are not further apart. */
const mostMillisApart = 60_000

/** A moment of this century in milliseconds, alone or as the first part of an id, whose second part depends on when its millisecond began. */
const moment = /^(1\d{12})(?:-\d+)?$/

const isSameWord = (ours: string, theirs: string): boolean => {
  if (ours === theirs) return true
  const [, here] = moment.exec(ours) ?? []
  const [, there] = moment.exec(theirs) ?? []
  return here !== undefined && there !== undefined && Math.abs(Number(here) - Number(there)) < mostMillisApart
}

const isSameUnit = (ours: Unit | undefined, theirs: Unit | undefined): boolean =>
  ours?.length === theirs?.length && ours !== undefined && ours.every((words, number) => {
    const others = theirs?.[number]
    // Which members SPOP takes is chance.
    if (words[1] === "SREM" && others?.[1] === "SREM") return words.length === others.length
    return words.length === others?.length && words.every((word, i) => isSameWord(word, others[i] ?? ""))
  })

/** Many random commands change nothing. */
const mostStepsPerUnit = 20

const shown = (unit: Unit | undefined): string =>
  unit === undefined
    ? "nothing"
    : unit.map((words) => words.map((word) => JSON.stringify(word)).join(" ")).join("\n    ")

const compare = async (server: RunningServer, steps: ReadonlyArray<StepInput>): Promise<void> => {
  const all: ReadonlyArray<StepInput> = ["FLUSHALL", ...steps]
  const theirs = await tellThere(server, all)
  const ours = await tellHere(all)
  assert.isAbove(theirs.length, steps.length / mostStepsPerUnit)
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    if (isSameUnit(ours[i], theirs[i])) continue
    throw new Error(
      `unit ${i}, after\n    ${shown(ours[i - 1])}\nours:\n    ${shown(ours[i])}\n${server.name}:\n    ${
        shown(theirs[i])
      }`
    )
  }
}

const against = (product: Product, define: (server: () => RunningServer) => void): void => {
  const reference = findReference(product)
  const isUsable = reference?.isExact === true
  const suite = isUsable ? describe : describe.skip
  suite(`against ${reference?.name ?? missingReferenceMessage}`, () => {
    let server: RunningServer | undefined
    beforeAll(async () => {
      server = await startReference({ directives: writesCommands }, product)
    })
    afterAll(() => server?.stop())
    define(() => {
      if (server === undefined) throw new Error("the reference has not been started")
      return server
    })
  })
}

const scripts: ReadonlyArray<Script> = [
  {
    name: "strings",
    steps: [
      "SET k v",
      "SET k v EX 100",
      "SET k v PX 100000 NX",
      "SET k v PX 100000 XX",
      "SET k v EXAT 33177117420",
      "SET k v PXAT 33177117420000",
      "SET k v KEEPTTL",
      "SET k v GET",
      "SET k w get XX GET",
      "SET k v IFEQ w GET",
      "SET k v IFEQ nope",
      "SET k v IFEQ v EX 100",
      "SET k v GET PXAT 33177117420000",
      "SET k v GET EX 100",
      "SET k v EXAT 1",
      "SET k v EXAT 1",
      "SET k v NX",
      "SET k v NX",
      "SETNX k v",
      "SETNX n v",
      "SETEX k 100 v",
      "PSETEX k 100000 v",
      "GETEX k",
      "GETEX k EX 100",
      "GETEX k PX 100000",
      "GETEX k EXAT 33177117420",
      "GETEX k PXAT 33177117420000",
      "GETEX k PERSIST",
      "GETEX k PERSIST",
      "GETEX k EXAT 1",
      "GETSET k v",
      "GETDEL k",
      "GETDEL k",
      "INCRBYFLOAT f 1.5",
      "incrbyfloat f 3.0e2",
      "INCRBYFLOAT n 1",
      "INCR i",
      "DECRBY i 5",
      "APPEND k x",
      "SETRANGE k 5 abc",
      "SETRANGE k 5 abc",
      ["SETRANGE", "k", "5", ""],
      "MSET a 1 b 2",
      "MSETNX a 1 c 2",
      "MSETNX c 1 d 2",
      "SETBIT b 5 1",
      "SETBIT b 5 1",
      "BITFIELD b SET u8 0 5 GET u8 0",
      "BITFIELD b GET u8 0",
      "BITOP AND r a b",
      "BITOP AND none x y",
      "PFADD h a b",
      "PFADD h a b",
      "PFCOUNT h",
      "PFCOUNT h",
      "PFMERGE h2 h"
    ]
  },
  {
    name: "keys",
    steps: [
      "SET k v",
      "EXPIRE k 100",
      "EXPIRE k 100 NX",
      "EXPIRE k 200 GT",
      "EXPIRE k 300 XX GT",
      "EXPIRE k 100 LT",
      "EXPIRE missing 100",
      "PEXPIRE k 100000",
      "EXPIREAT k 33177117420",
      "PEXPIREAT k 33177117420000",
      "PERSIST k",
      "PERSIST k",
      "EXPIRE k -1",
      "SET k v",
      "PEXPIREAT k 1 NX",
      "CONFIG SET lazyfree-lazy-expire no lazyfree-lazy-server-del no",
      "SET k v",
      "EXPIREAT k 1",
      "SADD s a",
      "SPOP s 10",
      "CONFIG SET lazyfree-lazy-expire yes lazyfree-lazy-server-del yes",
      "SET k v EX 1000",
      "RENAME k l",
      "RENAME l l",
      "RENAMENX l m",
      "COPY m c",
      "COPY m c",
      "COPY m c DB 3 REPLACE",
      "MOVE m 3",
      "MOVE c 4",
      "SELECT 3",
      "SET k v",
      "SELECT 0",
      "SWAPDB 0 3",
      "SWAPDB 0 0",
      "SET k v",
      "DEL k missing",
      "UNLINK k c",
      "RPUSH l 3 1 2",
      "SORT l",
      "SORT l STORE d",
      "SORT missing STORE d",
      "SORT missing STORE d",
      "FLUSHDB",
      "FLUSHDB ASYNC",
      "SET k v",
      "flushall sync"
    ]
  },
  {
    name: "keys that expire",
    steps: [
      "DEBUG SET-ACTIVE-EXPIRE 0",
      "SET a 1 PX 1",
      "SET b 1 PX 1",
      "SET c 1 PX 1",
      "SET d 1 PX 1",
      "SADD e 1 2",
      "PEXPIRE e 1",
      "DEBUG SLEEP 0.01",
      "GET a",
      "SET b 2",
      "SINTERSTORE c c d",
      "CONFIG SET lazyfree-lazy-expire no",
      "LPUSH e x",
      "CONFIG SET lazyfree-lazy-expire yes",
      "SELECT 2",
      "SET a 1 PX 1",
      "DEBUG SLEEP 0.01",
      "SCAN 0 COUNT 1000",
      "SET a 1 PX 1",
      "DEBUG SLEEP 0.01",
      "RANDOMKEY",
      "SELECT 0",
      "SET a 1 PX 1",
      "SET b 1 PX 1",
      "DEBUG SLEEP 0.01",
      "DEL a b",
      "EXISTS a b",
      "DEBUG SET-ACTIVE-EXPIRE 1"
    ]
  },
  {
    name: "lists",
    steps: [
      "RPUSH l a b c d e f",
      "LPUSHX l x",
      "LPUSHX none x",
      "LPOP l",
      "RPOP l 2",
      "LPOP l 0",
      "LMPOP 2 none l LEFT",
      "LMPOP 1 l RIGHT COUNT 1",
      "RPUSH l a b c d e f",
      "LMOVE l m LEFT RIGHT",
      "LMOVE l m RIGHT LEFT",
      "LMOVE l l RIGHT LEFT",
      "RPOPLPUSH l m",
      "BLPOP none l 0",
      "BRPOP l 0",
      "BLMPOP 0 1 m LEFT COUNT 100",
      "RPUSH m a b",
      "BLMOVE m l LEFT RIGHT 0",
      "BRPOPLPUSH m l 0",
      "BRPOPLPUSH m l 0.01",
      "LINSERT l BEFORE a x",
      "LINSERT l BEFORE nope x",
      "LSET l 0 y",
      "LREM l 0 x",
      "LREM l 0 nope",
      "LTRIM l 0 1",
      "LTRIM l 0 -1",
      "LTRIM l 5 6"
    ]
  },
  {
    name: "clients that waited",
    steps: [
      waiting("second", "BLPOP l 0"),
      waiting("third", "BRPOP l 0"),
      "RPUSH l a b c",
      waiting("second", "BLMPOP 0 1 m LEFT COUNT 2"),
      "RPUSH m a b c",
      waiting("second", "BLMOVE n o LEFT RIGHT 0"),
      waiting("third", "BRPOPLPUSH o p 0"),
      "RPUSH n a",
      waiting("second", "BZPOPMIN z 0"),
      "ZADD z 1 a 2 b",
      waiting("second", "BZMPOP 0 1 y MAX COUNT 5"),
      "ZADD y 1 a 2 b",
      "XADD s 1-1 a b",
      "XGROUP CREATE s g $",
      waiting("second", "XREADGROUP GROUP g alice BLOCK 0 STREAMS s >"),
      "XADD s 2-1 a b"
    ]
  },
  {
    name: "sets",
    steps: [
      "SADD s a b c",
      "SADD s a",
      "SREM s a nope",
      "SREM s nope",
      "SMOVE s t b",
      "SMOVE s t nope",
      "SPOP s",
      "SPOP s",
      ["SADD", "s", ...Array.from({ length: 3000 }, (_, i) => `member${i}`)],
      "SPOP s 0",
      "SPOP s 5",
      "SPOP s 1024",
      "SPOP s 1500",
      "SPOP s 5000",
      "SADD a 1 2 3",
      "SADD b 2 3 4",
      "SINTERSTORE d a b",
      "SUNIONSTORE d a b",
      "SDIFFSTORE d a a",
      "SDIFFSTORE d a a"
    ]
  },
  {
    name: "sorted sets",
    steps: [
      "ZADD z 1 a 2 b 3 c",
      "ZADD z 1 a",
      "ZADD z XX 1 nope",
      "ZADD z INCR 5 a",
      "ZINCRBY z 1 a",
      "ZINCRBY z 0 a",
      "ZREM z nope",
      "ZREM z a nope",
      "ZPOPMIN z",
      "ZPOPMAX z 0",
      "ZPOPMAX z 5",
      "ZADD z 1 a 2 b 3 c 4 d 5 e",
      "ZMPOP 2 none z MIN",
      "ZMPOP 1 z MAX COUNT 2",
      "BZPOPMIN none z 0",
      "BZMPOP 0 1 z MAX COUNT 3",
      "ZADD z 1 a 2 b 3 c 4 d 5 e",
      "ZRANGESTORE y z 0 1",
      "ZUNIONSTORE y 2 y z",
      "ZDIFFSTORE y 2 y z",
      "ZREMRANGEBYRANK z 0 0",
      "ZREMRANGEBYSCORE z 9 9",
      "GEOADD geo 13.361389 38.115556 Palermo 15.087269 37.502669 Catania",
      "GEOADD geo NX CH 13.361389 38.115556 Palermo",
      "GEOADD geo XX 13.5 38.1 Palermo",
      "GEOSEARCHSTORE near geo FROMLONLAT 15 37 BYRADIUS 200 km",
      "GEORADIUS geo 15 37 200 km STORE near",
      "GEORADIUS geo 15 37 200 km",
      "GEORADIUSBYMEMBER geo Palermo 1 m STOREDIST near"
    ]
  },
  {
    name: "hashes",
    steps: [
      "HSET h f v g w",
      "HSET h f v",
      "HMSET h f v",
      "HSETNX h f v",
      "HSETNX h n v",
      "HINCRBY h i 5",
      "HINCRBYFLOAT h x 1.50",
      "HINCRBYFLOAT h x 3.0e2",
      "HDEL h nope",
      "HDEL h f g n nope",
      "HDEL h i x"
    ]
  },
  {
    name: "streams",
    steps: [
      "XADD s 1-1 a b",
      "XADD s * a b",
      "XADD s NOMKSTREAM 2000000000000-* a b",
      "XADD none NOMKSTREAM * a b",
      "XADD s MAXLEN 5 * a b",
      "XADD s MAXLEN = 5 9000000000000-0 a b",
      "XADD s MAXLEN ~ 2 * a b",
      "XADD s MINID ~ 2 * a b",
      "XTRIM s MAXLEN ~ 2",
      "XTRIM s MAXLEN 2",
      "CONFIG SET stream-node-max-entries 2",
      ...Array.from({ length: 8 }, (_, i) => `XADD t ${i + 1} a b`),
      "XADD t MAXLEN ~ 5 20-1 a b",
      "XADD t MINID ~ 6 21-1 a b",
      "XTRIM t MAXLEN ~ 2",
      "XTRIM t MINID ~ 22",
      "CONFIG SET stream-node-max-entries 100",
      "XDEL s nope",
      "XDEL s 9000000000000-0",
      "XSETID s 9000000000100-0",
      "XSETID s 9000000000200-0 ENTRIESADDED 100 MAXDELETEDID 9000000000000-0"
    ]
  },
  {
    name: "consumer groups",
    steps: [
      ...Array.from({ length: 9 }, (_, i) => `XADD s ${i + 1}-0 a b`),
      "XGROUP CREATE s g 0",
      "XGROUP CREATE s late $ ENTRIESREAD 9",
      "XGROUP CREATE m g 0 MKSTREAM",
      "XGROUP CREATE s g 0",
      "XGROUP CREATECONSUMER s g carol",
      "XGROUP CREATECONSUMER s g carol",
      "XREADGROUP GROUP g alice COUNT 2 STREAMS s >",
      "XREADGROUP GROUP g alice COUNT 1 STREAMS s m > >",
      "XREADGROUP GROUP g alice STREAMS s 0",
      "XREADGROUP GROUP g bob COUNT 1 NOACK STREAMS s >",
      "XREADGROUP GROUP late bob STREAMS s >",
      "XREADGROUP GROUP late eve NOACK STREAMS s >",
      "XACK s g 1-0 7-0",
      "XACK s g 7-0",
      "XCLAIM s g bob 0 2 3-0",
      "XCLAIM s g bob 1000000 2-0",
      "XCLAIM s g bob 0 5-0 FORCE TIME 5 RETRYCOUNT 7",
      "XCLAIM s g bob 0 6-0 FORCE JUSTID LASTID 6-0",
      "XCLAIM s g dave 0 9-0 LASTID 7-0",
      "XCLAIM s g bob 0 9-0 LASTID 7-0",
      "XDEL s 3-0 5-0",
      "XCLAIM s g alice 0 3-0",
      "XAUTOCLAIM s g alice 0 0",
      "XAUTOCLAIM s g bob 0 0 COUNT 1 JUSTID",
      "XAUTOCLAIM s g bob 1000000 0",
      "XGROUP SETID s g 3-0",
      "XREADGROUP GROUP g alice STREAMS s >",
      "XGROUP DELCONSUMER s g bob",
      "XGROUP DELCONSUMER s g bob",
      "XGROUP DESTROY s g",
      "XGROUP DESTROY s g"
    ]
  }
]

/** Where OVERFLOW FAIL keeps all writes of a BITFIELD from a string, it grows all the same; Valkey tells nobody, and its file says less than there is. */
const isTold = (input: StepInput): boolean => {
  const { request } = toStep(input)
  return request[0] !== "BITFIELD" || !request.includes("FAIL")
}

against("valkey", (server) => {
  for (const { name, steps } of scripts) it(name, () => compare(server(), steps))

  for (const [name, family] of Object.entries(families)) {
    it(`random commands: ${name}`, () => {
      const random = makeSeededRandom(51)
      // Those that work on any key need somebody who makes some.
      const makers = name === "keys" || name === "sort" ? [families["lists"], families["sets"]] : []
      const generators = onKeys(["a", "b", "c"], [family, ...makers].flatMap((family = []) => family))
      return compare(server(), Array.from({ length: 1500 }, () => random.pick(generators)(random)).filter(isTold))
    }, 60_000)
  }

  it("random commands of all families", () => {
    const random = makeSeededRandom(52)
    const generators = onKeys(["a", "b", "c", "d", "e"], Object.values(families).flat())
    return compare(server(), Array.from({ length: 4000 }, () => random.pick(generators)(random)).filter(isTold))
  }, 60_000)
})

against("redis", (server) => {
  it("fields that expire", () =>
    compare(server(), [
      "DEBUG SET-ACTIVE-EXPIRE 0",
      "HSET h a 1 b 2 c 3 d 4 e 5",
      "HEXPIRE h 1000 FIELDS 2 a b",
      "HEXPIRE h 1000 NX FIELDS 2 a c",
      "HEXPIRE h 1000 XX FIELDS 2 d e",
      "HPEXPIRE h 1000000 FIELDS 2 a nope",
      "HEXPIREAT h 33177117420 GT FIELDS 1 a",
      "HPEXPIREAT h 33177117420000 FIELDS 1 a",
      "HPERSIST h FIELDS 2 a e",
      "HPERSIST h FIELDS 1 e",
      "HEXPIRE h 0 FIELDS 2 a b",
      "HPEXPIREAT h 1 FIELDS 1 nope",
      "HGETEX h FIELDS 1 c",
      "HGETEX h EX 1000 FIELDS 2 c nope",
      "HGETEX h PX 1000000 FIELDS 1 c",
      "HGETEX h EXAT 33177117420 FIELDS 1 c",
      "HGETEX h PXAT 33177117420000 FIELDS 1 c",
      "HGETEX h PERSIST FIELDS 2 c d",
      "HGETEX h PERSIST FIELDS 1 d",
      "HGETEX h EXAT 1 FIELDS 2 c nope",
      "HSETEX h FIELDS 1 a 1",
      "HSETEX h EX 1000 FIELDS 2 a 1 b 2",
      "HSETEX h FNX PX 1000000 FIELDS 1 n 1",
      "HSETEX h PX 1000000 FXX FIELDS 1 n 1",
      "HSETEX h FXX FIELDS 1 nope 1",
      "HSETEX h PXAT 33177117420000 FIELDS 1 a 1",
      "HSETEX h EXAT 33177117420 FIELDS 1 a 1",
      "HSETEX h KEEPTTL FIELDS 1 a 2",
      "HSETEX h EXAT 1 FIELDS 2 a 1 b 2",
      "HGETDEL h FIELDS 2 n nope",
      "HGETDEL h FIELDS 1 nope",
      "HINCRBYFLOAT h x 1.5",
      "HSETEX h PX 1 FIELDS 4 a 1 b 1 c 1 d 1",
      "DEBUG SLEEP 0.01",
      "HGET h a",
      "HMGET h a b e",
      "HSETNX h c 5",
      "HINCRBY h d 5",
      "HSETEX h PX 1 FIELDS 2 a 1 b 1",
      "DEBUG SLEEP 0.01",
      "HRANDFIELD h 0",
      "HDEL h e",
      "DEBUG SET-ACTIVE-EXPIRE 1"
    ]))
})

/** How many changes the server counts for each step. */
const changesThere = async (server: RunningServer, steps: ReadonlyArray<StepInput>): Promise<ReadonlyArray<number>> => {
  const client = await server.connect()
  const changes: Array<number> = []
  for (const { request } of steps.map(toStep)) {
    await client.call(...request)
    const info = await client.call("INFO", "persistence")
    changes.push(changesIn("text" in info ? info.text : ""))
  }
  client.close()
  return differences(changes)
}

const changesHere = (steps: ReadonlyArray<StepInput>): Promise<ReadonlyArray<number>> =>
  Effect.gen(function*() {
    const { call } = yield* InProcessClient.make
    const changes: Array<number> = []
    for (const { request } of steps.map(toStep)) {
      yield* call(toWords(request))
      changes.push(changesIn(textOf(yield* call(["INFO", "persistence"]))))
    }
    return differences(changes)
  }).pipe(Effect.scoped, Effect.provide(engine(configuration)), Effect.runPromise)

const changesIn = (info: string): number => Number(/rdb_changes_since_last_save:(\d+)/.exec(info)?.[1])

/** Between one step and the one before it. */
const differences = (numbers: ReadonlyArray<number>): ReadonlyArray<number> =>
  numbers.slice(1).map((number, i) => number - numbers[i]!)

against("valkey", (server) => {
  for (const { name, steps } of scripts.filter(({ name }) => name !== "clients that waited")) {
    it(`changes are counted alike: ${name}`, async () => {
      const all: ReadonlyArray<StepInput> = ["FLUSHALL", ...steps]
      const show = (counts: ReadonlyArray<number>) =>
        counts.map((count, i) => `${count}  ${toStep(steps[i]!).request.slice(0, 6).join(" ")}`)
      const ours = await changesHere(all)
      assert.isTrue(ours.some((count) => count > 0))
      assert.deepStrictEqual(show(ours), show(await changesThere(server(), all)))
    })
  }
})

describe("what has been told", () => {
  for (const seed of [61, 62, 63]) {
    it.effect(`makes the same dataset elsewhere, seed ${seed}`, () =>
      Effect.gen(function*() {
        const random = makeSeededRandom(seed)
        const generators = onKeys(["a", "b", "c", "d", "e"], [...Object.values(families).flat(), ...passing])
        const original = yield* InProcessClient.make
        const propagation = yield* Propagation
        const told: Array<Unit> = []
        propagation.listen((unit) => told.push(toUnit(unit)))
        yield* Effect.gen(function*() {
          const copy = yield* InProcessClient.make
          for (let i = 0; i < 4000; i++) {
            const { request } = toStep(random.pick(generators)(random))
            // Time passes between commands, not between a command and its repetition.
            if (random.chance(0.05)) yield* TestClock.adjust(1 + random.integer(500))
            yield* original.call(toWords(request))
            for (const [database = "0", ...words] of told.splice(0).flat()) {
              yield* copy.call(["SELECT", database])
              yield* copy.call(words)
            }
            if (i % 100 === 0) {
              assert.deepStrictEqual(yield* contents(copy), yield* contents(original), request.join(" "))
            }
          }
          assert.deepStrictEqual(yield* contents(copy), yield* contents(original))
        }).pipe(Effect.provide(engine(configuration), { local: true }))
      }).pipe(Effect.provide(engine(configuration))), 60_000)
  }
})

/** Commands whose effect is chance or passes, which the generators for two servers leave out. */
const passing: ReadonlyArray<FamilyGenerator> = [
  (_, key) => ["SPOP", key()],
  (random, key) => ["SPOP", key(), String(random.integer(5))],
  (random, key) => ["PEXPIRE", key(), String(random.integer(2000))],
  (random, key) => ["SET", key(), word(random), "PX", String(1 + random.integer(1000))],
  (random, key) => ["GETEX", key(), "PX", String(1 + random.integer(1000))],
  (random, key) => ["HPEXPIRE", key(), String(random.integer(1000)), "FIELDS", "2", word(random), word(random)],
  (random, key) => ["HSETEX", key(), "PX", String(random.integer(1000)), "FIELDS", "1", word(random), word(random)],
  (random, key) => ["HGETEX", key(), "PX", String(random.integer(1000)), "FIELDS", "1", word(random)],
  (random, key) => ["HGETDEL", key(), "FIELDS", "1", word(random)],
  (_, key) => ["XADD", key(), "MAXLEN", "~", "3", "LIMIT", "2", "*", "f", "v"]
]

/** All of a dataset that is to be found elsewhere. Consumers that never got anything are not. */
const contents = Effect.fnUntraced(function*(client: InProcessClient.InProcessClient) {
  const database = client.client.database
  const found: Array<Reply> = [yield* client.call(["DEBUG", "DIGEST"])]
  yield* client.call(["SELECT", "0"])
  for (const key of ["a", "b", "c", "d", "e"]) {
    found.push(yield* client.call(["PEXPIRETIME", key]))
    const groups = yield* client.call(["XINFO", "GROUPS", key])
    if (Array.isArray(groups)) found.push(groups.map(withoutConsumers))
  }
  yield* client.call(["SELECT", String(database)])
  return found
})

const withoutConsumers = (group: Reply): Reply =>
  group instanceof MapReply ? group.pairs.filter((_, i, all) => all[i - i % 2] !== "consumers") : group
