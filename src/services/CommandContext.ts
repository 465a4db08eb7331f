/**
 * What a handler works with: the client that asks, and the services of the server, taken once when the client connects.
 */
import type { KeyHasher } from "../data/KeyHasher.ts"
import type { Shapes } from "../data/Shapes.ts"
import { ArgReader } from "../protocol/ArgReader.ts"
import { Request } from "../protocol/Request.ts"
import type { AppendOnlyFile } from "./AppendOnlyFile.ts"
import type { ActiveExpiry } from "./ActiveExpiry.ts"
import type { Blocking } from "./Blocking.ts"
import type { Client } from "./Client.ts"
import type { Clients } from "./Clients.ts"
import type { CommandClock } from "./CommandClock.ts"
import type { CommandTable } from "./CommandTable.ts"
import type { Host } from "./Host.ts"
import type { Database, Keyspace } from "./Keyspace.ts"
import type { Lifecycle } from "./Lifecycle.ts"
import type { Memory } from "./Memory.ts"
import type { PeerConnections } from "./PeerConnections.ts"
import type { PersistenceState } from "./PersistenceState.ts"
import type { Propagation } from "./Propagation.ts"
import type { ServerConfig } from "./ServerConfig.ts"
import type { ServerStats } from "./ServerStats.ts"
import type { Snapshots } from "./Snapshots.ts"

export interface CommandServices {
  readonly keyspace: Keyspace["Service"]
  readonly config: ServerConfig["Service"]
  readonly clients: Clients["Service"]
  readonly commands: CommandTable["Service"]
  readonly stats: ServerStats["Service"]
  readonly memory: Memory["Service"]
  readonly lifecycle: Lifecycle["Service"]
  readonly clock: CommandClock["Service"]
  readonly blocking: Blocking["Service"]
  readonly activeExpiry: ActiveExpiry["Service"]
  readonly appendOnlyFile: AppendOnlyFile["Service"]
  readonly host: Host["Service"]
  readonly peers: PeerConnections["Service"]
  readonly persistence: PersistenceState["Service"]
  readonly snapshots: Snapshots["Service"]
  readonly propagation: Propagation["Service"]
  /** A number from 0 to 1, 1 excluded: Effect's Random, read without an Effect. */
  readonly random: () => number
}

/** The services are properties of the context itself, where a handler takes those it needs: `run: ({ clock, database }, args) => ...`. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the constructor assigns every service
export interface CommandContext extends CommandServices {}

export class CommandContext {
  readonly client: Client
  /** Where the decoder of the current command stands. */
  readonly reader: ArgReader

  constructor(client: Client, services: CommandServices) {
    Object.assign(this, services)
    this.client = client
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

  /** What new aggregates are made with. */
  get shapes(): Shapes {
    return this.keyspace.shapes
  }
}
