/**
 * What writes tell those who repeat them, against what Valkey 8.1 writes into its append-only file; for fields that expire, against Redis 8.0.
 *
 * The same commands run here and there, and afterwards the units are compared one by one: which commands stand in them, word by word, and which commands stand
 * together as a transaction. Only times may differ, by as much as the two runs are apart.
 *
 * And what has been told is repeated: another engine that hears nothing else comes to the same dataset.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { DatabaseTables } from "../../src/layers/DatabaseTables.ts"
import * as InProcessClient from "../../src/layers/InProcessClient.ts"
import type { Reply } from "../../src/protocol/Reply.ts"
import { CommandClock } from "../../src/services/CommandClock.ts"
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
import type { RespClient } from "../support/RespClient.ts"
import { toUnit, type Unit, unitsOf, writesCommands } from "./appendOnlyFile.ts"
import { onKeys } from "./generators/family.ts"
import { families } from "./generators/index.ts"
import { type StepInput, toStep } from "./steps.ts"

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
      const call = (yield* clientOf(connection)).call(
        request.map((word) => typeof word === "number" ? `${word}` : word)
      )
      if (replies === 0) {
        const before = yield* info
        yield* Effect.forkScoped(call)
        while ((yield* info) === before) yield* Effect.yieldNow
      } else yield* call
      // Who has been served goes on before the next step.
      yield* Effect.yieldNow
    }
    return units
  }).pipe(Effect.scoped, Effect.provide(engine()), Effect.runPromise)

const textOf = (reply: Reply): string =>
  typeof reply === "string" ? reply : reply !== null && typeof reply === "object" && "text" in reply ? reply.text : ""

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

const shown = (unit: Unit | undefined): string =>
  unit === undefined
    ? "nothing"
    : unit.map((words) => words.map((word) => JSON.stringify(word)).join(" ")).join("\n    ")

const compare = async (server: RunningServer, steps: ReadonlyArray<StepInput>): Promise<void> => {
  const all: ReadonlyArray<StepInput> = ["FLUSHALL", ...steps]
  const theirs = await tellThere(server, all)
  const ours = await tellHere(all)
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
      "SET b 1 PX 1",
      "SET c 1 PX 1",
      "DEBUG SLEEP 0.01",
      "SCAN 0 COUNT 1000",
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

/** Commands whose effect is chance, or that only one of the two has a word for. */
against("valkey", (server) => {
  for (const { name, steps } of scripts) it(name, () => compare(server(), steps))

  for (const [name, family] of Object.entries(families)) {
    it(`random commands: ${name}`, () => {
      const random = makeSeededRandom(51)
      const generators = onKeys(["a", "b", "c"], family)
      return compare(server(), Array.from({ length: 1500 }, () => random.pick(generators)(random)))
    }, 60_000)
  }

  it("random commands of all families", () => {
    const random = makeSeededRandom(52)
    const generators = onKeys(["a", "b", "c", "d", "e"], Object.values(families).flat())
    return compare(server(), Array.from({ length: 4000 }, () => random.pick(generators)(random)))
  }, 60_000)
})
