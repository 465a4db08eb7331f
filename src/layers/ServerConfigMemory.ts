/**
 * The configuration as values in memory: what CONFIG GET and SET do, whatever the values were read from.
 *
 * `layer` starts from the defaults and values given in code, for embedding and tests. Files, arguments and the environment are ServerConfigFile's.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import type { RewrittenDirective } from "../data/ConfigFile.ts"
import { matchGlob } from "../data/Glob.ts"
import { Failure } from "../protocol/CommandError.ts"
import { bytesOfText } from "../services/config/DirectiveFormat.ts"
import {
  type ConfigValues,
  type DirectiveName,
  directiveNamed,
  directiveNames,
  directives,
  knownNames
} from "../services/config/directives.ts"
import { type Caller, ConfigError, isActionAllowed, type NotApplied, ServerConfig } from "../services/ServerConfig.ts"

/** Values given in code: typed, or as redis.conf would write them (`maxmemory: "100mb"`). */
export type GivenValues = { readonly [K in DirectiveName]?: ConfigValues[K] | string }

/** A configuration of its own that no file stands behind. Fails where a given value is out of its range. */
export const layer = (given: GivenValues = {}): Layer.Layer<ServerConfig, ConfigError> =>
  Layer.effect(
    ServerConfig,
    Effect.gen(function*() {
      // What runs inside of an app leaves files behind only where it is asked to.
      const values: MutableConfigValues = { ...defaults(), save: [] }
      for (const name of directiveNames) {
        const reason = assignGiven(values, given, name)
        if (reason !== undefined) {
          return yield* new ConfigError({ source: "options", line: undefined, directive: name, reason })
        }
      }
      return ServerConfig.of({
        ...yield* make(values),
        rewrite: Effect.fail(new Failure("The server is running without a config file")),
        configFile: undefined,
        warnings: []
      })
    })
  )

/** The values while they are still being put together, and as this file changes them. */
export type MutableConfigValues = { -readonly [K in DirectiveName]: ConfigValues[K] }

export const defaults = (): MutableConfigValues =>
  // Every directive is in the list of names, and its default has its type.
  Object.fromEntries(directiveNames.map((name) => [name, directives[name].default])) as MutableConfigValues

/** Sets a directive to what these words mean; answers what is wrong with them. */
export const assign = <K extends DirectiveName>(
  values: MutableConfigValues,
  name: K,
  words: ReadonlyArray<string>
): string | undefined => {
  const { accumulates, decode, encode } = directives[name]
  const decoded = decode(accumulates ? [...encode(values[name]), ...words] : words)
  if (Result.isFailure(decoded)) return decoded.failure
  values[name] = decoded.success
  return undefined
}

/** Whether the directive of this name is only shown to who knows it. */
const isHidden = (known: string): boolean => {
  const name = directiveNamed(known)
  return name !== undefined && directives[name].mutability === "hidden"
}

/** What CONFIG REWRITE has to say, in the order of the table. */
export const rewrittenDirectives = (values: ConfigValues): ReadonlyArray<RewrittenDirective> => {
  const rewritten = <K extends DirectiveName>(name: K): RewrittenDirective => ({
    name,
    lines: directives[name].rewrite(name, values[name], directives[name].default)
  })
  return directiveNames.map((name) => rewritten(name))
}

/** What of the service does not depend on where the values come from. `values` becomes its own. */
export const make = Effect.fnUntraced(function*(values: MutableConfigValues) {
  const context = yield* Effect.context<never>()
  const applies = new Set<Apply>()
  const gate = yield* Semaphore.make(1)
  let isWaiting = false

  const text = <K extends DirectiveName>(name: K): string => directives[name].encode(values[name]).join(" ")

  const get = (patterns: ReadonlyArray<string>): ReadonlyArray<readonly [string, string]> => {
    const shown = new Map<string, string>()
    for (const pattern of patterns) {
      if (/[[*?]/.test(pattern)) {
        for (const known of knownNames.keys()) {
          if (!shown.has(known) && !isHidden(known) && matchGlob(pattern, known, true)) shown.set(known, known)
        }
      } else {
        const known = pattern.toLowerCase()
        if (!shown.has(known)) shown.set(known, pattern)
      }
    }
    return [...knownNames].flatMap(([known, name]) => {
      const as = shown.get(known)
      return as === undefined ? [] : [[as, text(name)] as const]
    })
  }

  /** Finds the directives; the first that is unknown or may not be set is the answer, before any value is looked at. */
  const plan = (
    pairs: ReadonlyArray<readonly [string, string]>,
    caller: Caller
  ): Result.Result<Map<string, Planned>, Failure> => {
    const planned = new Map<string, Planned>()
    for (const [given, value] of pairs) {
      const name = directiveNamed(given)
      if (name === undefined) {
        return Result.fail(new Failure(`Unknown option or number of arguments for CONFIG SET - '${given}'`))
      }
      const mutability = directives[name].mutability
      if (mutability === "immutable") return Result.fail(refused(given, "can't set immutable config"))
      if (mutability === "protected" && !isActionAllowed(values["enable-protected-configs"], caller)) {
        return Result.fail(refused(given, "can't set protected config"))
      }
      // Twice by different names is fine: the second one counts.
      const known = given.toLowerCase()
      if (planned.has(known)) return Result.fail(refused(given, "duplicate parameter"))
      planned.set(known, { name, value })
    }
    return Result.succeed(planned)
  }

  /** All values first, then what applies them, in the order of the arguments; on a failure everything back to how it was. */
  const change = Effect.fnUntraced(function*(planned: ReadonlyMap<string, Planned>) {
    const before = { ...values }
    const changed: Array<DirectiveName> = []
    for (const [known, { name, value }] of planned) {
      const formerly = text(name)
      const words = directives[name].isMulti ? (value === "" ? [] : value.split(" ")) : [value]
      const reason = assign(values, name, words)
      if (reason !== undefined) {
        Object.assign(values, before)
        return yield* Effect.fail(refused(known, reason))
      }
      if (text(name) !== formerly) changed.push(name)
    }

    const started = new Map<Apply, DirectiveName>()
    for (const name of changed) {
      for (const apply of applies) {
        if (started.has(apply) || !apply.names.includes(name)) continue
        started.set(apply, name)
        const failure = yield* apply.run.pipe(
          // Nothing else can have changed in between: changes wait for each other.
          Effect.onError(() => Effect.sync(() => Object.assign(values, before))),
          Effect.match({ onFailure: (failure) => failure, onSuccess: () => undefined })
        )
        if (failure === undefined) continue
        yield* Effect.logWarning(`Failed applying new configuration: '${name}'. Restoring previous settings.`)
        for (const [apply, name] of started) {
          yield* apply.run.pipe(
            Effect.catch((error) =>
              Effect.logWarning(`Failed applying restored configuration: '${name}': ${error.reason}`)
            )
          )
        }
        return yield* Effect.fail(refused(name, failure.reason))
      }
    }
  })

  const set = (
    pairs: ReadonlyArray<readonly [string, string]>,
    caller: Caller
  ): Effect.Effect<void, Failure> => {
    const planned = plan(pairs, caller)
    if (Result.isFailure(planned)) return Effect.fail(planned.failure)
    const names = [...planned.success.values()].map(({ name }) => name)
    const mustWait = isWaiting ||
      [...applies].some((apply) => !apply.isSynchronous && apply.names.some((name) => names.includes(name)))
    if (!mustWait) return Effect.runSyncExitWith(context)(change(planned.success))
    const waiting = Effect.suspend(() => {
      isWaiting = true
      return change(planned.success)
    }).pipe(Effect.ensuring(Effect.sync(() => {
      isWaiting = false
    })))
    return gate.withPermit(Effect.uninterruptible(waiting))
  }

  const register = (apply: Apply) =>
    Effect.asVoid(Effect.acquireRelease(
      Effect.sync(() => applies.add(apply)),
      () => Effect.sync(() => applies.delete(apply))
    ))

  return {
    values,
    get,
    set,
    onChange: (names: ReadonlyArray<DirectiveName>, apply: () => NotApplied | undefined) =>
      register({
        names,
        isSynchronous: true,
        run: Effect.suspend(() => {
          const failure = apply()
          return failure === undefined ? Exit.void : Exit.fail(failure)
        })
      }),
    onChangeEffect: (names: ReadonlyArray<DirectiveName>, apply: Effect.Effect<void, NotApplied>) =>
      register({ names, isSynchronous: false, run: apply })
  }
})

/** A value that a directive shall get. */
interface Planned {
  readonly name: DirectiveName
  readonly value: string
}

interface Apply {
  readonly names: ReadonlyArray<DirectiveName>
  readonly isSynchronous: boolean
  readonly run: Effect.Effect<void, NotApplied>
}

const refused = (name: string, reason: string): Failure =>
  new Failure(`CONFIG SET failed (possibly related to argument '${name}') - ${reason}`)

const assignGiven = <K extends DirectiveName>(
  values: MutableConfigValues,
  given: GivenValues,
  name: K
): string | undefined => {
  const value = given[name]
  if (value === undefined) return undefined
  const { encode, isMulti } = directives[name]
  // What is a string is read as text, which is also right where the typed value is a string.
  if (typeof value !== "string") return assign(values, name, encode(value as ConfigValues[K]))
  const words = bytesOfText(value)
  return assign(values, name, isMulti ? (words === "" ? [] : words.split(" ")) : [words])
}
