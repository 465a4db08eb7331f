/**
 * What a handler works with: the client that asks, and the services of the server, taken once when the client connects.
 */
import type { KeyHasher } from "../data/KeyHasher.ts"
import { ArgReader } from "../protocol/ArgReader.ts"
import { Request } from "../protocol/Request.ts"
import type { ActiveExpiry } from "./ActiveExpiry.ts"
import type { Client } from "./Client.ts"
import type { Clients } from "./Clients.ts"
import type { CommandClock } from "./CommandClock.ts"
import type { CommandTable } from "./CommandTable.ts"
import type { Host } from "./Host.ts"
import type { Database, Keyspace } from "./Keyspace.ts"
import type { Lifecycle } from "./Lifecycle.ts"
import type { Memory } from "./Memory.ts"
import type { ServerConfig } from "./ServerConfig.ts"
import type { ServerStats } from "./ServerStats.ts"

export interface CommandServices {
  readonly keyspace: Keyspace["Service"]
  readonly config: ServerConfig["Service"]
  readonly clients: Clients["Service"]
  readonly commands: CommandTable["Service"]
  readonly stats: ServerStats["Service"]
  readonly memory: Memory["Service"]
  readonly lifecycle: Lifecycle["Service"]
  readonly clock: CommandClock["Service"]
  readonly activeExpiry: ActiveExpiry["Service"]
  readonly host: Host["Service"]
  /** A number from 0 to 1, 1 excluded: Effect's Random, read without an Effect. */
  readonly random: () => number
}

export class CommandContext implements CommandServices {
  readonly client: Client
  readonly keyspace: Keyspace["Service"]
  readonly config: ServerConfig["Service"]
  readonly clients: Clients["Service"]
  readonly commands: CommandTable["Service"]
  readonly stats: ServerStats["Service"]
  readonly memory: Memory["Service"]
  readonly lifecycle: Lifecycle["Service"]
  readonly clock: CommandClock["Service"]
  readonly activeExpiry: ActiveExpiry["Service"]
  readonly host: Host["Service"]
  readonly random: () => number
  /** Where the decoder of the current command stands. */
  readonly reader: ArgReader

  constructor(client: Client, services: CommandServices) {
    this.client = client
    this.keyspace = services.keyspace
    this.config = services.config
    this.clients = services.clients
    this.commands = services.commands
    this.stats = services.stats
    this.memory = services.memory
    this.lifecycle = services.lifecycle
    this.clock = services.clock
    this.activeExpiry = services.activeExpiry
    this.host = services.host
    this.random = services.random
    this.reader = new ArgReader(services.keyspace.hasher, services.keyspace.databases.length, Request.of([]))
  }

  /** The database the client has selected. */
  get database(): Database {
    // SELECT accepts no other numbers.
    return this.keyspace.databases[this.client.database]!
  }

  get hasher(): KeyHasher {
    return this.keyspace.hasher
  }
}
