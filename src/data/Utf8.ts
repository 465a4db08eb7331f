/**
 * People's text as byte strings and back: UTF-8, at the edge where an embedding app calls in.
 *
 * Most text is ASCII, whose bytes are its characters, so that nothing has to be converted. Inside the server nobody needs this file.
 */
import { Buffer } from "node:buffer"
import { type ByteString, maxTextBytes } from "./ByteString.ts"

/** The bytes of a text, flat, to be kept. Half a surrogate pair becomes U+FFFD, as UTF-8 has no bytes for it. */
export const encode = (text: string): ByteString => {
  const { length } = text
  if (length < minSharedLength) {
    if (isAscii(text)) return text
  } else if (length * maxBytesPerUnit > maxTextBytes) {
    const bytes = Buffer.from(text, "utf8")
    return bytes.length > maxTextBytes ? bytes : bytes.latin1Slice()
  }
  return scratch.latin1Slice(0, scratch.write(text, "utf8"))
}

/** The text that bytes are; what is not UTF-8 becomes U+FFFD. */
export const decode = (bytes: ByteString): string => {
  if (typeof bytes !== "string") return bytes.toString("utf8")
  return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8")
}

const isAscii = (text: string): boolean => {
  const { length } = text
  if (length > longestLoop) return Buffer.byteLength(text, "utf8") === length
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** Longer strings may be slices or ropes in V8, which keep others alive; shorter ones are always on their own. */
const minSharedLength = 13

/** Of one UTF-16 code unit. */
const maxBytesPerUnit = 3

/** Up to this length a loop is faster than a call into native code. */
const longestLoop = 32

const scratch = Buffer.allocUnsafeSlow(maxTextBytes)
