import type { Command } from "../../services/CommandTable.ts"

export const server: ReadonlyArray<Command> = []
