/**
 * CLIENT KILL, in its form with one address and in its form with filters.
 */
import { Failure } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import type { Client } from "../../services/Client.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import { compileFields, type Decoded } from "../argFields.ts"
import * as Command from "../Command.ts"
import { filters, matching } from "./clientFilters.ts"

const newFormat = {
  clientId: filters.id.since("2.8.12"),
  clientType: filters.type({
    normal: Arg.token("normal"),
    master: Arg.token("master").since("3.2.0"),
    primary: Arg.token("primary").since("8.0.0"),
    slave: Arg.token("slave"),
    replica: Arg.token("replica").since("5.0.0"),
    pubsub: Arg.token("pubsub")
  }).since("2.8.12"),
  username: filters.username,
  addr: filters.addr,
  laddr: filters.laddr.since("6.2.0"),
  skipme: filters.skipme,
  maxage: filters.maxage.since("8.0.0")
}

const readFilters = compileFields(newFormat)

/** One argument is an address; where there are more they are filters. */
const filter = new Arg.Arg<string | Decoded<typeof newFormat>>(
  Arg.oneOf({ oldFormat: Arg.text.displayed("ip:port"), newFormat: Arg.oneOf(newFormat).many() }).spec,
  {
    read: (reader) => reader.remaining === 1 ? reader.request.text(reader.position++) : readFilters(reader),
    minimum: 1
  }
)

export const kill = Command.subcommand("KILL", {
  summary: "Closes the connection of an address, or all that the filters let through.",
  since: "2.4.0",
  group: "connection",
  complexity: "O(N) where N is the number of client connections",
  flags: ["admin", "noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  args: { filter },
  run: (context, { filter }) => {
    // With the old form a client may end itself, with the new one it has to ask for that.
    if (typeof filter === "string") {
      return killAll(context, matching(context, { addr: filter, skipme: "NO" })) === 0 ? noSuchClient : ok
    }
    return killAll(context, matching(context, { ...filter, skipme: filter.skipme ?? "YES" }))
  }
})

/** Answers how many there were. The one that asks still gets its reply. */
const killAll = ({ client, clients }: CommandContext, targets: ReadonlyArray<Client>): number => {
  for (const target of targets) {
    if (target === client) client.closesAfterReply = true
    else clients.disconnect(target)
  }
  return targets.length
}

const noSuchClient = new Failure("No such client")
