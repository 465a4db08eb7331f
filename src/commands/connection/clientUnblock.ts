/**
 * CLIENT UNBLOCK: ends the waiting of another client, as if its time were up or with an error.
 */
import { parseInt64 } from "../../data/Int64.ts"
import { Failure, notInteger } from "../../protocol/CommandError.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"

const words = Arg.oneOf({ timeout: Arg.token("TIMEOUT"), error: Arg.token("ERROR") })

const invalidReason = new Failure("CLIENT UNBLOCK reason should be TIMEOUT or ERROR")

/** It counts as the last argument only: where more follow, Redis reads none of them. */
const reason = new Arg.Arg<"TIMEOUT" | "ERROR">({ ...words.spec, optional: true }, {
  read: (reader) => {
    const isLast = reader.remaining === 1
    const reason = isLast && reader.accepts("ERROR") ? "ERROR" : "TIMEOUT"
    if (isLast && !reader.accepts(reason)) return invalidReason
    reader.position += reader.remaining
    return reason
  },
  minimum: 0,
  inPlace: true
})

/** Not an integer is found out after the reason has been looked at. */
const clientId = Arg.text.typed("integer")

export const unblock = Command.subcommand("UNBLOCK", {
  summary: "Ends the waiting of a client that is in a blocking command.",
  since: "5.0.0",
  group: "connection",
  complexity: "O(log N) where N is the number of client connections",
  flags: ["admin", "noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  args: { clientId, unblockType: reason },
  run: ({ clients }, { clientId, unblockType }) => {
    const id = parseInt64(clientId)
    if (id === undefined) return notInteger
    const blocked = clients.get(Number(id))?.blocked
    if (blocked?.waiter === undefined) return 0
    blocked.unblock(unblockType)
    return 1
  }
})
