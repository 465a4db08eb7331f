/**
 * What a client chooses for its own connection: names, replies, and how it is treated when memory is short.
 */
import { flatCopy } from "../../data/ByteString.ts"
import { Failure } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { clientName, isOneWord, setName } from "./clientName.ts"

export const getName = Command.subcommand("GETNAME", {
  summary: "Returns the name of the connection, if it has one.",
  since: "2.6.9",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  args: {},
  run: ({ client }) => client.name === "" ? null : client.name
})

export const setClientName = Command.subcommand("SETNAME", {
  summary: "Gives the connection a name, or takes it away with an empty one.",
  since: "2.6.9",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
  args: { connectionName: clientName },
  run: ({ client }, { connectionName }) => {
    setName(client, connectionName)
    return ok
  }
})

/** The tokens are in lower case in Redis's documentation, so they are read here in any case. */
const attribute = new Arg.Arg<{ readonly name: string; readonly value: string }>(
  Arg.oneOf({ libname: Arg.text.after("lib-name"), libver: Arg.text.after("lib-ver") }).spec,
  {
    read: ({ request }) => ({ name: request.text(2), value: request.text(3) }),
    minimum: 2,
    width: 2,
    infallible: true
  }
)

export const setInfo = Command.subcommand("SETINFO", {
  summary: "Tells which client library the connection uses, and its version.",
  since: "7.2.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
  args: { attr: attribute },
  run: ({ client }, { attr: { name, value } }) => {
    const property = libraryProperties.get(name.toLowerCase())
    if (property === undefined) return new Failure(`Unrecognized option '${name}'`)
    if (!isOneWord(value)) return new Failure(`${name} cannot contain spaces, newlines or special characters.`)
    client[property] = flatCopy(value)
    return ok
  }
})

const libraryProperties: ReadonlyMap<string, "libraryName" | "libraryVersion"> = new Map([
  ["lib-name", "libraryName"],
  ["lib-ver", "libraryVersion"]
])

export const reply = Command.subcommand("REPLY", {
  summary: "Turns the replies to this connection off and on, or skips the next one.",
  since: "3.2.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  args: { action: Arg.oneOf({ on: Arg.token("ON"), off: Arg.token("OFF"), skip: Arg.token("SKIP") }) },
  run: ({ client }, { action }) => {
    if (action === "ON") client.replyMode = "on"
    else if (action === "OFF") client.replyMode = "off"
    else if (client.replyMode !== "off") client.replyMode = "skip-next"
    // Only ON is answered: after the others the mode keeps this from being sent.
    return ok
  }
})

const onOrOff = Arg.oneOf({ on: Arg.token("ON"), off: Arg.token("OFF") })

export const noEvict = Command.subcommand("NO-EVICT", {
  summary: "Says whether the connection may be closed when clients take too much memory.",
  since: "7.0.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["admin", "noscript", "loading", "stale", "sentinel"],
  categories: ["connection"],
  args: { enabled: onOrOff },
  run: ({ client }, { enabled }) => {
    client.noEvict = enabled === "ON"
    return ok
  }
})

export const noTouch = Command.subcommand("NO-TOUCH", {
  summary: "Says whether the connection's commands leave the keys' LRU and LFU figures as they are.",
  since: "7.2.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale"],
  categories: ["connection"],
  args: { enabled: onOrOff },
  run: ({ client }, { enabled }) => {
    client.noTouch = enabled === "ON"
    return ok
  }
})

export const capa = Command.subcommand("CAPA", {
  summary: "Tells what the client is capable of; what the server does not know of is ignored.",
  since: "8.0.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale"],
  categories: ["connection"],
  args: { capability: Arg.text.many() },
  run: ({ client }, { capability }) => {
    if (capability.some((name) => name.toLowerCase() === "redirect")) client.canRedirect = true
    return ok
  }
})
