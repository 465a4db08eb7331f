/**
 * A HyperLogLog: an estimate of how many different elements were added to it, in 12 KB or less, with an error of 0.81 percent.
 *
 * It is a string in Redis's own format, so that values can be exchanged with other servers byte for byte: a header of 16 bytes with "HYLL", the form of the
 * registers and the last estimate, and then 16384 registers in runs (`SparseRegisters`) or, once those take too many bytes, in 6 bits each
 * (`DenseRegisters`). Values come from clients, so whatever looks at the registers may find them corrupt.
 */
import type { Buffer } from "node:buffer"
import * as DenseRegisters from "./DenseRegisters.ts"
import { denseBytes, headerBytes } from "./DenseRegisters.ts"
import { estimate, makeHistogram, registerCount } from "./HyperLogLogEstimate.ts"
import { placeOf } from "./HyperLogLogHash.ts"
import { type Int64, toInt64 } from "./Int64.ts"
import { MutableBytes } from "./MutableBytes.ts"
import { type Outcome, SparseRegisters } from "./SparseRegisters.ts"
import { byteAt, byteLength, toBytes, toView } from "./StringValue.ts"
import type { StringValue } from "./Value.ts"

/** A value without elements; its estimate is yet to be made. */
export const make = (): MutableBytes => new MutableBytes("HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80\x7f\xff")

/** Whether a string begins as a HyperLogLog does. Its registers may be corrupt all the same. */
export const isHyperLogLog = (value: StringValue): boolean => {
  if (typeof value === "number" || typeof value === "bigint" || byteLength(value) < headerBytes) return false
  for (let i = 0; i < magic.length; i++) if (byteAt(value, i) !== magic.charCodeAt(i)) return false
  const form = byteAt(value, formOffset)
  return form === sparseForm || form === denseForm && byteLength(value) === denseBytes
}

export const isSparse = (value: StringValue): boolean => byteAt(value, formOffset) === sparseForm

/**
 * Adds elements, and answers how many of them have raised a register; `undefined` where the registers are corrupt: then those are raised that came before
 * the element that has shown it.
 */
export const add = (value: MutableBytes, elements: ReadonlyArray<string>, maxSparseBytes: number): number | undefined =>
  raise(value, elements.map(placeOf), maxSparseBytes)

/** The number of elements that was estimated last, `undefined` where elements have been added since. */
export const lastEstimate = (value: StringValue): Int64 | undefined => {
  if (byteAt(value, lastEstimateByte) >= 0x80) return undefined
  let low = 0
  let high = 0
  for (let i = 3; i >= 0; i--) {
    low = low * 256 + byteAt(value, estimateOffset + i)
    high = high * 256 + byteAt(value, estimateOffset + 4 + i)
  }
  const number = high * 2 ** 32 + low
  return Number.isSafeInteger(number) ? number : toInt64(BigInt(high) << 32n | BigInt(low))
}

/** Estimates the number of elements; `undefined` where the registers are corrupt. */
export const count = (value: StringValue): Int64 | undefined => {
  const histogram = makeHistogram()
  if (!isSparse(value)) DenseRegisters.addTo(histogram, toView(value))
  else if (!new SparseRegisters(toBytes(value)).addTo(histogram)) return undefined
  return estimate(histogram)
}

/** Keeps an estimate in the header, until elements are added. */
export const setLastEstimate = (value: MutableBytes, number: Int64): void =>
  value.edit((bytes) => void bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(number)), estimateOffset))

/** What each of the 16384 registers is; all 0 for no element. */
export const makeRanks = (): Uint8Array => new Uint8Array(registerCount)

/** Makes each of `ranks` at least what its register is in `value`; says whether the registers are not corrupt. */
export const mergeInto = (ranks: Uint8Array, value: StringValue): boolean => {
  if (isSparse(value)) return new SparseRegisters(toBytes(value)).mergeInto(ranks)
  DenseRegisters.mergeInto(ranks, toView(value))
  return true
}

/** Estimates the number of elements that have made the registers these ranks. */
export const countOf = (ranks: Uint8Array): Int64 => {
  const histogram = makeHistogram()
  // A loop over the values themselves takes several times as long. Both indices are within: a rank has 6 bits.
  for (let register = 0; register < registerCount; register++) histogram[ranks[register]!]!++
  return estimate(histogram)
}

/** Makes each register at least its rank. The registers must not be corrupt. */
export const raiseTo = (value: MutableBytes, ranks: Uint8Array, maxSparseBytes: number): void => {
  if (isSparse(value)) {
    const places: Array<number> = []
    ranks.forEach((rank, register) => {
      if (rank > 0) places.push(register << 6 | rank)
    })
    raise(value, places, maxSparseBytes)
  } else {
    value.edit((bytes) => DenseRegisters.setAll(bytes, ranks))
  }
  value.setByte(lastEstimateByte, byteAt(value, lastEstimateByte) | isVoid)
}

/** Makes the value dense, unless its registers are corrupt: says whether it is. */
export const makeDense = (value: MutableBytes): boolean => {
  if (!isSparse(value)) return true
  const dense = densified(new SparseRegisters(value.slice()))
  if (dense !== undefined) value.replace(dense)
  return dense !== undefined
}

/** The registers of a dense value. */
export const registersOf = (value: StringValue): ReadonlyArray<number> => {
  const bytes = toView(value)
  return Array.from({ length: registerCount }, (_, register) => DenseRegisters.get(bytes, register))
}

/** The runs of a sparse value as PFDEBUG shows them: `z` or, where it takes two bytes, `Z` for empty registers, `v` for others with their value. */
export const describeRuns = (value: StringValue): string => {
  const runs: Array<string> = []
  new SparseRegisters(toBytes(value)).forEachRun((run, rank, isLong) =>
    runs.push(rank > 0 ? `v:${rank},${run}` : `${isLong ? "Z" : "z"}:${run}`)
  )
  return runs.join(" ")
}

/** Each place is a register's number, times 64, plus what that register has to be at least: see `placeOf`. */
const raise = (value: MutableBytes, places: ReadonlyArray<number>, maxSparseBytes: number): number | undefined => {
  let raised = 0
  let next = 0
  if (isSparse(value)) {
    const sparse = new SparseRegisters(value.slice())
    let outcome: Outcome = "kept"
    for (; next < places.length; next++) {
      // The index is below the length.
      outcome = sparse.raise(places[next]! >>> 6, places[next]! & 63, maxSparseBytes)
      if (outcome === "full" || outcome === "corrupt") break
      if (outcome === "raised") raised++
    }
    const dense = outcome === "full" ? densified(sparse) : undefined
    if (dense === undefined) {
      if (raised > 0) {
        voidEstimate(sparse.header)
        value.replace(sparse.toBytes())
      }
      return next < places.length ? undefined : raised
    }
    value.replace(dense)
  }
  return value.edit((bytes) => {
    for (; next < places.length; next++) {
      if (DenseRegisters.raise(bytes, places[next]! >>> 6, places[next]! & 63)) raised++
    }
    if (raised > 0) voidEstimate(bytes)
    return raised
  })
}

const densified = (sparse: SparseRegisters): Buffer | undefined => {
  const dense = sparse.toDense()
  if (dense !== undefined) dense[formOffset] = denseForm
  return dense
}

const voidEstimate = (header: Buffer): void => {
  header[lastEstimateByte] = header[lastEstimateByte]! | isVoid
}

const magic = "HYLL"
const formOffset = 4
const denseForm = 0
const sparseForm = 1
/** The estimate has 64 bits, the lowest byte first; the highest bit says that it is void. */
const estimateOffset = 8
const lastEstimateByte = 15
const isVoid = 0x80
