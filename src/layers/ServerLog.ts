/**
 * The server's log: lines as Redis writes them, or JSON, on standard output or in `logfile`.
 *
 * | loglevel | shows |
 * | --- | --- |
 * | debug | everything |
 * | verbose | Effect's Debug and above |
 * | notice | Info and above |
 * | warning | Warn and above |
 * | nothing | nothing |
 */
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import * as Fs from "node:fs"
import { ServerConfig } from "../services/ServerConfig.ts"
import { systemErrorText } from "./systemErrorText.ts"

/** `logfile` cannot be opened. */
export class LogFileFailed
  extends Data.TaggedError("LogFileFailed")<{ readonly path: string; readonly cause: unknown }>
{
  override get message(): string {
    return `Can't open the log file ${this.path}: ${systemErrorText(this.cause)}`
  }
}

export const layer: Layer.Layer<never, LogFileFailed, ServerConfig> = Layer.unwrap(Effect.gen(function*() {
  const { values: config } = yield* ServerConfig
  const write = yield* open(config.logfile, config.dir)
  const logger = Logger.make<unknown, void>(({ cause, date, fiber, logLevel, message }) => {
    const rank = ranks[logLevel]
    if (rank < thresholds[config.loglevel]) return
    const text = (Array.isArray(message) ? message : [message]).map(String).join(" ")
    const annotations = fiber.getRef(References.CurrentLogAnnotations)
    const failure = cause.reasons.length === 0 ? undefined : Cause.pretty(cause)
    write(
      config["log-format"] === "json"
        ? jsonLine(date, rank, text, annotations, failure)
        : humanLine(date, rank, text, annotations, failure)
    )
  })
  return Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Trace"))
}))

/**
 * Lines are written at once, so that the last words of a process are in its log. The file is opened for each of them, so that it can be moved away by who
 * rotates logs. A line that cannot be written is lost: there is nowhere left to say so, and no reason to end the server.
 */
const open = (logfile: string, directory: string): Effect.Effect<(line: string) => void, LogFileFailed> => {
  if (logfile === "") {
    return Effect.sync(() => {
      // Whoever read the log through a pipe may go away.
      process.stdout.on("error", () => undefined)
      return (line) => void process.stdout.write(line)
    })
  }
  const path = logfile.startsWith("/") ? logfile : `${directory}/${logfile}`
  const append = (line: string) => Fs.appendFileSync(path, line)
  return Effect.try({ try: () => append(""), catch: (cause) => new LogFileFailed({ path, cause }) }).pipe(
    Effect.as((line) => {
      try {
        append(line)
      } catch {
        // As said above.
      }
    })
  )
}

const ranks: Readonly<Record<LogLevel.LogLevel, number>> = {
  All: 0,
  Trace: 0,
  Debug: 1,
  Info: 2,
  Warn: 3,
  Error: 3,
  Fatal: 3,
  None: 0
}

const thresholds: Readonly<Record<ServerConfig["Service"]["values"]["loglevel"], number>> = {
  debug: 0,
  verbose: 1,
  notice: 2,
  warning: 3,
  nothing: 4
}

const levelNames = ["debug", "verbose", "notice", "warning"] as const
/** The characters Redis marks its levels with. */
const levelMarks = [".", "-", "*", "#"] as const

type Annotations = Readonly<Record<string, unknown>>

/** For example `4711:M 22 Nov 2026 21:05:06.789 * Ready to accept connections tcp`. */
const humanLine = (date: Date, rank: number, text: string, annotations: Annotations, failure: string | undefined) => {
  const { module, ...rest } = annotations
  const where = module === undefined ? "" : `[${String(module)}] `
  const extra = Object.entries(rest).map(([name, value]) => ` ${name}=${String(value)}`).join("")
  const tail = failure === undefined ? "" : `\n${failure}`
  return `${process.pid}:M ${timestamp(date)} ${levelMarks[rank]} ${where}${text}${extra}${tail}\n`
}

const jsonLine = (date: Date, rank: number, text: string, annotations: Annotations, failure: string | undefined) =>
  JSON.stringify({
    time: date.toISOString(),
    level: levelNames[rank],
    pid: process.pid,
    message: text,
    ...annotations,
    ...(failure === undefined ? {} : { cause: failure })
  }) + "\n"

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

const timestamp = (date: Date): string => {
  const two = (value: number) => String(value).padStart(2, "0")
  const day = `${two(date.getDate())} ${months[date.getMonth()]} ${date.getFullYear()}`
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, "0")}`
}
