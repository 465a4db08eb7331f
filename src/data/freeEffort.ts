/**
 * How many allocations Redis would have to give back with a value, as it estimates them: above a limit it leaves that to another thread.
 *
 * Nothing is freed by hand here; INFO counts by this which values were freed lazily. Source: lazyfree.c.
 */
import type { StreamValue } from "./StreamValue.ts"
import { isString, type Value } from "./Value.ts"

/** Whether Redis would free this value in another thread, where it may. */
export const isFreedLazily = (value: Value): boolean => freeEffort(value) > mostAtOnce

const mostAtOnce = 64

const freeEffort = (value: Value): number => {
  if (isString(value)) return 1
  switch (value.type) {
    case "list":
      return value.quicklist?.nodeCount ?? 1
    case "set":
    case "zset":
    case "hash":
      return value.encoding === "hashtable" || value.encoding === "skiplist" ? value.size : 1
    case "stream":
      return streamEffort(value)
  }
}

/** The first group stands for all of them. */
const streamEffort = (stream: StreamValue): number => {
  let pendingOfFirst: number | undefined
  stream.forEachGroup(({ pendingCount }) => {
    pendingOfFirst ??= pendingCount
  })
  return stream.log.radixTreeNodes() + stream.groupCount * (1 + (pendingOfFirst ?? 0))
}
