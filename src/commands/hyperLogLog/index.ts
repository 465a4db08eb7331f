/**
 * The commands of HyperLogLogs.
 */
import type { Command } from "../../services/CommandTable.ts"
import { pfadd, pfcount, pfmerge } from "./count.ts"
import { pfdebug } from "./debug.ts"
import { pfselftest } from "./selfTest.ts"

export const hyperLogLog: ReadonlyArray<Command> = [pfadd, pfcount, pfmerge, pfdebug, pfselftest]
