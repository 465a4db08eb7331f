/**
 * Snapshots of all databases in an RDB file: made when somebody asks, by save points, and at the end.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Failure } from "../protocol/CommandError.ts"

export class Snapshots extends Context.Service<Snapshots, {
  /** Writes one now, and waits until it is on the disk; fails where that does not succeed, or while one is being written in the background. */
  readonly save: Effect.Effect<void, Failure>
  /** Begins to write one in the background; what comes of it is told by `PersistenceState`. Says what keeps it from that. */
  readonly begin: () => Failure | undefined
  /** Begins one as soon as what is being written now is through. */
  readonly schedule: () => void
  /** Gives up what is being written, or was scheduled; answers which, `undefined` where it was neither. */
  readonly cancel: () => "running" | "scheduled" | undefined
  /** All databases have been emptied: what is being written is of no use any more, and a file that says otherwise must not stay. */
  readonly keyspaceFlushed: () => void
  /** Writes a snapshot if one is due at the end of the server, or if this says so; the end itself does not write another one. */
  readonly saveBeforeEnd: (isWanted: boolean | undefined) => Effect.Effect<void, Failure>
  /** Reads the file into the databases, without emptying them first; a key that is there already is a failure unless it `replaces`. */
  readonly load: (replaces: boolean) => Effect.Effect<void, Failure>
}>()("keyloom/services/Snapshots") {}
