/**
 * Members with their scores in replies.
 */
import type { SortedSetValue } from "../../data/SortedSetValue.ts"
import { Double, type Reply } from "../../protocol/Reply.ts"
import type { Client } from "../../services/Client.ts"
import type { Ranks } from "./ranges.ts"

/** The members of these ranks, alone or with their scores. */
export const membersReply = (
  set: SortedSetValue,
  { from, to }: Ranks,
  isReversed: boolean,
  withScores: boolean,
  client: Client
): Reply => {
  if (!withScores) return set.members(from, to, isReversed)
  return pairsReply((add) => set.visit(from, to, isReversed, add), client)
}

/** Pairs of member and score: in RESP3 an array each, in RESP2 one flat list. A map would not keep the order, says Redis. */
export const pairsReply = (visit: (add: (score: number, member: string) => void) => void, client: Client): Reply =>
  client.protocol === 2 ? flatPairs(visit) : nestedPairs(visit)

export const flatPairs = (visit: (add: (score: number, member: string) => void) => void): Array<Reply> => {
  const pairs: Array<Reply> = []
  visit((score, member) => pairs.push(member, new Double(score)))
  return pairs
}

export const nestedPairs = (visit: (add: (score: number, member: string) => void) => void): Array<Reply> => {
  const pairs: Array<Reply> = []
  visit((score, member) => pairs.push([member, new Double(score)]))
  return pairs
}
