import type { Command } from "../../services/CommandTable.ts"

export const connection: ReadonlyArray<Command> = []
