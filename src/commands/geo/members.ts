/**
 * Where members are, and how far apart: GEOPOS, GEOHASH, GEODIST.
 */
import { decode, standardText } from "../../data/Geohash.ts"
import { distance } from "../../data/GeoShape.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import { wrongType } from "../../protocol/CommandError.ts"
import { nullArray } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import { optionalUnit } from "./arguments.ts"
import { distanceText, positionReply } from "./replies.ts"

const members = Arg.text.many().optional()

export const geopos = make("GEOPOS", {
  summary: "Returns the longitudes and latitudes of members.",
  since: "3.2.0",
  group: "geo",
  complexity: "O(N) where N is the number of members asked for.",
  flags: ["readonly"],
  categories: ["geo"],
  args: { key: Arg.key("RO", "ACCESS"), member: members },
  run: ({ database }, { key, member: members = [] }) => {
    const set = database.read(key)
    if (set !== undefined && !(set instanceof SortedSetValue)) return wrongType
    return members.map((member) => {
      const score = set?.score(member)
      return score === undefined ? nullArray : positionReply(decode(score))
    })
  }
})

export const geohash = make("GEOHASH", {
  summary: "Returns the positions of members as standard geohash strings.",
  since: "3.2.0",
  group: "geo",
  complexity: "O(N) where N is the number of members asked for.",
  flags: ["readonly"],
  categories: ["geo"],
  args: { key: Arg.key("RO", "ACCESS"), member: members },
  run: ({ database }, { key, member: members = [] }) => {
    const set = database.read(key)
    if (set !== undefined && !(set instanceof SortedSetValue)) return wrongType
    return members.map((member) => {
      const score = set?.score(member)
      return score === undefined ? null : standardText(decode(score))
    })
  }
})

export const geodist = make("GEODIST", {
  summary: "Returns the distance between two members.",
  since: "3.2.0",
  group: "geo",
  complexity: "O(1)",
  flags: ["readonly"],
  categories: ["geo"],
  args: { key: Arg.key("RO", "ACCESS"), member1: Arg.text, member2: Arg.text, unit: optionalUnit },
  run: ({ database }, { key, member1, member2, unit }) => {
    const set = database.read(key)
    if (set === undefined) return null
    if (!(set instanceof SortedSetValue)) return wrongType
    const first = set.score(member1)
    const second = set.score(member2)
    return first === undefined || second === undefined
      ? null
      : distanceText(distance(decode(first), decode(second)) / unit)
  }
})
