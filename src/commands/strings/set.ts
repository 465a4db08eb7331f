/**
 * Setting whole strings: SET with its options, and the older commands that are special cases of it.
 */
import type { ByteString } from "../../data/ByteString.ts"
import type { Key } from "../../data/Key.ts"
import { encode, equals, toBytes } from "../../data/StringValue.ts"
import { isString, type Value } from "../../data/Value.ts"
import { isCommandError, type WrongType, wrongType } from "../../protocol/CommandError.ts"
import { ok, type Reply } from "../../protocol/Reply.ts"
import type { Request } from "../../protocol/Request.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { CommandWords } from "../../services/Propagation.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import * as Expiry from "../expiry.ts"
import { removedAsExpired } from "../told.ts"

export const set = Command.make("SET", {
  summary: "Sets a key to a string, whatever it held: if a condition is met, for a time, or returning what was there.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  flags: ["write", "denyoom"],
  categories: ["string"],
  args: {
    key: Arg.key("RW", "ACCESS", "UPDATE", "VARIABLE_FLAGS"),
    value: Arg.bytes,
    condition: Arg.oneOf({
      nx: Arg.token("NX").since("2.6.12"),
      xx: Arg.token("XX").since("2.6.12"),
      comparisonValue: Arg.bytes.labelled("IFEQ").since("8.1.0").once()
    }).optional(),
    get: Arg.flag("GET").since("6.2.0"),
    expiration: Arg.oneOf({
      seconds: Expiry.seconds.since("2.6.12"),
      milliseconds: Expiry.milliseconds.since("2.6.12"),
      unixTimeSeconds: Expiry.unixTimeSeconds.since("6.2.0"),
      unixTimeMilliseconds: Expiry.unixTimeMilliseconds.since("6.2.0"),
      keepttl: Arg.token("KEEPTTL").since("6.0.0")
    }).optional()
  },
  getKeys: (request) => [{ position: 1, flags: hasGet(request) ? ["RW", "ACCESS", "UPDATE"] : ["OW", "UPDATE"] }],
  run: (context, setting) => setString(context, "set", setting)
})

export const setnx = Command.make("SETNX", {
  summary: "Sets a key to a string if it does not exist.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  flags: ["write", "denyoom", "fast"],
  categories: ["string"],
  deprecatedSince: "2.6.12",
  replacedBy: "`SET` with the `NX` argument",
  args: { key: Arg.key("OW", "INSERT"), value: Arg.bytes },
  run: (context, { key, value }) => setString(context, "setnx", { key, value, condition: "NX" }, 1, 0)
})

export const setex = Command.make("SETEX", {
  summary: "Sets a key to a string that lives for some seconds.",
  since: "2.0.0",
  group: "string",
  complexity: "O(1)",
  flags: ["write", "denyoom"],
  categories: ["string"],
  deprecatedSince: "2.6.12",
  replacedBy: "`SET` with the `EX` argument",
  args: { key: Arg.key("OW", "UPDATE"), seconds: Expiry.duration, value: Arg.bytes },
  run: (context, { key, seconds, value }) =>
    setString(context, "setex", { key, value, expiration: { token: "EX", value: seconds } })
})

export const psetex = Command.make("PSETEX", {
  summary: "Sets a key to a string that lives for some milliseconds.",
  since: "2.6.0",
  group: "string",
  complexity: "O(1)",
  flags: ["write", "denyoom"],
  categories: ["string"],
  deprecatedSince: "2.6.12",
  replacedBy: "`SET` with the `PX` argument",
  args: { key: Arg.key("OW", "UPDATE"), milliseconds: Expiry.duration, value: Arg.bytes },
  run: (context, { key, milliseconds, value }) =>
    setString(context, "psetex", { key, value, expiration: { token: "PX", value: milliseconds } })
})

/** Whether SET is asked for the old value. As in Redis the word is looked for at every place, the one behind IFEQ included. */
const hasGet = (request: Request): boolean => {
  for (let i = 3; i < request.length; i++) if (request.equalsIgnoreCase(i, "GET")) return true
  return false
}

type Condition = "NX" | "XX" | Arg.Labelled<"IFEQ", ByteString>

interface Setting {
  readonly key: Key
  readonly value: ByteString
  readonly condition?: Condition | undefined
  /** Whether the reply is what the key held before. */
  readonly get?: boolean
  readonly expiration?: Expiry.Expiry | "KEEPTTL" | undefined
}

/** Called by SET, SETNX, SETEX and PSETEX. `refused` answers that the condition is not met; with `get` the old string takes the place of both replies. */
const setString = (
  context: CommandContext,
  command: string,
  { condition, expiration, get = false, key, value }: Setting,
  done: Reply = ok,
  refused: Reply = null
): Reply => {
  const { clock, database, propagation, stats } = context
  const keepsDeadline = expiration === "KEEPTTL"
  const deadline = expiration === undefined || keepsDeadline
    ? undefined
    : Expiry.deadlineOf(expiration, clock.millis, command)
  if (isCommandError(deadline)) return deadline

  let old: Reply = null
  if (get || condition !== undefined) {
    const existing = get ? database.read(key) : database.find(key)
    if (get && existing !== undefined) {
      if (!isString(existing)) return wrongType
      old = toBytes(existing)
    }
    const isMet = condition === undefined || meets(condition, existing)
    if (isCommandError(isMet)) return isMet
    if (!isMet) return get ? old : refused
  }

  if (deadline !== undefined && deadline <= clock.expiryMillis) {
    // What would be expired at once is not set at all, and takes away what was there.
    if (database.remove(key)) stats.counters.expiredKeys++
    propagation.instead(() => [removedAsExpired(context, key)])
    return get ? old : ok
  }
  if (keepsDeadline) database.update(key, encode(value))
  else database.set(key, encode(value), deadline)
  if (deadline === undefined) {
    if (get) propagation.instead(() => [withoutGet(context.reader.request)])
  } else if (!isAbsolute(expiration)) {
    propagation.instead(() => [["SET", key.text, value, "PXAT", String(deadline)]])
  }
  return get ? old : done
}

/** Whoever repeats it asks for no reply. A word behind IFEQ is no option. */
const withoutGet = (request: Request): CommandWords =>
  request.words().filter((_, i) =>
    i < 3 || !request.equalsIgnoreCase(i, "GET") || request.equalsIgnoreCase(i - 1, "IFEQ")
  )

/** The time means the same whenever the request is repeated. */
const isAbsolute = (expiration: Setting["expiration"]): boolean =>
  typeof expiration === "object" && expiration.token === "PXAT"

const meets = (condition: Condition, existing: Value | undefined): boolean | WrongType => {
  if (condition === "NX") return existing === undefined
  if (condition === "XX" || existing === undefined) return existing !== undefined
  return isString(existing) ? equals(existing, condition.value) : wrongType
}
