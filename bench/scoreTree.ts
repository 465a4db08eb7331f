/**
 * The tree of scores by itself: nanoseconds per operation and bytes per entry, for scores that come in any order and for scores that only grow.
 *
 * `node --expose-gc bench/scoreTree.ts [entries, default 1000000]`
 *
 * Members are asked for in random order, so most of an operation is waiting for memory: compare the columns of one run. `remove` works on a copy, so it copies
 * each node once. What it does not measure: the table of members beside the tree, parsing and replies.
 */
import { scoreOrder } from "../src/data/ScoreOrder.ts"
import { ScoreTree } from "../src/data/ScoreTree.ts"

const main = (): void => {
  const count = Number(process.argv[2] ?? 1_000_000)
  const order = shuffled(count)
  const members = Array.from({ length: count }, (_, i) => Buffer.from(`member:${1e8 + i}`).latin1Slice())
  console.table({
    fractions: measure(members, order, Float64Array.from(order, (place) => place / 7)),
    "whole numbers": measure(members, order, Float64Array.from(order)),
    "one score": measure(members, order, new Float64Array(count)),
    growing: measure(members, Uint32Array.from(order, (_, i) => i), Float64Array.from(order, (_, i) => i))
  })
}

/** Lookups land here, so that the compiler can't leave them out. */
let sink = 0

const measure = (members: ReadonlyArray<string>, order: Uint32Array, scores: Float64Array): Record<string, number> => {
  const count = members.length
  const before = heapBytes()
  const tree = new ScoreTree()
  const add = nanosPer(count, () => order.forEach((i) => tree.add(scores[i]!, members[i]!)))
  const bytes = (heapBytes() - before) / count
  const copy = tree.copy()
  return {
    "add, ns": add,
    "rankOf, ns": nanosPer(count, () => order.forEach((i) => sink += tree.rankOf(scores[i]!, members[i]!))),
    "memberAt, ns": nanosPer(count, () => order.forEach((i) => sink += tree.memberAt(i).length)),
    "partition, ns": nanosPer(count, () => order.forEach((i) => sink += tree.partition((score) => score < scores[i]!))),
    "visit, ns": nanosPer(count, () => tree.visit(0, count, (_, member) => sink += member.length)),
    "visit ten, ns": nanosPer(
      count,
      () => order.forEach((i) => tree.visit(i, Math.min(i + 10, count), (score) => sink += score))
    ),
    "remove, ns": nanosPer(count, () => order.forEach((i) => copy.remove(scores[i]!, members[i]!))),
    "sort and build, ns": nanosPer(
      count,
      () => sink += ScoreTree.ofOrder(scoreOrder(scores, members), scores, members).size
    ),
    "bytes per entry": Number(bytes.toFixed(1)),
    "bytes counted": Number((tree.bytes / count).toFixed(1))
  }
}

const nanosPer = (count: number, run: () => void): number => {
  const start = process.hrtime.bigint()
  run()
  return Math.round(Number(process.hrtime.bigint() - start) / count)
}

const heapBytes = (): number => {
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

/** The numbers below `count` in an order that is the same each time. */
const shuffled = (count: number): Uint32Array => {
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  let state = 1
  for (let i = count - 1; i > 0; i--) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0
    const other = Math.floor(state / 2 ** 32 * (i + 1))
    const held = order[i]!
    order[i] = order[other]!
    order[other] = held
  }
  return order
}

main()
if (Number.isNaN(sink)) console.log(sink)
