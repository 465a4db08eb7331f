/**
 * Keyloom beside redis-server, in turns in one run: `npm run bench [-- options]`.
 *
 * - `--quick`: fewer requests, one round, 50 connections only;
 * - `--only NAME` (repeated): a load, as `PING` or `"GET 1 KB"`, or a part: `strings`, `data-types`, `memory`, `elements`, `growth`, `steps`, `start`,
 *   `in-process`, `persistence`;
 * - `--write`: puts the tables into bench/README.md.
 *
 * What counts are ratios: the machine, and what else it does, is the same for both servers. Nothing here fails because of
 * a figure.
 */
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { parseArgs } from "node:util"
import { measureElements } from "./elements.ts"
import { measureGrowth } from "./growth.ts"
import { measureInProcess } from "./inProcess.ts"
import { dataTypeLoads, type Load, stringLoads } from "./loads.ts"
import { measureSteps } from "./longestStep.ts"
import { measureMemory } from "./memory.ts"
import { measurePersistence } from "./persistence.ts"
import { type Contender, findContenders } from "./servers.ts"
import { measureStart } from "./start.ts"
import { measureThroughput, type ThroughputOptions } from "./throughput.ts"

const options = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    write: { type: "boolean", default: false }
  }
}).values

const parts = ["strings", "data-types", "memory", "elements", "growth", "steps", "start", "in-process", "persistence"]

const main = async (): Promise<void> => {
  const unknown = options.only.filter((name) => !parts.includes(name) && !loadNames.includes(name.toLowerCase()))
  if (unknown.length > 0) throw new Error(`no such benchmark: ${unknown.join(", ")}`)
  const { built, keyloom, reference } = findContenders()
  const tables: Array<string> = []
  for (const [part, title, loads, shape] of families) {
    const wanted = loads.filter((load) => wants(part) || options.only.some((name) => isNamed(load, name)))
    if (wanted.length > 0) tables.push(`**${title}**`, await throughput(wanted, shape, reference, keyloom))
  }
  if (wants("memory")) tables.push(await measureMemory(reference, keyloom, options.quick ? 200_000 : 1_000_000))
  if (wants("elements")) tables.push(await measureElements(reference, keyloom, options.quick ? 0.1 : 1))
  if (wants("growth")) tables.push(await measureGrowth(reference, keyloom, options.quick ? 100_000 : 10_000_000))
  if (wants("steps")) tables.push(await measureSteps(options.quick ? 100_000 : 1_000_000))
  if (wants("start")) {
    spawnSync("npm", ["run", "build"], { cwd: Path.join(import.meta.dirname, ".."), stdio: "ignore" })
    tables.push(await measureStart([reference, built, keyloom], options.quick ? 3 : 7))
  }
  if (wants("in-process")) tables.push(await measureInProcess(options.quick ? 0.25 : 1))
  if (wants("persistence")) {
    tables.push(
      await measurePersistence(reference, keyloom, {
        keys: options.quick ? 100_000 : 1_000_000,
        rounds: options.quick ? 1 : 3,
        share: options.quick ? 0.25 : 1
      })
    )
  }
  const cpu = Os.cpus()[0]?.model.trim() ?? "unknown processor"
  const head =
    `Keyloom on Node ${process.version} and ${reference.name} ("redis"), ${Os.availableParallelism()} cores, ${cpu}.`
  const text = [head, ...tables].join("\n\n")
  console.log(`\n${text}`)
  if (options.write) writeTables(text)
}

type Shape = Pick<ThroughputOptions, "depths" | "connectionCounts">

const families: ReadonlyArray<readonly [part: string, title: string, ReadonlyArray<Load>, Shape]> = [
  ["strings", "Strings", stringLoads, { depths: [1, 16, 64], connectionCounts: [50, 1000] }],
  ["data-types", "All other types", dataTypeLoads, { depths: [1, 16], connectionCounts: [50] }]
]

const throughput = async (
  loads: ReadonlyArray<Load>,
  { connectionCounts, depths }: Shape,
  reference: Contender,
  keyloom: Contender
): Promise<string> => {
  const [theirs, ours] = await Promise.all([reference.start(), keyloom.start()])
  try {
    return await measureThroughput(loads, theirs, ours, {
      depths,
      rounds: options.quick ? 1 : 3,
      share: options.quick ? 0.25 : 1,
      connectionCounts: options.quick ? connectionCounts.slice(0, 1) : connectionCounts
    })
  } finally {
    await Promise.all([theirs.stop(), ours.stop()])
  }
}

const isNamed = (load: Load, name: string): boolean => load.name.toLowerCase() === name.toLowerCase()
const loadNames = [...stringLoads, ...dataTypeLoads].map((load) => load.name.toLowerCase())
const wants = (part: string): boolean => options.only.length === 0 || options.only.includes(part)

const writeTables = (text: string): void => {
  const file = Path.join(import.meta.dirname, "README.md")
  const before = Fs.readFileSync(file, "utf8")
  const after = before.replace(
    /(<!-- tables -->\n)[\s\S]*(<!-- end of tables -->)/,
    (_, begin: string, end: string) => `${begin}\n${text}\n\n${end}`
  )
  if (after === before) throw new Error("bench/README.md has no place for tables, or they have not changed")
  Fs.writeFileSync(file, after)
}

await main()
