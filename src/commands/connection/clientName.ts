/**
 * What clients say about themselves. CLIENT LIST shows it as one word, so it has to be one.
 */
import { flatCopy } from "../../data/ByteString.ts"
import { Failure } from "../../protocol/CommandError.ts"
import type { Client } from "../../services/Client.ts"
import * as Arg from "../Arg.ts"

/** Printable ASCII without spaces. Redis looks only as far as the first NUL. */
export const isOneWord = (text: string): boolean => /^[!-~]*(?:$|\0)/.test(text)

const invalidName = new Failure("Client names cannot contain spaces, newlines or special characters.")

export const clientName = Arg.text.refine(isOneWord, invalidName)

/** The empty name takes the name away. */
export const setName = (client: Client, name: string): void => {
  client.name = flatCopy(name)
}
