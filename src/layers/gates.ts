/**
 * What a command has to pass before it runs, in Redis's order (processCommand in server.c). Whether the command exists and has the right number of arguments
 * has been looked at before.
 *
 * Each gate says which commands it concerns, so that a command only meets those that could refuse it.
 */
import { type CommandError, Failure, noAuth, outOfMemory } from "../protocol/CommandError.ts"
import type { CommandContext } from "../services/CommandContext.ts"
import type { Command } from "../services/CommandTable.ts"

/** Held back rather than refused: the client waits, and the same request is tried again. */
export const postponed: unique symbol = Symbol("postponed")
export type Postponed = typeof postponed

export type Gate = (context: CommandContext, command: Command) => CommandError | Postponed | undefined

interface GateDeclaration {
  readonly name: string
  readonly concerns: (command: Command) => boolean
  readonly check: Gate
}

export const gates: ReadonlyArray<GateDeclaration> = [
  {
    name: "protected",
    concerns: ({ flags }) => flags.has("protected"),
    check: ({ client, config }) => {
      const enabled = config.values["enable-debug-command"]
      return enabled === "yes" || enabled === "local" && client.isLocal ? undefined : debugNotAllowed
    }
  },
  {
    name: "authentication",
    concerns: ({ flags }) => !flags.has("no_auth"),
    check: ({ client }) => client.isAuthenticated ? undefined : noAuth
  },
  {
    name: "maxmemory",
    concerns: ({ flags }) => flags.has("write") || flags.has("denyoom"),
    check: ({ memory }, { flags }) =>
      memory.isLimited() && !memory.ensureRoom() && flags.has("denyoom") ? outOfMemory : undefined
  },
  {
    name: "disk",
    concerns: ({ flags, name }) => flags.has("write") || name === "ping",
    check: ({ config, persistence: { append, save } }) => {
      if (append.isEnabled && append.writeError !== undefined) {
        return misconfigured(`Errors writing to the AOF file: ${append.writeError}`)
      }
      if (save.lastStatus === "ok") return undefined
      return config.values["stop-writes-on-bgsave-error"] && config.values.save.length > 0 ? cannotSave : undefined
    }
  },
  {
    name: "loading",
    concerns: ({ flags }) => !flags.has("loading"),
    check: ({ persistence }) => persistence.loading === undefined ? undefined : loading
  },
  {
    name: "pause",
    concerns: () => true,
    check: ({ clients }, { flags }) => {
      const mode = clients.pausedMode()
      if (mode === undefined) return undefined
      return mode === "all" || flags.has("write") || flags.has("may_replicate") ? postponed : undefined
    }
  }
]

const misconfigured = (text: string): Failure => new Failure(text, "MISCONF")
const cannotSave = misconfigured(
  "Keyloom is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because " +
    "this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the logs for " +
    "details about the RDB error."
)
const loading = new Failure("Keyloom is loading the dataset in memory", "LOADING")

const debugNotAllowed = new Failure(
  "DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a local connection, " +
    "otherwise you need to set this option in the configuration file, and then restart the server."
)
