/**
 * The most elements that SRANDMEMBER, HRANDFIELD and ZRANDMEMBER choose with a negative count, by which an element may come again and again.
 *
 * Redis has no limit, because it sends a reply while it makes it. Here a reply is made first, and more than these would be too large for memory.
 */
export const mostRandomPicks = 2 ** 24
