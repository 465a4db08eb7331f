/**
 * When a key was last used, in 24 bits: what OBJECT IDLETIME answers and the LRU eviction policies compare.
 *
 * The clock counts seconds and comes round after 194 days. Source: `getLRUClock` and `estimateObjectIdleTime` in evict.c.
 */

/** The clock at a time, in seconds: 0 to 2^24 - 1. */
export const accessClock = (nowMillis: number): number => Math.floor(nowMillis / 1000) & maxAccessClock

/**
 * How long ago `lastAccess` was, by two readings of the clock. In seconds.
 *
 * **Gotchas** Longer times than one round cannot be told from shorter ones. Across the turn one second is missing, as
 * in Redis.
 */
export const idleSeconds = (clock: number, lastAccess: number): number =>
  clock >= lastAccess ? clock - lastAccess : clock + (maxAccessClock - lastAccess)

/**
 * What the clock read so long ago: the reverse of `idleSeconds`, with the same second missing.
 *
 * **Gotchas** It cannot have been longer ago than one round. Longer times become others, as in Redis.
 */
export const lastAccess = (clock: number, idleSeconds: number): number =>
  (clock - idleSeconds + (idleSeconds > clock ? maxAccessClock : 0)) & maxAccessClock

/** The highest reading of the clock. */
export const maxAccessClock = 0xffffff
