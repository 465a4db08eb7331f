/**
 * The filters by which CLIENT LIST and CLIENT KILL choose connections: in any order, and all of them have to agree.
 */
import { parseInt64 } from "../../data/Int64.ts"
import { Failure, syntaxFailure } from "../../protocol/CommandError.ts"
import type { Client, ClientKind } from "../../services/Client.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import type { Fields } from "../argFields.ts"
import * as Schemas from "../schemas.ts"
import { defaultUser } from "./authenticate.ts"
import { ageSeconds } from "./clientLine.ts"

export interface ClientFilter {
  readonly clientId?: ReadonlyArray<number> | undefined
  readonly clientType?: ClientKind | undefined
  readonly username?: string | undefined
  readonly addr?: string | undefined
  readonly laddr?: string | undefined
  /** Leaves the client that asks out. */
  readonly skipme: "YES" | "NO"
  /** The least age, in seconds. */
  readonly maxage?: number | undefined
}

/** In order of connection. */
export const matching = (context: CommandContext, filter: ClientFilter): ReadonlyArray<Client> => {
  const ids = filter.clientId === undefined ? undefined : new Set(filter.clientId)
  const { addr, clientType, laddr, maxage, skipme, username } = filter
  return Array.from(context.clients.all()).filter((client) =>
    (addr === undefined || client.transport.address === addr) &&
    (laddr === undefined || client.transport.localAddress === laddr) &&
    (clientType === undefined || client.kind === clientType) &&
    (ids === undefined || ids.has(client.id)) &&
    (username === undefined || client.user === username) &&
    (skipme === "NO" || client !== context.client) &&
    (maxage === undefined || ageSeconds(context, client) >= maxage)
  )
}

/** Every name of a kind, those in the documentation and those of former times. */
const kinds: ReadonlyMap<string, ClientKind> = new Map([
  ["normal", "normal"],
  ["replica", "replica"],
  ["slave", "replica"],
  ["pubsub", "pubsub"],
  ["master", "master"],
  ["primary", "master"]
])

/** Any of these names, whatever of them `documented` has. */
const type = (documented: Fields): Arg.Arg<ClientKind | undefined> =>
  new Arg.Arg<ClientKind>(Arg.oneOf(documented).spec, {
    read: (reader) => {
      const name = reader.request.text(reader.position++)
      return kinds.get(name.toLowerCase()) ?? new Failure(`Unknown client type '${name}'`)
    },
    minimum: 1
  }).after("TYPE").optional()

/** As many numbers as follow, perhaps none: then no client matches. */
const id = new Arg.Arg<ReadonlyArray<number>>({ type: "integer", multiple: true }, {
  read: (reader) => {
    // Redis does not look at the filters where there is one argument only.
    if (reader.request.length === 3) return syntaxFailure
    const ids: Array<number> = []
    while (!reader.isAtEnd) {
      const value = parseInt64(reader.request.text(reader.position))
      if (value === undefined) break
      if (value < 1) return idTooSmall
      ids.push(Number(value))
      reader.position++
    }
    return ids
  },
  minimum: 0,
  gathers: true
}).after("ID").optional()

const username = new Arg.Arg<string>(Arg.text.spec, {
  read: (reader) => {
    const name = reader.request.text(reader.position++)
    return name === defaultUser ? defaultUser : new Failure(`No such user '${name}'`)
  },
  minimum: 1
}).after("USER").optional()

const address = Arg.text.displayed("ip:port")

const maxage = Arg.schema(Schemas.Count, new Failure("maxage is not an integer or out of range"), "integer")
  .refine((seconds) => seconds > 0, new Failure("maxage should be greater than 0"))

export const filters = {
  type,
  id,
  username,
  addr: address.after("ADDR").optional(),
  laddr: address.after("LADDR").optional(),
  skipme: Arg.oneOf({ yes: Arg.token("YES"), no: Arg.token("NO") }).after("SKIPME").optional(),
  maxage: maxage.after("MAXAGE").optional()
}

const idTooSmall = new Failure("client-id should be greater than 0")
