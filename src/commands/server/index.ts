/**
 * The server family: what the server knows about itself, and how it is run.
 */
import type { Command } from "../../services/CommandTable.ts"
import { bgrewriteaof, waitaof } from "./appendOnlyFile.ts"
import { command } from "./command/index.ts"
import { config } from "./config.ts"
import { debug } from "./debug/index.ts"
import { info } from "./info/index.ts"
import { lolwut } from "./lolwut.ts"
import { memory } from "./memory.ts"
import { bgsave, lastsave, save } from "./save.ts"
import { shutdown } from "./shutdown.ts"
import { time } from "./time.ts"

export const server: ReadonlyArray<Command> = [
  bgrewriteaof,
  bgsave,
  command,
  config,
  debug,
  info,
  lastsave,
  lolwut,
  memory,
  save,
  shutdown,
  time,
  waitaof
]
