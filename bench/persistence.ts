/**
 * What durability costs: throughput with the append-only file, the pauses and the memory of a snapshot, the time to load.
 *
 * Both servers do the same in turns. The client that fills them shares the machine's cores with them, so only ratios mean something.
 */
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { makeSeededRandom } from "../test/support/random.ts"
import { keyloomCommand, type RunningServer, startServer } from "../test/support/referenceServers.ts"
import type { Request } from "../test/support/RespClient.ts"
import { residentBytes } from "./servers.ts"
import { markdownTable, median } from "./tables.ts"

export interface PersistenceOptions {
  readonly keys: number
  readonly requests: number
  readonly rounds: number
}

type Start = (directives: ReadonlyArray<string>) => Promise<RunningServer>

/** Three markdown tables. `referenceCommand` is a redis-server. */
export const measurePersistence = async (
  referenceCommand: string,
  { keys, requests, rounds }: PersistenceOptions
): Promise<string> => {
  const { words } = keyloomCommand()
  const plain = ["--save", "", "--appendonly", "no"]
  const theirs: Start = (directives) =>
    startServer("redis", [referenceCommand], { directives: [...plain, ...directives] })
  const ours: Start = (directives) => startServer("keyloom", words, { directives: [...plain, ...directives] })
  return [
    "**The append-only file**, `SET` of 3 bytes, thousands of requests a second",
    await appendTable(theirs, ours, requests, rounds),
    `**A snapshot of ${keys} mixed keys in the background**, with a bystander that sends \`PING\``,
    await snapshotTable(theirs, ours, keys),
    `**Loading ${keys} mixed keys**, seconds`,
    await loadTable(theirs, ours, keys)
  ].join("\n\n")
}

const settings: ReadonlyArray<readonly [name: string, directives: ReadonlyArray<string>]> = [
  ["none", []],
  ["everysec", ["--appendonly", "yes", "--appendfsync", "everysec"]],
  ["always", ["--appendonly", "yes", "--appendfsync", "always"]]
]

const appendTable = async (theirs: Start, ours: Start, requests: number, rounds: number): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  for (const depth of [1, 16]) {
    let withoutFile = Number.NaN
    for (const [name, directives] of settings) {
      const [reference, keyloom] = await Promise.all([theirs(directives), ours(directives)])
      const wanted = requests * (depth === 1 ? 1 : 5)
      const run = (server: RunningServer) => requestsPerSecond(server, depth, wanted)
      run(keyloom)
      const pairs = Array.from({ length: rounds }, () => [run(reference), run(keyloom)] as const)
      await Promise.all([reference.stop(), keyloom.stop()])
      const mine = median(pairs.map(([, value]) => value))
      if (name === "none") withoutFile = mine
      const ratio = median(pairs.map(([other, value]) => value / other))
      rows.push([
        String(depth),
        name,
        (median(pairs.map(([other]) => other)) / 1000).toFixed(1),
        (mine / 1000).toFixed(1),
        ratio.toFixed(2),
        (mine / withoutFile).toFixed(2)
      ])
    }
  }
  return markdownTable([
    "pipeline",
    "appendfsync",
    "redis",
    "Keyloom",
    "ratio",
    "of Keyloom without (goal for everysec: 0.9)"
  ], rows)
}

const requestsPerSecond = (server: RunningServer, depth: number, requests: number): number => {
  const args = ["-p", String(server.port), "-n", String(requests), "-P", String(depth), "-c", "50", "-r", "100000"]
  const { stdout } = spawnSync("redis-benchmark", [...args, "-t", "set", "--csv"], { encoding: "utf8" })
  const line = stdout.split("\n").find((text) => text.startsWith("\"SET\""))
  return Number(line?.split(",")[1]?.replaceAll("\"", ""))
}

const snapshotTable = async (theirs: Start, ours: Start, keys: number): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  for (const [name, start] of [["redis", theirs], ["Keyloom", ours]] as const) {
    const server = await start([])
    await fill(server, keys)
    const before = residentBytes(server.pid)
    let highest = before
    const bystander = await server.connect()
    const client = await server.connect()
    const latencies: Array<number> = []
    const startedAt = performance.now()
    await client.call("BGSAVE")
    while ((await infoOf(bystander, "persistence")).includes("rdb_bgsave_in_progress:1")) {
      for (let i = 0; i < 20; i++) {
        const sentAt = performance.now()
        await bystander.call("PING")
        latencies.push(performance.now() - sentAt)
      }
      highest = Math.max(highest, residentBytes(server.pid))
    }
    const seconds = (performance.now() - startedAt) / 1000
    const { size } = Fs.statSync(Path.join(server.directory, "dump.rdb"))
    latencies.sort((a, b) => a - b)
    rows.push([
      name,
      seconds.toFixed(2),
      (size / 1e6).toFixed(1),
      (latencies[Math.floor(latencies.length * 0.99)] ?? 0).toFixed(2),
      (latencies.at(-1) ?? 0).toFixed(2),
      ((highest - before) / 1e6).toFixed(0)
    ])
    await server.stop()
  }
  return markdownTable(
    ["", "seconds", "file, MB", "p99, ms (goal 10)", "longest, ms", "more resident memory, MB"],
    rows
  )
}

/** redis-server's files are loaded by both, so that the work is the same. */
const loadTable = async (theirs: Start, ours: Start, keys: number): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  for (
    const [name, directives] of [
      ["RDB", []],
      ["AOF of commands", ["--appendonly", "yes", "--aof-use-rdb-preamble", "no"]]
    ] as const
  ) {
    const dir = Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-load-"))
    const all = ["--dir", dir, ...directives]
    const writer = await theirs(all)
    await fill(writer, keys)
    const client = await writer.connect()
    if (name === "RDB") await client.call("SAVE")
    client.close()
    await writer.stop()
    const load = async (start: Start): Promise<number> => {
      const empty = await secondsUntilLoaded(start, directives)
      return await secondsUntilLoaded(start, all) - empty
    }
    const [other, mine] = [await load(theirs), await load(ours)]
    rows.push([name, other.toFixed(2), mine.toFixed(2), (mine / other).toFixed(2)])
    Fs.rmSync(dir, { recursive: true, force: true })
  }
  return markdownTable(["", "redis", "Keyloom", "ratio (goal 2.5)"], rows)
}

const secondsUntilLoaded = async (start: Start, directives: ReadonlyArray<string>): Promise<number> => {
  const startedAt = performance.now()
  const server = await start(directives)
  const client = await server.connect()
  while (!(await infoOf(client, "persistence")).includes("loading:0")) { /* It is asked again at once. */ }
  const seconds = (performance.now() - startedAt) / 1000
  await server.stop()
  return seconds
}

const infoOf = async (client: Awaited<ReturnType<RunningServer["connect"]>>, section: string): Promise<string> => {
  const reply = await client.call("INFO", section)
  return "text" in reply ? reply.text : ""
}

/** Seven of ten keys are strings; the others are small, but for a few. */
const fill = async (server: RunningServer, keys: number): Promise<void> => {
  const random = makeSeededRandom(7)
  const client = await server.connect()
  let requests: Array<Request> = []
  for (let i = 0; i < keys; i++) {
    requests.push(requestFor(i, random.integer(20), random.bytes(8 + random.integer(40))))
    if (i % 50 === 0) requests.push(["EXPIRE", `key:${i}`, "100000"])
    if (i % (keys / 4) === 7) {
      requests.push([
        "SADD",
        "large",
        ...Array.from({ length: 20_000 }, (_, j) => `member ${i} ${j}`)
      ])
    }
    if (requests.length < 1000) continue
    await client.pipeline(requests)
    requests = []
  }
  await client.pipeline(requests)
  client.close()
}

const requestFor = (i: number, kind: number, value: string): Request => {
  const key = `key:${i}`
  if (kind < 14) return ["SET", key, value]
  if (kind < 16) return ["HSET", key, "name", value, "count", i, "kind", kind]
  if (kind < 18) return ["RPUSH", key, value, i, "last"]
  return kind === 18 ? ["SADD", key, "a", i, value] : ["ZADD", key, i, "a", kind, value]
}
