/**
 * The thresholds of streams, for tests that need no others.
 */
import type { ShapeLimits } from "../../../src/data/Shapes.ts"

/** Nodes of this size; the defaults are Redis's. */
export const streamLimits = (entries = 100, bytes = 4096): ShapeLimits => ({
  "hash-max-listpack-entries": 512,
  "hash-max-listpack-value": 64,
  "list-max-listpack-size": -2,
  "list-compress-depth": 0,
  "set-max-intset-entries": 512,
  "set-max-listpack-entries": 128,
  "set-max-listpack-value": 64,
  "zset-max-listpack-entries": 128,
  "zset-max-listpack-value": 64,
  "stream-node-max-bytes": bytes,
  "stream-node-max-entries": entries,
  "hll-sparse-max-bytes": 3000
})
