/**
 * How much one node of a list may hold: what `list-max-listpack-size` says, with Redis's additions to it.
 *
 * Source: quicklist.c.
 */

/** The meaning of `list-max-listpack-size`: a number of elements where it is positive, else the level of a number of bytes. */
export type Fill = number

/** A list keeps the fill it was given in the 16 bits that Redis has for it. */
export const clampFill = (fill: number): Fill => Math.max(-levels.length, Math.min(fill, 0x7fff))

/** As many nodes at each end as fit into Redis's 16 bits. */
export const clampDepth = (depth: number): number => Math.min(depth, 0xffff)

/** What one node may hold at most, in listpack bytes and elements. Half of it is where a list that shrinks becomes compact again. */
export const nodeLimit = (fill: Fill): { readonly bytes: number; readonly count: number } =>
  fill >= 0 ? { bytes: Infinity, count: Math.max(fill, 1) } : { bytes: levelBytes(fill), count: Infinity }

/** Whether a listpack of so many bytes and elements is too large for one node. */
export const exceedsLimit = (fill: Fill, bytes: number, count: number): boolean =>
  fill >= 0 ? bytes > safeBytes || count > Math.max(fill, 1) : bytes > levelBytes(fill)

/** Whether an element of so many bytes has a node to itself; `threshold` overrides the rule where it is not 0. */
export const isLarge = (fill: Fill, bytes: number, threshold: number): boolean => {
  if (threshold > 0) return bytes >= threshold
  return bytes > (fill >= 0 ? safeBytes : levelBytes(fill))
}

const levelBytes = (fill: Fill): number => levels[Math.min(-fill, levels.length) - 1]!

const levels = [4096, 8192, 16384, 32768, 65536]

/** The limit in bytes where the configuration gives one in elements. */
const safeBytes = 8192
