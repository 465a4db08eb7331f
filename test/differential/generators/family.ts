/**
 * What the random commands of one family are, and the words that all families choose from, so that their commands meet.
 *
 * A generator takes all its randomness from what it is given, and names keys only by `key()`: the same generators serve the sequences of one family and
 * those across all of them. It makes no command whose effect is chance (SPOP of one member, say): afterwards the two servers would hold different data.
 */
import type { SeededRandom } from "../../support/random.ts"
import { type CommandGenerator, step, type StepInput } from "../differential.ts"

/** Makes one command of a family; `key()` is a random one of the keys that the sequence works on. */
export type FamilyGenerator = (random: SeededRandom, key: () => string) => StepInput

export type Family = ReadonlyArray<FamilyGenerator>

/** The generators of a family for keys of these names. */
export const onKeys = (names: ReadonlyArray<string>, family: Family): ReadonlyArray<CommandGenerator> =>
  family.map((make) => (random) => make(random, () => random.pick(names)))

/** Members, fields, elements and values: few, so that they are found again; of every form a listpack knows. */
export const word = (random: SeededRandom): string => random.pick(wordPool)

/** From one to `most` words. */
export const someWords = (random: SeededRandom, most: number): ReadonlyArray<string> =>
  Array.from({ length: 1 + random.integer(most) }, () => word(random))

/** An integer as text, small ones more often than large ones. */
export const wholeNumber = (random: SeededRandom): string =>
  random.chance(0.9) ? String(random.integer(40) - 20) : random.pick(numberPool)

/** A position or count, also some that lie outside. */
export const position = (random: SeededRandom): string => String(random.integer(16) - 8)

/** In any order: what hash tables list. */
export const unordered = (request: string | ReadonlyArray<string>): StepInput => step(request, { compare: "unordered" })

const wordPool: ReadonlyArray<string> = [
  "a",
  "b",
  "c",
  "d",
  "e",
  "",
  "0",
  "1",
  "2",
  "3",
  "-1",
  "007",
  "1.5",
  "100",
  "-5000",
  "70000",
  "8388608",
  "2147483648",
  "9223372036854775807",
  "\xff\0\r\n",
  "x".repeat(12),
  "y".repeat(40),
  "z".repeat(70)
]

const numberPool: ReadonlyArray<string> = [
  "9223372036854775807",
  "-9223372036854775808",
  "2147483647",
  "-2147483649",
  "4294967296",
  "x",
  "",
  "1.5"
]
