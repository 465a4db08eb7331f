/**
 * What keeping data costs: SET with the append-only file, saving in the background, and loading at the start, beside redis-server.
 *
 * The files are below the system's temporary folder: its disk is what `always` waits for. Each server loads what it has written itself.
 */
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { makeSeededRandom } from "../test/support/random.ts"
import type { RunningServer } from "../test/support/referenceServers.ts"
import { encodeRequest, type Request, type RespClient } from "../test/support/RespClient.ts"
import { digits, stringLoads } from "./loads.ts"
import { type Contender, residentBytes } from "./servers.ts"
import { markdownTable, median } from "./tables.ts"
import { fill, runBenchmark } from "./throughput.ts"

export interface PersistenceOptions {
  /** Keys that are saved and loaded. */
  readonly keys: number
  readonly rounds: number
  /** The part of the requests that is sent: 1, or less to be quick. */
  readonly share: number
}

export const measurePersistence = async (
  reference: Contender,
  keyloom: Contender,
  options: PersistenceOptions
): Promise<string> =>
  [
    await measureAppending(reference, keyloom, options),
    await measureSaving(reference, keyloom, options.keys),
    await measureLoading(reference, keyloom, options)
  ].join("\n\n")

const modes: ReadonlyArray<readonly [name: string, directives: ReadonlyArray<string>, share: number]> = [
  ["no file", [], 1],
  ["everysec", ["--appendonly", "yes", "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0"], 1],
  // Every batch waits for the disk here: a tenth of the requests takes long enough.
  ["always", ["--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0"], 0.1]
]

const connections = 50

/** SET with and without the file; the servers with their settings take turns. */
const measureAppending = async (
  reference: Contender,
  keyloom: Contender,
  { rounds, share }: PersistenceOptions
): Promise<string> => {
  const load = stringLoads.find(({ name }) => name === "SET")
  if (load === undefined) throw new Error("there is no load SET")
  const started: Array<RunningServer> = []
  try {
    const pairs: Array<{ readonly theirs: RunningServer; readonly ours: RunningServer }> = []
    for (const [, directives] of modes) {
      const theirs = await reference.start(directives)
      started.push(theirs)
      const ours = await keyloom.start(directives)
      started.push(ours)
      pairs.push({ theirs, ours })
    }
    for (const server of started) await runBenchmark(server, load, 16, connections, 20_000)
    const rows: Array<ReadonlyArray<string>> = []
    for (const [depth, requests] of [[1, load.requests[0]], [16, load.requests[1]]] as const) {
      const theirs = modes.map((): Array<number> => [])
      const ours = modes.map((): Array<number> => [])
      for (let round = 0; round < rounds; round++) {
        for (const [index, [, , modeShare]] of modes.entries()) {
          const count = Math.round(requests * share * modeShare)
          const pair = pairs[index]!
          theirs[index]!.push((await runBenchmark(pair.theirs, load, depth, connections, count)).perSecond)
          ours[index]!.push((await runBenchmark(pair.ours, load, depth, connections, count)).perSecond)
        }
      }
      for (const [index, [name]] of modes.entries()) {
        rows.push([
          `${name}, depth ${depth}`,
          (median(theirs[index]!) / 1000).toFixed(1),
          (median(ours[index]!) / 1000).toFixed(1),
          medianRatio(ours[index]!, theirs[index]!).toFixed(2),
          medianRatio(ours[index]!, ours[0]!).toFixed(2),
          name === "everysec" ? "at least 0.9" : "",
          medianRatio(theirs[index]!, theirs[0]!).toFixed(2)
        ])
        console.log(rows.at(-1)?.join("  "))
      }
    }
    return markdownTable([
      "SET, appendfsync",
      "k/s redis",
      "k/s Keyloom",
      "Keyloom / redis-server",
      "Keyloom / Keyloom without file",
      "goal",
      "redis-server / redis-server without file"
    ], rows)
  } finally {
    for (const server of started) await server.stop()
  }
}

/** The median of the rounds' ratios: what disturbs the machine for a while disturbs both runs of a round. */
const medianRatio = (figures: ReadonlyArray<number>, measure: ReadonlyArray<number>): number =>
  median(figures.map((figure, round) => figure / (measure[round] ?? Number.NaN)))

interface Save {
  readonly millis: number
  readonly fileBytes: number
  readonly p99Millis: number
  readonly longestMillis: number
  readonly extraBytes: number
  readonly copiedBytes: number
}

const saveFigures: ReadonlyArray<
  readonly [name: string, figure: (save: Save) => number, digits: number, goal: string]
> = [
  ["time, ms", ({ millis }) => millis, 0, ""],
  ["file, MB", ({ fileBytes }) => fileBytes / 1e6, 1, ""],
  ["p99 of PING beside it, ms", ({ p99Millis }) => p99Millis, 2, "at most 10"],
  ["longest PING beside it, ms", ({ longestMillis }) => longestMillis, 2, ""],
  ["resident, peak over before, MB", ({ extraBytes }) => extraBytes / 1e6, 1, ""],
  ["peak of `current_cow_size`, MB", ({ copiedBytes }) => copiedBytes / 1e6, 1, ""]
]

const measureSaving = async (reference: Contender, keyloom: Contender, keys: number): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  const theirs = await savesOf(reference, keys)
  const ours = await savesOf(keyloom, keys)
  for (const [index, what] of ["", ", under writes"].entries()) {
    for (const [name, figure, precision, goal] of saveFigures) {
      const [their, our] = [figure(theirs[index]!), figure(ours[index]!)]
      const ratio = their === 0 ? "" : (our / their).toFixed(2)
      rows.push([`${name}${what}`, their.toFixed(precision), our.toFixed(precision), ratio, goal])
      console.log(rows.at(-1)?.join("  "))
    }
  }
  const heading = `BGSAVE, ${keys.toLocaleString("en")} mixed keys`
  return markdownTable([heading, "redis-server", "Keyloom", "Keyloom / redis-server", "goal"], rows)
}

/** One save while nobody writes, and one under writes. */
const savesOf = async (contender: Contender, keys: number): Promise<ReadonlyArray<Save>> => {
  const server = await contender.start()
  try {
    await fill(server, mixedKeys(keys))
    const saves: Array<Save> = []
    // The first is not counted: it runs code that is not compiled yet.
    await save(server, keys, false)
    for (const isWriting of [false, true]) saves.push(await save(server, keys, isWriting))
    return saves
  } finally {
    await server.stop()
  }
}

const save = async (server: RunningServer, keys: number, isWriting: boolean): Promise<Save> => {
  const clients = [await server.connect(), await server.connect(), await server.connect()] as const
  const [asking, bystander, writer] = clients
  const running = { isSaving: true, isWriting }
  const waits: Array<number> = []
  const ping = async (): Promise<void> => {
    while (running.isSaving) {
      const startedMillis = performance.now()
      await bystander.call("PING")
      waits.push(performance.now() - startedMillis)
    }
  }
  const random = makeSeededRandom(keys)
  const write = async (): Promise<void> => {
    while (running.isSaving && running.isWriting) {
      await writer.pipeline(Array.from({ length: 10 }, () => setOf(random.integer(keys), random.integer(1000))))
    }
  }
  const before = residentBytes(server.pid)
  const besides = Promise.all([ping(), write()])
  const startedMillis = performance.now()
  const reply = await asking.call("BGSAVE")
  if (reply.type !== "simple") throw new Error(`${server.name} refused BGSAVE`)
  let peakBytes = before
  let copiedBytes = 0
  for (;;) {
    const info = await infoOf(asking)
    peakBytes = Math.max(peakBytes, residentBytes(server.pid))
    copiedBytes = Math.max(copiedBytes, Number(field(info, "current_cow_size")))
    if (field(info, "rdb_bgsave_in_progress") === "0") {
      if (field(info, "rdb_last_bgsave_status") !== "ok") throw new Error(`${server.name} could not save`)
      break
    }
    await sleep(pollMillis)
  }
  const millis = performance.now() - startedMillis
  running.isSaving = false
  await besides
  for (const client of clients) client.close()
  waits.sort((left, right) => left - right)
  return {
    millis,
    fileBytes: Fs.statSync(Path.join(server.directory, "dump.rdb")).size,
    p99Millis: waits[Math.floor(waits.length * 0.99)] ?? Number.NaN,
    longestMillis: waits.at(-1) ?? Number.NaN,
    extraBytes: peakBytes - before,
    copiedBytes
  }
}

const pollMillis = 10

const measureLoading = async (
  reference: Contender,
  keyloom: Contender,
  { keys, rounds }: PersistenceOptions
): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  for (const [name, directives] of [["RDB", []], ["AOF", ["--appendonly", "yes", "--appendfsync", "no"]]] as const) {
    const directories = [reference, keyloom].map(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-bench-")))
    try {
      const settings = directories.map((
        directory
      ) => ["--dir", directory, "--auto-aof-rewrite-percentage", "0", ...directives])
      const millis = settings.map((): Array<number> => [])
      const contenders = [reference, keyloom]
      const kept: Array<number> = []
      for (const [i, contender] of contenders.entries()) {
        kept.push(await keepMixedKeys(contender, settings[i]!, keys, name === "RDB" ? "SAVE" : "NOSAVE"))
      }
      for (let round = 0; round < rounds; round++) {
        for (const [i, contender] of contenders.entries()) {
          millis[i]!.push(await loadMillis(contender, settings[i]!, kept[i]!))
        }
      }
      const [theirs = [], ours = []] = millis
      rows.push([
        name,
        median(theirs).toFixed(0),
        median(ours).toFixed(0),
        medianRatio(ours, theirs).toFixed(2),
        "at most 2.5"
      ])
      console.log(rows.at(-1)?.join("  "))
    } finally {
      for (const directory of directories) Fs.rmSync(directory, { recursive: true, force: true })
    }
  }
  const heading = `start to loaded, ms, ${keys.toLocaleString("en")} mixed keys`
  return markdownTable([heading, "redis-server", "Keyloom", "Keyloom / redis-server", "goal"], rows)
}

/** Leaves the keys in the server's folder, and tells how many there are. */
const keepMixedKeys = async (
  contender: Contender,
  directives: ReadonlyArray<string>,
  keys: number,
  ending: "SAVE" | "NOSAVE"
): Promise<number> => {
  const server = await contender.start(directives)
  try {
    await fill(server, mixedKeys(keys))
    const client = await server.connect()
    const kept = await sizeOf(client)
    client.write(encodeRequest(["SHUTDOWN", ending]))
    await server.exited
    return kept
  } finally {
    await server.stop()
  }
}

const loadMillis = async (contender: Contender, directives: ReadonlyArray<string>, kept: number): Promise<number> => {
  const startedMillis = performance.now()
  const server = await contender.start(directives)
  try {
    const client = await server.connect()
    while (field(await infoOf(client), "loading") !== "0") await sleep(pollMillis)
    const millis = performance.now() - startedMillis
    const loaded = await sizeOf(client)
    if (loaded !== kept) throw new Error(`${server.name} has loaded ${loaded} keys of ${kept}`)
    return millis
  } finally {
    await server.stop()
  }
}

const sizeOf = async (client: RespClient): Promise<number> => {
  const reply = await client.call("DBSIZE")
  return "text" in reply ? Number(reply.text) : Number.NaN
}

const infoOf = async (client: RespClient): Promise<string> => {
  const reply = await client.call("INFO", "persistence")
  return "text" in reply ? reply.text : ""
}

const field = (info: string, name: string): string => {
  const value = new RegExp(`^${name}:(\\S*)`, "m").exec(info)?.[1]
  if (value === undefined) throw new Error(`INFO has no ${name}`)
  return value
}

/** Seven of ten keys are strings, the others small aggregates; some expire, long after the run; four aggregates are large. */
function* mixedKeys(count: number): Iterable<Request> {
  const random = makeSeededRandom(count)
  for (let index = 0; index < count; index++) {
    const choice = index % 20
    if (choice < 14) yield setOf(index, random.integer(1000))
    else yield smallAggregate(choice, `key:${digits(index)}`, random.integer(1000))
    if (random.chance(0.1)) yield ["EXPIRE", `key:${digits(index)}`, 100_000 + random.integer(100_000)]
  }
  for (let start = 0; start < count / 10; start += 100) {
    const indexes = Array.from({ length: 100 }, (_, offset) => start + offset)
    yield ["RPUSH", "large:list", ...indexes.map((index) => `element:${index}`)]
    yield ["SADD", "large:set", ...indexes.map((index) => `member:${index}`)]
    yield ["HSET", "large:hash", ...indexes.flatMap((index) => [`field:${index}`, `value:${index}`])]
    yield ["ZADD", "large:zset", ...indexes.flatMap((index) => [index * 1.5, `member:${index}`])]
  }
}

const setOf = (index: number, value: number): Request => [
  "SET",
  `key:${digits(index)}`,
  `value:${value}`.padEnd(16 + value % 48, ".")
]

const smallAggregate = (choice: number, key: string, value: number): Request => {
  const indexes = [0, 1, 2, 3, 4]
  if (choice < 16) return ["HSET", key, ...indexes.flatMap((index) => [`field:${index}`, `value:${value}`])]
  if (choice < 18) return ["RPUSH", key, ...indexes.map((index) => `element:${value + index}`)]
  if (choice === 18) return ["SADD", key, ...indexes.map((index) => `member:${value + index}`)]
  return ["ZADD", key, ...indexes.flatMap((index) => [value + index, `member:${index}`])]
}
