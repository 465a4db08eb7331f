/**
 * Which keys go when memory runs out: the eight policies of `maxmemory-policy`.
 *
 * The best candidates of many small samples are kept in a pool, so that the key that goes is nearly the best of all without any order being kept among them.
 * After `evictionPoolPopulate` in evict.c.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
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
  /** Where the key was when it was found; it may have moved. */
  readonly entry: number
  /** The higher the sooner it goes. */
  readonly score: number
}

export const layer: Layer.Layer<Eviction, never, AccessTracking | KeyspaceTables | ServerConfig> = Layer.effect(
  Eviction,
  Effect.gen(function*() {
    const access = yield* AccessTracking
    const { databases, shared } = yield* KeyspaceTables
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
      const wanted = config["maxmemory-samples"]
      for (const database of databases) {
        const samples = Math.min(wanted, candidates(database, isVolatile))
        for (let i = 0; i < samples; i++) {
          const entry = database.sampleEntry(isVolatile)
          const score = scoreOf(database, entry)
          if (pool.length >= poolSize && score <= pool[0]!.score) continue
          if (!isInPool(database, entry)) addToPool({ database, key: database.keyAt(entry), entry, score })
        }
      }
    }

    /** Right unless entries have moved, and then a key is in the pool twice or not this time: both do little harm. */
    const isInPool = (database: DatabaseTables, entry: number): boolean => {
      for (const candidate of pool) if (candidate.entry === entry && candidate.database === database) return true
      return false
    }

    const addToPool = (candidate: Candidate): void => {
      if (pool.length >= poolSize) pool.shift()
      let place = pool.length
      while (place > 0 && pool[place - 1]!.score > candidate.score) place--
      pool.splice(place, 0, candidate)
    }

    const evictBest = (isVolatile: boolean): boolean => {
      while (databases.some((database) => candidates(database, isVolatile) > 0)) {
        fillPool(isVolatile)
        for (let best = pool.pop(); best !== undefined; best = pool.pop()) {
          // Since it came into the pool it may have been removed, or used again; the latter is a sample's fair risk.
          if (best.database.evict(best.key, best.entry, isVolatile)) return true
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
        const hasEvicted = policy.endsWith("-random") ? evictRandom(isVolatile) : evictBest(isVolatile)
        shared.propagation.flush()
        return hasEvicted
      }
    })
  })
)
