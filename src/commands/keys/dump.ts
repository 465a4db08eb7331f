/**
 * DUMP and RESTORE: a value as bytes, of which another server makes a key again, or this one later. Source: cluster.c.
 */
import * as Effect from "effect/Effect"
import { parseInt64 } from "../../data/Int64.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, Failure, notInteger, syntaxFailure } from "../../protocol/CommandError.ts"
import { RdbFailure } from "../../protocol/rdb/RdbFailure.ts"
import type { Request } from "../../protocol/Request.ts"
import { readDump } from "../../protocol/rdb/readDump.ts"
import { writeDump } from "../../protocol/rdb/writeDump.ts"
import { ok } from "../../protocol/Reply.ts"
import type { CommandWords } from "../../services/Propagation.ts"
import { Waiting } from "../../services/Waiting.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import { dumpFormat } from "../dumpFormat.ts"
import { lastDeadline } from "../expiry.ts"
import { place } from "./transfer.ts"

export const dump = make("DUMP", {
  summary: "Returns the value of a key as bytes, which RESTORE makes a key of again.",
  since: "2.6.0",
  group: "generic",
  complexity: "O(N) where N is the number of the value's elements and bytes.",
  flags: ["readonly"],
  categories: ["keyspace"],
  tips: ["nondeterministic_output"],
  args: { key: Arg.key("RO", "ACCESS") },
  run: (context, { key }) => {
    const value = context.database.read(key)
    return value === undefined ? null : writeDump(value, dumpFormat(context))
  }
})

interface RestoreOptions {
  /** A key that is there already goes. */
  replaces: boolean
  /** The time to live is a time since the epoch. */
  isAbsolute: boolean
  /** How long nobody has used the key, in seconds. */
  idleSeconds: number | undefined
  frequency: number | undefined
}

/** Of IDLETIME and FREQ only one may be given, though that one several times. */
const readOptions = (reader: ArgReader): RestoreOptions | CommandError => {
  const options: RestoreOptions = { replaces: false, isAbsolute: false, idleSeconds: undefined, frequency: undefined }
  for (; !reader.isAtEnd; reader.position++) {
    const hasValue = reader.remaining > 1
    if (reader.accepts("REPLACE")) options.replaces = true
    else if (reader.accepts("ABSTTL")) options.isAbsolute = true
    else if (reader.accepts("IDLETIME") && hasValue && options.frequency === undefined) {
      const seconds = parseInt64(reader.request.text(++reader.position))
      if (seconds === undefined) return notInteger
      if (seconds < 0) return invalidIdleTime
      options.idleSeconds = Number(seconds)
    } else if (reader.accepts("FREQ") && hasValue && options.idleSeconds === undefined) {
      const frequency = parseInt64(reader.request.text(++reader.position))
      if (frequency === undefined) return notInteger
      if (frequency < 0 || frequency > 255) return invalidFrequency
      options.frequency = Number(frequency)
    } else return syntaxFailure
  }
  return options
}

const invalidIdleTime = new Failure("Invalid IDLETIME value, must be >= 0")
const invalidFrequency = new Failure("Invalid FREQ value, must be >= 0 and <= 255")
const invalidTtl = new Failure("Invalid TTL value, must be >= 0")
const busyKey = new Failure("Target key name already exists.", "BUSYKEY")
const wrongChecksum = new Failure("DUMP payload version or checksum are wrong")
const badFormat = new Failure("Bad data format")

const restoreOptions = new Arg.Arg<RestoreOptions>({
  type: "block",
  unwrapped: true,
  members: [
    ["replace", Arg.flag("REPLACE").since("3.0.0")],
    ["absttl", Arg.flag("ABSTTL").since("5.0.0")],
    ["seconds", Arg.integer.after("IDLETIME").optional().since("5.0.0")],
    ["frequency", Arg.integer.after("FREQ").optional().since("5.0.0")]
  ]
}, { read: readOptions, minimum: 0 })

export const restore = make("RESTORE", {
  summary: "Makes a key of what DUMP has returned.",
  since: "2.6.0",
  group: "generic",
  complexity: "O(N) where N is the number of the value's elements and bytes, for a sorted set O(N*log(N)).",
  flags: ["write", "denyoom"],
  categories: ["keyspace", "dangerous"],
  args: {
    key: Arg.key("OW", "UPDATE"),
    // Redis looks at it only when it knows that there is room for the key.
    ttl: Arg.text.typed("integer"),
    serializedValue: Arg.view,
    options: restoreOptions
  },
  run: (context, { key, options, serializedValue, ttl }) => {
    const { clock, config, database, keyspace, propagation, reader, shapes } = context
    if (!options.replaces && database.find(key) !== undefined) return busyKey
    const time = parseInt64(ttl)
    if (time === undefined) return notInteger
    if (time < 0) return invalidTtl
    const value = readDump(serializedValue, {
      shapes,
      checksum: keyspace.validatesChecksums,
      sanitizes: config.values["sanitize-dump-payload"] !== "no",
      readsNewer: config.values["rdb-version-check"] === "relaxed"
    })
    if (value instanceof RdbFailure) {
      if (value.kind === "version" || value.kind === "checksum") return wrongChecksum
      const place = `Internal error in RDB reading offset ${value.offset}`
      return new Waiting(Effect.as(Effect.logDebug(`${place}, ${value.reason}`), badFormat))
    }
    // To Redis a sum beyond 64 bits is a negative time, at which nothing ever expires.
    const deadline = Number(time) + (options.isAbsolute ? 0 : clock.millis)
    if (time > 0 && deadline <= clock.expiryMillis) {
      database.remove(key)
      propagation.instead(() => [["DEL", key.text]])
      return ok
    }
    place(database, key, value, time === 0 ? undefined : Math.min(deadline, lastDeadline))
    database.recallUse(key, options.idleSeconds, options.frequency)
    if (time > 0 && !options.isAbsolute) propagation.instead(() => [absolute(reader.request, deadline)])
    return ok
  }
})

/** The same request with the time at which the key expires. */
const absolute = (request: Request, expireAtMillis: number): CommandWords => {
  const words = Array.from({ length: request.length }, (_, i) => request.bytes(i))
  words[2] = String(expireAtMillis)
  return [...words, "ABSTTL"]
}
