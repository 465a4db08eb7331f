/**
 * Areas around a position: which positions are inside, how far away they are, and which ranges of scores have to be searched for them.
 *
 * The earth is a sphere here, with the radius Redis gives it. The arithmetic follows Redis's step by step, so that the same doubles come out.
 * Source: geohash_helper.c.
 */
import { type Cell, cellAt, edges, endScore, firstScore, maxStep, neighbour, type Position } from "./Geohash.ts"

/** A circle, or a box that lies along the meridians; lengths are in units of so many metres. */
export type GeoShape =
  & {
    readonly center: Position
    readonly unitMetres: number
  }
  & (
    | { readonly type: "circle"; readonly radius: number }
    | { readonly type: "box"; readonly width: number; readonly height: number }
  )

/** The distance between two positions in metres, along a great circle. */
export const distance = (a: Position, b: Position): number => {
  const v = Math.sin((radians(b.longitude) - radians(a.longitude)) / 2)
  if (v === 0) return alongMeridian(a.latitude, b.latitude)
  const latitude1 = radians(a.latitude)
  const latitude2 = radians(b.latitude)
  const u = Math.sin((latitude2 - latitude1) / 2)
  const haversine = u * u + Math.cos(latitude1) * Math.cos(latitude2) * v * v
  return 2 * earthRadiusMetres * Math.asin(Math.sqrt(haversine))
}

/** The distance from the centre in metres, for a position inside; `undefined` for one outside. */
export const distanceInside = (shape: GeoShape, position: Position): number | undefined => {
  const { center, unitMetres } = shape
  if (shape.type === "circle") {
    const metres = distance(center, position)
    return metres > shape.radius * unitMetres ? undefined : metres
  }
  if (alongMeridian(position.latitude, center.latitude) > shape.height * unitMetres / 2) return undefined
  const sameLatitude = { longitude: center.longitude, latitude: position.latitude }
  if (distance(position, sameLatitude) > shape.width * unitMetres / 2) return undefined
  return distance(center, position)
}

/** Scores from `first` up to, not including, `end`. */
export interface ScoreRange {
  readonly first: number
  readonly end: number
}

/** The ranges of scores in which all positions inside are found, with others: up to nine cells, the centre's first. */
export const scoreRanges = (shape: GeoShape): ReadonlyArray<ScoreRange> => {
  const ranges: Array<ScoreRange> = []
  let previous: Cell | undefined = undefined
  for (const cell of coveringCells(shape)) {
    // Where the grid has few columns and rows, neighbours on both sides are the same cell. The centre's own is not compared.
    if (previous === undefined || cell.column !== previous.column || cell.row !== previous.row) {
      ranges.push({ first: firstScore(cell), end: endScore(cell) })
    }
    if (ranges.length > 1) previous = cell
  }
  return ranges
}

/** The centre's cell and those of its neighbours into which the shape reaches, in the order in which Redis searches them. */
const coveringCells = (shape: GeoShape): Array<Cell> => {
  const bounds = boundsOf(shape)
  const { center } = shape
  let cell = cellAt(center, stepFor(radiusMetres(shape), center.latitude))
  if (cell.step > 1 && reachesBeyondNeighbours(cell, bounds)) cell = cellAt(center, cell.step - 1)
  const own = edges(cell)
  // Of a coarser grid everything is searched.
  const isFine = cell.step >= 2
  const north = !(isFine && own.north > bounds.north)
  const south = !(isFine && own.south < bounds.south)
  const east = !(isFine && own.east > bounds.east)
  const west = !(isFine && own.west < bounds.west)
  const cells = [cell]
  if (north) cells.push(neighbour(cell, 0, 1))
  if (south) cells.push(neighbour(cell, 0, -1))
  if (east) cells.push(neighbour(cell, 1, 0))
  if (west) cells.push(neighbour(cell, -1, 0))
  if (north && east) cells.push(neighbour(cell, 1, 1))
  if (north && west) cells.push(neighbour(cell, -1, 1))
  if (south && east) cells.push(neighbour(cell, 1, -1))
  if (south && west) cells.push(neighbour(cell, -1, -1))
  return cells
}

interface Bounds {
  readonly west: number
  readonly east: number
  readonly south: number
  readonly north: number
}

/** The degrees within which the shape lies, at its wider side. */
const boundsOf = (shape: GeoShape): Bounds => {
  const { center: { latitude, longitude }, unitMetres } = shape
  const height = unitMetres * (shape.type === "circle" ? shape.radius : shape.height / 2)
  const width = unitMetres * (shape.type === "circle" ? shape.radius : shape.width / 2)
  const latitudes = degrees(height / earthRadiusMetres)
  // Meridians come together towards the pole: here the edge nearer to the equator is measured in the south, and the other one in the north.
  const edge = latitude < 0 ? latitude - latitudes : latitude + latitudes
  const longitudes = degrees(width / earthRadiusMetres / Math.cos(radians(edge)))
  return {
    west: longitude - longitudes,
    east: longitude + longitudes,
    south: latitude - latitudes,
    north: latitude + latitudes
  }
}

/** The distance from the centre to the farthest point. */
const radiusMetres = (shape: GeoShape): number =>
  shape.type === "circle"
    ? shape.radius * shape.unitMetres
    : Math.sqrt((shape.width / 2) * (shape.width / 2) + (shape.height / 2) * (shape.height / 2)) * shape.unitMetres

/** The finest grid in which a cell and its neighbours are, as a rule, enough for this radius; coarser towards the poles. */
const stepFor = (metres: number, latitude: number): number => {
  if (metres === 0) return maxStep
  let step = -1
  for (; metres < mercatorMetres; metres *= 2) step++
  if (Math.abs(latitude) > 66) step--
  if (Math.abs(latitude) > 80) step--
  return Math.max(1, Math.min(maxStep, step))
}

const reachesBeyondNeighbours = (cell: Cell, { east, north, south, west }: Bounds): boolean =>
  edges(neighbour(cell, 0, 1)).north < north || edges(neighbour(cell, 0, -1)).south > south ||
  edges(neighbour(cell, 1, 0)).east < east || edges(neighbour(cell, -1, 0)).west > west

const alongMeridian = (latitude1: number, latitude2: number): number =>
  earthRadiusMetres * Math.abs(radians(latitude2) - radians(latitude1))

const radians = (angle: number): number => angle * degree
const degrees = (angle: number): number => angle / degree

const degree = Math.PI / 180
const earthRadiusMetres = 6372797.560856
/** Half of the equator in the Web Mercator projection. */
const mercatorMetres = 20037726.37
