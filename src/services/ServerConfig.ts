/**
 * The configuration: what every directive is set to, and how CONFIG reads and changes it.
 *
 * The directives themselves are declared in `config/directives.ts`. What a change sets in motion (a port to listen on, a cache to resize) belongs to
 * the layer that owns it and registers with `onChange`.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Failure } from "../protocol/CommandError.ts"
import type { ConfigValues, DirectiveName } from "./config/directives.ts"

/** What the caller of CONFIG is known to be; some changes are only for connections from this machine. */
export interface Caller {
  readonly isLocal: boolean
}

export class ServerConfig extends Context.Service<ServerConfig, {
  /** The present values, by name. One object for the life of the server, changed in place: reading it costs a property access. */
  readonly values: ConfigValues

  /**
   * Names and values in text, each name once, in the order of the table.
   *
   * A pattern without `*`, `?` and `[` is a name, in upper or lower case, and comes back as it was written. Secrets are shown.
   */
  readonly get: (patterns: ReadonlyArray<string>) => ReadonlyArray<readonly [name: string, value: string]>

  /**
   * Sets all of these directives, or, if one is refused or cannot be applied, none of them.
   *
   * **Gotchas** The change has been made when this returns, and what is returned is an `Exit`, unless a directive is applied by an Effect, or such
   * an Effect is still running: then everything happens when the returned Effect runs.
   */
  readonly set: (
    pairs: ReadonlyArray<readonly [name: string, value: string]>,
    caller: Caller
  ) => Effect.Effect<void, Failure>

  /** Writes the present values into the file the server was started with, keeping its comments and order; fails where there is none. */
  readonly rewrite: Effect.Effect<void, Failure>

  /**
   * Calls `apply` after one or several of `names` have changed, until the scope closes.
   *
   * `values` already holds what is to be applied. An answer, or a failure of `onChangeEffect`, refuses the change: the former values are put back and
   * applied again. It is not called for the values the server starts with.
   */
  readonly onChange: (
    names: ReadonlyArray<DirectiveName>,
    apply: () => NotApplied | undefined
  ) => Effect.Effect<void, never, Scope.Scope>
  readonly onChangeEffect: (
    names: ReadonlyArray<DirectiveName>,
    apply: Effect.Effect<void, NotApplied>
  ) => Effect.Effect<void, never, Scope.Scope>

  /** The absolute path of the file the server was started with. */
  readonly configFile: string | undefined

  /** What is odd about the configuration without being an error, to be logged once the log is open. */
  readonly warnings: ReadonlyArray<string>
}>()("keyloom/services/ServerConfig") {}

/** A value is right, but could not be put into effect. `reason` is read by the client. */
export class NotApplied extends Data.TaggedError("NotApplied")<{ readonly reason: string }> {
  override get message(): string {
    return this.reason
  }
}

/**
 * The server cannot start with this configuration.
 *
 * `message` is one line that names the place and the directive; passwords, and the values of unknown directives, are left out.
 */
export class ConfigError extends Data.TaggedError("ConfigError")<{
  /** The file as it was named, or `command line`, `standard input`, `environment`. */
  readonly source: string
  /** Counted from 1; of files and the standard input. */
  readonly line: number | undefined
  readonly directive: string | undefined
  readonly reason: string
}> {
  override get message(): string {
    const place = this.line === undefined ? this.source : `${this.source}:${this.line}`
    return this.directive === undefined ? `${place}: ${this.reason}` : `${place}: '${this.directive}': ${this.reason}`
  }
}

/** Whether a guarded action (`enable-debug-command`, `enable-protected-configs`) is open to this caller. */
export const isActionAllowed = (setting: "no" | "yes" | "local", caller: Caller): boolean =>
  setting === "yes" || (setting === "local" && caller.isLocal)
