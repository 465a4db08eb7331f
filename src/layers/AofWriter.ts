/**
 * Appends commands to a file: they are gathered in memory, written before the replies to them leave, and brought to the disk as `appendfsync` says.
 *
 * Writing is synchronous, so that a process which is killed loses nothing that it has answered. Which file it is, and what becomes of it, is not decided here.
 * Source: `flushAppendOnlyFile` and `feedAppendOnlyFile` in aof.c.
 */
import * as Fs from "node:fs"
import type { Request } from "../protocol/Request.ts"
import type { CommandClock } from "../services/CommandClock.ts"
import type { ConfigValues } from "../services/config/directives.ts"
import type { AppendFigures } from "../services/PersistenceState.ts"
import type { Propagated } from "../services/Propagation.ts"
import { systemErrorText } from "./systemErrorText.ts"

export interface AofWriterServices {
  readonly clock: CommandClock["Service"]
  readonly config: ConfigValues
  readonly figures: AppendFigures
  /** Whether a snapshot keeps the disk busy. */
  readonly isDiskBusy: () => boolean
  /** What was written, or brought to the disk, could not be, or can be again. */
  readonly onTrouble: (message: string) => void
  /** An acknowledged write would be lost: the server must not go on. */
  readonly onFatal: (message: string) => void
  /** Bytes up to here, counted over all files, are on the disk. */
  readonly onSynced: () => void
}

export class AofWriter {
  /** DEBUG AOF-FLUSH-SLEEP: a pause before each write, in milliseconds. */
  pauseMillis = 0
  /** Bytes that were appended since the start, over all files, and how many of them are on the disk. */
  appendedOffset = 0
  syncedOffset = 0
  readonly #services: AofWriterServices
  readonly #pause: (millis: number) => void
  #buffer = Buffer.allocUnsafeSlow(initialBufferBytes)
  #length = 0
  #file: number | undefined
  #fileBytes = 0
  #writtenOffset = 0
  /** The database of the last command in this file, -1 in a new one. */
  #database = -1
  #timestamp = 0
  #isSyncing = false
  #postponedAtNanos: number | undefined
  #writeError: string | undefined
  #syncError: string | undefined
  #isFlushScheduled = false

  constructor(services: AofWriterServices, pause: (millis: number) => void) {
    this.#services = services
    this.#pause = pause
  }

  get isOpen(): boolean {
    return this.#file !== undefined
  }

  /** Whether something waits to be written. */
  get isPending(): boolean {
    return this.#length > 0
  }

  /** Goes on in this file, behind what it holds. What was gathered before belongs to the former one. Throws what the system says. */
  open(path: string, isNew: boolean): void {
    const file = Fs.openSync(path, isNew ? "w" : "a", fileMode)
    this.close()
    this.#file = file
    this.#fileBytes = Fs.fstatSync(file).size
    this.#database = -1
    this.#timestamp = 0
  }

  /** Writes what is gathered, brings it to the disk, and lets the file go. */
  close(): void {
    if (this.#file === undefined) return
    this.flush(true)
    try {
      if (this.#services.config.appendfsync !== "no") Fs.fdatasyncSync(this.#file)
      this.#setSynced(this.#writtenOffset)
    } catch (error) {
      this.#services.onTrouble(`Fail to fsync the AOF file: ${systemErrorText(error)}`)
    }
    Fs.closeSync(this.#file)
    this.#file = undefined
    this.#forget()
  }

  /** Lets the file go, and forgets what is gathered for it. */
  abandon(): void {
    if (this.#file !== undefined) Fs.closeSync(this.#file)
    this.#file = undefined
    this.#forget()
    this.#setErrors(undefined, undefined)
  }

  /** What could not be written into one file must not get into another one. */
  #forget(): void {
    this.#length = 0
    this.#writtenOffset = this.appendedOffset
    this.#postponedAtNanos = undefined
    this.#services.figures.bufferBytes = 0
  }

  /** Appends one atomic step. */
  append(unit: ReadonlyArray<Propagated>): void {
    const before = this.#length
    if (this.#services.config["aof-timestamp-enabled"]) this.#annotate()
    const isTransaction = unit.length > 1
    if (isTransaction) this.#put(multi)
    for (const { database, request } of unit) {
      if (database !== this.#database) {
        const digits = String(database)
        this.#put(`*2\r\n$6\r\nSELECT\r\n$${digits.length}\r\n${digits}\r\n`)
        this.#database = database
      }
      this.#putRequest(request)
    }
    if (isTransaction) this.#put(exec)
    this.appendedOffset += this.#length - before
    this.#services.figures.bufferBytes = this.#length
    // What no reply waits for, such as the end of an expired key, is written when this turn of the event loop ends.
    if (this.#isFlushScheduled) return
    this.#isFlushScheduled = true
    setImmediate(() => {
      this.#isFlushScheduled = false
      this.flush()
    })
  }

  /** Writes what is gathered; while the disk is busy with what was written before, it may wait for up to two seconds. */
  flush(isForced = false): void {
    const file = this.#file
    if (this.#length === 0 || file === undefined) return
    const { clock, config, figures, onFatal, onTrouble } = this.#services
    const isAlways = config.appendfsync === "always"
    if (config.appendfsync === "everysec" && this.#isSyncing && !isForced) {
      const now = clock.monotonicNanos()
      this.#postponedAtNanos ??= now
      if (now - this.#postponedAtNanos < longestPostponedNanos) return
      figures.delayedFsyncs++
      onTrouble(
        "Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to complete, this may slow down the server."
      )
    }
    this.#postponedAtNanos = undefined
    if (this.pauseMillis > 0) this.#pause(this.pauseMillis)
    let written = 0
    try {
      while (written < this.#length) written += Fs.writeSync(file, this.#buffer, written, this.#length - written)
    } catch (error) {
      const text = systemErrorText(error)
      if (this.#writeError === undefined) onTrouble(`Error writing to the AOF file: ${text}`)
      this.#setErrors(text, this.#syncError)
      this.#takeBack(file, written)
      if (isAlways) {
        onFatal("Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...")
      }
      return
    }
    if (this.#writeError !== undefined) {
      onTrouble("AOF write error looks solved. The server can write again.")
      this.#setErrors(undefined, this.#syncError)
    }
    this.#wrote(written)
    if (!isAlways || config["no-appendfsync-on-rewrite"] && this.#services.isDiskBusy()) return
    try {
      Fs.fdatasyncSync(file)
      this.#setSynced(this.#writtenOffset)
    } catch (error) {
      onFatal(
        `Can't persist AOF for fsync error when the AOF fsync policy is 'always': ${systemErrorText(error)}. Exiting...`
      )
    }
  }

  /** Called every second: brings what was written to the disk, beside the event loop, and tries again what did not succeed. */
  tick(): void {
    this.flush()
    const file = this.#file
    const { config, figures, onTrouble } = this.#services
    if (file === undefined || this.#isSyncing || this.syncedOffset === this.#writtenOffset) return
    if (config.appendfsync === "no" || config["no-appendfsync-on-rewrite"] && this.#services.isDiskBusy()) return
    const offset = this.#writtenOffset
    this.#isSyncing = true
    figures.pendingFsyncs = 1
    Fs.fdatasync(file, (error) => {
      this.#isSyncing = false
      figures.pendingFsyncs = 0
      // Meanwhile the file may have been brought to the disk, and closed, by a change to another one.
      if (this.#file !== file) return this.flush()
      if (error === null) this.#setSynced(offset)
      else if (this.#syncError === undefined) onTrouble(`Fail to fsync the AOF file: ${systemErrorText(error)}`)
      this.#setErrors(this.#writeError, error === null ? undefined : systemErrorText(error))
      this.flush()
    })
  }

  /** Takes back a part of a command; where that is not possible it stays, and the rest will follow. */
  #takeBack(file: number, written: number): void {
    if (written === 0) return
    try {
      Fs.ftruncateSync(file, this.#fileBytes)
    } catch {
      this.#wrote(written)
    }
  }

  #wrote(bytes: number): void {
    const { figures } = this.#services
    this.#fileBytes += bytes
    this.#writtenOffset += bytes
    figures.currentBytes += bytes
    this.#buffer.copyWithin(0, bytes, this.#length)
    this.#length -= bytes
    figures.bufferBytes = this.#length
    if (this.#length === 0 && this.#buffer.length > largestKeptBytes) {
      this.#buffer = Buffer.allocUnsafeSlow(initialBufferBytes)
    }
  }

  #setSynced(offset: number): void {
    if (offset <= this.syncedOffset) return
    this.syncedOffset = offset
    this.#services.onSynced()
  }

  #setErrors(writeError: string | undefined, syncError: string | undefined): void {
    this.#writeError = writeError
    this.#syncError = syncError
    this.#services.figures.writeError = writeError ?? syncError
  }

  /** Says when what follows was run, once a second. */
  #annotate(): void {
    const seconds = Math.floor(this.#services.clock.millis / 1000)
    if (seconds <= this.#timestamp) return
    this.#timestamp = seconds
    this.#put(`#TS:${seconds}\r\n`)
  }

  #put(text: string): void {
    this.#reserve(text.length)
    this.#length += this.#buffer.latin1Write(text, this.#length)
  }

  #putRequest(request: Request): void {
    this.#reserve(request.encodedBytes)
    this.#length = request.encodeInto(this.#buffer, this.#length)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.#length + bytes))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

const multi = "*1\r\n$5\r\nMULTI\r\n"
const exec = "*1\r\n$4\r\nEXEC\r\n"

const fileMode = 0o644
const initialBufferBytes = 64 * 1024
const largestKeptBytes = 4 * 1024 * 1024
const longestPostponedNanos = 2_000_000_000
