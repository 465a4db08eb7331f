/**
 * Positions on earth as numbers: the scores of Redis's geo sets, and the cells of the grid in which they are searched.
 *
 * Longitude and latitude are halved again and again, 26 times each, and the two series of bits interleaved, longitude first: 52 bits, which a double holds. So
 * what is near is often near in the order of scores, and all positions in a cell of the grid are one range of scores. Latitudes end where the Web Mercator
 * projection does.
 *
 * The arithmetic follows Redis's step by step, so that the same doubles come out. Source: geohash.c.
 */

/** In degrees. */
export interface Position {
  readonly longitude: number
  readonly latitude: number
}

export const maxLongitude = 180
export const maxLatitude = 85.05112878

/** A rectangle of the grid that has `2 ** step` columns and as many rows, counted from the west and the south. */
export interface Cell {
  readonly column: number
  readonly row: number
  readonly step: number
}

/** The finest grid: the one of scores. */
export const maxStep = 26

/** Whether geo sets can hold this position. */
export const isValid = ({ latitude, longitude }: Position): boolean =>
  Math.abs(longitude) <= maxLongitude && Math.abs(latitude) <= maxLatitude

/** The score of a valid position. */
export const encode = (position: Position): number => firstScore(cellAt(position, maxStep))

/** The middle of a score's cell; what is no score of a position becomes some valid position, as in Redis. */
export const decode = (score: number): Position => {
  const { column, row } = cellOf(score)
  const { east, north, south, west } = edges({ column, row, step: maxStep })
  return {
    longitude: clamp((west + east) / 2, maxLongitude),
    latitude: clamp((south + north) / 2, maxLatitude)
  }
}

/** The cell of a valid position. */
export const cellAt = ({ latitude, longitude }: Position, step: number): Cell =>
  cellWithin({ latitude, longitude }, step, maxLatitude)

/** The cell so many columns to the east and rows to the north; the grid has no ends. */
export const neighbour = ({ column, row, step }: Cell, east: number, north: number): Cell => {
  const size = 2 ** step
  return {
    column: east === 0 ? column : (column + east + size) % size,
    row: north === 0 ? row : (row + north + size) % size,
    step
  }
}

export interface Edges {
  readonly west: number
  readonly east: number
  readonly south: number
  readonly north: number
}

export const edges = ({ column, row, step }: Cell): Edges => {
  const size = 2 ** step
  return {
    west: -maxLongitude + (column / size) * (2 * maxLongitude),
    east: -maxLongitude + ((column + 1) / size) * (2 * maxLongitude),
    south: -maxLatitude + (row / size) * (2 * maxLatitude),
    north: -maxLatitude + ((row + 1) / size) * (2 * maxLatitude)
  }
}

/** The lowest score of a cell. */
export const firstScore = (cell: Cell): number => interleave(cell) * scoresPerCell(cell)

/** The lowest score behind a cell. */
export const endScore = (cell: Cell): number => (interleave(cell) + 1) * scoresPerCell(cell)

/**
 * The position as people write it: eleven characters of the standard geohash, of which the last is always 0, since there are no bits left for it.
 *
 * The standard's latitudes go to the poles, so that these are not the bits of the score.
 */
export const standardText = (position: Position): string => {
  const bits = interleave(cellWithin(position, maxStep, 90))
  let text = ""
  for (let shift = 47; shift >= 0; shift -= 5) text += alphabet[Math.floor(bits / 2 ** shift) % 32]!
  return `${text}0`
}

const cellWithin = ({ latitude, longitude }: Position, step: number, maxLatitude: number): Cell => ({
  column: Math.trunc((longitude + maxLongitude) / (2 * maxLongitude) * 2 ** step),
  row: Math.trunc((latitude + maxLatitude) / (2 * maxLatitude) * 2 ** step),
  step
})

const scoresPerCell = ({ step }: Cell): number => 2 ** (2 * (maxStep - step))

/** The bits of the row at even places, those of the column at odd ones. At the eastern and northern ends there is one bit more than the step says. */
const interleave = ({ column, row }: Cell): number =>
  (spread(row >>> 16) + 2 * spread(column >>> 16)) * 2 ** 32 + (spread(row & 0xffff) + 2 * spread(column & 0xffff))

const cellOf = (score: number): Cell => {
  if (!(score >= 0 && score < 2 ** 64)) return cellOfBits(toUnsigned64(score))
  const bits = Math.trunc(score)
  return cellOfHalves(Math.floor(bits / 2 ** 32), bits % 2 ** 32)
}

const cellOfBits = (bits: bigint): Cell => cellOfHalves(Number(bits >> 32n), Number(bits & 0xffff_ffffn))

/** The cell of 64 bits, of which scores have the lower 52 to 54. */
const cellOfHalves = (high: number, low: number): Cell => ({
  column: gather(high >>> 1) * 2 ** 16 + gather(low >>> 1),
  row: gather(high) * 2 ** 16 + gather(low),
  step: maxStep
})

/** The lower 16 bits, at even places. */
const spread = (bits: number): number => {
  bits = (bits | bits << 8) & 0x00ff00ff
  bits = (bits | bits << 4) & 0x0f0f0f0f
  bits = (bits | bits << 2) & 0x33333333
  return (bits | bits << 1) & 0x55555555
}

/** The bits at even places, together. */
const gather = (bits: number): number => {
  bits &= 0x55555555
  bits = (bits | bits >>> 1) & 0x33333333
  bits = (bits | bits >>> 2) & 0x0f0f0f0f
  bits = (bits | bits >>> 4) & 0x00ff00ff
  return (bits | bits >>> 8) & 0xffff
}

/** As x86 processors convert doubles that are out of range: a sorted set that is no geo set may have any score. */
const toUnsigned64 = (score: number): bigint =>
  score >= 2 ** 64 ? 0n : score < -(2 ** 63) ? 1n << 63n : BigInt.asUintN(64, BigInt(Math.trunc(score)))

const clamp = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value))

const alphabet = "0123456789bcdefghjkmnpqrstuvwxyz"
