/**
 * The keyspace in memory: a `DatabaseTables` for each database, and what they have in common.
 *
 * Here keys expire when somebody comes across them; that they go without anybody asking is `ActiveExpiry`'s work, and what goes for lack of memory is
 * `Eviction`'s. Both work on the tables that `KeyspaceTables` gives them.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { KeyHasher } from "../data/KeyHasher.ts"
import { Clients } from "../services/Clients.ts"
import { CommandClock } from "../services/CommandClock.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { Propagation } from "../services/Propagation.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { ServerStats } from "../services/ServerStats.ts"
import { AccessTracking } from "./AccessTracking.ts"
import { DatabaseTables, type Shared } from "./DatabaseTables.ts"

/** The tables behind the keyspace, for the layers that look after them. */
export class KeyspaceTables extends Context.Service<KeyspaceTables, {
  readonly databases: ReadonlyArray<DatabaseTables>
  readonly shared: Shared
}>()("keyloom/layers/KeyspaceTables") {}

export const layer: Layer.Layer<
  Keyspace | KeyspaceTables,
  never,
  AccessTracking | Clients | CommandClock | Propagation | ServerConfig | ServerStats
> = Layer.effectContext(Effect.gen(function*() {
  const access = yield* AccessTracking
  const clients = yield* Clients
  const clock = yield* CommandClock
  const { values } = yield* ServerConfig
  const { counters } = yield* ServerStats
  const propagation = yield* Propagation
  const random = yield* Random.Random
  const [first, second] = yield* secret
  const shared: Shared = {
    access,
    clock,
    config: values,
    counters,
    hasher: new KeyHasher(first, second),
    propagation,
    random: () => random.nextDoubleUnsafe(),
    changes: 0,
    usedBytes: 0,
    listener: undefined,
    isExpiryHeld: () => clock.isRepeating || clients.pausedMode() !== undefined,
    soonestDeadline: Infinity,
    onSoonerDeadline: () => {}
  }
  const databases = Array.from({ length: values.databases }, (_, index) => new DatabaseTables(index, shared))
  return Context.make(KeyspaceTables, { databases, shared }).pipe(Context.add(
    Keyspace,
    Keyspace.of({
      hasher: shared.hasher,
      shapes: { hasher: shared.hasher, limits: values },
      databases,
      validatesChecksums: true,
      swap: (first, second) => databases[first]!.swap(databases[second]!),
      usedBytes: () => shared.usedBytes,
      overheadBytes: () => databases.reduce((sum, database) => sum + database.overheadBytes, 0),
      entryBytes: (database, key) => databases[database.index]!.entryBytes(key),
      changes: () => shared.changes
    })
  ))
}))

/** Two numbers nobody outside can guess, so that nobody can choose keys which all fall into one bucket. */
const secret = Effect.sync((): readonly [number, number] => {
  const [first = 0, second = 0] = crypto.getRandomValues(new Int32Array(2))
  return [first, second]
})
