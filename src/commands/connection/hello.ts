/**
 * HELLO: the handshake, in which a client chooses the protocol, and may authenticate and name itself.
 */
import { Failure, noProto } from "../../protocol/CommandError.ts"
import { MapReply } from "../../protocol/Reply.ts"
import { redisVersion } from "../../services/Versions.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import * as Schemas from "../schemas.ts"
import { authenticate } from "./authenticate.ts"
import { clientName, setName } from "./clientName.ts"

const isKnownVersion = (version: number): version is 2 | 3 => version === 2 || version === 3

export const hello = Command.make("HELLO", {
  summary: "Shakes hands: chooses the protocol, optionally with AUTH and SETNAME, and tells about the server.",
  since: "6.0.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "sentinel", "allow_busy"],
  categories: ["connection"],
  args: {
    arguments: Arg.block({
      protover: Arg.schema(
        Schemas.Count,
        new Failure("Protocol version is not an integer or out of range"),
        "integer"
      ).refine(isKnownVersion, noProto),
      auth: Arg.block({ username: Arg.text, password: Arg.text }).after("AUTH").optional(),
      clientname: clientName.after("SETNAME").optional()
    }).optional()
  },
  unknownOption: (text) => new Failure(`Syntax error in HELLO option '${text}'`),
  run: (context, { arguments: { auth, clientname, protover } = {} }) => {
    const { client } = context
    if (auth !== undefined) {
      const refusal = authenticate(context, auth.username, auth.password)
      if (refusal !== undefined) return refusal
    }
    if (!client.isAuthenticated) return notAuthenticated
    if (clientname !== undefined) setName(client, clientname)
    if (protover !== undefined) client.protocol = protover
    const zone = context.config.values["availability-zone"]
    return new MapReply([
      // Client libraries look for this name, and for this version, to know what they may send.
      "server",
      "redis",
      "version",
      redisVersion,
      "proto",
      client.protocol,
      "id",
      client.id,
      "mode",
      "standalone",
      "role",
      "master",
      "modules",
      [],
      ...(zone === "" ? [] : ["availability_zone", zone])
    ])
  }
})

const notAuthenticated = new Failure(
  "HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used " +
    "to authenticate the client and select the RESP protocol version at the same time",
  "NOAUTH"
)
