/**
 * A Keyloom for the tests of one file of real clients: started before them, killed after them.
 *
 * ```ts
 * const server = useKeyloom()
 * it("...", async () => {
 *   const redis = new Redis(server().port)
 * })
 * ```
 */
import { afterAll, beforeAll } from "@effect/vitest"
import { spawn, spawnSync } from "node:child_process"
import type { EventEmitter } from "node:events"
import * as Path from "node:path"
import { type RunningServer, startKeyloom, type StartOptions } from "../support/referenceServers.ts"

/** Call it where the tests are described; what it gives may be called inside of them. */
export const useKeyloom = (options: StartOptions = {}): () => RunningServer => {
  let server: RunningServer | undefined
  beforeAll(async () => {
    server = await startKeyloom(options)
  })
  afterAll(() => server?.stop())
  return () => {
    if (server === undefined) throw new Error("the server has not been started")
    return server
  }
}

/** The 256 values that a byte can have, once each. */
export const allBytes: Buffer = Buffer.from(Array.from({ length: 256 }, (_, code) => code))

/** As many bytes, of all values and in no period that a buffer's size is a multiple of. */
export const bytesOf = (length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length)
  for (let index = 0; index < length; index++) bytes[index] = index % 257
  return bytes
}

/** What stands behind `name` in the text of INFO (`name:value`), or in a line of CLIENT LIST (`name=value`). */
export const fieldOf = (text: string, name: string): string => {
  const found = new RegExp(`(?:^|[ \\n])${name}[:=]([^ \\r\\n]*)`).exec(text)?.[1]
  if (found === undefined) throw new Error(`no ${name} in ${text}`)
  return found
}

/** The error that a request fails with; it is an error not to fail. */
export const rejection = async (request: Promise<unknown>): Promise<Error> => {
  const outcome: unknown = await request.then((reply) => ({ reply }), (error: unknown) => error)
  if (outcome instanceof Error) return outcome
  throw new Error(`it was to fail, and answered ${JSON.stringify(outcome)}`)
}

/** Waits until it tells this the next time. Unlike `once` of Node it does not fail when an error is told before. */
export const nextEvent = (emitter: EventEmitter, name: string): Promise<ReadonlyArray<unknown>> =>
  new Promise((resolve) => {
    emitter.once(name, (...args) => resolve(args))
  })

/** A program for operators that is installed here. */
export interface Tool {
  readonly command: string
  /** Name and version, as in `redis-cli 7.0.15`. */
  readonly version: string
  /** Its help: the options it has. */
  readonly features: string
}

/** Every `redis-cli` and `valkey-cli` of this machine and of REFERENCE_DIR, each version once. */
export const findClis = (): ReadonlyArray<Tool> => findTools(["redis-cli", "valkey-cli"])

/** Every version of these programs, on PATH and among those of REFERENCE_DIR. */
export const findTools = (names: ReadonlyArray<string>): ReadonlyArray<Tool> => {
  const directory = process.env["REFERENCE_DIR"] ?? ""
  const found = new Map<string, Tool>()
  for (const command of [...names, ...directory === "" ? [] : names.map((name) => Path.join(directory, "bin", name))]) {
    const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" })
    if (status !== 0) continue
    const version = stdout.replace(/ \(.*/s, "").trim()
    const help = spawnSync(command, ["--help"], { encoding: "utf8" })
    if (!found.has(version)) found.set(version, { command, version, features: help.stdout + help.stderr })
  }
  return [...found.values()]
}

export interface CliResult {
  readonly code: number | null
  readonly output: string
}

/** Runs it against the server; `input` is what somebody would type or pipe in. Strings are latin1. */
export const runCli = (
  command: string,
  server: RunningServer,
  words: ReadonlyArray<string>,
  input: string | Buffer = ""
): Promise<CliResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, ["-h", server.host, "-p", String(server.port), ...words])
    // It may end without having read everything.
    child.stdin.on("error", () => {})
    let output = ""
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")))
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")))
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, output }))
    child.stdin.end(typeof input === "string" ? Buffer.from(input, "latin1") : input)
  })
