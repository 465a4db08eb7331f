/**
 * Reads `skips.txt`, the one list of the official suite's tests that do not apply, each group with its reason.
 */

export interface Skips {
  /** Tags whose tests are left out in every unit, for example `needs:repl`. */
  readonly tags: ReadonlyArray<string>
  /** The names of the tests that are left out, or regular expressions behind a `/`, by unit. */
  readonly tests: ReadonlyMap<string, ReadonlyArray<string>>
  /** Units that are left out altogether. */
  readonly units: ReadonlySet<string>
  /** Directives that the suite puts into every configuration file, and that are taken out of those that Keyloom reads. */
  readonly directives: ReadonlyArray<string>
}

/**
 * The file has sections, `[tags]`, `[directives]` or a unit's name in brackets; in them a line `because: ...` gives the reason of the lines
 * below it, of which each names a tag, a directive or a test. `*` instead of a test leaves out the whole unit. Fails on a line without
 * a reason or a section.
 */
export const parseSkips = (text: string): Skips => {
  const tags: Array<string> = []
  const tests = new Map<string, Array<string>>()
  const units = new Set<string>()
  const directives: Array<string> = []
  let section: string | undefined
  let reason: string | undefined
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue
    const heading = /^\[(tags|directives|unit\/[\w/-]+|integration\/[\w/-]+)\]$/.exec(line)?.[1]
    if (heading !== undefined) {
      section = heading
      reason = undefined
    } else if (line.startsWith("because: ")) {
      reason = line.slice("because: ".length)
    } else if (section === undefined || reason === undefined) {
      throw new Error(`skips.txt:${index + 1}: a test without a section or a reason: ${line}`)
    } else if (section === "tags") {
      tags.push(line)
    } else if (section === "directives") {
      directives.push(line)
    } else if (line === "*") {
      units.add(section)
    } else {
      const names = tests.get(section) ?? []
      names.push(line)
      tests.set(section, names)
    }
  }
  return { tags, tests, units, directives }
}
