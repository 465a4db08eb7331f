/**
 * The tool that says up to where an append only file is in order, and cuts off what is not when it is told to.
 *
 * It takes the manifest of a file in parts, or a single file as Redis wrote before version 7, with or without a snapshot at its beginning. What is checked is
 * the form: it knows MULTI and EXEC, between which no file may end, and no other command. Only the last file can be cut: what follows in others was written in
 * the knowledge of what would be lost. What is printed is what valkey-check-aof prints.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { Buffer } from "node:buffer"
import type { ByteString } from "../data/ByteString.ts"
import type { AofFailure } from "../protocol/aof/AofFailure.ts"
import { AofReader, needsInput } from "../protocol/aof/AofReader.ts"
import { parseManifest } from "../protocol/aof/Manifest.ts"
import { CheckTerminal } from "../services/CheckTerminal.ts"
import { textOfBytes } from "../services/config/DirectiveFormat.ts"
import { keyloomVersion } from "../services/Versions.ts"
import { checkSnapshot } from "./CheckRdb.ts"
import { systemErrorText } from "./systemErrorText.ts"

/** `check-aof [--fix | --truncate-to-timestamp SECONDS] FILE`: answers the exit code, which is 0 when all is in order, or has been brought into it. */
export const checkAof = Effect.fnUntraced(function*(args: ReadonlyArray<string>) {
  const { print } = yield* CheckTerminal
  return yield* run(args).pipe(
    Effect.as(0),
    Effect.catch(({ message }) => Effect.as(print(`${message}\n`), 1))
  )
})

/** Why the check ends before its end, in words for the one who has called for it. */
class CheckEnded extends Data.TaggedError("CheckEnded")<{ readonly message: string }> {}

const endWith = (message: string): Effect.Effect<never, CheckEnded> => Effect.fail(new CheckEnded({ message }))

/** What is done about what is found. */
interface Mode {
  readonly fixes: boolean
  /** Everything written later than this is to be cut off, in seconds since 1970. */
  readonly untilSeconds: number | undefined
}

interface CheckedFile {
  /** How the file is called in what is printed. */
  readonly name: string
  readonly path: string
  readonly isLast: boolean
  readonly hasSnapshot: boolean
}

const run = Effect.fnUntraced(function*(args: ReadonlyArray<string>) {
  const { print } = yield* CheckTerminal
  const [first = "", second = "", third = ""] = args
  if (args.length === 1 && (first === "-v" || first === "--version")) {
    return yield* print(`keyloom check-aof ${keyloomVersion}\n`)
  }
  if (args.length === 1 && first !== "") return yield* checkAny(first, { fixes: false, untilSeconds: undefined })
  if (args.length === 2 && first === "--fix") return yield* checkAny(second, { fixes: true, untilSeconds: undefined })
  if (args.length === 3 && first === "--truncate-to-timestamp") {
    if (!/^[0-9]{1,15}$/.test(second)) return yield* endWith("Invalid timestamp, aborting...")
    return yield* checkAny(third, { fixes: false, untilSeconds: Number(second) })
  }
  return yield* endWith("Usage: keyloom check-aof [--fix|--truncate-to-timestamp $timestamp] <file.manifest|file.aof>")
})

/** Checks whatever this file is. */
const checkAny = Effect.fnUntraced(function*(path: string, mode: Mode) {
  const head = yield* headOf(path)
  if (isManifest(head)) yield* checkParts(path, mode)
  else {
    const { print } = yield* CheckTerminal
    yield* print("Start checking Old-Style AOF\n")
    yield* checkFile("AOF", { name: path, path, isLast: true, hasSnapshot: isSnapshot(head) }, mode)
  }
})

/** Checks the files that a manifest names. */
const checkParts = Effect.fnUntraced(function*(manifestPath: string, mode: Mode) {
  const { print } = yield* CheckTerminal
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  yield* print("Start checking Multi Part AOF\n")
  const bytes = yield* Effect.catch(fs.readFile(manifestPath), cannotOpen(manifestPath))
  const manifest = parseManifest(Buffer.from(bytes).toString("latin1"))
  if ("_tag" in manifest) {
    yield* print("\n*** FATAL AOF MANIFEST FILE ERROR ***\n")
    yield* print(`Reading the manifest file, at line ${manifest.line}\n>>> '${textOfBytes(manifest.text)}'\n`)
    return yield* endWith(manifest.reason)
  }
  const fileOf = (bytesOfName: string, isLast: boolean, hasSnapshot: boolean): CheckedFile => {
    const name = textOfBytes(bytesOfName)
    return { name, path: paths.join(paths.dirname(manifestPath), name), isLast, hasSnapshot }
  }
  const { base, incremental } = manifest
  if (base !== undefined) {
    const file = fileOf(base.name, incremental.length === 0, false)
    // By what is in it: a file in parts may have begun as a single one of any form.
    const hasSnapshot = isSnapshot(yield* headOf(file.path))
    yield* print(`Start to check BASE AOF (${hasSnapshot ? "RDB" : "RESP"} format).\n`)
    yield* checkFile("BASE AOF", { ...file, hasSnapshot }, mode)
  }
  if (incremental.length > 0) yield* print("Start to check INCR files.\n")
  for (const file of incremental) {
    yield* checkFile("INCR AOF", fileOf(file.name, file === incremental.at(-1), false), mode)
  }
  yield* print("All AOF files and manifest are valid\n")
})

/** Checks one file, cuts it where it is to be cut, and says what has become of it. */
const checkFile = Effect.fnUntraced(function*(kind: string, file: CheckedFile, mode: Mode) {
  const { print, readLine } = yield* CheckTerminal
  const { name } = file
  const { cutsAtTimestamp, okLine, okUpTo, problem, size } = yield* Effect.scoped(readFile(file, mode))
  if (size === 0) return yield* print(`${kind} ${name} is empty\n`)

  const until = `to timestamp ${mode.untilSeconds}`
  if (cutsAtTimestamp) {
    if (okUpTo === 0) {
      return yield* endWith(`AOF ${name} has nothing before timestamp ${mode.untilSeconds}, aborting...`)
    }
    if (!file.isLast) {
      return yield* endWith(
        `Failed to truncate AOF ${name} ${until} to offset ${okUpTo} because it is not the last file.\n` +
          "If you insist, delete all files behind it in the manifest, and their lines in the manifest, and check again."
      )
    }
    yield* truncate(file, okUpTo, ` ${until}`)
    return yield* print(`Successfully truncated AOF ${name} ${until}\n`)
  }

  if (problem !== undefined) yield* print(`0x${problem.offset.toString(16).padStart(16)}: ${problem.text}\n`)
  const diff = size - okUpTo
  if (diff === 0 && mode.untilSeconds !== undefined) {
    yield* print(`Truncate nothing in AOF ${name} ${until}\n`)
    return yield* print(`${kind} ${name} is valid\n`)
  }
  yield* print(
    `AOF analyzed: filename=${name}, size=${size}, ok_up_to=${okUpTo}, ok_up_to_line=${okLine}, diff=${diff}\n`
  )
  if (diff === 0) return yield* print(`${kind} ${name} is valid\n`)
  if (!mode.fixes) return yield* endWith(`AOF ${name} is not valid. Use the --fix option to try fixing it.`)
  if (!file.isLast) return yield* endWith(`Failed to truncate AOF ${name} because it is not the last file`)
  yield* print(`This will shrink the AOF ${name} from ${size} bytes, with ${diff} bytes, to ${okUpTo} bytes\n`)
  yield* print("Continue? [y/N]: ")
  if (!/^y/i.test(yield* readLine)) return yield* endWith("Aborting...")
  yield* truncate(file, okUpTo, "")
  yield* print(`Successfully truncated AOF ${name}\n`)
})

/** What is known of a file that has been read. */
interface Findings {
  readonly size: number
  /** Up to here it is in order and can be cut: at the end of a command, and of a transaction. */
  readonly okUpTo: number
  readonly okLine: number
  readonly problem: Problem | undefined
  /** Whether it was only read up to something that was written too late. */
  readonly cutsAtTimestamp: boolean
}

interface Problem {
  readonly offset: number
  readonly text: string
}

const readFile = Effect.fnUntraced(function*({ hasSnapshot, name, path }: CheckedFile, mode: Mode) {
  const { print } = yield* CheckTerminal
  const fs = yield* FileSystem.FileSystem
  const cannotRead = cannotOpen(path)
  const file = yield* Effect.catch(fs.open(path, { flag: "r" }), cannotRead)
  const size = Number((yield* Effect.catch(file.stat, cannotRead)).size)
  let okUpTo = 0
  let okLine = 1
  const findings = (problem: Problem | undefined, cutsAtTimestamp = false): Findings => ({
    size,
    okUpTo,
    okLine,
    problem,
    cutsAtTimestamp
  })
  if (size === 0) return findings(undefined)

  if (hasSnapshot) {
    const end = yield* Effect.catch(checkSnapshot(file, path), cannotRead)
    if (end === undefined) return yield* endWith("RDB preamble of AOF file is not sane, aborting.")
    yield* print("RDB preamble is OK, proceeding with AOF tail...\n")
    okUpTo = end
  }

  // There is no limit to the length of a string, since a server may be configured to take any.
  const reader = new AofReader({ offset: okUpTo, maxBulkBytes: Number.MAX_SAFE_INTEGER })
  const piece = Buffer.allocUnsafeSlow(pieceBytes)
  const passUpTo = (offset: number): void => {
    okUpTo = offset
    okLine = reader.line
  }
  let isInTransaction = false
  for (let position = okUpTo, isAtEnd = false; !isAtEnd;) {
    const bytes = yield* Effect.catch(file.read(piece, { position: BigInt(position) }), cannotRead)
    position += bytes
    isAtEnd = bytes === 0
    if (isAtEnd) reader.end()
    else reader.push(piece.subarray(0, bytes))
    for (;;) {
      const start = reader.offset
      const item = reader.next()
      if (item === needsInput) break
      if (item._tag === "AofFailure") {
        if (!isInTransaction) passUpTo(reader.offset)
        if (item.kind === "format") yield* print(`AOF ${name} format error\n`)
        return findings({ offset: item.offset, text: failureText(item) })
      }
      if (item._tag === "Timestamp" && mode.untilSeconds !== undefined) {
        if (item.seconds === undefined) return yield* endWith("Invalid timestamp annotation")
        if (item.seconds > mode.untilSeconds) return findings(undefined, true)
      }
      if (item._tag === "Command") {
        if (isNamed(item.words, "multi")) {
          if (isInTransaction) return findings({ offset: start, text: `Unexpected MULTI in AOF ${path}` })
          isInTransaction = true
        } else if (isNamed(item.words, "exec")) {
          if (!isInTransaction) return findings({ offset: start, text: `Unexpected EXEC in AOF ${path}` })
          isInTransaction = false
        }
      }
      if (!isInTransaction) passUpTo(item.end)
    }
  }
  if (isInTransaction) return findings({ offset: reader.offset, text: "Reached EOF before reading EXEC for MULTI" })
  // Behind the last command there may be annotations that are no items.
  passUpTo(reader.offset)
  return findings(undefined)
})

/** Cuts the file, and sees to it that it stays so. */
const truncate = Effect.fnUntraced(function*({ name, path }: CheckedFile, length: number, what: string) {
  const fs = yield* FileSystem.FileSystem
  yield* Effect.scoped(Effect.gen(function*() {
    const file = yield* fs.open(path, { flag: "r+" })
    yield* file.truncate(length)
    yield* file.sync
  })).pipe(
    Effect.catch((error) => endWith(`Failed to truncate AOF ${name}${what}: ${systemErrorText(error)}`))
  )
})

const cannotOpen = (path: string) => (error: unknown) =>
  endWith(`Cannot open file ${path}: ${systemErrorText(error)}, aborting...`)

const failureText = ({ line, reason }: AofFailure): string =>
  `${reason[0]?.toUpperCase()}${reason.slice(1)}, in line ${line}`

const isNamed = (words: ReadonlyArray<ByteString>, name: string): boolean => {
  const word = words[0]
  return typeof word === "string" && word.length === name.length && word.toLowerCase() === name
}

/** The first bytes of a file, as latin1. */
const headOf = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const head = Buffer.alloc(pieceBytes)
  const bytes = yield* Effect.scoped(Effect.gen(function*() {
    const file = yield* fs.open(path, { flag: "r" })
    return yield* file.read(head)
  })).pipe(Effect.catch((error) => endWith(`Cannot open file ${path}: ${systemErrorText(error)}`)))
  return head.toString("latin1", 0, bytes)
})

/** Whether the first line that is no comment names a file. */
const isManifest = (head: string): boolean => /^(?:#[^\n]*\n)*file/.test(head)

const isSnapshot = (head: string): boolean => /^(?:REDIS[^]{3}|VALKEY[^]{2})/.test(head)

const pieceBytes = 64 * 1024
