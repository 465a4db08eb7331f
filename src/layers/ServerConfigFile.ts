/**
 * The configuration a server is started with: its file, its standard input, its environment and its arguments, each stronger than the one before.
 *
 * Also what CONFIG REWRITE writes back. What a directive's value may be stands in the table of directives.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Random from "effect/Random"
import { type ConfigLine, parseConfig, rewriteConfig, type UnbalancedLine } from "../data/ConfigFile.ts"
import { splitArguments } from "../data/Repr.ts"
import { Failure } from "../protocol/CommandError.ts"
import type { CommandLine } from "../services/config/CommandLine.ts"
import { bytesOfText, textOfBytes } from "../services/config/DirectiveFormat.ts"
import {
  type DirectiveName,
  directiveNamed,
  directives,
  knownNames,
  obsoleteDirectives
} from "../services/config/directives.ts"
import { ConfigError, NotApplied, ServerConfig } from "../services/ServerConfig.ts"
import { assign, defaults, make, type MutableConfigValues, rewrittenDirectives } from "./ServerConfigMemory.ts"
import { systemErrorText } from "./systemErrorText.ts"

export interface StartOptions {
  readonly commandLine: Extract<CommandLine, { readonly _tag: "Run" }>
  /** Variables called `KEYLOOM_<DIRECTIVE>`, in upper case and with `_` for `-`, set directives. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The standard input as text, read only when the command line says so. */
  readonly stdin: Effect.Effect<string, PlatformError.PlatformError>
}

/** Reads the configuration, and fails on the first thing in it that is not right. */
export const layer = (
  options: StartOptions
): Layer.Layer<ServerConfig, ConfigError, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    ServerConfig,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const { configFile, options: flags, readsStdin } = options.commandLine
      const values = defaults()
      values.dir = path.resolve(".")
      const reader = makeReader(fs, path, values)

      const absolute = configFile === undefined ? undefined : path.resolve(configFile)
      if (configFile !== undefined) {
        yield* reader.readFile(configFile, path.resolve(configFile), 0).pipe(
          Effect.catchTag("PlatformError", (error) =>
            new ConfigError({
              source: configFile,
              line: undefined,
              directive: undefined,
              reason: `can't open config file: ${systemErrorText(error)}`
            }))
        )
      }
      if (readsStdin) {
        const source = "standard input"
        const text = yield* Effect.mapError(
          options.stdin,
          (error) => new ConfigError({ source, line: undefined, directive: undefined, reason: systemErrorText(error) })
        )
        yield* reader.readText(bytesOfText(text), { name: source, hasLines: true, depth: 0 })
      }
      const warnings = yield* reader.readEnvironment(options.environment)
      yield* reader.readText(flags, { name: "command line", hasLines: false, depth: 0 })

      const service = ServerConfig.of({
        ...yield* make(values),
        rewrite: absolute === undefined
          ? Effect.fail(new Failure("The server is running without a config file"))
          : rewriteFile(fs, path, absolute, values),
        configFile: absolute,
        warnings
      })
      yield* service.onChangeEffect(
        ["dir"],
        Effect.suspend(() => checkDirectory(fs, values.dir)).pipe(
          Effect.mapError((reason) => new NotApplied({ reason }))
        )
      )
      return service
    })
  )

interface Source {
  readonly name: string
  readonly hasLines: boolean
  /** How many files deep `include` has led here. */
  readonly depth: number
}

const maxIncludeDepth = 16

const environmentPrefix = "KEYLOOM_"

/** Reads sources one after the other into `values`. */
const makeReader = (fs: FileSystem.FileSystem, path: Path.Path, values: MutableConfigValues) => {
  /** What has been given: lines that add up replace only the default. Those of the command line add up with those of the file, as in Redis. */
  const given = new Set<DirectiveName>()

  const readText = (content: string, source: Source): Effect.Effect<void, ConfigError> => {
    return Effect.forEach(parseConfig(content), (line) => {
      const fail = (reason: string) =>
        new ConfigError({
          source: source.name,
          line: source.hasLines ? line.number : undefined,
          directive: shownLine(line),
          reason
        })
      if (line.name === undefined) return fail("Unbalanced quotes in configuration line")
      if (line.name === "include" && line.words.length === 1) return include(line, source, fail)
      return Effect.catch(readDirective(line.name, line.words), fail)
    }, { discard: true })
  }

  const readDirective = Effect.fnUntraced(function*(word: string, words: ReadonlyArray<string>) {
    const name = directiveNamed(word)
    if (name === undefined) {
      if (obsoleteDirectives.has(word) && words.length === 1) return
      return yield* Effect.fail("Bad directive or wrong number of arguments")
    }
    let split: ReadonlyArray<string> | undefined = words
    if (directives[name].isMulti) {
      // `--bind "127.0.0.1 ::1"`: a list may come as one word.
      if (words.length === 1 && words[0] !== undefined && words[0] !== "") split = splitArguments(words[0])
    } else if (words.length !== 1) {
      return yield* Effect.fail("wrong number of arguments")
    }
    if (split === undefined) return yield* Effect.fail("Unbalanced quotes in configuration line")
    const isMore = directives[name].addsLines && given.has(name) && split.join("") !== ""
    given.add(name)
    const reason = assign(values, name, isMore ? [...wordsOf(values, name), ...split] : split)
    if (reason !== undefined) return yield* Effect.fail(reason)
    if (name === "dir") yield* checkDirectory(fs, values.dir)
  })

  const readFile = Effect.fnUntraced(function*(name: string, file: string, depth: number) {
    const bytes = yield* fs.readFile(file)
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
    yield* readText(content, { name, hasLines: true, depth })
  })

  /** A name with wildcards may match no file at all, so that an empty directory can be included; a plain name must exist. */
  const include = Effect.fnUntraced(function*(line: ConfigLine, source: Source, fail: (reason: string) => ConfigError) {
    if (source.depth >= maxIncludeDepth) return yield* fail(`include goes deeper than ${maxIncludeDepth} files`)
    const name = textOfBytes(line.words[0] ?? "")
    // Relative to the directory the server works in at this line, as it is for redis-server, not to the file.
    const root = values.dir
    const hasWildcards = /[*?[]/.test(name)
    const files = hasWildcards
      ? (yield* fs.glob(name, { root }).pipe(Effect.catch((error) => fail(systemErrorText(error))))).sort()
      : [name]
    for (const file of files) {
      yield* readFile(file, path.resolve(root, file), source.depth + 1).pipe(
        Effect.catchTag(
          "PlatformError",
          (error) => fail(`can't open config file '${file}': ${systemErrorText(error)}`)
        )
      )
    }
  })

  /** Answers warnings about variables that look like ours, but name no directive: they may be meant for something else. */
  const readEnvironment = Effect.fnUntraced(function*(environment: StartOptions["environment"]) {
    const unknown = new Set(Object.keys(environment).filter((variable) => variable.startsWith(environmentPrefix)))
    for (const [known, name] of knownNames) {
      const variable = environmentPrefix + known.toUpperCase().replaceAll("-", "_")
      unknown.delete(variable)
      const value = environment[variable]
      if (value === undefined) continue
      // One variable says all.
      given.delete(name)
      yield* Effect.mapError(readDirective(name, [bytesOfText(value)]), (reason) =>
        new ConfigError({
          source: "environment",
          line: undefined,
          directive: `${variable}=${directives[name].isSecret ? hidden : value}`,
          reason
        }))
    }
    return [...unknown].sort().map((variable) => `Environment variable ${variable} names no directive, it is ignored`)
  })

  return { readText, readFile, readEnvironment }
}

/** The words that stand for the present value. */
const wordsOf = <K extends DirectiveName>(values: MutableConfigValues, name: K): ReadonlyArray<string> =>
  directives[name].encode(values[name])

const hidden = "(hidden)"

/** A line as errors show it: the values of secrets, and of what may be a misspelt one, stay out. */
const shownLine = (line: ConfigLine | UnbalancedLine): string => {
  const first = line.name ?? /^[^ \t"']*/.exec(line.text)?.[0] ?? ""
  const name = directiveNamed(first)
  if (line.name !== "include" && name === undefined) return textOfBytes(first)
  if (name !== undefined && directives[name].isSecret) return `${name} ${hidden}`
  return textOfBytes(line.text)
}

const checkDirectory = (fs: FileSystem.FileSystem, directory: string): Effect.Effect<void, string> =>
  fs.stat(directory).pipe(
    Effect.mapError(systemErrorText),
    Effect.flatMap((info) => info.type === "Directory" ? Effect.void : Effect.fail("Not a directory"))
  )

/**
 * Replaces the file by one that says what `values` say.
 *
 * It is written beside the old one, synced and renamed, so that a crash leaves one of the two; it keeps the old one's permissions, since it may hold a
 * password.
 */
const rewriteFile = (
  fs: FileSystem.FileSystem,
  path: Path.Path,
  file: string,
  values: MutableConfigValues
): Effect.Effect<void, Failure> =>
  Effect.gen(function*() {
    const isAbsent = (error: PlatformError.PlatformError) => error.reason._tag === "NotFound"
    const old = yield* fs.readFile(file).pipe(
      Effect.catchIf(isAbsent, () => Effect.succeed(new Uint8Array()))
    )
    const mode = yield* fs.stat(file).pipe(
      Effect.map((info) => info.mode & 0o777),
      Effect.catchIf(isAbsent, () => Effect.succeed(undefined))
    )
    const content = rewriteConfig(
      Buffer.from(old.buffer, old.byteOffset, old.byteLength).toString("latin1"),
      rewrittenDirectives(values),
      (name) => name === "include" ? name : directiveNamed(name)
    )
    const temporary = `${file}.${yield* Random.nextIntBetween(100000, 999999)}`
    yield* Effect.scoped(Effect.gen(function*() {
      const handle = yield* fs.open(temporary, { flag: "wx", mode: mode ?? 0o644 })
      yield* handle.writeAll(Buffer.from(content, "latin1"))
      yield* handle.sync
      if (mode !== undefined) yield* fs.chmod(temporary, mode)
      yield* fs.rename(temporary, file)
    })).pipe(Effect.onError(() => Effect.ignore(fs.remove(temporary))))
    // The name is on disk once the directory is.
    yield* Effect.scoped(Effect.flatMap(fs.open(path.dirname(file), { flag: "r" }), (directory) => directory.sync))
  }).pipe(
    Effect.tapError((error) => Effect.logWarning(`CONFIG REWRITE failed: ${systemErrorText(error)}`)),
    Effect.mapError((error) => new Failure(`Rewriting config file: ${systemErrorText(error)}`)),
    Effect.uninterruptible
  )
