/**
 * The tools that check files, as programs: they talk to this process's terminal and end with its exit code.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { checkAof } from "./layers/CheckAof.ts"
import { checkRdb } from "./layers/CheckRdb.ts"
import * as CheckTerminalProcess from "./layers/CheckTerminalProcess.ts"
import type { CheckTool } from "./services/config/CommandLine.ts"

/** Runs a tool and leaves its answer as the exit code. */
export const check = (tool: CheckTool, args: ReadonlyArray<string>) =>
  (tool === "check-rdb" ? checkRdb(args) : checkAof(args)).pipe(
    Effect.map((exitCode) => void (process.exitCode = exitCode)),
    Effect.provide(CheckTerminalProcess.layer)
  )

/** Runs a tool as all that the process does. */
export const runCheck = (tool: CheckTool, args: ReadonlyArray<string>): void =>
  check(tool, args).pipe(
    Effect.provide(Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)),
    NodeRuntime.runMain({
      teardown: (exit) => process.exit(Exit.isSuccess(exit) ? Number(process.exitCode ?? 0) : 1)
    })
  )
