/**
 * What a client may ask of any server, to learn that this one is no node of a cluster.
 */
import { Failure } from "../../protocol/CommandError.ts"
import type { Command as AnyCommand } from "../../services/CommandTable.ts"
import * as Command from "../Command.ts"

const clusterDisabled = new Failure("This instance has cluster support disabled")

/** Called by READONLY and READWRITE, of which a server that is no node of a cluster has the refusal only. */
const connectionMode = (name: string, summary: string): AnyCommand =>
  Command.make(name, {
    summary,
    since: "3.0.0",
    group: "cluster",
    complexity: "O(1)",
    flags: ["fast", "loading", "stale"],
    categories: ["connection"],
    args: {},
    // redis-cli asks READONLY before --bigkeys and --memkeys, and goes on after this very error.
    run: () => clusterDisabled
  })

export const cluster: ReadonlyArray<AnyCommand> = [
  connectionMode("READONLY", "Allows reading from a replica of a cluster on this connection."),
  connectionMode("READWRITE", "Ends what READONLY has allowed.")
]
