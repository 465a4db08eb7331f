/**
 * An RDB file, written piece by piece: the caller says what is in it, and takes the bytes whenever it wants.
 *
 * ```
 * writer.header([["redis-ver", "7.2.4"], ...])
 * writer.database(0, keys, volatileKeys)
 * for (const { key, value, facts } of entries) {
 *   const rest = writer.entry(key, value, facts)
 *   while (rest?.next().done === false) await write(writer.take())
 * }
 * writer.end()
 * ```
 *
 * The version stands first in a file, so it has to be known before the values are: 12 where a hash has fields with deadlines (`needsHashExpiry`), which no
 * other version knows. The writer looks at no clock, and takes the order of keys and databases as it comes. Source: rdb.c.
 */
import { Buffer } from "node:buffer"
import type { ByteString } from "../../data/ByteString.ts"
import { Crc64 } from "../../data/Crc64.ts"
import type { Value } from "../../data/Value.ts"
import { magic, Opcode } from "./RdbFormat.ts"
import { type Parts, RdbOutput } from "./RdbOutput.ts"
import { valueType, writeValue } from "./writeValue.ts"

export interface RdbWriterOptions {
  /** From 10, which is that of Redis 7.0, to 12. */
  readonly version: number
  /** Whether strings are compressed that become shorter by it. */
  readonly compresses: boolean
  /** Whether the file ends with a checksum; else zeros stand for "none". */
  readonly checksum: boolean
}

/** What is known of a key besides its value. Where it is `undefined` nothing is written of it. */
export interface EntryFacts {
  readonly expireAtMillis: number | undefined
  /** How long nobody has used it, for a policy of eviction that asks for this. */
  readonly idleSeconds: number | undefined
  /** How often it is used (see `LogarithmicCounter`), for a policy that asks for that. */
  readonly frequency: number | undefined
}

export class RdbWriter {
  readonly #version: number
  readonly #output: RdbOutput
  readonly #checksum: Crc64 | undefined
  /** The checksum, when all the rest is written. */
  #end: Buffer | undefined

  constructor({ checksum, compresses, version }: RdbWriterOptions) {
    this.#version = version
    this.#output = new RdbOutput(compresses)
    this.#checksum = checksum ? new Crc64() : undefined
  }

  /** Bytes that are written and not taken. */
  get pendingBytes(): number {
    return this.#output.pendingBytes + (this.#end?.length ?? 0)
  }

  /** The bytes since they were last taken. They stay as they are, and belong to the caller. */
  take(): ReadonlyArray<Buffer> {
    const chunks = this.#output.take()
    if (this.#checksum !== undefined) { for (const chunk of chunks) this.#checksum.update(chunk) }
    if (this.#end === undefined) return chunks
    this.#checksum?.writeTo(this.#end, 0)
    const end = this.#end
    this.#end = undefined
    return [...chunks, end]
  }

  /** The beginning of the file. The auxiliary fields say where it comes from; Redis knows which ones it reads. */
  header(aux: ReadonlyArray<readonly [name: string, value: string | number]>): void {
    const output = this.#output
    output.raw(magic + String(this.#version).padStart(versionDigits, "0"))
    for (const [name, value] of aux) {
      output.byte(Opcode.aux)
      output.string(name)
      if (typeof value === "number") output.integer(value)
      else output.string(value)
    }
  }

  /** The entries that follow are of this database, which has so many keys, and so many with a deadline among them: a hint for who loads it. */
  database(index: number, keys: number, volatileKeys: number): void {
    const output = this.#output
    output.byte(Opcode.selectDatabase)
    output.length(index)
    output.byte(Opcode.resizeDatabase)
    output.length(keys)
    output.length(volatileKeys)
  }

  /** A library of functions. */
  library(code: string): void {
    this.#output.byte(Opcode.functionLibrary)
    this.#output.string(code)
  }

  /**
   * One key. What is returned writes the rest of a large value, in parts of some 64 KB, between which the bytes can be taken; nothing else may be written, and
   * the value must not change, before it is through. `undefined` where everything is written.
   */
  entry(key: ByteString, value: Value, { expireAtMillis, frequency, idleSeconds }: EntryFacts): Parts | undefined {
    const output = this.#output
    if (expireAtMillis !== undefined) {
      output.byte(Opcode.expireTimeMillis)
      output.millis(expireAtMillis)
    }
    if (idleSeconds !== undefined) {
      output.byte(Opcode.idle)
      output.length(idleSeconds)
    }
    if (frequency !== undefined) {
      output.byte(Opcode.frequency)
      output.byte(frequency)
    }
    output.byte(valueType(value, this.#version))
    output.string(key)
    return writeValue(output, value, this.#version)
  }

  /** The end of the file. */
  end(): void {
    this.#output.byte(Opcode.end)
    this.#end = Buffer.alloc(checksumBytes)
  }
}

const versionDigits = 4
const checksumBytes = 8
