/**
 * What reads one value, of one type of the format.
 */
import type { Shapes } from "../../data/Shapes.ts"
import type { Value } from "../../data/Value.ts"
import type { RdbSource } from "./RdbSource.ts"

/** Made for one value, of which it knows how much it has read. */
export interface ValueDecoder {
  /**
   * Reads on, and answers the value when it is complete; `undefined` while the source has stopped. What has been read of a value that comes in parts is not
   * read again, so that a long one costs no more in many pieces than in one.
   */
  readonly read: (source: RdbSource) => Value | typeof noElements | typeof passedOver | undefined
}

/** Instead of a value without elements. No key holds one, but old versions could write them, and Redis leaves them out since. */
export const noElements = Symbol("no elements")

/** Instead of a value of a module. */
export const passedOver = Symbol("passed over")

export interface DecoderOptions {
  readonly shapes: Shapes
  /**
   * Whether it is looked for members and fields that come twice also where that takes time and finding none changes nothing: in compact shapes, where they are
   * wrong but harmless.
   */
  readonly sanitizes: boolean
  /** Whether values of modules are passed over, for a checker; else they are failures. */
  readonly passesModules: boolean
}
