/**
 * Commands about whole databases: SELECT, SWAPDB, DBSIZE, FLUSHDB, FLUSHALL.
 */
import { databaseOutOfRange, Failure } from "../../protocol/CommandError.ts"
import { ok } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { Command } from "../../services/CommandTable.ts"
import type { Database } from "../../services/Keyspace.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"
import * as Schemas from "../schemas.ts"

export const select = make("SELECT", {
  summary: "Chooses the database that this connection works with.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(1)",
  flags: ["loading", "stale", "fast"],
  categories: ["connection"],
  args: { index: Arg.databaseIndex },
  run: ({ client }, { index }) => {
    client.database = index
    return ok
  }
})

export const swapdb = make("SWAPDB", {
  summary: "Exchanges the keys of two databases.",
  since: "4.0.0",
  group: "server",
  complexity: "O(1)",
  flags: ["write", "fast"],
  categories: ["keyspace", "dangerous"],
  args: {
    index1: Arg.schema(Schemas.Int32, new Failure("invalid first DB index"), "integer"),
    index2: Arg.schema(Schemas.Int32, new Failure("invalid second DB index"), "integer")
  },
  run: ({ keyspace }, { index1, index2 }) => {
    if (keyspace.databases[index1] === undefined || keyspace.databases[index2] === undefined) return databaseOutOfRange
    keyspace.swap(index1, index2)
    return ok
  }
})

export const dbsize = make("DBSIZE", {
  summary: "Returns the number of keys in the database.",
  since: "1.0.0",
  group: "server",
  complexity: "O(1)",
  flags: ["readonly", "fast"],
  categories: ["keyspace"],
  tips: ["request_policy:all_shards", "response_policy:agg_sum"],
  args: {},
  run: ({ database }) => database.size
})

/** ASYNC and SYNC take the same time here, see `Database.clear`; INFO counts as freed lazily what did not have to be freed at once. */
const flushCommand = (
  name: string,
  summary: string,
  databasesOf: (context: CommandContext) => ReadonlyArray<Database>,
  flushed: (context: CommandContext) => void = () => {}
): Command =>
  make(name, {
    summary,
    since: "1.0.0",
    group: "server",
    complexity: "O(N) where N is the number of keys; with ASYNC their memory is freed later.",
    flags: ["write"],
    categories: ["keyspace", "dangerous"],
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    args: {
      flushType: Arg.oneOf({
        async: Arg.token("ASYNC").since("4.0.0").once(),
        sync: Arg.token("SYNC").since("6.2.0").once()
      }).optional()
    },
    run: (context, { flushType }) => {
      const { client, config, propagation, reader, stats } = context
      const removed = databasesOf(context).reduce((sum, database) => sum + database.clear(), 0)
      const isLazy = flushType === undefined ? config.values["lazyfree-lazy-user-flush"] : flushType === "ASYNC"
      if (isLazy) stats.counters.lazyFreedObjects += removed
      // Where nothing has been removed, those who repeat it are emptied all the same.
      if (removed === 0 && propagation.isActive) propagation.also(client.database, reader.request.words())
      flushed(context)
      return ok
    }
  })

export const flushdb = flushCommand(
  "FLUSHDB",
  "Removes all keys of the database.",
  ({ database }) => [database]
)

export const flushall = flushCommand(
  "FLUSHALL",
  "Removes all keys of all databases.",
  ({ keyspace }) => keyspace.databases,
  ({ snapshots }) => snapshots.keyspaceFlushed()
)
