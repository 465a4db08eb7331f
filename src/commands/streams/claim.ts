/**
 * Pending entries pass on to another consumer: XCLAIM, XAUTOCLAIM.
 */
import type { Int64 } from "../../data/Int64.ts"
import type { ConsumerGroup, PendingEntry } from "../../data/stream/ConsumerGroup.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import type { LogEntry, StreamLog } from "../../data/stream/StreamLog.ts"
import { addWrapping } from "../../data/stream/Wrapping64.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, Failure, isCommandError } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import * as Schemas from "../schemas.ts"
import { lateArgLoop } from "./argLoop.ts"
import * as Ids from "./ids.ts"
import { entryReply, findGroup, type FoundGroup, modifyGroup, noKeyOrGroup, printed } from "./lookup.ts"

interface Claim {
  readonly minIdleMillis: number
  readonly ids: ReadonlyArray<StreamId.StreamId>
  idleMillis: number | undefined
  deliveredAtMillis: number | undefined
  deliveries: Int64 | undefined
  /** Entries that are not pending become so. */
  isForced: boolean
  justIds: boolean
  lastId: StreamId.StreamId
}

/** The value of an option, in words that are its own. */
const valueOf = (what: string) =>
  Arg.schema(Schemas.Count, new Failure(`Invalid ${what} argument for XCLAIM`), "integer")
const minIdleTime = valueOf("min-idle-time")
const idle = valueOf("IDLE option")
const time = valueOf("TIME option")
const retryCount = Arg.schema(Schemas.Int64, new Failure("Invalid RETRYCOUNT option argument for XCLAIM"), "integer")

const readClaim = (reader: ArgReader): Claim | CommandError => {
  const { request } = reader
  const minIdleMillis = minIdleTime.decoder.read(reader)
  if (isCommandError(minIdleMillis)) return minIdleMillis
  const ids: Array<StreamId.StreamId> = []
  for (; !reader.isAtEnd; reader.position++) {
    const id = StreamId.parse(request.text(reader.position))
    // What is no id is where the options begin.
    if (id === undefined) break
    ids.push(id)
  }
  const claim: Claim = {
    minIdleMillis,
    ids,
    idleMillis: undefined,
    deliveredAtMillis: undefined,
    deliveries: undefined,
    isForced: false,
    justIds: false,
    lastId: StreamId.zero
  }
  while (!reader.isAtEnd) {
    const error = readClaimOption(reader, claim)
    if (error !== undefined) return error
  }
  return claim
}

const readClaimOption = (reader: ArgReader, claim: Claim): CommandError | undefined => {
  const hasValue = reader.remaining >= 2
  const at = reader.position++
  const { request } = reader
  const isOption = (name: string): boolean => request.equalsIgnoreCase(at, name)
  if (isOption("FORCE")) {
    claim.isForced = true
  } else if (isOption("JUSTID")) {
    claim.justIds = true
  } else if (hasValue && isOption("IDLE")) {
    const millis = idle.decoder.read(reader)
    if (isCommandError(millis)) return millis
    claim.idleMillis = millis
    claim.deliveredAtMillis = undefined
  } else if (hasValue && isOption("TIME")) {
    const millis = time.decoder.read(reader)
    if (isCommandError(millis)) return millis
    claim.deliveredAtMillis = millis
    claim.idleMillis = undefined
  } else if (hasValue && isOption("RETRYCOUNT")) {
    const deliveries = retryCount.decoder.read(reader)
    if (isCommandError(deliveries)) return deliveries
    claim.deliveries = deliveries < 0 ? undefined : deliveries
  } else if (hasValue && isOption("LASTID")) {
    const id = Ids.parseId(request.text(reader.position++))
    if (isCommandError(id)) return id
    claim.lastId = id
  } else {
    return new Failure(`Unrecognized XCLAIM option '${printed(request.text(at))}'`)
  }
  return undefined
}

export const xclaim = make("XCLAIM", {
  summary: "Makes a consumer the owner of pending entries, as if they had been delivered to it.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(log N) for each entry, where N is the number of pending ones.",
  flags: ["write", "fast"],
  categories: ["stream"],
  tips: ["nondeterministic_output"],
  args: {
    key: Arg.key("RW", "UPDATE"),
    group: Arg.text,
    consumer: Arg.text,
    claim: lateArgLoop(
      {
        minIdleTime: Arg.text,
        ids: Ids.lateIds,
        ms: Arg.count.after("IDLE").optional(),
        unixTimeMilliseconds: Arg.count.typed("unix-time").after("TIME").optional(),
        count: Arg.count.after("RETRYCOUNT").optional(),
        force: Arg.flag("FORCE"),
        justid: Arg.flag("JUSTID"),
        lastid: Arg.text.after("LASTID").optional()
      },
      2,
      readClaim
    )
  },
  run: ({ clock, database }, { claim: read, consumer, group: name, key }) => {
    const found = findGroup(database.read(key), name)
    if (isCommandError(found)) return found
    if (found === undefined) return noKeyOrGroup(key, name)
    const claim = read()
    if (isCommandError(claim)) return claim
    const replies: Array<Reply> = []
    modifyGroup(database, key, found, (group) => {
      let changes = group.createConsumer(consumer, clock.millis) ? 1 : 0
      group.touch(consumer, clock.millis, false)
      if (StreamId.compare(claim.lastId, group.lastId) > 0) {
        group.lastId = claim.lastId
        changes++
      }
      return changes + claimIds(found.stream.log, group, consumer, claim, clock.millis, replies)
    })
    return replies
  }
})

/** Answers how many entries changed. */
const claimIds = (
  log: StreamLog,
  group: ConsumerGroup,
  consumer: string,
  { deliveries, ids, isForced, justIds, minIdleMillis, ...times }: Claim,
  nowMillis: number,
  replies: Array<Reply>
): number => {
  const given = times.idleMillis === undefined ? times.deliveredAtMillis : nowMillis - times.idleMillis
  // Clients may have come to a time by clocks of their own: one that cannot be is taken for now.
  const deliveredAtMillis = given === undefined || given < 0 || given > nowMillis ? nowMillis : given
  let changes = 0
  for (const id of ids) {
    const entry = log.get(id)
    const pending = group.pending(id)
    if (entry === undefined) {
      // What is deleted is nobody's any more.
      if (group.acknowledge(id)) changes++
      continue
    }
    if (pending === undefined ? !isForced : nowMillis - pending.deliveredAtMillis < minIdleMillis) continue
    group.assign(id, consumer, deliveredAtMillis, deliveries ?? deliveriesAfter(pending, justIds))
    group.touch(consumer, nowMillis, true)
    changes++
    replies.push(justIds ? StreamId.format(id) : entryReply(entry))
  }
  return changes
}

/** Who asks for the ids alone has not been delivered the entry. */
const deliveriesAfter = (pending: PendingEntry | undefined, justIds: boolean): Int64 => {
  const deliveries = pending?.deliveries ?? 1
  return justIds ? deliveries : addWrapping(deliveries, 1)
}

const notPositive = new Failure("COUNT must be > 0")
const tooMany = new Failure("Insufficient memory, failed allocating transient memory, COUNT too high.")

/** Redis refuses a larger count, and cannot have the memory for the ids of the one below. */
const maxCount = 576_460_752_303_423_487n
const maxAllocatedCount = 2 ** 43

export const xautoclaim = make("XAUTOCLAIM", {
  summary: "Makes a consumer the owner of pending entries that nobody has acknowledged for a time.",
  since: "6.2.0",
  group: "stream",
  complexity: "O(1) for a fixed COUNT.",
  flags: ["write", "fast"],
  categories: ["stream"],
  tips: ["nondeterministic_output"],
  args: {
    key: Arg.key("RW", "DELETE"),
    group: Arg.text,
    consumer: Arg.text,
    minIdleTime: Arg.schema(Schemas.Count, new Failure("Invalid min-idle-time argument for XAUTOCLAIM")),
    start: Ids.start,
    count: Arg.schema(Schemas.Int64, notPositive, "integer")
      .refine((count) => count >= 1 && count <= maxCount, notPositive)
      .after("COUNT")
      .optional(),
    justid: Arg.flag("JUSTID")
  },
  run: ({ clock, database }, { consumer, count = 100, group: name, justid, key, minIdleTime, start }) => {
    const found = findGroup(database.read(key), name)
    if (isCommandError(found)) return found
    if (found === undefined) return noKeyOrGroup(key, name)
    if (count > maxAllocatedCount) return tooMany
    const nowMillis = clock.millis
    const { claimed, deleted, next } = claimable(found, start, Number(count), minIdleTime, nowMillis)
    const replies: Array<Reply> = []
    modifyGroup(database, key, found, (group) => {
      const created = group.createConsumer(consumer, nowMillis) ? 1 : 0
      group.touch(consumer, nowMillis, false)
      for (const id of deleted) group.acknowledge(id)
      for (const { entry, pending } of claimed) {
        group.assign(entry.id, consumer, nowMillis, deliveriesAfter(pending, justid))
        replies.push(justid ? StreamId.format(entry.id) : entryReply(entry))
      }
      if (claimed.length > 0) group.touch(consumer, nowMillis, true)
      return created + deleted.length + claimed.length
    })
    return [StreamId.format(next), replies, deleted.map(StreamId.format)]
  }
})

interface Claimable {
  readonly claimed: ReadonlyArray<{ readonly entry: LogEntry; readonly pending: PendingEntry }>
  /** Pending entries that are not in the log any more. */
  readonly deleted: ReadonlyArray<StreamId.StreamId>
  /** Where to go on, 0-0 at the end. */
  readonly next: StreamId.StreamId
}

/** Looks at ten times `count` pending entries at most, for `count` that are claimed or deleted. */
const claimable = (
  { group, stream: { log } }: FoundGroup,
  start: StreamId.StreamId,
  count: number,
  minIdleMillis: number,
  nowMillis: number
): Claimable => {
  const claimed: Array<{ readonly entry: LogEntry; readonly pending: PendingEntry }> = []
  const deleted: Array<StreamId.StreamId> = []
  let next = StreamId.zero
  let attempts = count * attemptsPerEntry
  group.forEachPending((id, pending) => {
    if (attempts-- === 0 || claimed.length + deleted.length === count) {
      next = id
      return false
    }
    const entry = log.get(id)
    if (entry === undefined) deleted.push(id)
    else if (nowMillis - pending.deliveredAtMillis >= minIdleMillis) claimed.push({ entry, pending })
    return true
  }, start)
  return { claimed, deleted, next }
}

const attemptsPerEntry = 10
