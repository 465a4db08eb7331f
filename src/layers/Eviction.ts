/**
 * Which keys go when memory runs out: the eight policies of `maxmemory-policy`.
 *
 * The best candidates of many small samples are kept in a pool, so that the key that goes is nearly the best of all without any order being kept among them.
 * After `evictionPoolPopulate` in evict.c.
 */
import { Context, Effect, Layer } from "effect"
import { ServerConfig } from "../services/ServerConfig.ts"
import { AccessTracking } from "./AccessTracking.ts"
import type { DatabaseTables } from "./DatabaseTables.ts"
import { KeyspaceTables } from "./KeyspaceMemory.ts"

export class Eviction extends Context.Service<Eviction, {
  /** Removes one key as the policy says; `false` where the policy allows none. */
  readonly evictOne: () => boolean
}>()("keyloom/layers/Eviction") {}

const poolSize = 16

interface Candidate {
  readonly database: DatabaseTables
  readonly key: string
  /** The higher the sooner it goes. */
  readonly score: number
}

export const layer: Layer.Layer<Eviction, never, AccessTracking | KeyspaceTables | ServerConfig> = Layer.effect(
  Eviction,
  Effect.gen(function*() {
    const access = yield* AccessTracking
    const { databases } = yield* KeyspaceTables
    const { values: config } = yield* ServerConfig
    /** Sorted, the best one last. */
    let pool: Array<Candidate> = []
    let poolPolicy = config["maxmemory-policy"]
    let nextDatabase = 0

    const candidates = (database: DatabaseTables, isVolatile: boolean) =>
      isVolatile ? database.volatileSize : database.size

    const scoreOf = (database: DatabaseTables, entry: number): number => {
      switch (config["maxmemory-policy"]) {
        case "allkeys-lru":
        case "volatile-lru":
          return access.idleSeconds(database.accessAt(entry))
        case "allkeys-lfu":
        case "volatile-lfu":
          return 255 - access.frequency(database.accessAt(entry))
        case "volatile-ttl":
          return -(database.deadlineOfEntry(entry) ?? Infinity)
        case "allkeys-random":
        case "volatile-random":
        case "noeviction":
          return 0
      }
    }

    const fillPool = (isVolatile: boolean): void => {
      for (const database of databases) {
        const samples = Math.min(config["maxmemory-samples"], candidates(database, isVolatile))
        for (let i = 0; i < samples; i++) {
          const entry = database.sampleEntry(isVolatile)
          const score = scoreOf(database, entry)
          if (pool.length >= poolSize && score <= pool[0]!.score) continue
          const key = database.keyAt(entry)
          if (pool.some((candidate) => candidate.database === database && candidate.key === key)) continue
          const place = pool.findIndex((candidate) => candidate.score > score)
          pool.splice(place < 0 ? pool.length : place, 0, { database, key, score })
          if (pool.length > poolSize) pool.shift()
        }
      }
    }

    const evictBest = (isVolatile: boolean): boolean => {
      while (databases.some((database) => candidates(database, isVolatile) > 0)) {
        fillPool(isVolatile)
        for (let best = pool.pop(); best !== undefined; best = pool.pop()) {
          // Since it came into the pool it may have been removed, or used again; the latter is a sample's fair risk.
          if (best.database.evict(best.key, isVolatile)) return true
        }
      }
      return false
    }

    const evictRandom = (isVolatile: boolean): boolean => {
      for (let tried = 0; tried < databases.length; tried++) {
        // The index stays below the number of databases.
        const database = databases[nextDatabase++ % databases.length]!
        if (candidates(database, isVolatile) === 0) continue
        database.evictEntry(database.sampleEntry(isVolatile))
        return true
      }
      return false
    }

    return Eviction.of({
      evictOne: () => {
        const policy = config["maxmemory-policy"]
        if (policy !== poolPolicy) {
          pool = []
          poolPolicy = policy
        }
        if (policy === "noeviction") return false
        const isVolatile = policy.startsWith("volatile-")
        return policy.endsWith("-random") ? evictRandom(isVolatile) : evictBest(isVolatile)
      }
    })
  })
)
