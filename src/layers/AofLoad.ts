/**
 * Repeats what an append-only file holds: the snapshot of its base, and the commands behind it, in slices between which others have a turn.
 *
 * A command that belongs to a transaction is held back until the transaction is complete. Where the last file ends within a command or a transaction, as after
 * a crash, it is cut behind the last whole one if that is allowed. Everything else that is wrong is a failure. Source: `loadSingleAppendOnlyFile` in aof.c.
 */
import * as Effect from "effect/Effect"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { toText } from "../data/ByteString.ts"
import { AofFailure } from "../protocol/aof/AofFailure.ts"
import { AofReader, needsInput } from "../protocol/aof/AofReader.ts"
import { errorText, isCommandError, UnknownCommand, UnknownSubcommand, WrongArity } from "../protocol/CommandError.ts"
import { Request } from "../protocol/Request.ts"
import { Client, type ClientTransport } from "../services/Client.ts"
import { CommandContext, type CommandServices } from "../services/CommandContext.ts"
import type { Command } from "../services/CommandTable.ts"
import { Waiting } from "../services/Waiting.ts"
import { LoadFailed, loadRdb } from "./loadRdb.ts"
import { systemErrorText } from "./systemErrorText.ts"

export interface AofPart {
  readonly path: string
  /** Only the last file may end early. */
  readonly isLast: boolean
}

/** Repeats one file. What is loaded of a file that fails stays. */
export const loadAofFile = Effect.fnUntraced(function*({ isLast, path }: AofPart, services: CommandServices) {
  const name = Path.basename(path)
  const { clock, config: { values: config }, keyspace, persistence: state } = services
  const fail = (offset: number, reason: string, kind: LoadFailed["kind"] = "content") =>
    new LoadFailed({ path, offset, kind, reason })
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({ try: run, catch: (cause) => fail(0, systemErrorText(cause), "read") })

  const load = Effect.fnUntraced(function*(file: Fs.FileHandle) {
    const piece = Buffer.allocUnsafeSlow(pieceBytes)
    const { bytesRead: headBytes } = yield* attempt(() => file.read(piece, 0, rdbSignature.length, 0))
    let start = 0
    if (headBytes === rdbSignature.length && rdbSignatures.has(piece.latin1Slice(0, headBytes))) {
      yield* Effect.logInfo("Reading RDB base file on AOF loading...")
      const part = { file, path, offset: 0, isAppendBase: true, replaces: false }
      start = (yield* loadRdb(part, { clock, config, keyspace, state })).offset
    }

    const reader = new AofReader({ offset: start, maxBulkBytes: Number.MAX_SAFE_INTEGER })
    const client = new Client(0, loaderTransport, clock.refresh(), true)
    const context = new CommandContext(client, services)
    context.reader.isRepeated = true
    /** Behind the last whole command or transaction. */
    let validOffset = start
    let held: Array<Request> | undefined
    let owedMicros = 0
    let position = start
    let errors = 0

    /** Runs a command; answers why that is not possible, or what it has answered as an error. */
    const run = (request: Request): { readonly fatal?: string; readonly error?: string } | undefined => {
      const command = find(services, request)
      if (isCommandError(command)) return { fatal: `unknown command or wrong arguments: ${errorText(command)}` }
      const answer = command.execute(context, request)
      if (answer instanceof Waiting) return { fatal: `the command '${command.name}' would wait` }
      return isCommandError(answer) ? { error: `${command.name}: ${errorText(answer)}` } : undefined
    }

    for (let isEnded = false; !isEnded;) {
      const { bytesRead } = yield* attempt(() => file.read(piece, 0, pieceBytes, position))
      isEnded = bytesRead === 0
      if (isEnded) reader.end()
      else reader.push(piece.subarray(0, bytesRead))
      position += bytesRead
      if (state.loading !== undefined) state.loading.loadedBytes += bytesRead
      clock.refresh()
      let sliceStart = clock.monotonicNanos()
      let sinceLook = 0
      for (let item = reader.next(); item !== needsInput; item = reader.next()) {
        if (item instanceof AofFailure) {
          if (item.kind === "format") {
            return yield* fail(
              item.offset,
              `Bad file format reading the append only file: make a backup of your AOF file, then use keyloom-check-aof --fix <filename.manifest> (${item.reason})`
            )
          }
          return yield* cut(validOffset)
        }
        if (item._tag === "Timestamp") {
          if (held === undefined) validOffset = item.end
          continue
        }
        const request = Request.of(item.words)
        const isExec = request.equalsIgnoreCase(0, "EXEC")
        if (request.equalsIgnoreCase(0, "MULTI")) held = []
        else if (held !== undefined && !isExec) held.push(request)
        else {
          const due = isExec ? held ?? [] : [request]
          held = undefined
          for (const one of due) {
            const trouble = run(one)
            if (trouble?.fatal !== undefined) return yield* fail(validOffset, trouble.fatal)
            if (trouble?.error !== undefined && ++errors <= maxShownErrors) {
              yield* Effect.logWarning(`A command of the AOF ${name} at offset ${validOffset} fails: ${trouble.error}`)
            }
          }
          validOffset = item.end
        }
        owedMicros += config["key-load-delay"]
        if (owedMicros < shortestDelayMicros) {
          if (++sinceLook < commandsPerLook) continue
          sinceLook = 0
          if (clock.monotonicNanos() - sliceStart < sliceNanos) continue
        }
        yield* owedMicros >= shortestDelayMicros ? Effect.sleep(owedMicros / 1000) : Effect.yieldNow
        if (owedMicros >= shortestDelayMicros) owedMicros = 0
        clock.refresh()
        sliceStart = clock.monotonicNanos()
      }
    }
    if (held === undefined) return
    yield* Effect.logWarning(`Revert incomplete MULTI/EXEC transaction in AOF file ${name}`)
    yield* cut(validOffset)
  })

  const cut = Effect.fnUntraced(function*(offset: number) {
    if (!isLast || !config["aof-load-truncated"]) {
      const where = isLast ? "" : `, which is not the last file,`
      return yield* fail(
        offset,
        `Unexpected end of file reading the append only file ${name}${where} behind offset ${offset}. You can: 1) Make a backup of your AOF file, then use keyloom-check-aof --fix <filename.manifest>. 2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the server.`
      )
    }
    yield* Effect.logWarning(`!!! Warning: short read while loading the AOF file ${name}!!!`)
    yield* Effect.logWarning(`!!! Truncating the AOF ${name} at offset ${offset} !!!`)
    yield* attempt(() => Fs.truncate(path, offset))
    yield* Effect.logWarning(`AOF ${name} loaded anyway because aof-load-truncated is enabled`)
  })

  yield* Effect.acquireUseRelease(
    attempt(() => Fs.open(path, "r")),
    load,
    (file) => Effect.promise(() => file.close())
  )
})

const find = (
  { commands }: CommandServices,
  request: Request
): Command | UnknownCommand | UnknownSubcommand | WrongArity => {
  const command = commands.find(request)
  if (command === undefined) {
    const args = Array.from({ length: Math.min(request.length - 1, 64) }, (_, i) => request.text(i + 1))
    return new UnknownCommand(request.text(0), args)
  }
  let found = command
  if (command.subcommands !== undefined && request.length > 1) {
    const subcommand = command.subcommands.get(toText(request.bytes(1)).toLowerCase())
    if (subcommand === undefined) return new UnknownSubcommand(command.name.toUpperCase(), request.text(1))
    found = subcommand
  }
  const { arity } = found
  return (arity > 0 ? request.length !== arity : request.length < -arity) ? new WrongArity(found.name) : found
}

/** Of a client that repeats commands, and is nobody. */
export const loaderTransport: ClientTransport = {
  address: "",
  localAddress: "",
  isLocal: true,
  fileDescriptor: -1,
  queryBufferBytes: () => 0,
  argumentBytes: () => 0,
  outputBytes: () => 0,
  close: () => {}
}

const rdbSignature = "REDIS"
const rdbSignatures: ReadonlySet<string> = new Set(["REDIS", "VALKE"])

const pieceBytes = 128 * 1024
/** Ends a slice, so that nobody waits longer for it. */
const sliceNanos = 2_000_000
const commandsPerLook = 32
/** Timers are no finer than this. */
const shortestDelayMicros = 2000
const maxShownErrors = 10
