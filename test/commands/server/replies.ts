/**
 * Requests and replies of a running engine as tables, in forms that are short to write.
 */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { errorText, isCommandError } from "../../../src/protocol/CommandError.ts"
import { type Reply, SimpleString, Verbatim } from "../../../src/protocol/Reply.ts"
import { Engine } from "../../support/Engine.ts"

/** Errors, statuses and verbatim strings as their texts, an error with a minus before it; anything else as it is. */
export const readable = (reply: Reply): unknown => {
  if (isCommandError(reply)) return `-${errorText(reply)}`
  return reply instanceof SimpleString || reply instanceof Verbatim ? reply.text : reply
}

export const table = (rows: ReadonlyArray<readonly [request: ReadonlyArray<string>, reply: unknown]>) =>
  Effect.gen(function*() {
    const { call } = yield* Engine
    for (const [request, expected] of rows) {
      assert.deepStrictEqual(readable(yield* call(...request)), expected, request.join(" "))
    }
  })

/** The text of a reply that has to be a verbatim string. */
export const textOf = (reply: Reply): string => {
  assert.instanceOf(reply, Verbatim)
  return reply instanceof Verbatim ? reply.text : ""
}

/** The fields of INFO's text, by name. */
export const infoFields = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split("\r\n").filter((line) => line.includes(":")).map((line) => {
      const at = line.indexOf(":")
      return [line.slice(0, at), line.slice(at + 1)]
    })
  )

/** One or more sections of INFO, as fields. */
export const info = (...sections: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { call } = yield* Engine
    return infoFields(textOf(yield* call("INFO", ...sections)))
  })
