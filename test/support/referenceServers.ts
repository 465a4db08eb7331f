/**
 * Starts the servers that tests talk to: Keyloom, and the real server that it is compared with.
 *
 * Both have the same face, `RunningServer`, so that a test or benchmark does not see which one it has. Each runs in its
 * own temporary folder, without persistence, on a free port of 127.0.0.1 and a Unix socket, and is killed when the test
 * process ends. What a server prints is kept for the message of a failing test.
 *
 * - `REFERENCE_SERVER`: path of a valkey-server 8.1, the reference;
 * - `REFERENCE_DIR`: the folder that `reference-servers.sh` filled, its `bin/valkey-server` is used;
 * - else `redis-server` on PATH (Debian has 7.0, whose replies differ in places: see `Reference.isExact`);
 * - for what only Redis 8.0 has, `bin/redis-server` of `REFERENCE_DIR`, or of what `.ci/run` has fetched;
 * - `KEYLOOM_COMMAND`: a command to start instead of `node src/main.ts`, for example a compiled Keyloom.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { connect, type RespClient } from "./RespClient.ts"

export interface RunningServer {
  /** How failure messages call it: `keyloom`, or the reference's name and version. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly unixSocket: string
  /** The process itself, not a shell around it. */
  readonly pid: number
  /** A folder that exists as long as the server runs; it is the server's working directory. */
  readonly directory: string
  /** What it has printed so far, standard output and standard error together. */
  readonly output: () => string
  readonly connect: () => Promise<RespClient>
  /** Ends when the process has: with its exit code, or the signal that killed it. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** Kills the process (SIGKILL), waits for its end and removes its folder. */
  readonly stop: () => Promise<void>
}

export interface Reference {
  readonly command: string
  /** For example `valkey 8.1.1` or `redis 7.0.15`. */
  readonly name: string
  /** True when replies have to be the same to the last byte: the server is Valkey 8.1. */
  readonly isExact: boolean
}

export interface StartOptions {
  /** Arguments behind those that choose address and folder: `["--maxclients", "10"]`. */
  readonly directives?: ReadonlyArray<string>
  /** Environment variables for the process, beside those of this one. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Who is right: Valkey 8.1, or Redis 8.0 about commands that Valkey does not have. */
export type Product = "valkey" | "redis"

/** The root of the checkout. */
export const projectDirectory = Path.resolve(Path.dirname(fileURLToPath(import.meta.url)), "../..")

/**
 * The reference server, `undefined` where there is none: `REFERENCE_SERVER`, else that of `REFERENCE_DIR`, else what `.ci/run` has fetched, else any
 * `redis-server` on PATH, with which only some suites are compared.
 */
export const findReference = (product: Product = "valkey"): Reference | undefined => {
  const known = found.get(product)
  if (known !== undefined) return known.reference
  const reference = product === "valkey" ? lookForReference() : lookForRedis()
  found.set(product, { reference })
  return reference
}

/** Why tests against the reference are skipped, in words for the output. */
export const missingReferenceMessage =
  "no reference server: set REFERENCE_SERVER (a valkey-server 8.1) or REFERENCE_DIR, or install redis-server"

export const startReference = (options: StartOptions = {}, product: Product = "valkey"): Promise<RunningServer> => {
  const reference = findReference(product)
  if (reference === undefined) return Promise.reject(new Error(missingReferenceMessage))
  return startServer(reference.name, [reference.command], {
    ...options,
    directives: [...directives, ...options.directives ?? []]
  })
}

/** Keyloom in a process of its own, on the pinned Node, as a user would start it. */
export const startKeyloom = (options: StartOptions = {}): Promise<RunningServer> => {
  const command = keyloomCommand()
  return startServer("keyloom", command.words, {
    ...options,
    directives: [...command.directives, ...options.directives ?? []]
  })
}

/** The words that start Keyloom, and the directives that every start of it needs here. */
export const keyloomCommand = (): {
  readonly words: ReadonlyArray<string>
  readonly directives: ReadonlyArray<string>
} => {
  const override = process.env["KEYLOOM_COMMAND"]?.trim()
  return override === undefined || override === ""
    ? { words: [pinnedNode(), heapLimit, Path.join(projectDirectory, "src/main.ts")], directives }
    : { words: override.split(/\s+/), directives }
}

/** Starts any compatible server on a free port and waits until it accepts connections. */
export const startServer = async (
  name: string,
  command: ReadonlyArray<string>,
  options: StartOptions = {}
): Promise<RunningServer> => {
  for (let attempt = 1;; attempt++) {
    const started = await tryToStart(name, command, options)
    if (started !== "port taken") return started
    if (attempt === maxPortAttempts) throw new Error(`${name}: no free port in ${maxPortAttempts} attempts`)
  }
}

/** As in `npm start`. */
const heapLimit = "--max-old-space-size-percentage=75"
const maxPortAttempts = 5
const maxStartMillis = 30_000
const maxOutputLength = 1_000_000
const withoutPersistence: ReadonlyArray<string> = ["--save", "", "--appendonly", "no"]
const directives: ReadonlyArray<string> = [...withoutPersistence, "--enable-debug-command", "yes"]

const found = new Map<Product, { readonly reference: Reference | undefined }>()

const lookForReference = (): Reference | undefined => {
  const server = process.env["REFERENCE_SERVER"]
  const directory = process.env["REFERENCE_DIR"]
  // A path that is given and wrong is an error: quietly comparing with another server would prove something else.
  if (server !== undefined && server !== "") return identify(server) ?? fail(`REFERENCE_SERVER does not run: ${server}`)
  if (directory !== undefined && directory !== "") {
    const command = Path.join(directory, "bin/valkey-server")
    return identify(command) ?? fail(`REFERENCE_DIR has no bin/valkey-server that runs: ${command}`)
  }
  return identify(Path.join(fetchedDirectory(), "bin/valkey-server")) ?? identify("redis-server")
}

const lookForRedis = (): Reference | undefined => {
  const directory = process.env["REFERENCE_DIR"]
  const isGiven = directory !== undefined && directory !== ""
  const server = identify(Path.join(isGiven ? directory : fetchedDirectory(), "bin/redis-server"))
  // Older ones do not know what is to be compared with them.
  return server?.name.startsWith("redis 8.") === true ? { ...server, isExact: true } : undefined
}

/** What `.ci/run` has fetched. */
export const fetchedDirectory = (): string =>
  Path.join(process.env["XDG_CACHE_HOME"] ?? Path.join(Os.homedir(), ".cache"), "keyloom-reference")

const identify = (command: string): Reference | undefined => {
  const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" })
  if (status !== 0) return undefined
  const version = /^(\w+) server v=(\d+\.\d+\.\d+)/i.exec(stdout)
  if (version?.[1] === undefined || version[2] === undefined) return undefined
  const product = version[1].toLowerCase()
  return { command, name: `${product} ${version[2]}`, isExact: product === "valkey" && version[2].startsWith("8.1.") }
}

const fail = (message: string): never => {
  throw new Error(message)
}

const pinnedNode = (): string => {
  const pinned = Path.join(projectDirectory, "node_modules/node/bin/node")
  return Fs.existsSync(pinned) ? pinned : process.execPath
}

const tryToStart = async (
  name: string,
  command: ReadonlyArray<string>,
  options: StartOptions
): Promise<RunningServer | "port taken"> => {
  const [program, ...words] = command
  if (program === undefined) throw new Error(`${name}: the command is empty`)
  const port = await freePort()
  // Below the system's temporary folder, because the path of a Unix socket may have only about 100 characters.
  const directory = Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-"))
  const unixSocket = Path.join(directory, "server.sock")
  const child = spawn(
    program,
    [...words, "--port", String(port), "--unixsocket", unixSocket, ...options.directives ?? []],
    { cwd: directory, env: { ...process.env, ...options.environment }, stdio: ["ignore", "pipe", "pipe"] }
  )
  runningChildren.add(child)
  let output = ""
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    // "close" comes after both outputs have ended, so that a failure's last words are there; it always has one of the two.
    child.once("close", (code, signal) => {
      runningChildren.delete(child)
      resolve(code ?? signal ?? -1)
    })
    child.once("error", (error) => {
      output += `${error.message}\n`
      runningChildren.delete(child)
      resolve(-1)
    })
  })
  const becameReady = new Promise<"ready">((resolve) => {
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-maxOutputLength)
      if (output.includes("Ready to accept connections")) resolve("ready")
    }
    child.stdout.on("data", keep)
    child.stderr.on("data", keep)
  })
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL")
    await exited
    Fs.rmSync(directory, { recursive: true, force: true })
  }
  const outcome = await Promise.race([becameReady, exited, afterMillis(maxStartMillis)])
  if (outcome === "ready" && child.pid !== undefined) {
    return {
      name,
      host: "127.0.0.1",
      port,
      unixSocket,
      pid: child.pid,
      directory,
      output: () => output,
      connect: () => connect({ host: "127.0.0.1", port }),
      exited,
      stop
    }
  }
  await stop()
  if (/address already in use|EADDRINUSE/i.test(output)) return "port taken"
  const what = outcome === "late" ? `was not ready after ${maxStartMillis} ms` : `ended with ${outcome}`
  throw new Error(`${name} ${what}: ${command.join(" ")}\n${output}`)
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = Net.createServer()
    probe.once("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => {
        if (address === null || typeof address === "string") reject(new Error("a TCP server without a port"))
        else resolve(address.port)
      })
    })
  })

const afterMillis = (millis: number): Promise<"late"> =>
  new Promise((resolve) => {
    setTimeout(() => resolve("late"), millis).unref()
  })

// Whatever ends this process must not leave servers behind.
const runningChildren = new Set<ChildProcess>()
process.once("exit", () => {
  for (const child of runningChildren) child.kill("SIGKILL")
})
