/**
 * The table of all commands: Keyloom's own and those of an embedder.
 */
import * as Layer from "effect/Layer"
import { CommandNameTable } from "../protocol/CommandNames.ts"
import { type Command, CommandTable } from "../services/CommandTable.ts"

/** A table of these commands. Of two with the same name the later one counts. */
export const layer = (commands: ReadonlyArray<Command>): Layer.Layer<CommandTable> =>
  Layer.sync(CommandTable, () => {
    const byName = new Map(commands.map((command) => [command.name, command]))
    const table = new CommandNameTable<Command>()
    for (const command of byName.values()) table.add(command.name, command)
    return CommandTable.of({
      all: [...byName.values()],
      find: (request) => table.find(request),
      get: (name) => {
        const [container = "", subcommand] = name.split("|")
        const command = byName.get(container)
        return subcommand === undefined ? command : command?.subcommands?.get(subcommand)
      }
    })
  })
