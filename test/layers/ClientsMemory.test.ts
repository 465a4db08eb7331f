import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as ClientsMemory from "../../src/layers/ClientsMemory.ts"
import { type GivenValues, layer as configLayer } from "../../src/layers/ServerConfigMemory.ts"
import type { ClientTransport } from "../../src/services/Client.ts"
import { Clients } from "../../src/services/Clients.ts"

const clientsLayer = (given: GivenValues = {}) => ClientsMemory.layer.pipe(Layer.provide(configLayer(given)))

const transport = (address: string, close: () => void = () => {}): ClientTransport => ({
  address,
  localAddress: "127.0.0.1:6379",
  isLocal: true,
  fileDescriptor: 7,
  queryBufferBytes: () => 0,
  argumentBytes: () => 0,
  outputBytes: () => 0,
  close
})

describe("the registry", () => {
  it.effect("gives every client an id of its own, in order of connection", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      const first = clients.add(transport("127.0.0.1:1"))
      const second = clients.add(transport("127.0.0.1:2"))
      clients.remove(first)
      clients.remove(first)
      const third = clients.add(transport("127.0.0.1:3"))
      assert.deepStrictEqual([first.id, second.id, third.id], [1, 2, 3])
      assert.deepStrictEqual([...clients.all()], [second, third])
      assert.strictEqual(clients.size(), 2)
      assert.strictEqual(clients.get(1), undefined)
      assert.strictEqual(clients.get(2), second)
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("disconnect closes the connection and forgets the client", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      let closed = 0
      const client = clients.add(transport("127.0.0.1:1", () => closed++))
      clients.disconnect(client)
      assert.strictEqual(closed, 1)
      assert.strictEqual(clients.size(), 0)
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("where a password is set, who connects is a stranger", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      assert.isFalse(clients.add(transport("127.0.0.1:1")).isAuthenticated)
    }).pipe(Effect.provide(clientsLayer({ requirepass: "secret" }))))

  it.effect("a Unix socket is told by its address", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      assert.isTrue(clients.add(transport("/tmp/keyloom.sock:0")).isUnixSocket)
      assert.isFalse(clients.add(transport("[::1]:10")).isUnixSocket)
    }).pipe(Effect.provide(clientsLayer())))
})

describe("the pause", () => {
  it.effect("ends at its deadline", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      assert.strictEqual(clients.pausedMode(), undefined)
      clients.pause("write", 1000)
      assert.strictEqual(clients.pausedMode(), "write")
      assert.strictEqual(clients.pausedUntilMillis(), 1000)
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(clients.pausedMode(), "write")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(clients.pausedMode(), undefined)
      assert.strictEqual(clients.pausedUntilMillis(), 0)
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("of two pauses the later end and the stricter mode hold", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      clients.pause("write", 2000)
      clients.pause("all", 1000)
      assert.deepStrictEqual([clients.pausedMode(), clients.pausedUntilMillis()], ["all", 2000])
      clients.pause("write", 3000)
      assert.deepStrictEqual([clients.pausedMode(), clients.pausedUntilMillis()], ["all", 3000])
      yield* TestClock.adjust("3 seconds")
      clients.pause("write", 4000)
      assert.deepStrictEqual([clients.pausedMode(), clients.pausedUntilMillis()], ["write", 4000])
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("who waits goes on at the deadline, also when it is put off meanwhile", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      clients.pause("all", 1000)
      const waiting = yield* Effect.forkChild(clients.awaitUnpaused, { startImmediately: true })
      clients.pause("all", 5000)
      yield* TestClock.adjust("4999 millis")
      assert.strictEqual(waiting.pollUnsafe(), undefined)
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(waiting)
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("who waits goes on when it is lifted, but not within the call that lifts it", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      clients.pause("all", Number.MAX_SAFE_INTEGER)
      let isThrough = false
      const waiting = yield* Effect.forkChild(
        Effect.andThen(clients.awaitUnpaused, Effect.sync(() => isThrough = true)),
        { startImmediately: true }
      )
      // Longer than a timer of JavaScript can be.
      yield* TestClock.adjust("60 days")
      clients.unpause()
      assert.isFalse(isThrough)
      yield* Fiber.join(waiting)
      assert.isTrue(isThrough)
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("who waits goes on waiting when a new pause follows at once", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      clients.pause("all", 10_000)
      const waiting = yield* Effect.forkChild(clients.awaitUnpaused, { startImmediately: true })
      clients.unpause()
      clients.pause("all", 20_000)
      yield* TestClock.adjust("19999 millis")
      assert.strictEqual(waiting.pollUnsafe(), undefined)
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(waiting)
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("who is postponed counts as blocked until it goes on or gives up", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      const first = clients.add(transport("127.0.0.1:1"))
      const second = clients.add(transport("127.0.0.1:2"))
      const blocked = () => [first.blocked !== undefined, second.blocked !== undefined]
      clients.pause("all", 1000)
      const waiting = yield* Effect.forkChild(clients.postpone(first), { startImmediately: true })
      const givingUp = yield* Effect.forkChild(clients.postpone(second), { startImmediately: true })
      assert.deepStrictEqual(blocked(), [true, true])
      yield* Fiber.interrupt(givingUp)
      assert.deepStrictEqual(blocked(), [true, false])
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(blocked(), [false, false])
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("does not keep anybody who comes when nothing is held back", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      yield* clients.awaitUnpaused
      clients.pause("all", 0)
      yield* clients.awaitUnpaused
    }).pipe(Effect.provide(clientsLayer())))
})

describe("effects that hold writes back", () => {
  it.effect("do so whatever pauses begin and end meanwhile", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      const done = yield* Deferred.make<void>()
      const holding = yield* Effect.forkChild(clients.holdingWrites(Deferred.await(done)), { startImmediately: true })
      assert.strictEqual(clients.pausedMode(), "write")
      clients.pause("all", 1000)
      assert.strictEqual(clients.pausedMode(), "all")
      const waiting = yield* Effect.forkChild(clients.awaitUnpaused, { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(clients.pausedMode(), "write")
      clients.unpause()
      assert.strictEqual(clients.pausedMode(), "write")
      assert.isUndefined(waiting.pollUnsafe())
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(holding)
      assert.isUndefined(clients.pausedMode())
      yield* Fiber.join(waiting)
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("leave a pause that lasts longer as it is", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      yield* clients.holdingWrites(Effect.sync(() => clients.pause("all", 1000)))
      assert.strictEqual(clients.pausedMode(), "all")
      const waiting = yield* Effect.forkChild(clients.awaitUnpaused, { startImmediately: true })
      yield* TestClock.adjust("999 millis")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(waiting)
    }).pipe(Effect.provide(clientsLayer())))

  it.effect("run one after the other", () =>
    Effect.gen(function*() {
      const clients = yield* Clients
      const done = yield* Deferred.make<void>()
      const order: Array<string> = []
      const note = (text: string) => Effect.sync(() => void order.push(text))
      const first = yield* Effect.forkChild(
        clients.holdingWrites(Effect.andThen(Deferred.await(done), note("first"))),
        { startImmediately: true }
      )
      const second = yield* Effect.forkChild(clients.holdingWrites(note("second")), { startImmediately: true })
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(first)
      yield* Fiber.join(second)
      assert.deepStrictEqual(order, ["first", "second"])
      assert.isUndefined(clients.pausedMode())
    }).pipe(Effect.provide(clientsLayer())))
})
