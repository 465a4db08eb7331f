/**
 * The figures of persistence, as they are before anything has been loaded or written.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CommandClock } from "../services/CommandClock.ts"
import { PersistenceState } from "../services/PersistenceState.ts"

export const layer: Layer.Layer<PersistenceState, never, CommandClock> = Layer.effect(
  PersistenceState,
  Effect.map(CommandClock, (clock) => ({
    loading: undefined,
    writing: undefined,
    save: {
      changesBefore: 0,
      lastSaveAt: Math.floor(clock.refresh() / 1000),
      lastStatus: "ok",
      lastSeconds: -1,
      lastTriedAtMillis: 0,
      isScheduled: false,
      saves: 0,
      lastKeptBytes: 0,
      keysLoaded: 0,
      keysExpiredOnLoad: 0
    },
    append: {
      isEnabled: false,
      isRewriteScheduled: false,
      lastRewriteStatus: "ok",
      lastRewriteSeconds: -1,
      lastKeptBytes: 0,
      rewrites: 0,
      writeError: undefined,
      currentBytes: 0,
      baseBytes: 0,
      bufferBytes: 0,
      pendingFsyncs: 0,
      delayedFsyncs: 0
    },
    libraries: [],
    snapshots: 0
  }))
)
