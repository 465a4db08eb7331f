/**
 * Positions are stored: GEOADD, which is ZADD with scores made of longitudes and latitudes.
 */
import { encode } from "../../data/Geohash.ts"
import { type CommandError, isCommandError, syntaxFailure } from "../../protocol/CommandError.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import { addGeneric, type Scored } from "../sortedSets/add.ts"
import { position } from "./arguments.ts"

interface Options {
  nx: boolean
  xx: boolean
  change: boolean
}

/** The options, and whether whole positions follow: that comes before they are looked at. */
const readOptions = (reader: ArgReader): Options | CommandError => {
  const options: Options = { nx: false, xx: false, change: false }
  for (; !reader.isAtEnd; reader.position++) {
    if (reader.accepts("NX")) options.nx = true
    else if (reader.accepts("XX")) options.xx = true
    else if (reader.accepts("CH")) options.change = true
    else break
  }
  return reader.isAtEnd || reader.remaining % 3 !== 0 || (options.nx && options.xx) ? syntaxFailure : options
}

const options = new Arg.Arg<Options>({
  type: "block",
  unwrapped: true,
  members: [
    ["condition", Arg.oneOf({ nx: Arg.token("NX"), xx: Arg.token("XX") }).optional().since("6.2.0")],
    ["change", Arg.flag("CH").since("6.2.0")]
  ]
}, { read: readOptions, minimum: 0 })

const place: Arg.Arg<Scored> = new Arg.Arg<Scored>(
  { type: "block", members: [...position.spec.members ?? [], ["member", Arg.text]] },
  {
    read: (reader) => {
      const where = position.decoder.read(reader)
      return isCommandError(where) ? where : { score: encode(where), member: Arg.text.decoder.read(reader) as string }
    },
    minimum: 3,
    width: 3
  }
)

export const geoadd = make("GEOADD", {
  summary: "Adds positions to a geo set, which is a sorted set.",
  since: "3.2.0",
  group: "geo",
  complexity: "O(log(N)) for each member, where N is the size of the sorted set.",
  flags: ["write", "denyoom"],
  categories: ["geo"],
  args: { key: Arg.key("RW", "UPDATE"), options, data: place.many() },
  run: (context, { data, key, options }) => {
    const { propagation, reader: { request } } = context
    // Whoever repeats it need not calculate.
    propagation.instead(() => [[
      "zadd",
      ...request.words(1).slice(0, -3 * data.length),
      ...data.flatMap(({ member, score }) => [String(score), member])
    ]])
    return addGeneric(context, key, { ...options, gt: false, lt: false, increment: false }, data)
  }
})
