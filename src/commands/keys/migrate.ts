/**
 * MIGRATE: keys go to another server, and are gone here once that has said that it has them.
 *
 * Redis does nothing else meanwhile. Here only writes are held back until the other server has answered, so that a key which is moved cannot change between
 * its copy and its end; whoever reads goes on. Source: cluster.c.
 */
import * as Effect from "effect/Effect"
import { type Int64, parseInt64 } from "../../data/Int64.ts"
import type { Key } from "../../data/Key.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, Failure, notInteger, syntaxFailure } from "../../protocol/CommandError.ts"
import { encodeRequest } from "../../protocol/encodeRequest.ts"
import { type DumpFormat, writeDump } from "../../protocol/rdb/writeDump.ts"
import { ok, type Reply, SimpleString } from "../../protocol/Reply.ts"
import type { Request } from "../../protocol/Request.ts"
import type { Propagation } from "../../services/Propagation.ts"
import type { CommandClock } from "../../services/CommandClock.ts"
import type { KeyReference } from "../../services/CommandTable.ts"
import type { Database } from "../../services/Keyspace.ts"
import type { Peer, PeerFailure } from "../../services/PeerConnections.ts"
import { Waiting } from "../../services/Waiting.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import { dumpFormat } from "../dumpFormat.ts"

interface Options {
  /** The keys stay here as well. */
  copies: boolean
  /** Keys that are there already go. */
  replaces: boolean
  username: string | undefined
  password: string | undefined
  /** In place of the one key, which is empty then. */
  keys: ReadonlyArray<Key> | undefined
}

const readOptions = (reader: ArgReader): Options | CommandError => {
  const { hasher, request } = reader
  const options: Options = {
    copies: false,
    replaces: false,
    username: undefined,
    password: undefined,
    keys: undefined
  }
  for (; !reader.isAtEnd; reader.position++) {
    if (reader.accepts("COPY")) options.copies = true
    else if (reader.accepts("REPLACE")) options.replaces = true
    else if (reader.accepts("AUTH")) {
      if (reader.remaining < 2) return syntaxFailure
      options.password = request.text(++reader.position)
    } else if (reader.accepts("AUTH2")) {
      if (reader.remaining < 3) return syntaxFailure
      options.username = request.text(++reader.position)
      options.password = request.text(++reader.position)
    } else if (reader.accepts("KEYS")) {
      if (request.byteLength(keyPosition) > 0) return keyIsNotEmpty
      options.keys = positionsFrom(reader.position + 1, request).map((i) => request.key(i, hasher))
      reader.position = request.length
      break
    } else return syntaxFailure
  }
  return options
}

/** Where the key stands, and where the options begin. */
const keyPosition = 3
const optionsPosition = 6

const positionsFrom = (first: number, request: Request): ReadonlyArray<number> =>
  Array.from({ length: Math.max(request.length - first, 0) }, (_, i) => first + i)

const keyIsNotEmpty = new Failure("When using MIGRATE KEYS option, the key argument must be set to the empty string")

const member = Arg.key("RW", "ACCESS", "DELETE")

const options = new Arg.Arg<Options>({
  type: "block",
  unwrapped: true,
  members: [
    ["copy", Arg.flag("COPY").since("3.0.0")],
    ["replace", Arg.flag("REPLACE").since("3.0.0")],
    [
      "authentication",
      Arg.oneOf({
        auth: Arg.text.after("AUTH").displayed("password").since("4.0.7"),
        auth2: Arg.block({ username: Arg.text, password: Arg.text }).after("AUTH2").since("6.0.0")
      }).optional()
    ],
    ["keys", member.many().after("KEYS").displayed("key").optional().since("3.0.6")]
  ]
}, { read: readOptions, minimum: 0 })

/** A key, or nothing where KEYS follow. */
const keySelector = new Arg.Arg<Key>({
  type: "oneof",
  members: [["key", member], ["empty-string", Arg.token("\"\"")]]
}, member.decoder)

/** Behind AUTH and AUTH2 the word KEYS may be a password. */
const getKeys = (request: Request): ReadonlyArray<KeyReference> => {
  const flags: KeyReference["flags"] = ["RW", "ACCESS", "DELETE"]
  for (let i = optionsPosition; i < request.length; i++) {
    if (request.equalsIgnoreCase(i, "KEYS")) {
      // With a key before it, it is a mistake that only the command itself speaks of.
      if (request.byteLength(keyPosition) > 0) return []
      return positionsFrom(i + 1, request).map((position) => ({ position, flags }))
    }
    if (request.equalsIgnoreCase(i, "AUTH")) i++
    else if (request.equalsIgnoreCase(i, "AUTH2")) i += 2
  }
  return [{ position: keyPosition, flags }]
}

export const migrate = make("MIGRATE", {
  summary: "Moves keys to another server, or copies them.",
  since: "2.6.0",
  group: "generic",
  complexity: "O(N) here and there, where N is the number of the values' elements and bytes.",
  flags: ["write"],
  categories: ["keyspace", "dangerous"],
  tips: ["nondeterministic_output"],
  arity: -6,
  keySpecs: [
    {
      flags: ["RW", "ACCESS", "DELETE"],
      begin: { _tag: "Index", position: keyPosition },
      find: { _tag: "Range", lastKey: 0, step: 1, limit: 0 }
    },
    {
      flags: ["RW", "ACCESS", "DELETE", "INCOMPLETE"],
      begin: { _tag: "Keyword", keyword: "KEYS", startFrom: -2 },
      find: { _tag: "Range", lastKey: -1, step: 1, limit: 0 }
    }
  ],
  getKeys,
  args: {
    host: Arg.text,
    port: Arg.text.typed("integer"),
    keySelector,
    // Redis looks at the numbers when the options are right.
    destinationDb: Arg.text.typed("integer"),
    timeout: Arg.text.typed("integer"),
    options
  },
  run: (context, { destinationDb, host, keySelector, options, port, timeout }) => {
    const { clients, clock, database, peers, propagation } = context
    const timeoutMillis = parseInt64(timeout)
    const index = parseInt64(destinationDb)
    if (timeoutMillis === undefined || index === undefined) return notInteger
    const keys = (options.keys ?? [keySelector]).filter((key) => database.read(key) !== undefined)
    if (keys.length === 0) return noKey
    const migration: Migration = {
      ...options,
      // The request is gone when they are written.
      keys: keys.map((key) => key.copy()),
      database,
      clock,
      propagation,
      format: dumpFormat(context),
      destination: index,
      answered: 0,
      refusal: undefined
    }
    // As C's atoi: what is no number is 0, where nobody answers.
    const address = { host, port: Number.parseInt(port, 10) || 0 }
    const limitMillis = timeoutMillis > 0 ? Math.min(Number(timeoutMillis), longestTimeoutMillis) : defaultTimeoutMillis
    const attempt = peers.talk(address, limitMillis, (peer) => clients.holdingWrites(transfer(peer, migration)))
    // The connection may have been closed there while it waited; so there is a second attempt where nothing can have arrived.
    const isWorthMore = ({ action, isTimeout }: PeerFailure): boolean =>
      action !== "finding" && action !== "connecting" && !isTimeout && migration.answered === 0
    return new Waiting(
      Effect.catchIf(attempt, isWorthMore, () => attempt).pipe(
        Effect.match({
          onFailure: (failure): Reply => refusalOf(migration) ?? errorOf(failure),
          // What was found before may be gone when it is its turn.
          onSuccess: (sent): Reply => refusalOf(migration) ?? (sent === 0 ? noKey : ok)
        })
      )
    )
  }
})

interface Migration extends Options {
  readonly keys: ReadonlyArray<Key>
  readonly database: Database
  readonly clock: CommandClock["Service"]
  readonly propagation: Propagation["Service"]
  readonly format: DumpFormat
  /** The number of the database there. */
  readonly destination: Int64
  /** Keys about which the other server has said something. */
  answered: number
  /** The first error that it has answered. */
  refusal: string | undefined
}

/** Answers how many keys have been sent. */
const transfer = Effect.fnUntraced(function*(peer: Peer, migration: Migration) {
  const { clock, copies, database, destination, keys, password, propagation, username } = migration
  const selects = peer.database !== Number(destination)
  if (password !== undefined) {
    yield* peer.write(encodeRequest(["AUTH", ...username === undefined ? [] : [username], password]))
  }
  if (selects) yield* peer.write(encodeRequest(["SELECT", String(destination)]))
  const sent: Array<Key> = []
  for (const key of keys) {
    clock.refresh()
    const request = requestFor(key, migration)
    if (request === undefined) continue
    yield* peer.write(request)
    sent.push(key)
  }
  const replies: Array<string> = []
  if (password !== undefined) replies.push(yield* peer.readLine)
  if (selects) replies.push(yield* peer.readLine)
  const refusal = replies.find(isError)
  for (const key of sent) {
    const reply = yield* peer.readLine
    migration.answered++
    const error = refusal ?? (isError(reply) ? reply : undefined)
    if (error !== undefined) migration.refusal ??= error
    else if (!copies) {
      clock.refresh()
      if (database.remove(key)) propagation.also(database.index, ["DEL", key.text])
      propagation.flush()
    }
  }
  peer.database = migration.refusal === undefined ? Number(destination) : undefined
  return sent.length
})

/** What makes the key there; `undefined` where it is gone here, because it has expired. */
const requestFor = (
  key: Key,
  { clock, database, format, replaces }: Migration
): ReadonlyArray<Buffer> | undefined => {
  const value = database.inspect(key)
  if (value === undefined) return undefined
  const deadline = database.deadline(key)
  const timeToLive = deadline === undefined ? 0 : Math.max(deadline - clock.millis, 1)
  return encodeRequest([
    "RESTORE",
    key.text,
    String(timeToLive),
    writeDump(value, format),
    ...replaces ? ["REPLACE"] : []
  ])
}

const isError = (line: string): boolean => line.startsWith("-")

const refusalOf = ({ refusal }: Migration): Reply | undefined =>
  refusal === undefined ? undefined : new Failure(`Target instance replied with error: ${refusal.slice(1)}`)

/** Redis hears that nobody listens when it writes. */
const errorOf = ({ action, isTimeout }: PeerFailure): Reply => {
  const isUnconnected = action === "finding" || (action === "connecting" && isTimeout)
  return new Failure(
    isUnconnected
      ? "error or timeout connecting to the client"
      : `error or timeout ${action === "connecting" ? "writing" : action} to target instance`,
    "IOERR"
  )
}

const noKey = new SimpleString("NOKEY")

const defaultTimeoutMillis = 1000
/** JavaScript's timers end at 2^31 milliseconds. */
const longestTimeoutMillis = 24 * 60 * 60 * 1000
