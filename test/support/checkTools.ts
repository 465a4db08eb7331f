/**
 * Runs the tools that check files: Keyloom's as programs or within this process, and Valkey's to compare them with.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { onTestFinished } from "vitest"
import { checkAof } from "../../src/layers/CheckAof.ts"
import { checkRdb } from "../../src/layers/CheckRdb.ts"
import { CheckTerminal } from "../../src/services/CheckTerminal.ts"
import type { CheckTool } from "../../src/services/config/CommandLine.ts"
import { findReference, keyloomCommand } from "./referenceServers.ts"

export interface Checked {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The tool as a subcommand of the program. */
export const runProgram = (tool: CheckTool, args: ReadonlyArray<string>, input = ""): Checked =>
  spawned([...keyloomCommand().words, tool, ...args], input)

/** The tool as a program of its own. */
export const runOwnProgram = (tool: CheckTool, args: ReadonlyArray<string>): Checked => {
  const { words } = keyloomCommand()
  const entry = tool === "check-aof" ? "checkAof" : "checkRdb"
  return spawned([...words.map((word) => word.replace(/\bmain\.([jt]s)$/, `${entry}.$1`)), ...args], "")
}

/** The tool within this process, for tests of many files. */
export const runInProcess = async (tool: CheckTool, args: ReadonlyArray<string>, input = ""): Promise<Checked> => {
  let stdout = ""
  const terminal = Layer.succeed(CheckTerminal, {
    print: (text) => Effect.sync(() => void (stdout += text)),
    readLine: Effect.succeed(input.trimEnd())
  })
  const code = await Effect.runPromise(
    (tool === "check-rdb" ? checkRdb(args) : checkAof(args)).pipe(
      Effect.provide(Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, terminal))
    )
  )
  return { code, stdout, stderr: "" }
}

const reference = findReference()

/** Why there is nothing to compare with, if so. */
export const missingTool: string | undefined = reference?.isExact === true
  ? undefined
  : "there are no check tools of Valkey 8.1"

export const runValkey = (tool: CheckTool, args: ReadonlyArray<string>, input = ""): Checked =>
  spawned([Path.join(Path.dirname(reference?.command ?? ""), `valkey-${tool}`), ...args], input)

const spawned = ([program = "", ...args]: ReadonlyArray<string>, input: string): Checked => {
  const { status, stderr, stdout } = spawnSync(program, args, { input, encoding: "latin1" })
  return { code: status, stdout, stderr }
}

/** A folder for the length of a test. */
export const temporaryDirectory = (): string => {
  const directory = Fs.mkdtempSync(Path.join(Os.tmpdir(), "keyloom-check-"))
  onTestFinished(() => Fs.rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A file of these bytes, latin1 where they are a text, in a folder of its own. */
export const temporaryFile = (name: string, bytes: string | Uint8Array): string => {
  const path = Path.join(temporaryDirectory(), name)
  Fs.writeFileSync(path, bytes, "latin1")
  return path
}
