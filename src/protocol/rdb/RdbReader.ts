/**
 * An RDB file, read as its bytes arrive, in pieces of any size: what is in it, one item after the other.
 *
 * ```
 * for (const piece of pieces) {
 *   reader.push(piece)
 *   for (let item = reader.next(); item !== needsInput; item = reader.next()) use(item)
 * }
 * reader.end()
 * ```
 *
 * All versions up to `newestRdbVersion` are read, with every form of a value that one of them had. Nothing in a file is trusted: what is wrong is a failure,
 * and no memory is taken for what is only said to come. A value of many elements is built while it arrives, so that a call of `next` costs as much as the
 * bytes that are new.
 *
 * It looks at no clock: keys that have expired are items like all others. It does not know what the auxiliary fields mean, nor which databases there are.
 * Source: rdb.c.
 */
import type { Buffer } from "node:buffer"
import type { Value } from "../../data/Value.ts"
import { beginValue } from "./beginValue.ts"
import { ModuleDecoder } from "./ModuleDecoder.ts"
import type { RdbFailure } from "./RdbFailure.ts"
import { newestRdbVersion, Opcode, ValueType } from "./RdbFormat.ts"
import { RdbSource } from "./RdbSource.ts"
import type { DecoderOptions, ValueDecoder } from "./ValueDecoder.ts"

export interface RdbReaderOptions extends DecoderOptions {
  /** Whether the bytes are compared with the checksum behind them. */
  readonly checksum: boolean
  /** Whether a file of a version that is not known yet is read as far as it is understood. */
  readonly readsNewer?: boolean
}

export type RdbItem =
  /** What a file begins with. */
  | { readonly _tag: "Version"; readonly version: number }
  | { readonly _tag: "Aux"; readonly name: string; readonly value: string }
  /** The keys that follow are of this database. */
  | { readonly _tag: "Database"; readonly index: number }
  /** So many keys will follow in this database, at least that is what it says. */
  | { readonly _tag: "Resize"; readonly keys: number; readonly volatileKeys: number }
  | RdbEntry
  /** A library of functions. */
  | { readonly _tag: "Library"; readonly code: string }
  /** Something that is of no use here, and what it is. */
  | { readonly _tag: "Skipped"; readonly what: string }
  /** The end of the file, and whether it had a checksum. What is behind it in the last piece (`offset`) is no part of it. */
  | { readonly _tag: "End"; readonly hasChecksum: boolean }

export interface RdbEntry {
  readonly _tag: "Entry"
  readonly key: string
  /** `undefined` for a list, set, hash or sorted set without elements, which is to be left out. */
  readonly value: Value | undefined
  readonly expireAtMillis: number | undefined
  /** How long nobody had used the key, and how often it was used (see `LogarithmicCounter`), as far as that was known. */
  readonly idleSeconds: number | undefined
  readonly frequency: number | undefined
}

/** All that has arrived is read. */
export const needsInput = Symbol("needs input")

export class RdbReader {
  readonly #source: RdbSource
  readonly #options: RdbReaderOptions
  #version = 0
  /** Whether the checksum is all that is left. */
  #isBehindEnd = false
  #last: RdbItem | undefined
  /** What is known of the key to come. */
  #expireAtMillis: number | undefined
  #idleSeconds: number | undefined
  #frequency: number | undefined
  /** What has been begun: a value of `#key`, or data of a module. */
  #decoder: ValueDecoder | undefined
  #key = ""
  /** The key of a string that is not complete. */
  #stringKey: string | undefined

  constructor(options: RdbReaderOptions) {
    this.#options = options
    this.#source = new RdbSource(options.checksum)
  }

  /** Bytes of the file that are done with. */
  get offset(): number {
    return this.#source.offset
  }

  /** The key whose value has been begun and not been read to its end, for a report of damage. */
  get openKey(): string | undefined {
    return this.#decoder === undefined || this.#decoder instanceof ModuleDecoder ? this.#stringKey : this.#key
  }

  /** The next piece of the file. It must stay as it is until `next` answers `needsInput`. */
  push(bytes: Buffer): void {
    this.#source.push(bytes)
  }

  /** Says that nothing more comes. What is not complete is a failure then. */
  end(): void {
    this.#source.end()
  }

  /** The next item. A failure is answered again and again. */
  next(): RdbItem | typeof needsInput | RdbFailure {
    const source = this.#source
    const item = source.resume() ? this.#next(source) : undefined
    if (item !== undefined) {
      source.commit()
      return item
    }
    if (source.failure !== undefined) return source.failure
    source.rest()
    return needsInput
  }

  /** The next item; `undefined` where the source has stopped before its end. */
  #next(source: RdbSource): RdbItem | undefined {
    if (this.#decoder !== undefined) return this.#goOn(source, this.#decoder)
    if (this.#version === 0) return this.#header(source)
    this.#stringKey = undefined
    while (!this.#isBehindEnd) {
      const type = source.byte()
      if (type === ValueType.string) {
        // What files hold most of, without the detour of the others.
        const key = source.text()
        const value = source.value()
        if (!source.isStopped) return this.#entry(key, value)
        // Where the key was not complete either, it is empty.
        this.#stringKey = key === "" ? undefined : key
        return undefined
      }
      const item = this.#itemOf(source, type)
      if (source.isStopped) return undefined
      source.commit()
      if (item !== undefined) return item
    }
    return this.#last ??= this.#checksum(source)
  }

  #header(source: RdbSource): RdbItem | undefined {
    const text = source.raw(headerBytes)
    if (source.isStopped) return undefined
    const digits = headerPattern.exec(text)?.[1]
    if (digits === undefined) {
      source.fail("it does not begin as an RDB file does", "signature")
      return undefined
    }
    const version = Number(digits)
    if (version < 1 || version > newestRdbVersion && this.#options.readsNewer !== true) {
      source.fail(`it is of version ${version}, and known are those up to ${newestRdbVersion}`, "version")
      return undefined
    }
    this.#version = version
    return { _tag: "Version", version }
  }

  /** What begins with this byte; `undefined` also for what only says something about the key to come. */
  #itemOf(source: RdbSource, type: number): RdbItem | undefined {
    switch (type) {
      case Opcode.expireTimeMillis:
        this.#expireAtMillis = source.millis()
        return undefined
      case Opcode.expireTimeSeconds:
        this.#expireAtMillis = source.seconds() * 1000
        return undefined
      case Opcode.idle:
        this.#idleSeconds = source.length()
        return undefined
      case Opcode.frequency:
        this.#frequency = source.byte()
        return undefined
      case Opcode.selectDatabase:
        return { _tag: "Database", index: source.length() }
      case Opcode.resizeDatabase:
        return { _tag: "Resize", keys: source.length(), volatileKeys: source.length() }
      case Opcode.aux:
        return { _tag: "Aux", name: source.text(), value: source.text() }
      case Opcode.slotInfo:
        // The slot, the number of its keys, and of those that expire.
        source.length()
        source.length()
        source.length()
        return { _tag: "Skipped", what: "what is said of a slot" }
      case Opcode.functionLibrary:
        return { _tag: "Library", code: source.text() }
      case Opcode.functionPreRelease:
        source.fail("it holds a function as only a pre-release of Redis 7 wrote it", "unsupported")
        return undefined
      case Opcode.moduleAux:
        return this.#begin(source, new ModuleDecoder(true))
      case Opcode.end:
        this.#isBehindEnd = true
        return undefined
      case ValueType.modulePreRelease:
        source.fail("it holds a value of a module as only a pre-release of Redis 4 wrote it", "unsupported")
        return undefined
      default: {
        const decoder = beginValue(type, this.#options)
        if (decoder === undefined) {
          source.fail(`there is no type ${type} of values`)
          return undefined
        }
        this.#key = source.text()
        return this.#begin(source, decoder)
      }
    }
  }

  /** Begins what may take more than one call. */
  #begin(source: RdbSource, decoder: ValueDecoder): RdbItem | undefined {
    if (source.isStopped) return undefined
    source.commit()
    this.#decoder = decoder
    return this.#goOn(source, decoder)
  }

  #goOn(source: RdbSource, decoder: ValueDecoder): RdbItem | undefined {
    const value = decoder.read(source)
    if (value === undefined) return undefined
    this.#decoder = undefined
    const entry = this.#entry(this.#key, typeof value === "symbol" ? undefined : value)
    return decoder instanceof ModuleDecoder
      ? { _tag: "Skipped", what: `data of the module type '${decoder.name}'` }
      : entry
  }

  #entry(key: string, value: Value | undefined): RdbEntry {
    const entry: RdbEntry = {
      _tag: "Entry",
      key,
      value,
      expireAtMillis: this.#expireAtMillis,
      idleSeconds: this.#idleSeconds,
      frequency: this.#frequency
    }
    this.#expireAtMillis = undefined
    this.#idleSeconds = undefined
    this.#frequency = undefined
    return entry
  }

  #checksum(source: RdbSource): RdbItem | undefined {
    if (this.#version < firstWithChecksum) return { _tag: "End", hasChecksum: false }
    const checksum = source.checksum()
    if (source.isStopped) return undefined
    if (checksum === "wrong") {
      source.fail("CRC error: its bytes are not those of which the checksum was made", "checksum")
      return undefined
    }
    return { _tag: "End", hasChecksum: checksum === "right" }
  }
}

const headerBytes = 9
/** Valkey has a magic of its own since version 80 of the format, which is not known here. */
const headerPattern = /^(?:REDIS|VALKEY)([0-9]+)$/
const firstWithChecksum = 5
