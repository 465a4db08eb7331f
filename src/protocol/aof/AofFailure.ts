/**
 * Why an append only file cannot be read on.
 */
export class AofFailure {
  readonly _tag = "AofFailure"
  /** Whether it ends within a command, as after a crash, or holds what is none. */
  readonly kind: "truncated" | "format"
  /** Where in the file it was noticed, in bytes from its beginning. */
  readonly offset: number
  /** The line that is there, as `AofReader` counts them. */
  readonly line: number
  /** A clause for people: "there is no line's end behind a string". */
  readonly reason: string

  constructor(kind: AofFailure["kind"], offset: number, line: number, reason: string) {
    this.kind = kind
    this.offset = offset
    this.line = line
    this.reason = reason
  }
}
