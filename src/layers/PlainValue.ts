/**
 * What an embedding app gives and gets: plain JavaScript values instead of byte strings and replies.
 *
 * Text is UTF-8 in the server; it is encoded and decoded here, once. Bytes are `Uint8Array`s, always copies: neither side can change what the other holds.
 */
import { Buffer } from "node:buffer"
import * as Data from "effect/Data"
import * as Exit from "effect/Exit"
import * as ByteString from "../data/ByteString.ts"
import * as Utf8 from "../data/Utf8.ts"
import { type CommandError, errorText, isCommandError } from "../protocol/CommandError.ts"
import {
  Attributed,
  BigNumber,
  Bulks,
  Double,
  MapReply,
  NullArray,
  Push,
  Replies,
  type Reply,
  SetReply,
  settled,
  SimpleString,
  Verbatim
} from "../protocol/Reply.ts"

/** An argument of a command. */
export type Argument = string | number | bigint | Uint8Array

/** What a command answers. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | ReadonlyArray<Value>
  | ReadonlyMap<Value, Value>
  | ReadonlySet<Value>
  | KeyloomError

/**
 * A command has failed, as Redis would have it.
 *
 * Where one reply holds several answers, the failed ones among them are values of this class.
 */
export class KeyloomError extends Data.TaggedError("KeyloomError")<{
  /** The first word of the error, which programs may match on: `ERR`, `WRONGTYPE`, `OOM` ... */
  readonly code: string
  /** The error without its code. */
  readonly message: string
}> {}

/** How the bulk strings of a reply are shown. */
export type BulkString = (bytes: ByteString.ByteString) => string | Uint8Array

export const toText: BulkString = Utf8.decode

export const toBytes: BulkString = (bytes) => {
  const copy = new Uint8Array(bytes.length)
  if (typeof bytes === "string") Buffer.from(copy.buffer).latin1Write(bytes)
  else copy.set(bytes)
  return copy
}

export const ofArgument = (argument: Argument): ByteString.ByteString => {
  if (typeof argument === "string") return Utf8.encode(argument)
  if (typeof argument === "number") {
    return argument === Infinity
      ? "inf"
      : argument === -Infinity
      ? "-inf"
      : String(argument)
  }
  if (typeof argument === "bigint") return String(argument)
  return ByteString.ofBytes(Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength))
}

/** A reply as the outcome of a call. */
export const ofReply = (reply: Reply, bulkString: BulkString): Exit.Exit<Value, KeyloomError> => {
  if (isCommandError(reply)) return Exit.fail(ofError(reply))
  // What is pushed before a request's own reply is not the answer to a call.
  if (reply instanceof Replies) return ofReply(reply.replies.at(-1) ?? null, bulkString)
  return Exit.succeed(valueOf(reply, bulkString))
}

const valueOf = (reply: Reply, bulkString: BulkString): Value => {
  if (typeof reply === "string") return bulkString(reply)
  if (typeof reply !== "object" || reply === null) return reply
  if (Buffer.isBuffer(reply)) return bulkString(reply)
  if (isList(reply)) return valuesOf(reply, bulkString)
  if (reply instanceof SimpleString || reply instanceof Verbatim) return Utf8.decode(reply.text)
  if (reply instanceof MapReply) return mapOf(reply.pairs, bulkString)
  if (reply instanceof SetReply) return new Set(valuesOf(reply.members, bulkString))
  if (reply instanceof Push) return valuesOf(reply.items, bulkString)
  if (reply instanceof Replies) return valuesOf(reply.replies, bulkString)
  if (reply instanceof Double) return reply.value
  if (reply instanceof BigNumber) return BigInt(reply.digits)
  if (reply instanceof NullArray) return null
  if (reply instanceof Bulks) return valueOf(settled(reply), bulkString)
  if (reply instanceof Attributed) return valueOf(reply.reply, bulkString)
  return ofError(reply)
}

const valuesOf = (replies: ReadonlyArray<Reply>, bulkString: BulkString): ReadonlyArray<Value> =>
  replies.map((reply) => valueOf(reply, bulkString))

const mapOf = (pairs: ReadonlyArray<Reply>, bulkString: BulkString): ReadonlyMap<Value, Value> => {
  const map = new Map<Value, Value>()
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    // Both are there, because `i + 1` is below the length, and a reply is never `undefined`.
    map.set(valueOf(pairs[i]!, bulkString), valueOf(pairs[i + 1]!, bulkString))
  }
  return map
}

const ofError = (error: CommandError): KeyloomError => {
  const text = Utf8.decode(errorText(error))
  const space = text.indexOf(" ")
  return new KeyloomError(
    space < 0 ? { code: text, message: "" } : { code: text.slice(0, space), message: text.slice(space + 1) }
  )
}

/** `Array.isArray` does not tell read-only arrays from the other objects in a type. */
const isList = (reply: object): reply is ReadonlyArray<Reply> => Array.isArray(reply)
