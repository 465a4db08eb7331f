/**
 * Clients that wait, against the reference: who is served by what, in which order, and with which reply.
 *
 * What is compared is a transcript: each request with its reply, or that its client waits, and behind it the replies of those who waited and were served by
 * it. Nothing depends on time: a request is sent when CLIENT LIST shows that the one before has been answered or waits.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { makeSeededRandom, type SeededRandom } from "../support/random.ts"
import {
  findReference,
  missingReferenceMessage,
  type RunningServer,
  startKeyloom,
  startReference
} from "../support/referenceServers.ts"
import { encodeRequest, printable, type Received, type RespClient } from "../support/RespClient.ts"

/**
 * `name: REQUEST`, split at spaces. `name: close` closes its connection, and `name! REQUEST` comes to its end whether it waits or not.
 */
type Script = ReadonlyArray<string>

interface Waiting {
  reply: Received | undefined
  /** Settles when the reply is there, or the connection has ended. */
  readonly arrival: Promise<void>
}

/** The connections of one script on one server. */
class Clients {
  readonly #server: RunningServer
  readonly #protocol: 2 | 3
  /** Looks after the others, and never waits. */
  readonly #observer: RespClient
  readonly #clients = new Map<string, RespClient>()
  readonly #waiting = new Map<string, Waiting>()

  constructor(server: RunningServer, protocol: 2 | 3, observer: RespClient) {
    this.#server = server
    this.#protocol = protocol
    this.#observer = observer
  }

  isWaiting(name: string): boolean {
    return this.#waiting.has(name)
  }

  async run(action: string): Promise<ReadonlyArray<string>> {
    const [name = "", mark, request = ""] = action.split(/([:!]) (.*)/s)
    if (request === "close") return this.#closeOne(name)
    const client = await this.#client(name)
    client.write(encodeRequest(await this.#withIds(request.split(" "))))
    const arrival = client.receive().then(
      (reply) => {
        waiting.reply = reply
      },
      () => undefined
    )
    const waiting: Waiting = { reply: undefined, arrival }
    if (mark === "!") await arrival
    while (waiting.reply === undefined && !(await this.#states()).get(name)?.isBlocked) {
      // Each look gives the server another turn.
    }
    if (waiting.reply === undefined) this.#waiting.set(name, waiting)
    const outcome = waiting.reply === undefined ? "waits" : printable(waiting.reply.raw)
    return [`${action} -> ${outcome}`, ...await this.#served()]
  }

  close(): void {
    for (const client of [...this.#clients.values(), this.#observer]) client.close()
  }

  /** The replies of those who have stopped waiting. */
  async #served(): Promise<ReadonlyArray<string>> {
    const states = await this.#states()
    const lines: Array<string> = []
    for (const [name, waiting] of [...this.#waiting].toSorted(([a], [b]) => a < b ? -1 : 1)) {
      if (states.get(name)?.isBlocked === true) continue
      await waiting.arrival
      this.#waiting.delete(name)
      lines.push(`  ${name} gets ${printable(waiting.reply?.raw ?? "nothing")}`)
    }
    return lines
  }

  async #closeOne(name: string): Promise<ReadonlyArray<string>> {
    this.#clients.get(name)?.close()
    this.#waiting.delete(name)
    this.#clients.delete(name)
    while ((await this.#states()).has(name)) {
      // Each look gives the server another turn.
    }
    return [`${name} is gone`]
  }

  /** `@name` stands for the id of that client. */
  async #withIds(words: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
    const states = words.some((word) => word.startsWith("@")) ? await this.#states() : undefined
    return words.map((word) => word.startsWith("@") ? states?.get(word.slice(1))?.id ?? "0" : word)
  }

  async #client(name: string): Promise<RespClient> {
    const open = this.#clients.get(name)
    if (open !== undefined) return open
    const client = await this.#server.connect()
    this.#clients.set(name, client)
    await client.call("HELLO", this.#protocol, "SETNAME", name)
    return client
  }

  async #states(): Promise<ReadonlyMap<string, { readonly id: string; readonly isBlocked: boolean }>> {
    const list = await this.#observer.call("CLIENT", "LIST")
    const lines = "text" in list ? list.text.trim().split("\n") : []
    return new Map(lines.map((line) => {
      const fields = new Map(
        line.split(" ").map((field): [string, string] => {
          const [name = "", value = ""] = field.split("=")
          return [name, value]
        })
      )
      return [fields.get("name") ?? "", {
        id: fields.get("id") ?? "",
        isBlocked: fields.get("flags")?.includes("b") === true
      }]
    }))
  }
}

const open = async (server: RunningServer, protocol: 2 | 3): Promise<Clients> => {
  const observer = await server.connect()
  await observer.call("FLUSHALL")
  return new Clients(server, protocol, observer)
}

const transcript = async (server: RunningServer, protocol: 2 | 3, script: Script): Promise<ReadonlyArray<string>> => {
  const clients = await open(server, protocol)
  try {
    const lines: Array<string> = []
    for (const action of script) lines.push(...await clients.run(action))
    return lines
  } finally {
    clients.close()
  }
}

const scripts: Readonly<Record<string, Script>> = {
  "in the order of arrival": [
    "a: BLPOP k 0",
    "b: BRPOP k 0",
    "c: BLMPOP 0 2 k l LEFT COUNT 2",
    "d: BLPOP k l 0",
    "m: RPUSH k 1 2 3 4 5",
    "m: LRANGE k 0 -1",
    "m: DEL k",
    "a: BLPOP l k 0",
    "m: LPUSH l 1",
    "m: RPUSH k 2 3",
    "m: INFO nothing"
  ],
  "several keys": [
    "a: BLPOP k l 0",
    "b: BLPOP l k 0",
    "m: RPUSH l 1",
    "m: RPUSH k 2",
    "a: BLPOP k k k 0",
    "m: RPUSH k 1 2",
    "m: LRANGE k 0 -1"
  ],
  "keys that come by other ways": [
    "m: SELECT 1",
    "m: RPUSH k 1 2",
    "m: SELECT 0",
    "a: BLPOP k 0",
    "b: BLMOVE k l RIGHT LEFT 0",
    "m: RPUSH x 1",
    "m: RENAME x k",
    "m: RPUSH x 2 3",
    "m: COPY x k",
    "a: BLPOP k 0",
    "m: SWAPDB 0 1",
    "m: LRANGE k 0 -1",
    "b: BLPOP q 0",
    "m: SORT k STORE q",
    "m: EXISTS q",
    "b: BLPOP q 0",
    "m: LMOVE k q LEFT LEFT",
    "a: SELECT 1",
    "a: BLPOP v 0",
    "m: RPUSH v 1",
    "m: MOVE v 1",
    "m: EXISTS v"
  ],
  "keys of other types": [
    "a: BLPOP k 0",
    "b: BZPOPMIN k 0",
    "c: XREAD BLOCK 0 STREAMS k $",
    "m: SET k v",
    "m: DEL k",
    "m: SADD k m",
    "m: DEL k",
    "m: ZADD k 1 m",
    "m: RPUSH k 1",
    "m: XADD k 1-1 f v",
    "a: BLPOP k l 0",
    "m: DEL k",
    "a: BLPOP k l 0",
    "m: SET k v",
    "m: RPUSH l 1",
    "m: LRANGE l 0 -1"
  ],
  "moves in chains": [
    "a: BLMOVE k l LEFT RIGHT 0",
    "b: BLMOVE l m LEFT RIGHT 0",
    "c: BRPOPLPUSH m k 0",
    "m: RPUSH k 1",
    "m: LRANGE k 0 -1",
    "m: DEL k",
    "a: BRPOPLPUSH k k 0",
    "b: BLPOP k 0",
    "m: LPUSH k 1",
    "m: EXISTS k",
    "a: BLMOVE k s LEFT LEFT 0",
    "b: BLPOP k 0",
    "m: SET s v",
    "m: RPUSH k 1",
    "m: EXISTS k"
  ],
  "time that runs out": [
    "a! BLPOP k 0.01",
    "a! BRPOP k l 0.001",
    "a! BLMOVE k l LEFT LEFT 0.01",
    "a! BRPOPLPUSH k l 0.01",
    "a! BLMPOP 0.01 1 k LEFT",
    "a! BZPOPMIN k 0.01",
    "a! BZMPOP 0.01 1 k MIN",
    "a! XREAD BLOCK 10 STREAMS k $",
    "m: RPUSH k 1",
    "a! BLPOP k 0.01"
  ],
  "CLIENT UNBLOCK": [
    "a: BLPOP k 0",
    "m: CLIENT UNBLOCK @a",
    "m: CLIENT UNBLOCK @a",
    "a: BLMOVE k l LEFT LEFT 0",
    "m: CLIENT UNBLOCK @a TIMEOUT",
    "a: XREAD BLOCK 0 STREAMS k $",
    "m: CLIENT UNBLOCK @a ERROR",
    "a: BZPOPMAX k 0",
    "m: CLIENT UNBLOCK @a timeout",
    "a: BLPOP k 0",
    "b: BLPOP k 0",
    "m: CLIENT UNBLOCK @a error",
    "m: CLIENT UNBLOCK @a BAD",
    "m: CLIENT UNBLOCK x",
    "m: RPUSH k 1"
  ],
  "clients that go away": [
    "a: BLPOP k 0",
    "b: BLPOP k 0",
    "a: close",
    "m: RPUSH k 1",
    "a: BLPOP k 0",
    "m: CLIENT KILL ID @a",
    "m: RPUSH k 1",
    "m: LLEN k"
  ],
  "consumer groups": [
    "m: XGROUP CREATE k g $ MKSTREAM",
    "a: XREADGROUP GROUP g x BLOCK 0 STREAMS k >",
    "b: XREADGROUP GROUP g y BLOCK 0 STREAMS k >",
    "m: XADD k 1-1 f v",
    "m: XADD k 1-2 f v",
    "a: XREADGROUP GROUP g x BLOCK 0 STREAMS k >",
    "b: XREAD BLOCK 0 STREAMS k $",
    "m: XGROUP DESTROY k g",
    "m: XGROUP CREATE k g $",
    "a: XREADGROUP GROUP g x BLOCK 0 STREAMS k >",
    "m: DEL k",
    "m: XGROUP CREATE k g $ MKSTREAM",
    "a: XREADGROUP GROUP g x BLOCK 0 STREAMS k >",
    "m: SET k v",
    "m: DEL k",
    "m: XADD k 1-1 f v"
  ]
}

const key = (random: SeededRandom): string => random.pick(["k1", "k2", "k3"])
const side = (random: SeededRandom): string => random.pick(["LEFT", "RIGHT"])

const waiting: ReadonlyArray<(random: SeededRandom) => string> = [
  (random) => `BLPOP ${key(random)} 0`,
  (random) => `BRPOP ${key(random)} ${key(random)} 0`,
  (random) => `BLMOVE ${key(random)} ${key(random)} ${side(random)} ${side(random)} 0`,
  (random) => `BRPOPLPUSH ${key(random)} ${key(random)} 0`,
  (random) => `BLMPOP 0 2 ${key(random)} ${key(random)} ${side(random)} COUNT 2`,
  (random) => `BZPOPMIN ${key(random)} ${key(random)} 0`
]

const acting: ReadonlyArray<(random: SeededRandom) => string> = [
  (random) => `RPUSH ${key(random)} ${random.integer(100)}`,
  (random) => `LPUSH ${key(random)} ${random.integer(100)} ${random.integer(100)} ${random.integer(100)}`,
  (random) => `ZADD ${key(random)} 1 m${random.integer(3)}`,
  (random) => `SET ${key(random)} v`,
  (random) => `DEL ${key(random)}`,
  (random) => `RENAME ${key(random)} ${key(random)}`,
  (random) => `COPY ${key(random)} ${key(random)} REPLACE`,
  (random) => `LMOVE ${key(random)} ${key(random)} ${side(random)} ${side(random)}`,
  (random) => `LPOP ${key(random)}`,
  () => "SWAPDB 0 1"
]

const reference = findReference()

/** The end of a test in which a server does not do what is waited for. */
const maxTestMillis = 60_000

describe.skipIf(reference === undefined)(
  reference === undefined ? missingReferenceMessage : `clients that wait, compared with ${reference.name}`,
  () => {
    let running: readonly [keyloom: RunningServer, reference: RunningServer] | undefined
    beforeAll(async () => {
      running = await Promise.all([startKeyloom(), startReference()])
    }, maxTestMillis)
    afterAll(async () => {
      for (const server of running ?? []) await server.stop()
    })
    const servers = () => {
      if (running === undefined) throw new Error("the servers have not been started")
      return running
    }

    for (const protocol of [2, 3] as const) {
      for (const [name, script] of Object.entries(scripts)) {
        it(`${name} (RESP${protocol})`, async () => {
          const [ours, theirs] = await Promise.all(servers().map((server) => transcript(server, protocol, script)))
          assert.deepStrictEqual(ours, theirs)
        }, maxTestMillis)
      }

      for (const seed of [1, 2, 3]) {
        it(`300 random commands of five clients, seed ${seed} (RESP${protocol})`, async () => {
          const random = makeSeededRandom(seed)
          const [ours, theirs] = await Promise.all(servers().map((server) => open(server, protocol)))
          if (ours === undefined || theirs === undefined) throw new Error("a server too few")
          try {
            for (let step = 0; step < 300; step++) {
              // Who waits can say nothing, but one of them never does.
              const waiters = ["a", "b", "c", "d", "e"].filter((name) => !theirs.isWaiting(name))
              const isActing = waiters.length === 0 || random.chance(0.5)
              const name = isActing ? "m" : random.pick(waiters)
              const request = random.pick(isActing ? acting : waiting)(random)
              const lines = await Promise.all([ours, theirs].map((clients) => clients.run(`${name}: ${request}`)))
              assert.deepStrictEqual(lines[0], lines[1], `step ${step}`)
            }
          } finally {
            ours.close()
            theirs.close()
          }
        }, maxTestMillis)
      }
    }
  }
)
