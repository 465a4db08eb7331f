import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as ClientsCron from "../../src/layers/ClientsCron.ts"
import * as ClientsMemory from "../../src/layers/ClientsMemory.ts"
import * as CommandClockEffect from "../../src/layers/CommandClockEffect.ts"
import { type GivenValues, layer as configLayer } from "../../src/layers/ServerConfigMemory.ts"
import * as ServerStatsMemory from "../../src/layers/ServerStatsMemory.ts"
import type { Client, ClientTransport } from "../../src/services/Client.ts"
import { Clients } from "../../src/services/Clients.ts"
import { CommandClock } from "../../src/services/CommandClock.ts"
import { ServerStats } from "../../src/services/ServerStats.ts"

/** Clients that are looked after, without sockets. */
const cron = (config: GivenValues) =>
  ClientsCron.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(ClientsMemory.layer, ServerStatsMemory.layer)),
    Layer.provideMerge(Layer.mergeAll(CommandClockEffect.layer, configLayer(config)))
  )

interface FakeClient {
  readonly client: Client
  outputBytes: number
  queryBytes: number
  isClosed: boolean
}

const join = (overrides: Partial<ClientTransport> = {}) =>
  Effect.map(Clients, (clients) => {
    const fake = { outputBytes: 0, queryBytes: 0, isClosed: false }
    const client = clients.add({
      address: "127.0.0.1:1",
      localAddress: "127.0.0.1:2",
      isLocal: true,
      fileDescriptor: 7,
      queryBufferBytes: () => fake.queryBytes,
      argumentBytes: () => 0,
      outputBytes: () => fake.outputBytes,
      close: () => {
        fake.isClosed = true
      },
      ...overrides
    })
    return Object.assign(fake, { client }) satisfies FakeClient
  })

it.effect("a client that has been silent for longer than timeout is closed", () =>
  Effect.gen(function*() {
    const silent = yield* join()
    const talking = yield* join()
    const blocked = yield* join()
    const inProcess = yield* join({ fileDescriptor: -1 })
    blocked.client.blocked = { waiter: undefined, unblock: () => {}, abandon: () => {} }
    yield* TestClock.adjust("9 seconds")
    talking.client.lastInteractionMillis = (yield* CommandClock).refresh()
    assert.isFalse(silent.isClosed)
    yield* TestClock.adjust("1200 millis")
    assert.isTrue(silent.isClosed)
    assert.strictEqual((yield* Clients).get(silent.client.id), undefined)
    assert.isFalse(talking.isClosed || blocked.isClosed || inProcess.isClosed)
    yield* TestClock.adjust("9 seconds")
    assert.isTrue(talking.isClosed)
    assert.isFalse(blocked.isClosed || inProcess.isClosed, "who waits, and who is no connection, has all the time")
  }).pipe(Effect.provide(cron({ timeout: 10 }))))

it.effect("without timeout silence lasts as long as it likes", () =>
  Effect.gen(function*() {
    const silent = yield* join()
    yield* TestClock.adjust("10 minutes")
    assert.isFalse(silent.isClosed)
  }).pipe(Effect.provide(cron({}))))

it.effect("a client over its soft output limit is closed when that lasts, and not before", () =>
  Effect.gen(function*() {
    const { counters } = yield* ServerStats
    const slow = yield* join()
    const recovering = yield* join()
    slow.outputBytes = 2000
    recovering.outputBytes = 2000
    yield* TestClock.adjust("4 seconds")
    recovering.outputBytes = 999
    yield* TestClock.adjust("500 millis")
    recovering.outputBytes = 2000
    assert.isFalse(slow.isClosed)
    yield* TestClock.adjust("1 second")
    assert.isTrue(slow.isClosed)
    assert.isFalse(recovering.isClosed)
    assert.strictEqual(counters.clientOutputBufferLimitDisconnections, 1)
    yield* TestClock.adjust("5 seconds")
    assert.isTrue(recovering.isClosed)
  }).pipe(Effect.provide(cron({ "client-output-buffer-limit": "normal 0 1000 5" }))))

it.effect("when clients hold more than maxmemory-clients the largest go, except those with CLIENT NO-EVICT", () =>
  Effect.gen(function*() {
    const { counters } = yield* ServerStats
    const all = [yield* join(), yield* join(), yield* join(), yield* join()] as const
    const [small, large, larger, kept] = all
    small.queryBytes = 100_000
    large.queryBytes = 1_000_000
    larger.outputBytes = 1_200_000
    kept.queryBytes = 2_000_000
    kept.client.noEvict = true
    yield* TestClock.adjust("200 millis")
    assert.deepStrictEqual(all.map(({ isClosed }) => isClosed), [false, false, true, false])
    assert.strictEqual(counters.evictedClients, 1)
  }).pipe(Effect.provide(cron({ "maxmemory-clients": "3500000" }))))
