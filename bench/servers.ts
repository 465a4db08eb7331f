/**
 * The two servers of a benchmark, and what the system says about their processes.
 *
 * The measure is redis-server: `BENCH_REFERENCE` (a path), else `redis-server` on PATH, else the tests' reference.
 */
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import { findReference, keyloomCommand, type RunningServer, startServer } from "../test/support/referenceServers.ts"

/** Starts one of the two, with nothing in it. */
export interface Contender {
  readonly name: string
  /** With these directives behind its own. */
  readonly start: (more?: ReadonlyArray<string>) => Promise<RunningServer>
}

/** `built` is the program of the package, made by `npm run build`; the other Keyloom runs from its sources. */
export const findContenders = (): {
  readonly reference: Contender
  readonly keyloom: Contender
  readonly built: Contender
} => {
  const command = referenceCommand()
  const version = spawnSync(command, ["--version"], { encoding: "utf8" }).stdout
  const name = /^(\w+) server v=(\S+)/i.exec(version)?.slice(1, 3).join(" ") ?? command
  const { words, directives } = keyloomCommand()
  return {
    reference: {
      name,
      start: (more = []) => startServer(name, [command], { directives: ["--save", "", "--appendonly", "no", ...more] })
    },
    keyloom: {
      name: "Keyloom",
      start: (more = []) => startServer("Keyloom", words, { directives: [...directives, ...more] })
    },
    built: {
      name: "Keyloom, built",
      start: (more = []) =>
        startServer("Keyloom", words.map((word) => word.replace(/src\/main\.ts$/, "dist/main.js")), {
          directives: [...directives, ...more]
        })
    }
  }
}

/** User and system time that a process has used, in microseconds, as exactly as the kernel's clock ticks allow. */
export const cpuMicros = (pid: number): number => {
  const stat = Fs.readFileSync(`/proc/${pid}/stat`, "utf8")
  // The name of the program, in parentheses, may have spaces; utime and stime are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * microsPerTick
}

/** Memory of a process that is in RAM, in bytes. */
export const residentBytes = (pid: number): number => {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(Fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return Number(kilobytes) * 1024
}

/** Linux counts in hundredths of a second for user space, on every machine that this is run on. */
const microsPerTick = 10_000

const referenceCommand = (): string => {
  const chosen = process.env["BENCH_REFERENCE"]
  if (chosen !== undefined && chosen !== "") return chosen
  if (spawnSync("redis-server", ["--version"]).status === 0) return "redis-server"
  const reference = findReference()
  if (reference === undefined) throw new Error("no redis-server: apt-get install redis-server, or set BENCH_REFERENCE")
  return reference.command
}
