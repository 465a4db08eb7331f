/**
 * Why an RDB file or a DUMP payload cannot be read.
 */
import { ValueType } from "./RdbFormat.ts"

export class RdbFailure {
  readonly _tag = "RdbFailure"
  readonly kind: RdbFailureKind
  /** Where in the file it was noticed, in bytes from its beginning. */
  readonly offset: number
  /** A clause for people: "a length cannot begin with the byte 200". */
  readonly reason: string

  constructor(kind: RdbFailureKind, offset: number, reason: string) {
    this.kind = kind
    this.offset = offset
    this.reason = reason
  }

  /** The same of a value of this type, in the words by which Redis's log says that it was looked into and found damaged. */
  inValue(type: number): RdbFailure {
    const name = typeNames.get(type)
    if (name === undefined || this.kind !== "damaged" && this.kind !== "truncated") return this
    return new RdbFailure(this.kind, this.offset, `${name} integrity check failed: ${this.reason}`)
  }
}

/**
 * - `signature`: it does not begin as such a file does;
 * - `version`: it was written by something newer, or says no version that there was;
 * - `checksum`: its bytes are not those that were written;
 * - `truncated`: it ends before its end;
 * - `damaged`: it says something that cannot be;
 * - `unsupported`: it holds what is not there here, such as the values of modules.
 */
export type RdbFailureKind = "signature" | "version" | "checksum" | "truncated" | "damaged" | "unsupported"

const typeNames: ReadonlyMap<number, string> = new Map([
  [ValueType.hashZipmap, "Zipmap"],
  [ValueType.listZiplist, "List ziplist"],
  [ValueType.setIntset, "Intset"],
  [ValueType.sortedSetZiplist, "Zset ziplist"],
  [ValueType.hashZiplist, "Hash ziplist"],
  [ValueType.listQuicklist, "Quicklist ziplist"],
  [ValueType.streamListpacks, "Stream listpack"],
  [ValueType.hashListpack, "Hash listpack"],
  [ValueType.sortedSetListpack, "Zset listpack"],
  [ValueType.listQuicklist2, "Quicklist listpack"],
  [ValueType.streamListpacks2, "Stream listpack"],
  [ValueType.setListpack, "Set listpack"],
  [ValueType.streamListpacks3, "Stream listpack"],
  [ValueType.hashListpackExpiry, "Hash listpack"]
])
