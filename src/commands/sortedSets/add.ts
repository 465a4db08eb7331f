/**
 * Members get scores: ZADD and ZINCRBY.
 */
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import type { Key } from "../../data/Key.ts"
import { type CommandError, Failure, syntaxFailure, wrongType } from "../../protocol/CommandError.ts"
import { Double, type Reply } from "../../protocol/Reply.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"

/** What ZADD does to members that are there already (`exists`) or not, and to scores that are not as wanted. */
export interface Options {
  /** Only new members. */
  nx: boolean
  /** Only members that exist. */
  xx: boolean
  /** Of existing members, only those whose score grows. */
  gt: boolean
  /** Of existing members, only those whose score falls. */
  lt: boolean
  /** The answer counts changed members too. */
  change: boolean
  /** The score is added to the one there is, and the new one is the answer. */
  increment: boolean
}

const existenceConflict = new Failure("XX and NX options at the same time are not compatible")
const comparisonConflict = new Failure("GT, LT, and/or NX options at the same time are not compatible")
const tooManyIncrements = new Failure("INCR option supports a single increment-element pair")
const notANumber = new Failure("resulting score is not a number (NaN)")

/** The options, with all that is wrong between them: that comes before the scores are looked at. */
const readOptions = (reader: ArgReader): Options | CommandError => {
  const options: Options = { nx: false, xx: false, gt: false, lt: false, change: false, increment: false }
  for (; !reader.isAtEnd; reader.position++) {
    if (reader.accepts("NX")) options.nx = true
    else if (reader.accepts("XX")) options.xx = true
    else if (reader.accepts("GT")) options.gt = true
    else if (reader.accepts("LT")) options.lt = true
    else if (reader.accepts("CH")) options.change = true
    else if (reader.accepts("INCR")) options.increment = true
    else break
  }
  const { gt, increment, lt, nx, xx } = options
  if (reader.isAtEnd || reader.remaining % 2 !== 0) return syntaxFailure
  if (nx && xx) return existenceConflict
  if ((gt && nx) || (lt && nx) || (gt && lt)) return comparisonConflict
  return increment && reader.remaining > 2 ? tooManyIncrements : options
}

const options = new Arg.Arg<Options>({
  type: "block",
  unwrapped: true,
  members: [
    ["condition", Arg.oneOf({ nx: Arg.token("NX"), xx: Arg.token("XX") }).optional().since("3.0.2")],
    ["comparison", Arg.oneOf({ gt: Arg.token("GT"), lt: Arg.token("LT") }).optional().since("6.2.0")],
    ["change", Arg.flag("CH").since("3.0.2")],
    ["increment", Arg.flag("INCR").since("3.0.2")]
  ]
}, { read: readOptions, minimum: 0 })

export interface Scored {
  readonly score: number
  readonly member: string
}

export const zadd = make("ZADD", {
  summary: "Adds members to a sorted set, or gives them other scores.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(log(N)) for each member, where N is the size of the sorted set.",
  flags: ["write", "denyoom", "fast"],
  categories: ["sortedset"],
  args: {
    key: Arg.key("RW", "UPDATE"),
    options,
    data: Arg.block({ score: Arg.double, member: Arg.text }).many()
  },
  run: (context, { data, key, options }) => addGeneric(context, key, options, data)
})

export const zincrby = make("ZINCRBY", {
  summary: "Adds to the score of a member.",
  since: "1.2.0",
  group: "sorted-set",
  complexity: "O(log(N)) where N is the size of the sorted set.",
  flags: ["write", "denyoom", "fast"],
  categories: ["sortedset"],
  args: { key: Arg.key("RW", "ACCESS", "UPDATE"), increment: Arg.double.typed("integer"), member: Arg.text },
  run: (context, { increment, key, member }) => addGeneric(context, key, onlyIncrement, [{ score: increment, member }])
})

const onlyIncrement: Options = { nx: false, xx: false, gt: false, lt: false, change: false, increment: true }

/** ZADD, ZINCRBY, which is ZADD with INCR, and GEOADD, whose scores are positions. */
export const addGeneric = (
  { database, shapes }: CommandContext,
  key: Key,
  options: Options,
  data: ReadonlyArray<Scored>
): Reply => {
  const found = database.find(key)
  if (found !== undefined && !(found instanceof SortedSetValue)) return wrongType
  const outcome: Outcome = { added: 0, updated: 0, score: undefined, isNaN: false }
  if (found !== undefined) {
    database.modify(key, found, (set) => addAll(set, options, data, outcome))
  } else if (!options.xx) {
    const set = new SortedSetValue(shapes)
    database.store(key, set, addAll(set, options, data, outcome))
  }
  if (outcome.isNaN) return notANumber
  if (options.increment) return outcome.score === undefined ? null : new Double(outcome.score)
  return options.change ? outcome.added + outcome.updated : outcome.added
}

interface Outcome {
  added: number
  updated: number
  /** The score of the last member that no option has kept from getting one. */
  score: number | undefined
  /** Infinities have met. */
  isNaN: boolean
}

/** Answers how many members have changed. */
const addAll = (
  set: SortedSetValue,
  { gt, increment, lt, nx, xx }: Options,
  data: ReadonlyArray<Scored>,
  outcome: Outcome
): number => {
  let longest = 0
  for (const { member } of data) longest = Math.max(longest, member.length)
  set.expect(data.length, longest)
  for (const { member, score: given } of data) {
    const previous = set.score(member)
    if (previous === undefined ? xx : nx) continue
    const score = increment && previous !== undefined ? previous + given : given
    if (Number.isNaN(score)) {
      outcome.isNaN = true
      break
    }
    if (previous !== undefined && ((gt && score <= previous) || (lt && score >= previous))) continue
    outcome.score = score
    if (previous === undefined) outcome.added++
    else if (previous !== score) outcome.updated++
    else continue
    set.set(member, score)
  }
  return outcome.added + outcome.updated
}
