/**
 * Node's direct conversions between bytes and one-byte strings. They have been there since the beginning, undocumented and without types; `toString("latin1")`
 * and `write(text, "latin1")` are these with a look-up of the encoding's name around them.
 */
import "node:buffer"

declare global {
  interface Buffer {
    latin1Slice(start?: number, end?: number): string
    latin1Write(text: string, offset?: number, length?: number): number
  }
}
