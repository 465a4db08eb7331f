/**
 * A leaderboard of a million players: scores change at random and ranks are asked for, through ioredis and node-redis. A plain array of scores is the model.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Redis } from "ioredis"
import { createClient } from "redis"
import { makeSeededRandom } from "../support/random.ts"
import { useKeyloom } from "./server.ts"

const players = 1_000_000
const perRequest = 5000
const board = "leaderboard"
const nameOf = (player: number): string => `player:${String(player).padStart(7, "0")}`

describe("a leaderboard of a million players", () => {
  const server = useKeyloom()
  const random = makeSeededRandom(20)
  const scores = Int32Array.from({ length: players }, () => random.integer(1_000_000_000))
  let ioredis: Redis
  const open = () => createClient({ RESP: 3, socket: { host: server().host, port: server().port } })
  let nodeRedis: ReturnType<typeof open>

  beforeAll(async () => {
    ioredis = new Redis({ host: server().host, port: server().port })
    nodeRedis = open()
    await nodeRedis.connect()
    for (let start = 0; start < players; start += perRequest) {
      const members = Array.from(
        { length: perRequest },
        (_, offset) => [scores[start + offset]!, nameOf(start + offset)]
      )
      assert.strictEqual(await ioredis.zadd(board, ...members.flat()), perRequest)
    }
  }, 120_000)
  afterAll(async () => {
    ioredis.disconnect()
    await nodeRedis.close()
  })

  /** How many are ahead of the player: a better score, or the same one and a name that sorts behind. */
  const rankOf = (player: number): number => {
    const score = scores[player]!
    let ahead = 0
    for (let other = 0; other < players; other++) {
      if (scores[other]! > score || scores[other] === score && other > player) ahead++
    }
    return ahead
  }

  it("knows every rank while scores change", async () => {
    assert.strictEqual(await nodeRedis.zCard(board), players)
    for (let round = 0; round < 20; round++) {
      const updates = Array.from(
        { length: 500 },
        () => [random.integer(players), random.integer(2_000_000) - 1_000_000]
      )
      const pipeline = ioredis.pipeline()
      for (const [player = 0, gain = 0] of updates) {
        scores[player]! += gain
        pipeline.zincrby(board, gain, nameOf(player))
      }
      const replies = await pipeline.exec()
      assert.isTrue(replies?.every(([error]) => error === null))
      const [last = 0] = updates.at(-1) ?? []
      assert.strictEqual(Number(replies?.at(-1)?.[1]), scores[last])
      for (const player of [last, random.integer(players)]) {
        const rank = rankOf(player)
        assert.strictEqual(await ioredis.zrevrank(board, nameOf(player)), rank)
        assert.strictEqual(await nodeRedis.zRevRank(board, nameOf(player)), rank)
        assert.strictEqual(await nodeRedis.zScore(board, nameOf(player)), scores[player])
      }
    }
  }, 60_000)

  it("shows the best ones, and the neighbours of a player", async () => {
    const order = Array.from({ length: players }, (_, player) => player)
      .sort((left, right) => scores[right]! - scores[left]! || right - left)
    assert.deepStrictEqual(await ioredis.zrevrange(board, 0, 9), order.slice(0, 10).map(nameOf))
    const middle = players / 2
    assert.deepStrictEqual(
      await nodeRedis.zRangeWithScores(board, middle - 2, middle + 2, { REV: true }),
      order.slice(middle - 2, middle + 3).map((player) => ({ value: nameOf(player), score: scores[player]! }))
    )
    const lowest = order.at(-1)!
    assert.deepStrictEqual(await nodeRedis.zPopMin(board), { value: nameOf(lowest), score: scores[lowest]! })
    assert.strictEqual(await ioredis.zcount(board, scores[order[99]!]!, "+inf"), 100)
  }, 60_000)
})
