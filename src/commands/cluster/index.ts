/**
 * What a client may ask of any server, to learn that this one is no node of a cluster.
 */
import { Failure } from "../../protocol/CommandError.ts"
import type { Command as AnyCommand } from "../../services/CommandTable.ts"
import * as Command from "../Command.ts"

const clusterDisabled = new Failure("This instance has cluster support disabled")

const readonly = Command.make("READONLY", {
  summary: "Allows reading from a replica of a cluster on this connection.",
  since: "3.0.0",
  group: "cluster",
  complexity: "O(1)",
  flags: ["fast", "loading", "stale"],
  categories: ["connection"],
  args: {},
  // redis-cli asks this before --bigkeys and --memkeys, and goes on after this very error.
  run: () => clusterDisabled
})

const readwrite = Command.make("READWRITE", {
  summary: "Ends what READONLY has allowed.",
  since: "3.0.0",
  group: "cluster",
  complexity: "O(1)",
  flags: ["fast", "loading", "stale"],
  categories: ["connection"],
  args: {},
  run: () => clusterDisabled
})

export const cluster: ReadonlyArray<AnyCommand> = [readonly, readwrite]
