/**
 * Sorted sets, and sets, taken together: ZUNION, ZINTER, ZDIFF, their forms that store the result, and ZINTERCARD.
 *
 * The sources are looked at before the options are read, as in Redis: so the wrong type of one wins over a mistake in an option.
 */
import type { Key } from "../../data/Key.ts"
import type { MemberTable } from "../../data/MemberTable.ts"
import { ScoredMembers } from "../../data/ScoredMembers.ts"
import type { Visit } from "../../data/ScoreTreeNodes.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import { Failure, isCommandError } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { Client } from "../../services/Client.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { Command } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import * as Schemas from "../schemas.ts"
import { aggregates, difference, intersection, intersectionSize, union, type Weighted } from "./combinations.ts"
import { pairsReply } from "./replies.ts"
import { readSources, type Source } from "./sources.ts"

/** `numkeys key [key ...]` of this command. */
const sourceKeys = (name: string) =>
  Arg.numberedKeys(
    Arg.count.refine(
      (count) => count >= 1,
      new Failure(`at least 1 input key is needed for '${name.toLowerCase()}' command`)
    ),
    ["RO", "ACCESS"]
  )

/** One weight for each source; how many there are is the argument at `numberAt`. */
const weights = (numberAt: number): Arg.Arg<ReadonlyArray<number> | undefined> => {
  const { read } = Arg.schema(Schemas.Double, new Failure("weight value is not a float"), "double").decoder
  return new Arg.Arg<ReadonlyArray<number>>({ type: "integer", token: "WEIGHTS", multiple: true }, {
    read: (reader) => {
      const count = Number(reader.request.integer(numberAt))
      if (reader.remaining <= count) return reader.unexpected
      reader.position++
      const weights: Array<number> = []
      while (weights.length < count) {
        const weight = read(reader)
        if (isCommandError(weight)) return weight
        weights.push(weight)
      }
      return weights
    },
    minimum: 2
  }).optional()
}

const aggregate = Arg.oneOf({ sum: Arg.token("SUM"), min: Arg.token("MIN"), max: Arg.token("MAX") })
  .after("AGGREGATE").optional()

const withScores = Arg.flag("WITHSCORES")

/** How the sources become one, where weights and an aggregate matter. */
interface Combination {
  readonly summary: string
  readonly since: string
  readonly complexity: string
  readonly combine: typeof union
}

const returned = (name: string, { combine, ...facts }: Combination): Command =>
  make(name, {
    ...facts,
    group: "sorted-set",
    flags: ["readonly"],
    categories: ["sortedset"],
    args: {
      keys: sourceKeys(name),
      options: Arg.late({ weight: weights(1), aggregate, withscores: withScores })
    },
    run: ({ client, database, hasher }, { keys, options }) => {
      const sources = readSources(database, keys)
      if (isCommandError(sources)) return sources
      const given = options()
      if (isCommandError(given)) return given
      const { aggregate = "SUM", weight, withscores } = given
      return resultReply(client, combine(hasher, weighted(sources, weight), aggregates[aggregate]), withscores)
    }
  })

const stored = (name: string, { combine, ...facts }: Combination): Command =>
  make(name, {
    ...facts,
    group: "sorted-set",
    flags: ["write", "denyoom"],
    categories: ["sortedset"],
    args: {
      destination: Arg.key("OW", "UPDATE"),
      keys: sourceKeys(name),
      options: Arg.late({ weight: weights(2), aggregate })
    },
    run: (context, { destination, keys, options }) => {
      const sources = readSources(context.database, keys)
      if (isCommandError(sources)) return sources
      const given = options()
      if (isCommandError(given)) return given
      const { aggregate = "SUM", weight } = given
      return store(context, destination, combine(context.hasher, weighted(sources, weight), aggregates[aggregate]))
    }
  })

const unionComplexity = "O(N)+O(M*log(M)) where N is the size of all sorted sets together and M that of the result."
const intersectionComplexity =
  "O(N*K)+O(M*log(M)) where N is the size of the smallest of K sorted sets and M that of the result."

export const zunion = returned("ZUNION", {
  summary: "Returns the union of sorted sets.",
  since: "6.2.0",
  complexity: unionComplexity,
  combine: union
})

export const zunionstore = stored("ZUNIONSTORE", {
  summary: "Stores the union of sorted sets in a key.",
  since: "2.0.0",
  complexity: unionComplexity,
  combine: union
})

export const zinter = returned("ZINTER", {
  summary: "Returns the intersection of sorted sets.",
  since: "6.2.0",
  complexity: intersectionComplexity,
  combine: intersection
})

export const zinterstore = stored("ZINTERSTORE", {
  summary: "Stores the intersection of sorted sets in a key.",
  since: "2.0.0",
  complexity: intersectionComplexity,
  combine: intersection
})

const badLimit = new Failure("LIMIT can't be negative")

export const zintercard = make("ZINTERCARD", {
  summary: "Returns the number of members that all of the sorted sets have.",
  since: "7.0.0",
  group: "sorted-set",
  complexity: "O(N*K) where N is the size of the smallest of K sorted sets.",
  flags: ["readonly"],
  categories: ["sortedset"],
  args: {
    keys: sourceKeys("ZINTERCARD"),
    options: Arg.late({
      limit: Arg.schema(Schemas.Count, badLimit, "integer").refine((limit) => limit >= 0, badLimit)
        .after("LIMIT").optional()
    })
  },
  run: ({ database }, { keys, options }) => {
    const sources = readSources(database, keys)
    if (isCommandError(sources)) return sources
    const given = options()
    if (isCommandError(given)) return given
    // No limit is the same as 0.
    return intersectionSize(sources, given.limit || Infinity)
  }
})

export const zdiff = make("ZDIFF", {
  summary: "Returns the members of a sorted set that none of the others has.",
  since: "6.2.0",
  group: "sorted-set",
  complexity: unionComplexity,
  flags: ["readonly"],
  categories: ["sortedset"],
  args: { keys: sourceKeys("ZDIFF"), options: Arg.late({ withscores: withScores }) },
  run: ({ client, database, hasher }, { keys, options }) => {
    const sources = readSources(database, keys)
    if (isCommandError(sources)) return sources
    const given = options()
    if (isCommandError(given)) return given
    return resultReply(client, difference(hasher, sources), given.withscores)
  }
})

export const zdiffstore = make("ZDIFFSTORE", {
  summary: "Stores the members of a sorted set that none of the others has in a key.",
  since: "6.2.0",
  group: "sorted-set",
  complexity: unionComplexity,
  flags: ["write", "denyoom"],
  categories: ["sortedset"],
  args: { destination: Arg.key("OW", "UPDATE"), keys: sourceKeys("ZDIFFSTORE"), options: Arg.late({}) },
  run: (context, { destination, keys, options }) => {
    const sources = readSources(context.database, keys)
    if (isCommandError(sources)) return sources
    const given = options()
    if (isCommandError(given)) return given
    return store(context, destination, difference(context.hasher, sources))
  }
})

const weighted = (
  sources: ReadonlyArray<Source>,
  weights: ReadonlyArray<number> | undefined
): ReadonlyArray<Weighted> => sources.map((source, i) => ({ ...source, weight: weights?.[i] ?? 1 }))

/** The members in order. They never were a compact sorted set, so that a negative zero is one. */
const resultReply = (client: Client, result: MemberTable<number>, withScores: boolean): Reply => {
  const ordered = ScoredMembers.ofTable(result)
  const visit = (add: Visit): void => ordered.visit(0, ordered.size, add)
  if (withScores) return pairsReply(visit, client)
  const members: Array<string> = []
  visit((_, member) => members.push(member))
  return members
}

/** Whatever the key held is replaced; nothing is not stored, the key goes. */
const store = ({ database, shapes }: CommandContext, destination: Key, result: MemberTable<number>): Reply => {
  if (result.size === 0) database.remove(destination)
  else database.set(destination, SortedSetValue.ofTable(shapes, result))
  return result.size
}
