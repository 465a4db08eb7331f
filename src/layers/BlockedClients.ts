/**
 * Clients that wait for keys, in a queue for each key.
 *
 * The keyspace says which keys change; when the command that changed them is through, those who wait are tried again in order of arrival, and whoever gets a
 * reply goes on as the fiber it is. A client waits for the keys of one command, in one database, and stands in the queue of each of them.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { Key } from "../data/Key.ts"
import { typeName } from "../data/Value.ts"
import { Failure, internal } from "../protocol/CommandError.ts"
import type { Reply } from "../protocol/Reply.ts"
import { Blocking, type BlockingCommand } from "../services/Blocking.ts"
import type { Client } from "../services/Client.ts"
import { Keyspace } from "../services/Keyspace.ts"
import { Waiting } from "../services/Waiting.ts"
import type { KeyListener } from "./DatabaseTables.ts"
import { KeyspaceTables } from "./KeyspaceMemory.ts"

interface Waiter {
  readonly client: Client
  readonly command: BlockingCommand
  readonly database: number
  readonly reply: Deferred.Deferred<Reply>
}

/** Those who wait for one key, the first one first. */
interface Queue {
  readonly database: number
  readonly key: Key
  /** A Set keeps the order of insertion, and lets go from anywhere at the same cost. */
  readonly waiters: Set<Waiter>
}

export const layer: Layer.Layer<Blocking, never, Keyspace | KeyspaceTables> = Layer.effect(
  Blocking,
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const keyspace = yield* Keyspace
    const { databases } = keyspace
    const { shared } = yield* KeyspaceTables
    const { propagation } = shared
    const runFork = Effect.runForkWith(yield* Effect.context<never>())

    /** By database, then by key. */
    const queues: ReadonlyArray<Map<string, Queue>> = databases.map(() => new Map<string, Queue>())
    let timeouts = 0
    let queueCount = 0
    /** Queues whose keys have changed, in the order in which they have. */
    const due = new Set<Queue>()

    const listener: KeyListener = {
      keyChanged: (database, key) => {
        const queue = queues[database]!.get(key)
        if (queue !== undefined) markDue(queue)
      },
      databaseChanged: (database) => {
        for (const queue of queues[database]!.values()) markDue(queue)
      }
    }

    const markDue = (queue: Queue): void => {
      // A key that changes without a command, because it has expired or was evicted, is served by this; after a command there is nothing left to do.
      // Not within the change itself, where this fiber begins to run.
      if (due.size === 0) runFork(Effect.andThen(Effect.yieldNow, Effect.sync(serve)))
      due.add(queue)
    }

    const enter = (waiter: Waiter): void => {
      const ofDatabase = queues[waiter.database]!
      for (const key of waiter.command.keys) {
        let queue = ofDatabase.get(key.text)
        if (queue === undefined) {
          queue = { database: waiter.database, key, waiters: new Set() }
          ofDatabase.set(key.text, queue)
          queueCount++
        }
        queue.waiters.add(waiter)
      }
      if (waiter.command.timeoutMillis > 0) timeouts++
      shared.listener = listener
    }

    /** Leaves all queues; does nothing the second time. */
    const leave = (waiter: Waiter): void => {
      if (waiter.client.blocked?.waiter !== waiter) return
      waiter.client.blocked = undefined
      const ofDatabase = queues[waiter.database]!
      for (const key of waiter.command.keys) {
        const queue = ofDatabase.get(key.text)
        if (queue === undefined) continue
        queue.waiters.delete(waiter)
        if (queue.waiters.size > 0) continue
        ofDatabase.delete(key.text)
        due.delete(queue)
        queueCount--
      }
      if (waiter.command.timeoutMillis > 0) timeouts--
      if (queueCount === 0) shared.listener = undefined
    }

    const answer = (waiter: Waiter, reply: Reply): void => {
      leave(waiter)
      Deferred.doneUnsafe(waiter.reply, Exit.succeed(reply))
    }

    const serve = (): void => {
      // An attempt may change keys that others wait for: what becomes due meanwhile is served after those who are due now.
      for (const queue of due) {
        due.delete(queue)
        const database = databases[queue.database]!
        // Who begins to wait meanwhile has made an attempt already.
        for (const waiter of Array.from(queue.waiters)) {
          const { attempt, type, wakesWithoutKey = false } = waiter.command
          const value = database.inspect(queue.key)
          const isWorthIt = wakesWithoutKey || value !== undefined && typeName(value) === type
          const changesBefore = keyspace.changes()
          const reply = isWorthIt ? survive(attempt) : undefined
          propagation.commandRan(queue.database, undefined, keyspace.changes() !== changesBefore)
          propagation.flush()
          if (reply !== undefined) answer(waiter, reply)
        }
      }
    }

    /** A defect costs the client an error, as it does when a command runs at once. */
    const survive = (attempt: () => Reply | undefined): Reply | undefined => {
      try {
        return attempt()
      } catch (defect) {
        runFork(Effect.logError("a command that waited failed", Cause.die(defect)))
        return internal
      }
    }

    /** Longer than any timer, which end at 2^31 milliseconds. */
    const sleepUntil = (untilMillis: number): Effect.Effect<void> =>
      Effect.suspend(() => {
        const remainingMillis = untilMillis - clock.currentTimeMillisUnsafe()
        return remainingMillis <= longestSleepMillis
          ? Effect.sleep(Math.max(remainingMillis, 0))
          : Effect.andThen(Effect.sleep(longestSleepMillis), sleepUntil(untilMillis))
      })

    return Blocking.of({
      run: (client, command) => {
        const reply = command.attempt()
        if (reply !== undefined) return reply
        const { timedOut, timeoutMillis } = command
        const waiter: Waiter = { client, command, database: client.database, reply: Deferred.makeUnsafe() }
        // It stands in its queues from now on, not from when its fiber comes to it: what happens in between must not be missed.
        client.blocked = {
          waiter,
          unblock: (reason) => answer(waiter, reason === "ERROR" ? unblocked : timedOut),
          abandon: () => leave(waiter)
        }
        enter(waiter)
        const served = Deferred.await(waiter.reply)
        const untilMillis = clock.currentTimeMillisUnsafe() + timeoutMillis
        // When the time is up it is the Deferred that says whether a reply was there before: an element that was taken for this client must not be lost.
        const giveUp = Effect.suspend(() => {
          answer(waiter, timedOut)
          return served
        })
        const waiting = timeoutMillis === 0
          ? served
          : Effect.raceFirst(served, Effect.andThen(sleepUntil(untilMillis), giveUp))
        return new Waiting(Effect.ensuring(waiting, Effect.sync(() => leave(waiter))))
      },
      isDue: () => due.size > 0,
      serve,
      counts: () => {
        let keysWithoutValue = 0
        for (const ofDatabase of queues) {
          for (const { waiters } of ofDatabase.values()) {
            for (const { command } of waiters) {
              if (command.wakesWithoutKey !== true) continue
              keysWithoutValue++
              break
            }
          }
        }
        return { keys: queueCount, keysWithoutValue, timeouts }
      }
    })
  })
)

const longestSleepMillis = 24 * 60 * 60 * 1000

const unblocked = new Failure("client unblocked via CLIENT UNBLOCK", "UNBLOCKED")
