/**
 * How values are dumped by the commands: as the configuration says.
 */
import type { DumpFormat } from "../protocol/rdb/writeDump.ts"
import type { CommandContext } from "../services/CommandContext.ts"

export const dumpFormat = ({ config: { values } }: Pick<CommandContext, "config">): DumpFormat => ({
  version: values["rdb-version"],
  compresses: values["rdbcompression"]
})
