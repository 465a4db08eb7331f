/**
 * HGETEX, HGETDEL, HSETEX: values of fields, and what becomes of the fields and of their times to live, in one step.
 */
import type { ByteString } from "../../data/ByteString.ts"
import type { HashValue } from "../../data/HashValue.ts"
import { parseInt64 } from "../../data/Int64.ts"
import type { Key } from "../../data/Key.ts"
import { type CommandError, Failure, isCommandError } from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { Request } from "../../protocol/Request.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { CommandWords } from "../../services/Propagation.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import * as Expiry from "../expiry.ts"
import { changeOrMake, hashOf, hasLive, isLive } from "./access.ts"
import { atMostOne, fieldList } from "./fieldList.ts"
import { baseOf, deadlineAfter, expireField, readMillis, unitOf } from "./fieldTimes.ts"
import { fieldsExpireAt, fieldsRemoved } from "./told.ts"

export const hgetex = Command.make("HGETEX", {
  summary: "Returns the values of fields of a hash, and sets or removes the times to live of these fields.",
  since: "8.0.0",
  group: "hash",
  complexity: "O(N log M) for N fields of a hash in which M have a time to live.",
  flags: ["write", "fast"],
  categories: ["hash"],
  args: {
    key: Arg.key("RW", "ACCESS", "UPDATE"),
    expiration: atMostOne(Arg.oneOf({
      seconds: Expiry.seconds,
      milliseconds: Expiry.milliseconds,
      unixTimeSeconds: Expiry.unixTimeSeconds,
      unixTimeMilliseconds: Expiry.unixTimeMilliseconds,
      persist: Arg.token("PERSIST")
    })),
    fields: fieldList()
  },
  run: (context, { expiration, fields: readFields, key }) => {
    const { clock, database, propagation, stats } = context
    const hash = hashOf(database.find(key))
    if (isCommandError(hash)) return hash
    const now = clock.millis
    const deadline = expiration === undefined || expiration === "PERSIST"
      ? undefined
      : deadlineOf(expiration, now, "hgetex")
    if (isCommandError(deadline)) return deadline
    const fields = readFields()
    if (isCommandError(fields)) return fields
    const removed: Array<string> = []
    propagation.instead(() => [
      deadline === undefined
        ? ["HPERSIST", key.text, "FIELDS", String(fields.length), ...fields]
        : fieldsExpireAt(key, deadline, fields)
    ])
    const reply = takeEach(context, key, hash, fields, (hash, field, isThere) => {
      if (expiration !== undefined) hash.admitDeadlines()
      if (!isThere) return 0
      if (deadline !== undefined) {
        if (expireField(hash, field, deadline, clock.expiryMillis)) removed.push(field)
        return 1
      }
      if (expiration === undefined || hash.deadline(field) === undefined) return 0
      hash.clearDeadline(field)
      return 1
    })
    stats.counters.expiredFields += removed.length
    if (removed.length > 0) propagation.instead(() => fieldsRemoved(key, removed))
    return reply
  }
})

export const hgetdel = Command.make("HGETDEL", {
  summary: "Returns the values of fields of a hash, and deletes these fields.",
  since: "8.0.0",
  group: "hash",
  complexity: "O(N) for N fields",
  flags: ["write", "fast"],
  categories: ["hash"],
  args: { key: Arg.key("RW", "ACCESS", "DELETE"), fields: fieldList() },
  run: (context, { fields: readFields, key }) => {
    const hash = hashOf(context.database.find(key))
    if (isCommandError(hash)) return hash
    const fields = readFields()
    if (isCommandError(fields)) return fields
    context.propagation.instead(() => [["HDEL", key.text, ...fields]])
    return takeEach(context, key, hash, fields, (hash, field, isThere) => isThere && hash.delete(field) ? 1 : 0)
  }
})

/** The values of the fields. `change` is called for each once its value has been read, and answers how many changes it has made. */
const takeEach = (
  context: CommandContext,
  key: Key,
  hash: HashValue | undefined,
  fields: ReadonlyArray<string>,
  change: (hash: HashValue, field: string, isThere: boolean) => number
): Reply => {
  if (hash === undefined) return fields.map(() => null)
  for (const field of fields) isLive(context, key, hash, field)
  if (hash.size === 0) return fields.map(() => null)
  const values: Array<ByteString | null> = []
  context.database.modify(key, hash, (hash) => {
    let changes = 0
    for (const field of fields) {
      const value = hash.isExpired(field, context.clock.expiryMillis) ? undefined : hash.get(field)
      values.push(value ?? null)
      changes += change(hash, field, value !== undefined)
    }
    return changes
  })
  return values
}

const deadlineOf = ({ token, value }: Expiry.Expiry, nowMillis: number, command: string): number | CommandError =>
  deadlineAfter(baseOf(token, nowMillis), readMillis(value, unitOf(token), command), command)

/** A time that is read at once, other than that of HGETEX, for which Redis looks at the key first. */
const time = <const Token extends Expiry.Expiry["token"]>(
  token: Token,
  shown: Arg.Arg<string>
): Arg.Arg<Arg.Labelled<Token, number>> =>
  new Arg.Arg<number>(shown.spec, {
    read: (reader) => readMillis(reader.request.text(reader.position++), unitOf(token), "hsetex"),
    minimum: 1,
    width: 1
  }).labelled(token)

const badCount = new Failure("invalid number of fields")
const maxCount = 2 ** 31 - 1

const pairs = Arg.block({ field: Arg.text, value: Arg.view }).many()
const pairList = Arg.block({ numfields: Arg.integer, data: pairs }).after("FIELDS")

/** FIELDS with a number and as many fields with their values. */
const fieldValues: typeof pairs = new Arg.Arg(pairList.spec, {
  read: (reader) => {
    if (!reader.accepts("FIELDS")) return reader.unexpected
    const count = parseInt64(reader.request.text(reader.position + 1))
    if (count === undefined || count < 1 || count > maxCount) return badCount
    reader.position += 2
    return reader.remaining === 2 * Number(count) ? pairs.decoder.read(reader) : reader.wrongArity
  },
  minimum: 4
})

export const hsetex = Command.make("HSETEX", {
  summary: "Sets fields of a hash, if a condition is met, and their times to live.",
  since: "8.0.0",
  group: "hash",
  complexity: "O(N log M) for N fields of a hash in which M have a time to live.",
  flags: ["write", "denyoom", "fast"],
  categories: ["hash"],
  args: {
    key: Arg.key("RW", "UPDATE"),
    condition: Arg.oneOf({ fnx: Arg.token("FNX"), fxx: Arg.token("FXX") }).optional().exclusive(
      new Failure("Only one of FXX or FNX arguments can be specified")
    ),
    expiration: Arg.oneOf({
      seconds: time("EX", Expiry.duration),
      milliseconds: time("PX", Expiry.duration),
      unixTimeSeconds: time("EXAT", Expiry.moment),
      unixTimeMilliseconds: time("PXAT", Expiry.moment),
      keepttl: Arg.token("KEEPTTL")
    }).optional().exclusive(new Failure("Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified")),
    fields: fieldValues
  },
  unknownOption: (option) => new Failure(`unknown argument: ${option}`),
  run: (context, { condition, expiration, fields: pairs, key }) => {
    const { clock, database, propagation, reader, stats } = context
    const now = clock.millis
    const deadline = expiration === undefined || expiration === "KEEPTTL"
      ? undefined
      : deadlineAfter(baseOf(expiration.token, now), expiration.value, "hsetex")
    if (isCommandError(deadline)) return deadline
    const hash = hashOf(database.find(key))
    if (isCommandError(hash)) return hash
    const isThere = ({ field }: { readonly field: string }): boolean =>
      hash !== undefined && hasLive(context, key, hash, field)
    if (condition === "FNX" && pairs.some(isThere) || condition === "FXX" && !pairs.every(isThere)) return 0

    const removed: Array<string> = []
    changeOrMake(context, key, hash, (hash) => {
      hash.makeRoomFor(pairs)
      if (deadline !== undefined) hash.admitDeadlines()
      for (const { field, value } of pairs) {
        hash.set(field, value, expiration === "KEEPTTL")
        if (deadline !== undefined && expireField(hash, field, deadline, clock.expiryMillis)) removed.push(field)
      }
      return pairs.length
    })
    stats.counters.expiredFields += removed.length
    if (removed.length > 0) propagation.instead(() => fieldsRemoved(key, removed))
    else if (typeof expiration === "object" && deadline !== undefined) {
      propagation.instead(() => [untilMoment(reader.request, expiration.token, deadline)])
    }
    return 1
  }
})

/** The request with its time to live, which stands before the fields, as a moment. */
const untilMoment = (request: Request, token: Expiry.Expiry["token"], deadline: number): CommandWords => {
  const words = request.words()
  let at = 2
  while (!request.equalsIgnoreCase(at, token)) at++
  words.splice(at, 2, "PXAT", String(deadline))
  return words
}
