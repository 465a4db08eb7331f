/**
 * Requests to another server, as clients send them.
 */
import { Buffer } from "node:buffer"
import type { ByteString } from "../data/ByteString.ts"

/** A request: an array of bulk strings. Long arguments are not copied. */
export const encodeRequest = (words: ReadonlyArray<ByteString>): ReadonlyArray<Buffer> => {
  const chunks: Array<Buffer> = []
  let text = `*${words.length}\r\n`
  for (const word of words) {
    text += `$${word.length}\r\n`
    if (typeof word === "string") text += `${word}\r\n`
    else {
      chunks.push(Buffer.from(text, "latin1"), word)
      text = "\r\n"
    }
  }
  chunks.push(Buffer.from(text, "latin1"))
  return chunks
}
