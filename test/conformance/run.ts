/**
 * Runs Valkey's own test suite against Keyloom: `npm run test:conformance [-- options] [unit ...]`.
 *
 * - `unit ...`: only these units, for example `unit/type/string`, also those that `skips.txt` leaves out as a whole;
 * - `--drop-in`: in drop-in mode, any of the suite's units; without names all those that are listed for this mode;
 * - `--quick`: without the tests that the suite itself calls slow;
 * - `--all`: also the tests that `skips.txt` leaves out, to see which of them have begun to pass;
 * - `--verbose`: the whole output of a failing test, not its first lines.
 *
 * The suite is not part of this project: it is read from `REFERENCE_DIR/suite`, which `reference-servers.sh` fills, and
 * needs `tclsh` 8.6. It runs in a copy, since it writes into its own folder. Most units talk to a Keyloom that is started
 * here, one for each unit ("external server"). Those that start servers of their own get Keyloom in place of
 * `valkey-server` and of its tools for files ("drop-in", see `dropIn.ts`). The last line is `N passed, N failed`, and any
 * failure makes the exit code 1.
 *
 * What is started can be chosen by `KEYLOOM_COMMAND`: a compiled Keyloom, in the absolute path that another folder needs,
 * is ready sooner than the sources.
 */
import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { parseArgs } from "node:util"
import { installDropIn } from "./dropIn.ts"
import { fetchedDirectory, projectDirectory, type RunningServer, startKeyloom } from "../support/referenceServers.ts"
import { parseSkips, type Skips } from "./skips.ts"

interface Unit {
  readonly name: string
  readonly mode: "external" | "drop-in"
}

/** The units for what the server does so far. Those that have no test yet that applies are in `skips.txt` as a whole. */
const units: ReadonlyArray<Unit> = [
  { name: "unit/type/string", mode: "external" },
  { name: "unit/type/incr", mode: "external" },
  { name: "unit/type/list", mode: "external" },
  { name: "unit/type/list-2", mode: "external" },
  { name: "unit/type/list-3", mode: "external" },
  { name: "unit/type/set", mode: "external" },
  { name: "unit/type/hash", mode: "external" },
  { name: "unit/type/zset", mode: "external" },
  { name: "unit/type/stream", mode: "external" },
  { name: "unit/type/stream-cgroups", mode: "external" },
  { name: "unit/hyperloglog", mode: "external" },
  { name: "unit/geo", mode: "external" },
  { name: "unit/sort", mode: "external" },
  { name: "unit/keyspace", mode: "external" },
  { name: "unit/scan", mode: "external" },
  { name: "unit/expire", mode: "external" },
  { name: "unit/protocol", mode: "external" },
  { name: "unit/querybuf", mode: "external" },
  { name: "unit/introspection", mode: "external" },
  { name: "unit/introspection-2", mode: "external" },
  { name: "unit/info-command", mode: "external" },
  { name: "unit/other", mode: "external" },
  { name: "unit/quit", mode: "external" },
  { name: "unit/lazyfree", mode: "external" },
  { name: "unit/pause", mode: "external" },
  { name: "unit/replybufsize", mode: "external" },
  { name: "unit/violations", mode: "external" },
  { name: "unit/bitops", mode: "external" },
  { name: "unit/bitfield", mode: "external" },
  { name: "unit/latency-monitor", mode: "external" },
  { name: "unit/commandlog", mode: "external" },
  { name: "unit/slowlog", mode: "external" },
  { name: "unit/auth", mode: "drop-in" },
  { name: "unit/info", mode: "drop-in" },
  { name: "unit/limits", mode: "drop-in" },
  { name: "unit/maxmemory", mode: "drop-in" },
  { name: "unit/networking", mode: "drop-in" },
  { name: "unit/obuf-limits", mode: "drop-in" },
  { name: "unit/shutdown", mode: "drop-in" },
  { name: "unit/aofrw", mode: "drop-in" },
  { name: "unit/dump", mode: "drop-in" },
  { name: "integration/aof", mode: "drop-in" },
  { name: "integration/aof-multi-part", mode: "drop-in" },
  { name: "integration/aof-race", mode: "drop-in" },
  { name: "integration/rdb", mode: "drop-in" },
  { name: "integration/corrupt-dump", mode: "drop-in" },
  { name: "integration/corrupt-dump-fuzzer", mode: "drop-in" },
  { name: "integration/convert-zipmap-hash-on-load", mode: "drop-in" },
  { name: "integration/convert-ziplist-hash-on-load", mode: "drop-in" },
  { name: "integration/convert-ziplist-zset-on-load", mode: "drop-in" },
  { name: "integration/dismiss-mem", mode: "drop-in" },
  { name: "integration/logging", mode: "drop-in" }
]

/** A unit that makes no progress for so long has met a reply that never comes. */
const maxUnitMillis = 10 * 60 * 1000

/** Where the suite looks for ports: elsewhere for each process, so that two runs do not meet, and below those that the system gives to clients. */
const portCount = 800
const basePort = 12_000 + process.pid % 25 * portCount

interface UnitResult {
  readonly passed: ReadonlyArray<string>
  readonly failed: ReadonlyArray<string>
  readonly skipped: ReadonlyArray<string>
  readonly ignoredCount: number
}

const { positionals: wantedUnits, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    "drop-in": { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false }
  }
})

const main = async (): Promise<number> => {
  const suite = findSuite()
  const skips = parseSkips(Fs.readFileSync(Path.join(import.meta.dirname, "skips.txt"), "utf8"))
  const copy = copySuite(suite)
  process.once("exit", () => Fs.rmSync(copy, { recursive: true, force: true }))
  let passed = 0
  let failed = 0
  installDropIn(copy, skips.directives)
  for (const unit of selectUnits(copy, skips)) {
    const startedMillis = performance.now()
    const result = await runUnit(copy, unit, skips)
    passed += result.passed.length
    failed += result.failed.length
    printUnit(unit, result, (performance.now() - startedMillis) / 1000)
    for (const stale of staleSkips(unit, skips, result)) console.log(`    skips.txt names no such test: ${stale}`)
  }
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

const findSuite = (): string => {
  const given = process.env["REFERENCE_DIR"]
  const suite = Path.resolve(given === undefined || given === "" ? fetchedDirectory() : given, "suite")
  if (!Fs.existsSync(Path.join(suite, "tests/test_helper.tcl"))) {
    throw new Error(`no Valkey test suite in ${suite}: set REFERENCE_DIR to what reference-servers.sh filled`)
  }
  return suite
}

const selectUnits = (suite: string, skips: Skips): ReadonlyArray<Unit> => {
  if (wantedUnits.length > 0) return wantedUnits.map((name) => unitNamed(suite, name))
  return units.filter(({ mode, name }) =>
    (mode === "drop-in" || !options["drop-in"]) && (options.all || !skips.units.has(name))
  )
}

const unitNamed = (suite: string, name: string): Unit => {
  const listed = units.find((unit) => unit.name === name)
  if (options["drop-in"] && Fs.existsSync(Path.join(suite, "tests", `${name}.tcl`))) return { name, mode: "drop-in" }
  if (listed === undefined) throw new Error(`${options["drop-in"] ? "not in the suite" : "not in the list"}: ${name}`)
  return listed
}

/** What is changed in the copy, where the suite takes for granted what a server need not have: all else is as it came. */
const adaptations: ReadonlyArray<{ readonly file: string; readonly from: string | RegExp; readonly to: string }> = [
  // Each block begins by removing Lua functions; a server without them has none to remove.
  { file: "tests/support/server.tcl", from: "\n    r function flush\n", to: "\n    catch {r function flush}\n" },
  // What the server has said is of more use.
  {
    file: "tests/support/server.tcl",
    from: `"Configuration issue prevented Valkey startup"`,
    to: "[exec cat $stderr]"
  },
  // Transactions do not exist yet. Here they are of no consequence, but what they add is what the tests behind them look at.
  {
    file: "tests/unit/type/stream.tcl",
    from: /\n +r multi(\n +(?:r DEL vipstream|for)[^]*?)\n +r exec(?=\n)/g,
    to: "$1"
  },
  // An append-only file, without which these servers cannot begin, does not exist yet either.
  ...["stream", "stream-cgroups"].map((name) => ({
    file: `tests/unit/type/${name}.tcl`,
    from: /"stream needs:debug"(?=\} overrides \{appendonly yes)/g,
    to: `"stream needs:debug external:skip"`
  })),
  // There is no child process that saves, so that nothing can kill it: what runs in the background is made to fail.
  {
    file: "tests/support/util.tcl",
    from: /(proc get_child_pid \{idx\} \{\n)[^]*?\n\}\n/,
    to: "$1    return [srv $idx pid]\n}\n"
  },
  ...["integration/rdb", "integration/aof-multi-part", "unit/aofrw"].map((unit) => ({
    file: `tests/${unit}.tcl`,
    from: /exec kill -9 (?:\[get_child_pid 0\]|\$pid\d)/g,
    to: "r debug fail-background"
  })),
  // Scripts do not exist yet: of this test there remains what commands meet.
  {
    file: "tests/integration/rdb.tcl",
    from: /\n +# repeat with script\n[^]*?(?=\n +r config set rdb-key-save-delay 0\n)/,
    to: ""
  },
  // These servers are the target of MIGRATE and no replicas, but have the tag of those.
  { file: "tests/unit/dump.tcl", from: /start_server \{tags \{"repl"\}\}/g, to: "start_server {}" }
]

const copySuite = (suite: string): string => {
  const copy = Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-suite-"))
  Fs.cpSync(suite, copy, { recursive: true, verbatimSymlinks: true })
  for (const { file, from, to } of adaptations) {
    const path = Path.join(copy, file)
    const text = Fs.readFileSync(path, "latin1")
    const adapted = text.replace(from, to)
    if (adapted === text) throw new Error(`the suite has changed: ${file} has no ${String(from)}`)
    Fs.writeFileSync(path, adapted, "latin1")
  }
  return copy
}

const runUnit = async (copy: string, unit: Unit, skips: Skips): Promise<UnitResult> => {
  const skipFile = Path.join(copy, "skipped-tests")
  Fs.writeFileSync(skipFile, options.all ? "" : (skips.tests.get(unit.name) ?? []).join("\n"))
  const denied = [...options.all ? [] : skips.tags, ...options.quick ? ["slow"] : []]
  const tags = denied.length === 0 ? [] : ["--tags", denied.map((tag) => `-${tag}`).join(" ")]
  const ports = ["--baseport", String(basePort), "--portcount", String(portCount)]
  const common = ["--single", unit.name, "--durable", "--clients", "1", ...ports, "--skipfile", skipFile, ...tags]
  if (unit.mode === "drop-in") return await runSuite(copy, common, undefined)
  const server = await startKeyloom({ directives: ["--enable-protected-configs", "yes"] })
  try {
    return await runSuite(copy, ["--host", server.host, "--port", String(server.port), ...common], server)
  } finally {
    await server.stop()
  }
}

const runSuite = (
  copy: string,
  words: ReadonlyArray<string>,
  server: RunningServer | undefined
): Promise<UnitResult> =>
  new Promise((resolve, reject) => {
    const child = spawn("tclsh", ["tests/test_helper.tcl", ...words], {
      cwd: copy,
      // Any other terminal would bring colours into the output.
      env: { ...process.env, TERM: "dumb" },
      stdio: ["ignore", "pipe", "pipe"],
      // In a process group of its own: it starts processes that have to end with it.
      detached: true
    })
    let output = ""
    let stopped: string | undefined
    const stop = (reason: string): void => {
      stopped ??= reason
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL")
    }
    const stopWithUs = (): void => stop("this process ends")
    process.once("exit", stopWithUs)
    const timer = setTimeout(() => stop(`the unit did not end in ${maxUnitMillis / 1000} s`), maxUnitMillis)
    void server?.exited.then((end) => stop(`Keyloom ended with ${end}:\n${server.output().slice(-2000)}`))
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")))
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")))
    child.once("error", (error) => reject(new Error("tclsh does not run (apt-get install tcl)", { cause: error })))
    child.once("close", () => {
      clearTimeout(timer)
      process.off("exit", stopWithUs)
      const result = parseOutput(output)
      const broke = stopped ?? (output.includes("The End") ? undefined : output.slice(-2000))
      resolve(
        broke === undefined ? result : { ...result, failed: [...result.failed, `(the unit was cut short) ${broke}`] }
      )
    })
  })

/** What the suite prints: `[ok]: name (3 ms)`, `[err]: name in file` with the reason in the lines below, and so on. */
const parseOutput = (output: string): UnitResult => {
  const passed: Array<string> = []
  const failed: Array<string> = []
  const skipped: Array<string> = []
  let ignoredCount = 0
  let current: "err" | undefined
  // The summary at the end repeats the failures.
  for (const line of output.slice(0, output.indexOf("\n                   The End")).split("\n")) {
    const found = /^\[(ok|err|exception|skip|ignore|ready|testing|timeout|TIMEOUT|\d+\/\d+ done)\]: (.*)$/s.exec(line)
    if (found === null) {
      if (current === "err" && !/^(Testing |Starting|=== )/.test(line)) failed.push(`${failed.pop()}\n${line}`)
      continue
    }
    const [, status, rest = ""] = found
    current = undefined
    if (status === "ok") passed.push(rest.replace(/ \(\d+ ms\)$/, ""))
    else if (status === "skip") skipped.push(rest)
    else if (status === "ignore") ignoredCount++
    else if (status === "err" || status === "exception" || status === "TIMEOUT") {
      failed.push(rest)
      current = "err"
    }
  }
  return { passed, failed, skipped, ignoredCount }
}

const printUnit = (unit: Unit, result: UnitResult, seconds: number): void => {
  const counts = [
    `${result.passed.length} passed`,
    `${result.failed.length} failed`,
    `${result.skipped.length} skipped`,
    `${result.ignoredCount} ignored by tag`
  ]
  console.log(`${`${unit.name} (${unit.mode})`.padEnd(38)} ${counts.join(", ")} (${seconds.toFixed(1)} s)`)
  for (const failure of result.failed) {
    // Of a server that does not start the reason, not the configuration before it.
    const lines = failure.replace(/^(Can't start .*\n)CONFIGURATION:\n[^]*\nERROR:\n/, "$1").split("\n")
    console.log((options.verbose ? lines : lines.slice(0, 4)).map((line) => `    ${line.slice(0, 400)}`).join("\n"))
  }
}

/** Entries of the list that the unit does not have, so that the list can only shrink. */
const staleSkips = (unit: Unit, skips: Skips, result: UnitResult): ReadonlyArray<string> => {
  if (options.all || result.failed.some((failure) => failure.startsWith("(the unit"))) return []
  return (skips.tests.get(unit.name) ?? []).filter((entry) => {
    if (!entry.startsWith("/")) return !result.skipped.includes(entry)
    const pattern = new RegExp(entry.slice(1))
    return !result.skipped.some((name) => pattern.test(name))
  })
}

// A signal is an ordinary end, so that whoever listens to "exit" ends the suite and the servers, too.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1))
process.chdir(projectDirectory)
process.exitCode = await main()
