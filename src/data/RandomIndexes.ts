/**
 * Choices by chance among numbered things. Chance is given, as a function that answers numbers from 0 to 1, 1 excluded.
 */

/** One index below `size`. */
export const randomIndex = (size: number, random: () => number): number => Math.floor(random() * size)

/**
 * So many different indexes below `size`, `count <= size`: every choice with the same probability, in O(count).
 *
 * Source: R. W. Floyd in J. Bentley, "Programming Pearls: A Sample of Brilliance" (1987).
 */
export const differentIndexes = (count: number, size: number, random: () => number): Set<number> => {
  const chosen = new Set<number>()
  for (let last = size - count; last < size; last++) {
    const index = randomIndex(last + 1, random)
    chosen.add(chosen.has(index) ? last : index)
  }
  return chosen
}
