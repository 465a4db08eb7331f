/**
 * What a command answers, as plain values: one form for the wire, scripts, transactions, the in-process client and tests.
 *
 * | value | RESP3 | RESP2 |
 * | --- | --- | --- |
 * | `string`, `Buffer` (bytes) | bulk string | bulk string |
 * | `number`, `bigint` | integer | integer |
 * | `boolean` | boolean | integer 1 or 0 |
 * | `null` | null | null bulk string |
 * | array, `Bulks` | array | array |
 * | an instance of a class below | its own type | the nearest type of RESP2 |
 *
 * Replies say what is meant, in the types of RESP3; `ReplyWriter` projects them to RESP2. Strings carry one byte per char code.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
import { type ByteString, flatCopy, ofBytes } from "../data/ByteString.ts"
import type { ByteSink } from "../data/ByteSink.ts"
import type { CommandError } from "./CommandError.ts"

export type Reply =
  | ByteString
  | number
  | bigint
  | boolean
  | null
  | ReadonlyArray<Reply>
  | SimpleString
  | Double
  | BigNumber
  | Verbatim
  | MapReply
  | SetReply
  | NullArray
  | Push
  | Attributed
  | Replies
  | Bulks
  | CommandError

/** A status such as `+OK`. Line ends in it become spaces on the wire. */
export class SimpleString {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A floating point number; RESP2 sees its decimal form as a bulk string. */
export class Double {
  readonly value: number
  /** The decimal form where it is not the shortest one. */
  readonly text: string | undefined
  constructor(value: number, text?: string) {
    this.value = value
    this.text = text
  }
}

/** An integer beyond 64 bits. */
export class BigNumber {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}

/** A text with a three-letter format, which a client may show as it is. */
export class Verbatim {
  readonly format: "txt" | "mkd"
  readonly text: string
  constructor(text: string, format: "txt" | "mkd" = "txt") {
    this.text = text
    this.format = format
  }
}

/** Pairs, flattened as `key, value, key, value`, which is also how RESP2 shows them. */
export class MapReply {
  readonly pairs: ReadonlyArray<Reply>
  constructor(pairs: ReadonlyArray<Reply>) {
    this.pairs = pairs
  }
}

/** Members without an order. */
export class SetReply {
  readonly members: ReadonlyArray<Reply>
  constructor(members: ReadonlyArray<Reply>) {
    this.members = members
  }
}

/** Null where RESP2 clients expect a null array (`*-1`) rather than a null bulk string. */
export class NullArray {}

/** Out-of-band data of RESP3, an array for RESP2. */
export class Push {
  readonly items: ReadonlyArray<Reply>
  constructor(items: ReadonlyArray<Reply>) {
    this.items = items
  }
}

/** A reply with attributes about it; RESP2 clients see the reply alone. */
export class Attributed {
  readonly attributes: ReadonlyArray<Reply>
  readonly reply: Reply
  constructor(attributes: ReadonlyArray<Reply>, reply: Reply) {
    this.attributes = attributes
    this.reply = reply
  }
}

/** Several replies to one request, one behind the other: pushes, and then the request's own. */
export class Replies {
  readonly replies: ReadonlyArray<Reply>
  constructor(replies: ReadonlyArray<Reply>) {
    this.replies = replies
  }
}

/**
 * An array or a map of bulk strings that are written from where they lie, for long replies that would make many short-lived strings otherwise.
 *
 * **Gotchas** It is read when it is written or converted, so it is good until the next command only: what is kept for longer is `settled` first.
 */
export class Bulks {
  /** The number of bulk strings; of a map twice that of its pairs. */
  readonly length: number
  readonly form: "array" | "map"
  /** Hands every bulk string to the sink, in order. */
  readonly visit: (sink: ByteSink) => void
  constructor(length: number, visit: (sink: ByteSink) => void, form: "array" | "map" = "array") {
    this.length = length
    this.form = form
    this.visit = visit
  }
}

/** The same reply, for as long as anybody wants it. */
export const settled = (reply: Reply): Reply => {
  if (!(reply instanceof Bulks)) return reply
  const items: Array<ByteString> = []
  reply.visit({
    text: (source, start, end) => void items.push(flatCopy(source.substring(start, end))),
    bytes: (source, start, end) => void items.push(ofBytes(source, start, end))
  })
  return reply.form === "map" ? new MapReply(items) : items
}

export const ok = new SimpleString("OK")
export const pong = new SimpleString("PONG")
export const queued = new SimpleString("QUEUED")
export const nullArray = new NullArray()
export const emptyArray: ReadonlyArray<Reply> = []
