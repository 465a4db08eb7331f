/**
 * The declaration of one thing that DEBUG can do.
 */
import type { Decoded, Fields } from "../../argFields.ts"
import { type Subcommand, subcommand } from "../../Command.ts"
import type { CommandContext } from "../../../services/CommandContext.ts"
import type { Answer } from "../../../services/CommandTable.ts"

interface Action<F extends Fields> {
  readonly summary: string
  readonly args: F
  readonly run: (context: CommandContext, args: Decoded<F>) => Answer
}

export const action = <const F extends Fields>(name: string, declaration: Action<F>): Subcommand =>
  subcommand(name, {
    ...declaration,
    since: "1.0.0",
    group: "server",
    complexity: "Depends on what is asked for.",
    flags: [],
    exact: true
  })
