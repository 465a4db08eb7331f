/**
 * The manifest of an append only file in parts: which files there are, what each of them is, and in which order they are read.
 *
 * ```
 * file appendonly.aof.2.base.rdb seq 2 type b
 * file appendonly.aof.1.incr.aof seq 1 type h
 * file appendonly.aof.2.incr.aof seq 2 type i
 * ```
 *
 * Texts are bytes, as latin1. Pairs of other words than these three are for versions to come and are passed over; whole lines may be comments that begin with
 * `#`. Everything else is refused, since with a part left out the data would be wrong without a word. It reads no files and does not ask whether they are there.
 * Source: aof.c.
 */
import { flatCopy } from "../../data/ByteString.ts"
import { repr, splitArguments } from "../../data/Repr.ts"

export interface Manifest {
  /** The snapshot that comes first. */
  readonly base: ManifestFile | undefined
  /** What was written since, in the order of their sequence numbers. */
  readonly incremental: ReadonlyArray<ManifestFile>
  /** What a rewrite has replaced and nobody has removed yet; the newest is first. */
  readonly history: ReadonlyArray<ManifestFile>
}

export interface ManifestFile {
  /** In the directory of the manifest: never a path. */
  readonly name: string
  /** Counted from 1, each type for itself. */
  readonly sequence: number
  readonly type: "base" | "history" | "incremental"
}

/** What Redis has against a manifest, in its words, and where. */
export interface ManifestFailure {
  readonly _tag: "ManifestFailure"
  readonly reason: ManifestFailureReason
  /** Counted from 1; 0 for a manifest without lines. */
  readonly line: number
  /** That line, without the space around it; of a very long one the beginning. */
  readonly text: string
}

export type ManifestFailureReason =
  | "Found an empty AOF manifest"
  | "The AOF manifest file contains too long line"
  | "Invalid AOF manifest file format"
  | "File can't be a path, just a filename"
  | "Found duplicate base file information"
  | "Found a non-monotonic sequence number"
  | "Unknown AOF file type"

/** A manifest of no files. */
export const emptyManifest: Manifest = { base: undefined, incremental: [], history: [] }

/** The longest line, with its line feed. */
export const maxManifestLineBytes = 1024

/** Reads a manifest. */
export const parseManifest = (text: string): Manifest | ManifestFailure => {
  let base: ManifestFile | undefined
  const incremental: Array<ManifestFile> = []
  const history: Array<ManifestFile> = []
  let line = 0
  const fail = (reason: ManifestFailureReason, of: string): ManifestFailure => ({
    _tag: "ManifestFailure",
    reason,
    line,
    text: of.slice(0, maxManifestLineBytes).replace(outerSpace, "")
  })

  if (text === "") return fail("Found an empty AOF manifest", "")
  for (let at = 0; at < text.length;) {
    line++
    const lineFeed = text.indexOf("\n", at)
    const end = lineFeed < 0 ? text.length : lineFeed
    const whole = text.slice(at, end)
    at = end + 1
    if (whole.startsWith("#")) continue
    // A last line that has no line feed was cut, or it would be there. Redis says of both that they are too long.
    if (lineFeed < 0 || whole.length + 1 > maxManifestLineBytes) {
      return fail("The AOF manifest file contains too long line", whole)
    }
    const file = parseLine(whole.replace(outerSpace, ""))
    if (typeof file === "string") return fail(file, whole)
    switch (file.type) {
      case "base":
        if (base !== undefined) return fail("Found duplicate base file information", whole)
        base = file
        break
      case "history":
        history.push(file)
        break
      case "incremental":
        if (file.sequence <= (incremental.at(-1)?.sequence ?? 0)) {
          return fail("Found a non-monotonic sequence number", whole)
        }
        incremental.push(file)
        break
    }
  }
  return { base, incremental, history }
}

/** The text of a manifest, which `parseManifest` reads back. */
export const formatManifest = ({ base, history, incremental }: Manifest): string =>
  [...(base === undefined ? [] : [base]), ...history, ...incremental].map(formatLine).join("")

const formatLine = ({ name, sequence, type }: ManifestFile): string =>
  `file ${plainName.test(name) ? name : repr(name)} seq ${sequence} type ${type[0]}\n`

const parseLine = (line: string): ManifestFile | ManifestFailureReason => {
  const words = splitArguments(line)
  if (words === undefined || words.length < 6 || words.length % 2 !== 0) return "Invalid AOF manifest file format"
  let name = ""
  let sequence = 0
  let type = ""
  for (let index = 0; index < words.length; index += 2) {
    // The assertions hold because there is an even number of words.
    const value = words[index + 1]!
    switch (words[index]!.toLowerCase()) {
      case "file":
        if (isPath.test(value)) return "File can't be a path, just a filename"
        name = value
        break
      case "seq":
        sequence = positiveNumber.test(value) ? Number(value) : 0
        break
      case "type":
        type = value[0] ?? ""
        break
    }
  }
  if (name === "" || type === "" || sequence === 0 || !Number.isSafeInteger(sequence)) {
    return "Invalid AOF manifest file format"
  }
  const named = types.get(type)
  return named === undefined ? "Unknown AOF file type" : { name: flatCopy(name), sequence, type: named }
}

const types: ReadonlyMap<string, ManifestFile["type"]> = new Map([
  ["b", "base"],
  ["h", "history"],
  ["i", "incremental"]
])

const outerSpace = /^[ \t\r\n]+|[ \t\r\n]+$/g
const positiveNumber = /^0*[1-9][0-9]*$/
/** Also the names of the directory itself and of the one above it. */
const isPath = /[/\\]|^\.\.?$/
/** What needs no quotes. */
const plainName = /^[!#-&(-[\]-~]+$/
