/**
 * CLIENT: what the server knows about its connections, and what they can ask of it.
 */
import { Verbatim } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { filters, matching } from "./clientFilters.ts"
import { clientLine } from "./clientLine.ts"
import { kill } from "./clientKill.ts"
import { pause, unpause } from "./clientPause.ts"
import { unblock } from "./clientUnblock.ts"
import { capa, getName, noEvict, noTouch, reply, setClientName, setInfo } from "./clientSettings.ts"

const id = Command.subcommand("ID", {
  summary: "Returns the unique number of the connection.",
  since: "5.0.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  args: {},
  run: ({ client }) => client.id
})

const info = Command.subcommand("INFO", {
  summary: "Describes the connection.",
  since: "6.2.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  tips: ["nondeterministic_output"],
  args: {},
  run: (context) => new Verbatim(clientLine(context, context.client))
})

const list = Command.subcommand("LIST", {
  summary: "Describes the connections, or those that all filters let through, one in a line.",
  since: "2.4.0",
  group: "connection",
  complexity: "O(N) where N is the number of client connections",
  flags: ["admin", "noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  tips: ["nondeterministic_output"],
  args: {
    clientType: filters.type({
      normal: Arg.token("normal"),
      master: Arg.token("master"),
      replica: Arg.token("replica"),
      pubsub: Arg.token("pubsub")
    }).since("5.0.0"),
    clientId: filters.id.since("6.2.0"),
    username: filters.username.since("8.1.0"),
    addr: filters.addr.since("8.1.0"),
    laddr: filters.laddr.since("8.1.0"),
    skipme: filters.skipme.since("8.1.0"),
    maxage: filters.maxage.since("8.1.0")
  },
  run: (context, filter) =>
    new Verbatim(
      matching(context, { ...filter, skipme: filter.skipme ?? "NO" }).map((client) => clientLine(context, client)).join(
        ""
      )
    )
})

const getRedir = Command.subcommand("GETREDIR", {
  summary: "Returns the connection to which invalidation messages are redirected: -1, since this one tracks nothing.",
  since: "6.0.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  args: {},
  run: () => -1
})

export const client = Command.container("CLIENT", {
  summary: "Groups the commands about connections.",
  since: "2.4.0",
  group: "connection",
  complexity: "Depends on subcommand.",
  flags: ["sentinel"],
  help: { flags: ["loading", "stale", "sentinel"], categories: ["connection"] },
  subcommands: [
    capa,
    getName,
    getRedir,
    id,
    info,
    kill,
    list,
    noEvict,
    noTouch,
    pause,
    reply,
    setInfo,
    setClientName,
    unblock,
    unpause
  ]
})
