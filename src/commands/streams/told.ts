/**
 * What the commands of consumer groups tell instead of themselves: who has been given which entries, and how far a group has come.
 *
 * Source: `streamPropagateXCLAIM` and its neighbours in t_stream.c.
 */
import type { ConsumerGroup, PendingEntry } from "../../data/stream/ConsumerGroup.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { CommandWords } from "../../services/Propagation.ts"

export type Tell = (command: CommandWords) => void

/** Lets the command itself not be told. What it has done is told one by one with what this answers, `undefined` while nobody listens. */
export const tellSteps = ({ database, propagation }: Pick<CommandContext, "database" | "propagation">):
  | Tell
  | undefined =>
{
  propagation.instead(() => [])
  return propagation.isActive ? (command) => propagation.also(database.index, command) : undefined
}

/** An entry is pending for a consumer, as it is now: repeated it makes the consumer, and the entry pending, whatever was before. */
export const assigned = (key: string, group: ConsumerGroup, id: string, pending: PendingEntry): CommandWords => [
  "XCLAIM",
  key,
  group.name,
  pending.consumer,
  "0",
  id,
  "TIME",
  String(pending.deliveredAtMillis),
  "RETRYCOUNT",
  String(pending.deliveries),
  "FORCE",
  "JUSTID",
  "LASTID",
  StreamId.format(group.lastId)
]

/** How far a group has come. */
export const advanced = (key: string, { entriesRead, lastId, name }: ConsumerGroup): CommandWords => [
  "XGROUP",
  "SETID",
  key,
  name,
  StreamId.format(lastId),
  "ENTRIESREAD",
  String(entriesRead ?? -1)
]

export const consumerMade = (key: string, group: string, consumer: string): CommandWords => [
  "XGROUP",
  "CREATECONSUMER",
  key,
  group,
  consumer
]
