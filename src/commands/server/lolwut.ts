/**
 * LOLWUT: a piece of cloth from the loom that this server is named after.
 *
 * Warp threads run from top to bottom, each on one shaft. For each weft thread a treadle lifts some of the shafts, as the tie-up says, and where a warp thread
 * is lifted it shows. A few shafts and a simple order of treading are enough for twills, diamonds and basket weaves; which ones comes from a seed.
 */
import { Verbatim } from "../../protocol/Reply.ts"
import type { Command } from "../../services/CommandTable.ts"
import { keyloomVersion, redisVersion } from "../../services/Versions.ts"
import * as Arg from "../Arg.ts"
import { make } from "../Command.ts"

const maxColumns = 160
const maxRows = 80

export const lolwut: Command = make("LOLWUT", {
  summary:
    "Weaves a piece of cloth, and shows the versions. VERSION gives the cloth that belongs to a number, else each is a new one.",
  since: "5.0.0",
  group: "server",
  complexity: "O(N) for N threads",
  flags: ["readonly", "fast"],
  args: {
    version: Arg.count.after("VERSION").optional(),
    columns: Arg.count.optional().undocumented(),
    rows: Arg.count.optional().undocumented()
  },
  run: ({ random }, { columns = 64, rows = 32, version }) => {
    const seed = version ?? Math.floor(random() * 2 ** 32)
    const cloth = weave(seededRandom(seed), clamp(columns, 2, maxColumns), clamp(rows, 2, maxRows))
    // Replies are bytes, one per char code.
    const bytes = Buffer.from(draw(cloth)).latin1Slice()
    return new Verbatim(`${bytes}\nRedis ver. ${redisVersion}, Keyloom ver. ${keyloomVersion}\n`)
  }
})

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)

/** The warp shows where it is `true`, row by row. */
type Cloth = ReadonlyArray<ReadonlyArray<boolean>>

const weave = (random: () => number, columns: number, rows: number): Cloth => {
  const shafts = 4 + 2 * Math.floor(random() * 3)
  // A tie-up whose rows are one row, moved on by one: this is what makes a twill.
  const lifted = Array.from({ length: shafts }, (_, shaft) => shaft === 0 || shaft < shafts / 2 && random() < 0.7)
  const threading = thread(random, columns, shafts)
  const treadling = thread(random, rows, shafts)
  return treadling.map((treadle) => threading.map((shaft) => lifted[(shaft + treadle) % shafts] === true))
}

/** Which shaft, or treadle, each thread belongs to: straight on, back and forth, or in blocks. */
const thread = (random: () => number, count: number, shafts: number): ReadonlyArray<number> => {
  const period = shafts * (1 + Math.floor(random() * 2))
  const block = 1 + Math.floor(random() * 3)
  const orders: ReadonlyArray<(i: number) => number> = [
    (i) => i,
    (i) => Math.abs(period - i % (2 * period)),
    (i) => Math.floor(i / block)
  ]
  // Of the three one is chosen: the index is below their number.
  const order = orders[Math.floor(random() * orders.length)]!
  return Array.from({ length: count }, (_, i) => order(i) % shafts)
}

/** Two rows of cloth are one line of characters, which are twice as high as wide. */
const draw = (cloth: Cloth): string => {
  let text = ""
  for (let row = 0; row < cloth.length; row += 2) {
    const upper = cloth[row] ?? []
    const lower = cloth[row + 1]
    for (let column = 0; column < upper.length; column++) {
      const isUpper = upper[column] === true
      const isLower = lower?.[column] === true
      text += isUpper ? isLower ? "█" : "▀" : isLower ? "▄" : " "
    }
    text += "\n"
  }
  return text
}

/** The same numbers for the same seed, from 0 to 1, 1 excluded. */
const seededRandom = (seed: number): () => number => {
  let state = seed | 0
  return () => {
    // The generator is "mulberry32": enough for patterns.
    state = state + 0x6d2b79f5 | 0
    let mixed = Math.imul(state ^ state >>> 15, state | 1)
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61)
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32
  }
}
