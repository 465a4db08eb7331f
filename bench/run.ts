/**
 * Keyloom beside redis-server, in turns in one run: `npm run bench [-- options]`.
 *
 * - `--quick`: fewer requests, one round, 50 connections only;
 * - `--only NAME` (repeated): `PING`, `SET`, `"GET 1 KB"` and so on, or `throughput`, `memory`, `start`, `in-process`;
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
import { measureInProcess } from "./inProcess.ts"
import { measureMemory } from "./memory.ts"
import { type Contender, findContenders } from "./servers.ts"
import { measureStart } from "./start.ts"
import { connectionCounts, loads, measureThroughput } from "./throughput.ts"

const options = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    write: { type: "boolean", default: false }
  }
}).values

const parts = ["throughput", "memory", "start", "in-process"]

const main = async (): Promise<void> => {
  const unknown = options.only.filter((name) => !parts.includes(name) && !loadNames.includes(name.toLowerCase()))
  if (unknown.length > 0) throw new Error(`no such benchmark: ${unknown.join(", ")}`)
  const { built, keyloom, reference } = findContenders()
  const tables: Array<string> = []
  if (wants("throughput") || wantedLoads.length > 0) tables.push(await throughput(reference, keyloom))
  if (wants("memory")) tables.push(await measureMemory(reference, keyloom, options.quick ? 200_000 : 1_000_000))
  if (wants("start")) {
    spawnSync("npm", ["run", "build"], { cwd: Path.join(import.meta.dirname, ".."), stdio: "ignore" })
    tables.push(await measureStart([reference, built, keyloom], options.quick ? 3 : 7))
  }
  if (wants("in-process")) tables.push(await measureInProcess(options.quick ? 0.25 : 1))
  const cpu = Os.cpus()[0]?.model.trim() ?? "unknown processor"
  const head =
    `Keyloom on Node ${process.version} and ${reference.name} ("redis"), ${Os.availableParallelism()} cores, ${cpu}.`
  const text = [head, ...tables].join("\n\n")
  console.log(`\n${text}`)
  if (options.write) writeTables(text)
}

const throughput = async (reference: Contender, keyloom: Contender): Promise<string> => {
  const [theirs, ours] = await Promise.all([reference.start(), keyloom.start()])
  try {
    return await measureThroughput(theirs, ours, {
      only: wantedLoads,
      rounds: options.quick ? 1 : 3,
      share: options.quick ? 0.25 : 1,
      connectionCounts: options.quick ? connectionCounts.slice(0, 1) : connectionCounts
    })
  } finally {
    await Promise.all([theirs.stop(), ours.stop()])
  }
}

const loadNames = loads.map((load) => load.name.toLowerCase())
const wantedLoads = options.only.filter((name) => loadNames.includes(name.toLowerCase()))
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
