/**
 * Positions and distances in replies.
 */
import type { Position } from "../../data/Geohash.ts"
import { Double, type Reply } from "../../protocol/Reply.ts"

/** Longitude and latitude, with more digits than other doubles are shown with. */
export const positionReply = ({ latitude, longitude }: Position): Reply => [degrees(longitude), degrees(latitude)]

const degrees = (value: number): Double => new Double(value, seventeenDecimals(value))

/** As C prints "%.17f", without zeros at the end. */
const seventeenDecimals = (value: number): string => {
  const text = value.toFixed(17).replace(trailingZeros, "")
  return text === "-0" ? "0" : text
}

const trailingZeros = /\.?0+$/

/** A length with four decimals: rounded to the nearest, and where two are equally near to the even one. */
export const distanceText = (length: number): string => {
  const scaled = length * 10_000
  const floor = Math.floor(scaled)
  const isUp = scaled - floor > 0.5 || (scaled - floor === 0.5 && floor % 2 === 1)
  const digits = String(isUp ? floor + 1 : floor).padStart(5, "0")
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`
}
