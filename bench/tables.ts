/** The little arithmetic and the markdown of the benchmarks. */

export const median = (figures: ReadonlyArray<number>): number => {
  const sorted = [...figures].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export const geometricMean = (figures: ReadonlyArray<number>): number =>
  Math.exp(figures.reduce((sum, figure) => sum + Math.log(figure), 0) / figures.length)

/** A table with its first column to the left and all others, figures, to the right. */
export const markdownTable = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): string =>
  [
    `| ${headings.join(" | ")} |`,
    `| ${headings.map((_, index) => index === 0 ? "---" : "---:").join(" | ")} |`,
    ...rows.map((row) => `| ${row.join(" | ")} |`)
  ].join("\n")
