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
import { advanced, assigned, tellSteps } from "./told.ts"

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
  run: (context, { claim: read, consumer, group: name, key }) => {
    const { clock, database, reader } = context
    const found = findGroup(database.read(key), name)
    if (isCommandError(found)) return found
    if (found === undefined) return noKeyOrGroup(key, name)
    const claim = read()
    if (isCommandError(claim)) return claim
    const tell = tellSteps(context)
    const replies: Array<Reply> = []
    modifyGroup(database, key, found, (group) => {
      const created = group.createConsumer(consumer, clock.millis) ? 1 : 0
      group.touch(consumer, clock.millis, false)
      const isAdvanced = StreamId.compare(claim.lastId, group.lastId) > 0
      if (isAdvanced) group.lastId = claim.lastId
      const claimed = claimIds(found.stream.log, group, consumer, claim, clock.millis, replies, (index, pending) =>
        // As it was written.
        tell?.(assigned(key.text, group, reader.request.text(firstId + index), pending)))
      if (claimed > 0 || !isAdvanced) return created + claimed
      // Otherwise each entry says it too.
      tell?.(advanced(key.text, group))
      return created + 1
    })
    return replies
  }
})

/** The number of the argument that is the first id. */
const firstId = 5

/** Answers how many entries changed. `changed` is told which they are, by their place among the ids, and what is pending of them or was. */
const claimIds = (
  log: StreamLog,
  group: ConsumerGroup,
  consumer: string,
  { deliveries, ids, isForced, justIds, minIdleMillis, ...times }: Claim,
  nowMillis: number,
  replies: Array<Reply>,
  changed: (index: number, pending: PendingEntry) => void
): number => {
  const given = times.idleMillis === undefined ? times.deliveredAtMillis : nowMillis - times.idleMillis
  // Clients may have come to a time by clocks of their own: one that cannot be is taken for now.
  const deliveredAtMillis = given === undefined || given < 0 || given > nowMillis ? nowMillis : given
  let changes = 0
  for (const [index, id] of ids.entries()) {
    const entry = log.get(id)
    const pending = group.pending(id)
    if (entry === undefined) {
      // What is deleted is nobody's any more: claiming it again will find that too.
      if (pending !== undefined) {
        changed(index, pending)
        group.acknowledge(id)
        changes++
      }
      continue
    }
    if (pending === undefined ? !isForced : nowMillis - pending.deliveredAtMillis < minIdleMillis) continue
    const next = { consumer, deliveredAtMillis, deliveries: deliveries ?? deliveriesAfter(pending, justIds) }
    group.assign(id, consumer, deliveredAtMillis, next.deliveries)
    group.touch(consumer, nowMillis, true)
    changed(index, next)
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
  run: (context, { consumer, count = 100, group: name, justid, key, minIdleTime, start }) => {
    const { clock, database } = context
    const found = findGroup(database.read(key), name)
    if (isCommandError(found)) return found
    if (found === undefined) return noKeyOrGroup(key, name)
    if (count > maxAllocatedCount) return tooMany
    const nowMillis = clock.millis
    const { next, seen } = claimable(found, start, Number(count), minIdleTime, nowMillis)
    const tell = tellSteps(context)
    const claimed: Array<Reply> = []
    const deleted: Array<string> = []
    modifyGroup(database, key, found, (group) => {
      const created = group.createConsumer(consumer, nowMillis) ? 1 : 0
      group.touch(consumer, nowMillis, false)
      for (const { entry, id, pending } of seen) {
        const text = StreamId.format(id)
        if (entry === undefined) {
          tell?.(assigned(key.text, group, text, pending))
          group.acknowledge(id)
          deleted.push(text)
        } else {
          const deliveries = deliveriesAfter(pending, justid)
          group.assign(id, consumer, nowMillis, deliveries)
          tell?.(assigned(key.text, group, text, { consumer, deliveredAtMillis: nowMillis, deliveries }))
          claimed.push(justid ? text : entryReply(entry))
        }
      }
      if (claimed.length > 0) group.touch(consumer, nowMillis, true)
      return created + seen.length
    })
    return [StreamId.format(next), claimed, deleted]
  }
})

interface Claimable {
  readonly seen: ReadonlyArray<SeenEntry>
  /** Where to go on, 0-0 at the end. */
  readonly next: StreamId.StreamId
}

/** A pending entry that is to be claimed, or that is not in the log any more. */
interface SeenEntry {
  readonly id: StreamId.StreamId
  readonly entry: LogEntry | undefined
  readonly pending: PendingEntry
}

/** Looks at ten times `count` pending entries at most, for `count` that are claimed or deleted. */
const claimable = (
  { group, stream: { log } }: FoundGroup,
  start: StreamId.StreamId,
  count: number,
  minIdleMillis: number,
  nowMillis: number
): Claimable => {
  const seen: Array<SeenEntry> = []
  let next = StreamId.zero
  let attempts = count * attemptsPerEntry
  group.forEachPending((id, pending) => {
    if (attempts-- === 0 || seen.length === count) {
      next = id
      return false
    }
    const entry = log.get(id)
    if (entry === undefined || nowMillis - pending.deliveredAtMillis >= minIdleMillis) {
      seen.push({ id, entry, pending })
    }
    return true
  }, start)
  return { next, seen }
}

const attemptsPerEntry = 10
