/**
 * Throughput, latency and CPU per command over TCP, measured by redis-benchmark on both servers in turns.
 *
 * The client shares the machine's cores with the server, so only ratios of one run mean something. Latencies are those of
 * a whole pipeline, as redis-benchmark counts them.
 */
import { spawn, spawnSync } from "node:child_process"
import * as Path from "node:path"
import type { RunningServer } from "../test/support/referenceServers.ts"
import type { Request } from "../test/support/RespClient.ts"
import { defaultKeys, type Load } from "./loads.ts"
import { cpuMicros } from "./servers.ts"
import { geometricMean, markdownTable, median } from "./tables.ts"

const depths = [1, 16, 64] as const

interface Run {
  readonly perSecond: number
  readonly cpuMicrosPerCommand: number
  readonly p50Millis: number
  readonly p99Millis: number
}

export interface ThroughputOptions {
  /** Pipeline depths of these. */
  readonly depths: ReadonlyArray<typeof depths[number]>
  readonly rounds: number
  /** The part of the requests that is sent: 1, or less to be quick. */
  readonly share: number
  readonly connectionCounts: ReadonlyArray<number>
}

/** Runs the loads at every depth and number of connections, and gives two markdown tables: the means and the details. */
export const measureThroughput = async (
  loads: ReadonlyArray<Load>,
  reference: RunningServer,
  keyloom: RunningServer,
  options: ThroughputOptions
): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  const ratios = options.depths.map((): Array<number> => [])
  for (const load of loads) {
    for (const server of [reference, keyloom]) await fill(server, load.setup?.() ?? [])
    // Keyloom's first seconds with a command are those of code that is not compiled yet; they are not what is asked here.
    for (const server of [reference, keyloom]) {
      await runBenchmark(server, load, 16, 50, Math.ceil(load.requests[1] / 4))
    }
    for (const [depthIndex, depth] of options.depths.entries()) {
      for (const connections of options.connectionCounts) {
        const wanted = Math.round(load.requests[depths.indexOf(depth)]! * options.share)
        // Fewer requests than fill all pipelines once would not be a pipeline; what takes long is asked for one by one.
        const requests = wanted < 1000 ? wanted : Math.max(connections * depth * 2, wanted)
        const ours: Array<Run> = []
        const theirs: Array<Run> = []
        for (let round = 0; round < options.rounds; round++) {
          theirs.push(await runBenchmark(reference, load, depth, connections, requests))
          ours.push(await runBenchmark(keyloom, load, depth, connections, requests))
        }
        // The ratio of each round first: what disturbs the machine for a while disturbs both servers of the round.
        const ratio = median(ours.map((run, round) => run.perSecond / (theirs[round]?.perSecond ?? Number.NaN)))
        ratios[depthIndex]?.push(ratio)
        const row = [load.name, String(depth), String(connections), ...describeRuns(theirs, ours), ratio.toFixed(2)]
        rows.push(row)
        console.log(row.join("  "))
      }
    }
  }
  const means = options.depths.map((depth, index) => [String(depth), geometricMean(ratios[index] ?? []).toFixed(2)])
  return [
    markdownTable(["pipeline depth", "throughput, Keyloom / redis-server (geometric mean)"], means),
    markdownTable(
      [
        "test",
        "depth",
        "connections",
        "k/s redis",
        "k/s Keyloom",
        "CPU µs redis",
        "CPU µs Keyloom",
        "p50 ms redis",
        "p50 ms Keyloom",
        "p99 ms redis",
        "p99 ms Keyloom",
        "ratio"
      ],
      rows
    )
  ].join("\n\n")
}

const describeRuns = (theirs: ReadonlyArray<Run>, ours: ReadonlyArray<Run>): ReadonlyArray<string> => {
  const both = (figure: (run: Run) => number, digits: number): ReadonlyArray<string> =>
    [theirs, ours].map((runs) => median(runs.map(figure)).toFixed(digits))
  return [
    ...both((run) => run.perSecond / 1000, 1),
    ...both((run) => run.cpuMicrosPerCommand, 2),
    ...both((run) => run.p50Millis, 2),
    ...both((run) => run.p99Millis, 2)
  ]
}

/** Empties the server, and fills it with these. */
export const fill = async (server: RunningServer, requests: Iterable<Request>): Promise<void> => {
  const client = await server.connect()
  await client.call("FLUSHALL")
  let batch: Array<Request> = []
  let bytes = 0
  const send = async (): Promise<void> => {
    for (const { reply } of await client.pipeline(batch)) {
      if (reply.type === "error") throw new Error(`${server.name} refused to be filled: ${reply.text}`)
    }
    batch = []
    bytes = 0
  }
  for (const request of requests) {
    batch.push(request)
    for (const argument of request) bytes += String(argument).length
    if (bytes >= batchBytes || batch.length >= batchRequests) await send()
  }
  await send()
  client.close()
}

const batchBytes = 1_000_000
const batchRequests = 5_000

/** One run of redis-benchmark. */
export const runBenchmark = async (
  server: RunningServer,
  load: Load,
  depth: number,
  connections: number,
  requests: number
): Promise<Run> => {
  if (load.consumes !== undefined) await fill(server, load.consumes(requests))
  const words = ["-h", server.host, "-p", String(server.port), "-c", String(connections), "-n", String(requests)]
  const shape = ["-P", String(depth), "-r", String(load.keys ?? defaultKeys), "-d", "3", "--csv"]
  const before = cpuMicros(server.pid)
  const output = await run(benchmarkCommand(), [...words, ...shape, ...load.words])
  const used = cpuMicros(server.pid) - before
  // The name is quoted and may have commas; the figures are quoted numbers behind it.
  const figures = output.trim().split("\n").at(-1)?.match(/"[\d.]+"/g)?.map((figure) => Number(figure.slice(1, -1)))
  const [perSecond, , , p50Millis, , p99Millis] = figures ?? []
  if (perSecond === undefined || p50Millis === undefined || p99Millis === undefined) {
    throw new Error(`redis-benchmark did not end well on ${server.name}: ${output}`)
  }
  return { perSecond, cpuMicrosPerCommand: used / requests, p50Millis, p99Millis }
}

/** Asynchronous, so that this process goes on reading what the servers print. */
const run = (command: string, words: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()))
    child.once("error", reject)
    child.once("close", (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${command} ${words.join(" ")} ended with ${code}: ${output}`))
    })
  })

let foundBenchmark: string | undefined

const benchmarkCommand = (): string => {
  foundBenchmark ??= lookForBenchmark()
  return foundBenchmark
}

const lookForBenchmark = (): string => {
  if (spawnSync("redis-benchmark", ["--version"]).status === 0) return "redis-benchmark"
  const directory = process.env["REFERENCE_DIR"]
  if (directory === undefined) throw new Error("no redis-benchmark: apt-get install redis-tools, or set REFERENCE_DIR")
  return Path.join(directory, "bin/redis-benchmark")
}
