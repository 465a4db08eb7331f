/**
 * What positions, lengths and units look like as arguments, and their errors.
 */
import { isValid, type Position } from "../../data/Geohash.ts"
import { type CommandError, Failure, isCommandError } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"
import * as Schemas from "../schemas.ts"

const { decoder: degrees } = Arg.double

/** Longitude and latitude, where geo sets can hold them. */
export const position: Arg.Arg<Position> = new Arg.Arg<Position>(
  { type: "block", members: [["longitude", Arg.double], ["latitude", Arg.double]] },
  {
    read: (reader) => {
      const longitude = degrees.read(reader)
      if (isCommandError(longitude)) return longitude
      const latitude = degrees.read(reader)
      if (isCommandError(latitude)) return latitude
      return isValid({ longitude, latitude })
        ? { longitude, latitude }
        : new Failure(`invalid longitude,latitude pair ${sixDecimals(longitude)},${sixDecimals(latitude)}`)
    },
    minimum: 2,
    width: 2
  }
)

/** As C prints "%f". */
const sixDecimals = (value: number): string => {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf"
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`
}

const units: ReadonlyMap<string, number> = new Map([["m", 1], ["km", 1000], ["ft", 0.3048], ["mi", 1609.34]])

const unknownUnit = new Failure("unsupported unit provided. please use M, KM, FT, MI")

/** A unit of length, in metres. */
export const unit: Arg.Arg<number> = new Arg.Arg<number>(
  { type: "oneof", members: Array.from(units.keys(), (name) => [name, Arg.token(name)] as const) },
  {
    read: (reader) => units.get(reader.request.text(reader.position++).toLowerCase()) ?? unknownUnit,
    minimum: 1,
    width: 1
  }
)

/** A unit of length that may be left out, in metres. */
export const optionalUnit: Arg.Arg<number> = new Arg.Arg<number>({ ...unit.spec, optional: true }, {
  read: (reader) => reader.isAtEnd ? 1 : unit.decoder.read(reader),
  minimum: 0,
  inPlace: true
})

/** A length that is not a number is answered with `error`. */
const length = (error: CommandError): Arg.Arg<number> => Arg.schema(Schemas.Double, error, "double")

export const radius = length(new Failure("need numeric radius"))
  .refine((radius) => radius >= 0, new Failure("radius cannot be negative"))

/** A radius and its unit. */
export const circle = Arg.block({ radius, unit })

const width = length(new Failure("need numeric width"))
const height = length(new Failure("need numeric height"))

interface Box {
  readonly width: number
  readonly height: number
  readonly unit: number
}

const negativeSide = new Failure("height or width cannot be negative")

/** A width, a height and their unit. */
export const box: Arg.Arg<Box> = new Arg.Arg<Box>(
  { type: "block", members: [["width", width.after("BYBOX")], ["height", height], ["unit", unit]] },
  {
    read: (reader) => {
      const across = width.decoder.read(reader)
      if (isCommandError(across)) return across
      const along = height.decoder.read(reader)
      if (isCommandError(along)) return along
      if (across < 0 || along < 0) return negativeSide
      const metres = unit.decoder.read(reader)
      return isCommandError(metres) ? metres : { width: across, height: along, unit: metres }
    },
    minimum: 3,
    width: 3
  }
)
