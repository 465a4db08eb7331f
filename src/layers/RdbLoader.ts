/**
 * Loads RDB files by name.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs/promises"
import { CommandClock } from "../services/CommandClock.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { PersistenceState } from "../services/PersistenceState.ts"
import { ServerConfig } from "../services/ServerConfig.ts"
import { LoadFailed, loadRdb } from "./loadRdb.ts"
import { systemErrorText } from "./systemErrorText.ts"

export class RdbLoader extends Context.Service<RdbLoader, {
  /**
   * Reads a file into the databases, beside what they hold; a key that is there already is a failure unless it `replaces`. Commands that need data are
   * refused meanwhile, and after a failure as well: what is loaded then is a part of the file, which must not be written over it.
   */
  readonly load: (path: string, replaces: boolean) => Effect.Effect<void, LoadFailed>
}>()("keyloom/layers/RdbLoader") {}

export const layer: Layer.Layer<RdbLoader, never, CommandClock | Keyspace | PersistenceState | ServerConfig> = Layer
  .effect(
    RdbLoader,
    Effect.gen(function*() {
      const clock = yield* CommandClock
      const keyspace = yield* Keyspace
      const state = yield* PersistenceState
      const { values: config } = yield* ServerConfig
      const attempt = <A>(path: string, run: () => Promise<A>) =>
        Effect.tryPromise({
          try: run,
          catch: (cause) => new LoadFailed({ path, offset: 0, kind: "read", reason: systemErrorText(cause) })
        })

      return RdbLoader.of({
        load: (path, replaces) =>
          Effect.acquireUseRelease(
            attempt(path, () => Fs.open(path, "r")),
            Effect.fnUntraced(function*(file) {
              const { size } = yield* attempt(path, () => file.stat())
              if (!replaces) state.libraries.length = 0
              state.loading = { startedAtMillis: clock.refresh(), totalBytes: size, loadedBytes: 0 }
              yield* loadRdb({ file, path, offset: 0, isAppendBase: false, replaces }, {
                clock,
                config,
                keyspace,
                state
              })
              state.save.changesBefore = keyspace.changes()
              state.loading = undefined
            }),
            (file) => Effect.promise(() => file.close())
          )
      })
    })
  )
