/**
 * All of Keyloom's own commands, by family.
 */
import type { Command } from "../services/CommandTable.ts"
import { cluster } from "./cluster/index.ts"
import { connection } from "./connection/index.ts"
import { keys } from "./keys/index.ts"
import { server } from "./server/index.ts"
import { strings } from "./strings/index.ts"

export const builtIn: ReadonlyArray<Command> = [...strings, ...keys, ...connection, ...server, ...cluster]
