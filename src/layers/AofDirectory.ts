/**
 * The directory of an append-only file in parts: its manifest on disk, and the names of the files in it.
 *
 * What it does happens at once: the files are few and small, and the manifest must never say something else than what has been done. A manifest is written
 * under another name first, so that the old one or the new one is there at any time. Source for the names and the order of files: aof.c.
 */
import * as Fs from "node:fs"
import * as Path from "node:path"
import {
  emptyManifest,
  formatManifest,
  type Manifest,
  type ManifestFailure,
  type ManifestFile,
  parseManifest
} from "../protocol/aof/Manifest.ts"
import { bytesOfText, textOfBytes } from "../services/config/DirectiveFormat.ts"
import type { ConfigValues } from "../services/config/directives.ts"

export class AofDirectory {
  manifest: Manifest = emptyManifest
  readonly #config: ConfigValues
  #baseSequence = 0
  #incrementalSequence = 0

  constructor(config: ConfigValues) {
    this.#config = config
  }

  get path(): string {
    return Path.join(this.#config.dir, this.#config.appenddirname)
  }

  get manifestName(): string {
    return `${this.#config.appendfilename}.manifest`
  }

  /** Where commands go while the first base is still being written: no manifest knows this file. */
  get temporaryIncrementalPath(): string {
    return Path.join(this.path, `temp-${this.#config.appendfilename}.incr`)
  }

  /** The one file that versions before 7.0 had. */
  get formerPath(): string {
    return Path.join(this.#config.dir, this.#config.appendfilename)
  }

  pathOf({ name }: ManifestFile): string {
    return Path.join(this.path, textOfBytes(name))
  }

  /** All that are to be read, in their order. */
  get files(): ReadonlyArray<ManifestFile> {
    const { base, incremental } = this.manifest
    return base === undefined ? incremental : [base, ...incremental]
  }

  /** Bytes of all that are to be read, as far as they are there. */
  get bytes(): number {
    return this.files.reduce((sum, file) => sum + (Fs.statSync(this.pathOf(file), noThrow)?.size ?? 0), 0)
  }

  /** Reads the manifest from the disk; where there is none there are no files. Throws what the system says. */
  read(): ManifestFailure | undefined {
    const path = Path.join(this.path, this.manifestName)
    const parsed = Fs.existsSync(path) ? parseManifest(Fs.readFileSync(path, "latin1")) : emptyManifest
    if ("_tag" in parsed) return parsed
    this.manifest = parsed
    this.#baseSequence = parsed.base?.sequence ?? 0
    this.#incrementalSequence = parsed.incremental.at(-1)?.sequence ?? 0
    return undefined
  }

  /** Takes a single file of former times over as the base. One that the directory has already stays. */
  upgrade(): void {
    const name = bytesOfText(this.#config.appendfilename)
    const base: ManifestFile = { name, sequence: 1, type: "base" }
    Fs.mkdirSync(this.path, { recursive: true })
    if (this.manifest.base === undefined) {
      this.write({ ...this.manifest, base })
      this.#baseSequence = 1
    }
    Fs.renameSync(this.formerPath, this.pathOf(base))
    syncDirectory(this.path)
    syncDirectory(this.#config.dir)
  }

  /** Whether a file of former times waits to be taken over: there is no manifest, or one of an upgrade that was interrupted. */
  get needsUpgrade(): boolean {
    const { base, history, incremental } = this.manifest
    if (!Fs.existsSync(this.formerPath) || !Fs.statSync(this.formerPath).isFile()) return false
    if (base === undefined) return incremental.length === 0 && history.length === 0
    return textOfBytes(base.name) === this.#config.appendfilename && incremental.length === 0 && history.length === 0 &&
      !Fs.existsSync(this.pathOf(base))
  }

  /** The name that the next base gets. */
  nextBase(isRdb: boolean): ManifestFile {
    const sequence = this.#baseSequence + 1
    const name = bytesOfText(`${this.#config.appendfilename}.${sequence}.base.${isRdb ? "rdb" : "aof"}`)
    return { name, sequence, type: "base" }
  }

  /** The name that the next incremental file gets. */
  nextIncremental(): ManifestFile {
    const sequence = this.#incrementalSequence + 1
    return { name: bytesOfText(`${this.#config.appendfilename}.${sequence}.incr.aof`), sequence, type: "incremental" }
  }

  /** From now on commands are appended to this file. */
  addIncremental(file: ManifestFile): void {
    this.write({ ...this.manifest, incremental: [...this.manifest.incremental, file] })
    this.#incrementalSequence = file.sequence
  }

  /** A rewrite is through: this base takes the place of all but these incremental files, which are history then. */
  replaceBase(base: ManifestFile, incremental: ReadonlyArray<ManifestFile>): void {
    const former = this.manifest
    const replaced = former.incremental.filter(({ name }) => !incremental.some((other) => other.name === name))
    const history = [...replaced, ...(former.base === undefined ? [] : [former.base]), ...former.history]
    this.write({ base, incremental, history: history.map((file) => ({ ...file, type: "history" })) })
    this.#baseSequence = base.sequence
    this.#incrementalSequence = Math.max(this.#incrementalSequence, incremental.at(-1)?.sequence ?? 0)
  }

  /** Takes the history out of the manifest, and answers the paths of its files, which nobody needs any more. */
  forgetHistory(): ReadonlyArray<string> {
    const { history } = this.manifest
    if (history.length === 0) return []
    this.write({ ...this.manifest, history: [] })
    return history.map((file) => this.pathOf(file))
  }

  /** Makes this the manifest, on disk first. */
  write(manifest: Manifest): void {
    Fs.mkdirSync(this.path, { recursive: true })
    const temporaryPath = Path.join(this.path, `temp-${this.manifestName}`)
    const file = Fs.openSync(temporaryPath, "w", fileMode)
    try {
      Fs.writeSync(file, Buffer.from(formatManifest(manifest), "latin1"))
      Fs.fsyncSync(file)
    } finally {
      Fs.closeSync(file)
    }
    Fs.renameSync(temporaryPath, Path.join(this.path, this.manifestName))
    syncDirectory(this.path)
    this.manifest = manifest
  }
}

const noThrow = { throwIfNoEntry: false } as const

/** Only then a name that was given in it survives the end of the machine. */
const syncDirectory = (path: string): void => {
  const directory = Fs.openSync(path, "r")
  try {
    Fs.fsyncSync(directory)
  } finally {
    Fs.closeSync(directory)
  }
}

const fileMode = 0o644
