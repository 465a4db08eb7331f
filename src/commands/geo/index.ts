/**
 * The commands of geo sets, which are sorted sets whose scores are positions.
 */
import type { Command } from "../../services/CommandTable.ts"
import { geoadd } from "./add.ts"
import { geodist, geohash, geopos } from "./members.ts"
import { georadius, georadiusbymember, georadiusbymemberRo, georadiusRo, geosearch, geosearchstore } from "./search.ts"

export const geo: ReadonlyArray<Command> = [
  geoadd,
  geopos,
  geohash,
  geodist,
  geosearch,
  geosearchstore,
  georadius,
  georadiusRo,
  georadiusbymember,
  georadiusbymemberRo
]
