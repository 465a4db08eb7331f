/**
 * Takes byte strings where they lie: the bytes of `source` from `start` up to, not including, `end`. For whoever writes many of them on, and would make a
 * short-lived string of each otherwise.
 */
export interface ByteSink {
  readonly text: (source: string, start: number, end: number) => void
  readonly bytes: (source: Buffer, start: number, end: number) => void
}
