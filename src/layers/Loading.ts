/**
 * What the server begins with: the dataset that its files hold.
 *
 * While it is read every command that needs data is answered `LOADING`. Files that cannot be read end the start: an empty server in their place would write
 * over them.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { CommandClock } from "../services/CommandClock.ts"
import { Client } from "../services/Client.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { PersistenceState } from "../services/PersistenceState.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { AofFiles } from "./AppendOnlyFileParts.ts"
import { loaderTransport } from "./AofLoad.ts"
import { Dispatcher } from "./Dispatcher.ts"
import type { LoadFailed } from "./loadRdb.ts"
import { RdbLoader } from "./RdbLoader.ts"

/** Lets nobody see an empty dataset before it has been loaded; for a server whose doors open first. */
export const layerAwaited: Layer.Layer<never, never, CommandClock | PersistenceState> = Layer.effectDiscard(
  Effect.gen(function*() {
    const clock = yield* CommandClock
    const state = yield* PersistenceState
    state.loading = { startedAtMillis: clock.refresh(), totalBytes: 0, loadedBytes: 0 }
  })
)

export const layer: Layer.Layer<
  never,
  LoadFailed,
  AofFiles | CommandClock | Dispatcher | Keyspace | PersistenceState | RdbLoader | ServerConfig
> = Layer.effectDiscard(Effect.gen(function*() {
  const clock = yield* CommandClock
  const keyspace = yield* Keyspace
  const loader = yield* RdbLoader
  const state = yield* PersistenceState
  const { values: config } = yield* ServerConfig
  const aof = yield* AofFiles
  if (config.appendonly) {
    // Also where there is none yet: a snapshot beside it may be older than what was appended.
    const { contextOf } = yield* Dispatcher
    yield* aof.load(contextOf(new Client(0, loaderTransport, clock.refresh(), true)))
    yield* aof.open
    state.loading = undefined
    state.save.changesBefore = keyspace.changes()
    return
  }
  const path = Path.join(config.dir, config.dbfilename)

  const startedAt = clock.monotonicNanos()
  const isThere = yield* Effect.tryPromise({
    try: () => Fs.access(path),
    catch: (cause) => cause
  }).pipe(Effect.as(true), Effect.catch(() => Effect.succeed(false)))
  if (isThere) {
    yield* loader.load(path, false).pipe(
      Effect.tapError((error) => Effect.logWarning(error.message)),
      Effect.tapError(() => Effect.logWarning("Fatal error loading the DB, check server logs. Exiting."))
    )
    const seconds = (clock.monotonicNanos() - startedAt) / 1e9
    yield* Effect.logInfo(`DB loaded from disk: ${seconds.toFixed(3)} seconds`)
  }
  state.loading = undefined
  state.save.changesBefore = keyspace.changes()
}))
