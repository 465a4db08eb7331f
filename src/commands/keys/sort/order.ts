/**
 * The order of SORT: by number or by bytes, of the elements or of weights that are looked up for them.
 *
 * Bytes are compared as with the "C" locale. What has the same weight stays in the order it had, or, where weights are numbers, is ordered by its bytes.
 */
import * as ByteString from "../../../data/ByteString.ts"
import { parseDouble } from "../../../data/Double.ts"
import { type CommandError, Failure } from "../../../protocol/CommandError.ts"

export interface Order {
  /** What an element is ordered by, `undefined` where there is nothing; itself unless given. */
  readonly weightOf: ((element: string) => ByteString.ByteString | undefined) | undefined
  readonly isAlpha: boolean
  readonly isDescending: boolean
  /** The result is kept rather than answered: it must not depend on anything but the bytes. */
  readonly isStored: boolean
}

interface Weighted<W> {
  readonly element: ByteString.ByteString
  readonly text: string
  readonly weight: W
}

const notNumbers = new Failure("One or more scores can't be converted into double")

export const ordered = (
  elements: ReadonlyArray<ByteString.ByteString>,
  order: Order
): ReadonlyArray<ByteString.ByteString> | CommandError =>
  order.isAlpha ? byText(elements, order) : byNumber(elements, order)

const byText = (
  elements: ReadonlyArray<ByteString.ByteString>,
  { isDescending, isStored, weightOf }: Order
): ReadonlyArray<ByteString.ByteString> => {
  // An answer is ordered as C strings are, of which nothing counts from a zero byte on.
  const visible = (bytes: ByteString.ByteString): string => {
    const text = ByteString.toText(bytes)
    return isStored ? text : text.split("\0", 1)[0] ?? text
  }
  const rows = elements.map((element): Weighted<string | undefined> => {
    const text = ByteString.toText(element)
    const weight = weightOf === undefined ? text : weightOf(text)
    return { element, text, weight: weight === undefined ? undefined : visible(weight) }
  })
  const sign = isDescending ? -1 : 1
  rows.sort((a, b) => sign * compareWeights(a.weight, b.weight))
  return rows.map(({ element }) => element)
}

/** What has no weight comes first. */
const compareWeights = (a: string | undefined, b: string | undefined): number =>
  a === b ? 0 : a === undefined ? -1 : b === undefined ? 1 : a < b ? -1 : 1

const byNumber = (
  elements: ReadonlyArray<ByteString.ByteString>,
  { isDescending, weightOf }: Order
): ReadonlyArray<ByteString.ByteString> | CommandError => {
  const rows: Array<Weighted<number>> = []
  let isValid = true
  for (const element of elements) {
    const text = ByteString.toText(element)
    const bytes = weightOf === undefined ? text : weightOf(text)
    const weight = bytes === undefined ? 0 : numberIn(ByteString.toText(bytes))
    // The others are looked up all the same, which leaves its trace in their keys.
    if (weight === undefined) isValid = false
    rows.push({ element, text, weight: weight ?? 0 })
  }
  if (!isValid) return notNumbers
  const sign = isDescending ? -1 : 1
  rows.sort((a, b) => sign * (a.weight < b.weight ? -1 : a.weight > b.weight ? 1 : compareWeights(a.text, b.text)))
  return rows.map(({ element }) => element)
}

/** The number that C's strtod reads in a C string: blanks may come first, and no text at all is 0. */
const numberIn = (text: string): number | undefined => {
  const [visible = ""] = text.split("\0", 1)
  if (visible === "") return 0
  const value = parseDouble(visible.replace(/^[ \t-\r]+/, ""))
  const isSubnormal = value !== undefined && value !== 0 && Math.abs(value) < smallestNormal
  // strtod reports what decimal digits cannot be kept exactly any more as out of range, and SORT listens.
  return isSubnormal && !/x/i.test(visible) ? undefined : value
}

const smallestNormal = 2 ** -1022
