/**
 * AUTH: says who the client is.
 */
import { Failure } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { authenticate, defaultUser, isOpenToAll } from "./authenticate.ts"

/** The one argument that may be missing although another one follows it. */
const username = new Arg.Arg<string | undefined>({ ...Arg.text.spec, optional: true, since: "6.0.0" }, {
  read: (reader) => reader.remaining === 1 ? undefined : reader.request.text(reader.position++),
  minimum: 0,
  infallible: true
})

export const auth = Command.make("AUTH", {
  summary: "Authenticates the connection with a password, or with a user's name and password.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(N) where N is the number of passwords defined for the user",
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "sentinel", "allow_busy"],
  categories: ["connection"],
  args: { username, password: Arg.text },
  run: (context, { password, username }) => {
    // Who gives no name expects a password to be set, so an unprotected server says that it is none.
    if (username === undefined && isOpenToAll(context)) return noPasswordConfigured
    return authenticate(context, username ?? defaultUser, password) ?? ok
  }
})

const noPasswordConfigured = new Failure(
  "AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"
)
