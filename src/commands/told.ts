/**
 * What several commands tell instead of themselves.
 */
import type { Key } from "../data/Key.ts"
import type { CommandContext } from "../services/CommandContext.ts"
import type { CommandWords } from "../services/Propagation.ts"

/** A key is gone because the time it was given has passed already. */
export const removedAsExpired = ({ config }: Pick<CommandContext, "config">, key: Key): CommandWords => [
  config.values["lazyfree-lazy-expire"] ? "UNLINK" : "DEL",
  key.text
]

/** A key lives until then; `conditions` are those that have been met. */
export const expiresAt = (key: Key, deadline: number, conditions: CommandWords = []): CommandWords => [
  "PEXPIREAT",
  key.text,
  String(deadline),
  ...conditions
]
