/**
 * DEBUG and the process: standing still, the expiry cycle, the log, replies that are errors.
 */
import * as Effect from "effect/Effect"
import { matchGlob } from "../../../data/Glob.ts"
import { Failure } from "../../../protocol/CommandError.ts"
import { ok } from "../../../protocol/Reply.ts"
import { Waiting } from "../../../services/Waiting.ts"
import * as Arg from "../../Arg.ts"
import { action } from "./action.ts"

export const sleep = action("SLEEP", {
  summary: "Stops the whole server for some seconds, of which there may be fractions.",
  args: { seconds: Arg.text },
  run: ({ host }, { seconds }) => {
    // As C's strtod: what begins as a number is one, everything else is 0.
    host.halt(Math.max(0, Number.parseFloat(seconds) || 0) * 1000)
    return ok
  }
})

export const setActiveExpire = action("SET-ACTIVE-EXPIRE", {
  summary: "Turns the cycle off (0) or on (1) that removes expired keys nobody asks for.",
  args: { enabled: Arg.text },
  run: ({ activeExpiry }, { enabled }) => {
    // As C's atoi: what is no number is 0.
    activeExpiry.isEnabled = (Number.parseInt(enabled, 10) || 0) !== 0
    return ok
  }
})

export const skipChecksums = action("SET-SKIP-CHECKSUM-VALIDATION", {
  summary: "Lets checksums of payloads and files be passed over (1) or be looked at (0).",
  args: { enabled: Arg.text },
  run: ({ keyspace }, { enabled }) => {
    // As C's atoi: what is no number is 0.
    keyspace.validatesChecksums = (Number.parseInt(enabled, 10) || 0) === 0
    return ok
  }
})

export const stringMatch = action("STRINGMATCH-LEN", {
  summary: "Says whether a string matches a glob-style pattern, as KEYS and others would see it.",
  args: { pattern: Arg.pattern, string: Arg.text },
  run: (_, { pattern, string }) => matchGlob(pattern, string) ? 1 : 0
})

export const error = action("ERROR", {
  summary: "Answers an error with this text, its code included.",
  args: { message: Arg.text },
  run: (_, { message }) => new Failure("", message)
})

export const log = action("LOG", {
  summary: "Writes a message to the server's log.",
  args: { message: Arg.text },
  run: (_, { message }) => {
    const text = Buffer.from(message, "latin1").toString()
    return new Waiting(Effect.as(Effect.logWarning(`DEBUG LOG: ${text}`), ok))
  }
})
