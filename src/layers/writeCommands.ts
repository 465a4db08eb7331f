/**
 * Writes a snapshot as commands that make it anew, in slices between which the commands of clients go on.
 */
import * as Effect from "effect/Effect"
import { rewriteCommands } from "../protocol/aof/rewriteCommands.ts"
import { Request } from "../protocol/Request.ts"
import type { CommandWords } from "../services/Propagation.ts"
import type { KeyspaceSnapshot } from "./KeyspaceSnapshot.ts"
import { keysPerLook, sliceBytes, sliceNanos, type SnapshotServices, type SnapshotTarget } from "./writeSnapshot.ts"

export const writeCommands = Effect.fnUntraced(function*<E>(
  snapshot: KeyspaceSnapshot,
  createdAtSeconds: number,
  { config, monotonicNanos }: Pick<SnapshotServices, "config" | "monotonicNanos">,
  target: SnapshotTarget<E>
) {
  const delayMicros = config["rdb-key-save-delay"]
  let buffer = Buffer.allocUnsafeSlow(2 * sliceBytes)
  let length = 0
  let writtenKeys = 0
  let writtenCommands = 0
  let startedAt = monotonicNanos()

  const put = (words: CommandWords): void => {
    const request = Request.of(words)
    const needed = length + request.encodedBytes
    if (needed > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * buffer.length))
      buffer.copy(larger, 0, 0, length)
      buffer = larger
    }
    length = request.encodeInto(buffer, length)
  }

  const endSlice = Effect.suspend(() => {
    target.progress(writtenKeys)
    const pieces = length > 0 ? [buffer.subarray(0, length)] : []
    // The buffer is used again when it has been written.
    length = 0
    return Effect.andThen(
      target.write(pieces),
      Effect.sync(() => {
        startedAt = monotonicNanos()
      })
    )
  })

  if (config["aof-timestamp-enabled"]) length += buffer.latin1Write(`#TS:${createdAtSeconds}\r\n`)
  for (const database of snapshot.databases) {
    put(["SELECT", String(database.index)])
    for (let entry = database.next(); entry !== undefined; entry = database.next()) {
      for (const command of rewriteCommands(entry.key, entry.value, entry.expireAtMillis)) {
        put(command)
        const isLook = ++writtenCommands % keysPerLook === 0
        if (length >= sliceBytes || isLook && monotonicNanos() - startedAt > sliceNanos) yield* endSlice
      }
      writtenKeys++
      if (delayMicros > 0) {
        yield* endSlice
        yield* Effect.sleep(delayMicros / 1000)
      }
    }
  }
  yield* endSlice
})
