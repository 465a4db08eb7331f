/**
 * What every command of streams begins or ends with: a stream and a group that may not be there, and an entry as a reply.
 */
import type { Key } from "../../data/Key.ts"
import type { ConsumerGroup } from "../../data/stream/ConsumerGroup.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import type { LogEntry } from "../../data/stream/StreamLog.ts"
import { StreamValue } from "../../data/StreamValue.ts"
import type { Value } from "../../data/Value.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { Failure, isCommandError, type WrongType, wrongType } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { Database } from "../../services/Keyspace.ts"

/** The stream that a key holds, if it holds anything. */
export const asStream = (value: Value | undefined): StreamValue | undefined | WrongType =>
  value === undefined || value instanceof StreamValue ? value : wrongType

export interface FoundGroup {
  readonly stream: StreamValue
  readonly group: ConsumerGroup
}

/** The group of the stream that a key holds; `undefined` where one of the two is missing. */
export const findGroup = (value: Value | undefined, name: string): FoundGroup | undefined | WrongType => {
  const stream = asStream(value)
  if (stream === undefined || isCommandError(stream)) return stream
  const group = stream.group(name)
  return group === undefined ? undefined : { stream, group }
}

/** Changes a group that was found; `change` answers how many changes it has made, and so does this. */
export const modifyGroup = (
  database: Database,
  key: Key,
  { group, stream }: FoundGroup,
  change: (group: ConsumerGroup) => number
): number => database.modify(key, stream, (stream) => stream.changeGroup(group.name, change))

/** `suffix` follows the names. */
export const noKeyOrGroup = (key: Key, group: string, suffix = ""): Failure =>
  new Failure(`No such key '${printed(key.text)}' or consumer group '${printed(group)}'${suffix}`, "NOGROUP")

export const noGroup = (key: Key, group: string): Failure =>
  new Failure(`No such consumer group '${printed(group)}' for key name '${printed(key.text)}'`, "NOGROUP")

/** Arguments that a subcommand does not know. */
export const wrongSubcommand = ({ request }: ArgReader, container: string): Failure => {
  const name = printed(request.text(1)).slice(0, 128)
  return new Failure(`unknown subcommand or wrong number of arguments for '${name}'. Try ${container} HELP.`)
}

/** Redis prints names as C strings, which end at a NUL. */
export const printed = (name: string): string => name.split("\0", 1)[0] ?? ""

export const entryReply = (entry: LogEntry): Reply => [StreamId.format(entry.id), entry.data()]
