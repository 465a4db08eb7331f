/**
 * DEBUG and the files: the dataset written and read again.
 */
import * as Effect from "effect/Effect"
import { Failure } from "../../../protocol/CommandError.ts"
import { ok } from "../../../protocol/Reply.ts"
import { Waiting } from "../../../services/Waiting.ts"
import * as Arg from "../../Arg.ts"
import { action } from "./action.ts"

export const reload = action("RELOAD", {
  summary:
    "Writes a snapshot and loads it again: NOSAVE loads the one that is there, NOFLUSH and MERGE keep the present keys.",
  args: { options: Arg.text.many().optional() },
  run: ({ clients, keyspace, snapshots }, { options = [] }) => {
    const given = options.map((option) => option.toUpperCase())
    if (given.some((option) => option !== "MERGE" && option !== "NOFLUSH" && option !== "NOSAVE")) return unknownOption
    const isKept = given.includes("NOFLUSH") || given.includes("MERGE")
    const before = given.includes("NOSAVE") ? Effect.void : snapshots.save
    const flush = Effect.sync(() => {
      if (!isKept) { for (const database of keyspace.databases) database.clear() }
    })
    // A write in between would be lost.
    const all = clients.holdingWrites(
      before.pipe(Effect.andThen(flush), Effect.andThen(snapshots.load(given.includes("MERGE"))))
    )
    return new Waiting(Effect.match(all, { onFailure: (error) => error, onSuccess: () => ok }))
  }
})

export const failBackground = action("FAIL-BACKGROUND", {
  summary: "Lets the snapshot or the rewrite that runs in the background fail, as if the disk were full.",
  args: {},
  run: ({ persistence }) => {
    if (persistence.writing === undefined) return nothingRuns
    persistence.writing.fail()
    return ok
  }
})

const unknownOption = new Failure("DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.")
const nothingRuns = new Failure("Nothing is being written in the background")
