/**
 * The longest time for which one command on a large value keeps everybody else waiting: DEL, UNLINK, EXPIRE, RENAME and COPY of a million elements.
 *
 * The engine runs in this process, so that a step is what a call takes, garbage collection within it included.
 */
import { Effect } from "effect"
import { Keyloom } from "../src/index.ts"
import { markdownTable } from "./tables.ts"

const rounds = 5

const types: ReadonlyArray<
  readonly [type: string, command: string, element: (index: number) => ReadonlyArray<string>]
> = [
  ["list", "RPUSH", (index) => [`element:${index}`]],
  ["set", "SADD", (index) => [`member:${index}`]],
  ["hash", "HSET", (index) => [`field:${index}`, `value:${index}`]],
  ["sorted set", "ZADD", (index) => [String(index), `member:${index}`]],
  ["stream", "XADD", (index) => ["field", `value:${index}`]]
]

const steps: ReadonlyArray<readonly [name: string, words: ReadonlyArray<string>]> = [
  ["EXPIRE", ["EXPIRE", "key", "1000"]],
  ["RENAME", ["RENAME", "key", "other"]],
  ["COPY", ["COPY", "other", "copy"]],
  ["DEL", ["DEL", "other"]],
  ["UNLINK", ["UNLINK", "copy"]]
]

export const measureSteps = async (elements: number): Promise<string> => {
  const rows = await Effect.runPromise(Effect.provide(allSteps(elements), Keyloom.layer()))
  return markdownTable([
    `longest step, ms, ${elements.toLocaleString("en")} elements`,
    ...steps.map(([name]) => name)
  ], rows)
}

const allSteps = Effect.fnUntraced(function*(elements: number) {
  const rows: Array<ReadonlyArray<string>> = []
  for (const [type, command, element] of types) {
    const longest = new Map<string, number>()
    for (let round = 0; round < rounds; round++) {
      yield* fill(command, elements, element)
      for (const [name, words] of steps) {
        const millis = yield* step(words)
        longest.set(name, Math.max(longest.get(name) ?? 0, millis))
      }
    }
    rows.push([type, ...steps.map(([name]) => longest.get(name)!.toFixed(2))])
    yield* Effect.sync(() => console.log(rows.at(-1)?.join("  ")))
  }
  return rows
})

const fill = Effect.fnUntraced(function*(
  command: string,
  elements: number,
  element: (index: number) => ReadonlyArray<string>
) {
  const { call } = yield* Keyloom
  const atOnce = command === "XADD" ? 1 : 1000
  for (let start = 0; start < elements; start += atOnce) {
    const words = Array.from({ length: atOnce }, (_, offset) => element(start + offset)).flat()
    yield* call(command, "key", ...(command === "XADD" ? ["*"] : []), ...words)
  }
})

const step = Effect.fnUntraced(function*([command = "", ...rest]: ReadonlyArray<string>) {
  const { call } = yield* Keyloom
  const startedMillis = performance.now()
  yield* call(command, ...rest)
  return performance.now() - startedMillis
})
