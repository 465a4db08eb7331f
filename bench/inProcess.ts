/**
 * Calls per second in this process, through the same engine without a socket.
 *
 * Three ways: one Effect that makes all calls, the promises of `Keyloom.open` one after the other, and 50 of them at a
 * time. Keys are the 100,000 that the other benchmarks use.
 */
import { Effect } from "effect"
import { Keyloom } from "../src/index.ts"
import { markdownTable, median } from "./tables.ts"

const keys = 100_000
const atATime = 50

export const measureInProcess = async (share: number): Promise<string> => {
  const rounds = 5
  const calls = Math.round(400_000 * share)
  const rows: Array<ReadonlyArray<string>> = []
  const measure = async (name: string, run: () => Promise<void>): Promise<void> => {
    await run()
    const perSecond: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const startedMillis = performance.now()
      await run()
      perSecond.push(calls / (performance.now() - startedMillis) * 1000)
    }
    rows.push([name, (median(perSecond) / 1000).toFixed(0)])
    console.log(rows.at(-1)?.join("  "))
  }
  await using engine = await Keyloom.open()
  for (let index = 0; index < keys; index++) await engine.call("SET", keyName(index), "xxx")
  await measure("GET, promises one after the other", async () => {
    for (let index = 0; index < calls; index++) await engine.call("GET", keyName(index % keys))
  })
  await measure(`GET, ${atATime} promises at a time`, async () => {
    for (let start = 0; start < calls; start += atATime) {
      await Promise.all(
        Array.from({ length: atATime }, (_, index) => engine.call("GET", keyName((start + index) % keys)))
      )
    }
  })
  const inEffect = (name: string, ...rest: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      const keyloom = yield* Keyloom
      for (let index = 0; index < calls; index++) yield* keyloom.call(name, keyName(index % keys), ...rest)
    })
  await Effect.runPromise(
    Effect.gen(function*() {
      const context = yield* Effect.context<Keyloom>()
      const runAgain = (effect: Effect.Effect<void, unknown, Keyloom>) => Effect.runPromiseWith(context)(effect)
      yield* Effect.promise(() => measure("SET, one Effect", () => runAgain(inEffect("SET", "xxx"))))
      yield* Effect.promise(() => measure("GET, one Effect", () => runAgain(inEffect("GET"))))
    }).pipe(Effect.provide(Keyloom.layer()))
  )
  return markdownTable(["in this process", "thousand calls per second"], rows)
}

const keyName = (index: number): string => `key:${String(index).padStart(12, "0")}`
