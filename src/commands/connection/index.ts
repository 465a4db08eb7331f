/**
 * The connection family: who a client is, what it may, and how it is talked to.
 */
import type { Command } from "../../services/CommandTable.ts"
import { auth } from "./auth.ts"
import { client } from "./client.ts"
import { hello } from "./hello.ts"
import { echo, ping, quit, reset } from "./session.ts"

export const connection: ReadonlyArray<Command> = [auth, client, echo, hello, ping, quit, reset]
