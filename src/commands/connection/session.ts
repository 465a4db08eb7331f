/**
 * The small talk of a connection: PING, ECHO, RESET and QUIT.
 */
import { ok, pong, SimpleString } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { isOpenToAll } from "./authenticate.ts"

export const ping = Command.make("PING", {
  summary: "Answers PONG, or the message it is given.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["fast", "sentinel"],
  categories: ["connection"],
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  args: { message: Arg.bytes.optional() },
  exact: true,
  run: (_, { message }) => message ?? pong
})

export const echo = Command.make("ECHO", {
  summary: "Answers the message it is given.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["loading", "stale", "fast"],
  categories: ["connection"],
  args: { message: Arg.bytes },
  run: (_, { message }) => message
})

export const reset = Command.make("RESET", {
  summary: "Makes the connection as new: its database, protocol, user, name and modes.",
  since: "6.2.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
  categories: ["connection"],
  args: {},
  // The library's name and version stay: it is still the same library.
  run: (context) => {
    const { client } = context
    client.database = 0
    client.protocol = 2
    client.user = "default"
    client.isAuthenticated = isOpenToAll(context)
    client.name = ""
    client.noTouch = false
    client.noEvict = false
    // After CLIENT REPLY SKIP this is the command that goes unanswered.
    if (client.replyMode !== "skip") client.replyMode = "on"
    return resetDone
  }
})

const resetDone = new SimpleString("RESET")

export const quit = Command.make("QUIT", {
  summary: "Closes the connection, once its replies are sent.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(1)",
  deprecatedSince: "7.2.0",
  replacedBy: "just closing the connection",
  flags: ["allow_busy", "noscript", "loading", "stale", "fast", "no_auth"],
  categories: ["connection"],
  args: {},
  // Whatever follows its name is ignored.
  arity: -1,
  run: ({ client }) => {
    client.closesAfterReply = true
    return ok
  }
})
