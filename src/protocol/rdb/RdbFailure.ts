/**
 * Why an RDB file or a DUMP payload cannot be read.
 */
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
