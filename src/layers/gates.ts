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
    name: "pause",
    concerns: () => true,
    check: ({ clients }, { flags }) => {
      const mode = clients.pausedMode()
      if (mode === undefined) return undefined
      return mode === "all" || flags.has("write") || flags.has("may_replicate") ? postponed : undefined
    }
  }
]

const debugNotAllowed = new Failure(
  "DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a local connection, " +
    "otherwise you need to set this option in the configuration file, and then restart the server."
)
