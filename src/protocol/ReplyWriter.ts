/**
 * Replies as bytes, in RESP2 or RESP3, gathered until the connection writes them.
 *
 * ```
 * writer.append(reply, 3)
 * socket.write(...writer.take())
 * writer.reuse() // once the bytes have left
 * ```
 *
 * Replies are copied into one buffer that is used again for every batch; only large Buffers are passed on as they are. It decides nothing about a reply but
 * its bytes: RESP2 is the projection that Redis makes, see the table in `Reply.ts`.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
import type { ByteSink } from "../data/ByteSink.ts"
import { formatDouble } from "../data/Double.ts"
import { type CommandError, errorText } from "./CommandError.ts"
import {
  Attributed,
  BigNumber,
  Bulks,
  Double,
  MapReply,
  NullArray,
  ok,
  Push,
  Replies,
  type Reply,
  SetReply,
  SimpleString,
  Verbatim
} from "./Reply.ts"

export type RespVersion = 2 | 3

/** From this size on a Buffer is not copied, but sent itself, in bytes. */
export const largeBulkBytes = 16 * 1024

export class ReplyWriter {
  #buffer: Buffer = emptyBuffer
  #used = 0
  /** What comes before the buffer's contents, and its bytes. */
  #sealed: Array<Uint8Array> = []
  #sealedBytes = 0
  /** The buffer that the last `take` has given out. */
  #taken: Buffer = emptyBuffer
  /** The aggregates being written, outermost first: an own stack, so that no nesting is too deep. */
  readonly #open: Array<ReadonlyArray<Reply>> = []
  readonly #openAt: Array<number> = []

  /** The number of bytes appended since the last `take`. */
  get length(): number {
    return this.#sealedBytes + this.#used
  }

  /**
   * Adds the reply's bytes.
   *
   * A Buffer of `largeBulkBytes` or more is sent later as it is then, so nobody may write into it from now on.
   */
  append(reply: Reply, version: RespVersion): void {
    if (typeof reply === "string") this.#appendText(dollar, reply)
    else if (reply === ok) this.#appendOk()
    else if (typeof reply === "number") this.#appendNumber(colon, reply)
    else if (reply === null) this.#appendAscii(version === 2 ? "$-1\r\n" : "_\r\n")
    else this.#appendObject(reply, version)
  }

  /**
   * All bytes since the last `take`, in order, as pieces. The writer is empty and goes on with a new buffer, unless `reuse` is called before.
   */
  take(): ReadonlyArray<Uint8Array> {
    const pieces = this.#sealed
    this.#taken = emptyBuffer
    if (this.#used > 0) {
      pieces.push(this.#buffer.subarray(0, this.#used))
      this.#taken = this.#buffer
      this.#buffer = emptyBuffer
      this.#used = 0
    }
    if (pieces.length > 0) {
      this.#sealed = []
      this.#sealedBytes = 0
    }
    return pieces
  }

  /** Says that nobody will read the pieces of the last `take` any more, so that their buffer serves again. */
  reuse(): void {
    if (this.#buffer.length === 0 && this.#taken.length <= maxBufferBytes) this.#buffer = this.#taken
    this.#taken = emptyBuffer
  }

  /** Forgets everything appended since the last `take`. */
  reset(): void {
    this.#sealed = []
    this.#sealedBytes = 0
    this.#used = 0
  }

  #appendObject(reply: Exclude<Reply, string | number | null>, version: RespVersion): void {
    // Scores come by the hundreds, so they are asked for first.
    if (reply instanceof Double) this.#appendDouble(reply, version)
    else if (typeof reply === "bigint") this.#appendAscii(`:${reply}\r\n`)
    else if (typeof reply === "boolean") this.#appendBoolean(reply, version)
    else if (Buffer.isBuffer(reply)) this.#appendBuffer(reply)
    else if (isAggregate(reply)) this.#appendAggregate(reply, version)
    else if (reply instanceof Bulks) this.#appendBulks(reply, version)
    else if (reply instanceof SimpleString) this.#appendLine(plus, reply.text)
    else if (reply instanceof NullArray) this.#appendAscii(version === 2 ? "*-1\r\n" : "_\r\n")
    else if (reply instanceof BigNumber) this.#appendBigNumber(reply.digits, version)
    else if (reply instanceof Verbatim) this.#appendVerbatim(reply, version)
    else this.#appendError(reply)
  }

  #appendAggregate(aggregate: Aggregate, version: RespVersion): void {
    const open = this.#open
    const openAt = this.#openAt
    // Not empty only where a value that is no reply has thrown in the middle of the last one.
    if (open.length > 0) open.length = openAt.length = 0
    let items = this.#appendHeader(aggregate, version)
    let at = 0
    for (;;) {
      while (at < items.length) {
        // The assertion holds because `at` is below the length; items are never `undefined`.
        const item = items[at++]!
        if (typeof item === "object" && item !== null && !(item instanceof Double) && isAggregate(item)) {
          open.push(items)
          openAt.push(at)
          items = this.#appendHeader(item, version)
          at = 0
        } else {
          this.append(item, version)
        }
      }
      const outer = open.pop()
      if (outer === undefined) return
      items = outer
      at = openAt.pop() ?? 0
    }
  }

  /** Writes what stands before the items, and returns these. */
  #appendHeader(aggregate: Aggregate, version: RespVersion): ReadonlyArray<Reply> {
    if (aggregate instanceof MapReply) {
      const length = aggregate.pairs.length
      if (version === 2) this.#appendNumber(asterisk, length)
      else this.#appendNumber(percent, length / 2)
      return aggregate.pairs
    }
    if (aggregate instanceof SetReply) {
      this.#appendNumber(version === 2 ? asterisk : tilde, aggregate.members.length)
      return aggregate.members
    }
    if (aggregate instanceof Push) {
      this.#appendNumber(version === 2 ? asterisk : greaterThan, aggregate.items.length)
      return aggregate.items
    }
    if (aggregate instanceof Attributed) {
      // An attribute is not counted among the items around it: it stands before the reply that it is about.
      if (version === 2) return [aggregate.reply]
      this.#appendNumber(bar, aggregate.attributes.length / 2)
      return [...aggregate.attributes, aggregate.reply]
    }
    if (aggregate instanceof Replies) return aggregate.replies
    this.#appendNumber(asterisk, aggregate.length)
    return aggregate
  }

  #appendOk(): void {
    this.#reserve(5)
    const buffer = this.#buffer
    const at = this.#used
    buffer[at] = plus
    buffer[at + 1] = 0x4f
    buffer[at + 2] = 0x4b
    buffer[at + 3] = carriageReturn
    buffer[at + 4] = lineFeed
    this.#used = at + 5
  }

  /** A type byte, an integer that is safe, and the line's end. */
  #appendNumber(type: number, value: number): void {
    this.#reserve(maxNumberLine)
    const buffer = this.#buffer
    let at = this.#used
    buffer[at++] = type
    at = writeInteger(buffer, at, value)
    buffer[at] = carriageReturn
    buffer[at + 1] = lineFeed
    this.#used = at + 2
  }

  /** A bulk string, or what is written as one but for the type byte. */
  #appendText(type: number, text: string): void {
    const length = text.length
    this.#reserve(length + maxNumberLine + 2)
    const buffer = this.#buffer
    let at = this.#used
    buffer[at++] = type
    at = writeInteger(buffer, at, length)
    buffer[at] = carriageReturn
    buffer[at + 1] = lineFeed
    at = writeText(buffer, at + 2, text)
    buffer[at] = carriageReturn
    buffer[at + 1] = lineFeed
    this.#used = at + 2
  }

  #appendBuffer(bytes: Buffer): void {
    const length = bytes.length
    this.#appendNumber(dollar, length)
    if (length < largeBulkBytes) {
      this.#reserve(length + 2)
      bytes.copy(this.#buffer, this.#used)
      this.#used += length
    } else {
      this.#seal()
      this.#sealed.push(bytes)
      this.#sealedBytes += length
    }
    this.#appendAscii("\r\n")
  }

  #appendBulks(bulks: Bulks, version: RespVersion): void {
    if (bulks.form === "map" && version === 3) this.#appendNumber(percent, bulks.length / 2)
    else this.#appendNumber(asterisk, bulks.length)
    bulks.visit(this.#sink)
  }

  readonly #sink: ByteSink = {
    text: (source, start, end) => {
      const length = end - start
      // A loop over a slice of a string is slow: it looks for the string behind it at every step.
      if (length > longestLoop) return this.#appendText(dollar, source.substring(start, end))
      let at = this.#appendBulkHead(length)
      const buffer = this.#buffer
      for (let from = start; from < end; from++) buffer[at++] = source.charCodeAt(from)
      this.#appendBulkEnd(at)
    },
    bytes: (source, start, end) => {
      const length = end - start
      if (length >= largeBulkBytes) return this.#appendBuffer(Buffer.from(source.subarray(start, end)))
      let at = this.#appendBulkHead(length)
      const buffer = this.#buffer
      if (length > longestByteLoop) at += source.copy(buffer, at, start, end)
      else for (let from = start; from < end; from++) buffer[at++] = source[from]!
      this.#appendBulkEnd(at)
    }
  }

  /** The line before a bulk string, and room for all of it. Answers where its bytes go. */
  #appendBulkHead(length: number): number {
    this.#reserve(length + maxNumberLine + 2)
    const buffer = this.#buffer
    let at = this.#used
    buffer[at++] = dollar
    at = writeInteger(buffer, at, length)
    buffer[at] = carriageReturn
    buffer[at + 1] = lineFeed
    return at + 2
  }

  #appendBulkEnd(at: number): void {
    const buffer = this.#buffer
    buffer[at] = carriageReturn
    buffer[at + 1] = lineFeed
    this.#used = at + 2
  }

  #appendBoolean(value: boolean, version: RespVersion): void {
    if (version === 2) this.#appendAscii(value ? ":1\r\n" : ":0\r\n")
    else this.#appendAscii(value ? "#t\r\n" : "#f\r\n")
  }

  #appendDouble({ text, value }: Double, version: RespVersion): void {
    const shown = text ?? formatDouble(value)
    if (version === 2) this.#appendText(dollar, shown)
    else this.#appendAscii(`,${shown}\r\n`)
  }

  #appendBigNumber(digits: string, version: RespVersion): void {
    if (version === 2) this.#appendText(dollar, digits)
    else this.#appendLine(openParenthesis, digits)
  }

  #appendVerbatim(reply: Verbatim, version: RespVersion): void {
    if (version === 2) this.#appendText(dollar, reply.text)
    else this.#appendText(equals, `${reply.format}:${reply.text}`)
  }

  #appendError(error: CommandError): void {
    this.#appendLine(minus, errorText(error))
  }

  /** A type byte and a text that must stay one line: what would end it becomes a space, as in Redis. */
  #appendLine(type: number, text: string): void {
    this.#reserve(text.length + 3)
    const buffer = this.#buffer
    let at = this.#used
    buffer[at++] = type
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      buffer[at++] = code === carriageReturn || code === lineFeed ? space : code
    }
    buffer[at] = carriageReturn
    buffer[at + 1] = lineFeed
    this.#used = at + 2
  }

  #appendAscii(text: string): void {
    this.#reserve(text.length)
    this.#used = writeText(this.#buffer, this.#used, text)
  }

  /** Makes room for this many bytes. */
  #reserve(length: number): void {
    if (this.#used + length > this.#buffer.length) this.#makeRoom(length)
  }

  #makeRoom(length: number): void {
    const capacity = this.#buffer.length
    if (capacity < maxBufferBytes && this.#used + length <= maxBufferBytes) {
      let larger = Math.max(2 * capacity, minBufferBytes)
      while (larger < this.#used + length) larger *= 2
      const grown = Buffer.allocUnsafeSlow(larger)
      this.#buffer.copy(grown, 0, 0, this.#used)
      this.#buffer = grown
    } else {
      // Long replies go on in another buffer: moving what is there would cost more with every step.
      this.#seal()
      if (this.#buffer.length < length) this.#buffer = Buffer.allocUnsafeSlow(Math.max(length, maxBufferBytes))
    }
  }

  /** Lets what is in the buffer be a piece, and goes on behind it, or in a new buffer where little room is left. */
  #seal(): void {
    const used = this.#used
    if (used === 0) return
    this.#sealed.push(this.#buffer.subarray(0, used))
    this.#sealedBytes += used
    this.#buffer = this.#buffer.length - used < minBufferBytes ? emptyBuffer : this.#buffer.subarray(used)
    this.#used = 0
  }
}

type Aggregate = ReadonlyArray<Reply> | MapReply | SetReply | Push | Attributed | Replies

const isAggregate = (reply: object): reply is Aggregate =>
  Array.isArray(reply) || reply instanceof MapReply || reply instanceof SetReply || reply instanceof Push ||
  reply instanceof Attributed || reply instanceof Replies

/** Writes the decimal digits of a safe integer. Returns where they end. */
const writeInteger = (buffer: Buffer, at: number, value: number): number => {
  if (value >= 0 && value < 10) {
    buffer[at] = zero + value
    return at + 1
  }
  if (value < 0 || value > 0x7fff_ffff) return writeText(buffer, at, String(value))
  let digits = 2
  for (let limit = 100; value >= limit && digits < 10; limit *= 10) digits++
  const end = at + digits
  let rest = value | 0
  for (let position = end - 1; position >= at; position--) {
    const quotient = (rest / 10) | 0
    buffer[position] = zero + rest - 10 * quotient
    rest = quotient
  }
  return end
}

/** Writes a latin1 string. Returns where it ends. */
const writeText = (buffer: Buffer, at: number, text: string): number => {
  const length = text.length
  if (length > longestLoop) {
    buffer.latin1Write(text, at, length)
  } else {
    for (let position = 0; position < length; position++) buffer[at + position] = text.charCodeAt(position)
  }
  return at + length
}

/** Up to this length a loop writes a string faster than the call into native code, in bytes; measured on Node 24. */
const longestLoop = 20

/** The same for bytes that are copied from one buffer to another. */
const longestByteLoop = 48

/** A type byte, at most 17 bytes of a safe integer, and the line's end. */
const maxNumberLine = 20

/** What the first reply of a connection allocates. */
const minBufferBytes = 512

/** The longest buffer that is kept for the next batch. */
const maxBufferBytes = 64 * 1024

const emptyBuffer = Buffer.alloc(0)

const plus = 0x2b
const minus = 0x2d
const colon = 0x3a
const dollar = 0x24
const asterisk = 0x2a
const percent = 0x25
const tilde = 0x7e
const bar = 0x7c
const equals = 0x3d
const greaterThan = 0x3e
const openParenthesis = 0x28
const space = 0x20
const zero = 0x30
const carriageReturn = 0x0d
const lineFeed = 0x0a
