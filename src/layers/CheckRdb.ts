/**
 * The tool that says whether an RDB file is in order, and if not, where it is damaged and what precedes the damage.
 *
 * A file is read as a server reads it, but with every check there is, values of modules are passed over, and nothing is kept. What is printed is what
 * valkey-check-rdb prints, and the number of keys of each type. Nothing is changed.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { Buffer } from "node:buffer"
import { KeyHasher } from "../data/KeyHasher.ts"
import type { Shapes } from "../data/Shapes.ts"
import { typeName } from "../data/Value.ts"
import type { RdbFailure } from "../protocol/rdb/RdbFailure.ts"
import { needsInput, RdbReader } from "../protocol/rdb/RdbReader.ts"
import { CheckTerminal } from "../services/CheckTerminal.ts"
import { textOfBytes } from "../services/config/DirectiveFormat.ts"
import { directives } from "../services/config/directives.ts"
import { keyloomVersion } from "../services/Versions.ts"
import { systemErrorText } from "./systemErrorText.ts"

/** `check-rdb FILE`: answers the exit code, which is 0 for a file in order. */
export const checkRdb = Effect.fnUntraced(function*(args: ReadonlyArray<string>) {
  const { print } = yield* CheckTerminal
  const [path, ...rest] = args
  if (path === undefined || path === "" || rest.length > 0) {
    yield* print("Usage: keyloom check-rdb <file.rdb>\n")
    return 1
  }
  if (path === "-v" || path === "--version") {
    yield* print(`keyloom check-rdb ${keyloomVersion}\n`)
    return 0
  }
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.scoped(Effect.gen(function*() {
    const end = yield* checkSnapshot(yield* fs.open(path, { flag: "r" }), path)
    return end === undefined ? 1 : 0
  })).pipe(
    Effect.catch((error) => Effect.as(print(`Cannot read file ${path}: ${systemErrorText(error)}\n`), 1))
  )
})

/**
 * Reads the snapshot at the beginning of a file, which is all of an RDB file, and reports it. Answers where it ends, `undefined` if it is damaged.
 *
 * **Gotchas** It reads in pieces, so that afterwards the file's position is behind the end.
 */
export const checkSnapshot = Effect.fnUntraced(function*(file: FileSystem.File, path: string) {
  const { print } = yield* CheckTerminal
  const nowMillis = yield* Clock.currentTimeMillis
  const reader = new RdbReader({ shapes, checksum: true, sanitizes: true, passesModules: true })
  const printAt = (text: string) => print(`[offset ${reader.offset}] ${text}\n`)
  let hasVersion = false
  let version = 0
  let keys = 0
  let volatileKeys = 0
  let expiredKeys = 0
  let emptyKeys = 0
  const keysByType = new Map<string, number>()

  const printCounts = Effect.gen(function*() {
    yield* print(`[info] ${keys} keys read\n`)
    yield* print(`[info] ${volatileKeys} expires\n`)
    yield* print(`[info] ${expiredKeys} already expired\n`)
    if (emptyKeys > 0) yield* print(`[info] ${emptyKeys} empty keys, which are left out when this is loaded\n`)
    for (const [type, count] of keysByType) yield* print(`[info] ${count} of type ${type}\n`)
  })

  yield* printAt(`Checking RDB file ${path}`)
  const piece = Buffer.allocUnsafeSlow(pieceBytes)
  for (;;) {
    const bytes = yield* file.read(piece)
    if (bytes === 0) reader.end()
    else reader.push(piece.subarray(0, bytes))
    for (let item = reader.next(); item !== needsInput; item = reader.next()) {
      switch (item._tag) {
        case "Version":
          hasVersion = true
          version = item.version
          break
        case "Aux":
          yield* printAt(`AUX FIELD ${textOfBytes(item.name)} = '${textOfBytes(item.value)}'`)
          break
        case "Database":
          yield* printAt(`Selecting DB ID ${item.index}`)
          break
        case "Resize":
          break
        case "Library":
          yield* printAt(`A library of functions of ${item.code.length} bytes`)
          break
        case "Skipped":
          yield* printAt(`Passing over ${textOfBytes(item.what)}`)
          break
        case "Entry": {
          if (item.value === undefined) {
            emptyKeys++
            break
          }
          keys++
          if (item.expireAtMillis !== undefined) {
            volatileKeys++
            if (item.expireAtMillis < nowMillis) expiredKeys++
          }
          const type = typeName(item.value)
          keysByType.set(type, (keysByType.get(type) ?? 0) + 1)
          break
        }
        case "End":
          if (item.hasChecksum) yield* printAt("Checksum OK")
          else if (version >= firstVersionWithChecksum) {
            yield* printAt("RDB file was saved with checksum disabled: no check performed.")
          }
          yield* printAt("\\o/ RDB looks OK! \\o/")
          yield* printCounts
          return reader.offset
        case "RdbFailure":
          yield* print("--- RDB ERROR DETECTED ---\n")
          yield* print(`[offset ${item.offset}] ${failureText(item)}\n`)
          yield* print(`[additional info] While doing: ${doing(item, hasVersion, reader.openKey)}\n`)
          if (reader.openKey !== undefined) {
            yield* print(`[additional info] Reading key '${textOfBytes(reader.openKey)}'\n`)
          }
          yield* printCounts
          return undefined
      }
    }
  }
})

/** What is wrong, in Redis's words where it has a word for it. */
const failureText = ({ kind, reason }: RdbFailure): string => {
  switch (kind) {
    case "signature":
      return "Wrong signature trying to load DB from file"
    case "version":
      return `Can't handle RDB format version: ${reason}`
    case "checksum":
      return "RDB CRC error"
    case "truncated":
      return "Unexpected EOF reading RDB file"
    case "damaged":
    case "unsupported":
      return reason[0]?.toUpperCase() + reason.slice(1)
  }
}

const doing = ({ kind }: RdbFailure, hasVersion: boolean, openKey: string | undefined): string =>
  kind === "checksum" ? "check-sum" : openKey !== undefined ? "read-object-value" : hasVersion ? "read-type" : "start"

/** What a server without configuration makes of a value; the hashes of keys matter only within this process. */
const shapes: Shapes = {
  hasher: new KeyHasher(0, 0),
  limits: {
    "hash-max-listpack-entries": directives["hash-max-listpack-entries"].default,
    "hash-max-listpack-value": directives["hash-max-listpack-value"].default,
    "list-max-listpack-size": directives["list-max-listpack-size"].default,
    "list-compress-depth": directives["list-compress-depth"].default,
    "set-max-intset-entries": directives["set-max-intset-entries"].default,
    "set-max-listpack-entries": directives["set-max-listpack-entries"].default,
    "set-max-listpack-value": directives["set-max-listpack-value"].default,
    "zset-max-listpack-entries": directives["zset-max-listpack-entries"].default,
    "zset-max-listpack-value": directives["zset-max-listpack-value"].default,
    "stream-node-max-bytes": directives["stream-node-max-bytes"].default,
    "stream-node-max-entries": directives["stream-node-max-entries"].default,
    "hll-sparse-max-bytes": directives["hll-sparse-max-bytes"].default
  }
}

const pieceBytes = 64 * 1024
const firstVersionWithChecksum = 5
