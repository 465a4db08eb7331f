/**
 * The file to which every change is appended, so that the next start can repeat it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Failure } from "../protocol/CommandError.ts"
import type { CommandContext } from "./CommandContext.ts"

export class AppendOnlyFile extends Context.Service<AppendOnlyFile, {
  /** Whether something was appended that has not been written. Whoever sends replies looks at it first, and calls `flush` where it is so. */
  readonly isPending: boolean
  /** Writes what was appended, and with `appendfsync always` brings it to the disk: before the replies to it leave. */
  readonly flush: () => void
  /** Begins to write the file anew, in the background, or says that it will as soon as what is being written now is through. */
  readonly rewrite: () => "started" | "scheduled" | Failure
  /** Reads the files, once more or for the first time, into the databases, which are emptied before. */
  readonly reload: (context: CommandContext) => Effect.Effect<void, Failure>
  /** Bytes that were appended since the start, and how many of them are on the disk. */
  readonly appendedOffset: () => number
  readonly syncedOffset: () => number
  /** Waits until all bytes up to an offset are on the disk. */
  readonly whenSynced: (offset: number) => Effect.Effect<void>
  /** Why the server may not end now, if it may not: what was never on the disk would be lost. */
  readonly obstacleToEnd: () => string | undefined
  /** For tests: a pause before each write. */
  readonly slowDown: (millis: number) => void
}>()("keyloom/services/AppendOnlyFile") {}
