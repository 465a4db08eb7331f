/**
 * The ways in which a request can break the protocol, in Redis's words.
 *
 * Each is an ordinary reply, `-ERR Protocol error: ...`; it is the connection that closes after it has been sent.
 *
 * @see networking.c of Redis and Valkey, processInlineBuffer and processMultibulkBuffer
 */
import { ProtocolFailure } from "./CommandError.ts"

export const tooBigInlineRequest = new ProtocolFailure("too big inline request")
export const unbalancedQuotes = new ProtocolFailure("unbalanced quotes in request")
export const tooBigMultibulkCount = new ProtocolFailure("too big mbulk count string")
export const invalidMultibulkLength = new ProtocolFailure("invalid multibulk length")
export const unauthenticatedMultibulkLength = new ProtocolFailure("unauthenticated multibulk length")
export const tooBigBulkCount = new ProtocolFailure("too big bulk count string")
export const invalidBulkLength = new ProtocolFailure("invalid bulk length")
export const unauthenticatedBulkLength = new ProtocolFailure("unauthenticated bulk length")

/** An argument began with another byte than `$`; the text shows that byte as it is. */
export const expectedBulk = (byte: number): ProtocolFailure =>
  new ProtocolFailure(`expected '$', got '${String.fromCharCode(byte)}'`)
