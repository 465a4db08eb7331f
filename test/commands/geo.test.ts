import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { GivenValues } from "../../src/layers/ServerConfigMemory.ts"
import { Failure, notFloat, notInteger, syntaxFailure, wrongType } from "../../src/protocol/CommandError.ts"
import { Double, nullArray, ok, type Reply } from "../../src/protocol/Reply.ts"
import { Engine, engine } from "../support/Engine.ts"

type Step = readonly [request: string, reply: Reply]

const call = (request: string) => Effect.flatMap(Engine, (engine) => engine.call(...request.split(" ")))

/** Requests and the replies they get, one after the other, with two towns in Sicily. */
const answers = (name: string, steps: ReadonlyArray<Step>, options: GivenValues = {}) =>
  it.effect(name, () =>
    Effect.gen(function*() {
      yield* call("GEOADD sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania")
      for (const [request, reply] of steps) assert.deepStrictEqual(yield* call(request), reply, request)
    }).pipe(Effect.provide(engine(options))))

const palermo = [
  new Double(13.361389338970184, "13.36138933897018433"),
  new Double(38.1155563954963, "38.11555639549629859")
]

describe("GEOADD", () => {
  answers("stores positions as scores", [
    ["ZSCORE sicily Palermo", new Double(3479099956230698)],
    ["GEOADD sicily 1 2 new 3 4 Palermo", 1],
    ["GEOADD sicily NX 5 6 Palermo", 0],
    ["GEOADD sicily XX CH 13.361389 38.115556 Palermo 1 1 other", 1],
    ["GEOPOS sicily Palermo other", [palermo, nullArray]]
  ])

  answers("refuses positions that are not on the map, and stores none of the others", [
    ["GEOADD k 1 2 a 181 3 b", new Failure("invalid longitude,latitude pair 181.000000,3.000000")],
    ["GEOADD k 1 2 a 0 85.06 b", new Failure("invalid longitude,latitude pair 0.000000,85.060000")],
    ["GEOADD k 1 2 a x 3 b", notFloat],
    ["GEOADD k 1 2 a 3 4", syntaxFailure],
    ["GEOADD k NX XX 1 2 a", syntaxFailure],
    ["EXISTS k", 0],
    ["SET s v", ok],
    ["GEOADD s 1 2 a", wrongType]
  ])
})

describe("members", () => {
  answers("have positions, geohashes and distances", [
    ["GEOPOS sicily Palermo x", [palermo, nullArray]],
    ["GEOPOS sicily", []],
    ["GEOPOS missing x", [nullArray]],
    ["GEOHASH sicily Palermo x Catania", ["sqc8b49rny0", null, "sqdtr74hyu0"]],
    ["GEODIST sicily Palermo Catania", "166274.1516"],
    ["GEODIST sicily Palermo Catania KM", "166.2742"],
    ["GEODIST sicily Palermo Catania mi", "103.3182"],
    ["GEODIST sicily Palermo Palermo", "0.0000"],
    ["GEODIST sicily Palermo x", null],
    ["GEODIST missing a b", null],
    ["GEODIST missing a b parsec", new Failure("unsupported unit provided. please use M, KM, FT, MI")],
    ["GEODIST sicily a b m x", syntaxFailure]
  ])
})

describe("searches", () => {
  for (const entries of ["128", "0"]) {
    answers(`find what is within a circle or a box, ${entries}`, [
      ["GEOSEARCH sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC", ["Catania", "Palermo"]],
      ["GEOSEARCH sicily FROMLONLAT 15 37 BYRADIUS 200 km DESC", ["Palermo", "Catania"]],
      ["GEOSEARCH sicily FROMMEMBER Palermo BYRADIUS 200 km COUNT 1", ["Palermo"]],
      ["GEOSEARCH sicily FROMLONLAT 15 37 BYRADIUS 100 km WITHDIST", [["Catania", "56.4413"]]],
      ["GEOSEARCH sicily FROMLONLAT 15 37 BYBOX 400 400 km ASC", ["Catania", "Palermo"]],
      ["GEOSEARCH sicily FROMLONLAT 15 37 BYBOX 400 100 km", []],
      ["GEOSEARCH missing FROMMEMBER x BYBOX 1 1 m", []],
      [
        "GEORADIUS sicily 13.3 38.1 20 km WITHHASH WITHCOORD WITHDIST",
        [["Palermo", "5.6445", 3479099956230698, palermo]]
      ],
      ["GEORADIUSBYMEMBER_RO sicily Catania 200 km COUNT 2 ANY WITHDIST DESC", [["Palermo", "166.2742"], [
        "Catania",
        "0.0000"
      ]]]
    ], { "zset-max-listpack-entries": entries })
  }

  answers("store positions or distances", [
    ["GEOSEARCHSTORE d sicily FROMLONLAT 15 37 BYRADIUS 100 km", 1],
    ["ZRANGE d 0 -1 WITHSCORES", [["Catania", new Double(3479447370796909)]]],
    ["GEORADIUS sicily 15 37 200 km STORE d", 2],
    ["ZCARD d", 2],
    ["GEORADIUSBYMEMBER sicily Catania 1 m STOREDIST d", 1],
    ["ZRANGE d 0 -1 WITHSCORES", [["Catania", new Double(0)]]],
    ["GEOSEARCHSTORE d sicily FROMLONLAT 0 0 BYRADIUS 1 m", 0],
    ["EXISTS d", 0],
    ["SET d v", ok],
    ["GEORADIUS missing 1 2 3 m STORE d", 0],
    ["EXISTS d", 0]
  ])

  answers("refuse what does not fit together", [
    ["GEOSEARCH sicily FROMMEMBER x BYRADIUS 1 m", new Failure("could not decode requested zset member")],
    ["GEOSEARCH sicily FROMMEMBER Palermo FROMLONLAT 1 2 BYRADIUS 1 m", syntaxFailure],
    [
      "GEOSEARCH sicily BYRADIUS 1 m ASC ASC",
      new Failure("exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH")
    ],
    [
      "geosearch sicily FROMMEMBER Palermo ASC ASC ASC",
      new Failure("exactly one of BYRADIUS and BYBOX can be specified for geosearch")
    ],
    ["GEOSEARCH sicily FROMMEMBER Palermo BYRADIUS 1 m BYBOX 1 1 m", syntaxFailure],
    ["GEOSEARCH sicily FROMMEMBER Palermo BYRADIUS -1 m", new Failure("radius cannot be negative")],
    ["GEOSEARCH sicily FROMMEMBER Palermo BYRADIUS x m", new Failure("need numeric radius")],
    ["GEOSEARCH sicily FROMMEMBER Palermo BYBOX x 1 m", new Failure("need numeric width")],
    ["GEOSEARCH sicily FROMMEMBER Palermo BYBOX 1 x m", new Failure("need numeric height")],
    ["GEOSEARCH sicily FROMMEMBER Palermo BYBOX 1 -1 m", new Failure("height or width cannot be negative")],
    ["GEOSEARCH sicily FROMMEMBER Palermo BYRADIUS 1 m ANY", new Failure("the ANY argument requires COUNT argument")],
    ["GEOSEARCH sicily FROMMEMBER Palermo BYRADIUS 1 m COUNT 0", new Failure("COUNT must be > 0")],
    ["GEOSEARCH sicily FROMMEMBER Palermo BYRADIUS 1 m COUNT x", notInteger],
    ["GEORADIUS_RO sicily 1 2 3 m STORE d", syntaxFailure],
    ["GEORADIUSBYMEMBER missing x y z", []],
    [
      "GEORADIUS sicily 1 2 3 m STORE d WITHDIST",
      new Failure("STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options")
    ],
    [
      "GEOSEARCHSTORE d sicily FROMLONLAT 1 2 BYRADIUS 1 m WITHHASH",
      new Failure("GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options")
    ],
    ["SET s v", ok],
    ["GEOSEARCH s BAD BAD BAD BAD BAD", wrongType]
  ])
})
